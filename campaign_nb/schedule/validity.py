"""The validity of a schedule: from when and until when its launches count."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from campaign_nb.schedule.plan import Candidate
from campaign_nb.schedule.zone import first_pass, last_pass, start_of, wall_at

EARLIEST = dt.datetime(1700, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)
_LAST_SECOND = 86_399


@dataclass(frozen=True, slots=True)
class Validity:
    """The bounds of a schedule in one zone, both included; a date stands for the whole local day.

    Time: a date bounds the label of a launch, so that a time of the last day which the clock skips
    past midnight still counts; a date and time bounds the instant.
    """

    first: dt.datetime
    last: dt.datetime
    first_date: dt.date | None
    last_date: dt.date | None

    def admits(self, candidate: Candidate) -> bool:
        """Tell whether a launch lies within the bounds."""
        date = candidate.wall.date()
        if self.first_date and date < self.first_date:
            return False
        if self.last_date and date > self.last_date:
            return False
        return self.first <= candidate.at <= self.last


def validity(valid_from: str | None, valid_until: str | None, zone: ZoneInfo) -> Validity:
    """Lay canonical bounds out in a zone.

    >>> from campaign_nb.clock import zone
    >>> validity(None, "2026-12-31", zone("Europe/Paris")).last.isoformat()
    '2026-12-31T22:59:59+00:00'
    """
    first, last = EARLIEST, LATEST
    first_date, last_date = _date(valid_from), _date(valid_until)
    if first_date:
        first = start_of(first_date, zone)
    elif valid_from:
        first = instant_of(valid_from, zone)
    if last_date:
        last = last_pass(wall_at(last_date, _LAST_SECOND, zone))
    elif valid_until:
        last = instant_of(valid_until, zone, last=True)
    return Validity(first, last, first_date, last_date)


def instant_of(moment: str, zone: ZoneInfo, last: bool = False) -> dt.datetime:
    """Return the instant of a canonical date and time: its first pass, or its last one."""
    value = dt.datetime.fromisoformat(moment)
    if value.tzinfo is not None:
        return value.astimezone(dt.UTC)
    wall = value.replace(tzinfo=zone)
    return last_pass(wall) if last else first_pass(wall) or last_pass(wall)


def _date(moment: str | None) -> dt.date | None:
    return dt.date.fromisoformat(moment) if moment and len(moment) == 10 else None
