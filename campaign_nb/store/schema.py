"""The tables of the store, the same for every database, and how instants are kept in them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    true,
)
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator, TypeEngine

from campaign_nb.errors import Problem, StoreError
from campaign_nb.graph.lifecycle import Status

LAUNCH_STATES = ("pending", "running", "done", "failed", "skipped", "missed", "cancelled")
RUN_STATES = ("running", "waiting", "paused", "done", "failed", "stopped")
STAGE_STATES = ("running", "waiting", "done", "failed")
TASK_STATES = ("pending", "running", "waiting", "done", "warning", "failed", "skipped")
FILE_KINDS = ("population", "outbox", "feedback", "audience", "checkpoint", "extract_due", "extract", "change_due", "change")
LEVELS = ("info", "warning", "error")


class InstantError(StoreError, DontWrapMixin):
    """What was handed to the store as an instant is not an aware datetime."""


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An instant: an aware datetime in, an aware UTC datetime out.

    Time: text of one width where the database has no such type, so that text sorts as time does.
    Nulls: null stays null.
    Errors: a naive datetime.

    >>> from sqlalchemy.dialects import sqlite
    >>> paris = dt.timezone(dt.timedelta(hours=2))
    >>> UtcDateTime().process_bind_param(dt.datetime(2026, 7, 1, 9, tzinfo=paris), sqlite.dialect())
    '2026-07-01T07:00:00.000000Z'
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return text for SQLite and a time stamp with zone elsewhere."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Refuse naive datetimes and bring aware ones to UTC."""
        if value is None:
            return None
        if not isinstance(value, dt.datetime) or value.utcoffset() is None:
            what = f"{value} has no time zone" if isinstance(value, dt.date) else f"a {type(value).__name__} is not an instant"
            raise InstantError(Problem("store", what, "an aware datetime", "datetime(2026, 7, 1, 9, tzinfo=UTC)"))
        instant = value.astimezone(dt.UTC)
        if dialect.name != "sqlite":
            return instant
        return instant.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """Give back an aware datetime in UTC."""
        if value is None:
            return None
        read = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        return read.astimezone(dt.UTC)


