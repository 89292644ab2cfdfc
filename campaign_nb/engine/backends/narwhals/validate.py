"""What of a campaign does not run on a cluster, all of it at once, from definitions alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import narwhals as nw

from campaign_nb.engine.backends.narwhals.expressions import compile_rule, compile_value
from campaign_nb.engine.backends.narwhals.hashing import check_key
from campaign_nb.engine.backends.narwhals.operand import Context
from campaign_nb.engine.backends.narwhals.over import DRAWS, check_window
from campaign_nb.engine.backends.narwhals.refusal import ENGINE, Refusal
from campaign_nb.engine.backends.narwhals.sides import field_of_leaf
from campaign_nb.engine.backends.narwhals.steps import LOWER
from campaign_nb.engine.backends.polars.links import context_of, leaves_of, rows_of
from campaign_nb.engine.backends.polars.over import nodes_of
from campaign_nb.engine.plan import Plan, Task
from campaign_nb.errors import Problem
from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, Scope, follow, type_of
from campaign_nb.rules.schema import Field, RowSchema
from campaign_nb.steps import Attach, Bucket, Dedupe, FileRows, Filter, Match, Population, Python, Render, Step, Take

_STEPS: dict[type[Step], str] = {
    Python: "a function of Python",
    FileRows: "reading a file line by line",
}


def problem(task: Task, found: Refusal) -> Problem:
    """Return a refusal as a problem that names activity and engine."""
    where = f"{task.activity.kind} {task.label!r} on {ENGINE}"
    return Problem(where, f"{found.what} does not run there", found.expected, 'campaign.dry_run(engine="polars")')


def refusals(plan: Plan, tasks: Sequence[Task]) -> list[Problem]:
    """Return what keeps activities from running on a cluster; empty when all of it does."""
    problems: list[Problem] = []
    for task in tasks:
        found = [problem(task, refusal) for step in _own(task) for refusal in _of_step(step, context_of(plan.moment_of(step)))]
        problems += dict.fromkeys(found)
    return problems


def _own(task: Task) -> Iterator[Step]:
    stack = [*task.compiled.ports.values(), *task.compiled.drops, *(effect.step for effect in task.compiled.effects)]
    seen = set(task.inputs)
    while stack:
        step = stack.pop()
        if step not in seen:
            seen.add(step)
            yield step
            stack.extend(step.sources)


def _of_step(step: Step, context: Context) -> Iterator[Refusal]:
    if type(step) not in LOWER:
        yield Refusal(_STEPS.get(type(step), f"the step {type(step).__name__}"), "steps of relations")
        return
    if isinstance(step, Render) and step.templates:
        names = ", ".join(name for name, _ in step.templates)
        yield Refusal(f"a template with loops or too many parts ({names})", "columns, conditions and known filters")
    if isinstance(step, Bucket):
        table = step.population.table
        yield from _tried(lambda: check_key([table.columns[name] for name in table.key]))
    if isinstance(step, Match):
        yield from _of_match(step, context)
    for population, node in _nodes(step):
        yield from _of_node(population.scope, node, context)


def _nodes(step: Step) -> Iterator[tuple[Population, tree.Node]]:
    match step:
        case Filter():
            nodes = [check.rule for check in step.checks]
        case Dedupe():
            nodes = [*step.by, *(order.value for order in step.order)]
        case Match():
            nodes = [value for value, _ in step.on]
        case Take():
            nodes = [order.value for order in step.order]
        case Attach():
            nodes = [node for _, node in step.columns]
        case Render():
            nodes = [step.address, *(node for _, node in step.parts)]
        case _:
            nodes = []
    for node in nodes:
        yield step.sources[0].population, node


def _of_match(step: Match, context: Context) -> Iterator[Refusal]:
    scope = Scope(step.schema, RowSchema(step.table))
    for node in (step.where, *(order.value for order in step.order)):
        yield from _of_node(scope, node, context)
    here = step.source.population.scope
    for value, column in step.on:
        one, two = type_of(here, value), step.table.columns[column].type
        if one is not two and not (one.numeric and two.numeric):
            yield Refusal(f"looking up {one} values in a {two} column", "values of one type")


def _of_node(scope: Scope, node: tree.Node, context: Context) -> Iterator[Refusal]:
    yield from _tried(lambda: (compile_rule if tree.is_rule(node) else compile_value)(node, _Schema(scope), context))
    for leaf in leaves_of(node):
        yield from _of_leaf(scope, leaf, context)


def _of_leaf(scope: Scope, leaf: tree.Node, context: Context) -> Iterator[Refusal]:
    if isinstance(leaf, tree.Window):
        yield from _of_window(scope, leaf, context)
        return
    rows, here = rows_of(leaf), scope
    for step in rows.steps if rows is not None else ():
        table, _ = follow(here, (step.link,))
        here = here.inside(table)
        for condition in step.where:
            yield from _of_node(here, condition, context)
    if isinstance(leaf, tree.Aggregate) and leaf.value is not None:
        yield from _of_node(here, leaf.value, context)
    if isinstance(leaf, tree.Lines):
        for order in leaf.order:
            yield from _of_node(here, order.value, context)


def _of_window(scope: Scope, node: tree.Window, context: Context) -> Iterator[Refusal]:
    table = scope.row.table
    if node.function in DRAWS:
        yield from _tried(lambda: check_key([table.columns[name] for name in table.key]))
        return
    inside = scope.inside(table)
    for item in nodes_of(node):
        yield from _of_node(inside, item, context)
    if node.value is not None:
        kind = type_of(inside, node.value)
        yield from _tried(lambda: check_window(node, kind))


class _Schema:
    """Resolves leaves by their types alone."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __call__(self, node: tree.Node) -> tuple[nw.Expr, Field]:
        if isinstance(node, tree.Exists | tree.Behaviour):
            return nw.col("_"), Field("_", tree.Type.BOOLEAN)
        try:
            return nw.col("_"), field_of_leaf(self._scope, "_", node)
        except Misfit as misfit:
            raise Refusal(misfit.what, misfit.expected) from None


def _tried(compile_one: Callable[[], object]) -> Iterator[Refusal]:
    try:
        compile_one()
    except Refusal as refusal:
        yield refusal
