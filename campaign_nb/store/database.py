"""The store of a workspace: one folder, one database, transactions for many threads and kernels."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from campaign_nb.errors import Problem, StoreError
from campaign_nb.store import meta, migrate, place, sqlite
from campaign_nb.store.faults import from_database, from_system

FILE = "store.db"

_abandoned: list[Connection] = []


class Store:
    """What a workspace knows of campaigns, launches, runs and files.

    The truth that every view shows.

    A store may be used from many threads and by several kernels at once. Reads and writes are short:
    a writer waits for readers, and other writers wait for it.

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

    def __init__(self, folder: Path, engine: Engine, notes: tuple[str, ...] = ()) -> None:
        """Use `Store.open`; this takes an engine whose tables are there and up to date."""
        self.folder = folder
        self.notes = notes
        self._engine = engine
        self._where = f"store {str(folder)!r}"
        self._pid = os.getpid()
        self._turn = threading.Lock()
        self._open = True
        self._here = threading.local()
        with self.read() as connection:
            self._identity = meta.get(connection, "identity") or ""

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open the store of a folder, or make one there.

        Shape: the folder gets mode 0700 if it is made here, the file `store.db` mode 0600.
        Errors: a folder that can't be written, a file of another program, a damaged file, tables newer than this code.
        """
        folder = Path(folder).expanduser().absolute()
        where = f"store {str(folder)!r}"
        try:
            place.private_folder(folder)
            path = folder / FILE
            if not place.plain_file(path, where):
                _make(path, where)
            return _opened(path, where)
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
        """The database's file."""
        return self.folder / FILE

    @contextmanager
    def begin(self) -> Generator[Connection, None, None]:
        """Write in one transaction: everything in the block is kept, or nothing.

        Errors: an exception undoes the block and goes on; another transaction of this thread is open.
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
            raise StoreError(
                Problem(self._where, "another thread writes for more than 10 s", "transactions that take milliseconds", "try again")
            )
        try:
            with self._connected("write") as connection:
                yield connection
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
            return sqlite.integrity(connection)

    def close(self) -> None:
        """Give everything back; a closed store refuses to be used. Closing twice is fine."""
        self._open = False
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
        said = str(getattr(error, "orig", None) or error)
        if mode == "read" and "readonly" in said:
            problem = Problem(self._where, "a write was tried in store.read()", "reads only", "with store.begin() as connection: …")
            raise StoreError(problem) from error
        raise from_database(error, self._where) from error

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
        place.flush(temporary)
        place.link_into_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _opened(path: Path, where: str) -> Store:
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
    store = Store(path.parent, sqlite.engine(path, journal), notes)
    migrate.migrate(store.begin, where, migrate.MIGRATIONS)
    return store
