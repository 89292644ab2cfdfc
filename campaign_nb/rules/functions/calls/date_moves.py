"""Dates moved, compared and converted."""

from __future__ import annotations

from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.value import Value, call


def days_diff(end: object, start: object) -> Value:
    """Days from the second date to the first, times of day left out.

    Negative when the first is earlier.

    Units: days of the calendar.
    Nulls: null where an argument is null.
    Time: each date as its own zone shows it.

    >>> print(days_diff(col.seen, col.joined))
    days_diff(seen, joined)
    """
    return call("days_diff", end, start)


def add_days(date: object, n: object) -> Value:
    """The date n days later; the time of day stays.

    Nulls: null where an argument is null.
    Time: the clock's own; a time of day that a change of the clock skips is an hour later.

    >>> print(add_days(col.joined, 30))
    add_days(joined, 30)
    """
    return call("add_days", date, n)


def add_months(date: object, n: object) -> Value:
    """The date n months later; a missing day is the month's last.

    Nulls: null where an argument is null.
    Time: the clock's own; a time of day that a change of the clock skips is an hour later.

    >>> print(add_months(col.joined, 30))
    add_months(joined, 30)
    """
    return call("add_months", date, n)


def date_only(date: object) -> Value:
    """The date without its time.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(date_only(col.joined))
    date_only(joined)
    """
    return call("date_only", date)


def add_years(date: object, n: object) -> Value:
    """The date n years later; 29 February becomes the 28th.

    Nulls: null where an argument is null.
    Time: the clock's own; a time of day that a change of the clock skips is an hour later.

    >>> print(add_years(col.joined, 30))
    add_years(joined, 30)
    """
    return call("add_years", date, n)


def add_hours(date: object, n: object) -> Value:
    """The date-time n hours later.

    Nulls: null where an argument is null.
    Time: hours that pass, also over a change of the clock; a date counts from its midnight on the campaign's clock.

    >>> print(add_hours(col.joined, 30))
    add_hours(joined, 30)
    """
    return call("add_hours", date, n)


def add_minutes(date: object, n: object) -> Value:
    """The date-time n minutes later.

    Nulls: null where an argument is null.
    Time: minutes that pass, also over a change of the clock; a date counts from its midnight on the campaign's clock.

    >>> print(add_minutes(col.joined, 30))
    add_minutes(joined, 30)
    """
    return call("add_minutes", date, n)


def add_seconds(date: object, n: object) -> Value:
    """The date-time n seconds later.

    Nulls: null where an argument is null.
    Time: seconds that pass, also over a change of the clock; a date counts from its midnight on the campaign's clock.

    >>> print(add_seconds(col.joined, 30))
    add_seconds(joined, 30)
    """
    return call("add_seconds", date, n)


def sub_years(date: object, n: object) -> Value:
    """The date n years earlier; 29 February becomes the 28th.

    Nulls: null where an argument is null.
    Time: the clock's own; a time of day that a change of the clock skips is an hour later.

    >>> print(sub_years(col.joined, 30))
    sub_years(joined, 30)
    """
    return call("sub_years", date, n)


def sub_months(date: object, n: object) -> Value:
    """The date n months earlier; a missing day is the month's last.

    Nulls: null where an argument is null.
    Time: the clock's own; a time of day that a change of the clock skips is an hour later.

    >>> print(sub_months(col.joined, 30))
    sub_months(joined, 30)
    """
    return call("sub_months", date, n)


def sub_days(date: object, n: object) -> Value:
    """The date n days earlier; the time of day stays.

    Nulls: null where an argument is null.
    Time: the clock's own; a time of day that a change of the clock skips is an hour later.

    >>> print(sub_days(col.joined, 30))
    sub_days(joined, 30)
    """
    return call("sub_days", date, n)


def sub_hours(date: object, n: object) -> Value:
    """The date-time n hours earlier.

    Nulls: null where an argument is null.
    Time: hours that pass, also over a change of the clock; a date counts from its midnight on the campaign's clock.

    >>> print(sub_hours(col.joined, 30))
    sub_hours(joined, 30)
    """
    return call("sub_hours", date, n)


def sub_minutes(date: object, n: object) -> Value:
    """The date-time n minutes earlier.

    Nulls: null where an argument is null.
    Time: minutes that pass, also over a change of the clock; a date counts from its midnight on the campaign's clock.

    >>> print(sub_minutes(col.joined, 30))
    sub_minutes(joined, 30)
    """
    return call("sub_minutes", date, n)


