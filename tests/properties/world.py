"""Small random tables with every kind of link, nulls and repeated rows, and a judge that follows links in plain Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeAlias

import polars as pl
from hypothesis import strategies as st

import campaign_nb as cn
from tests.judge import Judge

AS_OF = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)
Row: TypeAlias = dict[str, Any]
Tables: TypeAlias = dict[str, list[Row]]

SCHEMAS: dict[str, dict[str, Any]] = {
    "people": {"id": pl.Int64, "age": pl.Int64, "tier": pl.String, "email": pl.String, "city": pl.String},
    "cities": {"code": pl.String, "size": pl.Int64, "region": pl.String},
    "regions": {"name": pl.String, "big": pl.Boolean},
    "orders": {"order": pl.Int64, "person": pl.Int64, "amount": pl.Int64, "day": pl.Date, "item": pl.String},
    "lines": {"order": pl.Int64, "pieces": pl.Int64},
    "visits": {"person": pl.Int64, "page": pl.String, "seconds": pl.Float64},
}
LINKS: dict[tuple[str, str], tuple[str, str, str]] = {
    ("people", "lives_in"): ("cities", "city", "code"),
    ("cities", "in_region"): ("regions", "region", "name"),
    ("people", "orders"): ("orders", "id", "person"),
    ("orders", "buyer"): ("people", "person", "id"),
    ("people", "liked"): ("orders", "tier", "item"),
    ("people", "visits"): ("visits", "id", "person"),
    ("visits", "visitor"): ("people", "person", "id"),
    ("orders", "lines"): ("lines", "order", "order"),
    ("lines", "of"): ("orders", "order", "order"),
}
"""Each way over a link: the table that it leads to, the column here and the column there."""

NUMBERS = [0, 1, 2, 5]
DAYS = [dt.date(2026, 6, 30), dt.date(2026, 6, 25), dt.date(2026, 4, 1), dt.date(2026, 7, 3)]
TEXTS = ["gold", "silver", ""]
IDS = [-3, 0, 1, 2, 3, 4, 2**40]


def _maybe(pool: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from([*pool, None])


@st.composite
def tables(draw: st.DrawFn) -> Tables:
    """Return tables of at most seven people; orders, lines and visits may be none, and may belong to nobody."""
    ids = draw(st.permutations(IDS))[: draw(st.sampled_from([5, 7, 3, 1]))]
    emails, cities = ["a@x.org", "b@x.org"], ["P", "Q", "R"]
    person = _maybe([*ids, 99])
    found: Tables = {
        "people": [
            {
                "id": key,
                "age": draw(_maybe(NUMBERS)),
                "tier": draw(_maybe(TEXTS)),
                "email": draw(_maybe(emails)),
                "city": draw(_maybe(cities)),
            }
            for key in ids
        ],
        "cities": [
            {"code": code, "size": draw(_maybe(NUMBERS)), "region": draw(_maybe(["N", "S"]))}
            for code in draw(st.sampled_from([[], ["P"], ["P", "Q"]]))
        ],
        "regions": [{"name": "N", "big": draw(_maybe([True, False]))}],
    }
    order = st.fixed_dictionaries({"person": person, "amount": _maybe(NUMBERS), "day": _maybe(DAYS), "item": _maybe(TEXTS)})
    found["orders"] = [{"order": 10 + at, **row} for at, row in enumerate(draw(st.lists(order, max_size=8)))]
    line = st.fixed_dictionaries({"order": _maybe([10, 11, 12, 77]), "pieces": _maybe(NUMBERS)})
    visit = st.fixed_dictionaries({"person": person, "page": _maybe(TEXTS), "seconds": _maybe([0.5, 2.0, float("nan")])})
    found["lines"] = _repeated(draw, draw(st.lists(line, max_size=5)))
    found["visits"] = _repeated(draw, draw(st.lists(visit, max_size=5)))
    return found


def _repeated(draw: st.DrawFn, rows: list[Row]) -> list[Row]:
    return [*rows, *(rows[:2] if draw(st.booleans()) else [])]


def frame_of(tables: Tables, name: str) -> pl.DataFrame:
    """Return one of the tables as a frame."""
    return pl.DataFrame(tables[name], schema=SCHEMAS[name], orient="row")


def model_of(tables: Tables, frames: Mapping[str, pl.DataFrame | str] | None = None) -> cn.DataModel:
    """Return the data model of the tables; `frames` stand in for some of them."""
    model, given = cn.DataModel("world"), frames or {}

    def rows(name: str) -> pl.DataFrame | str:
        return given[name] if name in given else frame_of(tables, name)

    model.table("regions", rows("regions"), key="name")
    model.table("cities", rows("cities"), key="code", links={"in_region": cn.Link("regions", on="region")})
    model.table("people", rows("people"), key="id", email="email", links={"lives_in": cn.Link("cities", on="city")})
    model.table(
        "orders",
        rows("orders"),
        key="order",
        links={"buyer": cn.Link("people", on="person"), "fans": cn.Link("people", on={"item": "tier"}, back="liked")},
    )
    model.table("lines", rows("lines"), links={"of": cn.Link("orders", on="order")})
    model.table("visits", rows("visits"), links={"visitor": cn.Link("people", on="person")})
    return model


class LinkedJudge(Judge):
    """Judges rules on a row of one table with the rows that its links lead to."""

    def __init__(self, tables: Tables, table: str, row: Row, as_of: dt.datetime = AS_OF) -> None:
        super().__init__(row, as_of, "UTC")
        self.tables, self.table, self.as_of = tables, table, as_of

    def _beyond(self, link: str) -> list[LinkedJudge]:
        to, here, there = LINKS[self.table, link]
        value = self.row[here]
        found = [row for row in self.tables[to] if value is not None and row[there] == value]
        return [LinkedJudge(self.tables, to, row, self.as_of) for row in found]

    def _linked(self, rows: Any) -> list[LinkedJudge]:
        reached = [self]
        for step in rows.steps:
            beyond = [row for one in reached for row in one._beyond(step.link)]
            reached = [row for row in beyond if all(row.rule(condition) is True for condition in step.where)]
        return reached

    def value_Column(self, node: Any) -> Any:
        if not node.path:
            return self.row[node.name]
        reached = self._beyond(node.path[0])
        return reached[0].value(type(node)(node.name, node.path[1:])) if reached else None

    def rule_Exists(self, node: Any) -> bool:
        return bool(self._linked(node.rows))

    def value_Aggregate(self, node: Any) -> Any:
        rows = self._linked(node.rows)
        if node.value is None:
            return len(rows)
        values = [value for row in rows if (value := row.value(node.value)) is not None]
        if node.function in ("count", "count_distinct"):
            return len(values if node.function == "count" else set(values))
        if not values:
            return None
        return {"sum": sum, "min": min, "max": max, "avg": lambda found: sum(found) / len(found)}[node.function](values)
