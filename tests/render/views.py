"""Small views written by hand, and the texts that must stay texts."""

from __future__ import annotations

from typing import Any

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    '<button data-commandlinker-command="x">',
    '<a href="javascript:alert(1)">x</a>',
    "</style><script>alert(1)</script>",
    "</text><script>alert(1)</script>",
    "</title><foreignObject><body onload=alert(1)>",
    "<form id=body><input name=cookie>",
    "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "pay\u202etxt.exe",
    "{{7*7}} ${7*7}",
    "$$\\href{javascript:alert(1)}{x}$$",
    "click A href \"javascript:alert('x')\"",
    "x\x1b]0;y\x07\x00\nINFO sent ok",
    "\ud800\ufffe&lt;script&gt;",
)


def node(name: str, state: str = "idle", **more: Any) -> dict[str, Any]:
    """One activity of a view."""
    fields = {"kind": "filter", "kind_label": "Filter", "family": "targeting", "icon": "filter", "state": state}
    return {"id": name, "label": name, **fields, "options": [], "reasons": [], "problems": [], "cell": 1, **more}


def edge(source: str, target: str | None, count: int | None = None, label: str = "", **more: Any) -> dict[str, Any]:
    """One transition of a view."""
    fields = {"id": f"{source}|{label}|{target}", "source": source, "port": label or "out", "target": target, "label": label}
    return {**fields, "count": count, "state": "active" if count else "idle", "columns": [["customer_id", "Int64"]], **more}


def view(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A view of a campaign in the time zone of Paris."""
    fields = {"version": 1, "name": "Spring", "description": "", "tags": [], "status": "draft", "paused": False, "error": False}
    zone = {"time_zone": "Europe/Paris", "definition_version": 1, "schedule": None, "run": None, "problems": []}
    return {**fields, **zone, "nodes": nodes, "edges": edges, **more}


def offer(state: str = "idle", count: int | None = None) -> dict[str, Any]:
    """Two sources, a union, a split in two mails and a control group that leads nowhere."""
    names = ["Lapsed", "Gold", "Reach", "Offer", "Mail A", "Mail B"]
    edges = [edge("Lapsed", "Reach", count), edge("Gold", "Reach", count), edge("Reach", "Offer", count)]
    edges += [edge("Offer", "Mail A", count, "A"), edge("Offer", "Mail B", count, "B"), edge("Offer", None, count, "control")]
    return view([node(name, state) for name in names], edges)


def attack() -> dict[str, Any]:
    """A view in which every text is hostile."""
    nodes = [node(text, "error", kind_label=text, icon=text, family=text, problems=[text]) for text in ATTACKS]
    edges = [edge(one, other, 5, text) for one, other, text in zip(ATTACKS, ATTACKS[1:], ATTACKS[::-1], strict=False)]
    edges.append(edge(ATTACKS[0], None, 7, ATTACKS[6]))
    bad = ATTACKS[2]
    schedule, run = {"sentence": bad, "next": [bad]}, {"id": bad, "mode": bad, "state": bad, "as_of": bad, "started": bad, "progress": 1}
    return view(nodes, edges, name=ATTACKS[5], status=ATTACKS[0], schedule=schedule, run=run, problems=list(ATTACKS), time_zone=bad)
