"""Now, parts of dates and ages."""

from __future__ import annotations

from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.value import Value, call


def now() -> Value:
    """The instant of the run.

    Nulls: never null.
    Time: the run's `as_of`, on the campaign's clock.

    >>> print(now())
    now()
    """
    return call("now")


def today() -> Value:
    """The date of the run in the campaign's zone.

    Nulls: never null.
    Time: the run's `as_of`, in the campaign's zone.

    >>> print(today())
    today()
    """
    return call("today")


def days_ago(n: object) -> Value:
    """The date n days before today.

    Nulls: null where it is null.
    Time: today is the run's day in the campaign's zone.

    >>> print(days_ago(30))
    days_ago(30)
    """
    return call("days_ago", n)


def days_ahead(n: object) -> Value:
    """The date n days after today.

    Nulls: null where it is null.
    Time: today is the run's day in the campaign's zone.

    >>> print(days_ahead(30))
    days_ahead(30)
    """
    return call("days_ahead", n)


def months_ago(n: object) -> Value:
    """The date n months before today; a missing day is the month's last.

    Nulls: null where it is null.
    Time: today is the run's day in the campaign's zone.

    >>> print(months_ago(30))
    months_ago(30)
    """
    return call("months_ago", n)


def years_ago(n: object) -> Value:
    """The date n years before today; 29 February becomes the 28th.

    Nulls: null where it is null.
    Time: today is the run's day in the campaign's zone.

    >>> print(years_ago(30))
    years_ago(30)
    """
    return call("years_ago", n)


def year(date: object) -> Value:
    """The year.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(year(col.joined))
    year(joined)
    """
    return call("year", date)


def quarter(date: object) -> Value:
    """The quarter of the year, 1 to 4.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(quarter(col.joined))
    quarter(joined)
    """
    return call("quarter", date)


def month(date: object) -> Value:
    """The month, 1 to 12.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(month(col.joined))
    month(joined)
    """
    return call("month", date)


def day(date: object) -> Value:
    """The day of the month.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(day(col.joined))
    day(joined)
    """
    return call("day", date)


def day_of_year(date: object) -> Value:
    """The day of the year, 1 to 366.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(day_of_year(col.joined))
    day_of_year(joined)
    """
    return call("day_of_year", date)


def week_day(date: object) -> Value:
    """The day of the week, 0 = Monday to 6 = Sunday.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(week_day(col.joined))
    week_day(joined)
    """
    return call("week_day", date)


def hour(date: object) -> Value:
    """The hour, 0 to 23; 0 for a date without a time.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(hour(col.joined))
    hour(joined)
    """
    return call("hour", date)


def minute(date: object) -> Value:
    """The minute, 0 to 59; 0 for a date without a time.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(minute(col.joined))
    minute(joined)
    """
    return call("minute", date)


def days_old(date: object) -> Value:
    """Whole days from the date until today.

    Units: days of the calendar.
    Nulls: null where it is null.
    Time: today is the run's day in the campaign's zone.

    >>> print(days_old(col.joined))
    days_old(joined)
    """
    return call("days_old", date)


def months_old(date: object) -> Value:
    """Whole months from the date until today; negative for a date to come.

    Units: whole months.
    Nulls: null where it is null.
    Time: today is the run's day in the campaign's zone.

    >>> print(months_old(col.joined))
    months_old(joined)
    """
    return call("months_old", date)


def years_old(date: object) -> Value:
    """Whole years from the date until today; an age from a date of birth.

    Units: whole years.
    Nulls: null where it is null.
    Time: today is the run's day in the campaign's zone.

    >>> print(years_old(col.joined))
    years_old(joined)
    """
    return call("years_old", date)


def second(date: object) -> Value:
    """The second, 0 to 59; 0 for a date without a time.

    Units: whole seconds.
    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(second(col.joined))
    second(joined)
    """
    return call("second", date)


def year_and_month(date: object) -> Value:
    """The year and the month as one number, 202607 for July 2026.

    Nulls: null where it is null.
    Time: the clock of the value's own zone.

    >>> print(year_and_month(col.joined))
    year_and_month(joined)
    """
    return call("year_and_month", date)


def days_ago_int(n: object) -> Value:
    """The date n days before today as a number, 20260701 for 1 July 2026.

    Nulls: null where it is null.
    Time: today is the run's day in the campaign's zone.

    >>> print(days_ago_int(30))
    days_ago_int(30)
    """
    return call("days_ago_int", n)
