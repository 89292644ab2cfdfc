"""Linked rows: one table beside the population per path of links, restricted first, aggregated once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import polars as pl

from campaign_nb.engine.backends.polars.expressions import Context, compile_rule, compile_value, selects
from campaign_nb.engine.backends.polars.packing import packable, packed
from campaign_nb.engine.backends.polars.selecting import compile_filter
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Leaf
from campaign_nb.engine.optimise.windows import covers
from campaign_nb.rules import tree
from campaign_nb.rules.check import Scope, field_of_value
from campaign_nb.rules.schema import Field, LinkSchema, RowSchema, Schema, TableSchema

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


class Links:
    """Builds side tables for leaves from the tables of the data model."""

    def __init__(self, schema: Schema, scan: Callable[[str], pl.LazyFrame]) -> None:
        self.schema, self.scan = schema, scan
        self._names = count()

    def name(self) -> str:
        """Return a column name that no data uses."""
        return f"__{next(self._names)}"

    def side(self, table: TableSchema, stem: Stem, leaves: Sequence[Leaf], restrict: pl.LazyFrame | None) -> Side:
        """Return the side table of leaves with one stem; `restrict` holds the rows' own link columns."""
        if not stem.last:
            return self._lookup(table, stem, leaves)
        frame, target, link, anchors = self._path(table, stem, restrict)
        keys = [f"__k{i}" for i in range(len(link.on))]
        nodes = [node for leaf in leaves for node in _nodes_of(leaf.node)]
        frame, derived = self._attach(frame, target, nodes, stem.moment)
        scope, context = RowScope(self.schema, target, derived, stem.moment), context_of(stem.moment)
        conditions = [tuple(dict.fromkeys(_where(leaf.node))) for leaf in leaves]
        widest = [own for own, leaf in zip(conditions, leaves, strict=True) if all(covers(leaf.node, other.node) for other in leaves)]
        shared = list(widest[0]) if widest else [node for node in conditions[0] if all(node in other for other in conditions)]
        for node in shared:
            frame = frame.filter(compile_filter(node, scope, context))
        masks: list[pl.Expr | None] = []
        for own in conditions:
            rest = [selects(compile_rule(node, scope, context)) for node in own if node not in shared]
            masks.append(pl.all_horizontal(rest) if rest else None)
        if all(mask is not None for mask in masks):
            frame = frame.filter(pl.any_horizontal([mask for mask in masks if mask is not None]))
        grouped = _Grouped(self, target, scope, context, dict(zip(keys, anchors, strict=True)), frame)
        for leaf, mask in zip(leaves, masks, strict=True):
            grouped.add(leaf, mask)
        on = tuple((here, key) for (here, _), key in zip(link.on, keys, strict=True))
        return Side(grouped.frame(frame), on, grouped.columns, grouped.fills)

    def keys(self, table: TableSchema, stem: Stem, leaf: Leaf, having: Callable[[pl.Expr, Field], pl.Expr] | None) -> Side:
        """Return only the link columns of rows that have linked rows, or whose aggregate meets a condition."""
        if having is None:
            frame, target, link, anchors = self._path(table, stem, None)
            frame, derived = self._attach(frame, target, _where(leaf.node), stem.moment)
            scope, context = RowScope(self.schema, target, derived, stem.moment), context_of(stem.moment)
            for node in _where(leaf.node):
                frame = frame.filter(compile_filter(node, scope, context))
            keys = [f"__k{i}" for i in range(len(link.on))]
            named = frame.select(pl.col(anchor).alias(key) for key, anchor in zip(keys, anchors, strict=True))
            return Side(named, tuple((here, key) for (here, _), key in zip(link.on, keys, strict=True)), {}, {})
        side = self.side(table, stem, [leaf], None)
        column = side.columns[leaf]
        kept = side.frame.filter(
            selects(having(pl.col(column), field_of_value(Scope(self.schema, RowSchema(table)), column, leaf.node)))
        ).select([key for _, key in side.on])
        return Side(kept, side.on, {}, {})

    def _path(
        self, table: TableSchema, stem: Stem, restrict: pl.LazyFrame | None
    ) -> tuple[pl.LazyFrame, TableSchema, LinkSchema, list[str]]:
        """Return the linked rows, their table, the first link, and which of their columns lead back to the rows.

        Columns keep their names as long as they can, so that conditions reach the file.
        """
        first, *others = [*stem.steps, tree.LinkStep(stem.last)]
        link = table.links[first.link]
        target = self.schema.schema_of(link.to)
        frame, anchors = self.scan(link.to), [there for _, there in link.on]
        if restrict is not None:
            frame = frame.join(restrict, left_on=anchors, right_on=[here for here, _ in link.on], how="semi")
        for position, step in enumerate(others):
            frame = self._narrowed(frame, target, (first, *others)[position], stem.moment)
            following = target.links[step.link]
            heres = [f"__h{i}" for i in range(len(following.on))]
            near = frame.select(
                *(pl.col(anchor).alias(f"__k{i}") for i, anchor in enumerate(anchors)),
                *(pl.col(here).alias(name) for (here, _), name in zip(following.on, heres, strict=True)),
            )
            target = self.schema.schema_of(following.to)
            frame = self.scan(following.to).join(near, left_on=[there for _, there in following.on], right_on=heres, how="inner")
            anchors = [f"__k{i}" for i in range(len(anchors))]
        return frame, target, link, anchors

    def _narrowed(self, rows: pl.LazyFrame, table: TableSchema, step: tree.LinkStep, moment: Moment) -> pl.LazyFrame:
        """Apply the conditions on the rows of a step before the last."""
        rows, derived = self._attach(rows, table, step.where, moment)
        scope = RowScope(self.schema, table, derived, moment)
        for node in step.where:
            rows = rows.filter(compile_filter(node, scope, context_of(moment)))
        return rows

    def _lookup(self, table: TableSchema, stem: Stem, leaves: Sequence[Leaf]) -> Side:
        first = table.links[stem.steps[0].link]
        columns, seen = {leaf: self.name() for leaf in leaves}, dict[str, str]()
        for leaf in leaves:
            assert isinstance(leaf.node, tree.Column)
            seen[columns[leaf]] = leaf.node.name
        frame = self.one(first, [step.link for step in stem.steps[1:]], seen)
        return Side(frame, tuple((here, f"__k{i}") for i, (here, _) in enumerate(first.on)), columns, {})

    def one(self, link: LinkSchema, rest: Sequence[str], columns: Mapping[str, str]) -> pl.LazyFrame:
        """Return one row per linked row: its link columns as __k0…, and the named columns at the end of the path."""
        target, rows = self.schema.schema_of(link.to), self.scan(link.to)
        theres = [there for _, there in link.on]
        if tuple(theres) != target.key:
            rows = rows.sort(*(target.key or theres)).unique(subset=theres, keep="first", maintain_order=True)
        keys = [pl.col(there).alias(f"__k{i}") for i, there in enumerate(theres)]
        if not rest:
            return rows.select(*keys, *(pl.col(source).alias(name) for name, source in columns.items()))
        following = target.links[rest[0]]
        below = self.one(following, rest[1:], columns)
        heres = [here for here, _ in following.on]
        near = rows.select(*keys, *(pl.col(here).alias(f"__h{i}") for i, here in enumerate(heres)))
        joined = near.join(
            below, left_on=[f"__h{i}" for i in range(len(heres))], right_on=[f"__k{i}" for i in range(len(heres))], how="left"
        )
        return joined.select(*(f"__k{i}" for i in range(len(keys))), *columns)

    def _attach(
        self, frame: pl.LazyFrame, table: TableSchema, nodes: Sequence[tree.Node], moment: Moment
    ) -> tuple[pl.LazyFrame, dict[Leaf, str]]:
        """Join to the rows of a table what conditions on them need from further links."""
        leaves = dict.fromkeys(Leaf(node, moment) for root in nodes for node in leaves_of(root))
        stems: dict[Stem, list[Leaf]] = {}
        for leaf in leaves:
            stems.setdefault(stem_of(table.label, leaf), []).append(leaf)
        derived: dict[Leaf, str] = {}
        for stem, own in stems.items():
            frame = join_side(frame, side := self.side(table, stem, own, None))
            derived |= side.columns
        return frame, derived


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
        if isinstance(item, Collected) or (isinstance(item, tree.Column) and item.path):
            yield item
        else:
            stack.extend(item.children())


