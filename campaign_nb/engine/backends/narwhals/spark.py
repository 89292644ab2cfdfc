"""What Narwhals lacks on Spark: the table of its own functions, on native columns and frames.

Sessions run in UTC and without ANSI errors, so that what does not fit is null, as everywhere in rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from pyspark.sql.connect import functions as F

from campaign_nb.rules.functions.geo import EARTH
from campaign_nb.rules.tree import Type

DDL: Mapping[Type | None, str] = {
    Type.INTEGER: "bigint",
    Type.NUMBER: "double",
    Type.DECIMAL: "decimal(38,9)",
    Type.TEXT: "string",
    Type.BOOLEAN: "boolean",
    Type.DATE: "date",
    Type.DATETIME: "timestamp_ntz",
}
"""The types of columns of which nothing else is known."""

One: TypeAlias = Callable[[Any], Any]
Two: TypeAlias = Callable[[Any, Any], Any]

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.caseSensitive": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
}
"""What every session of ours is set to."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

# ------------------------------------------------------------------------------------------------------------ literals


def null(kind: Type | None) -> Any:
    """Return a null of a type."""
    return F.lit(None).cast(DDL[kind])


def truth(value: bool) -> Any:
    """Return true or false."""
    return F.lit(value)


def decimal(value: Decimal, scale: int) -> Any:
    """Return a decimal with as many decimals as it is written with."""
    return F.lit(f"{value:f}").cast(f"decimal(38,{scale})")


def clock(value: dt.datetime) -> Any:
    """Return a date-time without zone."""
    return F.lit(value.isoformat(" ", "microseconds")).cast("timestamp_ntz")