def sub_seconds(date: object, n: object) -> Value:
    """The date-time n seconds earlier.

    Nulls: null where an argument is null.
    Time: seconds that pass, also over a change of the clock; a date counts from its midnight on the campaign's clock.

    >>> print(sub_seconds(col.joined, 30))
    sub_seconds(joined, 30)
    """
    return call("sub_seconds", date, n)


def convert_ntz(date: object) -> Value:
    """The instant at which the campaign's clock shows a date-time.

    Nulls: null where it is null.
    Time: what has a zone already stays as it is; of an hour shown twice the first.

    >>> print(convert_ntz(col.seen))
    convert_ntz(seen)
    """
    return call("convert_ntz", date)


def date_cmp(a: object, b: object) -> Value:
    """-1, 0 or 1: whether the first date is earlier, the same or later.

    Nulls: null where an argument is null.
    Time: a date is its midnight; without zone it is on the campaign's clock.

    >>> print(date_cmp(col.joined, col.left_on))
    date_cmp(joined, left_on)
    """
    return call("date_cmp", a, b)


def hours_diff(end: object, start: object) -> Value:
    """Whole hours from the second date to the first.

    Units: whole hours, what is less is cut off; negative when the first is earlier.
    Nulls: null where an argument is null.
    Time: two instants differ by what passes between them; a date is its midnight.

    >>> print(hours_diff(col.seen, col.joined))
    hours_diff(seen, joined)
    """
    return call("hours_diff", end, start)


def minutes_diff(end: object, start: object) -> Value:
    """Whole minutes from the second date to the first.

    Units: whole minutes, what is less is cut off; negative when the first is earlier.
    Nulls: null where an argument is null.
    Time: two instants differ by what passes between them; a date is its midnight.

    >>> print(minutes_diff(col.seen, col.joined))
    minutes_diff(seen, joined)
    """
    return call("minutes_diff", end, start)


def seconds_diff(end: object, start: object) -> Value:
    """Whole seconds from the second date to the first.

    Units: whole seconds, what is less is cut off; negative when the first is earlier.
    Nulls: null where an argument is null.
    Time: two instants differ by what passes between them; a date is its midnight.

    >>> print(seconds_diff(col.seen, col.joined))
    seconds_diff(seen, joined)
    """
    return call("seconds_diff", end, start)


def months_diff(end: object, start: object) -> Value:
    """Whole months from the second date to the first, times of day left out.

    Units: whole months; negative when the first is earlier.
    Nulls: null where an argument is null.
    Time: each date as its own zone shows it.

    >>> print(months_diff(col.seen, col.joined))
    months_diff(seen, joined)
    """
    return call("months_diff", end, start)


def years_diff(end: object, start: object) -> Value:
    """Whole years from the second date to the first, times of day left out.

    Units: whole years; negative when the first is earlier.
    Nulls: null where an argument is null.
    Time: each date as its own zone shows it.

    >>> print(years_diff(col.seen, col.joined))
    years_diff(seen, joined)
    """
    return call("years_diff", end, start)


def oldest(a: object, b: object) -> Value:
    """The earlier of two dates.

    Nulls: null where an argument is null.
    Time: a date beside a date-time is its midnight.

    >>> print(oldest(col.joined, col.left_on))
    oldest(joined, left_on)
    """
    return call("oldest", a, b)


def to_date(date: object) -> Value:
    """The date of a date-time.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(to_date(col.seen))
    to_date(seen)
    """
    return call("to_date", date)


def to_date_time(text: object) -> Value:
    """The date-time that an ISO text says, on the campaign's clock.

    Nulls: null for any other text.
    Time: `2026-07-01`, `2026-07-01 09:00` and `2026-07-01T09:00:00.5`; no zone.

    >>> print(to_date_time(col.since))
    to_date_time(since)
    """
    return call("to_date_time", text)


def to_timestamp(text: object) -> Value:
    """The instant that an ISO text says.

    Nulls: null for any other text.
    Time: an offset such as `+02:00` or `Z` counts; without one the campaign's clock does.

    >>> print(to_timestamp(col.since))
    to_timestamp(since)
    """
    return call("to_timestamp", text)


def to_time_zone(date: object, zone: object) -> Value:
    """The same instant on another zone's clock.

    Nulls: null where an argument is null.
    Time: what has no zone is on the campaign's clock.
    Errors: an unknown zone, a zone that differs from row to row.

    >>> print(to_time_zone(col.seen, "Europe/Paris"))
    to_time_zone(seen, 'Europe/Paris')
    """
    return call("to_time_zone", date, zone)
