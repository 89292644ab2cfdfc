"""Lowering of the steps to a cluster: which function lowers which."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw

from campaign_nb.engine.backends.narwhals import spark_frames
from campaign_nb.engine.backends.narwhals.comparison import truth
from campaign_nb.engine.backends.narwhals.flow import Base, Flow, Frame, every, some
from campaign_nb.engine.backends.narwhals.lowering import Lower, Lowering
from campaign_nb.engine.backends.narwhals.operand import literal
from campaign_nb.engine.backends.polars.steps_filter import reasons_of
from campaign_nb.engine.optimise.columns import Output
from campaign_nb.rules import tree
from campaign_nb.steps import (
    FIRST,
    MATCHES,
    Anti,
    Attach,
    Bucket,
    Dedupe,
    Filter,
    Follow,
    Load,
    Match,
    Nothing,
    Rejected,
    Rekey,
    Render,
    Scan,
    Semi,
    Step,
    Take,
    Union,
)

_TYPES: Mapping[tree.Type, Any] = {
    tree.Type.INTEGER: nw.Int64(),
    tree.Type.NUMBER: nw.Float64(),
    tree.Type.BOOLEAN: nw.Boolean(),
    tree.Type.DATE: nw.Date(),
    tree.Type.DATETIME: nw.Datetime("us", "UTC"),
}
"""The types of added columns that nobody has a value in; others are text."""


def _scan(plan: Lowering, step: Scan) -> Flow:
    return Flow(plan.table(step))


def _load(plan: Lowering, step: Load) -> Flow:
    key, stored = list(step.rows.table.key), plan.sources.load(step.reference)
    names = plan.carried(step)
    kept = stored.collect_schema().names()
    table = plan.sources.scan(step.rows.table.label).select(*key, *(name for name in names if name not in kept))
    frame = stored.join(table, on=key, how="inner").select(*names)
    return plan.settle(step, Flow(Base(frame)), frame)


def _nothing(plan: Lowering, step: Nothing) -> Flow:
    """Yield no row, with the columns that are read downstream."""
    names, population = plan.carried(step), step.rows
    own = [name for name in names if name in population.table.columns and name not in population.extra]
    rows = plan.sources.scan(population.table.label).select(*own).filter(truth(False))
    fields = {name: population.extra[name] for name in names if name not in own and name in population.extra}
    added = [literal(None).cast(_TYPES.get(field.type, nw.String())).alias(name) for name, field in fields.items()]
    frame = rows.with_columns(*added) if added else rows
    return plan.settle(step, Flow(Base(frame)), frame)


def _same(plan: Lowering, step: Attach | Bucket) -> Flow:
    return plan.source_flow(step, step.source)


def _filter(plan: Lowering, step: Filter) -> Flow:
    flow, resolver = plan.source_flow(step, step.source), plan.resolver(step, step.source)
    masks = [resolver.rule(check.rule) for check in step.checks]
    if step not in plan.narrowed:
        plan.checked[step] = (flow, masks)
    return flow.that(*masks)


def by_key(rows: Frame, others: Frame, key: Sequence[str], how: str, columns: Sequence[str] = ()) -> Frame:
    """Join rows by their key, which has the same name on both sides."""
    return nw.from_native(spark_frames.beside(rows.to_native(), others.to_native(), [(name, name) for name in key], how, columns))


def _keep_by_key(plan: Lowering, step: Step, source: Step, keys: Frame, *, positive: bool) -> Flow:
    """Keep the rows whose key is (or is not) in a frame of keys; mark them instead where the others are asked for."""
    flow, frame = plan.physical(step, source)
    key = list(step.population.table.key)
    if not plan.rejected(step):
        return plan.settle(step, flow, by_key(frame, keys, key, "left_semi" if positive else "left_anti"))
    flag = plan.links.name()
    marked = by_key(frame, keys.unique().with_columns(truth(True).alias(flag)), key, "left", [flag])
    whole = plan.settle(step, flow, marked)
    mask = ~nw.col(flag).is_null() if positive else nw.col(flag).is_null()
    plan.checked[step] = (whole, [mask])
    return whole.that(mask)


def _semi(plan: Lowering, step: Semi) -> Flow:
    flow, others = plan.source_flow(step, step.source), [plan.flows[other] for other in step.others]
    if all(other.base is flow.base for other in others):
        mask = every([_where(other) for other in others])
        assert mask is not None
        plan.checked[step] = (flow, [mask])
        return flow.that(mask)
    key = list(step.population.table.key)
    keys = others[0].select(key)
    for other in others[1:]:
        keys = by_key(keys, other.select(key), key, "left_semi")
    return _keep_by_key(plan, step, step.source, keys, positive=True)


def _anti(plan: Lowering, step: Anti) -> Flow:
    flow, others = plan.source_flow(step, step.source), [plan.flows[other] for other in step.others]
    if all(other.base is flow.base for other in others):
        mask = every([~_where(other) for other in others])
        assert mask is not None
        plan.checked[step] = (flow, [mask])
        return flow.that(mask)
    key = list(step.population.table.key)
    return _keep_by_key(plan, step, step.source, nw.concat([other.select(key) for other in others]), positive=False)


def _where(flow: Flow) -> nw.Expr:
    where = flow.where()
    return truth(True) if where is None else where


def _rejected(plan: Lowering, step: Rejected) -> Flow:
    flow, masks = plan.checked[step.source]
    reasons, passed = reasons_of(step.source), every(masks)
    assert passed is not None
    reason: nw.Expr = nw.lit(reasons[-1])
    for mask, name in reversed(list(zip(masks[:-1], reasons[:-1], strict=True))):
        reason = nw.when(~mask).then(nw.lit(name)).otherwise(reason)
    return flow.that(~passed).computing({plan.columns.reason(step): reason})


def _union(plan: Lowering, step: Union) -> Flow:
    flows = [plan.source_flow(step, source) for source in step.inputs]
    names, key = plan.carried(step), list(step.population.table.key)
    if _plain(plan, step, flows, names):
        mask = some(flows)
        return Flow(flows[0].base, () if mask is None else (mask,), flows[0].computed)
    frames, before = list[Frame](), list[Frame]()
    for source, flow in zip(step.inputs, flows, strict=True):
        resolver, known = plan.resolver(step, source), {*source.population.extra, *source.population.table.columns}
        rows = flow.rows().select(*((resolver.value(tree.Column(name)) if name in known else nw.lit(None)).alias(name) for name in names))
        for earlier in before:
            rows = by_key(rows, earlier, key, "left_anti")
        frames.append(rows)
        before.append(flow.select(key))
    together = nw.concat(frames, how="vertical")
    return plan.settle(step, Flow(Base(together)), together)


def _plain(plan: Lowering, step: Union, flows: Sequence[Flow], names: Sequence[str]) -> bool:
    """Tell whether populations are parts of one frame, with the same columns in each."""
    if any(flow.base is not flows[0].base or flow.computed for flow in flows):
        return False
    columns = step.population.table.columns
    return all(name in columns and name not in plan.columns.virtual[source] for name in names for source in step.inputs)


def _dedupe(plan: Lowering, step: Dedupe) -> Flow:
    """Number the rows of each group in one pass; those without a group stay."""
    flow = plan.source_flow(step, step.source)
    if step.keep == 0:
        plan.checked[step] = (flow, [truth(True)])
        return flow
    resolver, key = plan.resolver(step, step.source), step.population.table.key
    groups = [plan.links.name() for _ in step.by]
    orders = [(plan.links.name(), order) for order in step.order]
    number = plan.links.name()
    held = plan.held(step, flow, plan.carried(step))
    rows = flow.rows().select(
        *held,
        *(resolver.value(node).alias(name) for node, name in zip(step.by, groups, strict=True)),
        *(resolver.value(order.value).alias(name) for name, order in orders),
    )
    sorts = [*((name, order.descending) for name, order in orders), *((name, False) for name in key)]
    ranked = nw.from_native(spark_frames.ranked(rows.to_native(), groups, sorts, number))
    whole = plan.settle(step, flow, ranked)
    mask = nw.col(number) <= step.keep
    if not step.nulls_equal:
        for group in groups:
            mask = mask | nw.col(group).is_null()
    plan.checked[step] = (whole, [mask])
    return whole.that(mask)


def _take(plan: Lowering, step: Take) -> Flow:
    flow = plan.source_flow(step, step.source)
    resolver, key = plan.resolver(step, step.source), list(step.population.table.key)
    orders = [(f"__o{i}", order) for i, order in enumerate(step.order)]
    narrow = flow.rows().select(*key, *(resolver.value(order.value).alias(name) for name, order in orders))
    sorts = [*((name, order.descending) for name, order in orders), *((name, False) for name in key)]
    first = nw.from_native(spark_frames.ordered(narrow.to_native(), sorts, step.n, step.share)).select(*key)
    return _keep_by_key(plan, step, step.source, first, positive=True)


def _led(rows: Frame, near: Frame, theres: Sequence[str]) -> Frame:
    return rows.join(near, left_on=list(theres), right_on=[f"__h{i}" for i in range(len(theres))], how="semi")


def _follow(plan: Lowering, step: Follow) -> Flow:
    flow, resolver = plan.source_flow(step, step.source), plan.resolver(step, step.source)
    table, schema = step.source.population.table, step.population.schema
    links = [table.links[step.path[0]]]
    for name in step.path[1:]:
        links.append(schema.schema_of(links[-1].to).links[name])
    near = flow.rows().select(*(resolver.value(tree.Column(here)).alias(f"__h{i}") for i, (here, _) in enumerate(links[0].on)))
    for link, following in itertools.pairwise(links):
        rows = _led(plan.sources.scan(link.to), near, [there for _, there in link.on])
        near = rows.select(*(nw.col(here).alias(f"__h{i}") for i, (here, _) in enumerate(following.on)))
    names, theres = plan.carried(step), [there for _, there in links[-1].on]
    rows = plan.sources.scan(links[-1].to).select(*dict.fromkeys([*names, *theres]))
    frame = _led(rows, near, theres).select(*names)
    return plan.settle(step, Flow(Base(frame)), frame)


def _match(plan: Lowering, step: Match) -> Flow:
    """Join the rows that may match, count them per row, and keep the key of the first."""
    flow, resolver = plan.source_flow(step, step.source), plan.resolver(step, step.source)
    key, values = list(step.source.population.table.key), [f"__v{i}" for i in range(len(step.on))]
    asked = flow.rows().select(*key, *(resolver.value(node).alias(name) for (node, _), name in zip(step.on, values, strict=True)))
    found = _found(plan, step, asked.drop_nulls(values), key)
    found = plan.keep(Base(found)).frame
    candidates = found if step.order else found.filter(nw.col(MATCHES) == 1)
    number = plan.links.name()
    firsts = nw.from_native(spark_frames.ranked(candidates.to_native(), list(step.keys), [(name, False) for name in key], number))
    marked = firsts.filter(nw.col(number) == 1).select(*key, literal(True).alias(FIRST))
    made = {MATCHES, FIRST, *step.keys}
    rows = flow.rows().select(*plan.held(step, flow, [name for name in plan.carried(step) if name not in made]))
    whole = rows.join(found, on=key, how="left").join(marked, on=key, how="left")
    filled = (nw.coalesce(nw.col(MATCHES), literal(0)).alias(MATCHES), nw.coalesce(nw.col(FIRST), literal(False)).alias(FIRST))
    return plan.settle(step, flow, whole.with_columns(*filled))


def _found(plan: Lowering, step: Match, asked: Frame, key: Sequence[str]) -> Frame:
    """Return, for each row that matches, how many rows of the table do, and the key of the first of them."""
    columns = [(f"__w{i}", tree.Column(column)) for i, (_, column) in enumerate(step.on)]
    keys = [(f"__t{i}", tree.Column(column)) for i, column in enumerate(step.table.key)]
    orders = [(f"__o{i}", order.value) for i, order in enumerate(step.order)]
    targets = plan.links.chosen(step.table, step.where, [*columns, *keys, *orders], plan.columns.moment_of(step))
    values = [f"__v{i}" for i in range(len(step.on))]
    pairs = targets.join(asked, left_on=[name for name, _ in columns], right_on=values, how="inner")
    by = [*((name, order.descending) for (name, _), order in zip(orders, step.order, strict=True)), *((name, False) for name, _ in keys)]
    number = plan.links.name()
    ranked = nw.from_native(spark_frames.ranked(pairs.to_native(), key, by, number))
    counted = nw.from_native(spark_frames.aggregated(pairs.to_native(), key, [(MATCHES, "count", "__t0", "")]))
    first = ranked.filter(nw.col(number) == 1).select(
        *key, *(nw.col(name).alias(own) for (name, _), own in zip(keys, step.keys, strict=True))
    )
    return counted.join(first, on=list(key), how="inner")


def _rekey(plan: Lowering, step: Rekey) -> Flow:
    flow, resolver, key = plan.source_flow(step, step.source), plan.resolver(step, step.source), list(step.table.key)
    own = {name: resolver.value(tree.Column(source)) for name, source in zip(key, step.keys, strict=True)}
    own |= {name: resolver.value(tree.Column(name)) for name in step.keeps}
    rows = flow.rows().select(*(value.alias(name) for name, value in own.items()))
    others = [name for name in plan.carried(step) if name not in own]
    if others:
        rows = rows.join(plan.sources.scan(step.table.label).select(*key, *others), on=key, how="inner")
    return plan.settle(step, Flow(Base(rows)), rows)


def _output(plan: Lowering, step: Output) -> Flow:
    flow, resolver = plan.source_flow(step, step.source), plan.resolver(step, step.source)
    names = dict.fromkeys([*step.population.table.key, *step.columns])
    plan.delivered[step] = lambda: flow.rows().select(*(resolver.value(tree.Column(name)).alias(name) for name in names))
    return flow


def _render(plan: Lowering, step: Render) -> Flow:
    flow, resolver = plan.source_flow(step, step.source), plan.resolver(step, step.source)
    plan.delivered[step] = lambda: flow.rows().select(
        *(resolver.value(tree.Column(name)).alias(f"key_{i}") for i, name in enumerate(step.population.table.key)),
        resolver.value(step.address).alias("address"),
        *(resolver.value(node).alias(name) for name, node in step.parts),
    )
    return flow


LOWER: Mapping[type[Step], Lower] = {
    Scan: _scan,
    Load: _load,
    Nothing: _nothing,
    Attach: _same,
    Bucket: _same,
    Filter: _filter,
    Semi: _semi,
    Anti: _anti,
    Rejected: _rejected,
    Union: _union,
    Dedupe: _dedupe,
    Take: _take,
    Follow: _follow,
    Match: _match,
    Rekey: _rekey,
    Output: _output,
    Render: _render,
}
"""What runs on a cluster; a step that is not here is refused."""
