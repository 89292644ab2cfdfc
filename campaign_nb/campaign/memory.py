"""What earlier runs of a campaign leave to the next: keys that were returned, and when the last run was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from campaign_nb.activity import Recall
from campaign_nb.data.model import DataModel
from campaign_nb.delivery.memory import CHANNEL
from campaign_nb.engine.recall import nothing_recalled
from campaign_nb.rules.tree import Scalar
from campaign_nb.store import Connection, campaigns, files, runs
from campaign_nb.store.runs import RunRecord
from campaign_nb.workspace import Workspace

FORGOTTEN = ("failed", "stopped")


@dataclass(frozen=True, slots=True)
class Memory:
    """Keys by the reference under which plans load them, and variables by name."""

    keys: dict[str, pl.LazyFrame] = field(default_factory=dict[str, pl.LazyFrame])
    variables: dict[str, Scalar] = field(default_factory=dict[str, Scalar])


def recalled(
    workspace: Workspace, campaign: str, recalls: Mapping[str, Recall], model: DataModel, start: dt.datetime, run: RunRecord | None
) -> Memory:
    """Return what a run that starts at an instant finds of earlier runs; those that failed or were stopped left nothing."""
    memory = Memory()
    for recall in recalls.values():
        keys, variables = nothing_recalled(recall, model)
        memory.keys.update(keys)
        memory.variables.update(variables)
    if not workspace.begun:
        return memory
    with workspace.store.read() as connection:
        earlier = _earlier(connection, campaign, run)
        done = {item.id: _reached(connection, item.id) for item in earlier}
        for label, recall in recalls.items():
            own = [item for item in earlier if label in done[item.id]]
            if recall.variable is not None:
                memory.variables[recall.variable] = max((item.as_of for item in own), default=None)
            if recall.reference is not None:
                kept = [item for item in own if recall.history is None or item.as_of > start - recall.history]
                memory.keys[recall.reference] = _keys(workspace, connection, label, kept, memory.keys[recall.reference])
    return memory


def _earlier(connection: Connection, campaign: str, run: RunRecord | None) -> list[RunRecord]:
    record = campaigns.find(connection, campaign)
    found = [] if record is None else runs.list_runs(connection, record.id)
    others = [item for item in found if item.state not in FORGOTTEN and (run is None or item.id != run.id)]
    return [item for item in others if run is None or item.started_at <= run.started_at]


def _reached(connection: Connection, run_id: str) -> set[str]:
    """Return the activities that a run got to; of an old one, whose tasks are removed, those that it counted."""
    return {task.activity for task in runs.list_tasks(connection, run_id)} | {label for label, _ in runs.read_counts(connection, run_id)}


def _keys(workspace: Workspace, connection: Connection, label: str, kept: list[RunRecord], none: pl.LazyFrame) -> pl.LazyFrame:
    key = none.collect_schema().names()
    frames = [
        pl.scan_parquet(files.path_of(workspace.folder, file)).select(key)
        for item in kept
        for file in files.list_files(connection, run_id=item.id, kind="population")
        if (file.activity, file.channel) == (label, CHANNEL)
    ]
    return pl.concat([none, *frames], how="vertical_relaxed").unique()
