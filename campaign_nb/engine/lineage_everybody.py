"""Where everybody is: for each row of a dimension whether it reached a transition, else the activity that left it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from campaign_nb.activities.split import Split
from campaign_nb.engine.backends.polars.lower import lower
from campaign_nb.engine.backends.polars.lowering import Lowering
from campaign_nb.engine.backends.polars.steps_filter import reasons_of
from campaign_nb.engine.lineage_messages import with_messages
from campaign_nb.engine.optimise.columns import Output
from campaign_nb.engine.plan import Plan, Task
from campaign_nb.engine.sources import ModelSources
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.graph.definition import Ref
from campaign_nb.rules.schema import Schema, TableSchema
from campaign_nb.steps import REASON, Anti, Dedupe, FileRows, Filter, Load, Rejected, Scan, Semi, Step, Take, order_of_steps

LED = "led to other rows"
NOBODY = "no row leads here"
NO_MEMBER = "not a member"
NO_GROUP = "in no group"
CODE = "__code"
ADDED = ("reached", "activity", "reason")
"""The columns beside the key."""
OTHERS = 1024
"""How many codes an activity has: the reasons of its drops, and what else may have become of its rows."""

_MARKED = (Filter, Semi, Anti, Dedupe, Take)


def in_output(port: str) -> str:
    """Return the reason of rows that went on in another output.

    >>> in_output("B")
    "in output 'B'"
    """
    return f"in output {port!r}"


def is_of(step: Step, table: TableSchema) -> bool:
    """Tell whether the rows of a step are rows of a table."""
    own = step.population.table
    return own.label == table.label and own.key == table.key


def on_the_way(plan: Plan, ref: Ref) -> dict[str, set[str]]:
    """Return the activities before a transition and its own, each with the outputs by which a row goes on towards it."""
    found: dict[str, set[str]] = {ref.label: {ref.port}}
    for label in reversed(list(plan.whole)):
        if label in found:
            for before in plan.whole[label].refs:
                found.setdefault(before.label, set()).add(before.port)
    return {label: found[label] for label in plan.whole if label in found}


@dataclass(slots=True)
class _Codes:
    """A number for each activity and reason; a larger one is further on the way."""

    names: dict[int, tuple[str, str]] = field(default_factory=dict[int, tuple[str, str]])

    def of(self, place: int, label: str, reason: str) -> int:
        """Return the number of a reason, within its activity in the order of asking."""
        for code in range(place * OTHERS, (place + 1) * OTHERS):
            if self.names.setdefault(code, (label, reason)) == (label, reason):
                return code
        raise AssertionError(f"{label!r} has more than {OTHERS} reasons")


@dataclass(frozen=True, eq=False)
class _Left:
    """Rows that an activity left out: all for one reason, or each with its own in a column."""

    step: Step
    codes: dict[str, int]
    reasons: bool = False


def everybody(plan: Plan, schema: Schema, sources: ModelSources, ref: Ref) -> pl.LazyFrame:
    """Return every row of a transition's dimension: whether it reached it, else the activity that left it out, and why.

    Shape: the key, `reached` (boolean), `activity` and `reason` (text; null where reached); each key once. A row that
    reaches the transition by any branch has reached it; of a row that several activities left out, the furthest one in
    the order of the campaign counts. Sources leave out only rows that none of them has.
    Cost: one pass over the campaign; beside the key one whole number per row.
    Errors: a key with a column called as one of the three.
    """
    way = on_the_way(plan, ref)
    end = plan.whole[ref.label].compiled.ports[ref.port]
    table, codes = end.population.table, _Codes()
    taken = [name for name in table.key if name in ADDED]
    if taken:
        what = f"the key of {table.label!r} has a column called {' and '.join(taken)}, as the answer has"
        raise DefinitionError(
            Problem("lineage", what, "a key of other names", 'rename it where the table is read: rows.rename({"…": "…"})')
        )
    places = {label: number for number, label in enumerate(plan.whole, start=1)}
    left = [item for label, ports in way.items() for item in _left(plan, plan.whole[label], ports, table, places[label], codes)]
    top = (len(places) + 1) * OTHERS
    outputs = {item: Output(item.step, (REASON,) if item.reasons else ()) for item in left}
    arrived, rows = Output(end), _rows_of(table, plan, way)
    everyone = Output(rows)
    for output, moment in [(everyone, plan.whole[ref.label].moment), (arrived, plan.whole[ref.label].moment)]:
        plan.moments[output] = moment
        plan.moments.setdefault(output.source, moment)
    lowered = lower(with_messages(plan, [everyone, arrived, *outputs.values()]), schema, sources, [])
    frames = [_coded(lowered, everyone, table, pl.lit(0)), _coded(lowered, arrived, table, pl.lit(top))]
    for item, output in outputs.items():
        frames.append(_coded(lowered, output, table, _code(item)))
    furthest = pl.concat(frames).group_by(table.key).agg(pl.col(CODE).max())
    names = {0: _nowhere(plan, way, table), **codes.names, top: (None, None)}
    return furthest.select(
        *table.key,
        (pl.col(CODE) == top).alias(ADDED[0]),
        *(_named(CODE, {code: found[at] for code, found in names.items()}).alias(name) for at, name in enumerate(ADDED[1:])),
    )


def _code(item: _Left) -> pl.Expr:
    if not item.reasons:
        return pl.lit(next(iter(item.codes.values())))
    return pl.col(REASON).replace_strict(item.codes, return_dtype=pl.UInt32)


def _coded(lowered: Lowering, output: Output, table: TableSchema, code: pl.Expr) -> pl.LazyFrame:
    return lowered.delivered[output].select(*table.key, code.cast(pl.UInt32).alias(CODE))


def _named(column: str, names: dict[int, str | None]) -> pl.Expr:
    known = pl.Series("names", list(names.values()), dtype=pl.String)
    return pl.col(column).replace_strict(pl.Series(list(names), dtype=pl.UInt32), known, return_dtype=pl.String)


def _rows_of(table: TableSchema, plan: Plan, way: dict[str, set[str]]) -> Step:
    """Return the step that reads all rows of a dimension: a table, or the lines of a file."""
    ends = [step for label in way for step in plan.whole[label].compiled.ports.values()]
    for step in order_of_steps(ends):
        if isinstance(step, FileRows | Scan) and is_of(step, table):
            return step
    some = next(step for step in ends if is_of(step, table)).population
    return Scan(type(some)(some.schema, table))


def starts(task: Task, table: TableSchema) -> bool:
    """Tell whether rows of a table begin with an activity: it has them in an output, and reads none of them."""
    return any(is_of(step, table) for step in task.compiled.ports.values()) and not any(is_of(step, table) for step in task.inputs)


def absence(task: Task, table: TableSchema) -> str:
    """Return why a row of a table does not begin with an activity where its rows begin."""
    if task.inputs:
        return NOBODY
    step = next(step for step in task.compiled.ports.values() if is_of(step, table))
    steps = order_of_steps([step])
    rules = [reasons_of(item)[-1] for item in steps if isinstance(item, Filter)]
    if any(isinstance(item, Load) for item in steps) and not any(isinstance(item, Scan) for item in steps):
        return NO_MEMBER
    return rules[0] if rules else "no such key in the table"


def _nowhere(plan: Plan, way: dict[str, set[str]], table: TableSchema) -> tuple[str, str]:
    """Return the activity and the reason for rows that begin nowhere: the last one where rows begin."""
    labels = [label for label in way if starts(plan.whole[label], table)]
    task = plan.whole[labels[-1]]
    return task.label, absence(task, table)


def _left(plan: Plan, task: Task, ports: set[str], table: TableSchema, place: int, codes: _Codes) -> Iterator[_Left]:
    """Yield the rows that an activity left out on the way, vague reasons before exact ones."""

    def whole(step: Step, reason: str) -> _Left:
        plan.moments.setdefault(step, task.moment)
        return _Left(step, {reason: codes.of(place, task.label, reason)})

    mine = [step for step in task.inputs if is_of(step, table)]
    vague = fallback(task, table)
    if vague and mine:
        yield from (whole(step, vague) for step in dict.fromkeys(mine))
    rejected = [step for step in task.compiled.ports.values() if isinstance(step, Rejected)]
    for port, step in task.compiled.ports.items():
        if port not in ports and is_of(step, table) and not (isinstance(step, Rejected) and step.source in task.compiled.drops):
            yield whole(step, reason_of_port(task, port))
    for step in task.compiled.drops:
        if isinstance(step, _MARKED) and is_of(step.sources[0], table):
            others = next((item for item in rejected if item.source is step), None)
            if others is not None and others in (task.compiled.ports[port] for port in ports):
                continue
            others = others or Rejected(step)
            plan.moments.setdefault(others, task.moment)
            found = {reason: codes.of(place, task.label, reason) for reason in dict.fromkeys(reasons_of(step))}
            yield _Left(others, found, reasons=True)


def fallback(task: Task, table: TableSchema) -> str:
    """Return the reason of rows that an activity reads and no step of its own accounts for; empty where there is none such."""
    own = [step for step in task.compiled.ports.values() if is_of(step, table)]
    if task.activity.accounting() == "creates" or not own:
        return LED
    if len([step for step in task.inputs if is_of(step, table)]) < 2:
        return ""
    reasons = [reasons_of(step)[-1] for step in task.compiled.drops]
    return reasons[-1] if reasons else reason_of_port(task, next(iter(task.compiled.ports)))


def reason_of_port(task: Task, port: str) -> str:
    """Return why rows of an output are not in the others: what a function dropped, or that they went on there."""
    step, drops = task.compiled.ports[port], task.compiled.drops
    complement = next((item.complement for item in task.activity.ports() if item.name == port), False)
    if complement and isinstance(task.activity, Split):
        return NO_GROUP
    if complement and drops and len(task.inputs) > 1:
        return reasons_of(drops[-1])[-1]
    if complement and isinstance(step, Anti) and not drops and step.others == (next(iter(task.compiled.ports.values())),):
        return step.reason
    return in_output(port)
