"""Lowered populations: conditions over a shared frame, so that transitions of one frame cost a mask each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import polars as pl

from campaign_nb.engine.optimise.columns import Leaf


@dataclass(frozen=True, eq=False)
class Base:
    """A frame that several transitions share.

    One row per key, with the columns that are read downstream.
    """

    frame: pl.LazyFrame
    derived: Mapping[Leaf, str] = field(default_factory=dict[Leaf, str])
    scan: bool = False
    """Whether it is a source that is read anew by each reader, so that conditions reach the file."""


@dataclass(frozen=True, eq=False)
class Mask:
    """A condition that is true or false for every row; compared by identity."""

    expr: pl.Expr


@dataclass(frozen=True, eq=False)
class Flow:
    """The rows of a base that meet all masks.

    Computed columns are expressions on the base.
    """

    base: Base
    masks: tuple[Mask, ...] = ()
    computed: Mapping[str, pl.Expr] = field(default_factory=dict[str, pl.Expr])

    def that(self, *masks: Mask) -> Flow:
        """Return the flow with more conditions."""
        return Flow(self.base, (*self.masks, *masks), self.computed)

    def computing(self, columns: Mapping[str, pl.Expr]) -> Flow:
        """Return the flow with more computed columns."""
        return Flow(self.base, self.masks, {**self.computed, **columns})

    def column(self, name: str) -> pl.Expr:
        """Return a column of the rows."""
        return self.computed.get(name, pl.col(name))

    def where(self) -> pl.Expr | None:
        """Return the condition that rows of the base must meet; None for all."""
        return every(self.masks)

    def rows(self) -> pl.LazyFrame:
        """Return the base's rows that belong to the flow."""
        where = self.where()
        return self.base.frame if where is None else self.base.frame.filter(where)

    def select(self, names: Sequence[str]) -> pl.LazyFrame:
        """Return the rows with these columns."""
        return self.rows().select(self.column(name).alias(name) for name in dict.fromkeys(names))


def every(masks: Sequence[Mask]) -> pl.Expr | None:
    """Join conditions by AND; None when there is none.

    >>> every([]) is None
    True
    """
    return reduce(lambda one, two: one & two, (mask.expr for mask in masks)) if masks else None


def some(flows: Sequence[Flow]) -> tuple[list[Mask], pl.Expr | None]:
    """Split the conditions of flows on one base: those that all share, and the OR of what remains.

    The OR is None when some flow has nothing beyond the shared ones.
    """
    shared = [mask for mask in flows[0].masks if all(among(mask, flow.masks) for flow in flows)]
    rests = [every([mask for mask in flow.masks if not among(mask, shared)]) for flow in flows]
    known = [rest for rest in rests if rest is not None]
    if len(known) < len(rests):
        return shared, None
    return shared, reduce(lambda one, two: one | two, known)


def among(mask: Mask, masks: Sequence[Mask]) -> bool:
    """Tell whether a condition, or one that says the same, is among others."""
    return any(mask is other or mask.expr.meta.eq(other.expr) for other in masks)
