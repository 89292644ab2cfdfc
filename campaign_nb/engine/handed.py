"""Rows that the stages of a run hand on in memory: what is stored for them is read again only by another process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from campaign_nb.engine.plan import Plan, Stage, checkpoint_of
from campaign_nb.graph.definition import Ref

MOST = 512 * 2**20
"""How many bytes a run holds for its next stages; what is larger is read back from the disk."""


class Handed:
    """What the finished stages of a run have stored and stages to come at the same instant will read.

    Rows are given up when time passes between two stages, when an activity changes tables, and when nobody reads them any more.
    """

    def __init__(self, most: int = MOST) -> None:
        self._rows: dict[Ref, pl.DataFrame] = {}
        self._offset: dt.timedelta | None = None
        self._most = most

    def take(self, plan: Plan, stage: Stage, rows: Mapping[Ref, pl.DataFrame]) -> None:
        """Hold what a stage has stored, where a later one reads it."""
        if stage.offset != self._offset or any(task.activity.changes_data for task in stage.tasks):
            self._rows.clear()
        self._offset = stage.offset
        if any(task.activity.changes_data for task in stage.tasks):
            return
        later = {ref for other in plan.stages[stage.number + 1 :] for task in other.tasks for ref in task.refs}
        self._rows = {ref: frame for ref, frame in {**self._rows, **rows}.items() if ref in later}
        held = 0
        for ref, frame in list(self._rows.items()):
            held += frame.estimated_size()
            if held > self._most:
                del self._rows[ref]

    def rows(self, stage: Stage) -> dict[str, pl.LazyFrame]:
        """Return what is held for a stage, by the reference under which it reads stored rows."""
        if stage.offset != self._offset:
            return {}
        return {checkpoint_of(ref): frame.lazy() for ref, frame in self._rows.items()}
