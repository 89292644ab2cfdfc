"""What databases and disks refuse, said in four parts."""

from __future__ import annotations

import errno
import sqlite3
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from campaign_nb.errors import Problem, StoreError

_ELSEWHERE = 'choose another folder: cn.Workspace("~/campaigns")'


class _Fault(NamedTuple):
    what: str
    expected: str
    do: str


_LOCKED = _Fault(
    "another program holds its lock for more than 10 s",
    "transactions that take milliseconds",
    "try again, or close the other notebook that writes to it",
)
_FULL = _Fault("its disk is full, nothing of this change was kept", "free space", "free some space, then try again")
_READ_ONLY = _Fault("it can't be written", "a folder and a file that you may write", 'choose another folder: cn.Workspace("~/campaigns")')
_BROKEN_DISK = _Fault(
    "its disk reported an error, nothing of this change was kept", "a disk that reads and writes", "check the disk, then try again"
)
_DAMAGED = _Fault("its file is damaged", "a readable SQLite file", "restore a copy of the whole folder; this file is left as it is")
_TOO_LONG = _Fault("its path is too long", "a shorter path", 'choose another folder: cn.Workspace("~/campaigns")')

_BY_CODE: tuple[tuple[str, _Fault], ...] = (
    ("SQLITE_BUSY", _LOCKED),
    ("SQLITE_LOCKED", _LOCKED),
    ("SQLITE_PROTOCOL", _LOCKED),
    ("SQLITE_FULL", _FULL),
    ("SQLITE_READONLY", _READ_ONLY),
    ("SQLITE_PERM", _READ_ONLY),
    ("SQLITE_CANTOPEN", _Fault("its file can't be opened", "the file store.db in that folder", "check that the folder is still there")),
    ("SQLITE_IOERR", _BROKEN_DISK),
    ("SQLITE_CORRUPT", _DAMAGED),
    ("SQLITE_NOTADB", _DAMAGED),
)

_BY_ERRNO = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EROFS: _READ_ONLY,
    errno.EIO: _BROKEN_DISK,
    errno.ENAMETOOLONG: _TOO_LONG,
    errno.ENOTDIR: _Fault("a file stands where a folder should be", "a folder", 'choose another folder: cn.Workspace("~/campaigns")'),
    errno.EEXIST: _Fault("a file stands where a folder should be", "a folder", 'choose another folder: cn.Workspace("~/campaigns")'),
}


def from_database(error: SQLAlchemyError | sqlite3.Error, where: str) -> StoreError:
    """Return the error to raise for what a database driver raised.

    >>> print(from_database(sqlite3.OperationalError("disk I/O error"), "store 'x'"))
    store 'x'
      the database refused: disk I/O error
      expected: a store that can be read and written
      → choose another folder: cn.Workspace("~/campaigns")
    """
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = str(getattr(origin, "sqlite_errorname", ""))
    for prefix, fault in _BY_CODE:
        if code.startswith(prefix):
            return StoreError(Problem(where, *fault))
    said = (str(origin).splitlines() or [type(origin).__name__])[0]
    if code.startswith("SQLITE_CONSTRAINT"):
        return StoreError(
            Problem(
                where,
                f"a row breaks a rule of the store: {said}",
                "rows that keep it; nothing of this change was kept",
                "try again with other values",
            )
        )
    return StoreError(Problem(where, f"the database refused: {said}", "a store that can be read and written", _ELSEWHERE))


def from_system(error: OSError, where: str) -> StoreError:
    """Return the error to raise for what the operating system raised.

    >>> from_system(OSError(errno.ENOSPC, "no space"), "store 'x'").what
    'its disk is full, nothing of this change was kept'
    """
    fault = _BY_ERRNO.get(error.errno or 0)
    if fault is None:
        said = error.strerror or type(error).__name__
        return StoreError(Problem(where, f"the system refused: {said}", "a folder that you may make and write", _ELSEWHERE))
    return StoreError(Problem(where, *fault))


def is_disk(error: OSError) -> bool:
    """Tell whether an error is the disk's (full, read-only, broken), not the program's.

    >>> is_disk(OSError(errno.ENOSPC, "no space")), is_disk(FileNotFoundError(errno.ENOENT, "no file"))
    (True, False)
    """
    return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
