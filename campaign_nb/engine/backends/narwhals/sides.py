"""Columns beside rows: a side table, how it is joined, what resolves the nodes of its rows, and its aggregates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import narwhals as nw

from campaign_nb.engine.backends.narwhals import spark_frames
from campaign_nb.engine.backends.narwhals.comparison import truth
from campaign_nb.engine.backends.narwhals.expressions import compile_operand, compile_value
from campaign_nb.engine.backends.narwhals.flow import Frame
from campaign_nb.engine.backends.narwhals.operand import Context, literal
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Leaf
from campaign_nb.rules import tree
from campaign_nb.rules.check import Scope, field_of_value, linked_scope
from campaign_nb.rules.schema import Field, LinkSchema, RowSchema, Schema, TableSchema

NUMBER = "__n"


@dataclass(frozen=True, slots=True)
class Side:
    """Columns to join to rows: the frame, its key columns beside those of the rows, and how to fill what is missing."""

    frame: Frame
    on: tuple[tuple[str, str], ...]
    columns: Mapping[Leaf, str]
    fills: Mapping[str, bool | int]


def field_of_leaf(scope: Scope, name: str, node: tree.Node) -> Field:
    """Return a leaf as a column; of linked rows with one column, that column."""
    if isinstance(node, tree.Lines) and len(node.columns) == 1:
        return field_of_value(linked_scope(scope, node.rows), name, tree.collected(node.columns[0]))
    return field_of_value(scope, name, node)


class RowScope:
    """Resolves the leaves of nodes on the rows of a table's frame."""

    def __init__(self, schema: Schema, table: TableSchema, derived: Mapping[Leaf, str], moment: Moment) -> None:
        self.scope, self.derived, self.moment = Scope(schema, RowSchema(table)), derived, moment

    def __call__(self, node: tree.Node) -> tuple[nw.Expr, Field]:
        """Return the expression and the type of a leaf."""
        if isinstance(node, tree.Column) and not node.path:
            return nw.col(node.name), self.scope.row.table.columns[node.name]
        name = self.derived[Leaf(node, self.moment)]
        return nw.col(name), field_of_leaf(self.scope, name, node)


def join_side(frame: Frame, side: Side, columns: Sequence[str] = ()) -> Frame:
    """Join a side table; rows without a match get the fills."""
    joined = nw.from_native(
        spark_frames.beside(frame.to_native(), side.frame.to_native(), side.on, "left", [*columns, *side.columns.values()])
    )
    fills = [nw.coalesce(nw.col(name), literal(value)).alias(name) for name, value in side.fills.items()]
    return joined.with_columns(*fills) if fills else joined


class Tables(Protocol):
    """What aggregates need of the tables of the data model."""

    def name(self) -> str:
        """Return a column name that no data uses."""
        ...

    def one(self, link: LinkSchema, rest: Sequence[str], columns: Mapping[str, str]) -> Frame:
        """Return one row per linked row, with columns at the end of a path."""
        ...


