"""The state of a lowering: flows of steps, what waits for a join, and the order in which both go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from campaign_nb.engine.backends.polars.expressions import compile_operand, compile_rule, compile_value, selects
from campaign_nb.engine.backends.polars.flow import Base, Flow, Mask
from campaign_nb.engine.backends.polars.hashing import seed_of, with_bucket
from campaign_nb.engine.backends.polars.links import Links
from campaign_nb.engine.backends.polars.operand import in_zone, wall
from campaign_nb.engine.backends.polars.selecting import compile_filter
from campaign_nb.engine.backends.polars.semi import SemiForm, semi_form
from campaign_nb.engine.backends.polars.sides import context_of
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Columns, Draw, Leaf, Reading, Reason
from campaign_nb.rules import tree
from campaign_nb.rules.check import field_of_value
from campaign_nb.rules.schema import Field, Schema
from campaign_nb.steps import REASON, Attach, Bucket, Filter, Rejected, Step


class Sources(Protocol):
    """Where a plan's rows come from."""

    def scan(self, table: str) -> pl.LazyFrame:
        """Return the rows of a table of the data model."""
        ...

    def types(self, table: str) -> pl.Schema:
        """Return the types of a table's columns; none for a table that is not of the data model."""
        ...

    def load(self, reference: str) -> pl.LazyFrame:
        """Return rows that were stored earlier."""
        ...

    def is_present(self, reference: str) -> bool:
        """Tell whether stored rows were read from their table at the instant that the plan means."""
        ...

    def asked(self, node: tree.Behaviour) -> Step | None:
        """Return the step of the plan that a rule on messages asks about, which must be lowered before it."""
        ...

    def events(self, node: tree.Behaviour, plan: Lowering) -> pl.LazyFrame | None:
        """Return the keys (key_0, …) of people with an event of a message; None when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How each step is lowered, and how a wave of leaves is attached."""

    lower: Mapping[type[Step], Callable[[Lowering, Any], Flow]]
    attach: Callable[[Lowering, Sequence[Pending]], Sequence[Pending]]


@dataclass(frozen=True, slots=True)
class Pending:
    """A step that waits for leaves on the rows of one of its sources."""

    step: Step
    source: Step
    leaves: tuple[Leaf, ...]


class RowResolver:
    """Resolves the leaves of nodes on a flow.

    Added columns that are still definitions are compiled in place.
    """

    def __init__(self, columns: Columns, flow: Flow, scope: Step, moment: Moment) -> None:
        self.columns, self.flow, self.scope, self.moment = columns, flow, scope, moment

    def __call__(self, node: tree.Node) -> tuple[pl.Expr, Field]:
        """Return the expression and the type of a leaf."""
        population = self.scope.population
        if isinstance(node, Reason):
            return self.flow.column(node.column), Field(REASON, tree.Type.TEXT)
        if isinstance(node, tree.Column) and not node.path:
            bound = self.columns.virtual[self.scope].get(node.name)
            field = population.scope.row.column(node.name)
            assert field is not None
            if bound is None:
                return self.flow.column(node.name), field
            inner = RowResolver(self.columns, self.flow, bound.scope, bound.moment)
            return inner.column(bound.node, field), field
        name = self.flow.base.derived[Leaf(node, self.moment)]
        if isinstance(node, Draw):
            return pl.col(name), Field(name, tree.Type.INTEGER)
        return pl.col(name), field_of_value(population.scope, name, node)

    def value(self, node: tree.Node) -> pl.Expr:
        """Compile a value."""
        if isinstance(node, Draw | Reason):
            return self(node)[0]
        return compile_value(node, self, context_of(self.moment))

    def column(self, node: tree.Node, field: Field) -> pl.Expr:
        """Compile a value for a column.

        Time: an instant is shown in the column's zone, or on the campaign's clock if that has none.
        """
        if isinstance(node, Draw | Reason):
            return self(node)[0]
        context = context_of(self.moment)
        made = compile_operand(node, self, context)
        if made.zone == field.zone or made.zone is None:
            return made.expr
        return wall(made, context) if field.zone is None else in_zone(made.expr, field.zone)

    def rule(self, node: tree.Node) -> pl.Expr:
        """Compile a rule to true or false.

        On a source it may also be null, so that the file can skip rows.
        """
        if self.flow.base.scan:
            return compile_filter(node, self, context_of(self.moment))
        return selects(compile_rule(node, self, context_of(self.moment)))


