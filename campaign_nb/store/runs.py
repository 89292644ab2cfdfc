"""Runs: one execution of a campaign, its finished stages, and what every activity counted."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Table, Update, bindparam, delete, func, insert, select, update

from campaign_nb.errors import Problem, StoreError
from campaign_nb.store import log
from campaign_nb.store.schema import UtcDateTime, launches, runs, stages, to_json
from campaign_nb.store.schema import counts as _COUNTS
from campaign_nb.store.schema import exclusions as _EXCLUSIONS
from campaign_nb.store.schema import tasks as _TASKS
from campaign_nb.store.sqlite import insert_new

State = Literal["running", "waiting", "paused", "done", "failed", "stopped"]
End = Literal["done", "failed", "stopped"]
StageState = Literal["running", "waiting", "done", "failed"]
TaskState = Literal["pending", "running", "waiting", "done", "warning", "failed", "skipped"]
UNFINISHED = ("running", "waiting", "paused")


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run, with the seed, the instant and the data that make it repeatable.

    Time: `due_at` is when a wait ends, null while nothing waits.
    """

    id: str
    campaign_id: str
    version: int
    mode: str
    as_of: dt.datetime
    launch_id: str | None
    state: State
    started_at: dt.datetime
    ended_at: dt.datetime | None
    seed: str
    data_fingerprint: Mapping[str, Any]
    error_text: str
    due_at: dt.datetime | None
    variables: str | None = None
    held_at: str = ""
    passed: str = "[]"


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One stage of a run: the activities between two barriers, a checkpoint once it is done."""

    run_id: str
    number: int
    state: StageState
    started_at: dt.datetime
    ended_at: dt.datetime | None
    due_at: dt.datetime | None
    as_of: dt.datetime


@dataclass(frozen=True, slots=True)
class Task:
    """One execution of one activity, as its stage reports it."""

    activity: str
    kind: str
    state: TaskState
    as_of: dt.datetime
    rows_in: int = 0
    rows_out: int = 0
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    error_text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One execution of one activity, as it is kept."""

    run_id: str
    activity: str
    kind: str
    stage: int
    state: TaskState
    rows_in: int
    rows_out: int
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    as_of: dt.datetime
    error_text: str
    note: str = ""


def _new_id() -> str:
    """Return an id of a run: 16 digits of chance, then 16 that grow, which order runs that started at one instant."""
    return f"{uuid.uuid4().hex[:16]}{uuid.uuid1().time:016x}"


NEWEST = (runs.c.started_at.desc(), func.substr(runs.c.id, 17).desc(), runs.c.id.desc())


def start(
    connection: Connection,
    campaign_id: str,
    version: int,
    as_of: dt.datetime,
    at: dt.datetime,
    *,
    launch_id: str | None = None,
    seed: str = "",
    data_fingerprint: Mapping[str, Any] | None = None,
    variables: str | None = None,
    mode: str = "live",
    message: str = "run started",
) -> RunRecord:
    """Make a run, going on; a launch gives it its id and has no other run.

    Errors: a launch that has a run, has ended, or belongs to another campaign or version; no such version.
    """
    run_id = _new_id()
    if launch_id is not None:
        _take(connection, launch_id, run_id, campaign_id, version, at)
    values = {"id": run_id, "campaign_id": campaign_id, "version": version, "launch_id": launch_id, "seed": seed, "mode": mode}
    times = {"as_of": as_of, "started_at": at, "state": "running", "data_fingerprint": dict(data_fingerprint or {}), "variables": variables}
    connection.execute(insert(runs).values(**values, **times))
    log.append(connection, message, at, campaign_id=campaign_id, run_id=run_id)
    return get(connection, run_id)


def get(connection: Connection, run_id: str) -> RunRecord:
    """Return the run of that id.

    Errors: no such id.
    """
    row = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().one_or_none()
    if row is None:
        raise StoreError(Problem("runs", f"no run has the id {run_id!r}"))
    return RunRecord(**row)


