"""The right to execute a run: a lock that the operating system takes back when a kernel dies."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from campaign_nb.store import place

if sys.platform != "win32":
    import fcntl

FOLDER = "locks"


class Lease:
    """The right to execute one run, until it is released or its process ends."""

    def __init__(self, run_id: str, path: Path, handle: int) -> None:
        self.run_id = run_id
        self._path, self._handle = path, handle

    def release(self) -> None:
        """Let others execute the run; releasing twice is fine."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            os.close(handle)


def take(folder: Path, run_id: str) -> Lease | None:
    """Take the right to execute a run of a store, None while somebody has it.

    A disk without locks gives it to everybody: such a store is used from one kernel at a time.

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
            if not _lock(handle):
                os.close(handle)
                return None
            if _is_still(path, handle):
                return Lease(run_id, path, handle)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # its last owner removed the file between the opening and the locking


def _lock(handle: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # the disk has no locks
    return True


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
