"""Linked rows on a cluster: one table beside the population per path of links, aggregated once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import count

import narwhals as nw

from campaign_nb.engine.backends.narwhals import spark_frames
from campaign_nb.engine.backends.narwhals.comparison import truth
from campaign_nb.engine.backends.narwhals.expressions import compile_rule, compile_value, selects
from campaign_nb.engine.backends.narwhals.flow import Frame
from campaign_nb.engine.backends.narwhals.operand import Context
from campaign_nb.engine.backends.narwhals.over import with_window
from campaign_nb.engine.backends.narwhals.sides import NUMBER, Grouped, RowScope, Side, join_side
from campaign_nb.engine.backends.polars.links import Stem, context_of, leaves_of, rows_of, stem_of
from campaign_nb.engine.backends.polars.over import nodes_of
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Leaf
from campaign_nb.engine.optimise.windows import covers, windowed
from campaign_nb.rules import tree
from campaign_nb.rules.schema import LinkSchema, Schema, TableSchema


class Links:
    """Builds side tables for leaves from the tables of the data model."""

    def __init__(self, schema: Schema, scan: Callable[[str], Frame]) -> None:
        self.schema, self.scan = schema, scan
        self._names = count()

    def name(self) -> str:
        """Return a column name that no data uses."""
        return f"__{next(self._names)}"

    def sides(self, table: TableSchema, leaves: Sequence[Leaf], near: Callable[[], Frame] | None = None) -> Iterator[Side]:
        """Yield the side tables of leaves of rows of a table; of linked rows only those of `near`, where that is given."""
        stems: dict[Stem, list[Leaf]] = {}
        for leaf in leaves:
            stems.setdefault(stem_of(table.label, leaf), []).append(leaf)
        for stem, own in stems.items():
            if not stem.last:
                yield self._lookup(table, stem, own) if stem.steps else self._windows(table, stem, own)
                continue
            few = near is None or all(windowed(leaf.node) for leaf in own)
            yield from self._linked(table, stem, own, None if few or near is None else near())

    def joined(
        self, frame: Frame, table: TableSchema, leaves: Sequence[Leaf], near: Callable[[], Frame] | None = None
    ) -> tuple[Frame, dict[Leaf, str]]:
        """Join the columns of leaves to rows of a table."""
        derived: dict[Leaf, str] = {}
        for side in self.sides(table, leaves, near):
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

    def _path(self, table: TableSchema, stem: Stem, near: Frame | None) -> tuple[Frame, TableSchema, LinkSchema]:
        """Return the linked rows, with the columns __k0, … that lead back to the rows, their table and the first link."""
        first, *others = [*stem.steps, tree.LinkStep(stem.last)]
        link = table.links[first.link]
        target = self.schema.schema_of(link.to)
        frame = self.scan(link.to)
        if near is not None:
            on = [(there, here) for here, there in link.on]
            frame = nw.from_native(spark_frames.beside(frame.to_native(), near.to_native(), on, "left_semi"))
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

    def _linked(self, table: TableSchema, stem: Stem, leaves: Sequence[Leaf], near: Frame | None) -> Iterator[Side]:
        frame, target, link = self._path(table, stem, near)
        keys = [f"__k{i}" for i in range(len(link.on))]
        on = tuple((here, key) for (here, _), key in zip(link.on, keys, strict=True))
        nodes = [node for leaf in leaves for node in _nodes_of(leaf.node)]
        frame, scope, context = self._scoped(frame, target, nodes, stem.moment)
        frame, masks = _chosen(frame, leaves, scope, context)
        grouped = Grouped(self, target, scope, context, keys)
        for leaf, mask in zip(leaves, masks, strict=True):
            if isinstance(leaf.node, tree.Lines) and not grouped.takes(leaf.node):
                rows = frame if mask is None else frame.filter(mask)
                yield Side(grouped.lines(rows, leaf.node, name := self.name()), on, {leaf: name}, {})
            else:
                grouped.add(leaf, mask)
        if grouped.columns:
            yield Side(grouped.frame(frame), on, grouped.columns, grouped.fills)

    def _lookup(self, table: TableSchema, stem: Stem, leaves: Sequence[Leaf]) -> Side:
        first = table.links[stem.steps[0].link]
        columns = {leaf: self.name() for leaf in leaves}
        seen = {columns[leaf]: leaf.node.name for leaf in leaves if isinstance(leaf.node, tree.Column)}
        frame = self.one(first, [step.link for step in stem.steps[1:]], seen)
        return Side(frame, tuple((here, f"__k{i}") for i, (here, _) in enumerate(first.on)), columns, {})

    def _windows(self, table: TableSchema, stem: Stem, leaves: Sequence[Leaf]) -> Side:
        """Return the windows over all rows of the table itself."""
        windows = {leaf: leaf.node for leaf in leaves if isinstance(leaf.node, tree.Window)}
        nodes = [node for window in windows.values() for node in nodes_of(window)]
        frame, scope, context = self._scoped(self.scan(table.label), table, nodes, stem.moment)
        key, columns = [table.columns[name] for name in table.key], {leaf: self.name() for leaf in windows}
        for leaf, window in windows.items():
            frame = with_window(frame, window, key, columns[leaf], scope, context)
        on = tuple((name, f"__k{i}") for i, name in enumerate(table.key))
        return Side(frame.select(*(nw.col(name).alias(own) for name, own in on), *columns.values()), on, columns, {})

    def one(self, link: LinkSchema, rest: Sequence[str], columns: Mapping[str, str]) -> Frame:
        """Return one row per linked row: its link columns as __k0…, and the named columns at the end of the path."""
        target, rows = self.schema.schema_of(link.to), self.scan(link.to)
        theres = [there for _, there in link.on]
        if tuple(theres) != target.key:
            sorts = [(name, False) for name in target.key or theres]
            rows = nw.from_native(spark_frames.ranked(rows.to_native(), theres, sorts, NUMBER)).filter(nw.col(NUMBER) == 1)
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


def _chosen(rows: Frame, leaves: Sequence[Leaf], scope: RowScope, context: Context) -> tuple[Frame, list[nw.Expr | None]]:
    """Return the linked rows that any of some leaves chooses, and what of its conditions each has left; None for nothing."""
    conditions = [tuple(dict.fromkeys(_where(leaf.node))) for leaf in leaves]
    widest = [own for own, leaf in zip(conditions, leaves, strict=True) if all(covers(leaf.node, other.node) for other in leaves)]
    shared = list(widest[0]) if widest else [node for node in conditions[0] if all(node in other for other in conditions)]
    for node in shared:
        rows = rows.filter(compile_rule(node, scope, context))
    rest = [[selects(compile_rule(node, scope, context)) for node in own if node not in shared] for own in conditions]
    masks = [nw.all_horizontal(truth(True), *rules, ignore_nulls=False) if rules else None for rules in rest]
    known = [mask for mask in masks if mask is not None]
    if len(known) == len(masks):
        rows = rows.filter(reduce(lambda one, two: one | two, known))
    return rows, masks


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