class Grouped:
    """The aggregates of one pass over linked rows, as columns to make before, aggregates, and what is looked up after."""

    def __init__(self, links: Tables, target: TableSchema, scope: RowScope, context: Context, keys: Sequence[str]) -> None:
        self._links, self._target, self._scope, self._context, self._keys = links, target, scope, context, list(keys)
        self._inputs: dict[str, nw.Expr] = {}
        self._aggregates: list[spark_frames.Agg] = []
        self._firsts: dict[str, tuple[Any, tree.Lines, list[list[str]]]] = {}
        self.columns: dict[Leaf, str] = {}
        self.fills: dict[str, bool | int] = {}

    def frame(self, rows: Frame) -> Frame:
        """Return one row per group."""
        narrow = rows.select(*self._keys, *(expr.alias(name) for name, expr in self._inputs.items()))
        firsts = {name: first for name, (first, _, _) in self._firsts.items()}
        made = nw.from_native(spark_frames.aggregated(narrow.to_native(), self._keys, self._aggregates, firsts))
        for name, (_, node, taken) in self._firsts.items():
            made = self._listed(made, node, name, taken)
        return made

    def add(self, leaf: Leaf, mask: nw.Expr | None) -> None:
        """Plan one leaf."""
        node, name = leaf.node, self._links.name()
        self.columns[leaf] = name
        if isinstance(node, tree.Lines):
            chosen = None if mask is None else self._input(mask, None)
            taken = [[self._input(value, None) for value in self._values(column)] for column in node.columns]
            orders = [(self._input(value, None), kind, down) for value, kind, down in self._orders(node)]
            self._firsts[name] = (spark_frames.first_of([own for one in taken for own in one], orders, chosen), node, taken)
        elif isinstance(node, tree.Aggregate) and node.value is not None:
            value = self._input(compile_value(node.value, self._scope, self._context), mask)
            self._aggregates.append((name, node.function, value, node.separator))
            if node.function in ("count", "count_distinct"):
                self.fills[name] = 0
        else:
            counts = isinstance(node, tree.Aggregate)
            one = self._input(literal(1) if counts else truth(True), mask)
            self._aggregates.append((name, "count" if counts else "max", one, ""))
            self.fills[name] = 0 if counts else False

    def _input(self, value: nw.Expr, mask: nw.Expr | None) -> str:
        name = self._links.name()
        self._inputs[name] = value if mask is None else nw.when(mask).then(value)
        return name

    # --------------------------------------------------------------------------------------------------- linked rows

    def takes(self, node: tree.Lines) -> bool:
        """Tell whether linked rows are the one first row, found among the other aggregates."""
        return node.n == 1 and spark_frames.packable([("", kind, down) for _, kind, down in self._orders(node)])

    def _orders(self, node: tree.Lines) -> list[tuple[nw.Expr, tree.Type, bool]]:
        """Return by what linked rows are put in order, the key last."""
        values = [(compile_operand(item.value, self._scope, self._context), item.descending) for item in node.order]
        ties = [(nw.col(key), self._target.columns[key].type, False) for key in self._target.key]
        return [*((value.expr, value.type, down) for value, down in values), *ties]

    def _values(self, column: str) -> list[nw.Expr]:
        """Return what a row is asked for a column: what N-1 links lead to is looked up for chosen rows alone."""
        node = tree.collected(column)
        if not node.path:
            return [compile_value(node, self._scope, self._context)]
        return [nw.col(here) for here, _ in self._target.links[node.path[0]].on]

    def _listed(self, rows: Frame, node: tree.Lines, name: str, taken: Sequence[Sequence[str]]) -> Frame:
        """Replace the first row of each group by a list of it with what is looked up for it; null stays null."""
        own, found = list[tuple[str, str]](), nw.from_native(spark_frames.opened(rows.to_native(), name, taken))
        for column, parts in zip(node.columns, taken, strict=True):
            value = tree.collected(column)
            place = parts[0]
            if value.path:
                place, link = self._links.name(), self._target.links[value.path[0]]
                side = self._links.one(link, value.path[1:], {place: value.name})
                found = join_side(found, Side(side, tuple((part, f"__k{i}") for i, part in enumerate(parts)), {}, {}), [place])
            own.append((place, value.name))
        return nw.from_native(spark_frames.listed(found.to_native(), name, own))

    def lines(self, rows: Frame, node: tree.Lines, name: str) -> Frame:
        """Return one row per group with the first n of its rows as a list."""
        orders = [(self._links.name(), value, down) for value, _, down in self._orders(node)]
        values = [(self._links.name(), compile_value(tree.collected(column), self._scope, self._context)) for column in node.columns]
        narrow = rows.select(*self._keys, *(v.alias(own) for own, v, _ in orders), *(v.alias(own) for own, v in values))
        ranked = spark_frames.ranked(narrow.to_native(), self._keys, [(own, down) for own, _, down in orders], NUMBER)
        few = nw.from_native(ranked).filter(nw.col(NUMBER) <= node.n).to_native()
        columns = [(own, tree.collected(column).name) for (own, _), column in zip(values, node.columns, strict=True)]
        return nw.from_native(spark_frames.collected(few, self._keys, NUMBER, columns, name))
