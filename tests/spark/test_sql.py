"""Every function means the same in Spark SQL: its hand-written rows, executed as `sql("spark")` writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from campaign_nb.errors import DefinitionError
from tests.engine.polars.world import PARIS, rows
from tests.rules.functions.cases import Case, same, sql_of
from tests.rules.functions.test_catalogue import CASES

pytestmark = pytest.mark.requires("java")

# What Spark answers otherwise, each with its reason.
QUIRKS = {
    "to_timestamp(s)": "TRY_CAST reads more spellings of a timestamp",
    "trunc(f)": "the floor of infinity is null: FLOOR makes a BIGINT",
}


@pytest.fixture(scope="module")
def clock(spark: Any) -> Iterator[Any]:
    """The session with its clock on the campaign's wall."""
    before = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", PARIS)
    yield spark
    spark.conf.set("spark.sql.session.timeZone", before)


def answered(spark: Any, one: Case, folder: Path) -> list[Any]:
    """What Spark makes of a case; the rows reach it as a file."""
    frame = rows(one.columns or {"i": [0]}).with_row_index("__row")
    texts = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Enum)]
    frame.with_columns(pl.col(texts).cast(pl.String)).write_parquet(folder / "rows.parquet")
    spark.read.parquet(str(folder / "rows.parquet")).createOrReplaceTempView("rows")
    found = spark.sql(sql_of(one, "spark"))
    instants = found.schema.fields[0].dataType.typeName() == "timestamp"
    wanted = [item for item in one.wanted if isinstance(item, dt.datetime)]
    walls = bool(wanted) and wanted[0].tzinfo is None
    return [_shown(row[0], walls) if instants else _plain(row[0]) for row in found.collect()]


def _shown(item: Any, walls: bool) -> Any:
    """An instant, which Spark hands over on the machine's clock: as itself, or as the campaign's clock shows it."""
    if item is None:
        return None
    instant = item.astimezone(dt.UTC)
    return instant.astimezone(ZoneInfo(PARIS)).replace(tzinfo=None) if walls else instant


def _plain(item: Any) -> Any:
    return int(item) if isinstance(item, Decimal) and item == int(item) else item


@pytest.mark.parametrize("one", [one for one in CASES if not one.quirk], ids=str)
def test_a_function_means_the_same_in_spark(one: Case, clock: Any, tmp_path: Path) -> None:
    try:
        found = answered(clock, one, tmp_path)
    except DefinitionError as error:
        assert "has no form in spark" in str(error)  # a refusal is an answer too
        return
    assert same(found, one.wanted) or one.text in QUIRKS, (found, sql_of(one, "spark"))


@pytest.mark.parametrize("text", QUIRKS)
def test_what_spark_answers_otherwise_still_differs(text: str, clock: Any, tmp_path: Path) -> None:
    cases = [one for one in CASES if one.text == text and not one.quirk]
    assert not all(same(answered(clock, one, tmp_path), one.wanted) for one in cases)
