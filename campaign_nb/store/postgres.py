"""Everything that only PostgreSQL knows: addresses without their passwords, transactions, what a database must look like."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from campaign_nb.errors import Problem, StoreError
from campaign_nb.store import meta, place, sqlite
from campaign_nb.store.schema import metadata, to_json

SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
IDLE_SECONDS = 20.0
"""How long a program may stand still inside a write transaction before the server ends it and others go on."""
_DEFAULTS = {"connect_timeout": "10", "keepalives_idle": "30", "tcp_user_timeout": "30000", "application_name": "campaign-nb"}
_EXAMPLE = 'cn.Workspace("postgresql://user@host/database", folder="/shared/campaigns")'

# One writer at a time, as on SQLite: what a block reads after its first line stays true until it ends, so that claims are
# exact and no transaction ever has to be tried again. The lock is the store's own, and the server gives it back by itself.
_WRITE = """
SET LOCAL lock_timeout = {lock};
SET LOCAL idle_in_transaction_session_timeout = {idle};
SET LOCAL TIME ZONE 'UTC';
SELECT pg_advisory_xact_lock({key}, coalesce(current_schema()::regnamespace::oid::int, 0))"""
_READ = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL TIME ZONE 'UTC'"


def is_address(text: str) -> bool:
    """Tell whether a text names a database of a server, and no folder.

    >>> is_address("postgresql://anna@db/shop"), is_address("campaigns")
    (True, False)
    """
    return text.partition("://")[0] in SCHEMES and "://" in text


def address(text: str) -> URL:
    """Read an address; the password may stand in it, or in PGPASSWORD, or in ~/.pgpass.

    Errors: an address that can't be read, told without it, for a password may be what breaks it.

    >>> address("postgresql://anna:secret@db.example.com/shop").host
    'db.example.com'
    """
    try:
        url = make_url(text).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        url = None
    if url is None or not url.database:
        what = "the address of its database can't be read" if url is None else "its address names no database"
        raise StoreError(Problem("workspace", what, "postgresql://user@host:port/database, odd characters as %2F", _EXAMPLE))
    return url


def shown(url: URL) -> str:
    """Return an address without password and options.

    >>> shown(address("postgresql://anna:secret@db.example.com/shop?password=secret"))
    'postgresql://anna:***@db.example.com/shop'
    """
    return url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


def engine(url: URL, lease: float | None = None) -> Engine:
    """Return the engine of a database: a few connections, looked at before each use.

    Units: with a `lease` in seconds, a write that stands still for twice as long is given up by the server: a kernel that
    was stopped in the middle of one holds no other up for longer.
    Errors: the driver is not installed.
    """
    url = url.update_query_dict({name: value for name, value in _DEFAULTS.items() if name not in url.query})
    options = {"hide_parameters": True, "json_serializer": to_json, "isolation_level": "READ COMMITTED", "pool_pre_ping": True}
    try:
        made = create_engine(url, pool_size=4, max_overflow=12, connect_args={"prepare_threshold": None}, **options)
    except ModuleNotFoundError as error:
        where, do = f"store {shown(url)!r}", 'pip install "campaign-nb[postgres]"'
        raise StoreError(Problem(where, "the driver for PostgreSQL is not installed", "psycopg 3", do)) from error

    def begin(connection: Connection) -> None:
        _begin(connection, IDLE_SECONDS if lease is None else min(IDLE_SECONDS, 2 * lease))

    event.listen(made, "begin", begin)
    return made


def _begin(connection: Connection, idle: float) -> None:
    if str(connection.get_execution_options().get("store_mode", "read")) == "read":
        connection.exec_driver_sql(_READ)
        return
    lock = round(sqlite.BUSY_SECONDS * 1000)
    connection.exec_driver_sql(_WRITE.format(lock=lock, idle=round(idle * 1000), key=sqlite.APPLICATION_ID))


def schema_version(connection: Connection, where: str) -> int:
    """Return the version of the tables in a database, 0 when it has none of ours.

    Errors: tables of another program under names that a store uses.
    """
    looked = inspect(connection)
    taken = sorted(set(looked.get_table_names()) & set(metadata.tables))
    if not taken:
        return 0
    ours = "meta" in taken and {column["name"] for column in looked.get_columns("meta")} == {"key", "value"}
    version = meta.get(connection, "schema_version") if ours else None
    if version is None or not version.isdigit() or meta.get(connection, "identity") is None:
        raise StoreError(
            Problem(
                where,
                f"its database holds tables that were not made by campaign_nb: {', '.join(taken[:5])}",
                "an empty database, or one that holds a store",
                "choose another database or schema (…?options=-csearch_path%3Dcampaigns); this one is left as it is",
            )
        )
    return int(version)


def home(connection: Connection, folder_mark: str) -> dict[str, str]:
    """Return where a store lives: the server's own number, its history, the database, and the folder's mark."""
    found = {"database": str(connection.exec_driver_sql(_OID).scalar_one()), "inode": folder_mark, "path": ""}
    try:
        with connection.begin_nested():
            system, timeline = connection.exec_driver_sql(_SYSTEM).one()
            found |= {"system": str(system), "timeline": str(timeline)}
    except DBAPIError:  # a server that keeps these to its administrators
        found |= {"system": "", "timeline": ""}
    return found


_OID = "SELECT oid FROM pg_database WHERE datname = current_database()"
_SYSTEM = "SELECT system_identifier, (SELECT timeline_id FROM pg_control_checkpoint()) FROM pg_control_system()"


def integrity(connection: Connection) -> list[str]:
    """Return what is missing of a store's tables; the server itself keeps references and pages whole."""
    names = set(inspect(connection).get_table_names())
    return [f"the table {name} is missing" for name in metadata.tables if name not in names]


def mark_of(folder: Path) -> str:
    """Return the number of a folder's mark, by which a copy of the folder is known; "" where disks number files anew."""
    disk = place.file_system(folder.resolve())
    return str((folder / place.IDENTITY).stat().st_ino) if disk.startswith("nfs") or not place.is_network(disk) else ""
