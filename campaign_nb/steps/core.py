"""The relational steps that activities compile to: a small closed vocabulary, lowered by the engine alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, TypeAlias

from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, Scope
from campaign_nb.rules.check import field_of_value as value_as_column
from campaign_nb.rules.schema import Field, RowSchema, Schema, TableSchema
from campaign_nb.rules.tree import Type

REASON = "reason"
SEND_AT = "send_at"
"""The column that says when each recipient's message goes out."""

Pairs: TypeAlias = tuple[tuple[tree.Node, tree.Node], ...]


@dataclass(frozen=True, slots=True)
class Population:
    """What is known of a transition's rows before any run.

    Their targeting dimension and added columns.
    """

    schema: Schema
    table: TableSchema
    extra: Mapping[str, Field] = field(default_factory=dict[str, Field])

    @property
    def scope(self) -> Scope:
        """The scope in which rules on this population are read."""
        return Scope(self.schema, RowSchema(self.table, self.extra))

    @property
    def columns(self) -> dict[str, Field]:
        """The columns of a row: the key, then what was added.

        The dimension's other columns come on demand.
        """
        keys = {name: self.table.columns[name] for name in self.table.key}
        return keys | dict(self.extra)

    def adding(self, fields: Mapping[str, Field]) -> Population:
        """Return the population with more columns."""
        return Population(self.schema, self.table, dict(self.extra) | dict(fields))


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that rows must meet to stay, and the reason recorded for those that do not."""

    reason: str
    rule: tree.Node


@dataclass(frozen=True, eq=False)
class Step:
    """A relational step; compared by identity.

    So that a shared step is computed once.
    """

    drops: ClassVar[bool] = False
    """Whether it leaves rows out, each with a reason."""
    passes: ClassVar[bool] = True
    """Whether its rows are rows of its first source, so that what a later step reads is carried from there."""

    @property
    def sources(self) -> tuple[Step, ...]:
        """The steps that it reads, the primary one first."""
        raise NotImplementedError

    @cached_property
    def population(self) -> Population:
        """The rows that it yields."""
        return self.sources[0].population


@dataclass(frozen=True, eq=False)
class Scan(Step):
    """Every row of a table of the data model."""

    rows: Population

    @property
    def sources(self) -> tuple[Step, ...]:
        """None."""
        return ()

    @cached_property
    def population(self) -> Population:
        """The table's rows."""
        return self.rows


@dataclass(frozen=True, eq=False)
class Load(Step):
    """Rows that were stored earlier, found again by a reference: a saved audience or a checkpoint."""

    rows: Population
    reference: str

    @property
    def sources(self) -> tuple[Step, ...]:
        """None."""
        return ()

    @cached_property
    def population(self) -> Population:
        """The stored rows."""
        return self.rows


@dataclass(frozen=True, eq=False)
class Nothing(Step):
    """No row: what leaves by an output that a run has closed."""

    rows: Population

    @property
    def sources(self) -> tuple[Step, ...]:
        """None."""
        return ()

    @cached_property
    def population(self) -> Population:
        """The rows that there would be."""
        return self.rows


@dataclass(frozen=True, eq=False)
class Unary(Step):
    """A step that reads one other."""

    source: Step

    @property
    def sources(self) -> tuple[Step, ...]:
        """The one step that it reads."""
        return (self.source,)

    @cached_property
    def population(self) -> Population:
        """The rows of its source."""
        return self.source.population


@dataclass(frozen=True, eq=False)
class Filter(Unary):
    """Keep the rows for which every check is true.

    A dropped row has the reason of its first failed check.
    """

    drops: ClassVar[bool] = True
    checks: tuple[Check, ...]


@dataclass(frozen=True, eq=False)
class Compared(Step):
    """A step that keeps rows by comparing them with those of other steps, by key or by pairs of values."""

    drops: ClassVar[bool] = True
    source: Step
    others: tuple[Step, ...]
    reason: str
    pairs: tuple[Pairs, ...] = ()
    """For each other step the values of a row that equal values there; none are the key. A null equals nothing."""

    @property
    def sources(self) -> tuple[Step, ...]:
        """The rows kept from, then the others."""
        return (self.source, *self.others)


@dataclass(frozen=True, eq=False)
class Semi(Compared):
    """Keep the rows that every other step has."""


@dataclass(frozen=True, eq=False)
class Anti(Compared):
    """Keep the rows that no other step has."""


