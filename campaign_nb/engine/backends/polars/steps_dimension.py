"""Lowering of steps whose rows are those of another table than their source's, or of a file."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.backends.polars.flow import Base, Flow
from campaign_nb.engine.backends.polars.lowering import Lowering
from campaign_nb.rules import tree
from campaign_nb.steps import FIRST, MATCHES, Bring, FileRows, Follow, Match, Rekey, Step


def lower_follow(plan: Lowering, step: Follow) -> Flow:
    """Keep the rows of the last table that the rows of the source lead to."""
    flow, resolver = plan.source_flow(step, step.source), plan.resolver(step, step.source)
    table, schema = step.source.population.table, step.population.schema
    links = [table.links[step.path[0]]]
    for name in step.path[1:]:
        links.append(schema.schema_of(links[-1].to).links[name])
    near = flow.rows().select(resolver.value(tree.Column(here)).alias(f"__h{i}") for i, (here, _) in enumerate(links[0].on))
    for link, following in itertools.pairwise(links):
        rows = _led(plan.sources.scan(link.to), near, [there for _, there in link.on])
        near = rows.select(pl.col(here).alias(f"__h{i}") for i, (here, _) in enumerate(following.on))
    names, theres = plan.carried(step), [there for _, there in links[-1].on]
    rows = plan.sources.scan(links[-1].to).select(list(dict.fromkeys([*names, *theres])))
    return _based(plan, step, _led(rows, near, theres).select(names))


def _led(rows: pl.LazyFrame, near: pl.LazyFrame, theres: Sequence[str]) -> pl.LazyFrame:
    return rows.join(near, left_on=theres, right_on=[f"__h{i}" for i in range(len(theres))], how="semi")


def _based(plan: Lowering, step: Step, frame: pl.LazyFrame) -> Flow:
    return plan.settle(step, Flow(Base(frame)), frame)


def lower_match(plan: Lowering, step: Match) -> Flow:
    """Join the rows that may match, count them per row, and keep the key of the first.

    Nulls: a row with a null among its values matches nothing. Text beside another type is read as that type.
    """
    flow, resolver = plan.source_flow(step, step.source), plan.resolver(step, step.source)
    key = list(step.source.population.table.key)
    values = [f"__v{i}" for i in range(len(step.on))]
    asked = flow.rows().select(*key, *(resolver.value(node).alias(name) for (node, _), name in zip(step.on, values, strict=True)))
    found = _found(plan, step, asked.drop_nulls(values), key).cache()
    candidates = found if step.order else found.filter(pl.col(MATCHES) == 1)
    firsts = candidates.sort(key).unique(subset=list(step.keys), keep="first", maintain_order=True)
    made = {MATCHES, FIRST, *step.keys}
    rows = flow.rows().select(plan.held(step, flow, [name for name in plan.carried(step) if name not in made]))
    marked = firsts.select(*key, pl.lit(True).alias(FIRST))
    whole = rows.join(found, on=key, how="left").join(marked, on=key, how="left")
    return plan.settle(step, flow, whole.with_columns(pl.col(MATCHES).fill_null(0), pl.col(FIRST).fill_null(False)))


def _found(plan: Lowering, step: Match, asked: pl.LazyFrame, key: Sequence[str]) -> pl.LazyFrame:
    """Return, for each row that matches, how many rows of the table do, and the key of the first of them."""
    columns = [(f"__w{i}", tree.Column(column)) for i, (_, column) in enumerate(step.on)]
    keys = [(f"__t{i}", tree.Column(column)) for i, column in enumerate(step.table.key)]
    orders = [(f"__o{i}", order.value) for i, order in enumerate(step.order)]
    targets = plan.links.chosen(step.table, step.where, [*columns, *keys, *orders], plan.columns.moment_of(step))
    types, values = targets.collect_schema(), [f"__v{i}" for i in range(len(step.on))]
    alike = asked.with_columns(pl.col(value).cast(types[column], strict=False) for value, (column, _) in zip(values, columns, strict=True))
    pairs = alike.join(targets, left_on=values, right_on=[name for name, _ in columns], how="inner")
    by = [*(name for name, _ in orders), *(name for name, _ in keys)]
    descending = [*(order.descending for order in step.order), *(False for _ in keys)]
    firsts = (
        pl.col(name).sort_by(by, descending=descending, nulls_last=True).first().alias(own)
        for (name, _), own in zip(keys, step.keys, strict=True)
    )
    return pairs.group_by(key).agg(pl.len().cast(pl.Int64).alias(MATCHES), *firsts)


def lower_bring(plan: Lowering, step: Bring) -> Flow:
    """Join the columns of the first row of the other step that equals; text beside another type is read as that type."""
    flow, mine = plan.source_flow(step, step.source), plan.resolver(step, step.source)
    other, theirs = plan.source_flow(step, step.other), plan.resolver(step, step.other)
    names = [f"__v{i}" for i in range(len(step.pairs))]
    orders = [(f"__o{i}", order) for i, order in enumerate(step.order)]
    keys = [(f"__t{i}", tree.Column(name)) for i, name in enumerate(step.other.population.table.key)]
    right = other.rows().select(
        *(theirs.value(node).alias(name) for (_, node), name in zip(step.pairs, names, strict=True)),
        *(theirs.value(order.value).alias(name) for name, order in orders),
        *(theirs.value(node).alias(name) for name, node in keys),
        *(theirs.value(tree.Column(column)).alias(f"__n{i}") for i, (_, column) in enumerate(step.columns)),
    )
    by = [*(name for name, _ in orders), *(name for name, _ in keys)]
    descending = [*(order.descending for _, order in orders), *(False for _ in keys)]
    firsts = (
        pl.col(f"__n{i}").sort_by(by, descending=descending, nulls_last=True).first().alias(name)
        for i, (name, _) in enumerate(step.columns)
    )
    found, types = right.drop_nulls(names).group_by(names).agg(*firsts), right.collect_schema()
    made = {name for name, _ in step.columns}
    held = plan.held(step, flow, [name for name in plan.carried(step) if name not in made])
    values = (mine.value(node).cast(types[name], strict=False).alias(name) for (node, _), name in zip(step.pairs, names, strict=True))
    joined = flow.rows().select(*held, *values).join(found, on=names, how="left").drop(names)
    return plan.settle(step, flow, joined)


def lower_rekey(plan: Lowering, step: Rekey) -> Flow:
    """Give rows the key that stands in their columns; what else is read comes from the table of that key."""
    flow, resolver, key = plan.source_flow(step, step.source), plan.resolver(step, step.source), list(step.table.key)
    own = {name: resolver.value(tree.Column(source)) for name, source in zip(key, step.keys, strict=True)}
    own |= {name: resolver.value(tree.Column(name)) for name in step.keeps}
    rows = flow.rows().select(value.alias(name) for name, value in own.items())
    others = [name for name in plan.carried(step) if name not in own]
    if others:
        rows = rows.join(plan.sources.scan(step.table.label).select(*key, *others), on=key, how="inner")
    return _based(plan, step, rows)


def lower_file(plan: Lowering, step: FileRows) -> Flow:
    """Read a file's lines, typed as its description says."""
    return _based(plan, step, step.file.lines().select(plan.carried(step)))
