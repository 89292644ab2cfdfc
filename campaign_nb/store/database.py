"""The store of a workspace: one folder, one database, transactions for many threads and kernels."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import threading
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from campaign_nb.errors import Problem, StoreError
from campaign_nb.store import log, meta, migrate, place, postgres, sqlite
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.faults import BUSY_HERE, from_database, from_system, is_passing
from campaign_nb.store.leases import Leases

FILE = "store.db"
_HOME = "home"

_abandoned: list[Connection] = []


class Guard(Protocol):
    """What must hold for a thread's writes to count.

    It is looked at in each of the thread's transactions.
    """

    def check(self, connection: Connection) -> None:
        """Raise when the transaction must not go on."""
        ...

    def meet(self, error: StoreError) -> None:
        """Take in that the store refused for a reason that may pass."""
        ...


class Store:
    """What a workspace knows of campaigns, launches, runs and files.

    The truth that every view shows.

    A store may be used from many threads and by several kernels at once. Reads and writes are short: one writer at a
    time, others wait for it. In a folder it is a file of SQLite; on a server, a database of PostgreSQL with a folder for
    its files beside.

    Errors: StoreError, in four parts, whatever the database or the disk refuses.

    >>> import tempfile
    >>> store = Store.open(Path(tempfile.mkdtemp()) / ".campaign-nb")
    >>> with store.begin() as connection:
    ...     meta.put(connection, "colour", "green")
    >>> with store.read() as connection:
    ...     meta.get(connection, "colour")
    'green'
    >>> store.integrity()
    []
    >>> store.close()
    """

    def __init__(self, folder: Path, engine: Engine, notes: tuple[str, ...] = (), *, where: str = "", lease: float | None = None) -> None:
        """Use `Store.open`; this takes an engine whose tables are there and up to date."""
        self.folder = folder
        self.notes = notes
        self._engine = engine
        self._where = where or f"store {str(folder)!r}"
        self._pid = os.getpid()
        self._turn = threading.Lock()
        self._open = True
        self._here = threading.local()
        self._home: Mapping[str, str] = {}
        self._asks = False
        self.leases = Leases(self, lease)
        with self.read() as connection:
            self._identity = meta.get(connection, "identity") or ""

    @classmethod
    def open(cls, folder: Path, *, url: str | None = None, lease: float | None = None) -> Store:
        """Open the store of a folder, or make one there.

        With `url`, that of a database of PostgreSQL.

        Shape: the folder gets mode 0700 if it is made here, the file `store.db` mode 0600.
        Units: `lease` is the seconds after which others go on with what this kernel executes if it stands still; None
        gives no sign of life, and leases last until they are given back or the process ends.
        Errors: a folder that can't be written, a file of another program, a damaged file, tables newer than this code; a
        server that can't be reached, or whose files are in another folder.
        """
        folder = Path(folder).expanduser().absolute()
        where = f"store {str(folder)!r}" if url is None else f"store {postgres.shown(postgres.address(url))!r}"
        try:
            place.private_folder(folder)
            path = folder / FILE
            if url is not None:
                return _on_server(folder, url, where, lease)
            if not place.plain_file(path, where):
                _make(path, where)
            return _opened(path, where, lease)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise from_database(error, where) from error
        except OSError as error:
            raise from_system(error, where) from error

    @property
    def identity(self) -> str:
        """The store's own id, made once; a copy of the folder has the same."""
        return self._identity

    @property
    def path(self) -> Path:
        """The database's file, of a store in a folder."""
        return self.folder / FILE

    @property
    def question(self) -> Problem | None:
        """What must be answered before anything is launched.

        It asks whether this store, found elsewhere, is the one to go on.
        """
        if not self._asks:
            return None
        with self.read() as connection:
            before: dict[str, str] = json.loads(meta.get(connection, _HOME) or "{}")
        found = place.changes(before, self._home)
        self._asks = bool(found)
        if not found:
            return None
        what = f"it was copied, restored or moved since it was last used: {'; '.join(found)}"
        expected = "one store that goes on; nothing is launched and no run goes on until you say that it is this one"
        return Problem(self._where, what, expected, "make sure that the other one is off, then: ws.confirm_here()")

    def confirm_here(self, at: dt.datetime) -> bool:
        """Say that this store is the one to go on, for all kernels at once.

        False when nobody asked.
        """
        question = self.question
        if question is None:
            return False
        with self.begin() as connection:
            meta.put(connection, _HOME, json.dumps(dict(self._home)))
            log.append(connection, f"confirmed that this workspace goes on here: {question.what}", at, level="warning")
        self._asks = False
        return True

    @property
    def guard(self) -> Guard | None:
        """What must hold for the writes of this thread.

        Threads that write for it take it over by hand.
        """
        return getattr(self._here, "guard", None)

    @guard.setter
    def guard(self, guard: Guard | None) -> None:
        self._here.guard = guard

    @contextmanager
    def begin(self) -> Generator[Connection, None, None]:
        """Write in one transaction: everything in the block is kept, or nothing.

        Errors: an exception undoes the block and goes on; another transaction of this thread is open; the run for which
        this thread writes is another kernel's by now.
        """
        self._usable()
        if self._current() is not None:
            raise StoreError(
                Problem(
                    self._where,
                    "a transaction was begun inside another of the same thread",
                    "one at a time",
                    "pass the connection of the outer one on",
                )
            )
        if not self._turn.acquire(timeout=sqlite.BUSY_SECONDS):
            raise self._met(StoreError(Problem(self._where, BUSY_HERE, "transactions that take milliseconds", "try again")))
        try:
            with self._connected("write") as connection:
                if (guard := self.guard) is not None:
                    guard.check(connection)
                faultpoint("transaction begun")
                yield connection
                faultpoint("before the commit")
            faultpoint("committed")
        finally:
            if os.getpid() == self._pid:
                self._turn.release()

    @contextmanager
    def read(self) -> Generator[Connection, None, None]:
        """Read one consistent state.

        Inside `begin()` of the same thread, the state being written.

        Errors: an attempt to write.
        """
        self._usable()
        current = self._current()
        if current is not None:
            yield current
            return
        with self._connected("read") as connection:
            yield connection

    def integrity(self) -> list[str]:
        """Return what is wrong with the file, its references and its tables.

        An empty list when nothing is.
        """
        with self.read() as connection:
            return (sqlite if connection.dialect.name == "sqlite" else postgres).integrity(connection)

    def close(self) -> None:
        """Give everything back; a closed store refuses to be used. Closing twice is fine."""
        self._open = False
        self.leases.close()
        if os.getpid() == self._pid:
            self._engine.dispose()

    @contextmanager
    def _connected(self, mode: sqlite.Mode) -> Generator[Connection, None, None]:
        try:
            connection = self._engine.connect().execution_options(store_mode=mode)
            try:
                connection.begin()
                self._here.connection = connection
                yield connection
                self._same_process(connection)
                connection.commit()
            finally:
                self._here.connection = None
                self._same_process(connection)
                connection.close()
        except (SQLAlchemyError, sqlite3.Error) as error:
            self._refuse(error, mode)

    def _refuse(self, error: SQLAlchemyError | sqlite3.Error, mode: sqlite.Mode) -> NoReturn:
        origin = error.orig if isinstance(error, DBAPIError) else error
        if mode == "read" and ("readonly" in str(origin) or getattr(origin, "sqlstate", None) == "25006"):
            problem = Problem(self._where, "a write was tried in store.read()", "reads only", "with store.begin() as connection: …")
            raise StoreError(problem) from error
        raise self._met(from_database(error, self._where)) from error

    def _met(self, error: StoreError) -> StoreError:
        if self.guard is not None and is_passing(error):
            self.guard.meet(error)
        return error

    def settle(self, home: Mapping[str, str]) -> None:
        """Take in where the store lives, and notice when it lived elsewhere before."""
        self._home = home
        with self.read() as connection:
            known = meta.get(connection, _HOME)
        if known is None:
            with self.begin() as connection:
                meta.swap(connection, _HOME, None, json.dumps(dict(home)))
        self._asks = True

    def _current(self) -> Connection | None:
        return getattr(self._here, "connection", None)

    def _usable(self) -> None:
        if os.getpid() != self._pid:
            self._forked()
        if not self._open:
            raise StoreError(Problem(self._where, "it is closed", "an open store", "open the workspace again"))

    def _same_process(self, connection: Connection) -> None:
        if os.getpid() != self._pid:
            _abandoned.append(connection)  # closing it here would undo what the parent is writing
            self._forked()

    def _forked(self) -> NoReturn:
        raise StoreError(
            Problem(
                self._where,
                f"it was opened by process {self._pid} and is used in its fork {os.getpid()}",
                "each process opens the store for itself",
                'open the workspace again in the new process, or start processes by "spawn"',
            )
        )


