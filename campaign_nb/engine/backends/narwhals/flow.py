"""Lowered populations: conditions over a shared frame of a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import narwhals as nw

from campaign_nb.engine.optimise.columns import Leaf

Frame = nw.LazyFrame[Any]


@dataclass(eq=False)
class Base:
    """A frame that several transitions share: one row per key.

    `whole` are all rows of a table, `scanned` rows of which flows take some by their masks; `reads` is how often they are computed.
    """

    frame: Frame
    derived: Mapping[Leaf, str] = field(default_factory=dict[Leaf, str])
    whole: bool = False
    scanned: bool = False
    reads: int = 0

    def read(self) -> Frame:
        """Return the frame to one more reader."""
        self.reads += 1
        return self.frame


@dataclass(frozen=True, eq=False)
class Flow:
    """The rows of a base that meet all masks, each true or false for every row.

    Computed columns are expressions on it.
    """

    base: Base
    masks: tuple[nw.Expr, ...] = ()
    computed: Mapping[str, nw.Expr] = field(default_factory=dict[str, nw.Expr])

    def that(self, *masks: nw.Expr) -> Flow:
        """Return the flow with more conditions."""
        return Flow(self.base, (*self.masks, *masks), self.computed)

    def computing(self, columns: Mapping[str, nw.Expr]) -> Flow:
        """Return the flow with more computed columns."""
        return Flow(self.base, self.masks, {**self.computed, **columns})

    def column(self, name: str) -> nw.Expr:
        """Return a column of the rows."""
        return self.computed.get(name, nw.col(name))

    def on(self, base: Base) -> Flow:
        """Return the flow over another base that has its rows and columns."""
        return Flow(base, self.masks, self.computed)

    def where(self) -> nw.Expr | None:
        """Return the condition that rows of the base must meet; None for all."""
        return every(self.masks)

    def rows(self) -> Frame:
        """Return the base's rows that belong to the flow."""
        where = self.where()
        return self.base.read() if where is None else self.base.read().filter(where)

    def select(self, names: Sequence[str]) -> Frame:
        """Return the rows with these columns."""
        return self.rows().select(*(self.column(name).alias(name) for name in dict.fromkeys(names)))


def some(flows: Sequence[Flow]) -> nw.Expr | None:
    """Return the condition of rows that belong to any of these flows; None where one of them has all."""
    wheres = [where for flow in flows if (where := flow.where()) is not None]
    return reduce(lambda one, two: one | two, wheres) if wheres and len(wheres) == len(flows) else None


def every(masks: Sequence[nw.Expr]) -> nw.Expr | None:
    """Join conditions by AND; None when there is none."""
    return reduce(lambda one, two: one & two, masks) if masks else None
