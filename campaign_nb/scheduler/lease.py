"""The right to execute a run: a row of the store whose token every write checks, and a lock that dies with its kernel."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
from collections.abc import Callable
from pathlib import Path

from campaign_nb.clock import Clock
from campaign_nb.errors import StoreError
from campaign_nb.scheduler.launcher import Launcher, Scheduled
from campaign_nb.store import Connection, Store, log, place, runs
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.faults import is_passing
from campaign_nb.store.leases import Held
from campaign_nb.store.runs import RunRecord

if sys.platform != "win32":
    import fcntl

FOLDER = "locks"


class Lock:
    """A lock of the operating system on one run, until it is released or its process ends."""

    def __init__(self, path: Path, handle: int, real: bool = True) -> None:
        self.real = real
        """False on a disk without locks, where everybody gets one."""
        self._path, self._handle = path, handle

    def release(self) -> None:
        """Let others have it; releasing twice is fine."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            faultpoint("lock removed")
            os.close(handle)


class Lease:
    """The right to execute one run, until it is released, its process ends or it stands still for too long."""

    def __init__(self, run_id: str, store: Store, held: Held, lock: Lock | None) -> None:
        self.run_id = run_id
        self._store, self._held, self._lock = store, held, lock

    @property
    def lost(self) -> bool:
        """Whether another kernel goes on with the run."""
        return self._held.lost

    @property
    def met(self) -> bool:
        """Whether the run was cut short, for the store refused for a reason that may pass."""
        return self._held.met is not None

    def release(self) -> None:
        """Let others execute the run; the thread writes for it no more. Releasing twice is fine."""
        if self._store.guard is self._held:
            self._store.guard = None
        try:
            self._store.leases.give_back(self._held)
        finally:
            if self._lock is not None:
                self._lock.release()


def lease(store: Store, run_id: str, at: dt.datetime, may: Callable[[Connection], bool]) -> Lease | None:
    """Take the right to execute a run; None while somebody has it, or when `may` says no in the same transaction.

    A kernel of this machine that died has lost its lock, so its runs go on at once; one that stands still, or died
    elsewhere, is waited for: the length of its lease.
    """
    lock = take(store.folder, run_id)
    faultpoint("run locked")
    held = None
    try:
        held = store.leases.take(run_id, at, None if lock is None else lock.real, may)
    finally:
        if held is None and lock is not None:
            lock.release()
    return None if held is None else Lease(run_id, store, held, lock)


def take(folder: Path, run_id: str) -> Lock | None:
    """Take the operating system's lock on a run of a store, None while somebody has it.

    A disk without locks gives it to everybody, and says so.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> mine = take(folder, "r1")
    >>> take(folder, "r1") is None
    True
    >>> mine.release()
    >>> take(folder, "r1").release()
    """
    place.private_folder(folder / FOLDER)
    path = folder / FOLDER / f"{run_id}.lock"
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            if (got := _lock(handle)) is None:
                os.close(handle)
                return None
            if _is_still(path, handle):
                return Lock(path, handle, got)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # its last owner removed the file between the opening and the locking


def _lock(handle: int) -> bool | None:
    """Return True with the lock, None when somebody has it, False when the disk has no locks."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    except OSError:
        return False
    return True


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


class Fenced(Launcher):
    """Lets a launcher write for a run only while this kernel has the run's lease, and only where the store is at home.

    From `advance` until the lease is released, every transaction of the thread checks the lease's token: a kernel that
    stood still writes nothing more, marks nothing as failed, and says so in the log. While the store asks whether it is
    the one to go on, there is nothing to launch and no run to go on with.
    """

    def __init__(self, store: Store, launcher: Launcher, clock: Clock) -> None:
        self._store, self._launcher, self._clock = store, launcher, clock

    def scheduled(self) -> list[Scheduled]:
        """Return the published campaigns of this kernel that have a schedule."""
        return [] if self._store.question is not None else self._launcher.scheduled()

    def as_of(self, scheduled: Scheduled, due: dt.datetime) -> dt.datetime:
        """Return what *now* means in the run of a launch that is due at an instant."""
        return self._launcher.as_of(scheduled, due)

    def holds(self, run: RunRecord) -> bool:
        """Tell whether this kernel can go on with a run."""
        return self._launcher.holds(run) and self._store.question is None

    def advance(self, run_id: str, stop: Callable[[], bool]) -> RunRecord:
        """Execute a run as long as this kernel has its lease.

        Errors: whatever makes the run fail; neither a lost lease does, nor a store that refuses for a reason that may pass.
        """
        held = self._store.leases.held(run_id)
        if held is None:
            return self._launcher.advance(run_id, stop)
        if not held.lost:
            self._store.guard = held
            try:
                found = self._launcher.advance(run_id, lambda: stop() or held.lost)
                if not held.lost:
                    return found
            except Exception as error:
                if isinstance(error, StoreError) and is_passing(error):
                    held.meet(error)
                if held.met is None and not held.lost:
                    raise
        return self._tell(run_id, held)

    def _tell(self, run_id: str, held: Held) -> RunRecord:
        """Return the run as it stands, after a line in the log; the lease is still checked if that can't be written."""
        with self._store.read() as connection:
            run = runs.get(connection, run_id)
        message = f"a kernel lost the right to run {run_id[:8]}, for it stood still; another goes on with it"
        if not held.lost and held.met is not None:
            message = f"run {run_id[:8]} stands where it is and goes on later: {held.met.what}"
        self._store.guard = None
        with contextlib.suppress(StoreError), self._store.begin() as connection:
            log.append(connection, message, self._clock.now(), campaign_id=run.campaign_id, run_id=run_id, level="warning")
        return run
