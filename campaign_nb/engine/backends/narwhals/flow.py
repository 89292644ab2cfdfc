"""Lowered populations: conditions over a shared frame of a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import narwhals as nw

from campaign_nb.engine.optimise.columns import Leaf

Frame = nw.LazyFrame[Any]


@dataclass(frozen=True, eq=False)
class Base:
    """A frame that several transitions share: one row per key."""

    frame: Frame
    derived: Mapping[Leaf, str] = field(default_factory=dict[Leaf, str])


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

    def where(self) -> nw.Expr | None:
        """Return the condition that rows of the base must meet; None for all."""
        return every(self.masks)

    def rows(self) -> Frame:
        """Return the base's rows that belong to the flow."""
        where = self.where()
        return self.base.frame if where is None else self.base.frame.filter(where)

    def select(self, names: Sequence[str]) -> Frame:
        """Return the rows with these columns."""
        return self.rows().select(*(self.column(name).alias(name) for name in dict.fromkeys(names)))


def every(masks: Sequence[nw.Expr]) -> nw.Expr | None:
    """Join conditions by AND; None when there is none."""
    return reduce(lambda one, two: one & two, masks) if masks else None
