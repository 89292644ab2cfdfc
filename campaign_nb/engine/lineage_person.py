"""Whose path is asked for: a key as users write it, and the table whose row it names."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from campaign_nb.engine.plan import Plan
from campaign_nb.errors import DefinitionError, Problem, did_you_mean, nearest
from campaign_nb.rules.check import an, literal_type
from campaign_nb.rules.literal import dated
from campaign_nb.rules.schema import TableSchema
from campaign_nb.rules.tree import Type

WHERE = "explain"
_SCALARS = (bool, int, float, Decimal, str, dt.date, dt.time, dt.timedelta)


@dataclass(frozen=True, slots=True)
class Person:
    """One row of a targeting dimension, by its key."""

    table: TableSchema
    key: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.table.label} {', '.join(str(part) for part in self.key)}"


def person_of(plan: Plan, key: tuple[Any, ...], table: str | None = None) -> Person:
    """Return the row that a key names: of a table, or of the first source whose key is of that shape and type.

    Nulls: a null is no key, nor is NaN. Time: text is read where a date is wanted.
    Errors: a table that no activity has rows of, a key of another shape or type.
    """
    known = dict[str, TableSchema]()
    for task in sorted(plan.whole.values(), key=lambda task: bool(task.inputs)):
        for step in task.compiled.ports.values():
            known.setdefault(step.population.table.label, step.population.table)
    if table is not None:
        if table not in known:
            do = f"run.explain({_written(key)}, table={(nearest(table, known) or next(iter(known), '…'))!r})"
            raise DefinitionError(Problem(WHERE, f"no activity has rows of {table!r}", did_you_mean(table, known), do))
        return _checked(known[table], key)
    for item in known.values():
        if not any(True for _ in problems(item, key)):
            return _checked(item, key)
    return _checked(next(iter(known.values())), key) if known else _nothing()


def _nothing() -> Person:
    raise DefinitionError(Problem(WHERE, "the campaign has no activity", "at least one", 'campaign.build_audience("Everybody", customers)'))


def _checked(table: TableSchema, key: tuple[Any, ...]) -> Person:
    found = list(problems(table, key))
    if found:
        raise DefinitionError(*found)
    kinds = [table.columns[column].type for column in table.key]
    return Person(table, tuple(_value(part, kind) for part, kind in zip(key, kinds, strict=True)))


def problems(table: TableSchema, key: tuple[Any, ...]) -> Iterator[Problem]:
    """Yield what is wrong with a key of a table."""
    do = f"run.explain({_example(table)})"
    if len(table.key) != len(key):
        count = f"{len(key)} value{'' if len(key) == 1 else 's'}"
        yield Problem(WHERE, f"a key of {count}", f"the key of {table.label!r}: {', '.join(table.key)}", do)
        return
    for column, part in zip(table.key, key, strict=True):
        kind, value = table.columns[column].type, _plain(part)
        expected = f"{kind}, as {column} of {table.label!r} is"
        if value is None or _is_nan(value):
            yield Problem(WHERE, f"{'null' if value is None else 'NaN'} is no key", expected, do)
        elif not isinstance(value, _SCALARS):
            yield Problem(WHERE, f"{an(type(value).__name__)} is no key", expected, do)
        elif not literal_type(value).comparable(kind) and dated(value if isinstance(value, str) else "", kind) is None:
            yield Problem(WHERE, f"the key {value!r} is {literal_type(value)}", expected, do)


def _is_nan(value: Any) -> bool:
    return value.is_nan() if isinstance(value, Decimal) else isinstance(value, float) and math.isnan(value)


def _plain(value: Any) -> Any:
    """Return a number of an array library as Python's own."""
    item: Callable[[], Any] | None = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "shape", None) == () else value


def _value(part: Any, kind: Type) -> Any:
    value = _plain(part)
    return (dated(value, kind) or value) if isinstance(value, str) else value


def _example(table: TableSchema) -> str:
    """How the key of a table is written."""
    parts = ['"…"' if table.columns[column].type is Type.TEXT else column for column in table.key]
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _written(key: tuple[Any, ...]) -> str:
    return repr(key[0]) if len(key) == 1 else repr(key)
