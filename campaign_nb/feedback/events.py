"""Recorded events by message: where rules such as *opened* find the people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from campaign_nb.rules import tree
from campaign_nb.store import campaigns, files, runs
from campaign_nb.store.database import Store

SENT = "sent"


def people_with(store: Store, node: tree.Behaviour, run_id: str | None = None) -> pl.LazyFrame | None:
    """Return the keys (key_0, …) of people with an event of a message; None when nothing was recorded.

    Shape: the events of one run where `run_id` is given, otherwise of all runs of the campaign; a key once for each
    event.
    """
    paths = _paths(store, node.campaign, node.activity, "outbox" if node.event == SENT else "feedback", run_id)
    if not paths:
        return None
    # file by file: another version of the campaign may have written other parts of messages
    found = [pl.scan_parquet(path) for path in paths]
    some = found if node.event == SENT else [rows.filter(pl.col("event") == node.event) for rows in found]
    return pl.concat([rows.select(pl.selectors.starts_with("key_")) for rows in some], how="vertical_relaxed")


def _paths(store: Store, campaign: str, activity: str, kind: files.Kind, run_id: str | None) -> list[Path]:
    with store.read() as connection:
        if run_id is not None:
            ids: Sequence[str] = [run_id]
        else:
            record = campaigns.find(connection, campaign)
            ids = [] if record is None else [run.id for run in runs.list_runs(connection, record.id)]
        found = [file for one in ids for file in files.list_files(connection, run_id=one, kind=kind)]
    return [files.path_of(store.folder, file) for file in found if file.activity == activity]
