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

    Shape: the events of one run where `run_id` is given, otherwise of all runs of the campaign.
    """
    paths = _paths(store, node.campaign, node.activity, "outbox" if node.event == SENT else "feedback", run_id)
    if not paths:
        return None
    found = pl.scan_parquet(paths)
    found = found if node.event == SENT else found.filter(pl.col("event") == node.event)
    return found.select(pl.selectors.starts_with("key_"))


def _paths(store: Store, campaign: str, activity: str, kind: files.Kind, run_id: str | None) -> list[Path]:
    with store.read() as connection:
        if run_id is not None:
            ids: Sequence[str] = [run_id]
        else:
            record = campaigns.find(connection, campaign)
            ids = [] if record is None else [run.id for run in runs.list_runs(connection, record.id)]
        found = [file for one in ids for file in files.list_files(connection, run_id=one, kind=kind)]
    return [files.path_of(store.folder, file) for file in found if file.activity == activity]
