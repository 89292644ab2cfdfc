"""Files: whole or absent, counted only by their row, swept when no row speaks of them."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import re
import stat
from pathlib import Path

import polars as pl
import pytest

from campaign_nb.errors import Problem, StoreError
from campaign_nb.store import Store, files, place, runs
from campaign_nb.store.faults import is_passing
from campaign_nb.store.files import Slot

AT_ONCE = dt.timedelta(0)
ADULTS = Slot("population", activity="Adults")


def fill(path: Path) -> int:
    """Write three rows."""
    path.write_bytes(b"a\nb\nc\n")
    return 3


def on_disk(store: Store) -> list[str]:
    """All files of the store but its database, temporary ones too."""
    return sorted(path.relative_to(store.folder).as_posix() for path in (store.folder / "files").rglob("*") if path.is_file())


@pytest.fixture
def run_id(store: Store, spring: str, noon: dt.datetime) -> str:
    with store.begin() as connection:
        return runs.start(connection, spring, 1, noon, noon).id


def test_a_written_file_is_private_whole_and_known_by_its_hash(store: Store, run_id: str, noon: dt.datetime) -> None:
    slot = Slot("outbox", run_id, "Mail", "email")
    with store.begin() as connection:
        made = files.put(connection, store.folder, slot, fill, noon)
        assert files.find(connection, slot) == files.get(connection, made.id) == made
    path = files.verify(store.folder, made)
    assert path.read_bytes() == b"a\nb\nc\n"
    assert (made.rows, made.sha256, made.committed_at) == (3, hashlib.sha256(b"a\nb\nc\n").hexdigest(), noon)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


def test_the_file_is_flushed_before_its_name_and_its_folder_after(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    did: list[str] = []
    real_flush, real_replace = place.flush, os.replace

    def flush(path: Path) -> None:
        did.append("flush temporary" if path.name.startswith("tmp-") else f"flush {path.name}")
        real_flush(path)

    def replace(source: Path, target: Path) -> None:
        did.append("rename")
        assert source.parent == target.parent
        real_replace(source, target)

    monkeypatch.setattr(place, "flush", flush)
    monkeypatch.setattr(os, "replace", replace)
    files.write(store.folder, ADULTS, fill)
    assert did == ["flush temporary", "rename", "flush shared", "flush files"]


def test_a_name_holds_ids_and_hashes_only(store: Store, run_id: str) -> None:
    written = files.write(store.folder, Slot("population", run_id, "../../Ann's people"), fill)
    folder, run, name = written.path.split("/")
    kind, digest, token = name.removesuffix(".parquet").split("-")
    assert (folder, run, kind) == ("files", run_id, "population")
    assert (len(digest), len(token)) == (16, 12)
    assert set(digest + token) <= set("0123456789abcdef")


def test_a_file_is_never_written_over(store: Store) -> None:
    first, second = files.write(store.folder, ADULTS, fill), files.write(store.folder, ADULTS, fill)
    assert on_disk(store) == sorted([first.path, second.path])


def test_while_a_file_is_being_written_nothing_stands_in_its_place(store: Store) -> None:
    seen: list[str] = []

    def look(path: Path) -> int:
        fill(path)
        seen.extend(name for name in on_disk(store) if "tmp-" not in name)
        return 3

    written = files.write(store.folder, ADULTS, look)
    assert seen == []
    assert on_disk(store) == [written.path]


def test_an_error_while_writing_leaves_nothing_and_goes_on(store: Store) -> None:
    def fail(path: Path) -> int:
        fill(path)
        raise FileNotFoundError(errno.ENOENT, "customers.parquet")

    with pytest.raises(FileNotFoundError, match=r"customers\.parquet"):
        files.write(store.folder, ADULTS, fail)
    assert on_disk(store) == []


def test_a_full_disk_while_writing_leaves_nothing_and_says_so(store: Store) -> None:
    def fail(path: Path) -> int:
        fill(path)
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreError, match="population file of activity 'Adults'\n  its disk is full"):
        files.write(store.folder, ADULTS, fail)
    assert on_disk(store) == []


@pytest.mark.parametrize("step", ["flush", "replace"])
def test_a_disk_that_fails_at_the_end_leaves_nothing_and_says_so(store: Store, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def fail(*paths: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(place if step == "flush" else os, step, fail)
    with pytest.raises(StoreError, match="its disk reported an error"):
        files.write(store.folder, ADULTS, fill)
    assert on_disk(store) == []


def test_a_run_has_one_outbox_for_each_activity_and_channel(store: Store, run_id: str, noon: dt.datetime) -> None:
    slot = Slot("outbox", run_id, "Mail", "email")
    with store.begin() as connection:
        first = files.put(connection, store.folder, slot, fill, noon)
        files.put(connection, store.folder, Slot("outbox", run_id, "Mail", "sms"), fill, noon)
        with pytest.raises(StoreError, match="'Mail'\n  this run has one for channel 'email' already"):
            files.put(connection, store.folder, slot, fill, noon)
        assert files.find(connection, slot) == first
    assert len(on_disk(store)) == 2


def test_other_kinds_may_have_several_files_and_the_newest_is_found(store: Store, run_id: str, noon: dt.datetime) -> None:
    slot = Slot("feedback", run_id, "Mail", "email")
    with store.begin() as connection:
        first, second = (files.put(connection, store.folder, slot, fill, noon + number * dt.timedelta(hours=1)) for number in (0, 1))
        assert files.find(connection, slot) == second
        assert files.list_files(connection, run_id=run_id) == [first, second]
        assert files.list_files(connection, kind="outbox") == []
        assert files.find(connection, ADULTS) is None


def test_a_file_without_a_row_is_swept_and_one_with_a_row_stays(store: Store, noon: dt.datetime) -> None:
    orphan = files.write(store.folder, ADULTS, fill)
    with store.begin() as connection:
        kept = files.put(connection, store.folder, ADULTS, fill, noon)
    (store.folder / "files" / "shared" / "tmp-left").write_bytes(b"half")
    (store.folder / "tmp-left").write_bytes(b"half")
    with store.begin() as connection:
        assert files.sweep(connection, store.folder, idle=AT_ONCE) == sorted([orphan.path, "files/shared/tmp-left", "tmp-left"])
        assert files.sweep(connection, store.folder, idle=AT_ONCE) == []
    assert on_disk(store) == [kept.path]


def test_a_fresh_file_without_a_row_is_not_swept(store: Store) -> None:
    orphan = files.write(store.folder, ADULTS, fill)
    (store.folder / "tmp-fresh").write_bytes(b"half")
    with store.begin() as connection:
        assert files.sweep(connection, store.folder) == []
    assert on_disk(store) == [orphan.path]
    assert (store.folder / "tmp-fresh").exists()


def test_a_forgotten_file_is_swept_with_its_folder(store: Store, run_id: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        made = files.put(connection, store.folder, Slot("population", run_id, "Adults"), fill, noon)
        files.forget(connection, made.id)
        assert files.sweep(connection, store.folder, idle=AT_ONCE) == [made.path]
    assert not (store.folder / "files" / run_id).exists()


def test_a_file_that_was_swept_before_its_row_is_not_recorded(store: Store, noon: dt.datetime) -> None:
    written = files.write(store.folder, ADULTS, fill)
    with store.begin() as connection:
        files.sweep(connection, store.folder, idle=AT_ONCE)
        with pytest.raises(StoreError, match="it was removed before it was recorded"):
            files.record(connection, store.folder, written, noon)


def test_a_transaction_that_fails_leaves_the_file_without_a_row(store: Store, noon: dt.datetime) -> None:
    written = files.write(store.folder, ADULTS, fill)
    with pytest.raises(KeyError, match="stop"), store.begin() as connection:
        files.record(connection, store.folder, written, noon)
        raise KeyError("stop")
    with store.begin() as connection:
        assert files.find(connection, ADULTS) is None
        assert files.sweep(connection, store.folder, idle=AT_ONCE) == [written.path]


def test_a_changed_file_and_a_lost_file_are_named(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        made = files.put(connection, store.folder, ADULTS, fill, noon)
    path = files.path_of(store.folder, made)
    path.write_bytes(b"a\nb\nd\n")
    with pytest.raises(StoreError, match="its content has changed"):
        files.verify(store.folder, made)
    path.unlink()
    with pytest.raises(StoreError, match="it is gone from the disk"):
        files.verify(store.folder, made)
    with store.read() as connection:
        assert files.missing(connection, store.folder) == [made]


@pytest.mark.parametrize("path", ["../../outside", "/etc/passwd", "store.db", "files/../store.db"])
def test_a_path_that_leads_out_of_the_store_is_refused(store: Store, noon: dt.datetime, path: str) -> None:
    record = files.FileRecord("f", None, "Adults", "population", "", path, 3, "", noon)
    with pytest.raises(StoreError, match="its path leads out of the store"):
        files.path_of(store.folder, record)


@pytest.mark.parametrize(
    ("slot", "suffix", "match"),
    [
        (Slot("populations"), ".parquet", "no kind 'populations'\n  expected: did you mean 'population'"),  # type: ignore[arg-type] - on purpose
        (Slot("population", "../up"), ".parquet", "its run id is not an id"),
        (Slot("outbox", activity="Mail"), ".parquet", "it belongs to no run"),
        (ADULTS, "/../x", "the suffix '/../x'"),
    ],
)
def test_a_slot_that_makes_no_sense_is_refused_before_anything_is_written(store: Store, slot: Slot, suffix: str, match: str) -> None:
    with pytest.raises(StoreError, match=match):
        files.write(store.folder, slot, fill, suffix=suffix)
    assert not (store.folder / "files").exists()


def test_an_unknown_file_is_named(store: Store) -> None:
    with pytest.raises(StoreError, match="no file has the id 'nobody'"), store.read() as connection:
        files.get(connection, "nobody")


def test_the_file_of_an_unknown_run_is_refused(store: Store, noon: dt.datetime) -> None:
    with pytest.raises(StoreError, match="a row breaks a rule of the store"), store.begin() as connection:
        files.put(connection, store.folder, Slot("population", "0" * 32), fill, noon)
    assert on_disk(store) == []


POLARS = "parquet: File out of specification: underlying IO error: No space left on device (os error 28)"


@pytest.mark.parametrize("error", [pl.exceptions.ComputeError(POLARS), OSError("No space left on device (os error 28)")])
def test_a_full_disk_is_one_whatever_error_polars_makes_of_it(store: Store, error: Exception) -> None:
    def full(path: Path) -> int:
        path.write_bytes(b"a\n")
        raise error

    with pytest.raises(StoreError, match="its disk is full, nothing of this change was kept") as told:
        files.write(store.folder, ADULTS, full)
    problem = told.value.problems[0]
    assert is_passing(told.value)
    assert (problem.where, problem.do) == ("population file of activity 'Adults'", "free some space, then try again")
    assert on_disk(store) == []


@pytest.mark.parametrize(
    "error", [ValueError("no column 'age'"), FileNotFoundError("No such file (os error 2)"), StoreError(Problem("x", POLARS))]
)
def test_what_is_not_the_disk_s_fault_goes_on_as_it_is(store: Store, error: Exception) -> None:
    def fails(path: Path) -> int:
        raise error

    with pytest.raises(type(error), match=re.escape(str(error))) as told:
        files.write(store.folder, ADULTS, fails)
    assert told.value is error