@dataclass(frozen=True, eq=False)
class Union(Step):
    """The rows of all steps, one per key; the first step that has a key gives its columns."""

    drops: ClassVar[bool] = True
    inputs: tuple[Step, ...]
    reason: str = "in an earlier input"

    @property
    def sources(self) -> tuple[Step, ...]:
        """All inputs, the primary one first."""
        return self.inputs

    @cached_property
    def population(self) -> Population:
        """The rows of the primary input, with the columns that any input added."""
        first = self.inputs[0].population
        extra: dict[str, Field] = {}
        for step in self.inputs:
            for name, item in step.population.extra.items():
                extra.setdefault(name, item)
        return Population(first.schema, first.table, extra)


@dataclass(frozen=True, eq=False)
class Dedupe(Unary):
    """Keep the first n rows of each group of equal values, in an order that ends with the key.

    Nulls: a row with a null among the values is in no group, unless `nulls_equal`.
    """

    drops: ClassVar[bool] = True
    by: tuple[tree.Node, ...]
    order: tuple[tree.Order, ...]
    keep: int
    nulls_equal: bool
    reason: str = "duplicate"


@dataclass(frozen=True, eq=False)
class Take(Unary):
    """Keep the first n rows in an order that ends with the key; or a share of all rows, rounded down."""

    drops: ClassVar[bool] = True
    order: tuple[tree.Order, ...]
    n: int | None
    reason: str = "over the limit"
    share: float | None = None


@dataclass(frozen=True, eq=False)
class Attach(Unary):
    """Add columns; the number of rows stays."""

    columns: tuple[tuple[str, tree.Node], ...]

    @cached_property
    def population(self) -> Population:
        """The rows of its source with the added columns."""
        below = self.source.population
        return below.adding({name: field_of_value(below, name, node) for name, node in self.columns})


@dataclass(frozen=True, eq=False)
class Bucket(Unary):
    """Add a stable hash of the key and a seed, a whole number from 0 to 2**32 - 1."""

    name: str
    seed: str

    @cached_property
    def population(self) -> Population:
        """The rows of its source with the bucket."""
        return self.source.population.adding({self.name: Field(self.name, Type.INTEGER)})


@dataclass(frozen=True, eq=False)
class Rejected(Unary):
    """The rows that a dropping step left out, each with its reason."""

    @cached_property
    def population(self) -> Population:
        """The rows that the dropping step read, with the reason."""
        return self.source.sources[0].population.adding({REASON: Field(REASON, Type.TEXT)})


@dataclass(frozen=True, eq=False)
class Python(Step):
    """A user's function from frames to a frame; keys are kept, declared columns are added."""

    inputs: tuple[Step, ...]
    function: Callable[..., Any]
    adds: Mapping[str, Any]
    fields: Mapping[str, Field]
    reads: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[Step, ...]:
        """The frames that the function gets."""
        return self.inputs

    @cached_property
    def population(self) -> Population:
        """The rows of the first input with the declared columns."""
        return self.inputs[0].population.adding(self.fields)


@dataclass(frozen=True, eq=False)
class LocalTime(Unary):
    """Add the next instant at which the clock of each row's own zone shows a time of day.

    Units: `seconds` from midnight; `after` is how long after *now* the first such instant may be.
    """

    name: str
    zone: str
    seconds: int
    after: dt.timedelta = dt.timedelta(0)

    @cached_property
    def population(self) -> Population:
        """The rows with the instant, in UTC."""
        return self.source.population.adding({self.name: Field(self.name, Type.DATETIME, "UTC")})


@dataclass(frozen=True, eq=False)
class Render(Unary):
    """One message per row: the address and the rendered parts; what can't be written as values is rendered per row."""

    channel: str
    address: tree.Node
    parts: tuple[tuple[str, tree.Node], ...]
    templates: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def population(self) -> Population:
        """The rows of its source with the address and the parts."""
        names = ("address", *(name for name, _ in self.parts if name != SEND_AT), *(name for name, _ in self.templates))
        return self.source.population.adding({name: Field(name, Type.TEXT) for name in names})


def field_of_value(population: Population, name: str, node: tree.Node) -> Field:
    """Return the column that a value gives on a population; its type is unknown where the value does not fit."""
    try:
        return value_as_column(population.scope, name, node)
    except Misfit:
        return Field(name, Type.UNKNOWN)


def order_of_steps(ends: Sequence[Step]) -> list[Step]:
    """Return every step that the given ones need, sources first, each once, without recursion."""
    done: dict[int, Step] = {}
    stack = [(step, False) for step in reversed(ends)]
    while stack:
        step, ready = stack.pop()
        if id(step) in done:
            continue
        if ready:
            done[id(step)] = step
            continue
        stack.append((step, True))
        stack.extend((source, False) for source in reversed(step.sources) if id(source) not in done)
    return list(done.values())
