"""Short ways to write instants in tests."""

from __future__ import annotations

import datetime as dt
from itertools import islice, takewhile

from campaign_nb.schedule import Schedule, Slot

TICK = dt.timedelta(microseconds=1)


def utc(text: str) -> dt.datetime:
    """Read "2026-03-08 07:00" as UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def next_utc(schedule: Schedule, after: str, n: int) -> list[str]:
    """The next launches after a local time, as "2026-03-08 07:00" in UTC."""
    return [f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M}" for at in schedule.launches(n, after=after)]


def next_labels(schedule: Schedule, after: str, n: int) -> list[tuple[str, int]]:
    """The labels and passes of the next launches after a time in UTC."""
    return [(slot.nominal, slot.fold) for slot in islice(schedule.slots(utc(after)), n)]


def slots_between(schedule: Schedule, after: dt.datetime, until: dt.datetime) -> list[Slot]:
    """Every launch after one instant and up to another, one by one."""
    return list(takewhile(lambda slot: slot.at <= until, schedule.slots(after)))
