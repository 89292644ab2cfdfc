"""Columns beside rows: what leaves share, how a side table is joined, and what resolves the nodes of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from campaign_nb.engine.backends.polars.operand import Context
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Leaf
from campaign_nb.rules import tree
from campaign_nb.rules.check import Scope, field_of_value
from campaign_nb.rules.schema import Field, RowSchema, Schema, TableSchema

Collected = tree.Aggregate | tree.Exists | tree.Lines


@dataclass(frozen=True, slots=True)
class Stem:
    """What leaves must share to be computed in one pass: the links, the conditions before the last, the instant."""

    table: str
    steps: tuple[tree.LinkStep, ...]
    last: str
    moment: Moment


@dataclass(frozen=True, slots=True)
class Side:
    """Columns to join to rows: the frame, its key columns beside those of the rows, and how to fill what is missing."""

    frame: pl.LazyFrame
    on: tuple[tuple[str, str], ...]
    columns: Mapping[Leaf, str]
    fills: Mapping[str, object]


def context_of(moment: Moment) -> Context:
    """Return a moment as expressions want it."""
    return Context(moment.as_of, moment.zone, dict(moment.variables))


def rows_of(node: tree.Node) -> tree.Linked | None:
    """Return the linked rows that a leaf is computed from; None for a path to one row."""
    return node.rows if isinstance(node, Collected) else None


def stem_of(table: str, leaf: Leaf) -> Stem:
    """Return what a leaf shares with others that are computed in the same pass."""
    rows = rows_of(leaf.node)
    if isinstance(leaf.node, tree.Window):
        return Stem(table, (), "", leaf.moment)
    if rows is None:
        assert isinstance(leaf.node, tree.Column)
        return Stem(table, tuple(tree.LinkStep(name) for name in leaf.node.path), "", leaf.moment)
    *before, last = rows.steps
    return Stem(table, tuple(before), last.link, leaf.moment)


class RowScope:
    """Resolves the leaves of nodes on the rows of a table's frame."""

    def __init__(self, schema: Schema, table: TableSchema, derived: Mapping[Leaf, str], moment: Moment) -> None:
        self.scope, self.derived, self.moment = Scope(schema, RowSchema(table)), derived, moment

    def __call__(self, node: tree.Node) -> tuple[pl.Expr, Field]:
        """Return the expression and the type of a leaf."""
        if isinstance(node, tree.Column) and not node.path:
            return pl.col(node.name), self.scope.row.table.columns[node.name]
        name = self.derived[Leaf(node, self.moment)]
        return pl.col(name), field_of_value(self.scope, name, node)


def join_side(frame: pl.LazyFrame, side: Side) -> pl.LazyFrame:
    """Join a side table; rows without a match get the fills."""
    joined = frame.join(side.frame, left_on=[here for here, _ in side.on], right_on=[key for _, key in side.on], how="left")
    fills = [pl.col(name).fill_null(value) for name, value in side.fills.items()]  # pyright: ignore[reportArgumentType] # literals
    return joined.with_columns(fills) if fills else joined


def leaves_of(node: tree.Node) -> Iterator[tree.Node]:
    """Yield the nodes that need another table, without looking inside them."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, Collected | tree.Window) or (isinstance(item, tree.Column) and item.path):
            yield item
        else:
            stack.extend(item.children())
