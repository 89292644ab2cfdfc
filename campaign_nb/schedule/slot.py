"""One launch of a schedule: its identity on the local clock, and its instant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from campaign_nb.clock import zone


@dataclass(frozen=True, slots=True)
class Slot:
    """A launch that a schedule names.

    Local label, pass and zone identify it, `at` is when.

    Time: `nominal` is the local date and time as written by the rule, even when the clock skips it;
    `fold` is 1 on the second pass of an hour that exists twice; `at` is aware, in UTC.

    >>> Slot("2026-03-29T02:30:00", 0, "Europe/Paris", dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)).local.isoformat()
    '2026-03-29T03:00:00+02:00'
    """

    nominal: str
    fold: int
    zone: str
    at: dt.datetime

    @property
    def local(self) -> dt.datetime:
        """The instant on the zone's clock, aware."""
        return self.at.astimezone(zone(self.zone))

    @property
    def identity(self) -> tuple[str, int, str]:
        """What makes the launch one and the same after a restart: label, pass, zone."""
        return self.nominal, self.fold, self.zone


@dataclass(frozen=True, slots=True)
class Missed:
    """The launches that fell between two instants, as one summary.

    Units: `count` is exact up to 10,000; above, it is an estimate and `estimated` is true.
    """

    first: Slot
    last: Slot
    count: int
    estimated: bool
