"""Small activities, each with one fault, and the finding that the suite must have."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from campaign_nb.activity import CATALOGUE, OUT, Activity, Compiled, Context, Effect, Port, Rows
from campaign_nb.errors import Problem
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type
from campaign_nb.steps import Attach, Check, Filter, Population, Python, Rejected, Scan, Step, Take

RICH = tree.Compare(">", tree.Column("points"), tree.Constant(10))
COUNT = itertools.count()
FAULTY: dict[str, type[Activity]] = {}
"""The faulty kinds by the finding that each must give."""


class Plain(Activity):
    """Pass everybody on, as they are."""

    kind = "planted_plain"
    label = "Plain"
    icon = "filter"
    family = "flow"
    rows: ClassVar[Rows] = "copies"

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        return Compiled({OUT: inputs[0]})


def fault(finding: str) -> Callable[[type[Activity]], type[Activity]]:
    """Register a faulty kind, and take it from the catalogue that other tests look at."""

    def register(cls: type[Activity]) -> type[Activity]:
        CATALOGUE.pop(cls.kind, None)
        FAULTY[finding] = cls
        return cls

    return register


CATALOGUE.pop(Plain.kind)


def kind_of(name: str, doc: str = "Pass everybody on, or not quite.", **parts: Any) -> type[Activity]:
    """Return a kind like the plain one, but for some parts."""
    return type(name, (Plain,), {"kind": f"planted_{name.lower()}", "__doc__": doc, "__module__": __name__, **parts})


def compiling(compile: Callable[..., Compiled], **parts: Any) -> type[Activity]:
    """Return a kind that compiles in its own way."""
    return kind_of(compile.__name__, compile=compile, **parts)


def calling(function: Callable[..., Any], **adds: Any) -> type[Activity]:
    """Return a kind that calls a function on its rows."""

    def compile(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
        fields = {name: Field(name, Type.INTEGER) for name in adds}
        return Compiled({OUT: Python(tuple(inputs), function, adds, fields, ("points",))})

    return kind_of(function.__name__, compile=compile)


# ---------------------------------------------------------------------------------------------------- words and ports

fault("docstring: its first line has 0 characters")(kind_of("Silent", doc=""))
fault("label: it has none")(kind_of("Unnamed", label=" "))
fault("icon: 'unicorn' is unknown")(kind_of("Unseen", icon="unicorn"))
fault("family: 'friends'")(kind_of("Stranger", family="friends"))
fault("ports: its outputs are called ['two\\nlines']")(kind_of("Broken", ports=lambda self: (Port("two\nlines"),)))
fault("ports: its outputs are called out, out")(kind_of("Twins", ports=lambda self: (Port(), Port())))
fault("ports: its first output is a complement")(kind_of("Behind", ports=lambda self: (Port(OUT, complement=True),)))
fault("ports: compile gives out")(kind_of("Promising", ports=lambda self: (Port(), Port("more"))))

# ------------------------------------------------------------------------------------------------------------ options


class Lossy:
    """A value that forgets what it was."""

    def __init__(self, text: str = "as new") -> None:
        self.text = text

    def to_document(self) -> str:
        return self.text

    @classmethod
    def from_document(cls, document: str) -> Lossy:
        return cls()


@dataclass(frozen=True)
class Unspeakable:
    """A value whose class can't be written in code."""

    number: int = 1


Unspeakable.__name__ = "two words"


@fault("frozen: the option 'names' is a list")
class Listing(Plain):
    """Pass everybody on, with a list."""

    kind = "planted_listing"
    names: Any = None

    @classmethod
    def of(cls) -> Listing:
        return cls(names=["a"])


@fault("frozen: the option 'number' can be set")
class Soft(Plain):
    """Pass everybody on, until further notice."""

    kind = "planted_soft"
    number: int = 1


Soft.__setattr__ = object.__setattr__  # type: ignore[method-assign] # the fault


@fault("to_json: planted_opaque 'Tested': value: a object has no form in a document")
class Opaque(Plain):
    """Pass everybody on, with a secret."""

    kind = "planted_opaque"
    value: Any = None

    @classmethod
    def of(cls) -> Opaque:
        return cls(value=object())


@fault("to_json: from_json gives another activity")
class Forgetting(Plain):
    """Pass everybody on, and forget the rest."""

    kind = "planted_forgetting"
    value: Lossy | None = None

    @classmethod
    def of(cls) -> Forgetting:
        return cls(value=Lossy("dear"))


@fault("to_python: the code can't be read")
class Mumbling(Plain):
    """Pass everybody on, in other words."""

    kind = "planted_mumbling"
    value: Any = None

    @classmethod
    def of(cls) -> Mumbling:
        return cls(value=Unspeakable(2))


# ------------------------------------------------------------------------------------------------------------- checks


