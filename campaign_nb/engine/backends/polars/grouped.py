"""The aggregates of one pass over linked rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import polars as pl

from campaign_nb.engine.backends.polars.expressions import compile_value
from campaign_nb.engine.backends.polars.operand import Context
from campaign_nb.engine.backends.polars.packing import packable, packed
from campaign_nb.engine.backends.polars.sides import RowScope, Side, join_side, leaves_of
from campaign_nb.engine.optimise.columns import Leaf
from campaign_nb.rules import tree
from campaign_nb.rules.check import field_of_value
from campaign_nb.rules.schema import LinkSchema, TableSchema


class Tables(Protocol):
    """What the aggregates need of the tables of the data model."""

    def name(self) -> str:
        """Return a column name that no data uses."""
        ...

    def types(self, table: str) -> pl.Schema:
        """Return the types of a table's columns."""
        ...

    def one(self, link: LinkSchema, rest: Sequence[str], columns: Mapping[str, str]) -> pl.LazyFrame:
        """Return one row per linked row, with columns at the end of a path."""
        ...


class Grouped:
    """The aggregates of one pass over linked rows, as columns to make before, aggregates, and columns to make after."""

    def __init__(self, links: Tables, target: TableSchema, scope: RowScope, context: Context, keys: Mapping[str, str]) -> None:
        self._links, self._target, self._scope, self._context, self._keys = links, target, scope, context, keys
        self._before: dict[str, pl.Expr] = {}
        self._aggregates: list[pl.Expr] = []
        self._after: list[pl.Expr] = []
        self._lookups: list[Side] = []
        self.columns: dict[Leaf, str] = {}
        self.fills: dict[str, object] = {}

    def frame(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Return one row per group."""
        narrow = rows.select(
            *(pl.col(name).alias(key) for key, name in self._keys.items()), *(expr.alias(name) for name, expr in self._before.items())
        )
        grouped = narrow.group_by(list(self._keys)).agg(self._aggregates)
        for side in self._lookups:
            grouped = join_side(grouped, side)
        return grouped.select(*self._keys, *self._after)

    def _input(self, expr: pl.Expr, mask: pl.Expr | None) -> pl.Expr:
        name = self._links.name()
        self._before[name] = expr if mask is None else pl.when(mask).then(expr)
        return pl.col(name)

    def _keep(self, leaf: Leaf, aggregates: Sequence[pl.Expr], after: Callable[[Sequence[pl.Expr]], pl.Expr], fill: object = None) -> None:
        names = [self._links.name() for _ in aggregates]
        self._aggregates += [expr.alias(name) for expr, name in zip(aggregates, names, strict=True)]
        column = self.columns[leaf] = self._links.name()
        self._after.append(after([pl.col(name) for name in names]).alias(column))
        if fill is not None:
            self.fills[column] = fill

    def add(self, leaf: Leaf, mask: pl.Expr | None) -> None:
        """Plan one leaf."""
        node = leaf.node
        if isinstance(node, tree.Lines):
            self._lines(leaf, node, mask)
        elif isinstance(node, tree.Exists):
            one = self._input(mask if mask is not None else pl.lit(True), None)
            self._keep(leaf, [one.any()], lambda parts: parts[0], fill=False)
        elif isinstance(node, tree.Aggregate):
            self._aggregate(leaf, node, mask)

    def _aggregate(self, leaf: Leaf, node: tree.Aggregate, mask: pl.Expr | None) -> None:
        if node.value is None:
            counted = pl.len() if mask is None else self._input(mask, None).sum()
            self._keep(leaf, [counted], lambda parts: parts[0].cast(pl.Int64), fill=0)
            return
        value = self._input(compile_value(node.value, self._scope, self._context), mask)
        match node.function:
            case "count":
                self._keep(leaf, [value.count()], lambda parts: parts[0].cast(pl.Int64), fill=0)
            case "count_distinct":
                self._keep(leaf, [value.drop_nulls().n_unique()], lambda parts: parts[0].cast(pl.Int64), fill=0)
            case "sum":
                self._sum(leaf, node.value, value)
            case "string_agg":
                joined = value.drop_nulls().sort().str.join(node.separator)
                self._keep(leaf, [joined, value.count()], lambda parts: pl.when(parts[1] > 0).then(parts[0]))
            case "avg":
                self._keep(leaf, [value.mean()], lambda parts: parts[0])
            case "std_dev":
                self._keep(leaf, [value.std()], lambda parts: parts[0])
            case "min":
                self._keep(leaf, [value.min()], lambda parts: parts[0])
            case "max":
                self._keep(leaf, [value.max()], lambda parts: parts[0])

    def _sum(self, leaf: Leaf, node: tree.Node, value: pl.Expr) -> None:
        """Plan a sum; of whole numbers it is null where it does not fit 64 bits, as in arithmetic."""
        whole = field_of_value(self._scope.scope, "", node).type is tree.Type.INTEGER

        def known(parts: Sequence[pl.Expr]) -> pl.Expr:
            return pl.when(parts[1] > 0).then(parts[0].cast(pl.Int64, strict=False) if whole else parts[0])

        self._keep(leaf, [(value.cast(pl.Int128) if whole else value).sum(), value.count()], known)

    def _packed(self, node: tree.Lines, mask: pl.Expr | None) -> pl.Expr | None:
        """Return one number that puts linked rows in order; None where their types do not allow it."""
        if len(node.order) > 1 or len(self._target.key) != 1 or any(leaf for item in node.order for leaf in leaves_of(item.value)):
            return None
        values = [compile_value(item.value, self._scope, self._context) for item in node.order]
        # The types come from the table: those of the rows at hand would cost as much as all that comes before them.
        rows = pl.LazyFrame(schema=self._links.types(self._target.label))
        tie = pl.col(self._target.key[0])
        types = rows.select(value.alias(f"{i}") for i, value in enumerate([tie, *values])).collect_schema()
        if not all(packable(dtype) for dtype in types.values()):
            return None
        number = packed(values[0] if values else None, tie, descending=bool(node.order) and node.order[0].descending)
        return self._input(number, mask)

    def _lines(self, leaf: Leaf, node: tree.Lines, mask: pl.Expr | None) -> None:
        number = self._packed(node, mask) if node.n == 1 else None
        if number is not None:
            some = None if mask is None else number.max().is_not_null()
            self._one(leaf, node, lambda value: self._input(value, None).max_by(number), some)
            return
        orders = [self._input(compile_value(item.value, self._scope, self._context), None) for item in node.order]
        ties = [self._input(pl.col(name), None) for name in self._target.key]
        descending = [item.descending for item in node.order] + [False] * len(ties)
        by = [*orders, *ties] or [pl.lit(0)]
        chosen = None if mask is None else self._input(mask, None)
        keys = by if chosen is None else [key.filter(chosen) for key in by]

        def ranked(expr: pl.Expr) -> pl.Expr:
            value = self._input(expr, None)
            value = value if chosen is None else value.filter(chosen)
            return value.sort_by(keys, descending=descending or False, nulls_last=True)

        fields = [name.rsplit(".", 1)[-1] for name in node.columns]
        if node.n > 1:
            values = [compile_value(tree.collected(name), self._scope, self._context) for name in node.columns]
            rows = pl.struct(value.alias(name) for value, name in zip(values, fields, strict=True))
            self._keep(leaf, [ranked(rows).head(node.n)], lambda parts: pl.when(parts[0].list.len() > 0).then(parts[0]))
            return
        self._one(leaf, node, lambda value: ranked(value).first(), None if chosen is None else chosen.any())

    def _one(self, leaf: Leaf, node: tree.Lines, first: Callable[[pl.Expr], pl.Expr], some: pl.Expr | None) -> None:
        """Plan the first linked row as a list of one; null where no linked row is chosen."""
        taken = [self._first(tree.collected(name), first) for name in node.columns]
        column, fields = self._links.name(), [name.rsplit(".", 1)[-1] for name in node.columns]
        self.columns[leaf] = column
        found = pl.concat_list(pl.struct(pl.col(name).alias(field) for name, field in zip(taken, fields, strict=True)))
        if some is not None:
            self._aggregates.append(some.alias(there := self._links.name()))
            found = pl.when(pl.col(there)).then(found)
        self._after.append(found.alias(column))

    def _first(self, column: tree.Column, first: Callable[[pl.Expr], pl.Expr]) -> str:
        """Take a column of the first row; what N-1 links lead to is looked up for that row alone."""
        name = self._links.name()
        if not column.path:
            self._aggregates.append(first(compile_value(column, self._scope, self._context)).alias(name))
            return name
        link = self._target.links[column.path[0]]
        heres = [self._links.name() for _ in link.on]
        self._aggregates += [first(pl.col(here)).alias(own) for (here, _), own in zip(link.on, heres, strict=True)]
        frame = self._links.one(link, column.path[1:], {name: column.name})
        self._lookups.append(Side(frame, tuple((own, f"__k{i}") for i, own in enumerate(heres)), {}, {}))
        return name