def _where(node: tree.Node) -> tuple[tree.Node, ...]:
    rows = rows_of(node)
    return tuple(part for rule in rows.steps[-1].where for part in tree.conjuncts(rule)) if rows is not None else ()


def _nodes_of(node: tree.Node) -> Iterator[tree.Node]:
    yield from _where(node)
    if isinstance(node, tree.Aggregate) and node.value is not None:
        yield node.value
    if isinstance(node, tree.Lines):
        yield from (order.value for order in node.order)
        yield from (tree.collected(name) for name in node.columns if node.n > 1)


class _Grouped:
    """The aggregates of one pass over linked rows, as columns to make before, aggregates, and columns to make after."""

    def __init__(
        self, links: Links, target: TableSchema, scope: RowScope, context: Context, keys: Mapping[str, str], rows: pl.LazyFrame
    ) -> None:
        self._links, self._target, self._scope, self._context, self._keys = links, target, scope, context, keys
        self._linked = rows
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
                self._keep(leaf, [value.sum(), value.count()], lambda parts: pl.when(parts[1] > 0).then(parts[0]))
            case "string_agg":
                joined = value.drop_nulls().sort().str.join(",")
                self._keep(leaf, [joined, value.count()], lambda parts: pl.when(parts[1] > 0).then(parts[0]))
            case "avg":
                self._keep(leaf, [value.mean()], lambda parts: parts[0])
            case "std_dev":
                self._keep(leaf, [value.std()], lambda parts: parts[0])
            case "min":
                self._keep(leaf, [value.min()], lambda parts: parts[0])
            case "max":
                self._keep(leaf, [value.max()], lambda parts: parts[0])

    def _packed(self, node: tree.Lines, mask: pl.Expr | None) -> pl.Expr | None:
        """Return one number that puts linked rows in order; None where their types do not allow it."""
        if len(node.order) > 1 or len(self._target.key) != 1:
            return None
        tie = pl.col(self._target.key[0])
        values = [compile_value(item.value, self._scope, self._context) for item in node.order]
        types = self._linked.select(value.alias(f"{i}") for i, value in enumerate([tie, *values])).collect_schema()
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
