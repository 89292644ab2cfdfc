"""The contract of a kind of activity: fields, ports, checks from schemas, and the steps that it compiles to."""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self, TypeAlias, cast, dataclass_transform

from campaign_nb.errors import Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.check import problems
from campaign_nb.rules.schema import Schema
from campaign_nb.rules.sentence import sentence
from campaign_nb.schedule.duration import duration_words
from campaign_nb.steps import Population, Step

Family: TypeAlias = Literal["targeting", "data", "channel", "flow"]
Rows: TypeAlias = Literal["creates", "partitions", "copies"]
Barrier: TypeAlias = Literal["none", "before", "after", "around"]

CATALOGUE: dict[str, type[Activity]] = {}

OUT = "out"
COMPLEMENT = "complement"


@dataclass(frozen=True, slots=True)
class Port:
    """One outbound transition of an activity."""

    name: str = OUT
    complement: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """What is known of a saved audience before its rows are read."""

    name: str
    table: str
    columns: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Context:
    """What an activity knows of its campaign when it is checked and compiled; no clock, no rows."""

    campaign: str
    label: str
    seed: str
    schema: Schema
    time_zone: str = "UTC"
    audiences: Mapping[str, Audience] = field(default_factory=dict[str, Audience])

    @property
    def hash_seed(self) -> str:
        """The seed of chance in this activity: the campaign's with the activity's label."""
        return f"{self.seed}/{self.label}"


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that leaves the campaign when a live run reaches the activity: messages, an audience, a file."""

    kind: str
    name: str
    step: Step
    columns: tuple[str, ...] = ()
    """The columns of a population to keep beside the key."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a live run tells when it reaches the activity.

    Whoever is in it: an alert, a signal to a campaign.
    """

    kind: str
    name: str
    details: Mapping[str, tree.Scalar] = field(default_factory=dict[str, tree.Scalar])


@dataclass(frozen=True, slots=True)
class Recall:
    """What an activity needs of earlier runs of its campaign.

    Their keys under a reference, no older than `history`; or the *now* of the last of them in a variable.
    """

    table: str
    reference: str | None = None
    history: dt.timedelta | None = None
    variable: str | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """What an activity becomes.

    A step per port, the effects, and a pause before anything downstream.
    """

    ports: Mapping[str, Step]
    drops: tuple[Step, ...] = ()
    """The steps that leave rows out of the activity, each with a reason."""
    effects: tuple[Effect, ...] = ()
    notices: tuple[Notice, ...] = ()
    wait: Callable[[dt.datetime], dt.datetime] | None = None
    """From the instant at which a run gets there to the one at which it goes on."""
    ways: tuple[tuple[str, tree.Node], ...] = ()
    """Conditions of the run by output, in order: the first that is true has everybody, the others nobody."""
    otherwise: str = ""
    """The output that has everybody when no condition is true."""
    recall: Recall | None = None


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(dataclasses.field,))
class Activity:
    """One kind of activity.

    A frozen set of options that can check and compile itself.

    A subclass in one file is the whole activity: it joins the catalogue by its `kind`.
    """

    kind: ClassVar[str] = ""
    label: ClassVar[str]
    icon: ClassVar[str]
    family: ClassVar[Family]
    inputs: ClassVar[tuple[int, int | None]] = (1, 1)
    """The least and the most inbound transitions; None is any number."""
    rows: ClassVar[Rows] = "partitions"
    """How rows are accounted for: rows are made, every inbound row is in one port or dropped, or each port copies."""
    barrier: ClassVar[Barrier] = "none"
    """Whether it starts a new stage, what follows does, or the activity is a stage of its own (around)."""
    decides: ClassVar[bool] = False
    """Whether it chooses among its outputs by the sizes of transitions and by variables, for everybody at once."""
    gathers: ClassVar[bool] = False
    """Whether it runs only when every inbound transition has been reached; other activities run when one has."""
    stops_when_empty: ClassVar[bool] = False
    """Whether an output without people stops there, unless an activity says otherwise."""
    changes_data: ClassVar[bool] = False
    """Whether it changes what it reads, so that its transitions are stored: they can't be computed again."""
    reads_stored: ClassVar[bool] = False
    """Whether it starts with rows that were saved before."""
    channel: ClassVar[str] = ""
    """The channel of a message activity."""
    named: ClassVar[str] = ""
    """The option that takes names of the user's own as keywords."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Make the subclass a frozen, keyword-only dataclass and add it to the catalogue."""
        super().__init_subclass__(**options)
        dataclass(frozen=True, kw_only=True)(cls)
        if not cls.kind:
            return
        known = CATALOGUE.get(cls.kind)
        if known is not None and known.__module__ != cls.__module__ and cls.__module__ != "__main__":
            raise TypeError(f"the kind {cls.kind!r} is defined by {known.__module__} and by {cls.__module__}")
        CATALOGUE[cls.kind] = cls

    @classmethod
    def of(cls, *args: Any, **options: Any) -> Self:
        """Build the activity from what a user writes.

        Its signature is the method's on campaigns and transitions.
        """
        return cls(*args, **options)

    def ports(self) -> tuple[Port, ...]:
        """Return the outbound transitions, the main one first."""
        return (Port(),)

    def notices(self) -> tuple[Notice, ...]:
        """Return what a live run tells when it reaches the activity."""
        return ()

    def accounting(self) -> Rows:
        """Return how rows are accounted for with these options."""
        return self.rows

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield what is wrong, from schemas alone."""
        yield from ()

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Return the steps of each port; called only when `validate` yields nothing."""
        raise NotImplementedError

    def options(self) -> list[tuple[str, str]]:
        """Return the options that differ from their defaults, as name and readable text."""
        found: list[tuple[str, str]] = []
        for item in dataclasses.fields(self):  # pyright: ignore[reportArgumentType] # every subclass is a dataclass
            value = getattr(self, item.name)
            default = item.default if item.default is not dataclasses.MISSING else None
            if item.default_factory is not dataclasses.MISSING:
                default = item.default_factory()
            if value is not None and (value is default or value == default) is not True and value not in ((), {}):
                found.append((item.name.replace("_", " "), readable(value)))
        return found

    @classmethod
    def summary(cls) -> str:
        """Return the first line of the documentation."""
        return (inspect.getdoc(cls) or "").splitlines()[0]


