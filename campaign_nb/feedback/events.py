"""Recorded events by message: where rules such as *opened* find the people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.pace import come
from campaign_nb.rules import tree
from campaign_nb.store import campaigns, files, runs
from campaign_nb.store.database import Store
from campaign_nb.store.runs import RunRecord

SENT = "sent"


def people_with(store: Store, node: tree.Behaviour, run_id: str | None = None, now: dt.datetime | None = None) -> pl.LazyFrame | None:
    """Return the keys (key_0, …) of people with an event of a message; None when nothing was recorded.

    Shape: the events of one run where `run_id` is given, otherwise of all runs of the campaign; a key once for each
    event.
    Time: a message that goes out at its recipient's own time counts once that has come by `now`; without it, it is
    taken as come, but for what a run that was stopped or failed has not sent.
    """
    kept = _files(store, node.campaign, node.activity, "outbox" if node.event == SENT else "feedback", run_id)
    if not kept:
        return None
    # file by file: another version of the campaign may have written other parts of messages
    found = [come(pl.scan_parquet(files.path_of(store.folder, file)), file, run, now) for file, run in kept]
    some = found if node.event == SENT else [rows.filter(pl.col("event") == node.event) for rows in found]
    return pl.concat([rows.select(pl.selectors.starts_with("key_")) for rows in some], how="vertical_relaxed")


def _files(store: Store, campaign: str, activity: str, kind: files.Kind, run_id: str | None) -> list[tuple[files.FileRecord, RunRecord]]:
    with store.read() as connection:
        if run_id is not None:
            found: Sequence[RunRecord] = [runs.get(connection, run_id)]
        else:
            record = campaigns.find(connection, campaign)
            found = [] if record is None else runs.list_runs(connection, record.id)
        kept = [(file, run) for run in found for file in files.list_files(connection, run_id=run.id, kind=kind)]
    return [(file, run) for file, run in kept if file.activity == activity]
