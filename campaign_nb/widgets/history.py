"""The log and the tasks of a campaign: a panel with filters by level, state, activity, run and text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from campaign_nb.render.html import one_line
from campaign_nb.render.view import lasting, moment
from campaign_nb.widgets.panel import Panel, source
from campaign_nb.widgets.panels import STATES

MOST_LINES = 500
"""Lines of one kind that reach the page, the newest."""
_MOST_RUNS = 20

History = Mapping[str, Any]
"""`title`, `time_zone`, and of `log`, `tasks` and `runs` what there is, newest first, as dictionaries of the store's words."""


class HistoryPanel(Panel):
    """Log and tasks; empty and hidden until `show` is called. Filters stay as they are when it is shown anew.

    >>> panel = HistoryPanel()
    >>> panel.show({"title": "Spring", "log": [{"at": "2026-07-01T12:00:00+00:00", "level": "info", "message": "published"}]})
    >>> panel.state["log"][0]["message"], panel.state["tabs"]
    ('published', ['log'])
    >>> panel.close()
    """

    _esm = source("dom.js", "history.js")

    state = traitlets.Dict().tag(sync=True)

    @property
    def is_shown(self) -> bool:
        """Tell whether it shows anything."""
        return bool(self.state)

    def show(self, history: History, *, tab: str = "", activity: str = "") -> None:
        """Show a history; an empty one hides the panel. `tab` and `activity` are what it opens with."""
        self.state = _state(history, tab, activity) if history else {}


def _state(history: History, tab: str, activity: str) -> dict[str, Any]:
    zone = str(history.get("time_zone") or "UTC")
    kinds = {name: history[name] for name in ("log", "tasks") if history.get(name) is not None}
    cut = [f"the newest {MOST_LINES:,} of {len(rows):,} lines" for rows in kinds.values() if len(rows) > MOST_LINES]
    return {
        "title": one_line(history.get("title") or "Campaign", 200),
        "note": " · ".join([*cut[:1], zone]),
        "tabs": list(kinds),
        "tab": tab if tab in kinds else next(iter(kinds), "log"),
        "activity": one_line(activity, 200),
        "log": [_line(one, zone) for one in _first(kinds.get("log"), MOST_LINES)],
        "tasks": [_task(one, zone) for one in _first(kinds.get("tasks"), MOST_LINES)],
        "runs": [_run(one, zone) for one in _first(history.get("runs"), _MOST_RUNS)],
    }


def _first(rows: Sequence[Mapping[str, Any]] | None, most: int) -> Sequence[Mapping[str, Any]]:
    return (rows or ())[:most]


def _line(line: Mapping[str, Any], zone: str) -> dict[str, Any]:
    return {
        "when": _when(line.get("at"), zone),
        "level": one_line(line.get("level") or "info", 20),
        "activity": one_line(line.get("activity") or "", 200),
        "message": one_line(line.get("message") or "", 1000),
        "run": one_line(line.get("run") or "", 80),
    }


def _task(task: Mapping[str, Any], zone: str) -> dict[str, Any]:
    state = one_line(task.get("state") or "pending", 20)
    return {
        "when": _when(task.get("started_at"), zone),
        "activity": one_line(task.get("activity") or "", 200),
        "state": state,
        "mark": STATES.get(state, "pending"),
        "rows_in": _count(task.get("rows_in")),
        "rows_out": _count(task.get("rows_out")),
        "took": _took(task),
        "note": one_line(task.get("note") or "", 1000),
        "error": one_line(task.get("error") or "", 1000),
        "run": one_line(task.get("run") or "", 80),
    }


def _run(run: Mapping[str, Any], zone: str) -> dict[str, Any]:
    state = one_line(run.get("state") or "", 20)
    started = _when(run.get("started_at"), zone)
    return {"run": one_line(run.get("run") or "", 80), "when": started, "state": state, "mark": STATES.get(state, "pending")}


def _took(task: Mapping[str, Any]) -> str:
    """Write how long a task took; empty where it has not ended."""
    started, ended = task.get("started_at"), task.get("ended_at")
    if started is None or ended is None:
        return ""
    seconds = (ended - started).total_seconds()
    return f"{max(0.0, seconds):.2f} s" if seconds < 10 else lasting(seconds)


def _when(at: object, zone: str) -> str:
    return "" if at is None else moment(at.isoformat() if isinstance(at, dt.datetime) else at, zone)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
