"""What decided about one person: the values that a rule saw, the rival that was kept, the bucket, the rank, the matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, TypeAlias

import polars as pl

from campaign_nb.activities.split import LINE, Split, Subset
from campaign_nb.engine.compute import computed
from campaign_nb.engine.lineage_seen import Seen, operands
from campaign_nb.engine.plan import Task
from campaign_nb.rules import tree
from campaign_nb.rules.schema import HIDDEN
from campaign_nb.rules.sentence import sentence
from campaign_nb.steps import FIRST, MATCHES, Bucket, Dedupe, Filter, Match, Step, Take, Unary, Union

Facts: TypeAlias = tuple[tuple[str, Any], ...]
DRAW = "draw"
"""What a number of chance is called."""
FEW = 5
"""How many keys are named before the rest is a count."""


def name_of(node: tree.Node) -> str:
    """Return what a value is called beside what it holds."""
    if isinstance(node, tree.Column):
        return DRAW if node.name.startswith(HIDDEN) else ".".join((*node.path, node.name))
    return node.name if isinstance(node, tree.Variable) else sentence(node).removeprefix("rows that ")


def inner(node: tree.Node, step: Step) -> bool:
    """Tell whether a value is an activity's own, such as a draw or a number of matches, and not the user's."""
    if not isinstance(node, tree.Column) or node.path:
        return False
    return node.name.startswith("_") and node.name not in step.population.table.columns


def said(rule: tree.Node, step: Step) -> str:
    """Return the sentence of a rule on the rows of a step; empty for a rule that an activity made for itself."""
    if any(inner(node, step) for node in operands(rule)):
        return ""
    return sentence(rule, step.population.scope)


def saw(seen: Seen, step: Filter, rule: tree.Node) -> Facts:
    """Return what a rule saw of the person: columns, values of linked rows, added columns."""
    return tuple((name_of(node), value) for node, value in seen.read(step, operands(rule)) if not inner(node, step.source))


def facts_of(seen: Seen, task: Task, step: Step, position: int) -> Facts:
    """Return what else tells why a step left the person out."""
    if isinstance(step, Dedupe):
        return _rivals(seen, step)
    if isinstance(step, Take):
        return _rank(seen, step)
    if isinstance(step, Filter) and isinstance(step.source, Match):
        return _matches(seen, step.source, earlier=_reads(step.checks[position].rule, FIRST))
    if len(task.inputs) > 1:
        return _inputs(seen, task)
    return ()


def _reads(rule: tree.Node, name: str) -> bool:
    return any(isinstance(node, tree.Column) and node.name == name for node in operands(rule))


def _key(row: Sequence[Any]) -> Any:
    return row[0] if len(row) == 1 else tuple(row)


def few(keys: Sequence[Any], count: int | None = None) -> Any:
    """Return one key, or the first few as text with how many more there are."""
    total = len(keys) if count is None else count
    if total == 1:
        return keys[0]
    shown = ", ".join(str(key) for key in keys[:FEW])
    return shown + (f" and {total - FEW:,} more" if total > FEW else "")


# ------------------------------------------------------------------------------------------------- orders and places


def _ranked(seen: Seen, step: Dedupe | Take, by: Sequence[tree.Node]) -> tuple[pl.LazyFrame, list[str]]:
    """Return the rows that a step puts in order: their key, groups and order values, ranked within their group."""
    flow, resolver = seen.lowered.source_flow(step, step.source), seen.lowered.resolver(step, step.source)
    key, groups = list(step.population.table.key), [f"__g{at}" for at in range(len(by))]
    orders = [f"__o{at}" for at in range(len(step.order))]
    rows = flow.rows().select(
        *key,
        *(resolver.value(node).alias(name) for node, name in zip(by, groups, strict=True)),
        *(resolver.value(order.value).alias(name) for order, name in zip(step.order, orders, strict=True)),
    )
    mine = rows.filter(seen.same()).select(groups)
    for name in groups:
        rows = rows.join(mine.select(pl.col(name).alias("__mine")), left_on=name, right_on="__mine", how="semi", nulls_equal=True)
    down = [*(order.descending for order in step.order), *(False for _ in key)]
    return rows.sort([*orders, *key], descending=down, nulls_last=True).with_row_index("__place", 1), orders


def _share(node: tree.Node, value: Any) -> Any:
    """Return a draw as a share of the hash line."""
    drawn = isinstance(node, tree.Column) and node.name.startswith(HIDDEN)
    return value / LINE if drawn and isinstance(value, int) else value


def _ordered(step: Dedupe | Take, whose: str, values: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for order, value in zip(step.order, values, strict=True):
        yield f"{name_of(order.value)} of {whose}", _share(order.value, value)


def _rivals(seen: Seen, step: Dedupe) -> Facts:
    """Return the values in common, the rows that were kept instead, and the order values of both."""
    ranked, orders = _ranked(seen, step, step.by)
    groups, key = [f"__g{at}" for at in range(len(step.by))], list(step.population.table.key)
    kept, mine = computed([ranked.head(step.keep), ranked.filter(seen.same())])
    if not mine.height:
        return ()
    rivals = [_key(row) for row in kept.select(key).rows()]
    common = zip((name_of(node) for node in step.by), mine.select(groups).row(0), strict=True)
    last = rivals[-1]
    theirs = _ordered(step, str(last), kept.select(orders).row(-1))
    own = _ordered(step, str(_key(mine.select(key).row(0))), mine.select(orders).row(0))
    place = [("place", mine["__place"][0]), ("kept", step.keep)] if step.keep > 1 else []
    return (*common, ("kept instead", few(rivals)), *theirs, *own, *place)


def _rank(seen: Seen, step: Take) -> Facts:
    """Return the person's place in the order, how many are taken, and the order values of the last of them and the person."""
    ranked, orders = _ranked(seen, step, ())
    key = list(step.population.table.key)
    share = getattr(step, "share", None)
    if share is not None:
        total = int(computed([ranked.select(pl.len())])[0].item())
        limit = int(total * share + 1e-9)  # as the engine rounds
    else:
        limit = step.n or 0
    last, mine = computed([ranked.filter(pl.col("__place") == limit), ranked.filter(seen.same())])
    if not mine.height:
        return ()
    theirs = _ordered(step, f"{_key(last.select(key).row(0))}, the last taken", last.select(orders).row(0)) if last.height else ()
    return (
        ("place", mine["__place"][0]),
        ("taken", limit),
        *theirs,
        *_ordered(step, str(_key(mine.select(key).row(0))), mine.select(orders).row(0)),
    )


