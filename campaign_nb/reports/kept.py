"""What the store keeps of a campaign's runs and messages, as the frames that the figures are made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from campaign_nb.activity import CATALOGUE
from campaign_nb.engine.pace import come
from campaign_nb.errors import Problem, StoreError
from campaign_nb.reports.metrics import FEEDBACK, INBOUND, OUTBOX
from campaign_nb.store import Connection, campaigns, files, runs
from campaign_nb.store.database import Store
from campaign_nb.store.files import FileRecord
from campaign_nb.store.runs import RunRecord, TaskRecord

RUNS = {"run": pl.String, "as_of": pl.Datetime("us", "UTC"), "state": pl.String}
EXCLUSIONS = {"activity": pl.String, "run": pl.String, "reason": pl.String, "people": pl.Int64}


@dataclass(frozen=True, eq=False)
class Kept:
    """The frames behind a report: runs newest first, message activities by run, exclusions, messages, events."""

    runs: pl.DataFrame
    inbound: pl.DataFrame
    exclusions: pl.DataFrame
    outbox: pl.LazyFrame
    feedback: pl.LazyFrame


def kept(store: Store, campaign: str, run_id: str | None = None, now: dt.datetime | None = None) -> Kept:
    """Read what is kept of all runs of a campaign, or of one.

    Shape: message activities are those of a channel; activities that failed are left out, they sent nothing.
    Time: messages are those that have gone out by `now`; without it, all but what stopped and failed runs have not sent.
    Errors: a run of another campaign, no such run; a file of messages that is gone.
    """
    with store.read() as connection:
        found = _runs(connection, campaign, run_id)
        tasks = {run.id: runs.list_tasks(connection, run.id) for run in found}
        reasons = {run.id: runs.read_exclusions(connection, run.id) for run in found}
        outbox = {run.id: files.list_files(connection, run_id=run.id, kind="outbox") for run in found}
        feedback = {run.id: files.list_files(connection, run_id=run.id, kind="feedback") for run in found}
    inbound: list[tuple[object, ...]] = []
    exclusions: list[tuple[object, ...]] = []
    order = _order(tasks)
    for turn, run in enumerate(found):
        sent, answered = ({file.activity for file in of[run.id]} for of in (outbox, feedback))
        for task in tasks[run.id]:
            if task.state not in ("done", "warning") or not (task.activity in sent or _is_message(task.kind)):
                continue
            left = [(reason, rows) for (activity, reason), rows in reasons[run.id].items() if activity == task.activity and rows]
            excluded = sum(rows for _, rows in left)
            inbound.append((task.activity, run.id, order[task.activity], turn, task.rows_in, excluded, task.activity in answered))
            exclusions += [(task.activity, run.id, reason, rows) for reason, rows in left]
    return Kept(
        pl.DataFrame([(run.id, run.as_of, run.state) for run in found], schema=RUNS, orient="row"),
        pl.DataFrame(inbound, schema=INBOUND, orient="row"),
        pl.DataFrame(exclusions, schema=EXCLUSIONS, orient="row"),
        _scan(store, found, outbox, OUTBOX, now),
        _scan(store, found, feedback, {**FEEDBACK, "simulated": pl.Boolean}, now),
    )


def _runs(connection: Connection, campaign: str, run_id: str | None) -> list[RunRecord]:
    record = campaigns.find(connection, campaign)
    if run_id is None:
        return [] if record is None else runs.list_runs(connection, record.id)
    run = runs.get(connection, run_id)
    if record is None or run.campaign_id != record.id:
        raise StoreError(
            Problem(f"campaign {campaign!r}", f"run {run_id[:8]} belongs to another campaign", "one of its own", "campaign.runs")
        )
    return [run]


def _order(tasks: Mapping[str, Sequence[TaskRecord]]) -> dict[str, int]:
    """Number the activities in the order of the newest run, then those that only older runs have."""
    labels = [task.activity for records in tasks.values() for task in records]
    return {label: place for place, label in enumerate(dict.fromkeys(labels))}


def _is_message(kind: str) -> bool:
    return kind in CATALOGUE and bool(CATALOGUE[kind].channel)


def _scan(
    store: Store,
    found: Sequence[RunRecord],
    by_run: Mapping[str, Sequence[FileRecord]],
    columns: Mapping[str, type[pl.DataType]],
    now: dt.datetime | None,
) -> pl.LazyFrame:
    records = [(file, run) for run in found for file in by_run[run.id] if file.rows]
    frames = [come(pl.scan_parquet(files.path_of(store.folder, file)), file, run, now).select(list(columns)) for file, run in records]
    return pl.concat([pl.LazyFrame(schema=columns), *frames])
