"""The rows that activities are tried on, and the variations of them that must change nothing, or something known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from campaign_nb.data.model import DataModel, Link, TableInfo
from campaign_nb.engine.compute import computed
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.steps import Load, Population, Scan, Step
from campaign_nb.testing.run import Given, audience_of

DAY = dt.date(2026, 6, 1)
NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Sheet:
    """One table: its rows and what is declared of it."""

    rows: pl.DataFrame
    key: tuple[str, ...] = ()
    roles: Mapping[str, Any] = field(default_factory=dict[str, Any])
    links: Mapping[str, Link] = field(default_factory=dict[str, Link])
    writable: bool = False


def _as_they_are(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


@dataclass(frozen=True)
class World:
    """Tables, the rows of each input, and audiences; every variation is another world."""

    sheets: Mapping[str, Sheet]
    main: str
    """The table that is targeted."""
    inputs: tuple[pl.DataFrame, ...] = ()
    """The key of the main table, then added columns."""
    audiences: Mapping[str, pl.DataFrame] = field(default_factory=dict[str, pl.DataFrame])
    form: Callable[[pl.DataFrame], pl.DataFrame] = _as_they_are
    """How rows lie where they are read; it changes no row."""

    @property
    def key(self) -> tuple[str, ...]:
        """The key of the main table."""
        return self.sheets[self.main].key

    def model(self) -> DataModel:
        """Return the data model."""
        model = DataModel("conformance")
        for name, sheet in self.sheets.items():
            model.table(name, self.form(sheet.rows), key=sheet.key or None, links=sheet.links, **sheet.roles)
            model.infos[name].writable = sheet.writable
        return model

    def given(self) -> Given:
        """Return what an activity is tried on."""
        model = self.model()
        known = {name: audience_of(model, name, frame) for name, frame in self.audiences.items()}
        stored = {f"audience:{name}": self.form(frame).lazy() for name, frame in self.audiences.items()}
        whole, steps = Population(model, model.infos[self.main]), list[Step]()
        for number, frame in enumerate(self.inputs):
            added = _added(frame, self.key)
            if len(self.inputs) == 1 and not added.columns and frame.height == self.sheets[self.main].rows.height:
                steps.append(Scan(whole))
                continue
            fields = DataModel("added").table("rows", frame)._info.columns  # pyright: ignore[reportPrivateUsage] # the same package
            stored[f"input:{number}"] = self.form(frame).lazy()
            steps.append(Load(whole.adding({name: fields[name] for name in added.columns}), f"input:{number}"))
        return Given(model, tuple(steps), stored, known)

    # ------------------------------------------------------------------------------------------------------- variations

    def mapped(self, change: Callable[[pl.DataFrame, tuple[str, ...]], pl.DataFrame]) -> World:
        """Return the world with all rows changed; the change is told the key, which is none of its business."""
        sheets = {name: replace(sheet, rows=change(sheet.rows, sheet.key)) for name, sheet in self.sheets.items()}
        inputs = tuple(change(frame, self.key) for frame in self.inputs)
        found = {name: change(frame, _key_in(frame, self.sheets)) for name, frame in self.audiences.items()}
        return replace(self, sheets=sheets, inputs=inputs, audiences=found)

    def empty(self) -> World:
        """Return the world without any row."""
        return self.mapped(lambda frame, _: frame.clear())

    def shuffled(self) -> World:
        """Return the same rows in another order."""
        return replace(self, form=_shuffled)

    def chunked(self) -> World:
        """Return the same rows in pieces."""
        return replace(self, form=_in_pieces)

    def turned(self) -> World:
        """Return the same rows with their columns the other way round."""
        return replace(self, form=_turned)

    def nulled(self) -> World:
        """Return the world with null in all columns but keys."""
        return self.mapped(lambda frame, key: frame.with_columns(pl.lit(None, kind).alias(name) for name, kind in _others(frame, key)))

    def bare(self) -> World:
        """Return the world whose main table has its key alone."""
        sheet = self.sheets[self.main]
        kept = Sheet(sheet.rows.select(sheet.key), sheet.key)
        return replace(self, sheets={**self.sheets, self.main: kept})

    def mistyped(self) -> World:
        """Return the world with other types in the main table, but for keys and what links join."""
        joined = _joined(self.sheets)
        sheet = self.sheets[self.main]
        names = [name for name, _ in _others(sheet.rows, sheet.key) if name not in joined]
        other = [_of_another_type(name, sheet.rows.schema[name]) for name in names]
        return replace(self, sheets={**self.sheets, self.main: replace(sheet, rows=sheet.rows.with_columns(other))})

    def joined_by_one(self) -> tuple[World, Any] | None:
        """Return the world with one more person, like the last one, and the person's key; None for keys of other types."""
        rows, name = self.sheets[self.main].rows, self.key[0]
        if len(self.key) > 1 or not rows.height or not (rows.schema[name].is_integer() or rows.schema[name] == pl.String):
            return None
        most: Any = rows[name].max()
        new: Any = most + 1 if rows.schema[name].is_integer() else f"{most}~"
        key = pl.lit(new, rows.schema[name]).alias(name)
        sheet = replace(self.sheets[self.main], rows=pl.concat([rows.tail(1).with_columns(key), rows]))
        inputs = tuple(pl.concat([frame.tail(1).with_columns(key), frame]) for frame in self.inputs)
        return replace(self, sheets={**self.sheets, self.main: sheet}, inputs=inputs), new


