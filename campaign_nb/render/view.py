"""The view of a campaign as it is drawn: read from plain data, tolerant of what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaign_nb.clock import instant, zone
from campaign_nb.errors import CampaignError
from campaign_nb.render.html import one_line

View = Mapping[str, Any]

FAMILIES = ("targeting", "data", "channel", "flow")
NODE_STATES = ("idle", "pending", "running", "waiting", "done", "warning", "error", "disabled")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EDGE_STATES = ("idle", "active", "empty")


@dataclass(frozen=True, slots=True)
class Node:
    """One activity, as drawn."""

    id: str
    label: str
    kind_label: str
    family: str
    icon: str
    state: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """One transition, as drawn; an open end has no target."""

    id: str
    source: str
    target: str | None
    label: str
    count: int | None
    state: str

    @property
    def caption(self) -> str:
        """The text of its pill.

        >>> Edge("e", "Offer", None, "A", 12340, "active").caption
        'A · 12,340'
        """
        return " · ".join(part for part in (self.label, number(self.count)) if part)


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole view, checked and shortened, ready to be laid out and drawn."""

    name: str
    status: str
    sentence: str
    run: str
    run_state: str
    progress: float | None
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    problems: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


def read_view(view: View) -> Picture:
    """Read a view for drawing: texts on one line, unknown words replaced, edges without a source left out.

    >>> read_view({"name": "Spring", "status": "draft", "nodes": [], "edges": []}).name
    'Spring'
    """
    nodes = {node.id: node for node in map(_node, reversed(_items(view, "nodes")))}
    ordered = tuple(reversed(nodes.values()))
    edges = {edge.id: edge for edge in (_edge(raw, nodes) for raw in reversed(_items(view, "edges"))) if edge.source in nodes}
    run: View = view.get("run") or {}
    zone_name = str(view.get("time_zone") or "UTC")
    marks = ("paused",) if view.get("paused") else ()
    marks += ("error",) if view.get("error") else ()
    running = run.get("state") in ("running", "waiting", "paused")
    return Picture(
        name=one_line(view.get("name", ""), 200) or "Campaign",
        status=one_line(view.get("status", "draft"), 40),
        sentence=_sentence(view.get("schedule") or {}, zone_name),
        run=_run(run, zone_name),
        run_state=one_line(run.get("state", ""), 40),
        progress=min(1.0, max(0.0, float(run.get("progress") or 0))) if running else None,
        nodes=ordered,
        edges=tuple(reversed(edges.values())),
        problems=tuple(one_line(text) for text in _items(view, "problems")),
        marks=marks,
    )


def number(count: int | None) -> str:
    """Write a count with separators, nothing for none.

    >>> number(12340)
    '12,340'
    """
    return "" if count is None else f"{count:,}"


def moment(text: object, zone_name: str = "UTC") -> str:
    """Write an ISO instant as a local date and time; text that is no instant stays as it is.

    >>> moment("2026-03-02T08:00:00+00:00", "Europe/Paris")
    '2 Mar 2026, 09:00'
    """
    try:
        local = instant(str(text), zone_name).astimezone(zone(zone_name))
    except (CampaignError, OverflowError, ValueError):
        return one_line(text, 60)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {_clock(local)}"


def _clock(local: dt.datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def _items(view: View, name: str) -> list[Any]:
    return list(view.get(name) or ())


def _word(value: object, known: tuple[str, ...], otherwise: str) -> str:
    return str(value) if value in known else otherwise


def _node(raw: View) -> Node:
    label = raw.get("label", raw["id"])
    return Node(
        id=str(raw["id"]),
        label=one_line(label, 200),
        kind_label=one_line(raw.get("kind_label") or raw.get("kind", ""), 60),
        family=_word(raw.get("family"), FAMILIES, "targeting"),
        icon=str(raw.get("icon", ""))[:40],
        state=_word(raw.get("state"), NODE_STATES, "idle"),
        problems=tuple(one_line(text) for text in raw.get("problems") or ()),
    )


def _edge(raw: View, nodes: Mapping[str, Node]) -> Edge:
    target, count = raw.get("target"), raw.get("count")
    return Edge(
        id=str(raw["id"]),
        source=str(raw.get("source")),
        target=str(target) if target is not None and str(target) in nodes else None,
        label=one_line(raw.get("label", ""), 60),
        count=int(count) if count is not None else None,
        state=_word(raw.get("state"), EDGE_STATES, "idle"),
    )


def _sentence(schedule: View, zone_name: str) -> str:
    coming = list(schedule.get("next") or ())
    parts = [one_line(schedule.get("sentence") or "")]
    parts += [f"next {moment(coming[0], zone_name)}"] if coming else []
    return " · ".join(part for part in parts if part)


def _run(run: View, zone_name: str) -> str:
    if not run:
        return ""
    name = "Dry run" if run.get("mode") == "dry" else "Live run"
    parts = [f"{name} {one_line(run.get('state', ''), 40)}".strip()]
    parts += [f"as of {moment(run['as_of'], zone_name)}"] if run.get("as_of") else []
    parts += [f"started {moment(run['started'], zone_name)}"] if run.get("started") else []
    return " · ".join(parts)
