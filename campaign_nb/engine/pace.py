"""When a stage of a run is due, what it took, and which way the run had gone before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from campaign_nb.engine.deciding import Way
from campaign_nb.engine.plan import Stage, Task, moments_of
from campaign_nb.engine.program import Program
from campaign_nb.graph.definition import Ref
from campaign_nb.schedule.duration import duration_words
from campaign_nb.store import Connection, runs
from campaign_nb.store.runs import RunRecord

_PASSED = ("skipped", "warning")


def due_of(program: Program, run: RunRecord, stage: Stage) -> dt.datetime:
    """Return the instant at which a stage may begin: the waits before it, counted from when the run really started.

    On data of another time the waits keep their length.
    """
    if program.model.as_of is not None:
        return run.started_at + stage.offset
    moments = moments_of(program.campaign, replace(program.start, as_of=run.started_at))
    return max((moments[task.label].as_of for task in stage.tasks), default=run.started_at)


def way_of(connection: Connection, run_id: str) -> tuple[Way, dict[Ref, int]]:
    """Return which way a run has gone so far, and how many people its transitions had."""
    ports = runs.read_ports(connection, run_id)
    tasks = runs.list_tasks(connection, run_id)
    way = Way(
        {Ref(*place) for place, (_, active) in ports.items() if not active},
        {task.activity for task in tasks if task.state in _PASSED},
        {task.activity: task.note for task in tasks if task.note},
        {task.activity for task in tasks if task.state == "warning"},
    )
    return way, {Ref(*place): rows for place, (rows, _) in ports.items()}


def alert_of(program: Program, task: Task, took: dt.timedelta) -> str:
    """Say that an activity took longer than it may; empty when it did not."""
    most = program.campaign.definition.nodes[task.label].handling.max_duration
    if most is None or took <= most:
        return ""
    return f"{task.label!r} took {duration_words(dt.timedelta(seconds=round(took.total_seconds())))}, more than {duration_words(most)}"
