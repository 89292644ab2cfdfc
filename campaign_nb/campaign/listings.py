"""What is kept of a campaign, as listings: its log, the tasks of its runs, its runs, its versions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from campaign_nb.activity import CATALOGUE
from campaign_nb.delivery.notices import SIGNAL
from campaign_nb.store import Store, campaigns, launches, log, runs
from campaign_nb.store.campaigns import CampaignRecord, VersionRecord
from campaign_nb.store.launches import LaunchRecord
from campaign_nb.store.runs import RunRecord, TaskRecord
from campaign_nb.workspace import Listing
from campaign_nb.workspace.life import schedule_of

_INSTANT = pl.Datetime("us", "UTC")
_Columns = dict[str, Any]
_LOG: _Columns = {"at": _INSTANT, "level": pl.String, "activity": pl.String, "message": pl.String}
_TIMES: _Columns = {"started_at": _INSTANT, "ended_at": _INSTANT, "duration": pl.Duration("us"), "error": pl.String}
_TASK: _Columns = {"run": pl.String, "activity": pl.String, "kind": pl.String, "stage": pl.Int64, "state": pl.String}
_TASKS = {**_TASK, "rows_in": pl.Int64, "rows_out": pl.Int64, "as_of": _INSTANT, **_TIMES, "note": pl.String}
_RUN: _Columns = {"run": pl.String, "version": pl.Int64, "state": pl.String, "as_of": _INSTANT, **_TIMES}
_WAY: _Columns = {"started_by": pl.String, "reason": pl.String, "held_at": pl.String, "due_at": _INSTANT, "variables": pl.String}
_RUNS = {**_RUN, **_WAY, "mode": pl.String}
_VERSION: _Columns = {"version": pl.Int64, "state": pl.String, "activities": pl.Int64, "runs": pl.Int64}
_VERSIONS = {**_VERSION, "schedule": pl.String, "created_at": _INSTANT, "published_at": _INSTANT}


def log_of(name: str, store: Store | None, record: CampaignRecord | None, zone: str) -> Listing:
    """Return the log of a campaign, oldest first; `zone` is that in which it is shown."""
    lines: list[Any] = []
    if store is not None and record is not None:
        with store.read() as connection:
            lines = [(line.at, line.level, line.activity, line.message) for line in log.read(connection, campaign_id=record.id)]
    return _listing(f"log of {name}", lines, _LOG, "activity", zone)


def tasks_of(name: str, store: Store | None, run_ids: Iterable[str], zone: str, order: Sequence[str]) -> Listing:
    """Return the tasks of runs, in the order of these, of stages, and of activities."""
    rows: list[Any] = []
    if store is not None:
        with store.read() as connection:
            found = [task for run_id in run_ids for task in runs.list_tasks(connection, run_id, order)]
        rows = [
            (t.run_id, t.activity, t.kind, t.stage, t.state, rows_in(t), t.rows_out, t.as_of, *_times(t), t.error_text, t.note)
            for t in found
        ]
    return _listing(f"tasks of {name}", rows, _TASKS, "activity", zone)


def runs_of(name: str, store: Store | None, record: CampaignRecord | None, zone: str) -> Listing:
    """Return the live runs of a campaign, newest first."""
    rows: list[Any] = []
    if store is not None and record is not None:
        with store.read() as connection:
            found = runs.list_runs(connection, record.id)
            asked = {item.run_id: item for item in launches.list_launches(connection, record.id) if item.run_id is not None}
        rows = [_run(run, asked.get(run.id), record) for run in found]
    return _listing(f"runs of {name}", rows, _RUNS, "run", zone)


def versions_of(name: str, store: Store | None, record: CampaignRecord | None, draft: Sequence[Any] | None, zone: str) -> Listing:
    """Return the versions of a campaign, oldest first; `draft` is the row of one that is not kept yet."""
    rows: list[Any] = []
    if store is not None and record is not None:
        with store.read() as connection:
            kept = campaigns.list_versions(connection, record.id)
            found = runs.list_runs(connection, record.id)
        newest = max((item.version for item in kept if item.published_at is not None), default=0)
        rows = [_version(item, newest, sum(run.version == item.version for run in found)) for item in kept]
    if draft is not None:
        rows = [*(row for row in rows if row[0] != draft[0]), tuple(draft)]
    return _listing(f"versions of {name}", rows, _VERSIONS, "state", zone)


def draft_row(number: int, activities: int, schedule: str | None, created_at: dt.datetime | None) -> tuple[Any, ...]:
    """Return the row of a version that is being written."""
    return (number, "draft", activities, 0, schedule, created_at, None)


def rows_in(task: TaskRecord) -> int | None:
    """Return how many rows went into a task; None for a source, into which nothing goes."""
    kind = CATALOGUE.get(task.kind)
    return None if kind is not None and kind.inputs == (0, 0) else task.rows_in


def _times(item: RunRecord | TaskRecord) -> tuple[dt.datetime | None, dt.datetime | None, dt.timedelta | None]:
    """Return when something started and ended, and how long it took."""
    took = None if item.started_at is None or item.ended_at is None else item.ended_at - item.started_at
    return item.started_at, item.ended_at, took


def _run(run: RunRecord, launch: LaunchRecord | None, record: CampaignRecord) -> tuple[Any, ...]:
    """Return the row of a run: what started it, and why it stands, or else why it started when it did."""
    by = "by hand" if launch is None else "signal" if launch.nominal.startswith(SIGNAL) else "schedule"
    halted = ("an error" if run.error_text else record.pause_reason or "a breakpoint") if run.state == "paused" else ""
    reason = halted or ("" if launch is None else launch.reason)
    times = (run.as_of, *_times(run), run.error_text)
    return (run.id, run.version, run.state, *times, by, reason, run.held_at, run.due_at, run.variables, run.mode)


def _version(item: VersionRecord, newest: int, runs: int) -> tuple[Any, ...]:
    state = "draft" if item.published_at is None else "published" if item.version == newest else "replaced"
    activities = len(json.loads(item.definition).get("activities", []))
    schedule = None if item.schedule is None else schedule_of(item.schedule).explain()
    return (item.version, state, activities, runs, schedule, item.created_at, item.published_at)


def _listing(title: str, rows: list[Any], columns: _Columns, name: str, zone: str) -> Listing:
    return Listing(title, pl.LazyFrame(rows, schema=columns, orient="row"), name=name, time_zone=zone)
