"""The local clock's jumps: times that do not exist, times that exist twice, dates that were left out.

A *wall* is what the clock on the wall shows: an aware datetime in its zone, with fold 0, moved
about by plain date arithmetic, so that it may be a time which the zone skips.

Zone rules come from the tzdata package and never from the machine: `campaign_nb.clock.zone` reads the
package itself. `zoneinfo.reset_tzpath` would have done it too, for every other library of the
process as well, and a notebook's user would have seen their own zones change by an import.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import tzdata

from campaign_nb.clock import zone as zone_named
from campaign_nb.errors import CampaignError, Problem

_SECOND = dt.timedelta(seconds=1)
_DAY = dt.timedelta(days=1)


def tzdata_version() -> str:
    """Return the version of the zone rules in use, to be stored with each planned launch.

    >>> tzdata_version() >= "2026a"
    True
    """
    return str(tzdata.IANA_VERSION)


def wall_at(date: dt.date, seconds: int, zone: ZoneInfo) -> dt.datetime:
    """Return the wall time that many seconds after a date's midnight, as the clock counts."""
    return dt.datetime.combine(date, dt.time(), zone) + dt.timedelta(seconds=seconds)


def label(wall: dt.datetime) -> str:
    """Return a wall time as the local ISO text that identifies a launch.

    >>> from campaign_nb.clock import zone
    >>> label(dt.datetime(2026, 3, 29, 2, 30, tzinfo=zone("Europe/Paris")))
    '2026-03-29T02:30:00'
    """
    return wall.replace(tzinfo=None).isoformat(timespec="seconds")


def first_pass(wall: dt.datetime) -> dt.datetime | None:
    """Return the instant at which the clock first shows, or first passes, a wall time.

    Time: a skipped time is the first valid instant after it; a time of a date that was
    left out altogether (Apia, 30 December 2011) has none.
    """
    before, after = _offsets(wall)
    if before >= after:
        return wall.astimezone(dt.UTC)
    change = transition(wall)
    zone = wall.tzinfo
    midnight = dt.datetime.combine(wall.date(), dt.time(), zone)
    skipped_from, skipped_to = _shown(change, before, zone), _shown(change, after, zone)
    return None if skipped_from <= midnight and midnight + _DAY <= skipped_to else change


def second_pass(wall: dt.datetime) -> dt.datetime | None:
    """Return the instant at which the clock shows a wall time again, or None when it does not."""
    before, after = _offsets(wall)
    return wall.replace(fold=1).astimezone(dt.UTC) if before > after else None


def last_pass(wall: dt.datetime) -> dt.datetime:
    """Return the instant by which the clock has shown a wall time for the last time."""
    before, after = _offsets(wall)
    return transition(wall) if before < after else wall.replace(fold=1).astimezone(dt.UTC)


def skipped(wall: dt.datetime) -> bool:
    """Tell whether the clock never shows a wall time."""
    before, after = _offsets(wall)
    return before < after


def start_of(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return the first instant of a local date; of a date left out, the first instant after it."""
    midnight = dt.datetime.combine(date, dt.time(), zone)
    return transition(midnight) if skipped(midnight) else midnight.astimezone(dt.UTC)


def transition(wall: dt.datetime) -> dt.datetime:
    """Return the instant of the change that skips or repeats a wall time, by bisection."""
    before, after = _offsets(wall)
    naive = wall.replace(tzinfo=dt.UTC, fold=0, microsecond=0)
    low, high = naive - max(before, after), naive - min(before, after)
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        low, high = (low, middle) if middle.astimezone(wall.tzinfo).utcoffset() == after else (middle, high)
    return high


def earliest_wall(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return a wall time before which the clock shows nothing later than an instant."""
    local = instant.astimezone(zone)
    before, after = _offsets(local)
    if before > after and local.fold == 0:
        return _shown(transition(local), after, zone)
    return local.replace(fold=0)


def _offsets(wall: dt.datetime) -> tuple[dt.timedelta, dt.timedelta]:
    """Return the offsets before and after the change that a wall time falls in; equal when in none."""
    before, after = wall.replace(fold=0).utcoffset(), wall.replace(fold=1).utcoffset()
    if before is None or after is None:
        raise TypeError("a wall time needs its zone")
    return before, after


def _shown(instant: dt.datetime, offset: dt.timedelta, zone: dt.tzinfo | None) -> dt.datetime:
    """Return what a clock at a fixed offset shows at an instant, as a wall time of the zone."""
    return (instant + offset).replace(tzinfo=zone, fold=0)


def zone_problems(name: str) -> list[Problem]:
    """Return what is wrong with the name of a zone; nothing when there is one of that name.

    >>> zone_problems("Europe/Paris")
    []
    """
    try:
        zone_named(name)
    except CampaignError as error:
        return list(error.problems)
    return []
