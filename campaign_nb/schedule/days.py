"""Days of the week, months, days of the month: their names, and the dates that they mean."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
ORDINALS = ("first", "second", "third", "fourth", "fifth", "last")

_DAY = dt.timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 1700, 9000
_QUIET_YEARS = 50  # a fifth Sunday on a 29 February comes back after 40 years at most


class Dates(Protocol):
    """The local dates of a rule, in both directions."""

    def onward(self, start: dt.date) -> Iterator[dt.date]:
        """Yield the dates from `start` on, `start` included."""
        ...

    def back(self, start: dt.date) -> Iterator[dt.date]:
        """Yield the dates from `start` back, `start` included."""
        ...


@dataclass(frozen=True, slots=True)
class MatchingDates:
    """The dates of some months that satisfy a condition.

    Order: ascending onward, descending back; ends after 50 years without a date.
    """

    matches: Callable[[dt.date], bool]
    months: frozenset[int] = frozenset(range(1, 13))

    def onward(self, start: dt.date) -> Iterator[dt.date]:
        """Yield the dates from `start` on, `start` included."""
        date = start
        quiet_until = date.year + _QUIET_YEARS
        while date.year <= min(quiet_until, _LAST_YEAR):
            if date.month not in self.months:
                date = (date.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
                continue
            if self.matches(date):
                yield date
                quiet_until = date.year + _QUIET_YEARS
            date += _DAY

    def back(self, start: dt.date) -> Iterator[dt.date]:
        """Yield the dates from `start` back, `start` included."""
        date = start
        quiet_until = date.year - _QUIET_YEARS
        while date.year >= max(quiet_until, _FIRST_YEAR):
            if date.month not in self.months:
                date = date.replace(day=1) - _DAY
                continue
            if self.matches(date):
                yield date
                quiet_until = date.year - _QUIET_YEARS
            date -= _DAY


def on_weekdays(days: str | Sequence[str]) -> Callable[[dt.date], bool]:
    """Return the condition that a date falls on one of the days of the week.

    >>> on_weekdays("weekdays")(dt.date(2026, 7, 4))
    False
    """
    wanted = frozenset(DAYS.index(day) for day in day_names(days))
    return lambda date: date.weekday() in wanted


def on_weeks(days: Sequence[str], every: int, first: dt.date) -> Callable[[dt.date], bool]:
    """Return the condition that a date falls on one of the days, in every nth week from that of `first`.

    Time: weeks start on Monday.

    >>> on_weeks(["mon"], 2, dt.date(2026, 7, 8))(dt.date(2026, 7, 20))
    True
    """
    on_day = on_weekdays(days)
    monday = first.toordinal() - first.weekday()
    return lambda date: on_day(date) and (date.toordinal() - date.weekday() - monday) // 7 % every == 0


def on_month_days(items: Sequence[int | str]) -> Callable[[dt.date], bool]:
    """Return the condition that a date is one of the days of its month.

    Nulls: a day that a month does not have skips that month.

    >>> on_month_days([31, "last friday"])(dt.date(2026, 7, 31))
    True
    """
    numbers = frozenset(item for item in items if isinstance(item, int))
    words = frozenset(item for item in items if isinstance(item, str))
    weekdays = frozenset(DAYS.index(item) for item in words if item in DAYS)
    places = frozenset(_place(item) for item in words if " " in item)

    def matches(date: dt.date) -> bool:
        last = calendar.monthrange(date.year, date.month)[1]
        place = (date.day + 6) // 7
        day = date.weekday()
        return (
            "every" in words
            or date.day in numbers
            or ("last" in words and date.day == last)
            or day in weekdays
            or (place, day) in places
            or (date.day + 7 > last and (-1, day) in places)
        )

    return matches


def day_names(days: str | Sequence[str]) -> tuple[str, ...]:
    """Return the short names behind "all", "weekdays" or a list of short names.

    >>> day_names("weekdays")
    ('mon', 'tue', 'wed', 'thu', 'fri')
    """
    if days == "all":
        return DAYS
    return DAYS[:5] if days == "weekdays" else tuple(days)


def day_of(name: object) -> str | None:
    """Return the short name of a day of the week, written short or in full, or None.

    >>> day_of("Tuesday"), day_of("TUE"), day_of("tu")
    ('tue', 'tue', None)
    """
    return _short(name, DAYS, FULL_DAYS)


def month_of(name: object) -> str | None:
    """Return the short name of a month, written short, in full or as a number, or None.

    >>> month_of("March"), month_of(3), month_of(13)
    ('mar', 'mar', None)
    """
    if isinstance(name, int) and not isinstance(name, bool):
        return MONTHS[name - 1] if 1 <= name <= 12 else None
    return _short(name, MONTHS, FULL_MONTHS)


def month_day_of(item: object) -> int | str | None:
    """Return the canonical form of one day of the month, or None.

    >>> month_day_of("Second Tuesday"), month_day_of(15), month_day_of("last day"), month_day_of("Thursday")
    ('second tuesday', 15, 'last', 'thu')
    """
    if isinstance(item, int) and not isinstance(item, bool):
        return item if 1 <= item <= 31 else None
    if not isinstance(item, str):
        return None
    words = item.lower().split()
    if words in (["last"], ["last", "day"]):
        return "last"
    if words == ["every"]:
        return "every"
    if len(words) == 2 and words[0] in ORDINALS and (day := day_of(words[1])):
        return f"{words[0]} {FULL_DAYS[DAYS.index(day)]}"
    return day_of(item)


def month_day_order(item: int | str) -> tuple[int, int]:
    """Return the place of a day of the month in a list: numbers, last, ordinals, days of the week."""
    if isinstance(item, int):
        return 0, item
    if " " in item:
        place, day = _place(item)
        return 2, place * 7 + day + 14
    return (3, DAYS.index(item)) if item in DAYS else (1, 0)


def _place(item: str) -> tuple[int, int]:
    """Return an ordinal day of the week as (its place in the month, -1 for last; its number)."""
    ordinal, day = item.split(" ")
    return (-1 if ordinal == "last" else ORDINALS.index(ordinal) + 1), FULL_DAYS.index(day)


def _short(name: object, short: tuple[str, ...], full: tuple[str, ...]) -> str | None:
    if not isinstance(name, str):
        return None
    low = name.strip().lower()
    return low if low in short else short[full.index(low)] if low in full else None
