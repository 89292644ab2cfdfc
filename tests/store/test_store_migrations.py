"""Migrations: from nothing, step by step, one transaction each, never downwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from campaign_nb.errors import StoreError
from campaign_nb.store import Store, audiences, campaigns, filters, meta, migrate, sqlite, upgrades
from campaign_nb.store.schema import files, metadata

Begin = Callable[[], AbstractContextManager[Connection]]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Write transactions on an empty database."""
    (tmp_path / "empty.db").touch()
    engine: Engine = sqlite.engine(tmp_path / "empty.db", "persist").execution_options(store_mode="write")
    yield engine.begin
    engine.dispose()


NEXT = migrate.latest() + 1
"""A version that is not there yet."""


def _third(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE third (x)")


def _fourth(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE fourth (x)")
    raise RuntimeError("power cut")


def test_an_empty_database_gets_all_tables_at_the_latest_version(begin: Begin) -> None:
    assert migrate.migrate(begin, "store") == migrate.latest()
    with begin() as connection:
        assert set(inspect(connection).get_table_names()) == set(metadata.tables)
        assert migrate.version(connection) == migrate.latest()


def test_a_store_that_is_up_to_date_is_left_alone(begin: Begin) -> None:
    migrate.migrate(begin, "store")
    with begin() as connection:
        identity = meta.get(connection, "identity")
    migrate.migrate(begin, "store")
    with begin() as connection:
        assert meta.get(connection, "identity") == identity


def test_an_older_store_goes_up_step_by_step(begin: Begin) -> None:
    migrate.migrate(begin, "store")
    assert migrate.migrate(begin, "store", {NEXT: _third, NEXT + 1: lambda connection: None}) == NEXT + 1
    with begin() as connection:
        assert inspect(connection).has_table("third")
        assert migrate.version(connection) == NEXT + 1


def test_a_step_that_fails_leaves_the_version_before_it(begin: Begin) -> None:
    migrate.migrate(begin, "store")
    with pytest.raises(RuntimeError, match="power cut"):
        migrate.migrate(begin, "store", {NEXT: _third, NEXT + 1: _fourth})
    with begin() as connection:
        assert migrate.version(connection) == NEXT
        assert inspect(connection).has_table("third")
        assert not inspect(connection).has_table("fourth")


def test_of_two_kernels_that_migrate_the_second_finds_the_steps_done(begin: Begin) -> None:
    migrate.migrate(begin, "store")
    done: list[int] = []
    steps = {NEXT: lambda connection: done.append(NEXT)}
    inner = iter([True])

    @contextmanager
    def overtaken() -> Iterator[Connection]:
        if next(inner, False):
            migrate.migrate(begin, "store", steps)
        with begin() as connection:
            yield connection

    assert migrate.migrate(overtaken, "store", steps) == NEXT
    assert done == [NEXT]


def test_tables_of_a_newer_version_are_refused(begin: Begin) -> None:
    migrate.migrate(begin, "store")
    with begin() as connection:
        meta.put(connection, "schema_version", str(NEXT))
    with pytest.raises(StoreError, match=f"its tables have version {NEXT}, written by a newer campaign_nb"):
        migrate.migrate(begin, "store")


def test_an_older_store_is_brought_up_when_it_is_opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "MIGRATIONS", {NEXT: _third})
    with Store.open(store.folder).read() as connection:
        assert migrate.version(connection) == NEXT


def test_every_table_can_be_made_in_postgresql() -> None:
    dialect = postgresql.dialect()
    made = {table.name: str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables}
    assert "created_at TIMESTAMP WITH TIME ZONE NOT NULL" in made["campaigns"]
    (outbox,) = [str(CreateIndex(index).compile(dialect=dialect)) for index in files.indexes]
    assert outbox == "CREATE UNIQUE INDEX uq_files_outbox ON files (run_id, activity, channel) WHERE kind = 'outbox'"


FILTERS_OF_VERSION_1 = (
    "CREATE TABLE filters (name TEXT NOT NULL, document TEXT NOT NULL, description TEXT NOT NULL, created_at TEXT NOT NULL, "
    "modified_at TEXT NOT NULL, CONSTRAINT pk_filters PRIMARY KEY (name))"
)


def _tables(store: Store) -> dict[str, str]:
    """The statements that made the tables, without line breaks and spaces that mean nothing."""
    with store.read() as connection:
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
    return {name: " ".join(sql.split()).replace("( ", "(").replace(" )", ")").replace(" ,", ",") for name, sql in found}


def _shapes(store: Store) -> dict[str, object]:
    """The columns of each table with type, default and place in the key, its indexes and its references."""
    with store.read() as connection:
        names = [name for name in inspect(connection).get_table_names() if not name.startswith("sqlite")]
        asked = ("table_info", "index_list", "foreign_key_list")
        return {name: {about: sorted(map(str, _pragma(connection, about, name))) for about in asked} for name in names}


def _pragma(connection: Connection, about: str, name: str) -> list[tuple[object, ...]]:
    rows = connection.exec_driver_sql(f"PRAGMA {about}({name})").all()
    return [tuple(row)[2 if about == "index_list" else 1 :] for row in rows]


def _back_to_3(connection: Connection) -> None:
    for table, column in upgrades.ADDED_4:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    for table in ("templates", "leases", "alerts"):
        connection.exec_driver_sql(f"DROP TABLE {table}")


def test_a_store_of_version_3_gets_what_orchestration_keeps_and_loses_nothing(store: Store) -> None:
    new, at = _shapes(store), dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    with store.begin() as connection:
        campaigns.create(connection, "Spring", at, tags=["retail"])
        _back_to_3(connection)
        meta.put(connection, "schema_version", "3")
    again = Store.open(store.folder)
    assert _shapes(again) == new
    assert again.integrity() == []
    with again.read() as connection:
        assert migrate.version(connection) == migrate.latest()
        assert campaigns.named(connection, "Spring").tags == ("retail",)


def test_a_store_of_version_1_gets_authors_of_filters_and_keeps_what_was_saved(store: Store) -> None:
    new = _shapes(store)
    with store.begin() as connection:
        _back_to_3(connection)
        for statement in ("DROP TABLE filters", "DROP TABLE favourites", FILTERS_OF_VERSION_1):
            connection.exec_driver_sql(statement)
        at = "2026-03-02T12:00:00.000000Z"
        connection.exec_driver_sql("INSERT INTO filters VALUES (?, ?, ?, ?, ?)", ("Big", "{}", "Spends much", at, at))
        meta.put(connection, "schema_version", "1")
    again = Store.open(store.folder)
    with again.read() as connection:
        saved = filters.get(connection, "", "Big")
        assert migrate.version(connection) == migrate.latest()
    assert _shapes(again) == new
    assert (saved.author, saved.document, saved.description, saved.favourite, saved.shared) == ("", "{}", "Spends much", False, False)
    assert saved.created_at == saved.modified_at == dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    assert again.integrity() == []


def test_a_store_of_version_2_takes_new_kinds_of_files_and_keeps_its_audiences(store: Store) -> None:
    shapes, new, at = _shapes(store), _tables(store), "2026-03-02T12:00:00.000000Z"
    old = new["files"].replace(", 'extract_due', 'extract', 'change_due', 'change'", "")
    assert old != new["files"]
    with store.begin() as connection:
        _back_to_3(connection)
        for statement in ("DROP TABLE audiences", "DROP TABLE files", old, new["audiences"]):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("CREATE UNIQUE INDEX uq_files_outbox ON files (run_id, activity, channel) WHERE kind = 'outbox'")
        file = ("f1", None, "Save", "audience", "", "files/f1.parquet", 7, "0" * 64, at)
        connection.exec_driver_sql("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", file)
        connection.exec_driver_sql("INSERT INTO audiences VALUES (?, ?, ?, ?, ?, ?)", ("Loyal", "people", "f1", 7, None, at))
        meta.put(connection, "schema_version", "2")
    again = Store.open(store.folder)
    assert _shapes(again) == shapes
    assert again.integrity() == []
    with again.begin() as connection:
        assert migrate.version(connection) == migrate.latest()
        assert audiences.audience(connection, "Loyal").rows == 7
        connection.exec_driver_sql("UPDATE files SET kind = 'extract_due'")