# ------------------------------------------------------------------------------------------------ matches and inputs


def _matches(seen: Seen, step: Match, *, earlier: bool) -> Facts:
    """Return the values looked for, the rows of the table that have them, and which earlier row took them."""
    flow, lowered = seen.lowered.source_flow(step, step.source), seen.lowered
    resolver, values = lowered.resolver(step, step.source), [f"__v{at}" for at in range(len(step.on))]
    asked = flow.base.frame.filter(seen.same()).select(
        *step.source.population.table.key, *(resolver.value(node).alias(name) for (node, _), name in zip(step.on, values, strict=True))
    )
    columns = [(f"__w{at}", tree.Column(column)) for at, (_, column) in enumerate(step.on)]
    keys = [(f"__t{at}", tree.Column(column)) for at, column in enumerate(step.table.key)]
    targets = lowered.links.chosen(step.table, step.where, [*columns, *keys], lowered.columns.moment_of(step))
    types = targets.collect_schema()
    alike = asked.with_columns(pl.col(value).cast(types[column], strict=False) for value, (column, _) in zip(values, columns, strict=True))
    names = [name for name, _ in keys]
    found = alike.drop_nulls(values).join(targets, left_on=values, right_on=[name for name, _ in columns]).select(names).sort(names)
    rows = [_key(row) for row in computed([found])[0].rows()]
    looked = tuple((name_of(node), value) for node, value in seen.read(step, [node for node, _ in step.on]))
    facts = (*looked, ("matches", len(rows)), *([(f"matching {step.table.label}", few(rows))] if rows else []))
    return (*facts, *_earlier(seen, step)) if earlier and rows else facts


def matched(seen: Seen, task: Task) -> Facts:
    """Return the values by which a row of another table was found, and how many have them."""
    for step in task.compiled.drops:
        if isinstance(step, Filter) and isinstance(step.source, Match):
            looked = seen.read(step.source, [node for node, _ in step.source.on])
            count = seen.read(step, [tree.Column(MATCHES)])
            return (*((name_of(node), value) for node, value in looked), *(("matches", value) for _, value in count))
    return ()


