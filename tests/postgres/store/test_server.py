"""What is said and kept when the store is a database of a server: addresses, locks, breaks, folders, homes."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert

import campaign_nb as cn
from campaign_nb.errors import ScheduleError, StoreError
from campaign_nb.store import Store, campaigns, log, meta, place, postgres, sqlite
from campaign_nb.store.schema import log as log_table
from campaign_nb.store.schema import metadata

pytestmark = pytest.mark.requires("postgres")
SECRET = "s3cr3t-w0rd"


def _psycopg(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True)


def test_a_store_keeps_its_identity_and_its_place(opened: tuple[Store, str]) -> None:
    store, url = opened
    again = Store.open(store.folder, url=url)
    assert again.identity == store.identity
    assert (store.folder / place.IDENTITY).read_text() == store.identity
    again.close()


def test_two_that_make_one_store_at_once_agree_on_it(new_database: Callable[[str], str], tmp_path: Path) -> None:
    url, found = new_database("template1"), list[str]()

    def make() -> None:
        made = Store.open(tmp_path / "ws", url=url)
        found.append(made.identity)
        made.close()

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1


def test_a_read_sees_one_state_from_its_first_look_on(opened: tuple[Store, str]) -> None:
    store, url = opened
    with _psycopg(url) as other, store.read() as connection:
        assert meta.get(connection, "colour") is None
        other.execute("INSERT INTO meta VALUES ('colour', 'green')")
        assert meta.get(connection, "colour") is None


def test_a_store_locked_by_another_program_says_so_and_goes_on(opened: tuple[Store, str], monkeypatch: pytest.MonkeyPatch) -> None:
    store, url = opened
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    other = Store.open(store.folder, url=url)
    with other.begin(), pytest.raises(StoreError, match="another program holds its lock"), store.begin():
        pass
    with store.begin() as connection:
        meta.put(connection, "colour", "green")
    other.close()


def test_a_program_that_stands_still_in_a_transaction_is_ended_and_told(
    opened: tuple[Store, str], monkeypatch: pytest.MonkeyPatch, noon: dt.datetime
) -> None:
    store, url = opened
    monkeypatch.setattr(postgres, "IDLE_SECONDS", 0.2)
    other = Store.open(store.folder, url=url)
    with pytest.raises(StoreError, match="nothing"), store.begin() as connection:
        campaigns.create(connection, "Spring", noon)
        with other.begin():  # waits until the server has ended the other
            pass
        campaigns.create(connection, "Summer", noon)
    with other.read() as connection:
        assert campaigns.list_campaigns(connection) == []
    other.close()


def test_a_connection_that_the_server_ends_is_said_and_made_anew(opened: tuple[Store, str], noon: dt.datetime) -> None:
    store, url = opened
    with _psycopg(url) as other, pytest.raises(StoreError, match="server can't be reached"), store.begin() as connection:
        campaigns.create(connection, "Spring", noon)
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        campaigns.create(connection, "Summer", noon)
    with store.begin() as connection:
        assert campaigns.list_campaigns(connection) == []


def test_a_row_that_breaks_a_rule_is_refused_without_its_values(store: Store, noon: dt.datetime) -> None:
    with pytest.raises(StoreError, match='violates foreign key constraint "fk_log_campaign_id"') as refused, store.begin() as connection:
        log.append(connection, "hello", noon, campaign_id="nobody@example.com")
    assert "nobody@example.com" not in str(refused.value)
    with pytest.raises(StoreError, match='violates check constraint "ck_log_level"'), store.begin() as connection:
        connection.execute(insert(log_table).values(at=noon, level="loud", message="hello"))


def test_integrity_names_tables_that_are_missing(opened: tuple[Store, str]) -> None:
    store, url = opened
    with _psycopg(url) as other:
        other.execute("DROP TABLE filters")
    assert store.integrity() == ["the table filters is missing"]


def test_a_server_that_is_away_says_so_and_names_no_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="its server can't be reached") as refused:
        Store.open(tmp_path, url=f"postgresql://anna:{SECRET}@127.0.0.1:1/shop")
    assert SECRET not in str(refused.value)
    assert "anna:***@127.0.0.1:1/shop" in str(refused.value)


def test_a_database_that_is_not_there_is_named(server: str, tmp_path: Path) -> None:
    port = psycopg.conninfo.conninfo_to_dict(server)["port"]
    with pytest.raises(StoreError, match="no database of that name\n  expected: a database that is there\n  → make it"):
        Store.open(tmp_path, url=f"postgresql://tester@127.0.0.1:{port}/nowhere")
    with pytest.raises(StoreError, match="refuses this user or password"):
        Store.open(tmp_path, url=f"postgresql://stranger:{SECRET}@127.0.0.1:{port}/postgres")


def test_the_database_of_another_program_is_left_as_it_is(new_database: Callable[[str], str], tmp_path: Path) -> None:
    url = new_database("template1")
    with _psycopg(url) as other:
        other.execute("CREATE TABLE campaigns (theirs int)")
    with pytest.raises(StoreError, match="tables that were not made by campaign_nb: campaigns"):
        Store.open(tmp_path, url=url)


def test_a_store_with_newer_tables_is_refused(opened: tuple[Store, str]) -> None:
    store, url = opened
    with store.begin() as connection:
        meta.put(connection, "schema_version", "99")
    with pytest.raises(StoreError, match="version 99, written by a newer campaign_nb"):
        Store.open(store.folder, url=url)


def test_a_second_machine_must_see_the_same_folder(opened: tuple[Store, str], tmp_path: Path) -> None:
    url = opened[1]
    with pytest.raises(StoreError, match="its files are in another folder"):
        Store.open(tmp_path / "elsewhere", url=url)
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / place.IDENTITY).write_text("another store")
    with pytest.raises(StoreError, match="holds the files of another store"):
        Store.open(tmp_path / "others", url=url)


def test_a_copied_database_or_folder_asks(new_database: Callable[[str], str], tmp_path: Path, noon: dt.datetime) -> None:
    url, folder = new_database("template1"), tmp_path / "ws"
    first = Store.open(folder, url=url)
    first.close()
    shutil.copytree(folder, tmp_path / "copied")
    elsewhere = {folder: new_database(url.rpartition("/")[2]), tmp_path / "copied": url}
    for there, database in elsewhere.items():
        changed = Store.open(there, url=database)
        assert changed.question is not None
        assert changed.confirm_here(noon)
        assert changed.question is None
        changed.close()


def test_all_tables_are_there_and_instants_keep_their_zone(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        log.append(connection, "hello", noon.astimezone(dt.timezone(dt.timedelta(hours=5))))
        assert [line.at for line in log.read(connection)] == [noon]
        assert not set(metadata.tables) - set(connection.dialect.get_table_names(connection))


def test_a_workspace_on_a_server_shows_no_password(tmp_path: Path) -> None:
    workspace = cn.Workspace(f"postgresql://anna:{SECRET}@db/shop", folder=tmp_path / "ws")
    assert repr(workspace) == f"<workspace '{tmp_path}/ws' on postgresql://anna:***@db/shop>"
    assert not workspace.begun


@pytest.mark.parametrize("text", [f"postgresql://anna:{SECRET}@db:port/shop", f"postgresql://anna:{SECRET}@db"])
def test_an_address_that_cannot_be_used_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(StoreError, match="address") as refused:
        cn.Workspace(text)
    assert SECRET not in str(refused.value)


def test_a_lease_too_short_to_be_kept_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScheduleError, match=r"a lease of 0\.01 s"):
        cn.Workspace(tmp_path, lease=dt.timedelta(milliseconds=10))