def _make(path: Path, where: str) -> None:
    """Make a store beside its final name and give it that name when it is whole; another kernel may be faster."""
    temporary = place.temporary(path.parent)
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite.connect(temporary, "rw")) as raw:
            raw.execute(f"PRAGMA application_id = {sqlite.APPLICATION_ID}")
        engine = sqlite.engine(temporary, "memory").execution_options(store_mode="write")
        migrate.migrate(engine.begin, where, migrate.MIGRATIONS)
        engine.dispose()
        faultpoint("store made")
        place.flush(temporary)
        place.link_into_place(temporary, path)
        faultpoint("store in place")
    finally:
        temporary.unlink(missing_ok=True)


def _opened(path: Path, where: str, lease: float | None) -> Store:
    sqlite.recognise(path)
    with closing(sqlite.connect(path, "rw")) as raw:
        sqlite.examine(raw, where, path.stat().st_size)
        migrate.refuse_newer(sqlite.schema_version(raw), where, migrate.MIGRATIONS)
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    disk = place.file_system(path.resolve())
    journal = sqlite.journal_mode(sqlite.linked_version(), disk)
    if journal == "wal":
        sqlite.prefer_wal(path)
    notes = (f"{where} lies on a network file system ({disk}): use it from one machine at a time",) if place.is_network(disk) else ()
    store = Store(path.parent, sqlite.engine(path, journal), notes, lease=lease)
    migrate.migrate(store.begin, where, migrate.MIGRATIONS)
    store.settle(place.home(path))
    return store


def _on_server(folder: Path, url: str, where: str, lease: float | None) -> Store:
    engine = postgres.engine(postgres.address(url), lease)
    try:
        with engine.connect() as connection, connection.begin():
            found = postgres.schema_version(connection, where)
        migrate.refuse_newer(found, where, migrate.MIGRATIONS)
        if found < migrate.latest():
            migrate.migrate(engine.execution_options(store_mode="write").begin, where, migrate.MIGRATIONS)
        store = Store(folder, engine, where=where, lease=lease)
        with store.begin() as connection:
            place.bind(folder, store.identity, where, bound=meta.get(connection, "folder") is not None)
            meta.put(connection, "folder", place.IDENTITY)
        with store.read() as connection:
            home = postgres.home(connection, postgres.mark_of(folder))
        store.settle(home)
        return store
    except BaseException:
        engine.dispose()
        raise
