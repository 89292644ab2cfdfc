"""Dates cut down to hours, days, weeks, quarters and years."""

from __future__ import annotations

from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.value import Value, call


def trunc_date(date: object, seconds: object) -> Value:
    """The date-time cut down to a multiple of seconds.

    Units: seconds, 3600 for whole hours.
    Nulls: null for less than one second, and where an argument is null.
    Time: the clock of the value's own zone.

    >>> print(trunc_date(col.seen, 3600))
    trunc_date(seen, 3600)
    """
    return call("trunc_date", date, seconds)


def trunc_date_tz(date: object, seconds: object, zone: object) -> Value:
    """The date-time cut down to a multiple of seconds on a zone's clock.

    Units: seconds, 86400 for whole days.
    Nulls: null for less than one second, and where an argument is null.
    Time: what has no zone is on the campaign's clock.
    Errors: an unknown zone, a zone that differs from row to row.

    >>> print(trunc_date_tz(col.seen, 86400, "Asia/Tokyo"))
    trunc_date_tz(seen, 86400, 'Asia/Tokyo')
    """
    return call("trunc_date_tz", date, seconds, zone)


def trunc_time(time: object, seconds: object) -> Value:
    """The time of day cut down to a multiple of seconds.

    Units: seconds, 900 for quarters of an hour.
    Nulls: null for less than one second, and where an argument is null.
    Time: the clock of the value's own zone.

    >>> print(trunc_time(col.seen, 900))
    trunc_time(seen, 900)
    """
    return call("trunc_time", time, seconds)


def trunc_quarter(date: object) -> Value:
    """The first day of the date's quarter; a date-time's first instant in it.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(trunc_quarter(col.joined))
    trunc_quarter(joined)
    """
    return call("trunc_quarter", date)


def trunc_week(date: object) -> Value:
    """The first day of the date's week, a Monday; a date-time's first instant in it.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(trunc_week(col.joined))
    trunc_week(joined)
    """
    return call("trunc_week", date)


def trunc_year(date: object) -> Value:
    """The first day of the date's year; a date-time's first instant in it.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(trunc_year(col.joined))
    trunc_year(joined)
    """
    return call("trunc_year", date)
