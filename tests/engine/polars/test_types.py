"""Literals and types."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from campaign_nb.data.types import field_of
from campaign_nb.engine.backends.polars import dtype_of, literal
from campaign_nb.engine.backends.polars.types import fits_decimal, zone_of
from campaign_nb.errors import DefinitionError
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type
from tests.engine.polars.world import wall

NOON = wall("2026-07-01 12:00")
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (None, pl.Null()),
        (True, pl.Boolean()),
        (5, pl.Int64()),
        (-(2**63), pl.Int64()),
        (2**63, pl.Int128()),
        (0.5, pl.Float64()),
        (Decimal("12.50"), pl.Decimal(38, 2)),
        (Decimal("1E+3"), pl.Decimal(38, 0)),
        ("", pl.String()),
        (dt.date(2026, 7, 1), pl.Date()),
        (NOON, pl.Datetime("us")),
        (NOON.replace(tzinfo=dt.UTC), pl.Datetime("us", "UTC")),
        (NOON.replace(tzinfo=PARIS), pl.Datetime("us", "Europe/Paris")),
        (dt.time(9, 30), pl.Time()),
        (dt.timedelta(days=1), pl.Duration("us")),
    ],
)
def test_a_literal_has_exactly_one_type_and_its_value(value: Any, dtype: pl.DataType) -> None:
    found = pl.select(literal(value)).to_series()
    assert (found.dtype, found[0]) == (dtype, value)


def test_a_literal_nan_is_null() -> None:
    assert pl.select(literal(float("nan"))).item() is None
    assert pl.select(literal(Decimal("NaN"))).item() is None


def test_both_passes_of_the_repeated_hour_are_kept_apart() -> None:
    first, second = (wall("2026-10-25 02:30").replace(tzinfo=PARIS, fold=fold) for fold in (0, 1))
    both = pl.select(one=literal(first), two=literal(second)).select(pl.all().dt.convert_time_zone("UTC"))
    assert both.row(0) == (wall("2026-10-25 00:30").replace(tzinfo=dt.UTC), wall("2026-10-25 01:30").replace(tzinfo=dt.UTC))


def test_a_bare_offset_becomes_utc() -> None:
    offset = NOON.replace(tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
    assert zone_of(offset) == "UTC"
    assert pl.select(literal(offset)).item() == offset


@pytest.mark.parametrize("value", [2**127, -(2**127) - 1, Decimal(10) ** 38, Decimal("1E-39"), Decimal("Infinity")])
def test_a_number_that_no_column_can_hold_is_refused(value: Any) -> None:
    with pytest.raises(DefinitionError, match="more than 38 digits"):
        literal(value)


def test_what_fits_a_decimal_column_is_known_before_polars_is_asked() -> None:
    assert [fits_decimal(Decimal(text)) for text in ("9" * 38, "1" + "0" * 38, "1E-38", "1E-39", "NaN", "0.10")] == [
        True,
        False,
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("field", "dtype"),
    [
        (Field("x", Type.INTEGER), pl.Int64()),
        (Field("x", Type.NUMBER), pl.Float64()),
        (Field("x", Type.DECIMAL), pl.Decimal(38, 9)),
        (Field("x", Type.TEXT), pl.String()),
        (Field("x", Type.BOOLEAN), pl.Boolean()),
        (Field("x", Type.DATE), pl.Date()),
        (Field("x", Type.DATETIME), pl.Datetime("us")),
        (Field("x", Type.DATETIME, "Asia/Tokyo"), pl.Datetime("us", "Asia/Tokyo")),
        (Field("x", Type.TIME), pl.Time()),
        (Field("x", Type.DURATION), pl.Duration("us")),
        (Field("x", Type.UNKNOWN), pl.Null()),
    ],
)
def test_the_type_of_a_field_and_back(field: Field, dtype: pl.DataType) -> None:
    assert dtype_of(field) == dtype
    assert field_of("x", dtype) == field


def test_every_type_has_a_dtype() -> None:
    assert all(isinstance(dtype_of(Field("x", kind)), pl.DataType) for kind in Type)
