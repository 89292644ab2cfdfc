"""Lowering of the steps that read tables and of those that keep or leave out rows by conditions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import polars as pl

from campaign_nb.clock import zone_names
from campaign_nb.engine.backends.polars.flow import Base, Flow, Mask, every
from campaign_nb.engine.backends.polars.lowering import Lowering, rejected
from campaign_nb.engine.backends.polars.semi import SemiForm, having
from campaign_nb.engine.backends.polars.sides import stem_of
from campaign_nb.engine.backends.polars.types import dtype_of
from campaign_nb.engine.optimise.columns import anchor
from campaign_nb.rules import tree
from campaign_nb.schedule.arrival import next_at
from campaign_nb.steps import Anti, Attach, Bucket, Compared, Filter, Load, LocalTime, Nothing, Population, Rejected, Scan, Semi, Step

MOST_MASKS = 16
"""How many conditions a frame's transitions may share before their rows become a frame of their own."""


def lower_scan(plan: Lowering, step: Scan) -> Flow:
    """Read a table; a table that several steps read is read once, narrow."""
    base = Base(plan.sources.scan(step.rows.table.label), scan=True)
    if len(plan.columns.consumers[step]) > 1:
        return plan.settle(step, Flow(base), base.frame.select(plan.carried(step)))
    return Flow(base)


def lower_load(plan: Lowering, step: Load) -> Flow:
    """Read stored rows; members whose key is no longer in the table are gone, other columns come from the table.

    The lines of a file are stored whole: there is no table to read more of them from. Rows of this very instant need no second look.
    """
    key, stored = list(step.rows.table.key), plan.sources.load(step.reference)
    names = plan.carried(step)
    kept = set(stored.collect_schema().names())
    if not step.rows.table.lasting or (plan.sources.is_present(step.reference) and kept.issuperset(names)):
        frame = stored.select(names)
        return plan.settle(step, Flow(Base(frame)), frame)
    table = plan.sources.scan(step.rows.table.label).select([*key, *(name for name in names if name not in kept)])
    frame = stored.join(table, on=key, how="inner").select(names)
    return plan.settle(step, Flow(Base(frame)), frame)


def lower_nothing(plan: Lowering, step: Nothing) -> Flow:
    """Yield no row, with the columns that are read downstream; nothing is read for it."""
    population = step.rows
    table = plan.sources.types(population.table.label) if population.table.lasting else pl.Schema()
    types = {
        name: table[name] if name in table and name not in population.extra else _dtype(population, name) for name in plan.carried(step)
    }
    frame = pl.LazyFrame(schema=types)
    return plan.settle(step, Flow(Base(frame)), frame)


def _dtype(population: Population, name: str) -> pl.DataType:
    field = population.scope.row.column(name)
    return pl.Null() if field is None else dtype_of(field)


def lower_local_time(plan: Lowering, step: LocalTime) -> Flow:
    """Look up the instant of each row's zone; a zone that is missing or unknown is the campaign's."""
    flow, moment, names = plan.source_flow(step, step.source), plan.columns.moment_of(step), plan.carried(step)
    if step.name not in names:
        return flow
    start = moment.as_of + step.after
    ahead = {name: next_at(start, step.seconds, name) for name in sorted({*zone_names(), moment.zone})}
    zones = plan.resolver(step, step.source).value(tree.Column(step.zone)).cast(pl.String)
    instants = zones.replace_strict(ahead, default=ahead[moment.zone], return_dtype=pl.Datetime("us", "UTC"))
    held = plan.held(step, flow, [name for name in names if name != step.name])
    return plan.settle(step, flow, flow.rows().select(*held, instants.alias(step.name)))


def lower_same(plan: Lowering, step: Attach | Bucket) -> Flow:
    """Pass the rows on: the new columns are definitions until something reads them."""
    return plan.source_flow(step, step.source)


def lower_filter(plan: Lowering, step: Filter) -> Flow:
    """Add conditions; conditions on linked rows alone become semi-joins and anti-joins."""
    flow, resolver, forms = plan.source_flow(step, step.source), plan.resolver(step, step.source), plan.shortcuts(step)
    applied = plan.applied.get(step, [])
    if forms or applied:
        done = [*applied, *(form.condition for form in forms)]
        rest = [node for node in tree.conjuncts(step.checks[0].rule) if node not in done]
        kept = flow.that(*(Mask(resolver.rule(node)) for node in rest))
        return _joined(plan, step, kept, forms) if forms else _kept(plan, step, kept)
    if flow.base.scan and (rejected(plan, step) or len(step.checks) > 1):
        reading = plan.columns.reading(step, step.source)
        flow = plan.settle(step, flow, flow.rows().select(plan.held(step, flow, plan.carried(step, reading))))
        plan.inflow[step, step.source] = flow
        resolver = plan.resolver(step, step.source)
    masks = [Mask(resolver.rule(check.rule)) for check in step.checks]
    if not flow.base.scan:
        plan.checked[step] = (flow, masks)
    return _kept(plan, step, flow.that(*masks))


