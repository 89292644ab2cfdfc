"""Cron text, read by croniter: the dates it names, the times of day, and whether it is a fixed time.

croniter works here on plain calendar dates only, where it and every other cron agree; the jumps of the
local clock are `plan`'s business. Given zone-aware times, croniter launches a fixed time on both
passes of an hour that exists twice, and on a date that a zone left out.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from croniter import CroniterBadDateError, CroniterUnsupportedSyntaxError, croniter

from campaign_nb.schedule.days import Dates, MatchingDates

_RANDOM = re.compile(r"^[hr](\(|/|$)", re.ASCII | re.IGNORECASE)
_LAST_DAY = re.compile(r"(^|,)l\d", re.ASCII)
_LONGEST = 200
_WIDEST = 400  # years; the Gregorian calendar repeats after them
_CYCLE = dt.timedelta(days=146_097)
_EPOCH = dt.date(1970, 1, 2)
_FIRST, _LAST = dt.date(1700, 1, 1), dt.date(9000, 1, 1)
_DAY = dt.timedelta(days=1)
_EVERY: list[object] = ["*"]
_FIELDS = ("minute", "hour", "day of the month", "month", "day of the week", "second", "year")
_UNREADABLE = (ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError)  # all that croniter lets through


class CronTextError(ValueError):
    """A cron text that can't be used: the first argument says what is wrong, in words."""


@dataclass(frozen=True, slots=True)
class CronText:
    """What a cron text means.

    `seconds` are the times of day; `fixed` is true when neither minute nor hour is written with `*` or `/`;
    `hourly` is true when every hour is meant; `fields` are minute, hour, day, month, day of the week as written;
    `numbers` are the days, months and days of the week, empty for all, None for those that are no plain numbers.
    """

    dates: Dates
    seconds: tuple[int, ...]
    fixed: bool
    hourly: bool
    fields: tuple[str, ...]
    numbers: tuple[frozenset[int] | None, ...]


@dataclass(frozen=True, slots=True)
class CronDates:
    """The dates of a cron text."""

    text: str

    def onward(self, start: dt.date) -> Iterator[dt.date]:
        """Yield the dates from `start` on, `start` included."""
        # Before 1970 croniter's timestamps are negative, which not every platform reads: look one cycle of the calendar later.
        shift = _CYCLE if start < _EPOCH and len(self.text.split()) == 5 else _DAY * 0
        before = dt.datetime.combine(max(start + shift, _EPOCH), dt.time()) - dt.timedelta(seconds=1)
        search = croniter(self.text, before, ret_type=dt.datetime, max_years_between_matches=_WIDEST)
        while True:
            try:
                date = search.get_next().date() - shift
            except (CroniterBadDateError, OverflowError):
                return
            if date > _LAST:
                return
            yield date

    def back(self, start: dt.date) -> Iterator[dt.date]:
        """Yield the dates from `start` back, found onward in windows that grow while they are empty."""
        end, width = start, 1
        while end >= _FIRST:
            begin = max(_FIRST, end - dt.timedelta(days=width - 1))
            found = list(_until(self.onward(begin), end))
            yield from reversed(found)
            end, width = begin - _DAY, (width if found else width * 8)


@functools.lru_cache(maxsize=256)
def read_cron(text: str) -> CronText:
    """Read a cron text of 5 fields, or 6 with the seconds last, or 7 with the year after them.

    Errors: a text that cron does not know; `H` and `R`, which draw a time by lot.
    """
    if len(text) > _LONGEST:
        raise CronTextError(f"it is longer than {_LONGEST} characters")
    written = text.split()
    drawn = [field for field in written if _RANDOM.match(field)]
    if drawn:
        raise CronTextError(f"{drawn[0]!r} draws a time by lot, so that no launch could be foretold")
    if len(written) not in (5, 6, 7) and not text.startswith("@"):
        raise CronTextError(f"it has {len(written)} field{'' if len(written) == 1 else 's'} instead of 5, 6 or 7")
    try:
        parsed = croniter(text, dt.datetime.combine(_EPOCH, dt.time()))
    except CroniterUnsupportedSyntaxError as error:
        raise CronTextError("it mixes days of the week with an nth day of the week") from error
    except _UNREADABLE as error:
        raise CronTextError(_fault(written)) from error
    fields = tuple(cast(Any, parsed).expressions)
    minutes, hours, *dates = cast(list[list[object]], parsed.expanded)
    seconds = _numbers(dates[3], 60) if dates[3:] else [0]
    times = (hour * 3_600 + minute * 60 + second for hour in _numbers(hours, 24) for minute in _numbers(minutes, 60) for second in seconds)
    return CronText(
        dates=_dates(fields),
        seconds=tuple(sorted(times)),
        fixed=not any(sign in field for field in fields[:2] for sign in "*/"),
        hourly=hours == _EVERY,
        fields=fields,
        numbers=tuple(_plain(values, field) for values, field in zip(dates[:3], fields[2:5], strict=True)),
    )


def _fault(written: list[str]) -> str:
    """Name the first field that croniter can't read on its own."""
    for place, field in enumerate(written):
        alone = ["*"] * len(written)
        alone[place] = field
        try:
            croniter(" ".join(alone), dt.datetime.combine(_EPOCH, dt.time()))
        except _UNREADABLE:
            return f"{field[:40]!r} is no {_FIELDS[place]}" if written[1:] else "no such name"
    return "its fields do not go together"


def _dates(fields: tuple[str, ...]) -> Dates:
    """Return the dates of the day, month, day of the week and year fields."""
    if all(field in ("*", "?") for field in fields[2:5]) and fields[6:] in ((), ("*",)):
        return MatchingDates(lambda _: True)
    year = f" 0 {fields[6]}" if fields[6:] else ""
    return CronDates("0 0 " + " ".join(fields[2:5]) + year)


def _numbers(field: list[object], size: int) -> list[int]:
    """Return the numbers of a field that croniter has expanded."""
    return list(range(size)) if field == _EVERY else [cast(int, number) for number in field]


def _plain(values: list[object], field: str) -> frozenset[int] | None:
    """Return the numbers of a field; none when it means all, None when its sign says more than a number."""
    if values == _EVERY:
        return frozenset()
    numbers = frozenset(value for value in values if isinstance(value, int))
    return numbers if len(numbers) == len(values) and not set(field) & set("#w") and not _LAST_DAY.search(field) else None


def _until(dates: Iterator[dt.date], end: dt.date) -> Iterator[dt.date]:
    for date in dates:
        if date > end:
            return
        yield date