def list_runs(
    connection: Connection, campaign_id: str | None = None, states: Collection[str] | None = None, *, limit: int | None = None
) -> list[RunRecord]:
    """Return runs, newest first."""
    query = select(runs).order_by(*NEWEST)
    if campaign_id is not None:
        query = query.where(runs.c.campaign_id == campaign_id)
    if states is not None:
        query = query.where(runs.c.state.in_(sorted(states)))
    return [RunRecord(**row) for row in connection.execute(query.limit(limit)).mappings()]


def last_done(connection: Connection, campaign_id: str, by: dt.datetime | None = None) -> RunRecord | None:
    """Return the run of a campaign that began last of those that are done, by an instant if one is named."""
    query = select(runs).where(runs.c.campaign_id == campaign_id, runs.c.state == "done")
    if by is not None:
        query = query.where(runs.c.ended_at <= by)
    row = connection.execute(query.order_by(*NEWEST).limit(1)).mappings().one_or_none()
    return None if row is None else RunRecord(**row)


def unfinished(connection: Connection, campaign_id: str | None = None) -> list[RunRecord]:
    """Return the runs that are running, waiting or paused, newest first: what a new kernel goes on with."""
    return list_runs(connection, campaign_id, UNFINISHED)


def waiting_due(connection: Connection, at: dt.datetime) -> list[RunRecord]:
    """Return the waiting runs whose wait has ended at an instant, in the order in which they ended."""
    query = select(runs).where(runs.c.state == "waiting", runs.c.due_at <= at).order_by(runs.c.due_at, runs.c.id)
    return [RunRecord(**row) for row in connection.execute(query).mappings()]


def move(
    connection: Connection,
    run_id: str,
    from_: Collection[str],
    to: State,
    at: dt.datetime,
    message: str,
    *,
    due_at: dt.datetime | None = None,
    error_text: str = "",
) -> bool:
    """Change a run's state and write why in the log, together; False when its state is not in `from_` any more.

    A run that stops waiting has no `due_at`; one that is paused keeps it.
    Of several kernels that try at once, one gets True.
    Errors: no such id.
    """
    values: dict[str, Any] = {"state": to, "error_text": error_text}
    if to != "paused":
        values["due_at"] = due_at
    if to not in UNFINISHED:
        values["ended_at"] = at
    mine = (runs.c.id == run_id, runs.c.state.in_(sorted(from_)))
    changed = connection.execute(update(runs).where(*mine).values(**values)).rowcount == 1
    run = get(connection, run_id)
    if changed:
        level = "error" if to == "failed" or error_text else "info"
        log.append(connection, message, at, campaign_id=run.campaign_id, run_id=run_id, level=level)
    return changed


def finish(connection: Connection, run_id: str, state: End, at: dt.datetime, *, error_text: str = "", message: str = "") -> RunRecord:
    """End a run.

    Errors: a run that has ended before, no such id.
    """
    if not move(connection, run_id, UNFINISHED, state, at, message or f"run {state}", error_text=error_text):
        raise StoreError(
            Problem(f"run {run_id}", f"it is {get(connection, run_id).state} and can't become {state}", "a run that is going on")
        )
    return get(connection, run_id)


def halt(connection: Connection, run_id: str, activity: str, at: dt.datetime, message: str, *, error_text: str = "") -> bool:
    """Let a run stand before an activity until it is resumed; False when it has ended meanwhile."""
    if not move(connection, run_id, ("running", "waiting"), "paused", at, message, error_text=error_text):
        return False
    connection.execute(update(runs).where(runs.c.id == run_id).values(held_at=activity))
    return True


def resume(connection: Connection, run_id: str, at: dt.datetime, also: Collection[str] = ()) -> bool:
    """Let a run go on that stands before an activity; what it stood before, and `also`, does not halt it again."""
    run = get(connection, run_id)
    if run.state != "paused":
        return False
    known = sorted({*passed(run), *([] if run.error_text else [run.held_at]), *also} - {""})
    values = {"held_at": "", "passed": to_json(known)}
    connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
    return move(connection, run_id, ["paused"], "running", at, "run resumed")


