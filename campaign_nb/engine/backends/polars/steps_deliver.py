"""Lowering of what leaves a plan: messages, rows that are asked for, and frames that a user's function gets."""

from __future__ import annotations

import polars as pl

from campaign_nb.engine.backends.polars.flow import Flow
from campaign_nb.engine.backends.polars.lowering import Lowering
from campaign_nb.engine.optimise.columns import Output, python_columns
from campaign_nb.errors import ActivityError, Problem
from campaign_nb.rules import tree
from campaign_nb.steps import Python, Render


def lower_output(plan: Lowering, step: Output) -> Flow:
    """Deliver the key and the columns that are asked for."""
    flow, resolver = plan.source_flow(step, step.source), plan.resolver(step, step.source)
    key = step.population.table.key
    values = {name: resolver.value(tree.Column(name)) for name in (*key, *step.columns)}
    plan.delivered[step] = flow.rows().select(value.alias(name) for name, value in values.items())
    return flow


def lower_render(plan: Lowering, step: Render) -> Flow:
    """Deliver one row per message: key, address, rendered parts, and the columns of templates rendered per row."""
    flow, resolver = plan.source_flow(step, step.source), plan.resolver(step, step.source)
    names = sorted({name for _, template in step.templates for name in template.names})
    plan.delivered[step] = flow.rows().select(
        *(resolver.value(tree.Column(name)).alias(f"key_{i}") for i, name in enumerate(step.population.table.key)),
        resolver.value(step.address).cast(pl.String).alias("address"),
        *(resolver.value(node).alias(name) for name, node in step.parts),
        *(resolver.value(tree.Column(name)).alias(f"value:{name}") for name in names),
    )
    return flow


def lower_python(plan: Lowering, step: Python) -> Flow:
    """Call a user's function with narrow frames and join what it declares back by key."""
    key = list(step.population.table.key)
    frames: list[pl.LazyFrame] = []
    for source in step.inputs:
        resolver = plan.resolver(step, source)
        columns = [*key, *(name for name in python_columns(step, source) if name not in key)]
        frames.append(plan.source_flow(step, source).rows().select(resolver.value(tree.Column(name)).alias(name) for name in columns))
    returned = _call(step, frames, key)
    own = returned.select([*key, *(pl.col(name).cast(dtype) for name, dtype in step.adds.items())]).cache()
    plan.audits.append((step, own.select(pl.len().alias("rows"), pl.struct(key).n_unique().alias("keys"))))
    flow = plan.source_flow(step, step.inputs[0])
    below, resolver = list(dict.fromkeys(plan.carried(step))), plan.resolver(step, step.inputs[0])
    held = flow.rows().select(resolver.value(tree.Column(name)).alias(name) for name in below if name not in step.adds)
    return plan.settle(step, Flow(flow.base), held.join(own, on=key, how="inner"))


def _call(step: Python, frames: list[pl.LazyFrame], key: list[str]) -> pl.LazyFrame:
    name = getattr(step.function, "__qualname__", type(step.function).__name__)
    where = f"python function {name}"
    try:
        returned = step.function(*frames)
        rows = returned.lazy() if isinstance(returned, pl.DataFrame) else returned
        names = rows.collect_schema().names() if isinstance(rows, pl.LazyFrame) else None
    except Exception as error:
        raise ActivityError(Problem(where, f"it raised {type(error).__name__}: {error}", "a LazyFrame")) from error
    if names is None:
        raise ActivityError(Problem(where, f"it returned {type(returned).__name__}", "a LazyFrame", "return rows.with_columns(…)"))
    missing = [column for column in (*key, *step.adds) if column not in names]
    if missing:
        raise ActivityError(
            Problem(where, f"its result has no column {', '.join(missing)}", f"the key {', '.join(key)} and the columns of adds")
        )
    return rows
