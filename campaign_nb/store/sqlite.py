"""Everything that only SQLite knows: opening, journals, locks, checks, and the one insert that each database spells its own way."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as dialect
from sqlalchemy.pool import NullPool

from campaign_nb.errors import Problem, StoreError
from campaign_nb.store import place
from campaign_nb.store.faults import from_database
from campaign_nb.store.schema import metadata, to_json

APPLICATION_ID = 0x636E6273  # "cnbs", written into the file's header: this file is a store
BUSY_SECONDS = 10.0
CHECKED_WHEN_OPENED = 64 * 2**20  # bytes; a larger file is checked by `integrity()` only

Mode = Literal["read", "write"]
_MAGIC = b"SQLite format 3\x00"
_GUARDS = ("trusted_schema = OFF", "cell_size_check = ON", "foreign_keys = ON", "synchronous = FULL", "journal_size_limit = 4194304")
_BEGIN: Mapping[str, str] = {"read": "BEGIN", "write": "BEGIN IMMEDIATE"}

_held: list[int] = []


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Tell whether this SQLite resets its write-ahead log without losing pages.

    >>> [wal_is_safe(version) for version in [(3, 40, 1), (3, 44, 6), (3, 50, 6), (3, 51, 3)]]
    [False, True, False, True]
    """
    if version[:2] == (3, 44):
        return version >= (3, 44, 6)
    if version[:2] == (3, 50):
        return version >= (3, 50, 7)
    return version >= (3, 51, 3)


def journal_mode(version: tuple[int, int, int], file_system: str) -> str:
    """Return the journal to use: "wal" where library and disk are known to be safe, else "persist".

    >>> journal_mode((3, 53, 0), "ext4"), journal_mode((3, 53, 0), "nfs4"), journal_mode((3, 40, 1), "ext4")
    ('wal', 'persist', 'persist')
    """
    local = bool(file_system) and not place.is_network(file_system)
    return "wal" if local and wal_is_safe(version) else "persist"


def linked_version() -> tuple[int, int, int]:
    """Return the version of the SQLite library that Python is linked with."""
    return sqlite3.sqlite_version_info[0], sqlite3.sqlite_version_info[1], sqlite3.sqlite_version_info[2]


def connect(path: Path, mode: Literal["ro", "rw", "rwc"]) -> sqlite3.Connection:
    """Open a file with the guards on; transactions are begun by whoever asks for one."""
    raw = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        for guard in _GUARDS:
            raw.execute(f"PRAGMA {guard}")
        if sys.version_info >= (3, 12):
            raw.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
    except BaseException:
        raw.close()
        raise
    return raw


def engine(path: Path, journal: str) -> Engine:
    """Return the engine of a store's file: a fresh connection for each use, none shared by threads or forks."""

    def creator() -> sqlite3.Connection:
        raw = connect(path, "rw")
        try:
            set_journal(raw, journal, f"store {str(path.parent)!r}")
        except BaseException:
            raw.close()
            raise
        return raw

    made = create_engine("sqlite+pysqlite://", creator=creator, poolclass=NullPool, hide_parameters=True, json_serializer=to_json)
    event.listen(made, "begin", _begin)
    return made


def prefer_wal(path: Path) -> None:
    """Turn a file to WAL mode if nobody else is using it; if somebody is, it stays on its rollback journal, as safe."""
    with closing(connect(path, "rw")) as raw:
        raw.execute("PRAGMA busy_timeout = 100")
        try:
            raw.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY"):
                raise


def set_journal(raw: sqlite3.Connection, journal: str, where: str) -> None:
    """Put a connection on a journal that is safe here.

    Errors: a file that another program keeps in WAL mode, which this library must not use.
    """
    if raw.execute("PRAGMA journal_mode").fetchone()[0] == "wal" == journal:
        return
    rollback = "persist" if journal == "wal" else journal
    try:
        now = raw.execute(f"PRAGMA journal_mode = {rollback}").fetchone()[0]
    except sqlite3.OperationalError as error:
        if not str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY"):
            raise
        now = "wal"
    if now != rollback:
        raise StoreError(
            Problem(
                where,
                f"another program keeps it in WAL mode, which SQLite {sqlite3.sqlite_version} may damage",
                "SQLite 3.51.3 or later in every program that shares the store",
                "close the other program, or update Python's SQLite here",
            )
        )