def _kept(plan: Lowering, step: Filter, kept: Flow) -> Flow:
    consumers = plan.columns.consumers[step]
    if len(kept.masks) >= MOST_MASKS:
        return plan.settle(step, kept, kept.rows().select(plan.held(step, kept, plan.carried(step))))
    if not kept.base.scan or (step not in plan.counted and len(consumers) == 1 and isinstance(consumers[0], Filter)):
        return kept
    return plan.settle(step, kept, kept.rows().select(plan.held(step, kept, plan.carried(step))))


def _joined(plan: Lowering, step: Filter, kept: Flow, forms: Sequence[SemiForm]) -> Flow:
    table = step.population.table
    names = plan.carried(step)
    links = [name for form in forms for name in anchor(form.leaf.node, table.key, table.links)]
    frame = kept.rows().select(plan.held(step, kept, list(dict.fromkeys([*names, *links]))))
    for form in forms:
        side = plan.links.keys(table, stem_of(table.label, form.leaf), form.leaf, having(form))
        heres, keys = [here for here, _ in side.on], [key for _, key in side.on]
        frame = frame.join(side.frame, left_on=heres, right_on=keys, how="semi" if form.positive else "anti")
    return plan.settle(step, kept, frame)


def keep_by_key(plan: Lowering, step: Step, source: Step, keys: pl.LazyFrame, *, positive: bool) -> Flow:
    """Keep the rows whose key is (or is not) in a frame of keys; mark them instead where the others are asked for."""
    flow, frame = plan.physical(step, source)
    key = list(step.population.table.key)
    if not rejected(plan, step):
        return plan.settle(step, flow, frame.join(keys, on=key, how="semi" if positive else "anti"))
    flag = plan.links.name()
    marked = frame.join(keys.unique().with_columns(pl.lit(True).alias(flag)), on=key, how="left")
    whole = plan.settle(step, flow, marked)
    mask = Mask(pl.col(flag).is_not_null() if positive else pl.col(flag).is_null())
    plan.checked[step] = (whole, [mask])
    return whole.that(mask)


def lower_semi(plan: Lowering, step: Semi) -> Flow:
    """Keep the rows whose key is in every other population."""
    flow, others = plan.source_flow(step, step.source), [plan.flows[other] for other in step.others]
    if all(other.base is flow.base for other in others) and not any(step.pairs):
        mask = Mask(pl.all_horizontal(_where(other) for other in others))
        plan.checked[step] = (flow, [mask])
        return flow.that(mask)
    key = list(step.population.table.key)
    first, *rest = _matched(plan, step)
    for keys in rest:
        first = first.join(keys, on=key, how="semi")
    return keep_by_key(plan, step, step.source, first, positive=True)


def lower_anti(plan: Lowering, step: Anti) -> Flow:
    """Keep the rows whose key is in no other population."""
    flow, others = plan.source_flow(step, step.source), [plan.flows[other] for other in step.others]
    if all(other.base is flow.base for other in others) and not any(step.pairs):
        mask = Mask(~pl.any_horizontal(_where(other) for other in others))
        plan.checked[step] = (flow, [mask])
        return flow.that(mask)
    return keep_by_key(plan, step, step.source, pl.concat(_matched(plan, step)), positive=False)


def _matched(plan: Lowering, step: Compared) -> list[pl.LazyFrame]:
    """Return, for each other population, the keys of the rows that it has: by key, or by values."""
    key, found = list(step.population.table.key), list[pl.LazyFrame]()
    for other, pairs in itertools.zip_longest(step.others, step.pairs, fillvalue=()):
        assert isinstance(other, Step)
        flow = plan.source_flow(step, other)
        if not pairs:
            found.append(flow.select(key))
            continue
        mine, theirs = plan.resolver(step, step.source), plan.resolver(step, other)
        names = [f"__p{i}" for i in range(len(pairs))]
        rows = plan.source_flow(step, step.source).rows()
        left = rows.select(*key, *(mine.value(node).alias(name) for (node, _), name in zip(pairs, names, strict=True)))
        right = flow.rows().select(theirs.value(node).alias(name) for (_, node), name in zip(pairs, names, strict=True))
        found.append(left.join(right, on=names, how="semi").select(key))
    return found


def _where(flow: Flow) -> pl.Expr:
    where = flow.where()
    return pl.lit(True) if where is None else where


def lower_rejected(plan: Lowering, step: Rejected) -> Flow:
    """Return the rows that a dropping step left out, with the reason of the first check that failed."""
    flow, masks = plan.checked[step.source]
    reasons = reasons_of(step.source)
    failed = every(masks)
    assert failed is not None
    reason = pl.lit(reasons[-1])
    for mask, name in reversed(list(zip(masks[:-1], reasons[:-1], strict=True))):
        reason = pl.when(~mask.expr).then(pl.lit(name)).otherwise(reason)
    return flow.that(Mask(~failed)).computing({plan.columns.reason(step): reason})


def reasons_of(step: Step) -> list[str]:
    """Return the reasons that a dropping step gives, in the order in which they are found."""
    if isinstance(step, Filter):
        return [check.reason for check in step.checks]
    return [str(getattr(step, "reason", ""))]
