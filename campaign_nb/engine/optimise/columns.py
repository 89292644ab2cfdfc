"""Late enrichment: added columns stay definitions until something reads them; what is read decides what is carried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from campaign_nb.engine.moment import Moment
from campaign_nb.rules import tree
from campaign_nb.rules.schema import LinkSchema
from campaign_nb.steps import (
    FIRST,
    MATCHES,
    REASON,
    Attach,
    Bring,
    Bucket,
    Compared,
    Dedupe,
    Filter,
    Follow,
    LocalTime,
    Match,
    Python,
    Rejected,
    Rekey,
    Render,
    Step,
    Take,
    Unary,
    Union,
    order_of_steps,
)


@dataclass(frozen=True, slots=True)
class Draw(tree.Node):
    """A leaf of the engine's own: the stable hash of the row's key and a seed."""

    seed: str


@dataclass(frozen=True, slots=True)
class Reason(tree.Node):
    """A leaf of the engine's own: why a row was left out, in a column that no other step writes."""

    column: str


REASONS = "__reason"
"""How the names of columns start that hold reasons."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that a row does not hold itself, at one instant.

    Of linked rows, of a hash, of events.
    """

    node: tree.Node
    moment: Moment


@dataclass(frozen=True, eq=False)
class Bound:
    """An added column that is not computed yet: its value, the instant it means, and the rows it is read on."""

    node: tree.Node
    moment: Moment
    scope: Step


@dataclass(slots=True)
class Reading:
    """What evaluating some nodes takes.

    Columns that rows hold, and leaves that must be attached first.
    """

    columns: set[str] = field(default_factory=set[str])
    leaves: dict[Leaf, None] = field(default_factory=dict[Leaf, None])

    def add(self, other: Reading) -> None:
        """Take over what another reading takes."""
        self.columns |= other.columns
        self.leaves |= other.leaves


@dataclass(frozen=True, eq=False)
class Output(Unary):
    """The rows of a step as somebody asks for them: the key and these columns."""

    columns: tuple[str, ...] = ()


DERIVED = (tree.Aggregate, tree.Exists, tree.Lines, tree.Window, tree.Behaviour, Draw)


