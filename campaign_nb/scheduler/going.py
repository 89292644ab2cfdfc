"""Runs that go on: those of a kernel that died, those whose wait is over, those that were just started."""

from __future__ import annotations

import datetime as dt
import threading

from campaign_nb.graph.lifecycle import Status
from campaign_nb.scheduler import lease
from campaign_nb.scheduler.launcher import Launcher
from campaign_nb.scheduler.lease import Lease
from campaign_nb.store import Connection, Store, campaigns, runs
from campaign_nb.store.runs import RunRecord

_GOING_ON = (Status.SCHEDULED, Status.LIVE, Status.CLOSED)


class Going:
    """Hands out the right to execute runs, each to one thread of one kernel at a time.

    A run that came back as it was, though nobody asked it to stop, is left alone until `again` is called.
    """

    def __init__(self, store: Store, launcher: Launcher) -> None:
        self._store, self._launcher = store, launcher
        self._lock = threading.Lock()
        self._executing: set[str] = set()
        self._left: set[str] = set()

    def ready(self, now: dt.datetime) -> list[str]:
        """Return the runs that can go on now, in the order in which their waits ended."""
        due = [run for run in self._held() if _is_due(run, now)]
        return [run.id for run in sorted(due, key=lambda run: (run.due_at or run.started_at, run.started_at))]

    def lease(self, run_id: str, now: dt.datetime) -> Lease | None:
        """Take the right to execute a run, None when somebody has it or the run has ended or waits."""
        with self._lock:
            if run_id in self._executing or run_id in self._left:
                return None
            self._executing.add(run_id)
        found = None
        try:
            found = lease.take(self._store.folder, run_id)
            if found is not None and self._still_due(run_id, now):
                kept, found = found, None
                return kept
            self._forget(run_id)
            return None
        except BaseException:
            self._forget(run_id)
            raise
        finally:
            if found is not None:
                found.release()

    def release(self, found: Lease, *, leave: bool = False) -> None:
        """Give the right back; with `leave` this kernel does not take it again by itself."""
        if leave:
            with self._lock:
                self._left.add(found.run_id)
        found.release()
        self._forget(found.run_id)

    def again(self, run_id: str | None = None) -> None:
        """Try a run that was left alone again, or all of them."""
        with self._lock:
            self._left -= {run_id} if run_id is not None else set(self._left)

    def next_at(self, after: dt.datetime) -> dt.datetime | None:
        """Return the first instant after another at which a wait ends."""
        waits = [run.due_at for run in self._held() if run.state == "waiting" and run.due_at is not None and run.due_at > after]
        return min(waits, default=None)

    def _held(self) -> list[RunRecord]:
        with self._store.read() as connection:
            found = _eligible(connection)
        with self._lock:
            found = [run for run in found if run.id not in self._executing and run.id not in self._left]
        return [run for run in found if self._launcher.holds(run)]

    def _still_due(self, run_id: str, now: dt.datetime) -> bool:
        with self._store.read() as connection:
            run = runs.get(connection, run_id)
        return run.state in ("running", "waiting") and _is_due(run, now)

    def _forget(self, run_id: str) -> None:
        with self._lock:
            self._executing.discard(run_id)


def _eligible(connection: Connection) -> list[RunRecord]:
    """Return the runs that are not done, of campaigns that are neither paused nor stopped."""
    found = [run for run in runs.unfinished(connection) if run.state != "paused"]
    if not found:
        return []
    alive = {record.id for record in campaigns.list_campaigns(connection, _GOING_ON) if not record.paused}
    return [run for run in found if run.campaign_id in alive]


def _is_due(run: RunRecord, now: dt.datetime) -> bool:
    return run.state == "running" or run.due_at is None or run.due_at <= now
