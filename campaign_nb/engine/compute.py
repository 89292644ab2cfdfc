"""The one place that computes rows: a stage in one pass, with a count on every transition and a reason for every drop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from campaign_nb.engine.backends.polars.flow import Base, Flow
from campaign_nb.engine.backends.polars.lower import lower
from campaign_nb.engine.backends.polars.lowering import Lowering, Sources
from campaign_nb.engine.backends.polars.steps_filter import reasons_of
from campaign_nb.engine.collect import computed
from campaign_nb.engine.culprit import explained
from campaign_nb.engine.optimise.columns import Columns
from campaign_nb.engine.plan import Plan, Task, counted_steps
from campaign_nb.errors import ActivityError, Problem, RunError
from campaign_nb.graph.definition import Ref
from campaign_nb.rules.schema import Schema
from campaign_nb.steps import Rejected, Step, Union


@dataclass(slots=True)
class Counted:
    """What a pass counted, by transition and by activity."""

    ports: dict[Ref, int] = field(default_factory=dict[Ref, int])
    rows_in: dict[str, int] = field(default_factory=dict[str, int])
    reasons: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    delivered: dict[Step, pl.DataFrame] = field(default_factory=dict[Step, pl.DataFrame])


class _Counters:
    """Gathers counts per frame, so that all counts of a frame are one selection."""

    def __init__(self) -> None:
        self._selects: dict[Base, dict[str, pl.Expr]] = {}
        self._places: dict[object, tuple[Base, str]] = {}

    def add(self, name: object, flow: Flow, extra: pl.Expr | None = None) -> None:
        """Count the rows of a flow, or those of them that meet one more condition."""
        where = flow.where()
        parts = [part for part in (where, extra) if part is not None]
        selects = self._selects.setdefault(flow.base, {})
        column = f"n{len(selects)}"
        selects[column] = _number_of(parts)
        self._places[name] = (flow.base, column)

    def frames(self) -> list[pl.LazyFrame]:
        """Return one selection per frame."""
        return [base.frame.select(expr.alias(name) for name, expr in exprs.items()) for base, exprs in self._selects.items()]

    def read(self, frames: Sequence[pl.DataFrame]) -> dict[object, int]:
        """Return the counts by name."""
        rows = {base: frame.row(0, named=True) for base, frame in zip(self._selects, frames, strict=True)}
        return {name: int(rows[base][column]) for name, (base, column) in self._places.items()}


def _number_of(conditions: Sequence[pl.Expr]) -> pl.Expr:
    """Count the rows that meet all conditions; conditions on no column at all are one value, not one per row."""
    if not conditions:
        return pl.len()
    together = pl.all_horizontal(conditions)
    return together.sum() if together.meta.root_names() else pl.when(together).then(pl.len()).otherwise(0)


def compute(
    tasks: Sequence[Task],
    plan: Plan,
    schema: Schema,
    sources: Sources,
    deliver: Mapping[Step, Callable[[pl.LazyFrame], pl.LazyFrame]],
    *,
    count: bool = True,
) -> Counted:
    """Compute activities in one pass: counts, reasons, and what is to be delivered.

    Errors: a contract that does not hold (rows in = rows out + rows accounted for), a function that misbehaves, a source
    that can't be read; each names its activity.
    """
    counted = counted_steps(tasks) if count else []
    columns = Columns([*counted, *deliver], plan.moment_of)
    lowered = lower(columns, schema, sources, counted)
    counters = _Counters()
    for step in counted:
        counters.add(step, lowered.flows[step])
    drops = [(task, step) for task in tasks for step in task.compiled.drops] if count else []
    for _, step in drops:
        _count_reasons(counters, lowered, step)
    sinks = [deliver[step](lowered.delivered[step]) for step in deliver]
    audits = [frame for _, frame in lowered.audits]
    frames = counters.frames()
    try:
        out = computed([*frames, *sinks, *audits], [task.label for task in tasks])
    except RunError as error:
        raise explained(error, tasks, plan, schema, sources) from error.__cause__
    found = counters.read(out[: len(frames)])
    result = Counted(delivered=dict(zip(deliver, out[len(frames) : len(frames) + len(sinks)], strict=True)))
    for (step, _), audit in zip(lowered.audits, out[len(frames) + len(sinks) :], strict=True):
        _audit(tasks, step, audit)
    if count:
        for task in tasks:
            account(task, found, result)
    return result


def _count_reasons(counters: _Counters, lowered: Lowering, step: Step) -> None:
    reasons, checked = reasons_of(step), lowered.checked.get(step)
    if checked is None or len(checked[1]) != len(reasons):
        return
    flow, masks = checked
    for position, mask in enumerate(masks):
        earlier = [before.expr for before in masks[:position]]
        counters.add((step, position), flow, pl.all_horizontal([*earlier, ~mask.expr]))


def _reasons(step: Step, found: Mapping[object, int]) -> dict[str, int]:
    """Return how many rows a dropping step left out, by reason; checks that they account for every row."""
    inputs = step.sources if isinstance(step, Union) else step.sources[:1]
    dropped = sum(found[source] for source in inputs) - found[step]
    names = reasons_of(step)
    if (step, 0) not in found:
        return {names[-1]: dropped}
    by_reason: dict[str, int] = {}
    for position, name in enumerate(names):
        by_reason[name] = by_reason.get(name, 0) + found[step, position]
    if sum(by_reason.values()) != dropped:
        raise _broken(f"{dropped:,} rows were left out, {sum(by_reason.values()):,} have a reason")
    return by_reason


def _broken(what: str) -> RunError:
    return RunError(
        Problem("row-count contract", what, "rows in = rows out + rows accounted for by reason", "report this with the campaign's document")
    )


def account(task: Task, found: Mapping[object, int], result: Counted) -> None:
    """Note the counts of an activity and check that no row is unaccounted for.

    Nobody leaves an activity that the run passes by, whoever is before it.
    """
    reads = sum(found[step] for step in dict.fromkeys(task.inputs)) if task.inputs else 0
    result.rows_in[task.label] = reads
    if task.closed:
        result.reasons[task.label] = {}
        result.ports |= {Ref(task.label, port): 0 for port in task.compiled.ports}
        return
    reasons: dict[str, int] = {}
    for step in task.compiled.drops:
        for name, number in _reasons(step, found).items():
            reasons[name] = reasons.get(name, 0) + number
            if number < 0:
                raise _broken(f"{task.label!r} has {-number:,} rows more than it read")
    result.reasons[task.label] = reasons
    for port, step in task.compiled.ports.items():
        ref = Ref(task.label, port)
        if step in found:
            result.ports[ref] = found[step]
        elif isinstance(step, Rejected):
            result.ports[ref] = sum(_reasons(step.source, found).values())
    out = [result.ports[Ref(task.label, port)] for port in task.compiled.ports]
    how = task.activity.accounting()
    if how == "partitions" and not task.compiled.drops and sum(out) != found[task.inputs[0]]:
        raise _broken(f"{task.label!r} read {found[task.inputs[0]]:,} rows, {sum(out):,} are in its outputs")
    if how == "copies" and any(number != found[task.inputs[0]] for number in out):
        raise _broken(f"{task.label!r} read {found[task.inputs[0]]:,} rows and passed on {out}")


def _audit(tasks: Sequence[Task], step: Step, audit: pl.DataFrame) -> None:
    rows, keys, unknown = audit.row(0)
    label = next((task.label for task in tasks if step in task.compiled.ports.values()), "python")
    where, problems = f"python {label!r}", list[Problem]()
    if rows != keys:
        problems.append(Problem(where, f"its result has {rows:,} rows for {keys:,} keys", "each key once", 'rows.unique("…")'))
    if unknown:
        what = f"its result has {unknown:,} {'row' if unknown == 1 else 'rows'} with a key that it was not given"
        problems.append(
            Problem(where, what, "keys of its input alone: it may drop rows, not make them", 'rows.join(made, on="…", how="semi")')
        )
    if problems:
        raise ActivityError(*problems, subject=where if len(problems) > 1 else "")
