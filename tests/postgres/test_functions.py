"""Every function means the same in PostgreSQL: its hand-written rows, executed as `sql("postgres")` writes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.engine.polars.world import PARIS, SCHEMA
from tests.rules.functions.cases import Case, same, sql_of
from tests.rules.functions.test_catalogue import CASES

pytestmark = pytest.mark.requires("postgres")

TYPES = {
    "Int64": "bigint",
    "Int8": "smallint",
    "UInt64": "numeric(20)",
    "Float64": "double precision",
    "String": "text",
    "Enum": "text",
    "Boolean": "boolean",
    "Date": "date",
    "Time": "time",
}

# What PostgreSQL answers otherwise, each with its reason.
QUIRKS = dict.fromkeys(
    ("to_date_time(s)", "to_timestamp(s)"), "a day that no month has stops the query: before version 16 there is no test for it"
)


def type_of(name: str) -> str:
    """The type of a column in PostgreSQL."""
    dtype = SCHEMA[name]
    if hasattr(dtype, "scale"):
        return f"numeric({dtype.precision}, {dtype.scale})"
    if hasattr(dtype, "time_zone"):
        return "timestamptz" if dtype.time_zone else "timestamp"
    return TYPES[str(dtype.base_type())]


def answered(connection: psycopg.Connection, one: Case) -> list[Any]:
    """What PostgreSQL makes of a case, its clock on the campaign's wall."""
    columns = one.columns or {"i": [0]}
    connection.execute(f"SET TIME ZONE '{PARIS}'")
    connection.execute(f'CREATE TEMPORARY TABLE "rows" ({", ".join(f""""{name}" {type_of(name)}""" for name in columns)}) ON COMMIT DROP')
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "rows" VALUES ({marks})', list(zip(*columns.values(), strict=True)))
    found = [row[0] for row in connection.execute(sql_of(one, "postgres"))]  # type: ignore[call-overload] # a query of ours
    connection.rollback()
    return [_plain(item) for item in found]


def _plain(item: Any) -> Any:
    if isinstance(item, dt.datetime) and item.tzinfo:
        return item.astimezone(dt.UTC)
    return item


def alike(found: list[Any], wanted: list[Any]) -> bool:
    """Whether values agree; a number of unlimited precision is the number that it rounds to."""
    numbers = [float(one) if isinstance(one, Decimal) and isinstance(two, float) else one for one, two in zip(found, wanted, strict=True)]
    whole = [
        int(one) if isinstance(one, Decimal) and isinstance(two, int) and one == int(one) else one
        for one, two in zip(numbers, wanted, strict=True)
    ]
    return same(whole, wanted)


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_function_means_the_same_in_postgresql(one: Case, connection: psycopg.Connection) -> None:
    quirk = one.quirk or QUIRKS.get(one.text, "")
    try:
        found = answered(connection, one)
    except psycopg.Error as error:
        assert quirk, error
        return
    if quirk and not alike(found, one.wanted):
        return
    assert alike(found, one.wanted), (found, sql_of(one, "postgres"))
