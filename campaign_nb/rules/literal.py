"""Literals that have no spelling of their own in JSON or SQL text: how each is written and read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from campaign_nb.rules.tree import Scalar, Type

LEAST_INTEGER, MOST_INTEGER = -(2**63), 2**63 - 1

_DURATION = re.compile(r"(-?)P([0-9]{1,9})DT([0-9]{1,5})(?:\.([0-9]{6}))?S", re.ASCII)


def duration_text(value: dt.timedelta) -> str:
    """Write a duration as ISO 8601 days and seconds.

    >>> duration_text(dt.timedelta(days=1, hours=2))
    'P1DT7200S'
    """
    size = abs(value)
    part = f".{size.microseconds:06d}" if size.microseconds else ""
    return f"{'-' if value < dt.timedelta() else ''}P{size.days}DT{size.seconds}{part}S"


def duration_of(text: str) -> dt.timedelta:
    """Read a duration written as ISO 8601 days and seconds; ValueError for anything else.

    >>> duration_of("-P0DT90S")
    datetime.timedelta(days=-1, seconds=86310)
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    sign, days, seconds, part = found.groups()
    try:
        size = dt.timedelta(int(days), int(seconds), int(part or 0))
        return -size if sign else size
    except OverflowError as error:
        raise ValueError(text) from error


def _decimal_of(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not value.is_finite():
        raise ValueError(text)
    return value


def _date_of(text: str) -> dt.date:
    if len(text) != len("2026-07-01"):  # fromisoformat would also read 20260701 and 2026-W27-3
        raise ValueError(text)
    return dt.date.fromisoformat(text)


WORDS: dict[str, tuple[type, Callable[[str], Scalar], str]] = {
    "date": (dt.date, _date_of, "2026-07-01"),
    "timestamp": (dt.datetime, dt.datetime.fromisoformat, "2026-07-01 09:00"),
    "time": (dt.time, dt.time.fromisoformat, "09:00"),
    "decimal": (Decimal, _decimal_of, "12.50"),
    "interval": (dt.timedelta, duration_of, "P1DT7200S"),
}
"""The word before a quoted literal: its Python type, its reader and an example."""


def word_of(value: Scalar) -> str | None:
    """Return the word that marks a literal; None when the literal needs none.

    >>> word_of(dt.datetime(2026, 7, 1, tzinfo=dt.UTC)), word_of(5)
    ('timestamp', None)
    """
    if isinstance(value, dt.datetime):
        return "timestamp"
    return next((word for word, (kind, _, _) in WORDS.items() if isinstance(value, kind)), None)


def written(value: Decimal | dt.date | dt.time | dt.timedelta) -> str:
    """Write a marked literal's own text: ISO 8601, or a decimal's digits.

    >>> written(dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC))
    '2026-07-01 09:00:00+00:00'
    """
    if isinstance(value, dt.timedelta):
        return duration_text(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return str(value) if isinstance(value, Decimal) else value.isoformat()


def read_literal(word: str, text: str) -> Scalar:
    """Read a marked literal; ValueError when its text is not of that kind."""
    return WORDS[word][1](text)


def dated(text: str, kind: Type) -> dt.date | dt.datetime | None:
    """Read ISO text as a date or a date-time; None when it is neither, or none is asked for.

    >>> dated("2026-07-01", Type.DATE), dated("soon", Type.DATE), dated("2026-07-01", Type.TEXT)
    (datetime.date(2026, 7, 1), None, None)
    """
    if not kind.temporal:
        return None
    try:
        value = read_literal("date" if kind is Type.DATE else "timestamp", text)
    except ValueError:
        return None
    return value if isinstance(value, dt.date) else None
