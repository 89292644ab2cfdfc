"""A wave: what waiting steps need from linked tables, hashes and events, joined once per frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from campaign_nb.engine.backends.polars.flow import Base, Flow, Mask, among, some
from campaign_nb.engine.backends.polars.lowering import Lowering, Pending, rejected
from campaign_nb.engine.backends.polars.sides import Collected, Side, Stem, join_side, stem_of
from campaign_nb.engine.optimise.columns import REASONS, Draw, Leaf, Output, anchor
from campaign_nb.engine.optimise.windows import windowed
from campaign_nb.rules import tree
from campaign_nb.rules.schema import TableSchema
from campaign_nb.steps import Filter, Python, Render, Union

SINKS = (Render, Output, Python, Union)


@dataclass(slots=True)
class Group:
    """Waiting steps that read one frame: their flows and the leaves they need."""

    base: Base
    table: TableSchema
    entries: list[Pending] = field(default_factory=list[Pending])
    flows: list[Flow] = field(default_factory=list[Flow])
    leaves: dict[Leaf, None] = field(default_factory=dict[Leaf, None])

    def rows(self) -> pl.LazyFrame:
        """Return the rows that any of the steps reads."""
        shared, rest = some(self.flows)
        frame = self.base.frame
        for mask in shared:
            frame = frame.filter(mask.expr)
        return frame if rest is None else frame.filter(rest)


def attach_wave(plan: Lowering, waiting: Sequence[Pending]) -> Sequence[Pending]:
    """Join what the waiting steps need: first for steps that keep or drop rows, then for those that deliver them."""
    free = [item for item in waiting if not _asks_what_comes(plan, item)] or list(waiting)
    chosen = [item for item in free if not isinstance(item.step, SINKS)] or free
    groups: dict[Base, Group] = {}
    for item in chosen:
        flow = _narrowed(plan, item)
        group = groups.setdefault(flow.base, Group(flow.base, item.source.population.table))
        group.entries.append(item)
        group.flows.append(flow)
        group.leaves |= dict.fromkeys(item.leaves)
    sides = _sides(plan, list(groups.values()))
    for group in groups.values():
        _attach(plan, group, sides)
    return chosen


def _asks_what_comes(plan: Lowering, item: Pending) -> bool:
    """Tell whether a step asks about messages of the plan that are not lowered yet."""
    asked = (plan.sources.asked(leaf.node) for leaf in item.leaves if isinstance(leaf.node, tree.Behaviour))
    return any(step in plan.columns.consumers and step not in plan.flows for step in asked if step is not None)


def _narrowed(plan: Lowering, item: Pending) -> Flow:
    """Apply the conditions of a filter that need nothing attached before its other conditions are looked up."""
    flow, step = plan.source_flow(item.step, item.source), item.step
    if plan.explain or not isinstance(step, Filter) or len(step.checks) != 1 or step in plan.applied:
        return flow
    if rejected(plan, step):
        return flow
    resolver, moment, nodes = plan.resolver(step, item.source), plan.columns.moment_of(step), list[tree.Node]()
    for node in tree.conjuncts(step.checks[0].rule):
        if all(leaf in flow.base.derived for leaf in plan.columns.read(node, item.source, moment).leaves):
            nodes.append(node)
    if nodes:
        plan.applied[step] = nodes
        flow = flow.that(*(Mask(resolver.rule(node)) for node in nodes))
    return flow


def _sides(plan: Lowering, groups: Sequence[Group]) -> dict[Stem, Side]:
    """Build one side table per path of links, for the rows of all groups together."""
    wanted: dict[Stem, tuple[TableSchema, dict[Leaf, None], list[Group]]] = {}
    for group in groups:
        for leaf in group.leaves:
            if isinstance(leaf.node, Collected | tree.Column | tree.Window):
                _, leaves, users = wanted.setdefault(stem_of(group.table.label, leaf), (group.table, {}, []))
                leaves[leaf] = None
                if group not in users:
                    users.append(group)
    sides: dict[Stem, Side] = {}
    for stem, (table, leaves, users) in wanted.items():
        heres = list(anchor(next(iter(leaves)).node, table.key, table.links))
        restrict = None
        if stem.last and not all(windowed(leaf.node) for leaf in leaves) and any(_smaller(user) for user in users):
            restrict = pl.concat([user.rows().select(_here(user, name) for name in heres) for user in users])
        side = plan.links.side(table, stem, list(leaves), restrict)
        sides[stem] = Side(side.frame.cache(), side.on, side.columns, side.fills) if len(users) > 1 else side
    return sides


def _here(group: Group, name: str) -> pl.Expr:
    return group.flows[0].column(name).alias(name)


def _smaller(group: Group) -> bool:
    return not group.base.scan or any(flow.masks for flow in group.flows)


def _attach(plan: Lowering, group: Group, sides: dict[Stem, Side]) -> None:
    shared, _ = some(group.flows)
    own = [tuple(mask for mask in flow.masks if not among(mask, shared)) for flow in group.flows]
    names: dict[str, list[pl.Expr]] = {name: [pl.col(name)] for name in group.table.key}
    later: dict[Leaf, None] = {}
    for item, flow in zip(group.entries, group.flows, strict=True):
        for name in _held(plan, item):
            names.setdefault(name, []).append(flow.column(name))
        later |= plan.columns.needs[item.step].leaves | plan.columns.reading(item.step, item.source).leaves
    late = _late(names, any(own))
    roots = {root for masks in own for mask in masks for root in mask.expr.meta.root_names()}
    roots |= {root for name in late for value in names[name] for root in value.meta.root_names()}
    plain = [values[0].alias(name) for name, values in names.items() if name not in late]
    derived = {leaf: name for leaf, name in group.base.derived.items() if leaf in later}
    others = [name for name in dict.fromkeys([*derived.values(), *sorted(roots)]) if name not in names or name in late]
    frame = group.rows().select(*plain, *others)
    added: dict[Leaf, str] = {}
    for leaf in group.leaves:
        if leaf in added:
            continue
        frame, new = _joined(plan, group, frame, leaf, sides)
        added |= {one: name for one, name in new.items() if one in group.leaves}
    base = Base(frame.cache(), derived | added)
    plan.bases.append(base)
    for item, flow, masks in zip(group.entries, group.flows, own, strict=True):
        computed = {name: flow.computed[name] for name in late if name in flow.computed}
        plan.inflow[item.step, item.source] = Flow(base, masks, computed)


def _held(plan: Lowering, item: Pending) -> list[str]:
    """Return the columns that the rows of a waiting step must hold: what it reads of them, and what it passes on."""
    population = item.source.population
    known = {*population.table.columns, *population.extra}
    names = dict.fromkeys([*population.table.key, *sorted(plan.columns.held(item.step, item.source))])
    return [name for name in names if name in known or name.startswith(REASONS)]


def _late(names: Mapping[str, Sequence[pl.Expr]], conditions: bool) -> set[str]:
    """Return the columns that each flow goes on computing for itself, because what the flows still need is below them.

    Written into the shared frame, a computed column would stand in the place of the one that conditions are about.
    """
    computed = {name for name, values in names.items() if not all(value.meta.eq(pl.col(name)) for value in values)}
    same = all(value.meta.eq(names[name][0]) for name in computed for value in names[name])
    return computed if conditions or not same else set()


def _joined(plan: Lowering, group: Group, frame: pl.LazyFrame, leaf: Leaf, sides: dict[Stem, Side]) -> tuple[pl.LazyFrame, dict[Leaf, str]]:
    """Add the column of a leaf, and those of leaves that come with it."""
    key = list(group.table.key)
    if isinstance(leaf.node, Draw):
        frame, name = plan.drawn(frame, group.entries[0].source, leaf)
        return frame, {leaf: name}
    if isinstance(leaf.node, tree.Behaviour):
        name, events = plan.links.name(), plan.sources.events(leaf.node, plan)
        if events is None:
            return frame.with_columns(pl.lit(False).alias(name)), {leaf: name}
        named = events.select(pl.col(f"key_{i}").alias(column) for i, column in enumerate(key))
        flagged = named.unique().with_columns(pl.lit(True).alias(name))
        return frame.join(flagged, on=key, how="left").with_columns(pl.col(name).fill_null(False)), {leaf: name}
    side = sides[stem_of(group.table.label, leaf)]
    return join_side(frame, side), dict(side.columns)
