"""Where a plan's rows come from: the data model, stored populations, recorded events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

import polars as pl

from campaign_nb.data.model import DataModel, TableInfo
from campaign_nb.engine.backends.polars.lowering import Lowering
from campaign_nb.engine.resident import RESIDENT
from campaign_nb.errors import DataError, Problem, RunError
from campaign_nb.rules import tree
from campaign_nb.steps import Step

Events: TypeAlias = Callable[[tree.Behaviour, Lowering], pl.LazyFrame | None]
"""Gives the keys (key_0, …) of people with an event of a message, stored or simulated; None when there is none."""


def refuse_drift(tables: Iterable[TableInfo], cause: Exception) -> None:
    """Blame a failed computation on sources that have changed since their tables were declared.

    Errors: columns that are gone or have another type, of all tables together; nothing where there is none.
    """
    problems = [problem for info in tables for problem in info.drift()]
    if problems:
        raise DataError(*problems, subject="the data" if len(problems) > 1 else "") from cause


class ModelSources:
    """Reads tables from the data model; stored rows and events from what a run hands over."""

    def __init__(
        self,
        model: DataModel,
        stored: Mapping[str, pl.LazyFrame] | None = None,
        events: Events | None = None,
        asked: Callable[[tree.Behaviour], Step | None] = lambda node: None,
        names: Collection[str] | None = None,
        present: Collection[str] = (),
    ) -> None:
        """Give `names`, of all that is read, so that tables whose columns are kept in memory come from there.

        `present` are the references of stored rows that were read from the tables just now.
        """
        self._model, self._stored, self._events, self._asked, self._names = model, stored or {}, events, asked, names
        self._present = frozenset(present)
        self.scans: dict[str, int] = {}
        """How often each table was opened, for tests that nothing is read twice."""

    def scan(self, table: str) -> pl.LazyFrame:
        """Return the rows of a table of the data model."""
        self.scans[table] = self.scans.get(table, 0) + 1
        info = self._model.infos[table]
        kept = None if self._names is None else RESIDENT.rows(info, self._names)
        return info.source.open() if kept is None else kept

    def types(self, table: str) -> pl.Schema:
        """Return the types of a table's columns; none for a table that is not of the data model."""
        info = self._model.infos.get(table)
        return pl.Schema() if info is None else info.source.open().collect_schema()

    def load(self, reference: str) -> pl.LazyFrame:
        """Return rows that were stored earlier."""
        if reference not in self._stored:
            name = reference.split(":", 1)[-1].split("\x1f")[0]
            raise RunError(
                Problem(
                    f"stored rows of {name!r}", "they are not there", "rows stored by an earlier run", "run the campaign that saves them"
                )
            )
        return self._stored[reference]

    def is_present(self, reference: str) -> bool:
        """Tell whether stored rows were read from their table at the instant that the plan means."""
        return reference in self._present

    def asked(self, node: tree.Behaviour) -> Step | None:
        """Return the step of the plan that a rule on messages asks about, which must be lowered before it."""
        return self._asked(node)

    def events(self, node: tree.Behaviour, plan: Lowering) -> pl.LazyFrame | None:
        """Return the keys of people with an event of a message; None when there is none."""
        return self._events(node, plan) if self._events is not None else None
