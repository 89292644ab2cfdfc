"""Saved audiences: the keys of a population and the columns to keep, replaced whole."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from campaign_nb.activity import Effect
from campaign_nb.clock import Clock
from campaign_nb.engine.kept import write_rows
from campaign_nb.engine.plan import Task
from campaign_nb.store import Connection, audiences, files
from campaign_nb.store.files import Slot, Written
from campaign_nb.store.runs import RunRecord


class Audiences:
    """Stores populations under names."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock

    def write(self, run: RunRecord, task: Task, effect: Effect, rows: pl.DataFrame) -> list[Written]:
        """Write the keys and the columns to keep."""
        return [write_rows(self._folder, Slot("audience", run.id, task.label), rows)]

    def commit(self, connection: Connection, run: RunRecord, task: Task, effect: Effect, written: list[Written]) -> None:
        """Make the audience the one of its name."""
        now = self._clock.now()
        for item in written:
            record = files.record(connection, self._folder, item, now)
            table = effect.step.population.table.label
            audiences.save_audience(connection, effect.name, table, record.id, record.rows, now, run_id=run.id)
