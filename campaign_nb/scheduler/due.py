"""What is due of a schedule at an instant: the launch to make, and the gap of those that nobody made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from campaign_nb.schedule import Missed, Schedule, Slot

ON_TIME = dt.timedelta(minutes=1)
"""How late a launch may come while the scheduler is on; a machine that was asleep is later than that."""
_TICK = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Due:
    """The one launch to make now, and the earlier ones that were missed; either may be None."""

    launch: Slot | None
    gap: Missed | None = None


def due(schedule: Schedule, after: dt.datetime, now: dt.datetime, looked: dt.datetime | None) -> Due | None:
    """Return what is due after one instant and up to another, None when nothing is.

    Time: `looked` is when a scheduler that is on last looked, None when it was off: what came since then is on time.
    Everything else is made up for within the schedule's `catch_up`: its latest launch, or, with "all", each in turn.
    Cost: does not grow with the number of launches.

    >>> from campaign_nb.schedule import Daily
    >>> nine, start = Daily("09:00", time_zone="UTC"), dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    >>> found = due(nine, start, dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC), None)
    >>> found.launch.nominal, found.gap.first.nominal, found.gap.count
    ('2026-03-04T09:00:00', '2026-03-02T09:00:00', 2)
    """
    window = schedule.catch_up_window
    if window is None:
        first = next(schedule.slots(after), None)
        return Due(first) if first is not None and first.at <= now else None
    latest = schedule.latest(after, now)
    if latest is None:
        return None
    late = now - latest.at
    on_time = looked is not None and latest.at > looked and late <= ON_TIME
    if on_time or late <= window:
        return Due(latest, schedule.missed(after, latest.at - _TICK))
    return Due(None, schedule.missed(after, now))
