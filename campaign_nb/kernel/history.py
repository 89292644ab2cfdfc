"""The log and the tasks of a campaign, as the panel with filters shows them and as they stand where no kernel runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from campaign_nb.campaign import Campaign
from campaign_nb.campaign.listings import rows_in
from campaign_nb.render import html
from campaign_nb.store import log, runs
from campaign_nb.store.runs import RunRecord, TaskRecord
from campaign_nb.widgets.history import MOST_LINES
from campaign_nb.workspace import Listing, workspaces
from campaign_nb.workspace.listing import drawn

_RUNS, _STATIC = 20, 20
_LOG = {"at", "level", "activity", "message"}
_TASKS = {"run", "activity", "stage", "state", "rows_in", "rows_out", "started_at", "ended_at"}
_SHOWN = ("at", "level", "activity", "message", "started_at", "state", "rows_in", "rows_out", "note", "error")
Rows = list[dict[str, Any]]


def history_of(campaign: Campaign) -> dict[str, Any]:
    """Return the log, the tasks and the runs of a campaign, newest first."""
    record, told = campaign.stored(), {"title": f"Log and tasks of {campaign.name}", "time_zone": campaign.time_zone}
    if record is None:
        return {**told, "log": [], "tasks": [], "runs": []}
    with campaign.workspace.store.read() as connection:
        lines = log.read(connection, campaign_id=record.id, limit=MOST_LINES)
        known = runs.list_runs(connection, record.id, limit=_RUNS)
        tasks = [_task(task) for run in known for task in runs.list_tasks(connection, run.id, campaign.definition.nodes)]
    found = [{"at": one.at, "level": one.level, "activity": one.activity, "message": one.message, "run": one.run_id} for one in lines]
    return {**told, "log": found[::-1], "tasks": _newest(tasks), "runs": _runs(known)}


def history_in(listing: Listing) -> dict[str, Any] | None:
    """Return what a listing of a log or of tasks holds, newest first; None for another listing.

    The runs of tasks come from the workspaces that are open.
    """
    frame = listing.frame()
    rows, columns = frame.rows(named=True), set(frame.columns)
    named = repr(listing).removeprefix("<").rpartition(":")[0]
    told = {"title": named[:1].upper() + named[1:], "time_zone": listing.time_zone}
    if columns >= _TASKS:
        return {**told, "tasks": _newest(rows), "runs": _runs(_known({str(row["run"]) for row in rows}))}
    return {**told, "log": rows[::-1]} if columns == _LOG else None


def markup_of(history: Mapping[str, Any]) -> html.Markup:
    """Write the newest lines as a table, for pages without widgets."""
    rows: Sequence[Mapping[str, Any]] = history.get("tasks") or history.get("log") or ()
    columns = [name for name in _SHOWN if rows and name in rows[0]]
    most = f", the newest {_STATIC} of {len(rows):,}" if len(rows) > _STATIC else ""
    lines = [{name: html.one_line(row[name]) if isinstance(row[name], str) else row[name] for name in columns} for row in rows[:_STATIC]]
    return drawn(columns, lines, f"{history['title']}{most}", str(history.get("time_zone") or "UTC"))


def _known(ids: Collection[str]) -> list[RunRecord]:
    """Return runs by their ids, newest first, from the workspaces that are open."""
    found: list[RunRecord] = []
    for workspace in workspaces.opened():
        with workspace.store.read() as connection:
            found += [run for run in runs.list_runs(connection) if run.id in ids]
    return found


def _newest(tasks: Sequence[Mapping[str, Any]]) -> Rows:
    """Turn the tasks of each run round, its last stage first; runs stay in their order, the newest first."""
    place = {run: number for number, run in enumerate(dict.fromkeys(task["run"] for task in tasks))}
    return sorted((dict(task) for task in tasks[::-1]), key=lambda task: (place[task["run"]], -task["stage"]))


def _task(task: TaskRecord) -> dict[str, Any]:
    return {
        "run": task.run_id,
        "activity": task.activity,
        "stage": task.stage,
        "state": task.state,
        "rows_in": rows_in(task),
        "rows_out": task.rows_out,
        "started_at": task.started_at,
        "ended_at": task.ended_at,
        "note": task.note,
        "error": task.error_text,
    }


def _runs(known: Sequence[RunRecord]) -> Rows:
    return [{"run": run.id, "state": run.state, "started_at": run.started_at} for run in known]
