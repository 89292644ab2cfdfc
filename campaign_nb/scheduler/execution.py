"""Execution: one run from the moment that somebody has the right to it until it ends, waits or is asked to stop."""

from __future__ import annotations

from collections.abc import Callable

from campaign_nb.graph.lifecycle import Status
from campaign_nb.scheduler.endings import Endings
from campaign_nb.scheduler.going import Going
from campaign_nb.scheduler.launcher import Launcher
from campaign_nb.scheduler.launches import Launches
from campaign_nb.scheduler.lease import Lease
from campaign_nb.scheduler.progress import Progress
from campaign_nb.store import Store, campaigns, runs
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.runs import UNFINISHED, RunRecord


class Execution:
    """Executes runs in whatever thread asks for it, writes down how they ended, and tells when something changes."""

    def __init__(
        self,
        store: Store,
        launcher: Launcher,
        made: Launches,
        endings: Endings,
        going: Going,
        progress: Progress,
        changed: Callable[[], None],
    ) -> None:
        self._store, self._launcher, self._launches, self._endings = store, launcher, made, endings
        self._going, self._progress, self._changed = going, progress, changed

    def execute(self, lease: Lease, halted: Callable[[], bool], *, inline: bool) -> None:
        """Execute a run until it ends, waits or is asked to stop, and give the right to it back.

        An interrupt in the user's own thread (`inline`) leaves the run where it is: the next look goes on with it.
        Errors: an interrupt; what the store refuses.
        """
        asked, leave = [False], True

        def stop() -> bool:
            asked[0] = asked[0] or halted() or self._is_paused(before)
            return asked[0]

        try:
            before = self._begin(lease)
            faultpoint("execution begins")
            try:
                after = self._launcher.advance(lease.run_id, stop)
            except KeyboardInterrupt:
                leave = not inline
                raise
            except BaseException as error:  # a panic of native code, or exit() in a user's function, is no Exception
                self._endings.fail(lease.run_id, error)
                after = None
            faultpoint("run left")
            self._endings.close(lease.run_id)
            faultpoint("launch closed")
            leave = after is not None and not asked[0] and _is_stuck(before, after)
        finally:
            self._progress.end(lease.run_id)
            self._going.release(lease, leave=leave)
            faultpoint("lease given back")
            self._changed()

    def _begin(self, lease: Lease) -> RunRecord:
        with self._store.read() as connection:
            run = runs.get(connection, lease.run_id)
            record = campaigns.get(connection, run.campaign_id)
        if record.status == Status.SCHEDULED:
            self._launches.enliven(run.campaign_id)
        self._progress.begin(record.name, run.id)
        self._changed()
        return run

    def _is_paused(self, run: RunRecord) -> bool:
        with self._store.read() as connection:
            return campaigns.get(connection, run.campaign_id).paused


def _is_stuck(before: RunRecord, after: RunRecord) -> bool:
    """Tell whether a run came back unfinished and just as it was, so that trying again at once is no use."""
    return after.state in UNFINISHED and (after.state, after.due_at) == (before.state, before.due_at)