class Lowering:
    """Turns the steps of a plan into flows over shared frames."""

    def __init__(
        self,
        columns: Columns,
        schema: Schema,
        sources: Sources,
        counted: Sequence[Step],
        vocabulary: Vocabulary,
        *,
        explain: bool = False,
    ) -> None:
        self.columns, self.sources, self.explain, self.vocabulary = columns, sources, explain, vocabulary
        self.links = Links(schema, sources.scan, sources.types)
        self.counted = set(counted)
        self.flows: dict[Step, Flow] = {}
        self.inflow: dict[tuple[Step, Step], Flow] = {}
        self.checked: dict[Step, tuple[Flow, list[Mask]]] = {}
        self.delivered: dict[Step, pl.LazyFrame] = {}
        self.audits: list[tuple[Step, pl.LazyFrame]] = []
        self.bases: list[Base] = []
        self.applied: dict[Step, list[tree.Node]] = {}
        self._waiting: list[Pending] = []

    def run(self) -> None:
        """Lower every step."""
        missing = {step: len(set(step.sources)) for step in self.columns.steps}
        ready = deque(step for step in self.columns.steps if not missing[step])
        while ready or self._waiting:
            while ready:
                step = ready.popleft()
                pending = self.pending(step)
                if pending:
                    self._waiting += pending
                    continue
                self._lower(step)
                for consumer in self.columns.consumers[step]:
                    missing[consumer] -= 1
                    if not missing[consumer]:
                        ready.append(consumer)
            if self._waiting:
                attached = self.vocabulary.attach(self, self._waiting)
                done = {id(item) for item in attached}
                self._waiting = [item for item in self._waiting if id(item) not in done]
                steps = dict.fromkeys(item.step for item in attached)
                ready.extend(step for step in steps if not any(item.step is step for item in self._waiting))

    # ------------------------------------------------------------------------------------------------ what is missing

    def source_flow(self, step: Step, source: Step) -> Flow:
        """Return the flow that a step reads of a source.

        Its own, with what was attached for it.
        """
        return self.inflow.get((step, source), self.flows[source])

    def pending(self, step: Step) -> list[Pending]:
        """Return what must be attached before a step can be lowered."""
        found: list[Pending] = []
        for source in dict.fromkeys(step.sources):
            flow = self.source_flow(step, source)
            leaves = self.columns.reading(step, source).leaves
            shortcuts = {form.leaf for form in self.shortcuts(step)}
            lacking = tuple(leaf for leaf in leaves if leaf not in flow.base.derived and leaf not in shortcuts)
            if lacking:
                found.append(Pending(step, source, lacking))
        return found

    def shortcuts(self, step: Step) -> list[SemiForm]:
        """Return the conditions of a filter that a join can decide instead of a column."""
        if self.explain or not isinstance(step, Filter) or len(step.checks) != 1:
            return []
        if rejected(self, step):
            return []
        moment = self.columns.moment_of(step)
        forms: list[SemiForm] = []
        attached = set(self.source_flow(step, step.source).base.derived)
        for node in tree.conjuncts(step.checks[0].rule):
            form = semi_form(node, moment)
            if form is not None and self.columns.readers[form.leaf] == 1:
                forms.append(form)
            else:
                attached.update(self.columns.read(node, step.source, moment).leaves)
        return [form for form in forms if form.leaf not in attached]

    # ---------------------------------------------------------------------------------------------------- lowering

    def _lower(self, step: Step) -> None:
        self.flows[step] = self.vocabulary.lower[type(step)](self, step)

    def resolver(self, step: Step, source: Step) -> RowResolver:
        """Return what resolves a step's nodes on the rows of a source."""
        return RowResolver(self.columns, self.source_flow(step, source), source, self.columns.moment_of(step))

    def carried(self, step: Step, *extra: Reading) -> list[str]:
        """Return the columns that rows after a step must hold.

        The key, and what is read downstream.
        """
        names = dict.fromkeys(step.population.table.key)
        for reading in (self.columns.needs[step], *extra):
            names |= dict.fromkeys(sorted(reading.columns))
        return list(names)

    def held(self, step: Step, flow: Flow, names: Sequence[str]) -> list[pl.Expr]:
        """Return the columns to keep of a flow.

        By name, and what was attached and is read again downstream.
        """
        later = self.columns.needs[step].leaves
        derived = [name for leaf, name in flow.base.derived.items() if leaf in later]
        return [*(flow.column(name).alias(name) for name in names), *(pl.col(name) for name in derived)]

    def settle(self, step: Step, flow: Flow, frame: pl.LazyFrame) -> Flow:
        """Make a frame the base of a new flow, cached because several read it."""
        later = self.columns.needs[step].leaves
        derived = {leaf: name for leaf, name in flow.base.derived.items() if leaf in later}
        for leaf in self._draws(step):
            if leaf not in derived:
                frame, derived[leaf] = self.drawn(frame, step, leaf)
        base = Base(frame.cache(), derived)
        self.bases.append(base)
        return Flow(base)

    def drawn(self, frame: pl.LazyFrame, step: Step, leaf: Leaf) -> tuple[pl.LazyFrame, str]:
        """Add the stable hash that a leaf asks for."""
        assert isinstance(leaf.node, Draw)
        name, key = self.links.name(), list(step.population.table.key)
        found = {column: dtype for column in key if (dtype := self.type_of(step, tree.Column(column))) is not None}
        types = pl.Schema(found) if len(found) == len(key) else frame.select(key).collect_schema()
        return with_bucket(frame, key, types, seed_of(leaf.node.seed), name), name

    def type_of(self, scope: Step, node: tree.Node) -> pl.DataType | None:
        """Return the type of a table's own column or of a hash.

        None where only the rows would tell. Asking the rows costs as much as all that comes before them.
        """
        if not isinstance(node, tree.Column) or node.path:
            return None
        bound = self.columns.virtual[scope].get(node.name)
        if bound is not None:
            return pl.Int64() if isinstance(bound.node, Draw) else None
        table = scope.population.table
        return None if node.name in scope.population.extra or not table.lasting else self.links.types(table.label).get(node.name)

    def _draws(self, step: Step) -> list[Leaf]:
        """Return the hashes that the next steps read: added to a frame that is made anyway, they cost no frame of their own."""
        found: dict[Leaf, None] = {}
        stack = [step]
        while stack:
            here = stack.pop()
            for consumer in self.columns.consumers[here]:
                if isinstance(consumer, Attach | Bucket):
                    stack.append(consumer)
                else:
                    found |= self.columns.reading(consumer, here).leaves
        return [leaf for leaf in found if isinstance(leaf.node, Draw)]

    def physical(self, step: Step, source: Step, *extra: Reading) -> tuple[Flow, pl.LazyFrame]:
        """Return the rows that a step reads of a source, narrow.

        With what it and the steps after it need.
        """
        flow = self.source_flow(step, source)
        names = self.carried(step, *extra)
        return flow, flow.rows().select(self.held(step, flow, names))


def rejected(plan: Lowering, step: Step) -> bool:
    """Tell whether somebody asks for the rows that a step leaves out."""
    return plan.explain or any(isinstance(consumer, Rejected) for consumer in plan.columns.consumers[step])
