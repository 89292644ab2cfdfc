"""What is kept by name, and the log."""

from __future__ import annotations

import datetime as dt

import pytest

from campaign_nb.errors import StoreError
from campaign_nb.store import Store, audiences, files, filters, log
from campaign_nb.store.files import FileRecord, Slot

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def keys(store: Store, noon: dt.datetime) -> FileRecord:
    with store.begin() as connection:
        return files.put(connection, store.folder, Slot("audience", activity="Save"), lambda path: path.write_bytes(b"rows"), noon)


def test_an_audience_is_kept_under_its_name_and_replaced(store: Store, keys: FileRecord, noon: dt.datetime) -> None:
    with store.begin() as connection:
        audiences.save_audience(connection, "Gold", "customers", keys.id, 10, noon)
        saved = audiences.save_audience(connection, "Gold", "customers", keys.id, 12, noon + HOUR)
        assert audiences.list_audiences(connection) == [audiences.audience(connection, "Gold")] == [saved]
    assert (saved.name, saved.table_name, saved.file_id, saved.rows, saved.run_id) == ("Gold", "customers", keys.id, 12, None)
    assert saved.updated_at == noon + HOUR


def test_an_unknown_audience_is_answered_with_the_nearest(store: Store, keys: FileRecord, noon: dt.datetime) -> None:
    with store.begin() as connection:
        audiences.save_audience(connection, "Gold", "customers", keys.id, 10, noon)
        with pytest.raises(StoreError, match=r"audience 'Golf'\n  no audience of that name\n  expected: did you mean 'Gold'\?"):
            audiences.remove_audience(connection, "Golf")
        audiences.remove_audience(connection, "Gold")
        assert audiences.list_audiences(connection) == []


def test_the_file_of_an_audience_is_not_forgotten_under_it(store: Store, keys: FileRecord, noon: dt.datetime) -> None:
    with store.begin() as connection:
        audiences.save_audience(connection, "Gold", "customers", keys.id, 10, noon)
    with pytest.raises(StoreError, match="a row breaks a rule of the store: FOREIGN KEY"), store.begin() as connection:
        files.forget(connection, keys.id)


def test_nothing_is_kept_without_a_name(store: Store, keys: FileRecord, noon: dt.datetime) -> None:
    with store.begin() as connection:
        with pytest.raises(StoreError, match="audience\n  its name is empty"):
            audiences.save_audience(connection, " ", "customers", keys.id, 10, noon)
        with pytest.raises(StoreError, match="filter\n  its name is empty"):
            filters.save(connection, "", " ", "{}", noon)


def test_the_log_is_read_in_order_and_goes_on_from_the_last_line_seen(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        ids = [log.append(connection, text, noon) for text in ("one", "two", "three")]
        assert ids == [1, 2, 3]
        assert [line.message for line in log.read(connection)] == ["one", "two", "three"]
        assert [line.message for line in log.read(connection, limit=2)] == ["two", "three"]
        assert [line.message for line in log.read(connection, after=2)] == ["three"]


def test_the_log_is_read_by_campaign_and_level(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        log.append(connection, "workspace opened", noon)
        log.append(connection, "few people", noon, campaign_id=spring, activity="Test", level="warning")
        assert [line.message for line in log.read(connection, campaign_id=spring)] == ["created", "few people"]
        (line,) = log.read(connection, level="warning")
    assert (line.activity, line.run_id, line.at) == ("Test", None, noon)


def test_old_lines_are_purged_and_their_ids_never_used_again(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        assert log.purge(connection, spring, noon) == 0
        assert log.purge(connection, spring, noon + HOUR) == 1
        assert log.append(connection, "new", noon, campaign_id=spring) == 2