def instant(value: dt.datetime) -> Any:
    """Return an instant."""
    return F.timestamp_micros(F.lit((value - _EPOCH) // dt.timedelta(microseconds=1)).cast("bigint"))


# --------------------------------------------------------------------------------------------------------------- times


def midnight(day: Any) -> Any:
    """Return a date as its first instant, without zone."""
    return day.cast("timestamp_ntz")


def shown(instant: Any, zone: str) -> Any:
    """Return what the clock of a zone shows at an instant."""
    return F.convert_timezone(F.lit("UTC"), F.lit(zone), instant.cast("timestamp_ntz"))


def at_zone(clock: Any, zone: str) -> Any:
    """Return the instant at which a zone's clock shows this: the first of two; in a gap, counted from before it."""
    return F.convert_timezone(F.lit(zone), F.lit("UTC"), clock).cast("timestamp")


def micros(moment: Any) -> Any:
    """Return the microseconds since 1970 of a date-time with or without zone, a whole number."""
    return F.unix_micros(moment.cast("timestamp"))


def from_micros(number: Any) -> Any:
    """Return the date-time without zone so many microseconds after 1970."""
    return F.timestamp_micros(number).cast("timestamp_ntz")


def day(clock: Any) -> Any:
    """Return the date of a date-time without zone."""
    return clock.cast("date")


def instant_of_clock(clock: Any) -> Any:
    """Return the instant that a clock in UTC shows."""
    return clock.cast("timestamp")


def _big(number: Any) -> Any:
    return number.cast("bigint")


PARTS: Mapping[str, One] = {
    "year": lambda clock: _big(F.year(clock)),
    "quarter": lambda clock: _big(F.quarter(clock)),
    "month": lambda clock: _big(F.month(clock)),
    "day": lambda clock: _big(F.dayofmonth(clock)),
    "day_of_year": lambda clock: _big(F.dayofyear(clock)),
    "week_day": lambda clock: _big(F.weekday(clock)),
    "hour": lambda clock: _big(F.hour(clock)),
    "minute": lambda clock: _big(F.minute(clock)),
    "second": lambda clock: _big(F.second(clock)),
    "year_and_month": lambda clock: _big(F.year(clock) * 100 + F.month(clock)),
}
"""Parts of a date-time without zone, whole numbers."""


def _steps(n: Any, sign: int, most: int) -> Any:
    return F.when(n.between(-most, most), n.cast("int") * sign)


def moved(unit: str, sign: int, most: int) -> Two:
    """Return a function that moves a date by days, months or years; null for more than 9998 years."""
    if unit == "d":
        return lambda date, n: F.date_add(date, _steps(n, sign, most))
    return lambda date, n: F.add_months(date, _steps(n, sign * (12 if unit == "y" else 1), most))


def moved_clock(unit: str, sign: int, most: int) -> Two:
    """Return a function that moves a date-time without zone, its time of day kept."""
    by_date = moved(unit, sign, most)

    def moved_one(clock: Any, n: Any) -> Any:
        time = micros(clock) - micros(clock.cast("date").cast("timestamp_ntz"))
        return from_micros(micros(by_date(clock.cast("date"), n).cast("timestamp_ntz")) + time)

    return moved_one


_LONGEST = 9_998 * 366 * 86_400


def passed(seconds: int) -> Two:
    """Return a function that moves a date-time by n times so many seconds."""
    most = _LONGEST // abs(seconds)
    return lambda moment, n: from_micros(micros(moment) + F.when(n.between(-most, most), _big(n)) * (seconds * 1_000_000))


def cut(clock: Any, seconds: Any) -> Any:
    """Cut a date-time without zone down to a multiple of seconds, from a midnight."""
    step = F.when(seconds.between(1, _LONGEST), _big(seconds)) * 1_000_000
    return from_micros(micros(clock) - F.pmod(micros(clock), step))


def day_number(date: Any) -> Any:
    """Return a date as a number such as 20260701."""
    return _big(F.year(date)) * 10_000 + F.month(date) * 100 + F.dayofmonth(date)


def elapsed(seconds: int) -> Two:
    """Return a function that counts whole units between two date-times, cut toward zero."""
    unit = F.lit(seconds * 1_000_000).cast("bigint")
    return lambda end, start: F.call_function("div", micros(end) - micros(start), unit)


def _position(date: Any) -> Any:
    return (_big(F.year(date)) * 12 + F.month(date)) * 32 + F.dayofmonth(date)


def apart(step: int) -> Two:
    """Return a function that counts whole months, or years, between two days."""
    return lambda one, two: F.call_function("div", _position(one) - _position(two), F.lit(step).cast("bigint"))


def days(one: Any, two: Any) -> Any:
    """Return the days from the second date to the first."""
    return _big(F.datediff(one, two))


def order(one: Any, two: Any) -> Any:
    """Return 1, 0 or -1."""
    return _big((one > two).cast("int") - (one < two).cast("int"))


def start_of_day(unit: str, date: Any) -> Any:
    """Return the first day of a week, a quarter or a year."""
    return F.trunc(date, unit)


def start_of(unit: str, clock: Any) -> Any:
    """Return the first instant of a week, a quarter or a year."""
    return F.date_trunc(unit, clock).cast("timestamp_ntz")


# ------------------------------------------------------------------------------------------------------------- numbers


def not_nan(number: Any) -> Any:
    """Return a number, null where it is NaN."""
    return F.nullif(number, F.lit(float("nan")))


def quotient(a: Any, b: Any) -> Any:
    """Divide whole numbers, cut toward zero; null for a divisor of 0 and for what does not fit."""
    plain = F.call_function("div", a.cast("bigint"), b.cast("bigint"))
    return F.when(b == -1, (-a.cast("decimal(20,0)")).try_cast("bigint")).otherwise(plain)


def whole(compute: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that computes with whole numbers beyond 64 bits and is null for what does not fit in the end."""

    def computed(*args: Any) -> Any:
        return compute(*(arg.cast("decimal(20,0)") for arg in args)).try_cast("bigint")

    return computed


def unchanged(number: Any) -> Any:
    """Return a whole number as it is; null for what does not fit into 64 bits."""
    return number.try_cast("bigint")


size: Callable[..., Any] = F.abs
greatest: Callable[..., Any] = F.greatest
least: Callable[..., Any] = F.least


_EXACT = 2.0**52
"""From here on floats are whole."""


def up(number: Any) -> Any:
    """Round a float up."""
    return F.when(F.abs(number) < _EXACT, F.ceil(number).cast("double")).otherwise(number)


def down(number: Any) -> Any:
    """Round a float down."""
    return F.when(F.abs(number) < _EXACT, F.floor(number).cast("double")).otherwise(number)


def sign(number: Any) -> Any:
    """Return -1, 0 or 1."""
    return F.sign(number).cast("bigint")


def unless_null(made: Any, *args: Any) -> Any:
    """Return a value, null where an argument is null."""
    known = F.lit(True)
    for arg in args:
        known = known & arg.isNotNull()
    return F.when(known, made)


def of_all(function: Callable[..., Any], *args: Any) -> Any:
    """Return what a function makes of values, null where one of them is null."""
    return unless_null(function(*args), *args)


def of_floats(function: Callable[..., Any], *args: Any) -> Any:
    """Return what a function makes of numbers as floats; NaN is null."""
    return not_nan(function(*(arg.cast("double") for arg in args)))


_NUMBER = r"\A[\t\n\u000b\f\r \u0085\u00a0]*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[\t\n\u000b\f\r \u0085\u00a0]*\z"
_INFINITE = float("inf")


def number_of_text(text: Any) -> Any:
    """Read a text as a number, null for what is none or has no end."""
    number = F.when(F.regexp_like(text, F.lit(_NUMBER)), F.regexp_replace(text, r"[^0-9.eE+-]", "").cast("double"))
    return F.when(F.abs(number) < _INFINITE, number)


def whole_of_text(ddl: str) -> One:
    """Return a function that reads a text as a number and cuts it toward zero."""
    digits = r"\A\s*[-+]?[0-9]+\s*\z"

    def read(text: Any) -> Any:
        exact = F.when(F.regexp_like(text, F.lit(digits)), F.regexp_replace(text, r"[^0-9+-]", "").try_cast("bigint"))
        return F.coalesce(exact, number_of_text(text).try_cast("bigint")).try_cast(ddl).cast("bigint")

    return read


def to_double(number: Any) -> Any:
    """Return a number as a float."""
    return number.cast("double")


def rounded(decimals: int) -> One:
    """Return a function that rounds floats, halves away from zero, as floats are multiplied."""
    step = F.lit(float(10**decimals))
    return lambda number: F.round(number * step) / step


def rounded_decimal(decimals: int) -> One:
    """Return a function that rounds decimals, halves away from zero; as many decimals as before are kept."""
    return lambda number: F.round(number, decimals) + (number - number)


_NOISE = 1e-15


def cut_number(decimals: int) -> One:
    """Return a function that cuts floats after so many decimals; what floats fall short of them by is passed over."""
    step = F.lit(float(10**decimals))

    def cut_one(number: Any) -> Any:
        size = F.abs(number) * step
        near = F.abs(size - F.rint(size)) <= size * _NOISE
        made = F.when(near, F.rint(size)).otherwise(down(size)) / step * F.signum(number)
        return F.when(size < _INFINITE, made).otherwise(number)

    return cut_one


def cut_decimal(decimals: int) -> One:
    """Return a function that cuts decimals toward zero; as many decimals as before are kept."""

    def cut_one(number: Any) -> Any:
        made = F.when(number < 0, F.ceil(number, F.lit(decimals))).otherwise(F.floor(number, F.lit(decimals)))
        return made + (number - number)

    return cut_one


def coarse_number(digits: int, *, half: bool) -> One:
    """Return a function that cuts floats to tens, hundreds or more, or rounds them, halves away from zero."""
    step, more = F.lit(float(10**digits)), float(10**digits // 2 if half else 0)
    return lambda number: down((F.abs(number) + more) / step) * step * F.signum(number)


def coarse_whole(digits: int, *, half: bool) -> One:
    """Return a function that cuts whole numbers to tens, hundreds or more, or rounds them, halves away from zero."""
    step = F.lit(f"{10**digits}").cast("decimal(20,0)")
    more = F.lit(f"{10**digits // 2 if half else 0}").cast("decimal(20,0)")

    def made(number: Any) -> Any:
        size = F.abs(number) + more
        return F.when(number < 0, -(size - size % step)).otherwise(size - size % step)

    return whole(made)


def great_circle(longitude: Any, latitude: Any, east: Any, north: Any) -> Any:
    """Return the distance between two points of the globe, in kilometres."""
    longitude, latitude, east, north = (F.radians(angle) for angle in (longitude, latitude, east, north))
    across, along = F.sin((north - latitude) / 2), F.sin((east - longitude) / 2)
    chord = not_nan(across * across + F.cos(latitude) * F.cos(north) * along * along)
    return F.asin(F.sqrt(F.when(chord > 1, F.lit(1.0)).otherwise(chord))) * (2 * EARTH)


def to_whole(ddl: str) -> One:
    """Return a function that cuts a number toward zero; null for what does not fit."""
    return lambda number: number.try_cast(ddl).cast("bigint")


FLAGS: Mapping[str, Two] = {
    "clear_bit": lambda number, flag: number.cast("bigint").bitwiseAND(F.bitwise_not(flag.cast("bigint"))),
    "set_bit": lambda number, flag: number.cast("bigint").bitwiseOR(flag.cast("bigint")),
    "is_bit_set": lambda number, flag: number.cast("bigint").bitwiseAND(flag.cast("bigint")) == flag.cast("bigint"),
}

# ---------------------------------------------------------------------------------------------------------------- text

TEXT_TESTS: Mapping[str, Two] = {"starts_with": F.startswith, "ends_with": F.endswith, "contains": F.contains}


def matches(text: Any, regex: str) -> Any:
    """Tell whether a regular expression is found in a text."""
    return F.regexp_like(text, F.lit(regex))
