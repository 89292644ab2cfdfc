"""Migrations: from nothing, step by step, one transaction each, never downwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from campaign_nb.errors import StoreError
from campaign_nb.store import Store, meta, migrate, sqlite
from campaign_nb.store.schema import files, metadata

Begin = Callable[[], AbstractContextManager[Connection]]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Write transactions on an empty database."""
    (tmp_path / "empty.db").touch()
    engine: Engine = sqlite.engine(tmp_path / "empty.db", "persist").execution_options(store_mode="write")
    yield engine.begin
    engine.dispose()


def _two(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE second (x)")


def _three(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE third (x)")
    raise RuntimeError("power cut")


def test_an_empty_database_gets_all_tables_at_the_latest_version(begin: Begin) -> None:
    assert migrate.migrate(begin, "store") == 1
    with begin() as connection:
        assert set(inspect(connection).get_table_names()) == set(metadata.tables)
        assert migrate.version(connection) == 1


def test_a_store_that_is_up_to_date_is_left_alone(begin: Begin) -> None:
    migrate.migrate(begin, "store")
    with begin() as connection:
        identity = meta.get(connection, "identity")
    migrate.migrate(begin, "store")
    with begin() as connection:
        assert meta.get(connection, "identity") == identity


def test_an_older_store_goes_up_step_by_step(begin: Begin) -> None:
    migrate.migrate(begin, "store")
    assert migrate.migrate(begin, "store", {2: _two, 3: lambda connection: None}) == 3
    with begin() as connection:
        assert inspect(connection).has_table("second")
        assert migrate.version(connection) == 3


def test_a_step_that_fails_leaves_the_version_before_it(begin: Begin) -> None:
    migrate.migrate(begin, "store")
    with pytest.raises(RuntimeError, match="power cut"):
        migrate.migrate(begin, "store", {2: _two, 3: _three})
    with begin() as connection:
        assert migrate.version(connection) == 2
        assert inspect(connection).has_table("second")
        assert not inspect(connection).has_table("third")


def test_of_two_kernels_that_migrate_the_second_finds_the_steps_done(begin: Begin) -> None:
    migrate.migrate(begin, "store")
    done: list[int] = []
    steps = {2: lambda connection: done.append(2)}
    inner = iter([True])

    @contextmanager
    def overtaken() -> Iterator[Connection]:
        if next(inner, False):
            migrate.migrate(begin, "store", steps)
        with begin() as connection:
            yield connection

    assert migrate.migrate(overtaken, "store", steps) == 2
    assert done == [2]


def test_tables_of_a_newer_version_are_refused(begin: Begin) -> None:
    migrate.migrate(begin, "store")
    with begin() as connection:
        meta.put(connection, "schema_version", "2")
    with pytest.raises(StoreError, match="its tables have version 2, written by a newer campaign_nb"):
        migrate.migrate(begin, "store")


def test_an_older_store_is_brought_up_when_it_is_opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "MIGRATIONS", {2: _two})
    with Store.open(store.folder).read() as connection:
        assert migrate.version(connection) == 2


def test_every_table_can_be_made_in_postgresql() -> None:
    dialect = postgresql.dialect()
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables]
    assert "created_at TIMESTAMP WITH TIME ZONE NOT NULL" in made[1]
    (outbox,) = [str(CreateIndex(index).compile(dialect=dialect)) for index in files.indexes]
    assert outbox == "CREATE UNIQUE INDEX uq_files_outbox ON files (run_id, activity, channel) WHERE kind = 'outbox'"
