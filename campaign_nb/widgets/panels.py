"""Panels beside the canvas: details of what is selected, the scheduler, and the bar of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import traitlets

from campaign_nb.render.html import one_line
from campaign_nb.render.icons import paths
from campaign_nb.render.view import FAMILIES, NODE_STATES, View, moment, number
from campaign_nb.widgets.panel import Panel, paragraph, source
from campaign_nb.widgets.throttle import Throttle

MOST_ROWS = 20
STATES = {
    "done": "done",
    "skipped": "skipped",
    "running": "running",
    "waiting": "waiting",
    "halted": "halted",
    "paused": "waiting",
    "warning": "warning",
    "stopped": "warning",
    "error": "error",
    "failed": "error",
}
"""The state whose colour a word has."""
_ACTIONS = ("start", "pause", "resume", "stop", "go_on")

Payload = Mapping[str, Any]


def payload(view: View, name: str) -> dict[str, Any]:
    """Describe an activity or a transition by what its view says: the details without rows.

    Shape: title, kind_label, family, icon, state, told (by its run), count, options, reasons, columns, problems; a caller may add
    rows = {"columns": [...], "rows": [[...]]} (at most 20 are shown; mask them first) and a note.

    >>> payload({"nodes": [{"id": "All", "label": "All", "kind_label": "Build audience"}]}, "All")["title"]
    'All'
    """
    for node in view.get("nodes") or ():
        if node.get("id") == name:
            kept = {key: value for key, value in node.items() if key not in ("id", "label", "cell", "note")}
            return {"title": node.get("label", name), **kept, **({"told": node["note"]} if node.get("note") else {})}
    labels = {node.get("id"): node.get("label") for node in view.get("nodes") or ()}
    for edge in view.get("edges") or ():
        if edge.get("id") == name:
            ends = f"{labels.get(edge.get('source'), '')} → {labels.get(edge.get('target')) or 'open end'}"
            return {
                "title": edge.get("label") or ends,
                "kind_label": f"Transition · {ends}" if edge.get("label") else "Transition",
                "icon": "shuffle",
                "state": "",
                "count": edge.get("count"),
                "columns": edge.get("columns") or [],
            }
    return {}


class DetailsPanel(Panel):
    """Details of one activity or transition; empty and hidden until `show` is called."""

    _esm = source("dom.js", "details.js")

    state = traitlets.Dict().tag(sync=True)

    def show(self, details: Payload) -> None:
        """Show a payload; an empty one hides the panel. Texts are shortened, rows cut to twenty."""
        self.state = _details(details)


class RunProgress(Panel):
    """The bar of one run; updates come at most ten times a second, the last one always."""

    _esm = source("dom.js", "progress.js")

    state = traitlets.Dict().tag(sync=True)

    def __init__(self, title: str = "") -> None:
        super().__init__(state={"title": _text(title), "text": "", "progress": 0.0, "kind": "running"})
        self._title = title
        self._throttle: Throttle[dict[str, Any]] = Throttle(self._take)

    def update(self, progress: float, activity: str = "", rows: int | None = None, state: str = "running") -> None:
        """Show how far the run is (0 to 1), in which activity, and with how many rows. From any thread."""
        parts = [_text(activity), f"{number(rows)} rows" if rows is not None else "", "" if state == "running" else _text(state)]
        words = " · ".join(part for part in parts if part)
        kind = STATES.get(state, "running")
        self._throttle.put({"title": _text(self._title), "text": words, "progress": _share(progress), "kind": kind})

    def close(self) -> None:
        """Send the last update and close."""
        self._throttle.close()
        super().close()

    def _take(self, state: dict[str, Any]) -> None:
        self.state = state


class SchedulerPanel(Panel):
    """Next launches, the runs in progress and those that wait, the last runs, and buttons that call back into Python.

    A view of a workspace: {"workspace": {"label"}, "time_zone", "scheduler": {"state", "running": [{"campaign",
    "activity", "rows", "progress", "state"}]}, "held": [{"run", "campaign", "at", "why", "failed"}], "waiting":
    [{"campaign", "at", "until"}], "pauses": [{"campaign", "why"}], "launches": [{"campaign", "at", "note"}], "runs":
    [{"campaign", "state", "at", "counts": [[name, count]]}], "missed": [{"campaign", "first", "last", "count",
    "estimated", "reason"}], "campaigns": [{"name", "paused", "next", "last"}]}; launches, runs and pauses are taken
    from the campaigns when they are not given. `take_focus` takes the focus once, where nothing else has it.
    """

    _esm = source("dom.js", "scheduler.js")

    state = traitlets.Dict().tag(sync=True)
    take_focus = traitlets.Bool(False).tag(sync=True)

    def __init__(self, view: View | None = None) -> None:
        super().__init__(state=_schedule(view or {}))
        self._throttle: Throttle[View] = Throttle(self._take)
        self._listeners: list[Callable[[str, str], None]] = []
        self.on_message(self._heard)

    def show(self, view: View) -> None:
        """Show a new state now; for those who hold changes back before they read the workspace. From any thread."""
        self._throttle.put(view)
        self._throttle.flush()

    def update(self, view: View) -> None:
        """Show a new state, at most ten times a second; the last always arrives. From any thread."""
        self._throttle.put(view)

    def on_action(self, callback: Callable[[str, str], None]) -> Callable[[], None]:
        """Call `callback` with an action and what it is for; return its end.

        "start", "pause", "resume" and "stop" are for a campaign's name, or "" for the scheduler; "go_on" for a run's id.
        """
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback) if callback in self._listeners else None

    def close(self) -> None:
        """Send the last state and close."""
        self._throttle.close()
        self._listeners.clear()
        super().close()

    def _take(self, view: View) -> None:
        self.state = _schedule(view)

    def _heard(self, message: dict[str, Any]) -> None:
        action, campaign = message.get("action"), message.get("campaign")
        if action in _ACTIONS and isinstance(campaign, str):
            for listener in list(self._listeners):
                listener(str(action), campaign)


def _details(details: Payload) -> dict[str, Any]:
    if not details:
        return {}
    state, count = "halted" if details.get("halted") is True else details.get("state"), details.get("count")
    rows: View = details.get("rows") or {}
    shown = [[_value(value) for value in row] for row in (rows.get("rows") or ())[:MOST_ROWS]]
    subtitle = [_text(details.get("kind_label")), f"{count:,} people" if isinstance(count, int) else ""]
    return {
        "title": _text(details.get("title")) or "Untitled",
        "subtitle": " · ".join(part for part in subtitle if part),
        "told": paragraph(details.get("told")),
        "family": details.get("family") if details.get("family") in FAMILIES else "flow",
        "icon": list(paths(str(details.get("icon") or ""))),
        "chips": [[str(state).capitalize(), STATES.get(str(state), "pending")]] if state in (*NODE_STATES[1:], "halted") else [],
        "problems": [paragraph(text) for text in details.get("problems") or ()],
        "options": _pairs(details.get("options")),
        "reasons": _pairs(details.get("reasons")),
        "columns": _pairs(details.get("columns")),
        "rows": {
            "title": f"First {len(shown)} rows" if len(shown) != 1 else "First row",
            "columns": [_text(name) for name in rows.get("columns") or ()],
            "rows": shown,
        },
        "note": _text(details.get("note")),
    }


def _schedule(view: View) -> dict[str, Any]:
    zone = str(view.get("time_zone") or "UTC")
    scheduler: View = view.get("scheduler") or {}
    campaigns: Sequence[View] = view.get("campaigns") or ()
    coming = [{"campaign": one.get("name"), "at": one["next"]} for one in campaigns if one.get("next")]
    past = [{"campaign": one.get("name"), **one["last"]} for one in campaigns if one.get("last")]
    workspace: View = view.get("workspace") or {}
    launches, runs = view.get("launches"), view.get("runs")
    if launches is None:
        launches = sorted(coming, key=lambda one: str(one["at"]))
    if runs is None:
        runs = sorted(past, key=lambda one: str(one.get("at")), reverse=True)
    return {
        "subtitle": " · ".join(part for part in (_text(workspace.get("label")), zone) if part),
        "scheduler": scheduler.get("state") if scheduler.get("state") in ("running", "paused") else "stopped",
        "running": [_running(run) for run in scheduler.get("running") or ()],
        "held": [_held(one) for one in (view.get("held") or ())[:10]],
        "waiting": [_waiting(one, zone) for one in (view.get("waiting") or ())[:10]],
        "paused": _paused(view),
        "launches": [
            {"campaign": _text(one.get("campaign")), "when": moment(one.get("at"), zone), "note": _text(one.get("note"))}
            for one in launches[:10]
        ],
        "runs": [
            {
                "campaign": _text(one.get("campaign")),
                "when": moment(one.get("at"), zone),
                "state": _text(one.get("state")),
                "kind": STATES.get(str(one.get("state")), "pending"),
                "counts": _pairs(one.get("counts")),
            }
            for one in runs[:10]
        ],
        "missed": [_missed(one, zone) for one in (view.get("missed") or ())[:10]],
    }


def _held(run: View) -> dict[str, Any]:
    """Tell of a run that has halted: where, why, and the word on the button that lets it go on."""
    where = " · ".join(part for part in (_text(run.get("campaign")), _text(run.get("at"))) if part)
    button = "Retry" if run.get("failed") else "Resume"
    return {"run": str(run.get("run") or ""), "where": where, "why": paragraph(run.get("why")), "button": button}


def _waiting(run: View, zone: str) -> dict[str, Any]:
    """Tell of a run that waits: at which activities, and until when."""
    where, until = _text(run.get("at")), run.get("until")
    note = ", ".join(part for part in (f"at {where}" if where else "", f"until {moment(until, zone)}" if until else "") if part)
    return {"campaign": _text(run.get("campaign")), "note": note}


def _paused(view: View) -> list[dict[str, Any]]:
    """Tell of the campaigns that are paused, as a view names or marks them; where a run has halted, its button is enough."""
    told = view.get("pauses")
    if told is None:
        told = [{"campaign": one.get("name")} for one in view.get("campaigns") or () if one.get("paused")]
    halted = {one.get("campaign") for one in view.get("held") or ()}
    return [
        {"campaign": _text(one.get("campaign")), "note": paragraph(one.get("why")), "go": one.get("campaign") not in halted}
        for one in told[:10]
    ]


def _missed(gap: View, zone: str) -> dict[str, Any]:
    """Tell one gap in a line: how many launches were missed, from when to when, and why."""
    first, last = moment(gap.get("first"), zone), moment(gap.get("last"), zone)
    count = gap.get("count")
    many = f"{'about ' if gap.get('estimated') else ''}{count:,} missed" if isinstance(count, int) else "missed"
    when = first if first == last else f"{first} to {last}"
    return {
        "campaign": _text(gap.get("campaign")),
        "when": when,
        "note": " · ".join(part for part in (many, _text(gap.get("reason"))) if part),
    }


def _running(run: View) -> dict[str, Any]:
    return {
        "campaign": _text(run.get("campaign")),
        "activity": _text(run.get("activity")),
        "rows": _value(run.get("rows")),
        "amount": _text(run.get("amount")),
        "progress": _share(run.get("progress")),
        "paused": run.get("state") == "paused",
    }


def _pairs(rows: Sequence[Sequence[Any]] | None) -> list[list[Any]]:
    return [[_text(name), _value(value)] for name, value in rows or ()]


def _value(value: object) -> object:
    """Keep numbers that a page can hold exactly; everything else is text."""
    if value is None or isinstance(value, bool):
        return None if value is None else str(value)
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return value
    return _text(value)


def _text(value: object) -> str:
    return "" if value is None else one_line(value)


def _share(progress: object) -> float:
    return min(1.0, max(0.0, float(progress))) if isinstance(progress, (int, float)) else 0.0
