"""Linked rows: one table beside the population per path of links, restricted first, aggregated once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count

import polars as pl

from campaign_nb.engine.backends.polars.expressions import compile_rule, compile_value, selects
from campaign_nb.engine.backends.polars.grouped import Grouped
from campaign_nb.engine.backends.polars.over import nodes_of, with_window
from campaign_nb.engine.backends.polars.selecting import compile_filter
from campaign_nb.engine.backends.polars.sides import RowScope, Side, Stem, context_of, join_side, leaves_of, rows_of, stem_of
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Leaf
from campaign_nb.engine.optimise.windows import covers
from campaign_nb.rules import tree
from campaign_nb.rules.check import Scope, field_of_value
from campaign_nb.rules.schema import Field, LinkSchema, RowSchema, Schema, TableSchema


class Links:
    """Builds side tables for leaves from the tables of the data model."""

    def __init__(self, schema: Schema, scan: Callable[[str], pl.LazyFrame], types: Callable[[str], pl.Schema]) -> None:
        self.schema, self.scan, self._schema_of = schema, scan, types
        self._types: dict[str, pl.Schema] = {}
        self._names = count()

    def types(self, table: str) -> pl.Schema:
        """Return the types of a table's columns."""
        if table not in self._types:
            self._types[table] = self._schema_of(table)
        return self._types[table]

    def name(self) -> str:
        """Return a column name that no data uses."""
        return f"__{next(self._names)}"

    def side(self, table: TableSchema, stem: Stem, leaves: Sequence[Leaf], restrict: pl.LazyFrame | None) -> Side:
        """Return the side table of leaves with one stem; `restrict` holds the rows' own link columns."""
        if not stem.last:
            return self._lookup(table, stem, leaves) if stem.steps else self._windows(table, stem, leaves)
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
        grouped = Grouped(self, target, scope, context, dict(zip(keys, anchors, strict=True)))
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

    def chosen(self, table: TableSchema, where: tree.Node, values: Sequence[tuple[str, tree.Node]], moment: Moment) -> pl.LazyFrame:
        """Return named values of the rows of a table for which a rule is true."""
        nodes = [where, *(node for _, node in values)]
        rows, derived = self._attach(self.scan(table.label), table, nodes, moment)
        scope, context = RowScope(self.schema, table, derived, moment), context_of(moment)
        kept = rows.filter(compile_filter(where, scope, context))
        return kept.select(compile_value(node, scope, context).alias(name) for name, node in values)

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

    def _windows(self, table: TableSchema, stem: Stem, leaves: Sequence[Leaf]) -> Side:
        """Return the windows over all rows of the table itself."""
        windows = {leaf: leaf.node for leaf in leaves if isinstance(leaf.node, tree.Window)}
        nodes = [node for window in windows.values() for node in nodes_of(window)]
        frame, derived = self._attach(self.scan(table.label), table, nodes, stem.moment)
        scope, context = RowScope(self.schema, table, derived, stem.moment), context_of(stem.moment)
        columns = {leaf: self.name() for leaf in windows}
        for leaf, window in windows.items():
            frame = with_window(frame, window, table.key, columns[leaf], lambda node: compile_value(node, scope, context))
        on = tuple((name, f"__k{i}") for i, name in enumerate(table.key))
        return Side(frame.select(*(pl.col(name).alias(key) for name, key in on), *columns.values()), on, columns, {})

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