def _earlier(seen: Seen, step: Match) -> Facts:
    frame, key = seen.lowered.flows[step].base.frame, list(step.population.table.key)
    mine = frame.filter(seen.same()).select(step.keys)
    taken = frame.filter(pl.col(FIRST)).join(mine, on=list(step.keys), how="semi").select(key)
    return tuple(("matched by", _key(row)) for row in computed([taken.sort(key)])[0].rows())


def _inputs(seen: Seen, task: Task) -> Facts:
    """Return which inputs of an activity have the person, and which have not."""
    labels = [ref.label if ref.port == "out" else f"{ref.label} · {ref.port}" for ref in task.refs]
    held = [seen.holds(step) for step in task.inputs]
    found = [(word, ", ".join(label for label, here in zip(labels, held, strict=True) if here is on)) for word, on in _SIDES]
    return tuple((word, text) for word, text in found if text)


_SIDES = (("in", True), ("not in", False))


# ------------------------------------------------------------------------------------------------------------ splits


def split_facts(seen: Seen, task: Task, port: str | None) -> tuple[str, Facts, Facts]:
    """Return the rule of a group of a split, what it saw, and what decided: the bucket, or the place in a limited group.

    `port` is the group that is asked for; None for the whole split.
    """
    activity, groups = task.activity, _groups(task)
    if not isinstance(activity, Split) or len(groups) != len(activity.parts):
        return "", (), ()
    facts, rule, values = list[tuple[str, Any]](), "", Facts()
    bucket = next((value for value in (_bucket(seen, task, group) for group in groups.values()) if value is not None), None)
    if bucket is not None and not isinstance(activity.parts.get(port or ""), Subset):
        facts += [("bucket", bucket / LINE), *_bounds(activity)]
    for name, part in activity.parts.items():
        if not isinstance(part, Subset) or (port in activity.parts and name != port):
            continue
        lost = next((step for step in _steps(task, groups[name]) if seen.asked(step) and not seen.holds(step)), None)
        if isinstance(lost, Take):
            facts += [(f"{what} in {name!r}" if what in ("place", "taken") else what, value) for what, value in _rank(seen, lost)]
        elif isinstance(lost, Filter) and isinstance(lost.source, Bucket) and part.share is not None:
            draws = [(node, value) for node, value in seen.read(lost, operands(lost.checks[0].rule)) if name_of(node) == DRAW]
            facts += [(f"{DRAW} in {name!r}", _share(node, value)) for node, value in draws[:1]]
            facts.append((f"taken in {name!r}", f"draws below {part.share:.6g}"))
        elif isinstance(lost, Filter) and name == port and not isinstance(part.rule, tree.Everybody):
            rule, values = said(part.rule, lost.source), saw(seen, lost, part.rule)
    return rule, values, tuple(facts)


def _groups(task: Task) -> dict[str, Step]:
    """Return the rows of each group of a split, also where all leave in one transition."""
    activity, ports = task.activity, task.compiled.ports
    if not isinstance(activity, Split):
        return {}
    if activity.one_table:
        joined = ports["out"]
        return dict(zip(activity.parts, joined.inputs, strict=False)) if isinstance(joined, Union) else {}
    return {name: ports[name] for name in activity.parts}


def _steps(task: Task, end: Step) -> list[Step]:
    """Return the steps of a group, first to last, back to what the activity reads."""
    found: list[Step] = []
    while isinstance(end, Unary) and end not in task.inputs:
        found.append(end)
        end = end.source
    return found[::-1]


def _bucket(seen: Seen, task: Task, group: Step) -> int | None:
    """Return the person's place on the hash line, where a group asks for it."""
    column = tree.Column(f"{HIDDEN}{task.label}")
    steps = [step for step in _steps(task, group) if isinstance(step, Filter)]
    found = chain.from_iterable(seen.read(step, [column]) for step in steps)
    return next((value for _, value in found if value is not None), None)


def _bounds(activity: Split) -> Iterator[tuple[str, str]]:
    at = 0.0
    for name, part in activity.parts.items():
        if not isinstance(part, Subset):
            low, high = round(at * LINE) / LINE, round(min(1.0, at + part.share) * LINE) / LINE
            yield f"group {name!r}", f"{low:.6g} up to {high:.6g}"
            at += part.share
