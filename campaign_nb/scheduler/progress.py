"""Progress: how far the runs of this kernel are, as their events tell."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from campaign_nb.engine.events import RunEvent


@dataclass(frozen=True, slots=True)
class Running:
    """A run that is executing, and how far it is.

    Units: `progress` is the share of activities that are done, 0 to 1.
    """

    campaign: str
    run: str
    progress: float = 0.0
    activity: str = ""


class Progress:
    """The runs that are executing in this kernel."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, Running] = {}

    def begin(self, campaign: str, run_id: str) -> None:
        """Note that a run executes."""
        with self._lock:
            self._running[run_id] = Running(campaign, run_id)

    def hear(self, event: RunEvent) -> bool:
        """Take in what a run tells; False when it is no run of ours."""
        with self._lock:
            known = self._running.get(event.run)
            if known is None:
                return False
            activity = next((label for label, state in event.activities.items() if state == "running"), "")
            self._running[event.run] = replace(known, progress=event.progress, activity=activity)
            return True

    def end(self, run_id: str) -> None:
        """Note that a run executes no more."""
        with self._lock:
            self._running.pop(run_id, None)

    def running(self) -> list[Running]:
        """Return the runs that are executing, the longest first."""
        with self._lock:
            return list(self._running.values())
