"""What the scheduler asks of whoever holds the campaigns: which there are, and to execute a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from campaign_nb.schedule import Schedule
from campaign_nb.store.runs import RunRecord


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A published campaign with the schedule of its published version.

    Time: launches after `since` count, the instant at which that version was published.
    """

    campaign_id: str
    name: str
    version: int
    schedule: Schedule
    since: dt.datetime
    paused: bool = False


class Launcher(Protocol):
    """Holds campaigns for the scheduler and executes their runs; may be called from several threads.

    All but `advance` are called while the scheduler reads the store: they may read it too, and not write.
    """

    def scheduled(self) -> list[Scheduled]:
        """Return the published campaigns of this kernel that have a schedule."""
        ...

    def as_of(self, scheduled: Scheduled, due: dt.datetime) -> dt.datetime:
        """Return what *now* means in the run of a launch that is due at an instant."""
        ...

    def holds(self, run: RunRecord) -> bool:
        """Tell whether this kernel can go on with a run."""
        ...

    def advance(self, run_id: str, stop: Callable[[], bool]) -> RunRecord:
        """Execute a run until it is done or waits, or, between two stages, until `stop` says so.

        Errors: whatever makes the run fail.
        """
        ...