def Timely(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    now = dt.datetime.now(dt.UTC).date()
    return Compiled({OUT: Attach(inputs[0], (("today", tree.Constant(now)),))})


def Eager(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    pl.LazyFrame({"a": [1]}).collect()
    return Compiled({OUT: inputs[0]})


def Moody(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    return Compiled({OUT: Attach(inputs[0], (("mood", tree.Constant(next(COUNT))),))})


def Hasty(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    return Compiled({OUT: inputs[0]}, wait=lambda reached: reached - dt.timedelta(seconds=1))


def Greedy(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    return Compiled({OUT: inputs[0]}, effects=(Effect("audience", "x", inputs[0], ("nothing",)),))


fault("compile: it calls datetime.now")(compiling(Timely))
fault("compile: it calls collect")(compiling(Eager))
fault("compile: it gives other steps when it is asked again")(compiling(Moody))
fault("compile: it goes on at 2026-07-01 08:59:59+00:00, before it got there")(compiling(Hasty))
fault("effects: effect 'audience' keeps nothing")(compiling(Greedy))


def raising(self: Activity, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
    _ = inputs[0].table.columns["points"]
    yield from ()


def telling(problem: Any) -> Callable[..., Iterator[Any]]:
    """Return a check that yields something where a column is missing."""

    def validate(self: Activity, inputs: Sequence[Population], context: Context) -> Iterator[Any]:
        if "points" not in inputs[0].table.columns:
            yield problem

    return validate


def Trusting(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    kept = Filter(inputs[0], (Check("rule", RICH),))
    return Compiled({OUT: kept, "complement": Rejected(kept)}, drops=(kept,))


TWO = {"rows": "partitions", "ports": lambda self: (Port(), Port("complement", complement=True))}
fault("validate: on missing columns it raises KeyError")(kind_of("Raising", validate=raising))
fault("validate: it yields a str")(kind_of("Chatty", validate=telling("no points")))
fault("validate: a problem without where, expected: 'no points'")(kind_of("Curt", validate=telling(Problem("", "no points"))))
fault("validate: it lets missing columns pass, but the run fails")(compiling(Trusting, **TWO))
fault("validate: it refuses the rows given: never")(
    kind_of("Refusing", validate=lambda self, inputs, context: iter([Problem("here", "never", "more")]))
)

# --------------------------------------------------------------------------------------------------------------- rows


def Lying(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    step = Python(tuple(inputs), numbered, {"number": pl.Int64}, {"number": Field("number", Type.DATE)})
    return Compiled({OUT: step})


def numbered(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(number=pl.col("id").cast(pl.Int64))


def Hungry(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(first=pl.lit(rows.collect().row(0)[0], pl.Int64))


def Ordered(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64))


def Whimsical(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(whim=pl.lit(next(COUNT), pl.Int64))


def Fragile(rows: pl.LazyFrame) -> pl.LazyFrame:
    if rows.collect()["points"].null_count() > 2:
        raise ValueError("nulls")
    return rows


def Seeded(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    return Compiled({OUT: Attach(inputs[0], (("drawn", tree.Constant(context.seed)),))})


@dataclass(frozen=True)
class Other:
    """A table with another key than its own."""

    label: str
    key: tuple[str, ...]
    columns: Mapping[str, Field]
    links: Mapping[str, Any]


def Repeating(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    known = inputs[0].population
    return Compiled({OUT: Scan(Population(known.schema, Other("people", ("tier",), known.table.columns, {})))})


def Losing(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    other = Filter(inputs[0], (Check("some", tree.IsNull(tree.Column("points"))),))
    return Compiled({OUT: Filter(inputs[0], (Check("rule", RICH),))}, drops=(other,))


def Doubling(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    kept = Filter(inputs[0], (Check("rule", RICH),))
    return Compiled({OUT: kept, "complement": inputs[0]}, drops=(kept,))


def Inventing(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    return Compiled({OUT: Scan(Population(inputs[0].population.schema, inputs[0].population.table))})


def Swapping(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    known = inputs[0].population
    few = tree.Compare("<=", tree.Column("id"), tree.Constant(2))
    return Compiled({OUT: Filter(Scan(Population(known.schema, known.table)), (Check("rule", few),))})


def Straying(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    none = Filter(inputs[0], (Check("some", tree.Compare(">", tree.Column("id"), tree.Constant(0))),))
    return Compiled({OUT: Scan(Population(context.schema, context.schema.schema_of("orders")))}, drops=(none,))


def Crowded(self: Activity, inputs: Sequence[Step], context: Context) -> Compiled:
    kept = Take(inputs[0], (tree.Order(tree.Column("points"), True),), 3)
    return Compiled({OUT: kept, "complement": Rejected(kept)}, drops=(kept,))


fault("columns: column 'number' of output 'out' is integer")(compiling(Lying))
fault("empty input: python function Hungry: it raised OutOfBoundsError")(calling(Hungry, first=pl.Int64))
fault("keys: 7 rows of output 'out' repeat a key")(compiling(Repeating, rows="creates"))
fault("row-count contract: 6 rows are in no output, 10 are counted with a reason")(compiling(Losing, rows="partitions"))
fault("row-count contract: a row leaves by two outputs")(compiling(Doubling, **TWO))
fault("run: row-count contract: 'Tested' read 2 rows and passed on [12]")(compiling(Inventing))
fault("row-count contract: output 'out' has keys that it was not given")(compiling(Swapping))
fault("row-count contract: output 'out' has 2 of 2 rows")(compiling(Swapping))
fault("row-count contract: 2 rows came in, 8 went out or have a reason")(compiling(Straying, rows="partitions"))
fault("order: the order of rows changes output 'out'")(calling(Ordered, place=pl.Int64))
fault("repetition: output 'out' differs on a second run")(calling(Whimsical, whim=pl.Int64))
fault("seed: output 'out' depends on the seed")(compiling(Seeded))
fault("nulls: python function Fragile: it raised ValueError")(calling(Fragile))
fault("one more person: output 'out' changes for the others")(compiling(Crowded, **TWO))
