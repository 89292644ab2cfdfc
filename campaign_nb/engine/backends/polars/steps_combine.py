"""Lowering of unions, deduplication and limits."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.backends.polars.flow import Base, Flow, Mask, among, every, some
from campaign_nb.engine.backends.polars.lowering import Lowering
from campaign_nb.engine.backends.polars.packing import packable, packed
from campaign_nb.engine.backends.polars.steps_filter import keep_by_key
from campaign_nb.rules import tree
from campaign_nb.steps import Dedupe, Take, Union


def lower_union(plan: Lowering, step: Union) -> Flow:
    """Keep each key once; populations of one frame only join their conditions."""
    flows = [plan.source_flow(step, source) for source in step.inputs]
    names = plan.carried(step)
    key = list(step.population.table.key)
    columns = [_columns(plan, step, index, names) for index in range(len(flows))]
    if all(flow.base is flows[0].base for flow in flows):
        return _one_frame(flows, columns, [name for name in names if name not in key])
    frames, before = list[pl.LazyFrame](), list[pl.LazyFrame]()
    for flow, own in zip(flows, columns, strict=True):
        rows = flow.rows().select(own[name].alias(name) for name in names)
        for earlier in before:
            rows = rows.join(earlier, on=key, how="anti")
        frames.append(rows)
        before.append(flow.select(key))
    together = pl.concat(frames, how="vertical_relaxed")
    return plan.settle(step, Flow(Base(together)), together)


def _columns(plan: Lowering, step: Union, index: int, names: Sequence[str]) -> dict[str, pl.Expr]:
    source = step.inputs[index]
    resolver, population = plan.resolver(step, source), source.population
    known = {*population.extra, *population.table.columns}
    return {name: resolver.value(tree.Column(name)) if name in known else pl.lit(None) for name in names}


def _one_frame(flows: Sequence[Flow], columns: Sequence[dict[str, pl.Expr]], names: Sequence[str]) -> Flow:
    shared, either = some(flows)
    wheres = [every([mask for mask in flow.masks if not among(mask, shared)]) for flow in flows]
    masks = tuple(shared) if either is None else (*shared, Mask(either))
    computed: dict[str, pl.Expr] = {}
    for name in names:
        value = columns[-1][name]
        for where, own in reversed(list(zip(wheres[:-1], columns[:-1], strict=True))):
            if not own[name].meta.eq(value):
                value = own[name] if where is None else pl.when(where).then(own[name]).otherwise(value)
        if not value.meta.eq(pl.col(name)):
            computed[name] = value
    return Flow(flows[0].base, masks, computed)


def lower_dedupe(plan: Lowering, step: Dedupe) -> Flow:
    """Find the keys of the rows that stay by reductions, then keep those rows."""
    flow = plan.source_flow(step, step.source)
    if step.keep == 0:
        plan.checked[step] = (flow, [Mask(pl.lit(True))])
        return flow
    if flow.base.scan:
        reading = plan.columns.reading(step, step.source)
        flow = plan.settle(step, flow, flow.rows().select(plan.held(step, flow, plan.carried(step, reading))))
        plan.inflow[step, step.source] = flow
    resolver, key = plan.resolver(step, step.source), list(step.population.table.key)
    groups = [f"__g{i}" for i in range(len(step.by))]
    sorting, last = _until_key(step.order, key)
    orders = [(f"__o{i}", order.descending) for i, order in enumerate(sorting)]
    narrow = flow.rows().select(
        *key,
        *(resolver.value(node).alias(name) for node, name in zip(step.by, groups, strict=True)),
        *(resolver.value(order.value).alias(name) for order, (name, _) in zip(sorting, orders, strict=True)),
    )
    known = narrow if step.nulls_equal else narrow.drop_nulls(groups)
    if step.keep > 1:
        winners = _several(known, groups, orders, key, step.keep, last=last)
    else:
        types = [plan.type_of(step.source, node) for node in (*map(tree.Column, key), *(order.value for order in sorting))]
        winners = _first(known, groups, orders, key, types, last=last)
    if not step.nulls_equal:
        alone = narrow.filter(pl.any_horizontal(pl.col(group).is_null() for group in groups)).select(key)
        winners = pl.concat([winners, alone])
    return keep_by_key(plan, step, step.source, winners, positive=True)


def _until_key(orders: Sequence[tree.Order], key: list[str]) -> tuple[Sequence[tree.Order], bool]:
    """Return the orders that decide before a key of one column does, and whether its larger values come first."""
    for at, order in enumerate(orders):
        if isinstance(order.value, tree.Column) and not order.value.path and key == [order.value.name]:
            return orders[:at], order.descending
    return orders, False


def _first(
    rows: pl.LazyFrame,
    groups: list[str],
    orders: Sequence[tuple[str, bool]],
    key: list[str],
    types: Sequence[pl.DataType | None],
    *,
    last: bool,
) -> pl.LazyFrame:
    """Return the key of the first row of each group.

    One reduction where value and key fit one number, else one reduction and one semi-join per order: both cheaper than a sort.
    """
    number = _number(rows, orders, key, types, last=last)
    if number is not None:
        ranked = rows.select(*groups, *key, number.alias("__n"))
        return ranked.group_by(groups).agg(pl.col(key[0]).max_by("__n")).select(key)
    for name, descending in orders:
        best = rows.group_by(groups).agg(pl.col(name).max() if descending else pl.col(name).min())
        rows = rows.join(best, on=[*groups, name], how="semi", nulls_equal=True).cache()
    for name in key[:-1]:
        rows = rows.join(rows.group_by(groups).agg(pl.col(name).min()), on=[*groups, name], how="semi", nulls_equal=True).cache()
    winners = rows.group_by(groups).agg(pl.col(key[-1]).max() if last else pl.col(key[-1]).min())
    if len(key) == 1:
        return winners.select(key)
    return rows.join(winners, on=[*groups, key[-1]], how="semi", nulls_equal=True).select(key)


def _number(
    rows: pl.LazyFrame, orders: Sequence[tuple[str, bool]], key: list[str], types: Sequence[pl.DataType | None], *, last: bool
) -> pl.Expr | None:
    """Return one number that puts rows in order: of at most one value, then of a key of one column."""
    if len(key) > 1 or len(orders) > 1:
        return None
    if None in types:
        schema = rows.collect_schema()
        types = [schema[name] for name in (*key, *(name for name, _ in orders))]
    if not all(dtype is not None and packable(dtype) for dtype in types):
        return None
    value, descending = (pl.col(orders[0][0]), orders[0][1]) if orders else (None, False)
    return packed(value, pl.col(key[0]), descending=descending, last_tie=last)


def _several(
    rows: pl.LazyFrame, groups: list[str], orders: Sequence[tuple[str, bool]], key: list[str], keep: int, *, last: bool
) -> pl.LazyFrame:
    by = [*(name for name, _ in orders), *key]
    descending = [*(down for _, down in orders), *(last for _ in key)]
    chosen = rows.group_by(groups).agg(pl.struct(key).sort_by(by, descending=descending, nulls_last=True).head(keep).alias("__rows"))
    return chosen.select("__rows").explode("__rows").select(pl.col("__rows").struct.field(name) for name in key)


def lower_take(plan: Lowering, step: Take) -> Flow:
    """Find the keys of the first n rows, then keep those rows."""
    flow = plan.source_flow(step, step.source)
    resolver, key = plan.resolver(step, step.source), list(step.population.table.key)
    sorting, last = _until_key(step.order, key)
    orders = [(f"__o{i}", order.descending) for i, order in enumerate(sorting)]
    narrow = flow.rows().select(*key, *(resolver.value(order.value).alias(name) for order, (name, _) in zip(sorting, orders, strict=True)))
    by, descending = [*(name for name, _ in orders), *key], [*(down for _, down in orders), *(last for _ in key)]
    ordered = narrow.sort(by, descending=descending, nulls_last=True)
    if step.share is not None:
        # Exact for any share written in decimals: 0.3 of 10 rows is 3, though 0.3 * 10 is a little less in binary.
        least = (pl.len() * step.share + 1e-9).floor().cast(pl.UInt32)
        ordered = ordered.with_row_index("__n").filter(pl.col("__n") < least)
    elif step.n is not None:
        ordered = ordered.head(step.n)
    first = ordered.select(key)
    return keep_by_key(plan, step, step.source, first, positive=True)