def passed(run: RunRecord) -> frozenset[str]:
    """Return the halts that a run has passed."""
    return frozenset(json.loads(run.passed))


def begin_stage(connection: Connection, run_id: str, number: int, as_of: dt.datetime, at: dt.datetime) -> None:
    """Note that a stage has begun; after a crash it begins again.

    Errors: a stage that is done.
    """
    values = {"state": "running", "started_at": at, "ended_at": None, "due_at": None, "as_of": as_of}
    if insert_new(connection, stages, {"run_id": run_id, "number": number, **values}):
        return
    if connection.execute(_open_stage(run_id, number).values(**values)).rowcount != 1:
        raise _stage_done(run_id, number)


def commit_stage(
    connection: Connection,
    run_id: str,
    number: int,
    as_of: dt.datetime,
    at: dt.datetime,
    *,
    state: Literal["done", "waiting", "failed"] = "done",
    due_at: dt.datetime | None = None,
    tasks: Iterable[Task] = (),
    counts: Mapping[tuple[str, str], int] | None = None,
    exclusions: Mapping[tuple[str, str], int] | None = None,
    closed: Collection[tuple[str, str]] = (),
) -> None:
    """Keep what a stage did, all of it or nothing: its checkpoint.

    Shape: `counts` by (activity, port), `exclusions` by (activity, reason). What an earlier try of the same activities left is replaced.
    Errors: a stage that is done (another kernel may have been faster), a run that has ended.
    """
    if get(connection, run_id).state not in UNFINISHED:
        raise StoreError(
            Problem(f"run {run_id}", f"it is {get(connection, run_id).state}; its stages can't change", "a run that is going on")
        )
    values = {"state": state, "ended_at": at if state != "waiting" else None, "due_at": due_at, "as_of": as_of}
    made = insert_new(connection, stages, {"run_id": run_id, "number": number, "started_at": at, **values})
    if not made and connection.execute(_open_stage(run_id, number).values(**values)).rowcount != 1:
        raise _stage_done(run_id, number)
    _report(connection, run_id, number, tasks, counts or {}, exclusions or {}, closed)


def replace_stage(
    connection: Connection,
    run_id: str,
    before: StageRecord,
    state: str,
    at: dt.datetime,
    *,
    tasks: Iterable[Task],
    counts: Mapping[tuple[str, str], int],
    exclusions: Mapping[tuple[str, str], int],
    closed: Collection[tuple[str, str]] = (),
) -> None:
    """Put another execution of a done stage in the place of the one that is kept, all of it or nothing.

    `before` and `state` are the stage and the run's state as they were when it was computed.
    Errors: the run has gone on or the stage was replaced meanwhile.
    """
    now = get(connection, run_id)
    mine = (stages.c.run_id == run_id, stages.c.number == before.number, stages.c.state == "done", stages.c.ended_at == before.ended_at)
    if now.state != state or connection.execute(update(stages).where(*mine).values(ended_at=at)).rowcount != 1:
        what = f"it is {now.state} by now, and has gone on meanwhile"
        raise StoreError(Problem(f"run {run_id}", what, "a run that stands still or is done", "try again once it has halted"))
    _report(connection, run_id, before.number, tasks, counts, exclusions, closed)


def list_stages(connection: Connection, run_id: str) -> list[StageRecord]:
    """Return the stages of a run, in order."""
    query = select(stages).where(stages.c.run_id == run_id).order_by(stages.c.number)
    return [StageRecord(**row) for row in connection.execute(query).mappings()]


def list_tasks(connection: Connection, run_id: str, order: Iterable[str] = ()) -> list[TaskRecord]:
    """Return the tasks of a run, by stage, then in an order of activities; those that it does not name by name, last."""
    query = select(_TASKS).where(_TASKS.c.run_id == run_id).order_by(_TASKS.c.stage, _TASKS.c.activity)
    place = {label: number for number, label in enumerate(order)}
    found = [TaskRecord(**row) for row in connection.execute(query).mappings()]
    return sorted(found, key=lambda task: (task.stage, place.get(task.activity, len(place))))


