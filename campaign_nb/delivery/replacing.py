"""Files outside of the store: replaced in one step, by one process at a time."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from campaign_nb.clock import SystemClock
from campaign_nb.errors import DeliveryError, Problem
from campaign_nb.store import place
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.faults import disk_error, from_system, is_disk

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


PATIENCE = 10.0
"""How many seconds another program may hold a file's lock."""
ABANDONED = 86_400.0
"""After how many seconds a half-written file counts as left by a process that died."""


def replace(target: Path, fill: Callable[[Path], object], where: str) -> None:
    """Let `fill` write a file, then put it in the place of another in one step.

    Half-written files that a crash has left in that folder are removed a day later.
    Shape: rights of a file that is replaced stay; a new one is for its owner alone.
    Errors: what the disk refuses; nothing is left behind.
    """
    temporary = place.temporary(target.parent)
    try:
        mode = target.stat().st_mode & 0o777 if target.is_file() else 0o600
        temporary.touch(mode=0o600)
        faultpoint("before the replacement")
        fill(temporary)
        faultpoint("replacement filled")
        temporary.chmod(mode)
        place.flush(temporary)
        faultpoint("replacement flushed")
        os.replace(temporary, target)
        faultpoint("replaced")
        place.flush(target.parent)
        faultpoint("replacement kept")
        _tidy(target.parent)
    except Exception as error:  # what polars writes by itself, it refuses in errors of its own
        if isinstance(error, OSError) or is_disk(error):
            raise from_system(disk_error(error), where) from error
        raise
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _tidy(folder: Path) -> None:
    before = SystemClock().now().timestamp() - ABANDONED
    for path in folder.glob(place.TEMPORARY + "[0-9a-f]" * 32):
        with contextlib.suppress(OSError):
            if path.lstat().st_mtime <= before:
                path.unlink()


@contextmanager
def alone(target: Path, where: str) -> Generator[None]:
    """Keep other processes that do the same from changing a file meanwhile.

    Errors: a lock that another program holds for ten seconds, a folder that can't be written.
    """
    path = target.with_name(f".{target.name}.lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise from_system(error, where) from error
    try:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                _lock(handle)
                break
            except OSError:
                if time.monotonic() > end:
                    what = f"another program holds its lock for more than {PATIENCE:g} s"
                    raise DeliveryError(
                        Problem(where, what, "changes that take seconds", "try again when that program has ended")
                    ) from None
            time.sleep(0.02)
        yield
    finally:
        os.close(handle)
