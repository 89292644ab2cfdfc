"""The state of a lowering to a cluster: flows of steps, what waits for a join, and the order in which both go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals as nw

from campaign_nb.engine.backends.narwhals import hashing
from campaign_nb.engine.backends.narwhals.comparison import truth
from campaign_nb.engine.backends.narwhals.expressions import compile_operand, compile_rule, selects
from campaign_nb.engine.backends.narwhals.flow import Base, Flow, Frame, some
from campaign_nb.engine.backends.narwhals.links import Links
from campaign_nb.engine.backends.narwhals.operand import wall
from campaign_nb.engine.backends.narwhals.sides import field_of_leaf
from campaign_nb.engine.backends.narwhals.sources import ClusterSources
from campaign_nb.engine.backends.polars.hashing import seed_of
from campaign_nb.engine.backends.polars.links import context_of, stem_of
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Columns, Draw, Leaf, Reading, Reason
from campaign_nb.engine.optimise.windows import windowed
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field, Schema
from campaign_nb.steps import REASON, Filter, Rejected, Scan, Step

Lower = Callable[["Lowering", Any], Flow]
Events = Callable[[tree.Behaviour, "Lowering"], Frame | None]
"""Gives the keys (key_0, …) of people with an event of a message; None when there is none."""


class RowResolver:
    """Resolves the leaves of nodes on a flow.

    Added columns that are still definitions are compiled in place.
    """

    def __init__(self, columns: Columns, flow: Flow, scope: Step, moment: Moment) -> None:
        self.columns, self.flow, self.scope, self.moment = columns, flow, scope, moment

    def __call__(self, node: tree.Node) -> tuple[nw.Expr, Field]:
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
            return nw.col(name), Field(name, tree.Type.INTEGER)
        return nw.col(name), field_of_leaf(population.scope, name, node)

    def value(self, node: tree.Node) -> nw.Expr:
        """Compile a value."""
        if isinstance(node, Draw | Reason):
            return self(node)[0]
        return compile_operand(node, self, context_of(self.moment)).expr

    def column(self, node: tree.Node, field: Field) -> nw.Expr:
        """Compile a value for a column, an instant as its zone has it.

        That is the campaign's clock where the column has none.
        """
        if isinstance(node, Draw | Reason):
            return self(node)[0]
        context = context_of(self.moment)
        made = compile_operand(node, self, context)
        return wall(made, context) if made.zone is not None and field.zone is None else made.expr

    def rule(self, node: tree.Node) -> nw.Expr:
        """Compile a rule to true or false."""
        return selects(compile_rule(node, self, context_of(self.moment)))


class Lowering:
    """Turns the steps of a plan into flows over shared frames of a cluster."""

    def __init__(
        self,
        columns: Columns,
        schema: Schema,
        sources: ClusterSources,
        counted: Sequence[Step],
        vocabulary: Mapping[type[Step], Lower],
        events: Events,
        *,
        keeping: bool,
    ) -> None:
        self.events = events
        self.columns, self.sources, self.vocabulary, self.keeping = columns, sources, vocabulary, keeping
        self.links = Links(schema, sources.scan)
        self.counted = set(counted)
        self.flows: dict[Step, Flow] = {}
        self.inflow: dict[tuple[Step, Step], Flow] = {}
        self.checked: dict[Step, tuple[Flow, list[nw.Expr]]] = {}
        self.delivered: dict[Step, Callable[[], Frame]] = {}
        """What gives rows as they leave the plan, each a reader of its frame."""
        self.tables: dict[str, Base] = {}
        self.narrowed: set[Step] = set()
        """Filters that were applied in part already, to rows that nothing else reads."""
        self.shared: list[Base] = []
        """What the cluster keeps for all who read it, if more than one does."""
        self.kept: list[Any] = []
        """Frames that the cluster keeps until the plan is done."""
        self.doing: Step | None = None

    def run(self) -> None:
        """Lower every step.

        What needs nothing attached comes first, then a join per frame for all that wait.
        """
        missing = {step: len(set(step.sources)) for step in self.columns.steps}
        ready = deque(step for step in self.columns.steps if not missing[step])
        waiting: dict[Step, None] = {}
        while ready or waiting:
            while ready:
                self.doing = step = ready.popleft()
                if any(self.lacking(step, source) for source in step.sources):
                    waiting[step] = None
                    continue
                self.flows[step] = self.vocabulary[type(step)](self, step)
                for consumer in self.columns.consumers[step]:
                    missing[consumer] -= 1
                    if not missing[consumer]:
                        ready.append(consumer)
            self._attach(list(waiting))
            ready.extend(waiting)
            waiting.clear()

    def hold(self) -> None:
        """Let the cluster keep the frames that are read more than once.

        Sources come before what is made of them.
        """
        for base in self.shared if self.keeping else ():
            if base.reads > 1:
                self.kept.append(base.frame.to_native().persist())

    def release(self) -> None:
        """Let the cluster forget what it kept for the plan."""
        for frame in self.kept:
            frame.unpersist()

    # ------------------------------------------------------------------------------------------------ what is missing

    def source_flow(self, step: Step, source: Step) -> Flow:
        """Return the flow that a step reads of a source, with what was attached."""
        return self.inflow.get((step, source), self.flows[source])

    def lacking(self, step: Step, source: Step) -> list[Leaf]:
        """Return what must be attached to a source's rows before a step can be lowered."""
        flow = self.source_flow(step, source)
        return [leaf for leaf in self.columns.reading(step, source).leaves if leaf not in flow.base.derived]

    def _attach(self, steps: Sequence[Step]) -> None:
        groups: dict[Base, list[tuple[Step, Step, Flow]]] = {}
        for step in steps:
            for source in dict.fromkeys(step.sources):
                if self.lacking(step, source):
                    flow = self._narrowed(step, source)
                    groups.setdefault(flow.base, []).append((step, source, flow))
        for base, entries in groups.items():
            self._attach_to(base, entries)

    def _attach_to(self, base: Base, entries: Sequence[tuple[Step, Step, Flow]]) -> None:
        """Attach what steps lack to the rows of a frame that they read."""
        self.doing, table = entries[0][0], entries[0][1].population.table
        leaves = list(dict.fromkeys(leaf for step, source, _ in entries for leaf in self.lacking(step, source)))
        draws = [leaf for leaf in leaves if isinstance(leaf.node, Draw)]
        flows = [flow for _, _, flow in entries]
        if draws and not base.whole:
            base = self._with_draws(base, entries[0][1], draws)
            flows, leaves, draws = [flow.on(base) for flow in flows], [leaf for leaf in leaves if leaf not in draws], []
            if not leaves:
                self.inflow |= {(step, source): flow for (step, source, _), flow in zip(entries, flows, strict=True)}
                return
        others = self._others(base, entries)
        where = some([*flows, *others])
        if where is None and others and base.whole:
            where, others = some(flows), []
        frame, smaller = base.read(), where is not None or not base.whole
        frame = frame if where is None else frame.filter(where)
        found: dict[Leaf, str] = {}
        for leaf in leaves:
            if leaf in draws:
                frame, found[leaf] = self.drawn(frame, entries[0][1], leaf)
            elif isinstance(leaf.node, tree.Behaviour):
                frame, found[leaf] = self._flagged(frame, list(table.key), leaf.node)
        linked = [leaf for leaf in leaves if not isinstance(leaf.node, Draw | tree.Behaviour)]
        linked += self._early(base, entries, linked)
        near = self._near(base, where) if smaller and self.keeping else None
        frame, joined = self.links.joined(frame, table, linked, near)
        made = self.keep(Base(frame, {**base.derived, **found, **joined}, scanned=base.scanned))
        self._move(others, made)
        for (step, source, _), flow in zip(entries, flows, strict=True):
            masks = () if not others and len(entries) == 1 else flow.masks
            self.inflow[step, source] = Flow(made, masks, flow.computed)

    def _early(self, base: Base, entries: Sequence[tuple[Step, Step, Flow]], linked: Sequence[Leaf]) -> list[Leaf]:
        """Return what later steps read of the same linked rows, if all rows are passed over anyway: one pass gives both."""
        label = entries[0][1].population.table.label
        passes = {stem_of(label, leaf) for leaf in linked if windowed(leaf.node)}
        later = dict.fromkeys(leaf for step, _, _ in entries for leaf in self.columns.needs[step].leaves)
        return [
            leaf
            for leaf in later
            if leaf not in linked and leaf not in base.derived and windowed(leaf.node) and stem_of(label, leaf) in passes
        ]

    def _near(self, base: Base, where: nw.Expr | None) -> Callable[[], Frame]:
        """Return what gives the rows to which something is attached, for linked rows to be restricted to."""
        return lambda: base.read() if where is None else base.read().filter(where)

    def _others(self, base: Base, entries: Sequence[tuple[Step, Step, Flow]]) -> list[Flow]:
        """Return the other flows over a frame that are counted or read later, if they are part of a table's own rows.

        What is attached is attached for them too, so that the table is read once.
        """
        if not base.scanned:
            return []
        waiting = {(step, source) for step, source, _ in entries}
        found: list[Flow] = []
        for step, flow in self.flows.items():
            later = any(
                reader not in self.flows and (reader, step) not in waiting and (reader, step) not in self.inflow
                for reader in self.columns.consumers[step]
            )
            if flow.base is base and (later or step in self.counted):
                found.append(flow)
        for step, (flow, _) in self.checked.items():
            if flow.base is base and (self.rejected(step) or step.sources[0] in self.counted):
                found.append(flow)
        found += [flow for pair, flow in self.inflow.items() if flow.base is base and pair not in waiting and pair[0] not in self.flows]
        return found

    def _with_draws(self, base: Base, step: Step, leaves: Sequence[Leaf]) -> Base:
        """Draw for all rows of a frame: the rows are the same, so that all who read them may read these."""
        frame, names = base.read(), dict[Leaf, str]()
        for leaf in leaves:
            frame, names[leaf] = self.drawn(frame, step, leaf)
        made = self.keep(Base(frame, {**base.derived, **names}, scanned=base.scanned))
        known = [*self.flows.values(), *self.inflow.values(), *(flow for flow, _ in self.checked.values())]
        self._move([flow for flow in known if flow.base is base], made)
        return made

    def _move(self, flows: Sequence[Flow], made: Base) -> None:
        """Let flows read another frame that has their rows and more columns."""
        moved = {flow: flow.on(made) for flow in flows}
        self.flows |= {step: moved[flow] for step, flow in self.flows.items() if flow in moved}
        self.inflow |= {pair: moved[flow] for pair, flow in self.inflow.items() if flow in moved}
        self.checked |= {step: (moved[flow], masks) for step, (flow, masks) in self.checked.items() if flow in moved}

    def _flagged(self, frame: Frame, key: Sequence[str], node: tree.Behaviour) -> tuple[Frame, str]:
        """Mark the people who have an event of a message."""
        name, people = self.links.name(), self.events(node, self)
        if people is None:
            return frame.with_columns(truth(False).alias(name)), name
        named = people.select(*(nw.col(f"key_{i}").alias(column) for i, column in enumerate(key))).unique()
        joined = frame.join(named.with_columns(truth(True).alias(name)), on=list(key), how="left")
        return joined.with_columns(nw.coalesce(nw.col(name), truth(False)).alias(name)), name

    def _narrowed(self, step: Step, source: Step) -> Flow:
        """Apply the conditions of a filter that need nothing attached before its other conditions are looked up."""
        flow = self.source_flow(step, source)
        if not isinstance(step, Filter) or len(step.checks) != 1 or self.rejected(step):
            return flow
        resolver, moment = self.resolver(step, source), self.columns.moment_of(step)
        nodes = [
            node
            for node in tree.conjuncts(step.checks[0].rule)
            if all(leaf in flow.base.derived for leaf in self.columns.read(node, source, moment).leaves)
        ]
        if nodes:
            self.narrowed.add(step)
        return flow.that(*(resolver.rule(node) for node in nodes))

    # ---------------------------------------------------------------------------------------------------- lowering

    def resolver(self, step: Step, source: Step) -> RowResolver:
        """Return what resolves a step's nodes on the rows of a source."""
        return RowResolver(self.columns, self.source_flow(step, source), source, self.columns.moment_of(step))

    def carried(self, step: Step, *extra: Reading) -> list[str]:
        """Return the key and the columns that are read after a step."""
        names = dict.fromkeys(step.population.table.key)
        for reading in (self.columns.needs[step], *extra):
            names |= dict.fromkeys(sorted(reading.columns))
        return list(names)

    def held(self, step: Step, flow: Flow, names: Sequence[str]) -> list[nw.Expr]:
        """Return columns of a flow by name, and what was attached and is read later."""
        later = self.columns.needs[step].leaves
        derived = [name for leaf, name in flow.base.derived.items() if leaf in later]
        return [*(flow.column(name).alias(name) for name in names), *(nw.col(name) for name in derived)]

    def table(self, scan: Scan) -> Base:
        """Return the rows of a table with what any step reads of them.

        It is one frame for all who scan it.
        """
        label = scan.rows.table.label
        if label not in self.tables:
            scans = [step for step in self.columns.steps if isinstance(step, Scan) and step.rows.table.label == label]
            names = dict.fromkeys(name for step in scans for name in self.carried(step))
            self.tables[label] = Base(self.sources.scan(label).select(*names), whole=True, scanned=True)
        return self.tables[label]

    def settle(self, step: Step, flow: Flow, frame: Frame) -> Flow:
        """Make a frame the base of a new flow."""
        later = self.columns.needs[step].leaves
        base = Base(frame, {leaf: name for leaf, name in flow.base.derived.items() if leaf in later})
        return Flow(self.keep(base))

    def keep(self, base: Base) -> Base:
        """Let the cluster keep a frame for all who read it."""
        self.shared.append(base)
        return base

    def drawn(self, frame: Frame, step: Step, leaf: Leaf) -> tuple[Frame, str]:
        """Add the stable hash that a leaf asks for."""
        assert isinstance(leaf.node, Draw)
        name, table = self.links.name(), step.population.table
        return hashing.with_bucket(frame, [table.columns[key] for key in table.key], seed_of(leaf.node.seed), name), name

    def physical(self, step: Step, source: Step, *extra: Reading) -> tuple[Flow, Frame]:
        """Return the rows of a source with what a step and those after it need."""
        flow = self.source_flow(step, source)
        return flow, flow.rows().select(*self.held(step, flow, self.carried(step, *extra)))

    def rejected(self, step: Step) -> bool:
        """Tell whether somebody asks for the rows that a step leaves out."""
        return any(isinstance(consumer, Rejected) for consumer in self.columns.consumers[step])
