"""Transactions: all or nothing, one at a time, and what is said when one can't be had."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from campaign_nb.errors import StoreError
from campaign_nb.store import Store, campaigns, log, meta, place, sqlite
from campaign_nb.store.schema import log as log_table


def test_what_a_block_writes_is_kept_when_it_ends(store: Store) -> None:
    with store.begin() as connection:
        meta.put(connection, "colour", "green")
    with store.read() as connection:
        assert meta.get(connection, "colour") == "green"


def test_a_block_that_raises_leaves_nothing(store: Store, noon: dt.datetime) -> None:
    with pytest.raises(KeyError, match="stop"), store.begin() as connection:
        campaigns.create(connection, "Spring", noon)
        raise KeyError("stop")
    with store.read() as connection:
        assert campaigns.list_campaigns(connection) == []
        assert log.read(connection) == []


def test_an_interrupted_block_leaves_nothing_and_the_store_goes_on(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt, match="stop"), store.begin() as connection:
        meta.put(connection, "colour", "green")
        raise KeyboardInterrupt("stop")
    with store.begin() as connection:
        assert meta.get(connection, "colour") is None


def test_a_transaction_inside_another_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="begun inside another of the same thread"), store.begin(), store.begin():
        pass


def test_a_write_inside_a_read_is_refused_at_once(store: Store) -> None:
    with pytest.raises(StoreError, match="begun inside another of the same thread"), store.read(), store.begin():
        pass


def test_a_read_inside_a_transaction_sees_what_it_wrote(store: Store) -> None:
    with store.begin() as connection:
        meta.put(connection, "colour", "green")
        with store.read() as inner:
            assert meta.get(inner, "colour") == "green"
        meta.put(connection, "colour", "red")
    with store.read() as connection:
        assert meta.get(connection, "colour") == "red"


def test_a_read_sees_one_state_from_its_first_look_on(store: Store) -> None:
    with closing(sqlite3.connect(store.path, isolation_level=None, timeout=0)) as raw, store.read() as connection:
        assert meta.get(connection, "colour") is None
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO meta VALUES ('colour', 'green')")
        assert meta.get(connection, "colour") is None
        raw.execute("ROLLBACK")


def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match=r"a write was tried in store.read\(\)\n  expected: reads only"), store.read() as connection:
        meta.put(connection, "colour", "green")


def test_a_writer_takes_the_lock_when_it_begins(store: Store) -> None:
    refused = pytest.raises(sqlite3.OperationalError, match="database is locked")
    with store.begin(), closing(sqlite3.connect(store.path, timeout=0)) as raw, refused:
        raw.execute("BEGIN IMMEDIATE")


def test_a_store_locked_by_another_program_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as raw:
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program holds its lock for more than 10 s"), store.begin():
            pass
        raw.execute("ROLLBACK")
    with store.begin() as connection:
        meta.put(connection, "colour", "green")


def test_a_thread_that_writes_for_too_long_is_named_to_the_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    said: list[str] = []

    def write() -> None:
        try:
            with store.begin():
                said.append("written")
        except StoreError as error:
            said.append(error.what)

    with store.begin():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(timeout=5)
    assert said == ["another thread writes for more than 10 s"]


def test_a_full_disk_says_so_and_keeps_nothing_of_the_block(store: Store, noon: dt.datetime) -> None:
    with pytest.raises(StoreError, match="its disk is full, nothing of this change was kept"), store.begin() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        for number in range(100):
            campaigns.create(connection, f"Campaign {number}", noon, description="x" * 4000)
    with store.read() as connection:
        assert campaigns.list_campaigns(connection) == []
    assert store.integrity() == []


def test_a_row_without_its_parent_is_refused(store: Store, noon: dt.datetime) -> None:
    with pytest.raises(StoreError, match="a row breaks a rule of the store: FOREIGN KEY"), store.begin() as connection:
        log.append(connection, "hello", noon, campaign_id="nobody")


def test_a_word_outside_a_closed_list_is_refused(store: Store, noon: dt.datetime) -> None:
    with pytest.raises(StoreError, match="CHECK constraint failed: ck_log_level"), store.begin() as connection:
        connection.execute(insert(log_table).values(at=noon, level="loud", message="hello"))


def test_names_are_values_never_sql(store: Store, noon: dt.datetime) -> None:
    name = "x'; DROP TABLE campaigns;--"
    with store.begin() as connection:
        made = campaigns.create(connection, name, noon)
    with store.read() as connection:
        assert campaigns.named(connection, name) == made


def test_a_naive_datetime_is_refused(store: Store) -> None:
    with (
        pytest.raises(StoreError, match="2026-03-02 12:00:00 has no time zone\n  expected: an aware datetime"),
        store.begin() as connection,
    ):
        log.append(connection, "hello", dt.datetime(2026, 3, 2, 12))  # noqa: DTZ001 - the naive datetime that is to be refused


def test_instants_come_back_in_utc_and_sort_as_time_does(store: Store, noon: dt.datetime) -> None:
    paris = dt.timezone(dt.timedelta(hours=2))
    instants = [noon.replace(microsecond=5), noon, noon.astimezone(paris) - dt.timedelta(hours=1), noon.replace(year=999)]
    with store.begin() as connection:
        for instant in instants:
            log.append(connection, "hello", instant)
        read = connection.execute(select(log_table.c.at).order_by(log_table.c.at)).scalars().all()
    assert read == sorted(instants)
    assert {instant.tzinfo for instant in read} == {dt.UTC}


def test_four_threads_lose_no_write(store: Store) -> None:
    def count() -> None:
        for _ in range(10):
            with store.begin() as connection:
                meta.put(connection, "count", str(int(meta.get(connection, "count") or 0) + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert meta.get(connection, "count") == "40"


def test_readers_go_on_while_a_block_writes(store: Store) -> None:
    seen: list[str | None] = []

    def look() -> None:
        with store.read() as connection:
            seen.append(meta.get(connection, "colour"))

    with store.begin() as connection:
        meta.put(connection, "colour", "green")
        thread = threading.Thread(target=look)
        thread.start()
        thread.join(timeout=5)
    assert seen == [None]


def test_a_value_is_swapped_only_from_the_one_expected(store: Store) -> None:
    with store.begin() as connection:
        assert meta.swap(connection, "lease", None, "a")
        assert not meta.swap(connection, "lease", None, "b")
        assert not meta.swap(connection, "lease", "b", "c")
        assert meta.swap(connection, "lease", "a", "b")
        assert meta.get(connection, "lease") == "b"


def test_a_closed_store_refuses_to_be_used(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreError, match="it is closed\n  expected: an open store"), store.begin():
        pass


def _in_fork(work: object) -> str:
    """Run a function in a fork of this process and return what it raised."""
    assert callable(work)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work()
            said = "nothing"
        except StoreError as error:
            said = error.what
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as lines:
        return lines.read()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only POSIX forks")
def test_a_fork_may_not_use_the_store_of_its_parent(store: Store) -> None:
    def use() -> None:
        with store.read():
            (store.folder / "entered").touch()

    assert f"opened by process {os.getpid()} and is used in its fork" in _in_fork(use)
    assert not (store.folder / "entered").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only POSIX forks")
def test_a_fork_inside_a_transaction_neither_keeps_nor_undoes_it(store: Store) -> None:
    block = store.begin()
    connection = block.__enter__()
    meta.put(connection, "colour", "green")
    assert "is used in its fork" in _in_fork(lambda: block.__exit__(None, None, None))
    block.__exit__(None, None, None)
    with store.read() as connection:
        assert meta.get(connection, "colour") == "green"


def test_a_store_that_is_deleted_under_our_feet_says_so(store: Store) -> None:
    store.path.unlink()
    with pytest.raises(StoreError, match=r"its file can't be opened\n  expected: the file store\.db"), store.begin():
        pass


def test_integrity_names_references_that_lead_nowhere(store: Store, spring: str) -> None:
    with closing(sqlite3.connect(store.path)) as raw:
        raw.execute("DELETE FROM campaigns")
        raw.commit()
    assert store.integrity() == [
        "1 row of log points to a row of campaigns that is gone",
        "1 row of versions points to a row of campaigns that is gone",
    ]


def test_integrity_names_tables_that_are_missing(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as raw:
        raw.execute("DROP TABLE filters")
        raw.commit()
    assert store.integrity() == ["the table filters is missing"]


def test_a_disk_error_says_what_it_is(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(folder: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(place, "flush", broken)
    with pytest.raises(StoreError, match="its disk reported an error"):
        Store.open(tmp_path / "new")
