"""Runs that go on: those of a kernel that died, those whose wait is over, those that were just started."""

from __future__ import annotations

import datetime as dt
import threading
import time

from campaign_nb.graph.lifecycle import Status
from campaign_nb.scheduler import lease
from campaign_nb.scheduler.launcher import Launcher
from campaign_nb.scheduler.lease import Lease
from campaign_nb.store import Connection, Store, campaigns, leases, runs
from campaign_nb.store.runs import RunRecord

REST = 5.0
"""Seconds of real time after which a run is tried again that met a full disk, a lock or a server that was away."""
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
        self._resting: dict[str, float] = {}

    def ready(self, now: dt.datetime) -> list[str]:
        """Return the runs that can go on now, in the order in which their waits ended.

        Those that another kernel executes are not among them, as long as it gives signs of life.
        """
        due = [run for run in self._held() if _is_due(run, now)]
        if due:
            with self._store.read() as connection:
                others = leases.by_name(connection)
            self._store.leases.forget_others([run.id for run in due])
            due = [run for run in due if self._store.leases.may_try(run.id, others.get(run.id))]
        return [run.id for run in sorted(due, key=lambda run: (run.due_at or run.started_at, run.started_at))]

    def lease(self, run_id: str, now: dt.datetime) -> Lease | None:
        """Take the right to execute a run, None when somebody has it or the run has ended or waits."""
        with self._lock:
            if run_id in self._executing or run_id in self._left:
                return None
            self._executing.add(run_id)
        found = None
        try:
            found = lease.lease(self._store, run_id, now, lambda connection: _still_due(connection, run_id, now))
            return found
        finally:
            if found is None:
                self._forget(run_id)

    def release(self, found: Lease, *, leave: bool = False) -> None:
        """Give the right back; with `leave` this kernel does not take it again by itself.

        A run that another kernel took away is not left, and one that met a store which refused is tried again after a while.
        """
        with self._lock:
            if found.met and self._store.leases.seconds is not None:
                self._resting[found.run_id] = time.monotonic() + REST
            elif found.met or (leave and not found.lost):
                self._left.add(found.run_id)
        found.release()
        self._forget(found.run_id)

    def again(self, run_id: str | None = None) -> None:
        """Try a run that was left alone again, or all of them."""
        with self._lock:
            self._left -= {run_id} if run_id is not None else set(self._left)
            self._resting.clear()

    def next_at(self, after: dt.datetime) -> dt.datetime | None:
        """Return the first instant after another at which a wait ends, or at which to look whether other kernels live."""
        waits = [run.due_at for run in self._held() if run.state == "waiting" and run.due_at is not None and run.due_at > after]
        if (seconds := self._store.leases.look_within()) is not None:
            waits.append(after + dt.timedelta(seconds=seconds))
        return min(waits, default=None)

    def _held(self) -> list[RunRecord]:
        with self._store.read() as connection:
            found = _eligible(connection)
        with self._lock:
            self._resting = {run_id: until for run_id, until in self._resting.items() if until > time.monotonic()}
            apart = self._executing | self._left | self._resting.keys()
            found = [run for run in found if run.id not in apart]
        return [run for run in found if self._launcher.holds(run)]

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


def _still_due(connection: Connection, run_id: str, now: dt.datetime) -> bool:
    run = runs.get(connection, run_id)
    return run.state in ("running", "waiting") and _is_due(run, now)


def _is_due(run: RunRecord, now: dt.datetime) -> bool:
    return run.state == "running" or run.due_at is None or run.due_at <= now
