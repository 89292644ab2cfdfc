"""When a stage of a run is due, when its messages go out, what it took, and which way the run had gone before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl

from campaign_nb.engine.collect import computed
from campaign_nb.engine.deciding import Way
from campaign_nb.engine.plan import Stage, Task, moments_of
from campaign_nb.engine.program import Program
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.problems import CompiledCampaign
from campaign_nb.schedule.duration import duration_words
from campaign_nb.steps import SEND_AT
from campaign_nb.store import Connection, files, runs
from campaign_nb.store.files import FileRecord
from campaign_nb.store.runs import RunRecord

_PASSED = ("skipped", "warning")
GOES_OUT = "goes out until "
"""How the note of a message begins that goes out at each recipient's own time; the last of these instants follows."""


def due_of(program: Program, run: RunRecord, stage: Stage) -> dt.datetime:
    """Return the instant at which a stage may begin: the waits before it, counted from when the run really started.

    On data of another time the waits keep their length.
    """
    if program.model.as_of is not None:
        return run.started_at + stage.offset
    moments = moments_of(program.campaign, replace(program.start, as_of=run.started_at), program.closed)
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
        {task.activity: dt.datetime.fromisoformat(task.note.removeprefix(GOES_OUT)) for task in tasks if task.note.startswith(GOES_OUT)},
    )
    return way, {Ref(*place): rows for place, (rows, _) in ports.items()}


def has_own_times(campaign: CompiledCampaign) -> bool:
    """Tell whether messages of a campaign may go out at each recipient's own time."""
    return any(SEND_AT in effect.step.population.extra for made in campaign.compiled.values() for effect in made.effects)


def note_times(program: Program, run: RunRecord, way: Way, label: str, rows: pl.DataFrame, now: dt.datetime) -> None:
    """Note the last send time of messages on a run's way, if it is still to come: what follows them waits for it.

    Time: on data of another time it is as far from the run's start there as it is from the real one.
    """
    last = rows[SEND_AT].max() if SEND_AT in rows.columns else None
    if not isinstance(last, dt.datetime) or last <= now:
        return
    at = last.astimezone(dt.UTC) - _shift(program, run)
    way.sent[label] = max(at, way.sent.get(label, at))
    way.notes[label] = f"{GOES_OUT}{way.sent[label].isoformat()}"


def still_to_come(program: Program, run: RunRecord, way: Way, now: dt.datetime) -> dict[str, dt.datetime]:
    """Return the last send times, by activity, of the messages of a run of which some have not gone out yet."""
    times = {label: at + _shift(program, run) for label, at in way.sent.items()}
    return {label: at for label, at in times.items() if at > now}


def _shift(program: Program, run: RunRecord) -> dt.timedelta:
    """Return how much later a run is than the instant that its data stand for; nothing where they stand for the present."""
    return dt.timedelta(0) if program.model.as_of is None else run.started_at - program.start.as_of


def holding_of(program: Program, stage: Stage) -> list[str]:
    """Return the waits that a stage stands behind, and the messages that go out at their recipients' own times."""
    sent, compiled = dict(program.closed.sent), program.campaign.compiled
    before = {ref.label for task in stage.tasks for ref in task.refs}
    return sorted(label for label in before if label in sent or compiled[label].wait is not None)


def come(rows: pl.LazyFrame, file: FileRecord, run: RunRecord | None, now: dt.datetime | None) -> pl.LazyFrame:
    """Return the messages of a file that have gone out, or the events of these: those whose time `at` has come.

    Time: by `now`, and by the end of a run that was stopped or failed, whose later messages are never sent; a run is not
    done before its last message. What went out when it was made counts whatever clocks say.
    """
    until = None if run is None or run.state == "done" else run.ended_at or now
    return rows if until is None or "at" not in rows.collect_schema() else rows.filter(pl.col("at") <= max(until, file.committed_at))


def unsent(connection: Connection, folder: Path, run: RunRecord, now: dt.datetime) -> int:
    """Return how many messages of a run have not gone out by an instant, or by its end.

    Errors: a file of messages that is gone from the disk.
    """
    sent = way_of(connection, run.id)[0].sent
    kept = [file for file in files.list_files(connection, run_id=run.id, kind="outbox") if file.activity in sent]
    gone = computed([come(pl.scan_parquet(files.path_of(folder, file)), file, run, now).select(pl.len()) for file in kept])
    return sum(file.rows for file in kept) - sum(int(number.item()) for number in gone)


def alert_of(program: Program, task: Task, took: dt.timedelta) -> str:
    """Say that an activity took longer than it may; empty when it did not."""
    most = program.campaign.definition.nodes[task.label].handling.max_duration
    if most is None or took <= most:
        return ""
    return f"{task.label!r} took {duration_words(dt.timedelta(seconds=round(took.total_seconds())))}, more than {duration_words(most)}"