def world_of(
    inputs: Sequence[pl.DataFrame | pl.LazyFrame | DataModel], key: str, audiences: Mapping[str, pl.DataFrame], least: int
) -> World:
    """Return the world that a user gives, or one of our own; `least` is how many inputs the activity needs."""
    if inputs and not isinstance(inputs[0], DataModel):
        frames = _frames([item for item in inputs if not isinstance(item, DataModel)])
        name = key or frames[0].columns[0]
        everybody = pl.concat(frames, how="diagonal").unique(subset=[name], keep="first", maintain_order=True)
        return World({"rows": Sheet(everybody, (name,))}, "rows", tuple(frame.select(name) for frame in frames), audiences)
    model = inputs[0] if inputs and isinstance(inputs[0], DataModel) else sample()
    frames = _frames([item for item in inputs[1:] if not isinstance(item, DataModel)])
    opened = _frames([info.source.open() for info in model.infos.values()])
    sheets = {name: _sheet(info, rows) for (name, info), rows in zip(model.infos.items(), opened, strict=True)}
    keyed = [name for name, sheet in sheets.items() if sheet.key]
    if not keyed:
        raise DefinitionError(Problem(f"data model {model.name!r}", "no table has a key", "a table that can be targeted", 'key="id"'))
    main = audience_of(model, "inputs", frames[0]).table if frames else keyed[0]
    world = World(sheets, main, tuple(frames), audiences)
    return world if frames or not least else replace(world, inputs=_parts(sheets[main], least))


def sample() -> DataModel:
    """Return a small shop.

    `people` (id, name, email, agreed, points, spend, joined, seen, tier) and their `orders`
    (order, person, amount, day); values are missing, repeated and malformed.
    """
    model, ids = DataModel("sample"), list(range(1, 13))
    people = {
        "id": pl.Series(ids, dtype=pl.Int64),
        "name": ["Ann", "Bob", None, "Dee", "Eve", "", "Gil", "Hal", "Ida", "Jon", "Kim", "Lea"],
        "email": ["a@x.org", "b@x.org", "a@x.org", None, "e@x.org", "", "no address", "b@x.org", "i@x.org", None, "k@x.org", "l@x.org"],
        "agreed": [True, True, None, True, False, True, True, None, True, True, False, True],
        "points": [5, 50, None, 8, 120, 50, 7, 0, 33, 12, None, 90],
        "spend": [1.5, None, 20.0, float("nan"), 7.25, 0.0, 99.0, 5.0, None, 3.0, 1.5, 60.0],
        "joined": [None if number == 4 else DAY - dt.timedelta(days=number * 40) for number in ids],
        "seen": [None if number == 9 else NOON - dt.timedelta(hours=number * 30) for number in ids],
        "tier": ["gold", "silver", None, "gold", "silver", "gold", "", "silver", "gold", None, "bronze", "gold"],
    }
    model.table("people", pl.DataFrame(people), key="id", email="email", consent={"email": "agreed"})
    orders = {
        "order": list(range(100, 108)),
        "person": [1, 1, 2, 5, 5, 5, None, 99],
        "amount": [5.0, None, 20.0, 1.0, 2.0, 300.0, 7.0, 8.0],
        "day": [DAY, DAY, None, DAY - dt.timedelta(days=9), DAY, DAY, DAY, DAY],
    }
    model.table("orders", pl.DataFrame(orders), key="order", links={"buyer": Link("people", on="person")})
    return model


def _frames(given: Sequence[pl.DataFrame | pl.LazyFrame]) -> list[pl.DataFrame]:
    return computed([item.lazy() for item in given])


def _sheet(info: TableInfo, rows: pl.DataFrame) -> Sheet:
    roles = {"email": info.roles.email, "phone": info.roles.phone, "time_zone": info.roles.time_zone, "consent": info.roles.consent}
    return Sheet(rows, info.key, roles, info.declared, info.writable)


def _parts(sheet: Sheet, count: int) -> tuple[pl.DataFrame, ...]:
    """Return the keys of everybody, or, for several inputs, populations that overlap."""
    keys = sheet.rows.select(sheet.key)
    if count == 1:
        return (keys,)
    number = pl.int_range(pl.len())
    return tuple(keys.filter((number + position) % (position + 3) != 0) for position in range(count))


def _others(frame: pl.DataFrame, key: tuple[str, ...]) -> list[tuple[str, pl.DataType]]:
    return [(name, kind) for name, kind in frame.schema.items() if name not in key]


def _added(frame: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    return frame.drop(key)


def _key_in(frame: pl.DataFrame, sheets: Mapping[str, Sheet]) -> tuple[str, ...]:
    keys = [sheet.key for sheet in sheets.values() if sheet.key and tuple(frame.columns[: len(sheet.key)]) == sheet.key]
    return keys[0] if keys else ()


def _shuffled(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.reverse().select(pl.all().gather_every(2).append(pl.all().gather_every(2, 1)))


def _turned(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(reversed(frame.columns))


def _in_pieces(frame: pl.DataFrame) -> pl.DataFrame:
    pieces = [frame.slice(start, size) for start, size in ((0, 1), (1, 0), (1, 3), (4, frame.height))]
    return pl.concat(pieces, rechunk=False)


def _joined(sheets: Mapping[str, Sheet]) -> set[str]:
    found = set[str]()
    for sheet in sheets.values():
        for link in sheet.links.values():
            found |= {link.on} if isinstance(link.on, str) else {*link.on, *link.on.values()}
    return found


def _of_another_type(name: str, kind: pl.DataType) -> pl.Expr:
    place = pl.int_range(pl.len())
    return (place.cast(pl.String) if kind.is_numeric() else place).alias(name)