def readable(value: Any) -> str:
    """Return an option's value as text for people."""
    if isinstance(value, tree.Order):
        return sentence(value.value) + (", largest first" if value.descending else "")
    if isinstance(value, tree.Node):
        return sentence(value)
    if isinstance(value, dt.timedelta):
        return duration_words(value)
    if hasattr(value, "explain"):
        return str(value.explain())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _record(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {readable(item)}" for name, item in value.items())  # pyright: ignore[reportUnknownVariableType] # any option
    if isinstance(value, tuple | list):
        return ", ".join(readable(item) for item in value)  # pyright: ignore[reportUnknownVariableType] # any option
    return str(getattr(value, "__qualname__", value))


def _record(value: Any) -> str:
    """Return a value of several fields: its class, its first field, then the others by name."""
    fields = {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    shown = {name: item for name, item in fields.items() if item is not None and item != ()}
    parts = [readable(item) if name == next(iter(fields)) else f"{name} {readable(item)}" for name, item in shown.items()]
    return f"{type(value).__name__.lower()} {', '.join(parts)}"


def rule_problems(population: Population, node: tree.Node, where: str) -> Iterator[Problem]:
    """Yield what is wrong with a rule on a population."""
    return problems(population.scope, node, where)


def value_problems(population: Population, node: tree.Node, where: str) -> Iterator[Problem]:
    """Yield what is wrong with a value on a population."""
    return problems(population.scope, node, where, rule=False)


def query_problems(context: Context, dimension: str, rule: tree.Node, where: str) -> Iterator[Problem]:
    """Yield an unknown table, a table without a key, and what is wrong with a rule on its rows."""
    try:
        table = context.schema.schema_of(dimension)
    except KeyError:
        known = getattr(context.schema, "tables", [])
        yield Problem(where, f"no table {dimension!r} in the data model", did_you_mean(dimension, known), f"shop.table({dimension!r}, …)")
        return
    if not table.key:
        do = f'shop.table({dimension!r}, …, key="…")'
        yield Problem(where, f"table {dimension!r} has no key", "a key, to target its rows", do)
        return
    yield from rule_problems(Population(context.schema, table), rule, where)


def several(value: object) -> list[object]:
    """Return what a user gives as one thing or as a list of things, as a list.

    >>> several("email"), several(["email", "phone"])
    (['email'], ['email', 'phone'])
    """
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [*cast("Sequence[object]", value)]
    return [value]