def read_counts(connection: Connection, run_id: str) -> dict[tuple[str, str], int]:
    """Return the rows that left each (activity, port) of a run."""
    return _read(connection, _COUNTS, run_id, "port")


def read_ports(connection: Connection, run_id: str) -> dict[tuple[str, str], tuple[int, bool]]:
    """Return the rows that left each (activity, port) of a run, and whether the run went that way."""
    query = select(_COUNTS).where(_COUNTS.c.run_id == run_id).order_by(_COUNTS.c.activity, _COUNTS.c.port)
    return {(row.activity, row.port): (int(row.rows), bool(row.active)) for row in connection.execute(query)}


def read_exclusions(connection: Connection, run_id: str) -> dict[tuple[str, str], int]:
    """Return the rows that each (activity, reason) of a run kept back."""
    return _read(connection, _EXCLUSIONS, run_id, "reason")


def _take(connection: Connection, launch_id: str, run_id: str, campaign_id: str, version: int, at: dt.datetime) -> None:
    free = (
        launches.c.id == launch_id,
        launches.c.campaign_id == campaign_id,
        launches.c.version == version,
        launches.c.run_id.is_(None),
        launches.c.state.in_(("pending", "running")),
    )
    fired = func.coalesce(launches.c.fired_at, bindparam("fired", at, UtcDateTime))
    if connection.execute(update(launches).where(*free).values(run_id=run_id, state="running", fired_at=fired)).rowcount != 1:
        raise StoreError(
            Problem(
                f"launch {launch_id}", "it has a run already, has ended, or is of another version", "a launch that is free for this run"
            )
        )


def _open_stage(run_id: str, number: int) -> Update:
    return update(stages).where(stages.c.run_id == run_id, stages.c.number == number, stages.c.state != "done")


def _stage_done(run_id: str, number: int) -> StoreError:
    return StoreError(Problem(f"run {run_id}", f"stage {number} is done already", "a stage that is not done", "go on with the next stage"))


def _rows(run_id: str, name: str, values: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    return [{"run_id": run_id, "activity": activity, name: label, "rows": rows} for (activity, label), rows in values.items()]


def _report(
    connection: Connection,
    run_id: str,
    number: int,
    tasks: Iterable[Task],
    counts: Mapping[tuple[str, str], int],
    exclusions: Mapping[tuple[str, str], int],
    closed: Collection[tuple[str, str]],
) -> None:
    reported = list(tasks)
    names = {task.activity for task in reported} | {activity for activity, _ in (*counts, *exclusions)}
    _replace(connection, _TASKS, run_id, names, [{"run_id": run_id, "stage": number, **asdict(task)} for task in reported])
    rows = [{**row, "active": (row["activity"], row["port"]) not in closed} for row in _rows(run_id, "port", counts)]
    _replace(connection, _COUNTS, run_id, names, rows)
    _replace(connection, _EXCLUSIONS, run_id, names, _rows(run_id, "reason", exclusions))


def _replace(connection: Connection, table: Table, run_id: str, activities: Collection[str], rows: list[dict[str, Any]]) -> None:
    old = delete(table).where(table.c.run_id == run_id, table.c.activity == bindparam("gone"))
    if activities:
        connection.execute(old, [{"gone": name} for name in sorted(activities)])
    if rows:
        connection.execute(insert(table), rows)


def _read(connection: Connection, table: Table, run_id: str, name: str) -> dict[tuple[str, str], int]:
    query = select(table.c.activity, table.c[name], table.c.rows).where(table.c.run_id == run_id).order_by(table.c.activity, table.c[name])
    return {(str(activity), str(label)): int(rows) for activity, label, rows in connection.execute(query)}
