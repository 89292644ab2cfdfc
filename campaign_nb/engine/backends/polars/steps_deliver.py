"""Lowering of what leaves a plan: messages, rows that are asked for, and frames that a user's function gets."""

from __future__ import annotations

import polars as pl

from campaign_nb.data.fault import reason_of
from campaign_nb.engine.backends.polars.flow import Base, Flow
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
        names = dict.fromkeys([*source.population.table.key, *python_columns(step, source)])
        frames.append(plan.source_flow(step, source).rows().select(resolver.value(tree.Column(name)).alias(name) for name in names))
    flow, resolver = plan.source_flow(step, step.inputs[0]), plan.resolver(step, step.inputs[0])
    own = _call(step, frames, key).cache()
    counted = own.select(pl.len().alias("rows"), pl.struct(key).n_unique().alias("keys"))
    unknown = own.join(flow.select(key), on=key, how="anti").select(pl.len().alias("unknown"))
    plan.audits.append((step, pl.concat([counted, unknown], how="horizontal")))
    held = flow.rows().select(resolver.value(tree.Column(name)).alias(name) for name in plan.carried(step) if name not in step.adds)
    rows = held.join(own, on=key, how="inner")
    return plan.settle(step, Flow(Base(rows)), rows)


def _call(step: Python, frames: list[pl.LazyFrame], key: list[str]) -> pl.LazyFrame:
    """Return what the function gives back: the key and the declared columns, in their types."""
    where = f"python function {getattr(step.function, '__qualname__', type(step.function).__name__)}"
    try:
        returned = step.function(*frames)
        rows = returned.lazy() if isinstance(returned, pl.DataFrame) else returned
        types = rows.collect_schema() if isinstance(rows, pl.LazyFrame) else None
    except Exception as error:
        raise ActivityError(
            Problem(where, f"it raised {type(error).__name__}: {reason_of(error)}", "a LazyFrame", "call it on .head() of what it is given")
        ) from error
    if types is None:
        raise ActivityError(Problem(where, f"it returned {type(returned).__name__}", "a LazyFrame", "return rows.with_columns(…)"))
    missing = [column for column in (*key, *step.adds) if column not in types]
    if missing:
        raise ActivityError(
            Problem(
                where,
                f"its result has no column {', '.join(missing)}",
                f"the key {', '.join(key)} and the columns of adds",
                f"return rows.with_columns({missing[0]}=…)",
            )
        )
    given = frames[0].collect_schema()
    declared = {column: given[column] for column in key} | {name: pl.Schema({name: dtype})[name] for name, dtype in step.adds.items()}
    wrong = [name for name, dtype in declared.items() if not _becomes(types[name], dtype)]
    if wrong:
        raise ActivityError(*(_mistyped(where, name, types[name], declared[name]) for name in wrong), subject=where if wrong[1:] else "")
    return rows.select(pl.col(name) if types[name] == dtype else pl.col(name).cast(dtype) for name, dtype in declared.items())


def _becomes(found: pl.DataType, declared: pl.DataType) -> bool:
    """Tell whether every value of a type has its place in a declared one: the same, nothing but nulls, or a narrower number."""
    if found == declared or isinstance(found, pl.Null):
        return True
    if isinstance(declared, pl.Int64):
        return isinstance(found, pl.Int32 | pl.Int16 | pl.Int8 | pl.UInt32 | pl.UInt16 | pl.UInt8)
    return isinstance(declared, pl.Float64) and (found.is_integer() or isinstance(found, pl.Float32))


def _mistyped(where: str, name: str, found: pl.DataType, declared: pl.DataType) -> Problem:
    return Problem(where, f"column {name!r} of its result is {found}", f"{declared}", f'pl.col("{name}").cast(pl.{declared})')
