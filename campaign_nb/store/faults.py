"""What databases and disks refuse, said in four parts."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from campaign_nb.errors import Problem, StoreError

_ELSEWHERE = 'choose another folder: cn.Workspace("~/campaigns")'


BUSY_HERE = "another thread writes for more than 10 s"


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

_AWAY = _Fault(
    "its server can't be reached, nothing that was not kept before counts",
    "a running PostgreSQL server at that address",
    "try again when the server is back; the scheduler goes on by itself",
)
_ENDED = _Fault(
    "this program stood still inside a transaction and the server ended it, nothing of this change was kept",
    "transactions that take milliseconds",
    "try again",
)
_MET = _Fault("two transactions were in each other's way, nothing of this change was kept", "one of them at a time", "try again")

_BY_STATE: tuple[tuple[str, _Fault], ...] = (
    ("55P03", _LOCKED),
    ("25P03", _ENDED),
    ("40", _MET),
    ("53100", _FULL),
    ("53300", _Fault("its server has too many connections", "a free one", "close what is open elsewhere, then try again")),
    (
        "53",
        _Fault("its server is short of memory, nothing of this change was kept", "free memory", "free some, then try again"),
    ),
    ("28", _Fault("its server refuses this user or password", "a user with a right to it", "set PGPASSWORD or a line of ~/.pgpass")),
    ("3D", _Fault("its server has no database of that name", "a database that is there", "make it: createdb NAME")),
    (
        "42501",
        _Fault("its user may not do this", "a user who may make and write tables", "GRANT ALL ON SCHEMA public TO …"),
    ),
    ("25006", _Fault("its server takes no writes", "a server that is not a standby", "name the primary server")),
    ("58", _BROKEN_DISK),
    ("XX001", _Fault("its database is damaged", "a readable database", "restore a copy of the whole database")),
    ("57", _AWAY),
    ("08", _AWAY),
)

_PASSING = frozenset(fault.what for fault in (_LOCKED, _FULL, _READ_ONLY, _BROKEN_DISK, _AWAY, _ENDED, _MET)) | {
    fault.what for state, fault in _BY_STATE if state.startswith(("28", "53", "25"))
}

_WORDS = (("password", "28"), ("pg_hba.conf", "28"), ('role "', "28"), ('database "', "3D"), ("too many", "53300"))

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


_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
_NUMBER = re.compile(r"\(os error (\d+)\)")


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
    state = _state(origin)
    for prefix, fault in _BY_STATE:
        if state.startswith(prefix):
            return StoreError(Problem(where, *fault))
    said = (str(origin).splitlines() or [type(origin).__name__])[0]
    if isinstance(error, DBAPIError) and hasattr(origin, "sqlstate"):
        if error.connection_invalidated or (isinstance(error, OperationalError) and not state):
            return StoreError(Problem(where, *_unreachable(str(origin))))
        said = _primary(origin) or said
    if code.startswith("SQLITE_CONSTRAINT") or state.startswith("23"):
        return StoreError(
            Problem(
                where,
                f"a row breaks a rule of the store: {said}",
                "rows that keep it; nothing of this change was kept",
                "try again with other values",
            )
        )
    return StoreError(Problem(where, f"the database refused: {said}", "a store that can be read and written", _ELSEWHERE))


def _state(origin: BaseException) -> str:
    """Return the five letters by which a server names what went wrong, "" for anything else."""
    return str(getattr(origin, "sqlstate", None) or "")


def _primary(origin: BaseException) -> str:
    """Return a server's own first line, without the values of rows that may follow it."""
    return str(getattr(getattr(origin, "diag", None), "message_primary", None) or "")


def _unreachable(said: str) -> _Fault:
    """Return what a failed connection means: libpq gives no code for it, only the server's words."""
    found = next((state for words, state in _WORDS if words in said), None) if "FATAL" in said else None
    return _AWAY if found is None else dict(_BY_STATE)[found]


def from_system(error: OSError, where: str) -> StoreError:
    """Return the error to raise for what the operating system raised.

    >>> from_system(OSError(errno.ENOSPC, "no space"), "store 'x'").what
    'its disk is full, nothing of this change was kept'
    """
    fault = _BY_ERRNO.get(error.errno or _told(error))
    if fault is None:
        said = error.strerror or type(error).__name__
        return StoreError(Problem(where, f"the system refused: {said}", "a folder that you may make and write", _ELSEWHERE))
    return StoreError(Problem(where, *fault))


def is_passing(error: BaseException) -> bool:
    """Tell whether a store refused for a reason that may pass: a lock, a full disk, a server that is away.

    What was being done is neither done nor failed then: it is done again later.

    >>> is_passing(from_system(OSError(errno.ENOSPC, "no space"), "store 'x'")), is_passing(KeyError("x"))
    (True, False)
    """
    return isinstance(error, StoreError) and (error.what in _PASSING or error.what == BUSY_HERE)


def is_disk(error: Exception) -> bool:
    """Tell whether an error is the disk's (full, read-only, broken), not the program's.

    Libraries that write by themselves, as polars does, raise errors of their own that only tell of it.

    >>> is_disk(OSError(errno.ENOSPC, "no space")), is_disk(FileNotFoundError(errno.ENOENT, "no file"))
    (True, False)
    >>> is_disk(ValueError("parquet: underlying IO error: No space left on device (os error 28)"))
    True
    """
    return ((isinstance(error, OSError) and error.errno) or _told(error)) in _DISK


def disk_error(error: Exception) -> OSError:
    """Return an error that is the disk's as the operating system would have raised it."""
    number = _told(error)
    return error if isinstance(error, OSError) and error.errno else OSError(number, os.strerror(number))


def _told(error: BaseException) -> int:
    """Return the number of the system's error of which the text of another tells, 0 where it tells of none."""
    text = str(error)
    found = _NUMBER.search(text)
    return int(found[1]) if found else next((number for number in _DISK if os.strerror(number) in text), 0)
