"""Literals and the types that values have in Polars; `campaign_nb.data.types` maps the other way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl

from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Scalar, Type

DIGITS = 38
"""How many digits a decimal may have."""

MOST_DECIMALS = 18
"""More decimals than this, or zeros before the point, change no number."""

SCALE = 9
"""How many decimals a decimal column has when nothing else is known of it."""

_DTYPES: dict[Type, pl.DataType] = {
    Type.INTEGER: pl.Int64(),
    Type.NUMBER: pl.Float64(),
    Type.DECIMAL: pl.Decimal(DIGITS, SCALE),
    Type.TEXT: pl.String(),
    Type.BOOLEAN: pl.Boolean(),
    Type.DATE: pl.Date(),
    Type.TIME: pl.Time(),
    Type.DURATION: pl.Duration("us"),
    Type.LIST: pl.List(pl.Null()),
    Type.UNKNOWN: pl.Null(),
}


def dtype_of(field: Field) -> pl.DataType:
    """Return the Polars type in which the engine makes values of a field.

    >>> dtype_of(Field("at", Type.DATETIME, "Europe/Paris"))
    Datetime(time_unit='us', time_zone='Europe/Paris')
    """
    if field.type is Type.DATETIME:
        return pl.Datetime("us", field.zone)
    return _DTYPES[field.type]


def zone_of(value: dt.datetime) -> str | None:
    """Return the name of an instant's zone.

    It is UTC for a bare offset, None for a datetime without zone.

    >>> zone_of(dt.datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Paris")))
    'Europe/Paris'
    """
    if value.tzinfo is None:
        return None
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else "UTC"


def literal(value: Scalar) -> pl.Expr:
    """Return a literal of exactly one type.

    Whole numbers are 64 bits wide, dates with a time have microseconds.
    Nulls: NaN is null. Time: an instant keeps its zone's name; a bare offset becomes UTC.
    Errors: numbers with more digits than any column can hold.

    >>> pl.select(literal(5)).dtypes, pl.select(literal(dt.date(2026, 7, 1))).dtypes
    ([Int64], [Date])
    """
    match value:
        case None | bool() | str():
            return pl.lit(value)
        case int():
            return pl.lit(value, dtype=_integer_dtype(value))
        case float():
            return pl.lit(None if value != value else value, dtype=pl.Float64)
        case Decimal():
            return _decimal(value)
        case dt.datetime():
            zone = zone_of(value)
            aware = value.astimezone(dt.UTC) if zone == "UTC" else value
            return pl.lit(aware, dtype=pl.Datetime("us", zone))
        case dt.timedelta():
            return pl.lit(value, dtype=pl.Duration("us"))
        case _:
            return pl.lit(value)


def fits_decimal(value: Decimal) -> bool:
    """Tell whether a decimal fits into a decimal column."""
    if not value.is_finite():
        return False
    _, digits, exponent = value.as_tuple()
    whole = max(0, len(digits) + int(exponent))
    return int(exponent) >= -DIGITS and whole + max(0, -int(exponent)) <= DIGITS


def _integer_dtype(value: int) -> type[pl.DataType]:
    if -(2**63) <= value < 2**63:
        return pl.Int64
    if -(2**127) <= value < 2**127:
        return pl.Int128
    raise DefinitionError(Problem("rule", "a whole number of more than 38 digits", "one that a column can hold", "customers.age >= 18"))


def _decimal(value: Decimal) -> pl.Expr:
    if value.is_nan():
        return pl.lit(None, dtype=pl.Decimal(DIGITS, 0))
    if not fits_decimal(value):
        raise DefinitionError(
            Problem("rule", f"a decimal of more than {DIGITS} digits", "a number that a column can hold", 'Decimal("12.50")')
        )
    return pl.lit(value, dtype=pl.Decimal(DIGITS, max(0, -int(value.as_tuple().exponent))))
