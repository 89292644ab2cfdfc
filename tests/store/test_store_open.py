"""Opening: what is made, what is refused, and that what is refused stays as it was."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from campaign_nb.errors import StoreError
from campaign_nb.store import Store, meta, place, sqlite
from tests.store.conftest import Kernel, race


def test_a_new_store_is_private_to_its_owner(store: Store) -> None:
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_new_store_leaves_nothing_but_itself(tmp_path: Path) -> None:
    Store.open(tmp_path / "new").close()
    assert sorted(path.name for path in (tmp_path / "new").iterdir() if not path.name.endswith("-journal")) == ["store.db"]


def test_a_folder_that_was_there_keeps_its_rights(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    folder.chmod(0o755)
    Store.open(folder).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_a_store_that_others_can_read_is_made_private_when_it_is_opened(store: Store) -> None:
    store.path.chmod(0o644)
    Store.open(store.folder).close()
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_store_keeps_its_identity(store: Store) -> None:
    again = Store.open(store.folder)
    assert again.identity == store.identity
    assert len(again.identity) == 36


def test_two_stores_have_two_identities(store: Store, tmp_path: Path) -> None:
    assert Store.open(tmp_path / "other").identity != store.identity


def test_two_kernels_that_make_one_store_agree_on_it(tmp_path: Path, kernels: Callable[..., Kernel]) -> None:
    folder = tmp_path / "raced"
    first, second = race([kernels("open_new", folder), kernels("open_new", folder)])
    assert first == second == [Store.open(folder).identity]
    assert not list(folder.glob("tmp-*"))


@pytest.mark.parametrize("links", [True, False])
def test_a_store_that_another_kernel_has_put_in_place_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(errno.ENOTSUP, "no hard links here")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    ours, theirs, target = tmp_path / "ours", tmp_path / "theirs", tmp_path / "store.db"
    ours.write_text("ours")
    theirs.write_text("theirs")
    assert place.link_into_place(theirs, target)
    assert not theirs.exists()
    assert not place.link_into_place(ours, target)
    assert target.read_text() == "theirs"


def test_the_guards_are_on_in_every_connection(store: Store) -> None:
    guards = {"trusted_schema": 0, "cell_size_check": 1, "foreign_keys": 1, "synchronous": 2, "busy_timeout": 10_000}
    for opened in (store.begin, store.read):
        with opened() as connection:
            assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in guards} == guards


def test_the_journal_is_the_one_that_this_sqlite_and_this_disk_allow(store: Store, tmp_path: Path) -> None:
    expected = sqlite.journal_mode(sqlite.linked_version(), place.file_system(tmp_path.resolve()))
    with store.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == expected


@pytest.mark.parametrize(
    ("version", "allowed"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_wal_is_used_only_with_a_repaired_sqlite(version: tuple[int, int, int], allowed: bool) -> None:
    assert sqlite.wal_is_safe(version) is allowed
    assert sqlite.journal_mode(version, "ext4") == ("wal" if allowed else "persist")


@pytest.mark.parametrize("disk", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse", "fuse.sshfs", ""])
def test_wal_is_never_used_over_a_network_or_on_an_unknown_disk(disk: str) -> None:
    assert sqlite.journal_mode((3, 53, 0), disk) == "persist"


def test_the_innermost_mount_decides_the_kind_of_disk() -> None:
    mounts = "1 0 8:1 / / rw - ext4 a rw\n2 1 0:1 / /data rw - nfs4 b rw\n3 2 0:2 / /data/my\\040data rw shared:1 - xfs c rw"
    assert place.file_system(Path("/data/ann/shop"), mounts) == "nfs4"
    assert place.file_system(Path("/data/my data/shop"), mounts) == "xfs"
    assert place.file_system(Path("/database"), mounts) == "ext4"


def test_a_mount_on_top_of_another_hides_it() -> None:
    assert place.file_system(Path("/data/shop"), "1 0 8:1 / /data rw - ext4 a rw\n2 1 0:1 / /data rw - nfs4 b rw") == "nfs4"


def test_a_network_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "file_system", lambda path: "nfs4")
    (note,) = Store.open(tmp_path / "far").notes
    assert "network file system (nfs4)" in note


def test_a_store_in_wal_mode_is_brought_back_where_wal_is_not_safe(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(store.path)) as raw:
        assert raw.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    monkeypatch.setattr(sqlite, "linked_version", lambda: (3, 40, 1))
    with Store.open(store.folder).begin() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "persist"


def test_a_store_held_in_wal_mode_by_another_program_is_refused_where_wal_is_not_safe(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "linked_version", lambda: (3, 40, 1))
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(store.path)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("SELECT count(*) FROM meta").fetchone()
        with pytest.raises(StoreError, match="another program keeps it in WAL mode"):
            Store.open(store.folder)


def test_wal_is_used_where_it_is_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "linked_version", lambda: (3, 53, 0))
    monkeypatch.setattr(place, "file_system", lambda path: "ext4")
    opened = Store.open(tmp_path / "wal")
    with opened.begin() as connection:
        meta.put(connection, "colour", "green")
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    assert Store.open(tmp_path / "wal").integrity() == []


def _untouched(path: Path, match: str) -> None:
    before = path.read_bytes(), path.stat().st_mtime_ns, stat.S_IMODE(path.stat().st_mode)
    with pytest.raises(StoreError, match=match):
        Store.open(path.parent)
    assert (path.read_bytes(), path.stat().st_mtime_ns, stat.S_IMODE(path.stat().st_mode)) == before


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_the_database_of_another_program_is_refused_untouched(tmp_path: Path, journal: str) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA journal_mode = {journal}")
        raw.execute("CREATE TABLE theirs (x)")
        raw.commit()
    _untouched(path, "store.db was not made by campaign_nb")


def test_the_database_of_another_program_with_work_to_undo_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    script = (
        "import os, sqlite3, sys\n"
        "raw = sqlite3.connect(sys.argv[1])\n"
        "raw.execute('CREATE TABLE theirs (x)'); raw.commit(); raw.execute('PRAGMA cache_size = 2')\n"
        "raw.executemany('INSERT INTO theirs VALUES (?)', [('x' * 3000,)] * 200)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert (tmp_path / "store.db-journal").stat().st_size > 0
    _untouched(path, "store.db was not made by campaign_nb")
    assert (tmp_path / "store.db-journal").stat().st_size > 0


@pytest.mark.parametrize("content", [b"", b"name;age\nAnn;30\n", b"SQLite format 3\x00 and then nothing of the kind" * 20])
def test_a_file_that_is_no_database_is_refused_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(content)
    _untouched(path, "store.db was not made by campaign_nb")


def test_a_store_with_newer_tables_is_refused_untouched(store: Store) -> None:
    with store.begin() as connection:
        meta.put(connection, "schema_version", "99")
    store.path.chmod(0o644)
    _untouched(store.path, "version 99, written by a newer campaign_nb\n  expected: version 4 or earlier")


def test_a_store_cut_short_is_refused_untouched(store: Store) -> None:
    content = store.path.read_bytes()
    store.path.write_bytes(content[: len(content) // 2])
    _untouched(store.path, "its file is damaged")


def test_a_store_with_a_damaged_page_is_refused_untouched(store: Store) -> None:
    content = bytearray(store.path.read_bytes())
    content[4096 * 3 : 4096 * 3 + 64] = b"\xff" * 64
    store.path.write_bytes(content)
    _untouched(store.path, "its file is damaged")


@pytest.mark.parametrize("stranger", ["CREATE VIEW evil AS SELECT 1", "CREATE TRIGGER evil AFTER INSERT ON log BEGIN DELETE FROM log; END"])
def test_a_store_with_views_or_triggers_is_refused(store: Store, stranger: str) -> None:
    with closing(sqlite3.connect(store.path)) as raw:
        raw.execute(stranger)
        raw.commit()
    _untouched(store.path, "holds what a store never holds: (view|trigger) evil")


def test_a_symbolic_link_in_the_place_of_the_file_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "trap").mkdir()
    (tmp_path / "trap" / "store.db").symlink_to(store.path)
    with pytest.raises(StoreError, match=r"store\.db is a symbolic link"):
        Store.open(tmp_path / "trap")


@pytest.mark.parametrize("under", ["", "deeper/still"])
def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path, under: str) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match="a file stands where a folder should be\n  expected: a folder\n  → choose another folder"):
        Store.open(tmp_path / "taken" / under)
    assert (tmp_path / "taken").read_text() == "a file"


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(path: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        raise OSError(code, "no")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(
        StoreError, match="it can't be written\n  expected: a folder and a file that you may write\n  → choose another folder"
    ):
        Store.open(tmp_path / "theirs")


def test_a_store_that_cannot_be_finished_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place, "flush", full)
    with pytest.raises(StoreError, match="its disk is full, nothing of this change was kept"):
        Store.open(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
