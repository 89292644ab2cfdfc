"""What people write for a schedule's options, read into one canonical form, with every problem gathered."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from typing import cast
from zoneinfo import ZoneInfo

from campaign_nb.clock import zone
from campaign_nb.errors import Problem, ScheduleError, listed
from campaign_nb.schedule.days import DAYS, MONTHS, day_of, month_day_of, month_day_order, month_of
from campaign_nb.schedule.duration import duration, duration_text

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_MOST = 1_500  # times or days in one list: more than the minutes of a day


class Reading:
    """The options of one schedule while they are read.

    What can't be read becomes a problem.

    >>> reading = Reading("Daily")
    >>> reading.time("at", "9:00"), reading.days("days", ["Saturday", "sun"])
    ('09:00', ('sat', 'sun'))
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.problems: list[Problem] = []

    def refuse(self, field: str, what: str, expected: str, do: str) -> None:
        """Note a problem of one option."""
        self.problems.append(Problem(f"{self.kind}, {field}" if field else self.kind, what, expected, do))

    def done(self) -> None:
        """Raise all problems together, if there are any."""
        if self.problems:
            raise ScheduleError(*self.problems, subject=f"schedule {self.kind}" if len(self.problems) > 1 else "")

    def time(self, field: str, value: object) -> str:
        """Read a time of day as "HH:MM", or "HH:MM:SS" when it has seconds."""
        if isinstance(value, dt.time) and value.tzinfo is None:
            return _clock(value.hour, value.minute, value.second)
        match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
        if match:
            hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
            if hour < 24 and minute < 60 and second < 60:
                return _clock(hour, minute, second)
        self.refuse(field, f"{shown(value)} is no time of day", '"HH:MM" or "HH:MM:SS", from 00:00 to 23:59:59', f'{field}="09:00"')
        return "00:00"

    def times(self, field: str, value: object) -> tuple[str, ...]:
        """Read a list of times of day, in order, each once."""
        items = _items(value)
        if not items or len(items) > _MOST:
            self.refuse(field, f"{shown(value)} is no list of times", "a list of times of day", f'{field}=["09:00", "12:00"]')
            return ("00:00",)
        return tuple(sorted({self.time(field, item) for item in items}, key=seconds_of))

    def between(self, field: str, value: object) -> tuple[str, str]:
        """Read a range of the day, two times; the second may lie on the next day."""
        items = _items(value)
        if isinstance(value, str) or len(items) != 2:
            self.refuse(field, f"{shown(value)} is no range of the day", "two times of day", f'{field}=("08:00", "20:00")')
            return ("00:00", "00:01")
        start, end = (self.time(field, item) for item in items)
        if start == end:
            self.refuse(field, f"the range from {start} to {end} is empty", "two different times of day", f'{field}=("08:00", "20:00")')
        return start, end

    def days(self, field: str, value: object) -> str | tuple[str, ...]:
        """Read days of the week as "all".

        "weekdays" or short names in the order of the week.
        """
        if isinstance(value, str) and value.strip().lower() in ("all", "weekdays"):
            return value.strip().lower()
        names = self._known(field, value, day_of, DAYS, '"all", "weekdays" or names of days, mon to sun', f'{field}=["mon", "thu"]')
        return "all" if names == DAYS else "weekdays" if names == DAYS[:5] else names

    def months(self, field: str, value: object) -> str | tuple[str, ...]:
        """Read months as "all" or short names in the order of the year."""
        if isinstance(value, str) and value.strip().lower() == "all":
            return "all"
        names = self._known(field, value, month_of, MONTHS, '"all" or months, jan to dec or 1 to 12', f'{field}=["jan", "jul"]')
        return "all" if names == MONTHS else names

    def month_days(self, field: str, value: object) -> int | str | tuple[int | str, ...]:
        """Read days of the month: one in its canonical form, or several in order."""
        items = _items(value)
        found = {item: month_day_of(item) for item in items if isinstance(item, int | str)}
        wrong = [item for item in items if not isinstance(item, int | str) or found[item] is None]
        if wrong or not items:
            what = f"{listed([shown(item) for item in wrong], most=3) or 'an empty list'} is no day of a month"
            expected = '1 to 31, "last", "every", an ordinal with a day such as "second tuesday", or days of the week'
            self.refuse(field, what, expected, f'{field}="last friday"')
            return 1
        days = sorted({item for item in found.values() if item is not None}, key=month_day_order)
        return "every" if "every" in days else days[0] if len(days) == 1 else tuple(days)

    def length(self, field: str, value: object, least: dt.timedelta, do: str) -> str:
        """Read a length of time of at least `least`, in whole seconds.

        As its shortest text.
        """
        try:
            length = duration(cast(str, value), f"{self.kind}, {field}")
        except ScheduleError as error:
            self.problems.extend(error.problems)
            return duration_text(max(least, dt.timedelta(seconds=1)))
        if length < least or length.microseconds:
            self.refuse(field, f"{shown(value)} is too short or no whole number of seconds", f"at least {duration_text(least)}", do)
        return duration_text(length)

    def moment(self, field: str, value: object) -> str:
        """Read a date, or a date and time with or without an offset of its own.

        As ISO text in whole seconds.
        """
        found = value
        if isinstance(value, str):
            found = _first_of(value.strip(), dt.date.fromisoformat, dt.datetime.fromisoformat)
        if isinstance(found, dt.datetime) and 1700 <= found.year <= 9000:
            return _offset_only(found).isoformat(timespec="seconds")
        if isinstance(found, dt.date) and 1700 <= found.year <= 9000:
            return found.isoformat()
        self.refuse(field, f"{shown(value)} is no date, nor a date and time", "ISO 8601", f'{field}="2026-12-31" or "2026-12-31 18:00"')
        return "2000-01-01"

    def zone(self, field: str, value: object) -> str | None:
        """Read an IANA time zone as its name; None stays None."""
        if value is None:
            return None
        try:
            return zone(value.key if isinstance(value, ZoneInfo) else cast(str, value)).key
        except ScheduleError as error:
            self.problems.extend(
                Problem(f"{self.kind}, {field}", f"{shown(value)} is no IANA time zone", p.expected, p.do) for p in error.problems
            )
            return None

    def whole(self, field: str, value: object, least: int, most: int) -> int:
        """Read a whole number within bounds."""
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.refuse(field, f"{shown(value)} is not possible", f"a whole number from {least} to {most}", f"{field}={least}")
        return least

    def choice(self, field: str, value: object, choices: Sequence[str]) -> str:
        """Read one word out of several."""
        if isinstance(value, str) and value.strip().lower() in choices:
            return value.strip().lower()
        self.refuse(field, f"{shown(value)} is not known", "one of: " + listed(choices), f'{field}="{choices[0]}"')
        return choices[0]

    def _known(
        self, field: str, value: object, read: Callable[[object], str | None], order: tuple[str, ...], expected: str, do: str
    ) -> tuple[str, ...]:
        """Read a list of names, in the order of the whole list, each once."""
        items = _items(value)
        names = [read(item) for item in items]
        wrong = [shown(item) for item, name in zip(items, names, strict=True) if name is None]
        if wrong or not items:
            self.refuse(field, f"{listed(wrong, most=3) or 'an empty list'} is not known", expected, do)
        return tuple(name for name in order if name in names) or order[:1]


