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
EDGE_STATES = ("idle", "active", "empty", "closed")
DRAWN_STATES = (*NODE_STATES, "halted", "skipped")
"""What a card can look like: the states of a view, a run that has halted there, an activity that a run passed by."""
_MINUTE, _HOUR = 60.0, 3600.0


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
    note: str = ""

    @property
    def caption(self) -> str:
        """The second line of its card: what its run tells of it, else its kind."""
        return self.note or self.kind_label


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
    why: str = ""
    """Why the run has halted or the campaign is paused; empty while it goes on."""
    failed: bool = False
    """Whether the run has halted by an error."""
    amount: str = ""
    """Rows behind the run and the time left, as far as they are known."""
    actions: tuple[str, ...] = ()
    """What can be asked of the campaign as it stands: pause, resume, retry, stop."""


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
        sentence=_sentence(view, zone_name),
        run=_run(run, zone_name),
        run_state=one_line(run.get("state", ""), 40),
        progress=min(1.0, max(0.0, float(run.get("progress") or 0))) if running else None,
        nodes=ordered,
        edges=tuple(reversed(edges.values())),
        problems=tuple(one_line(text) for text in _items(view, "problems")),
        marks=marks,
        why=_why(view, run) if view.get("paused") or run.get("state") == "paused" else "",
        failed=run.get("state") == "paused" and bool(run.get("error")),
        amount=amount(run),
        actions=_actions(view, run),
    )


def amount(run: View) -> str:
    """Write how many rows a run has behind it and how long it may still compute; nothing of what isn't known.

    >>> amount({"state": "running", "rows": 1200, "left": 75.0, "left_from": "previous"})
    '1,200 rows · about 1 min 15 s left, as the run before'
    """
    rows, left = run.get("rows"), run.get("left")
    parts: list[str] = []
    if isinstance(rows, int) and rows:
        parts.append(f"{number(rows)} row{'' if rows == 1 else 's'}")
    if run.get("state") == "running" and "left" in run:
        basis = {"previous": ", as the run before", "finished": ", by the stages so far"}.get(str(run.get("left_from")), "")
        parts.append(f"about {lasting(left)} left{basis}" if isinstance(left, (int, float)) else "time left unknown")
    return " · ".join(parts)


def lasting(seconds: float) -> str:
    """Write a time in words, no finer than an estimate is.

    >>> [lasting(seconds) for seconds in (0.2, 8, 75, 5400)]
    ['1 s', '8 s', '1 min 15 s', '1 h 30 min']
    """
    whole = max(1, round(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 and whole < 600 else "")
    return f"{whole // 3600} h" + (f" {whole % 3600 // 60} min" if whole % 3600 >= 60 else "")


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
        state=_drawn(raw),
        problems=tuple(one_line(text) for text in raw.get("problems") or ()),
        note=one_line(raw.get("note") or ""),
    )


def _drawn(raw: View) -> str:
    """Return what a card looks like: a halt shows over waiting, what a run passed by over idle."""
    state = _word(raw.get("state"), NODE_STATES, "idle")
    if state == "waiting" and raw.get("halted") is True:
        return "halted"
    return "skipped" if state == "idle" and raw.get("passed") is True else state


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


def _sentence(view: View, zone_name: str) -> str:
    """Write when it launches, and its next launch where one will come: not while it is a draft, paused or over."""
    schedule: View = view.get("schedule") or {}
    goes_on = view.get("status") in ("live", "scheduled") and not view.get("paused")
    coming = list(schedule.get("next") or ()) if goes_on else []
    parts = [one_line(schedule.get("sentence") or "")]
    parts += [f"next {moment(coming[0], zone_name)}"] if coming else []
    return " · ".join(part for part in parts if part)


def _why(view: View, run: View) -> str:
    """Tell where the run has halted and why, or why the campaign is paused."""
    held, why = one_line(run.get("held_at") or "", 80), one_line(run.get("error") or run.get("why") or view.get("reason") or "")
    if held and run.get("state") == "paused":
        return f"Halted at {held}" + (f": {why}" if why else "")
    return f"Paused: {why}" if why else ""


def _actions(view: View, run: View) -> tuple[str, ...]:
    if view.get("status") not in ("live", "scheduled", "closed"):
        return ()
    if view.get("paused"):
        return ("retry" if run.get("error") else "resume", "stop")
    if run.get("state") == "paused" and run.get("held_at"):
        return ("retry" if run.get("error") else "resume", "pause", "stop")
    return ("pause", "stop")


def _run(run: View, zone_name: str) -> str:
    if not run:
        return ""
    name = "Dry run" if run.get("mode") == "dry" else "Live run"
    state = "halted" if run.get("state") == "paused" else one_line(run.get("state", ""), 40)
    parts = [f"{name} {state}".strip()]
    parts += [f"as of {moment(run['as_of'], zone_name)}"] if run.get("as_of") else []
    parts += [f"started {moment(run['started'], zone_name)}"] if run.get("started") else []
    parts += [f"waits until {moment(run['due'], zone_name)}"] if run.get("due") and run.get("state") == "waiting" else []
    return " · ".join(parts) + (f" ({one_line(zone_name, 60)})" if len(parts) > 1 else "")