class Names(TypeDecorator[tuple[str, ...]]):
    """A list of names, kept as JSON and handed out as a tuple."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> list[str]:
        """Store a list; null is the empty list."""
        return [str(name) for name in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...]:
        """Hand out a tuple."""
        return tuple(value or ())


def to_json(value: object) -> str:
    """Write a value as one short line of JSON; NaN and infinities are refused.

    >>> to_json({"b": 1, "a": ["é"]})
    '{"a":["é"],"b":1}'
    """
    return json.dumps(value, allow_nan=False, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(value)) for value in values)})", name=column)


def _campaign(**options: Any) -> Column[str]:
    return Column("campaign_id", Text, ForeignKey("campaigns.id", ondelete="CASCADE"), **options)


def _run(**options: Any) -> Column[str]:
    return Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), **options)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, default="")


def _instant(name: str, *, nullable: bool = True) -> Column[dt.datetime]:
    return Column(name, UtcDateTime, nullable=nullable)


def _later(name: str, kind: type[TypeEngine[Any]], default: str | int) -> Column[Any]:
    """Return a column that a later version added: rows of before have the default."""
    return Column(name, kind, nullable=False, default=default, server_default=str(default))


def _rows(name: str = "rows") -> Column[int]:
    return Column(name, BigInteger, nullable=False, default=0)


meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False, default=Status.DRAFT.value),
    Column("paused", Boolean, nullable=False, default=False),
    Column("error", Boolean, nullable=False, default=False),
    _text("error_text"),
    _text("description"),
    Column("tags", Names, nullable=False, default=()),
    Column("version", Integer, nullable=False, default=0),
    _instant("created_at", nullable=False),
    _instant("modified_at", nullable=False),
    _instant("archived_at"),
    _later("folder", Text, ""),
    _later("pause_reason", Text, ""),
    _later("errors", Integer, 0),  # runs that failed one after the other
    _one_of("status", Status),
)

versions = Table(
    "versions",
    metadata,
    _campaign(primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("definition", Text, nullable=False),
    _text("seed"),
    Column("schedule", Text),
    _text("time_zone"),
    _instant("created_at", nullable=False),
    _instant("published_at"),
    Column("model", Text),  # the data model as a document; null where its sources can't be opened elsewhere
)

_VERSION = ("campaign_id", "version"), ("versions.campaign_id", "versions.version")

launches = Table(
    "launches",
    metadata,
    Column("id", Text, primary_key=True),
    _campaign(nullable=False),
    Column("version", Integer, nullable=False),
    Column("nominal", Text, nullable=False),
    Column("fold", Integer, nullable=False, default=0),
    Column("zone", Text, nullable=False),
    _instant("due_at", nullable=False),
    Column("state", Text, nullable=False),
    _instant("fired_at"),
    _instant("ended_at"),
    Column("run_id", Text),  # no foreign key: runs point here, and SQLite has no circle of them
    _text("tzdata"),
    _text("reason"),
    _instant("first"),
    _instant("last"),
    Column("count", BigInteger, nullable=False, default=1),
    Column("estimated", Boolean, nullable=False, default=False),
    Column("variables", Text),  # what a signal brought, as JSON
    UniqueConstraint("campaign_id", "version", "nominal", "fold", "zone"),
    ForeignKeyConstraint(*_VERSION, ondelete="CASCADE"),
    CheckConstraint("fold IN (0, 1)", name="fold"),
    _one_of("state", LAUNCH_STATES),
    Index(None, "state", "due_at"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    _campaign(nullable=False),
    Column("version", Integer, nullable=False),
    Column("mode", Text, nullable=False, default="live"),
    _instant("as_of", nullable=False),
    Column("launch_id", Text, ForeignKey("launches.id", ondelete="SET NULL"), unique=True),
    Column("state", Text, nullable=False),
    _instant("started_at", nullable=False),
    _instant("ended_at"),
    _text("seed"),
    Column("data_fingerprint", JSON(none_as_null=True), nullable=False),
    _text("error_text"),
    _instant("due_at"),
    Column("variables", Text),  # as JSON
    _later("held_at", Text, ""),  # the activity before which it stands: a breakpoint, or an error that suspends
    _later("passed", Text, "[]"),  # the breakpoints that it has passed
    ForeignKeyConstraint(*_VERSION, ondelete="CASCADE"),
    _one_of("state", RUN_STATES),
    Index(None, "state", "due_at"),
    Index(None, "campaign_id", "started_at"),
)

stages = Table(
    "stages",
    metadata,
    _run(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    _instant("started_at", nullable=False),
    _instant("ended_at"),
    _instant("due_at"),
    _instant("as_of", nullable=False),
    _one_of("state", STAGE_STATES),
)

tasks = Table(
    "tasks",
    metadata,
    _run(primary_key=True),
    Column("activity", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("stage", Integer, nullable=False),
    Column("state", Text, nullable=False),
    _rows("rows_in"),
    _rows("rows_out"),
    _instant("started_at"),
    _instant("ended_at"),
    _instant("as_of", nullable=False),
    _text("error_text"),
    _later("note", Text, ""),  # what was decided there
    _one_of("state", TASK_STATES),
)

counts = Table(
    "counts",
    metadata,
    _run(primary_key=True),
    Column("activity", Text, primary_key=True),
    Column("port", Text, primary_key=True),
    _rows(),
    Column("active", Boolean, nullable=False, default=True, server_default=true()),
)

exclusions = Table(
    "exclusions",
    metadata,
    _run(primary_key=True),
    Column("activity", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    _rows(),
)

files = Table(
    "files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("runs.id", ondelete="SET NULL")),
    _text("activity"),
    Column("kind", Text, nullable=False),
    _text("channel"),
    Column("path", Text, nullable=False, unique=True),
    _rows(),
    Column("sha256", Text, nullable=False),
    _instant("committed_at", nullable=False),
    UniqueConstraint("run_id", "activity", "kind", "channel", "path"),
    _one_of("kind", FILE_KINDS),
)
_outbox = files.c.kind == "outbox"
Index("uq_files_outbox", files.c.run_id, files.c.activity, files.c.channel, unique=True, sqlite_where=_outbox, postgresql_where=_outbox)

audiences = Table(
    "audiences",
    metadata,
    Column("name", Text, primary_key=True),
    Column("table_name", Text, nullable=False),
    Column("file_id", Text, ForeignKey("files.id"), nullable=False),
    _rows(),
    Column("run_id", Text, ForeignKey("runs.id", ondelete="SET NULL")),
    _instant("updated_at", nullable=False),
)

filters = Table(
    "filters",
    metadata,
    Column("author", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False),
    _text("description"),
    Column("favourite", Boolean, nullable=False, default=False),
    Column("shared", Boolean, nullable=False, default=False),
    _instant("created_at", nullable=False),
    _instant("modified_at", nullable=False),
)

favourites = Table(
    "favourites",
    metadata,
    Column("author", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    _instant("added_at", nullable=False),
)

templates = Table(
    "templates",
    metadata,
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("schedule", Text),
    _text("description"),
    _text("folder"),
    _text("time_zone"),
    _instant("created_at", nullable=False),
    _instant("modified_at", nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("beat", BigInteger, nullable=False, default=0),
    _instant("at", nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _campaign(nullable=False),
    _run(),
    _text("activity"),
    _instant("at", nullable=False),
    Column("title", Text, nullable=False),
    Column("message", Text, nullable=False),
    UniqueConstraint("run_id", "activity", "title"),
    Index(None, "campaign_id", "id"),
    sqlite_autoincrement=True,
)

log = Table(
    "log",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _campaign(),
    _run(),
    Column("activity", Text),
    _instant("at", nullable=False),
    Column("level", Text, nullable=False),
    Column("message", Text, nullable=False),
    _one_of("level", LEVELS),
    Index(None, "campaign_id", "id"),
    Index(None, "run_id"),
    sqlite_autoincrement=True,
)