class Columns:
    """The columns of a plan.

    Which are definitions, what each step reads, what each step must carry on.
    """

    def __init__(self, ends: Sequence[Step], moment_of: Callable[[Step], Moment]) -> None:
        self.ends, self.moment_of = ends, moment_of
        self.steps = order_of_steps(ends)
        self.consumers: dict[Step, list[Step]] = {step: [] for step in self.steps}
        for step in self.steps:
            for source in dict.fromkeys(step.sources):
                self.consumers[source].append(step)
        self.virtual: dict[Step, Mapping[str, Bound]] = {}
        for step in self.steps:
            self.virtual[step] = self._virtual(step)
        self.readings: dict[tuple[Step, Step], Reading] = {}
        self.needs: dict[Step, Reading] = {step: Reading() for step in self.steps}
        self._backward()
        self.readers: dict[Leaf, int] = {}
        """How many steps read a leaf."""
        for reading in self.readings.values():
            for leaf in reading.leaves:
                self.readers[leaf] = self.readers.get(leaf, 0) + 1

    def _virtual(self, step: Step) -> Mapping[str, Bound]:
        if isinstance(step, Attach):
            moment = self.moment_of(step)
            return {**self.virtual[step.source], **{name: Bound(node, moment, step.source) for name, node in step.columns}}
        if isinstance(step, Bucket):
            return {**self.virtual[step.source], step.name: Bound(Draw(step.seed), self.moment_of(step), step.source)}
        if isinstance(step, Rejected):
            reason = Bound(Reason(f"{REASONS}{self.steps.index(step)}"), self.moment_of(step), step)
            return {**self.virtual[step.source.sources[0]], REASON: reason}
        if isinstance(step, Python) or not step.sources or not step.passes:
            return {}
        if isinstance(step, Union):
            first, *rest = (self.virtual[source] for source in step.inputs)
            shared = {name: bound for name, bound in first.items() if all(other.get(name) is bound for other in rest)}
            return {name: bound for name, bound in shared.items() if self._of_the_table(step, bound)}
        return self.virtual[step.sources[0]]

    def _of_the_table(self, step: Union, bound: Bound) -> bool:
        """Tell whether a definition reads columns of the table alone: a union may write others anew, under the same name."""
        population = step.population
        return self.read(bound.node, bound.scope, bound.moment).columns <= population.table.columns.keys() - population.extra.keys()

    def read(self, node: tree.Node, scope: Step, moment: Moment) -> Reading:
        """Return what a node takes when it is evaluated on the rows of a step."""
        found = Reading()
        for column, bound in self._columns_of(node, scope, moment, found):
            if bound is None:
                found.columns.add(column)
            else:
                found.add(self.read(bound.node, bound.scope, bound.moment))
        return found

    def _columns_of(self, node: tree.Node, scope: Step, moment: Moment, found: Reading) -> Iterator[tuple[str, Bound | None]]:
        stack = [node]
        table = scope.population.table
        while stack:
            item = stack.pop()
            if isinstance(item, tree.Column) and not item.path:
                yield item.name, self.virtual[scope].get(item.name)
            elif isinstance(item, Reason):
                yield item.column, None
            elif isinstance(item, (tree.Column, *DERIVED)):
                found.leaves[Leaf(item, moment)] = None
                found.columns.update(anchor(item, table.key, table.links))
            else:
                stack.extend(item.children())

    def nodes_of(self, step: Step) -> list[tree.Node]:
        """Return the nodes that a step evaluates on the rows of its first source."""
        if isinstance(step, Filter):
            return [check.rule for check in step.checks]
        if isinstance(step, Dedupe):
            return [*step.by, *(order.value for order in step.order)]
        if isinstance(step, Take):
            return [order.value for order in step.order]
        if isinstance(step, Compared):
            return [mine for pairs in step.pairs for mine, _ in pairs]
        if isinstance(step, Follow):
            return [tree.Column(here) for here, _ in step.source.population.table.links[step.path[0]].on]
        if isinstance(step, Match):
            return [value for value, _ in step.on]
        if isinstance(step, Bring):
            return [*(mine for mine, _ in step.pairs), *(mine for _, mine in step.here)]
        if isinstance(step, Rekey):
            return [tree.Column(name) for name in (*step.keys, *step.keeps)]
        if isinstance(step, Render):
            names = {name for _, item in step.templates for name in item.names}
            return [step.address, *(node for _, node in step.parts), *(tree.Column(name) for name in sorted(names))]
        if isinstance(step, LocalTime):
            return [tree.Column(step.zone)]
        if isinstance(step, Output):
            return [tree.Column(name) for name in step.columns]
        return []

    def reading(self, step: Step, source: Step) -> Reading:
        """Return what a step takes from the rows of one of its sources.

        Beside what it passes on.
        """
        known = self.readings.get((step, source))
        if known is None:
            known = self.readings[step, source] = self._reading(step, source)
        return known

    def _reading(self, step: Step, source: Step) -> Reading:
        found, moment = Reading(), self.moment_of(step)
        if source is step.sources[0]:
            for node in self.nodes_of(step):
                found.add(self.read(node, source, moment))
        if isinstance(step, Compared):
            for other, pairs in zip(step.others, step.pairs, strict=False):
                if other is source:
                    for _, theirs in pairs:
                        found.add(self.read(theirs, source, moment))
        if isinstance(step, Bring) and source is step.other:
            values = [*(theirs for _, theirs in step.pairs), *(theirs for _, theirs in step.there)]
            others = (tree.Column(column) for _, column in step.columns)
            for node in (*values, *others, *(order.value for order in step.order)):
                found.add(self.read(node, source, moment))
        if isinstance(step, Python):
            passed = self.needs[step].columns - set(step.adds) if source is step.inputs[0] else set[str]()
            for name in dict.fromkeys([*python_columns(step, source), *sorted(passed)]):
                found.add(self.read(tree.Column(name), source, moment))
        if isinstance(step, Union):
            here = source.population
            for name in self.needs[step].columns:
                if name in self.virtual[source] or name in here.extra or name in here.table.columns:
                    found.add(self.read(tree.Column(name), source, moment))
        return found

    def _backward(self) -> None:
        for step in reversed(self.steps):
            passed = self.needs[step]
            for position, source in enumerate(step.sources):
                self.needs[source].add(self.reading(step, source))
                if isinstance(step, Union):
                    self.needs[source].leaves |= passed.leaves
                elif position == 0 and step.passes and not isinstance(step, Python):
                    self.needs[source].add(Reading(passed.columns - self.made(step), dict(passed.leaves)))

    def made(self, step: Step) -> set[str]:
        """Return the columns that a step writes into its rows itself."""
        found = {self.reason(step)} if isinstance(step, Rejected) else set[str]()
        found |= {MATCHES, FIRST, *step.keys} if isinstance(step, Match) else set[str]()
        found |= set(step.made) if isinstance(step, Bring) else set[str]()
        found |= {step.name} if isinstance(step, LocalTime) else set[str]()
        return found | (set(step.adds) if isinstance(step, Python) else set[str]())

    def held(self, step: Step, source: Step) -> set[str]:
        """Return the columns that rows of a source must hold for one step.

        What it reads of them, and what it passes on.
        """
        read = self.reading(step, source).columns
        passes = source is step.sources[0] and step.passes and not isinstance(step, Union | Python)
        return read | (self.needs[step].columns - self.made(step) if passes else set[str]())

    def reason(self, step: Rejected) -> str:
        """Return the column in which rejected rows have their reason."""
        bound = self.virtual[step][REASON].node
        assert isinstance(bound, Reason)
        return bound.column


def python_columns(step: Python, source: Step) -> list[str]:
    """Return the columns that a user's function gets beside the key."""
    added = [name for name in source.population.extra if not name.startswith("_")]
    return added + [name for name in step.reads if name not in added and source is step.inputs[0]]


def anchor(node: tree.Node, key: tuple[str, ...], links: Mapping[str, LinkSchema]) -> tuple[str, ...]:
    """Return the columns of the row from which a leaf is reached."""
    if isinstance(node, tree.Column):
        first = node.path[0]
    elif isinstance(node, tree.Aggregate | tree.Exists | tree.Lines):
        first = node.rows.steps[0].link
    else:
        return key
    link = links[first]
    return tuple(here for here, _ in link.on)