def _begin(connection: Connection) -> None:
    mode = str(connection.get_execution_options().get("store_mode", "read"))
    if mode == "read":
        connection.exec_driver_sql("PRAGMA query_only = ON")
    connection.exec_driver_sql(_BEGIN[mode])


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same unique values is there; tell whether it was inserted.

    Of several processes that try at once, one gets True.
    """
    insert = dialect.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
    statement = insert.values(**values).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return connection.execute(statement).rowcount == 1


def recognise(path: Path) -> None:
    """Make sure that a file is one of our stores, without writing a byte to it.

    Errors: a file of another program, a damaged file.
    """
    where = f"store {str(path.parent)!r}"
    try:
        with closing(connect(path, "ro")) as raw:
            found = raw.execute("PRAGMA application_id").fetchone()[0]
            raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        code = str(getattr(error, "sqlite_errorname", ""))
        if code == "SQLITE_NOTADB":
            found = 0
        elif code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
            found = _stamp(path)  # a crash left a transaction to undo, which takes writing
        else:
            raise from_database(error, where) from error
    if found != APPLICATION_ID:
        raise StoreError(
            Problem(
                where,
                f"{path.name} was not made by campaign_nb",
                "an empty folder, or one that holds a store",
                "choose another folder; this file is left as it is",
            )
        )


def _stamp(path: Path) -> int:
    """Read the application id from the file's header.

    The handle stays open: closing it would drop the locks that this process holds on the file.
    """
    handle = os.open(path, os.O_RDONLY)
    _held.append(handle)
    header = os.read(handle, 72)
    return int.from_bytes(header[68:72], "big") if header.startswith(_MAGIC) else 0


def examine(raw: sqlite3.Connection, where: str, size: int) -> None:
    """Refuse a file with triggers or views, which we never make, or whose pages are damaged.

    Errors: triggers, views; damage.
    """
    strangers = [
        f"{kind} {name}"
        for kind, name in raw.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name")
        if kind not in {"table", "index"}
    ]
    if strangers:
        raise StoreError(
            Problem(
                where,
                f"the file holds what a store never holds: {', '.join(strangers[:5])}",
                "tables and indexes only",
                "don't open a store from somebody you don't trust",
            )
        )
    if size <= CHECKED_WHEN_OPENED:
        damage = [row[0] for row in raw.execute("PRAGMA quick_check(3)")]
        if damage != ["ok"]:
            raise StoreError(
                Problem(
                    where,
                    f"its file is damaged: {damage[0]}",
                    "a file that passes SQLite's check",
                    "restore a copy of the whole folder; this file is left as it is",
                )
            )


def schema_version(raw: sqlite3.Connection) -> int:
    """Return the version of the tables in a file, 0 when it has none."""
    row = raw.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    return int(row[0]) if row else 0


def integrity(connection: Connection) -> list[str]:
    """Return what is wrong with the file, its references and its tables; an empty list when nothing is."""
    if connection.dialect.name != "sqlite":
        return []
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
    problems = [] if found == ["ok"] else found
    broken: dict[tuple[str, str], int] = {}
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        pair = (str(row[0]), str(row[2]))
        broken[pair] = broken.get(pair, 0) + 1
    for (table, parent), count in sorted(broken.items()):
        rows = f"1 row of {table} points to a row" if count == 1 else f"{count} rows of {table} point to rows"
        problems.append(f"{rows} of {parent} that {'is' if count == 1 else 'are'} gone")
    names = {str(row[0]) for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return problems + [f"the table {name} is missing" for name in metadata.tables if name not in names]