def seconds_of(time: str) -> int:
    """Return a canonical time of day as seconds after midnight on the clock.

    >>> seconds_of("09:00:30")
    32430
    """
    hour, minute, *second = (int(part) for part in time.split(":"))
    return hour * 3_600 + minute * 60 + (second[0] if second else 0)


def shown(value: object) -> str:
    """Return a value as a problem quotes it: short, and never the inside of a large one."""
    if isinstance(value, int) and value.bit_length() > 64:
        return "a very large number"  # Python refuses to write out more than 4,300 digits
    if isinstance(value, str | int | float | dt.date | dt.time | dt.timedelta) or value is None:
        text = repr(value)
        return text if len(text) <= 60 else text[:57] + "…"
    return "an empty list" if value in ([], ()) else f"a {type(value).__name__}"


def _clock(hour: int, minute: int, second: int) -> str:
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def _items(value: object) -> list[object]:
    """Return what a list holds; a single word or number is a list of one."""
    if isinstance(value, str | int):
        return [value]
    if isinstance(value, list | tuple | set | frozenset):
        return list(cast(Iterable[object], value))
    return []


def _first_of(text: str, *readers: Callable[[str], dt.date]) -> dt.date | None:
    """Return what the first reader that understands a text makes of it."""
    for read in readers:
        try:
            return read(text)
        except ValueError:
            continue
    return None


def _offset_only(value: dt.datetime) -> dt.datetime:
    """Drop what a label does not hold: the fold of a local time, the name of a zone."""
    offset = value.utcoffset()
    return value.replace(microsecond=0, fold=0, tzinfo=None if offset is None else dt.timezone(offset))
