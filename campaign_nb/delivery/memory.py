"""What an activity returned, kept for the next run of its campaign."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from campaign_nb.activity import Effect
from campaign_nb.clock import Clock
from campaign_nb.engine.kept import write_rows
from campaign_nb.engine.plan import Task
from campaign_nb.store import Connection, files
from campaign_nb.store.files import Slot, Written
from campaign_nb.store.runs import RunRecord

CHANNEL = "memory"


class Memories:
    """Stores the keys that an activity returned; they count as long as their run does."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock

    def write(self, run: RunRecord, task: Task, effect: Effect, rows: pl.DataFrame) -> list[Written]:
        """Write the keys."""
        return [write_rows(self._folder, Slot("population", run.id, task.label, CHANNEL), rows)]

    def commit(self, connection: Connection, run: RunRecord, task: Task, effect: Effect, written: list[Written]) -> None:
        """Make the keys count."""
        for item in written:
            files.record(connection, self._folder, item, self._clock.now())
