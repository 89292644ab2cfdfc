"""When a wait ends: at a date, or the next time that the clock of a zone shows an hour."""

from __future__ import annotations

import datetime as dt
import re

from campaign_nb.clock import instant, zone
from campaign_nb.schedule.zone import first_pass

_DAY = dt.timedelta(days=1)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", re.ASCII)


def date_instant(text: str, time_zone: str) -> dt.datetime:
    """Return the instant of a date, or of a date and time, read in a zone unless it names its own offset.

    Errors: text that is no date, an unknown zone.

    >>> date_instant("2026-12-24 09:00", "Europe/Paris").isoformat()
    '2026-12-24T08:00:00+00:00'
    """
    return instant(text, time_zone)


def is_time_of_day(text: object) -> bool:
    """Tell whether something is a time of day as people write it.

    >>> is_time_of_day("09:00"), is_time_of_day("9"), is_time_of_day("24:00")
    (True, False, False)
    """
    return isinstance(text, str) and _TIME.fullmatch(text) is not None


def seconds_of(time_of_day: str) -> int:
    """Return the seconds from midnight to a time of day.

    >>> seconds_of("09:00")
    32400
    """
    read = dt.time.fromisoformat(time_of_day)
    return read.hour * 3600 + read.minute * 60 + read.second


def next_at(after: dt.datetime, seconds: int, time_zone: str) -> dt.datetime:
    """Return the first instant, from another on, at which the clock of a zone shows a time of day.

    Time: a time that a change of clocks skips is the first instant after it; of one that comes twice the first counts.
    Errors: an unknown zone.

    >>> next_at(dt.datetime(2026, 3, 29, tzinfo=dt.UTC), 2 * 3600 + 1800, "Europe/Paris").isoformat()
    '2026-03-29T01:00:00+00:00'
    """
    named = zone(time_zone)
    day = after.astimezone(named).date() - _DAY
    while True:
        found = first_pass(dt.datetime.combine(day, dt.time(), named) + dt.timedelta(seconds=seconds))
        if found is not None and found >= after:
            return found
        day += _DAY
