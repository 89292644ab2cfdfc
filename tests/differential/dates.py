"""What each function of dates gives, in plain Python: by the run's clock or a value's own; nothing of the package imported."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tests.differential.calls import cut

MICRO, SECOND = dt.timedelta(microseconds=1), 1_000_000
EPOCH = dt.datetime.fromisoformat("1970-01-01")
STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)


class Clock(Protocol):
    """The instant of a run on the campaign's wall."""

    zone: ZoneInfo
    now: dt.datetime


def only_date(value: dt.date) -> dt.date:
    """The date part, in the value's own zone."""
    return value.date() if isinstance(value, dt.datetime) else value


def shown(value: dt.date) -> dt.datetime:
    """What the clock of the value's own zone shows; a date is its midnight."""
    return value.replace(tzinfo=None, fold=0) if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time.min)


def wall(zone: ZoneInfo, value: dt.date) -> dt.datetime:
    """What the campaign's clock shows."""
    aware = isinstance(value, dt.datetime) and value.tzinfo is not None
    return shown(value.astimezone(zone) if aware else value)


def at_zone(value: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant at which a zone's clock shows this: the first of two; one never shown counts from before the change."""
    return value.replace(tzinfo=zone, fold=0).astimezone(dt.UTC).astimezone(zone)


def back(value: dt.datetime, like: dt.date) -> dt.date:
    """A time shown, as a value of the kind of another."""
    if not isinstance(like, dt.datetime):
        return value.date()
    return value if like.tzinfo is None else at_zone(value, like.tzinfo)


def alike(zone: ZoneInfo, a: dt.date, b: dt.date) -> tuple[Any, Any]:
    """Two dates or two instants as such; anything else on the campaign's wall clock."""
    if type(a) is type(b) is dt.date:
        return a, b
    if all(isinstance(item, dt.datetime) and item.tzinfo is not None for item in (a, b)):
        return a.astimezone(dt.UTC), b.astimezone(dt.UTC)
    return wall(zone, a), wall(zone, b)


def place(date: dt.date) -> int:
    """A number that grows by 32 a month."""
    return (date.year * 12 + date.month) * 32 + date.day


def apart(clock: Clock, end: dt.date, start: dt.date, step: int) -> int:
    """What passes between two dates, in whole steps of seconds."""
    one, two = alike(clock.zone, end, start)
    return cut((one - two) // MICRO, step * SECOND)


def calendar_move(unit: str, sign: int) -> Callable[..., Any]:
    """Move by units of the calendar on the value's own clock."""

    def move(date: dt.date, n: int) -> dt.date | None:
        n *= sign
        if abs(n) > {"days": 3_652_058, "months": 119_987, "years": 9_998}[unit]:
            return None
        here = shown(date)
        if unit == "days":
            return back(here + dt.timedelta(days=n), date)
        year, month = divmod(here.year * 12 + here.month - 1 + n * (12 if unit == "years" else 1), 12)
        return back(here.replace(year=year, month=month + 1, day=min(here.day, calendar.monthrange(year, month + 1)[1])), date)

    return move


def passing_move(seconds: int) -> Callable[..., Any]:
    """Move by a time that passes, whatever the clock does."""

    def move(date: dt.date, n: int) -> dt.datetime | None:
        if abs(n * seconds) > 9_998 * 366 * 86_400:
            return None
        if not isinstance(date, dt.datetime) or date.tzinfo is None:
            return shown(date) + dt.timedelta(seconds=n * seconds)
        return (date.astimezone(dt.UTC) + dt.timedelta(seconds=n * seconds)).astimezone(date.tzinfo)

    return move


def floored(date: dt.datetime, seconds: int) -> dt.datetime | None:
    """The multiple of seconds that is not after what a clock shows."""
    if seconds < 1:
        return None
    return EPOCH + (date - EPOCH) // MICRO // (seconds * SECOND) * seconds * SECOND * MICRO


def trunc_date(date: dt.date, seconds: int) -> dt.datetime | None:
    found = floored(shown(date), seconds)
    return found if found is None or not isinstance(date, dt.datetime) else back(found, date)


def trunc_time(value: Any, seconds: int) -> dt.time | None:
    clock = value if isinstance(value, dt.time) else shown(value).time()
    found = floored(dt.datetime.combine(EPOCH, clock), seconds)
    return None if found is None else found.time()


def started(date: dt.date, unit: str) -> dt.date:
    """The first moment of the week, the quarter or the year."""
    here, day = shown(date), only_date(date)
    first = {
        "week": lambda: day - dt.timedelta(days=day.weekday()),
        "quarter": lambda: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": lambda: day.replace(month=1, day=1),
    }[unit]()
    return back(dt.datetime.combine(first, here.time().replace(hour=0, minute=0, second=0, microsecond=0)), date)


def instant(clock: Clock, date: dt.date) -> dt.datetime:
    """A date as an instant; without zone it is on the campaign's clock."""
    return date if isinstance(date, dt.datetime) and date.tzinfo is not None else at_zone(shown(date), clock.zone)


def trunc_date_tz(clock: Clock, date: dt.date, seconds: int, zone: str) -> dt.datetime | None:
    found = floored(shown(instant(clock, date).astimezone(ZoneInfo(zone))), seconds)
    return None if found is None else at_zone(found, ZoneInfo(zone))


def read(text: str, *, offset: bool) -> tuple[dt.datetime, str | None] | None:
    """Read an ISO text, with or without an offset."""
    found = STAMP.fullmatch(text)
    if found is None or (found[3] and not offset):
        return None
    try:
        return dt.datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00'}"), found[3]
    except ValueError:
        return None


def to_timestamp(clock: Clock, text: str) -> dt.datetime | None:
    found = read(text, offset=True)
    if found is None:
        return None
    stamp, offset = found
    return (
        at_zone(stamp, clock.zone) if offset is None else dt.datetime.fromisoformat(f"{stamp.isoformat()}{offset}").astimezone(clock.zone)
    )


def oldest(clock: Clock, a: dt.date, b: dt.date) -> dt.date:
    one, two = alike(clock.zone, a, b)
    found = min(one, two)
    return found.astimezone(a.tzinfo) if isinstance(found, dt.datetime) and found.tzinfo else found  # type: ignore[attr-defined] # an instant


def ordered(clock: Clock, a: dt.date, b: dt.date) -> int:
    one, two = alike(clock.zone, a, b)
    return (one > two) - (one < two)


def today_moved(unit: str, sign: int) -> Callable[..., Any]:
    return lambda clock, n: calendar_move(unit, sign)(clock.now.date(), n)


PARTS: Mapping[str, Callable[[dt.date], int]] = {
    "year": lambda date: date.year,
    "quarter": lambda date: (date.month + 2) // 3,
    "month": lambda date: date.month,
    "day": lambda date: date.day,
    "day_of_year": lambda date: date.timetuple().tm_yday,
    "week_day": lambda date: date.weekday(),
    "hour": lambda date: getattr(date, "hour", 0),
    "minute": lambda date: getattr(date, "minute", 0),
    "second": lambda date: getattr(date, "second", 0),
    "year_and_month": lambda date: date.year * 100 + date.month,
}

PLAIN: Mapping[str, Callable[..., Any]] = {
    **PARTS,
    **{f"add_{unit}": calendar_move(unit, 1) for unit in ("days", "months", "years")},
    **{f"sub_{unit}": calendar_move(unit, -1) for unit in ("days", "months", "years")},
    **{f"add_{unit}": passing_move(size) for unit, size in (("hours", 3600), ("minutes", 60), ("seconds", 1))},
    **{f"sub_{unit}": passing_move(-size) for unit, size in (("hours", 3600), ("minutes", 60), ("seconds", 1))},
    "date_only": only_date,
    "to_date": only_date,
    "days_diff": lambda end, start: (only_date(end) - only_date(start)).days,
    "months_diff": lambda end, start: cut(place(end) - place(start), 32),
    "years_diff": lambda end, start: cut(place(end) - place(start), 384),
    "trunc_week": lambda date: started(date, "week"),
    "trunc_quarter": lambda date: started(date, "quarter"),
    "trunc_year": lambda date: started(date, "year"),
    "trunc_date": trunc_date,
    "trunc_time": trunc_time,
    "to_date_time": lambda text: found[0] if (found := read(text, offset=False)) else None,
}
"""Functions of values alone."""

OF_RUN: Mapping[str, Callable[..., Any]] = {
    "now": lambda clock: clock.now,
    "today": lambda clock: clock.now.date(),
    "days_ago": today_moved("days", -1),
    "days_ahead": today_moved("days", 1),
    "months_ago": today_moved("months", -1),
    "years_ago": today_moved("years", -1),
    "days_ago_int": lambda clock, n: None if (day := today_moved("days", -1)(clock, n)) is None else int(day.strftime("%Y%m%d")),
    "days_old": lambda clock, date: (clock.now.date() - only_date(date)).days,
    "months_old": lambda clock, date: cut(place(clock.now) - place(date), 32),
    "years_old": lambda clock, date: cut(place(clock.now) - place(date), 384),
    "date_cmp": ordered,
    "oldest": oldest,
    "hours_diff": lambda clock, end, start: apart(clock, end, start, 3_600),
    "minutes_diff": lambda clock, end, start: apart(clock, end, start, 60),
    "seconds_diff": lambda clock, end, start: apart(clock, end, start, 1),
    "convert_ntz": instant,
    "to_time_zone": lambda clock, date, zone: instant(clock, date).astimezone(ZoneInfo(zone)),
    "trunc_date_tz": trunc_date_tz,
    "to_timestamp": to_timestamp,
}
"""Functions that ask the run's clock or its zone."""
