"""Calls in the text form of rules, the rows that they read and what comes out, and the engines that are asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from campaign_nb.data.types import fields_of
from campaign_nb.rules import tree
from campaign_nb.rules.check import Scope
from campaign_nb.rules.read import read_value
from campaign_nb.rules.schema import RowSchema
from campaign_nb.rules.sql.dialects import FLAVOURS
from campaign_nb.rules.sql.query import Query, moment
from campaign_nb.rules.value import Root, Value
from tests.engine.polars.world import AS_OF, PARIS, SCHEMA, rows, values
from tests.rules.shop import FakeShop, FakeTable

ROWS = FakeTable("rows", (), fields_of(SCHEMA))
SCOPE = Scope(FakeShop(ROWS), RowSchema(ROWS))
NOW = AS_OF.astimezone(ZoneInfo(PARIS))


@dataclass(frozen=True)
class Case:
    """A call, its columns and the values row by row; `quirk` says why DuckDB is not asked, or says something else."""

    text: str
    wanted: list[Any]
    columns: dict[str, list[Any]]
    quirk: str = ""

    def __str__(self) -> str:
        return self.text

    @property
    def node(self) -> tree.Node:
        """The call as it is read on its table."""
        return read_value(self.text, SCOPE)

    @property
    def function(self) -> str:
        """The function that the case is about: the outermost, unless a case says another."""
        return self.text.partition("(")[0]


def case(text: str, wanted: list[Any], quirk: str = "", **columns: list[Any]) -> Case:
    """A case; its columns are lists of cells, dates as ISO text."""
    return Case(text, wanted, {name: [_cell(name, item) for item in cells] for name, cells in columns.items()}, quirk)


def _cell(name: str, item: Any) -> Any:
    dtype = SCHEMA[name]
    if isinstance(dtype, pl.Decimal) and item is not None:
        return Decimal(item)
    if not isinstance(item, str):
        return item
    if isinstance(dtype, pl.Date):
        return dt.date.fromisoformat(item)
    if isinstance(dtype, pl.Datetime):
        found = dt.datetime.fromisoformat(item)
        return found if dtype.time_zone is None else found.replace(tzinfo=dt.UTC)
    return item


def days(*texts: str | None) -> list[Any]:
    """Dates from ISO text."""
    return [None if text is None else dt.date.fromisoformat(text) for text in texts]


def walls(*texts: str | None) -> list[Any]:
    """Date-times without zone from ISO text."""
    return [None if text is None else dt.datetime.fromisoformat(text) for text in texts]


def utcs(*texts: str | None) -> list[Any]:
    """Instants from ISO text in UTC."""
    return [None if text is None else dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) for text in texts]


def times(*texts: str | None) -> list[Any]:
    """Times of day from ISO text."""
    return [None if text is None else dt.time.fromisoformat(text) for text in texts]


def polars_values(one: Case) -> list[Any]:
    """What Polars makes of a case."""
    return values(one.node, one.columns or {"i": [0]})


def refused(text: str) -> None:
    """Define a value on the table, as a rule's text or a Python value would: what has no meaning is refused."""
    _ = Value(read_value(text, SCOPE), Root(SCOPE.schema, ROWS)).type


def sql_of(one: Case, dialect: str) -> str:
    """The query of a case's value."""
    found = Query(FLAVOURS[dialect], moment(NOW), SCOPE).value(one.node)
    return f"SELECT {found.sql(dialect=dialect)} FROM {'`rows`' if dialect in ('spark', 'bigquery') else chr(34) + 'rows' + chr(34)} AS t"


def duckdb_values(one: Case) -> list[Any]:
    """What DuckDB makes of a case, its clock on the campaign's wall."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"SET TimeZone = '{PARIS}'")
        connection.register("rows", rows(one.columns or {"i": [0]}).to_arrow())
        found = pl.DataFrame(connection.sql(sql_of(one, "duckdb")).to_arrow_table()).to_series().to_list()
    return [item.astimezone(dt.UTC) if isinstance(item, dt.datetime) and item.tzinfo else item for item in found]


def same(found: Sequence[Any], wanted: Sequence[Any]) -> bool:
    """Whether two lists of values agree; fractions to twelve digits, a date and its midnight are one."""
    return len(found) == len(wanted) and all(_same(one, two) for one, two in zip(found, wanted, strict=True))


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, float) or isinstance(two, float):
        if one is None or two is None:
            return False
        return one == two or abs(float(one) - float(two)) <= 1e-12 * max(abs(float(one)), abs(float(two)))
    if type(one) is not type(two) and isinstance(one, dt.datetime) and type(two) is dt.date:
        return one == dt.datetime.combine(two, dt.time())
    return (one is None) == (two is None) and one == two and isinstance(one, bool) == isinstance(two, bool)
