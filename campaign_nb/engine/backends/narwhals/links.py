"""Linked rows on a cluster: one table beside the population per path of links, aggregated once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import narwhals as nw

from campaign_nb.engine.backends.narwhals import spark
from campaign_nb.engine.backends.narwhals.comparison import truth
from campaign_nb.engine.backends.narwhals.expressions import compile_rule, compile_value, selects
from campaign_nb.engine.backends.narwhals.flow import Frame
from campaign_nb.engine.backends.narwhals.operand import Context, literal
from campaign_nb.engine.backends.polars.links import Stem, context_of, leaves_of, rows_of, stem_of
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
    """Return a leaf as a column; the first linked row is the one column that is taken of it."""
    if isinstance(node, tree.Lines):
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


class Links:
    """Builds side tables for leaves from the tables of the data model."""

    def __init__(self, schema: Schema, scan: Callable[[str], Frame]) -> None:
        self.schema, self.scan = schema, scan
        self._names = count()

    def name(self) -> str:
        """Return a column name that no data uses."""
        return f"__{next(self._names)}"

    def sides(self, table: TableSchema, leaves: Sequence[Leaf]) -> Iterator[Side]:
        """Yield the side tables of leaves of rows of a table."""
        stems: dict[Stem, list[Leaf]] = {}
        for leaf in leaves:
            stems.setdefault(stem_of(table.label, leaf), []).append(leaf)
        for stem, own in stems.items():
            if not stem.last:
                yield self._lookup(table, stem, own)
                continue
            yield from self._linked(table, stem, own)

    def joined(self, frame: Frame, table: TableSchema, leaves: Sequence[Leaf]) -> tuple[Frame, dict[Leaf, str]]:
        """Join the columns of leaves to rows of a table."""
        derived: dict[Leaf, str] = {}
        for side in self.sides(table, leaves):
            frame = join_side(frame, side)
            derived |= side.columns
        return frame, derived

    def chosen(self, table: TableSchema, where: tree.Node, values: Sequence[tuple[str, tree.Node]], moment: Moment) -> Frame:
        """Return named values of the rows of a table for which a rule is true."""
        rows, scope, context = self._scoped(self.scan(table.label), table, [where, *(node for _, node in values)], moment)
        kept = rows.filter(selects(compile_rule(where, scope, context)))
        return kept.select(*(compile_value(node, scope, context).alias(name) for name, node in values))

    def _scoped(self, rows: Frame, table: TableSchema, nodes: Sequence[tree.Node], moment: Moment) -> tuple[Frame, RowScope, Context]:
        """Join to the rows of a table what nodes on them need from further links."""
        leaves = list(dict.fromkeys(Leaf(node, moment) for root in nodes for node in leaves_of(root)))
        rows, derived = self.joined(rows, table, leaves)
        return rows, RowScope(self.schema, table, derived, moment), context_of(moment)

    def _path(self, table: TableSchema, stem: Stem) -> tuple[Frame, TableSchema, LinkSchema]:
        """Return the linked rows, with the columns __k0, … that lead back to the rows, their table and the first link."""
        first, *others = [*stem.steps, tree.LinkStep(stem.last)]
        link = table.links[first.link]
        target = self.schema.schema_of(link.to)
        frame = self.scan(link.to)
        frame = frame.with_columns(*(nw.col(there).alias(f"__k{i}") for i, (_, there) in enumerate(link.on)))
        keys = [f"__k{i}" for i in range(len(link.on))]
        for position, step in enumerate(others):
            before = (first, *others)[position]
            frame, scope, context = self._scoped(frame, target, before.where, stem.moment)
            for node in before.where:
                frame = frame.filter(selects(compile_rule(node, scope, context)))
            following = target.links[step.link]
            heres = [f"__h{i}" for i in range(len(following.on))]
            named = (nw.col(here).alias(name) for (here, _), name in zip(following.on, heres, strict=True))
            near = frame.select(*keys, *named)
            target = self.schema.schema_of(following.to)
            frame = self.scan(following.to).join(near, left_on=[there for _, there in following.on], right_on=heres, how="inner")
        return frame, target, link

    def _linked(self, table: TableSchema, stem: Stem, leaves: Sequence[Leaf]) -> Iterator[Side]:
        frame, target, link = self._path(table, stem)
        keys = [f"__k{i}" for i in range(len(link.on))]
        on = tuple((here, key) for (here, _), key in zip(link.on, keys, strict=True))
        nodes = [node for leaf in leaves for node in _nodes_of(leaf.node)]
        frame, scope, context = self._scoped(frame, target, nodes, stem.moment)
        grouped: list[tuple[Leaf, nw.Expr]] = []
        for leaf in leaves:
            rules = [selects(compile_rule(node, scope, context)) for node in _where(leaf.node)]
            mask = nw.all_horizontal(truth(True), *rules, ignore_nulls=False)
            if isinstance(leaf.node, tree.Lines):
                yield self._first(frame.filter(mask), leaf, leaf.node, target, scope, context, on)
            else:
                grouped.append((leaf, mask))
        if grouped:
            yield self._grouped(frame, grouped, scope, context, on)

    def _grouped(
        self, frame: Frame, leaves: Sequence[tuple[Leaf, nw.Expr]], scope: RowScope, context: Context, on: tuple[tuple[str, str], ...]
    ) -> Side:
        inputs: list[nw.Expr] = []
        aggregates: list[tuple[str, str, str, str]] = []
        columns, fills = dict[Leaf, str](), dict[str, bool | int]()
        for leaf, mask in leaves:
            node, own, name = leaf.node, self.name(), self.name()
            columns[leaf] = name
            if isinstance(node, tree.Aggregate) and node.value is not None:
                value = compile_value(node.value, scope, context)
                inputs.append(nw.when(mask).then(value).alias(own))
                aggregates.append((name, node.function, own, node.separator))
                if node.function in ("count", "count_distinct"):
                    fills[name] = 0
                continue
            counts = isinstance(node, tree.Aggregate)
            inputs.append(nw.when(mask).then(literal(1) if counts else nw.lit(True)).alias(own))
            aggregates.append((name, "count" if counts else "max", own, ""))
            fills[name] = 0 if counts else False
        keys = [key for _, key in on]
        narrow = frame.select(*keys, *inputs)
        rows = nw.from_native(spark.aggregated(narrow.to_native(), keys, aggregates))
        return Side(rows, on, columns, fills)

    def _first(
        self,
        rows: Frame,
        leaf: Leaf,
        node: tree.Lines,
        target: TableSchema,
        scope: RowScope,
        context: Context,
        on: tuple[tuple[str, str], ...],
    ) -> Side:
        """Take one column of the first linked row; what N-1 links lead to is looked up for that row alone."""
        keys, column = [key for _, key in on], tree.collected(node.columns[0])
        orders = [(f"__o{i}", item) for i, item in enumerate(node.order)]
        sorts = [(name, item.descending) for name, item in orders] + [(f"__t{i}", False) for i in range(len(target.key))]
        link = target.links[column.path[0]] if column.path else None
        heres = [] if link is None else [(f"__h{i}", here) for i, (here, _) in enumerate(link.on)]
        name = self.name()
        taken = [nw.col(here).alias(own) for own, here in heres] or [compile_value(column, scope, context).alias(name)]
        narrow = rows.select(
            *keys,
            *taken,
            *(compile_value(item.value, scope, context).alias(own) for own, item in orders),
            *(nw.col(key).alias(f"__t{i}") for i, key in enumerate(target.key)),
        )
        ranked = nw.from_native(spark.ranked(narrow.to_native(), keys, sorts, NUMBER))
        first = ranked.filter(nw.col(NUMBER) == 1).select(*keys, *(own for own, _ in heres or [(name, "")]))
        if link is not None:
            found = self.one(link, column.path[1:], {name: column.name})
            theres = [f"__k{i}" for i in range(len(link.on))]
            there = found.rename({key: f"__there{key}" for key in theres})
            first = first.join(there, left_on=[own for own, _ in heres], right_on=[f"__there{key}" for key in theres], how="left")
            first = first.select(*keys, name)
        return Side(first, on, {leaf: name}, {})

    def _lookup(self, table: TableSchema, stem: Stem, leaves: Sequence[Leaf]) -> Side:
        first = table.links[stem.steps[0].link]
        columns = {leaf: self.name() for leaf in leaves}
        seen = {columns[leaf]: leaf.node.name for leaf in leaves if isinstance(leaf.node, tree.Column)}
        frame = self.one(first, [step.link for step in stem.steps[1:]], seen)
        return Side(frame, tuple((here, f"__k{i}") for i, (here, _) in enumerate(first.on)), columns, {})

    def one(self, link: LinkSchema, rest: Sequence[str], columns: Mapping[str, str]) -> Frame:
        """Return one row per linked row: its link columns as __k0…, and the named columns at the end of the path."""
        target, rows = self.schema.schema_of(link.to), self.scan(link.to)
        theres = [there for _, there in link.on]
        if tuple(theres) != target.key:
            sorts = [(name, False) for name in target.key or theres]
            rows = nw.from_native(spark.ranked(rows.to_native(), theres, sorts, NUMBER)).filter(nw.col(NUMBER) == 1)
        keys = [nw.col(there).alias(f"__k{i}") for i, there in enumerate(theres)]
        if not rest:
            return rows.select(*keys, *(nw.col(source).alias(name) for name, source in columns.items()))
        following = target.links[rest[0]]
        below = self.one(following, rest[1:], columns)
        heres = [f"__h{i}" for i in range(len(following.on))]
        near = rows.select(*keys, *(nw.col(here).alias(name) for (here, _), name in zip(following.on, heres, strict=True)))
        found = below.rename({f"__k{i}": f"__b{i}" for i in range(len(heres))})
        joined = near.join(found, left_on=heres, right_on=[f"__b{i}" for i in range(len(heres))], how="left")
        return joined.select(*(f"__k{i}" for i in range(len(keys))), *columns)


def join_side(frame: Frame, side: Side) -> Frame:
    """Join a side table; rows without a match get the fills."""
    joined = frame.join(side.frame, left_on=[here for here, _ in side.on], right_on=[key for _, key in side.on], how="left")
    fills = [nw.coalesce(nw.col(name), literal(value)).alias(name) for name, value in side.fills.items()]
    return joined.with_columns(*fills) if fills else joined


def _where(node: tree.Node) -> tuple[tree.Node, ...]:
    rows = rows_of(node)
    return rows.steps[-1].where if rows is not None else ()


def _nodes_of(node: tree.Node) -> Iterator[tree.Node]:
    yield from _where(node)
    if isinstance(node, tree.Aggregate) and node.value is not None:
        yield node.value
    if isinstance(node, tree.Lines):
        yield from (order.value for order in node.order)
