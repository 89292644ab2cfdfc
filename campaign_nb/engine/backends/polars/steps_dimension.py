"""Lowering of steps whose rows are those of another table than their source's, or of a file."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.backends.polars.flow import Base, Flow
from campaign_nb.engine.backends.polars.lowering import Lowering
from campaign_nb.engine.backends.polars.ranges import RangeJoin, range_tests
from campaign_nb.engine.backends.polars.selecting import compile_filter
from campaign_nb.engine.backends.polars.sides import context_of
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field
from campaign_nb.steps import FIRST, MATCHES, Bring, FileRows, Follow, Match, Rekey, Step, field_of_value


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
    flow = plan.source_flow(step, step.source)
    key = list(step.source.population.table.key)
    values = [f"__v{i}" for i in range(len(step.on))]
    targets = _targets(plan, step)
    types = targets.collect_schema()
    alike = (
        _alike(plan, step, node, types[f"__w{i}"]).alias(name) for i, ((node, _), name) in enumerate(zip(step.on, values, strict=True))
    )
    found = _found(step, flow.rows().select(*key, *alike).drop_nulls(values), targets, key).cache()
    candidates = found if step.order else found.filter(pl.col(MATCHES) == 1)
    firsts = candidates.sort(key).unique(subset=list(step.keys), keep="first", maintain_order=True)
    made = {MATCHES, FIRST, *step.keys}
    rows = flow.rows().select(plan.held(step, flow, [name for name in plan.carried(step) if name not in made]))
    marked = firsts.select(*key, pl.lit(True).alias(FIRST))
    whole = rows.join(found, on=key, how="left").join(marked, on=key, how="left")
    return plan.settle(step, flow, whole.with_columns(pl.col(MATCHES).fill_null(0), pl.col(FIRST).fill_null(False)))


def _targets(plan: Lowering, step: Match) -> pl.LazyFrame:
    """Return the rows of the table that may match: what they must equal, their key, and what they are put in order by."""
    columns = [(f"__w{i}", tree.Column(column)) for i, (_, column) in enumerate(step.on)]
    keys = [(f"__t{i}", tree.Column(column)) for i, column in enumerate(step.table.key)]
    orders = [(f"__o{i}", order.value) for i, order in enumerate(step.order)]
    return plan.links.chosen(step.table, step.where, [*columns, *keys, *orders], plan.columns.moment_of(step))


def _found(step: Match, asked: pl.LazyFrame, targets: pl.LazyFrame, key: Sequence[str]) -> pl.LazyFrame:
    """Return, for each row that matches, how many rows of the table do, and the key of the first of them."""
    places = range(len(step.on))
    pairs = asked.join(targets, left_on=[f"__v{i}" for i in places], right_on=[f"__w{i}" for i in places], how="inner")
    keys = [f"__t{i}" for i in range(len(step.table.key))]
    by = [*(f"__o{i}" for i in range(len(step.order))), *keys]
    descending = [*(order.descending for order in step.order), *(False for _ in keys)]
    firsts = (
        pl.col(name).sort_by(by, descending=descending, nulls_last=True).first().alias(own)
        for name, own in zip(keys, step.keys, strict=True)
    )
    return pairs.group_by(key).agg(pl.len().cast(pl.Int64).alias(MATCHES), *firsts)


def lower_bring(plan: Lowering, step: Bring) -> Flow:
    """Join the columns of the first row of the other step that matches; text beside another type is read as that type."""
    flow = plan.source_flow(step, step.source)
    held = plan.held(step, flow, [name for name in plan.carried(step) if name not in step.made])
    right, firsts = _looked_up(plan, step)
    names = [f"__v{i}" for i in range(len(step.pairs))]
    types = right.collect_schema() if names else pl.Schema()
    values = [_alike(plan, step, node, types[name]).alias(name) for (node, _), name in zip(step.pairs, names, strict=True)]
    if isinstance(step.rule, tree.Everybody) and names:
        found = right.drop_nulls(names).group_by(names).agg(*firsts)
        joined = flow.rows().select(*held, *values).join(found, on=names, how="left").drop(names)
    else:
        key, rule = list(step.source.population.table.key), _rule_of_both(plan, step)
        mine = plan.resolver(step, step.source)
        here = (mine.column(node, field_of_value(step.source.population, name, node)).alias(name) for name, node in step.here)
        left = flow.rows().select(*(pl.col(name).alias(f"__k{i}") for i, name in enumerate(key)), *values, *here)
        by = [f"__k{i}" for i in range(len(key))]
        tests = [] if names else range_tests(step.rule, _fields_of_both(step))
        if tests:
            found = RangeJoin(tests, rule, by, firsts).frame(left, right)
        else:
            both = left.join(right, on=names, how="inner") if names else left.join(right, how="cross")
            found = both.filter(rule).group_by(by).agg(*firsts)
        joined = flow.rows().select(*held).join(found, left_on=key, right_on=by, how="left")
    return plan.settle(step, flow, joined.with_columns(pl.col(MATCHES).fill_null(0)))


def _looked_up(plan: Lowering, step: Bring) -> tuple[pl.LazyFrame, list[pl.Expr]]:
    """Return what is read of the other step, and what becomes of the rows that match: the columns of the first, their number."""
    other, theirs = plan.source_flow(step, step.other), plan.resolver(step, step.other)
    orders = [(f"__o{i}", order) for i, order in enumerate(step.order)]
    keys = [(f"__t{i}", tree.Column(name)) for i, name in enumerate(step.other.population.table.key)]
    right = other.rows().select(
        *(theirs.value(node).alias(f"__v{i}") for i, (_, node) in enumerate(step.pairs)),
        *(theirs.column(node, field_of_value(step.other.population, name, node)).alias(name) for name, node in step.there),
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
    return right, [*firsts, pl.len().cast(pl.Int64).alias(MATCHES)]


def _fields_of_both(step: Bring) -> dict[str, Field]:
    """Return the types of the values that the rule of a step reads, by name."""
    fields = {name: field_of_value(step.source.population, name, node) for name, node in step.here}
    return fields | {name: field_of_value(step.other.population, name, node) for name, node in step.there}


def _rule_of_both(plan: Lowering, step: Bring) -> pl.Expr:
    """Compile the rule on the values of both rows, as the filter of a join; the engine tests pairs without keeping them."""
    fields = _fields_of_both(step)

    def resolve(node: tree.Node) -> tuple[pl.Expr, Field]:
        assert isinstance(node, tree.Column)
        return pl.col(node.name), fields[node.name]

    return compile_filter(step.rule, resolve, context_of(plan.columns.moment_of(step)))


def _alike(plan: Lowering, step: Bring | Match, node: tree.Node, to: pl.DataType) -> pl.Expr:
    """Return a value in the type that it is joined by; a number that this type has no room for equals nothing."""
    value = plan.resolver(step, step.sources[0]).value(node)
    made = value.cast(to, strict=False)
    numbers = field_of_value(step.sources[0].population, "", node).type.numeric and to.is_numeric()
    return pl.when(made == value).then(made) if numbers else made


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
