"""What a store says when disk, lock or file fail it, at each of its operations; and that it goes on afterwards."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from campaign_nb.errors import StoreError
from campaign_nb.store import Connection, Store, campaigns, files, launches, log, meta, place, runs, sqlite
from campaign_nb.store.faults import is_passing
from campaign_nb.store.files import Slot
from campaign_nb.store.runs import RunRecord

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
LONG = "x" * 300_000


@dataclass
class Shop:
    """A store with a campaign and a run of it that is going on."""

    store: Store
    campaign: str
    run: RunRecord

    def write(self, work: Callable[[Connection], object]) -> None:
        with self.store.begin() as connection:
            work(connection)
            campaigns.create(connection, f"Filler {uuid.uuid4()}", NOON, description=LONG)  # so that a full disk is met

    def done(self) -> list[object]:
        """Everything that an operation would change."""
        with self.store.read() as connection:
            return [
                campaigns.list_campaigns(connection),
                launches.list_launches(connection),
                runs.list_runs(connection),
                runs.list_stages(connection, self.run.id),
                files.list_files(connection),
                meta.get(connection, "colour"),
                len(log.read(connection)),
            ]


def _file(shop: Shop) -> None:
    shop.write(lambda c: files.put(c, shop.store.folder, Slot("population", activity="All"), lambda path: path.write_bytes(b"rows"), NOON))


def _lease(shop: Shop) -> None:
    shop.write(lambda c: None)
    shop.store.leases.take(shop.run.id, NOON, True, lambda connection: True)


OPERATIONS: dict[str, Callable[[Shop], object]] = {
    "create a campaign": lambda shop: shop.write(lambda c: campaigns.create(c, "Summer", NOON)),
    "save a version": lambda shop: shop.write(lambda c: campaigns.save_version(c, shop.campaign, '{"version": 2}', NOON)),
    "claim a launch": lambda shop: shop.write(lambda c: launches.claim(c, shop.campaign, 1, "2026-03-02T09:00", "UTC", NOON, NOON)),
    "start a run": lambda shop: shop.write(lambda c: runs.start(c, shop.campaign, 1, NOON, NOON)),
    "commit a stage": lambda shop: shop.write(lambda c: runs.commit_stage(c, shop.run.id, 0, NOON, NOON)),
    "end a run": lambda shop: shop.write(lambda c: runs.finish(c, shop.run.id, "done", NOON)),
    "record a file": _file,
    "take a lease": _lease,
    "write a fact": lambda shop: shop.write(lambda c: meta.put(c, "colour", "green")),
}

operation = pytest.mark.parametrize("work", OPERATIONS.values(), ids=[name.replace(" ", "_") for name in OPERATIONS])


def _shop(folder: Path) -> Shop:
    store = Store.open(folder)
    with store.begin() as connection:
        campaign = campaigns.create(connection, "Spring", NOON).id
        campaigns.save_version(connection, campaign, '{"version": 1}', NOON)
        run = runs.start(connection, campaign, 1, NOON, NOON)
    return Shop(store, campaign, run)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shop]:
    folder = tmp_path_factory.mktemp("made") / "ws"
    shop = _shop(folder)
    shop.store.close()
    return folder, shop


@pytest.fixture
def shop(made: tuple[Path, Shop], tmp_path: Path) -> Iterator[Shop]:
    opened = Store.open(shutil.copytree(made[0], tmp_path / "ws"))
    yield Shop(opened, made[1].campaign, made[1].run)
    opened.close()


@contextmanager
def refused(shop: Shop, match: str) -> Iterator[None]:
    """What happens inside is refused in four parts, for a reason that may pass, and nothing of it is kept."""
    before = shop.done()
    with pytest.raises(StoreError, match=match) as told:
        yield
    problem = told.value.problems[0]
    assert all([problem.where, problem.what, problem.expected, problem.do])
    assert is_passing(told.value)
    assert shop.done() == before


def goes_on(shop: Shop, work: Callable[[Shop], object]) -> None:
    before = shop.done()
    work(shop)
    assert shop.done() != before
    assert shop.store.integrity() == []


# ------------------------------------------------------------------------------------------------------------- disks


def _mount(folder: Path, size: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("mount") is not None and not subprocess.run(command).returncode


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Shop]:
    """A store on a disk of its own of one megabyte; where disks can't be mounted, a child with a limit stands in."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not _mount(folder, "1m"):
        pytest.skip("only root mounts disks; the test with a limit on files runs for everybody")
    made = _shop(folder / "ws")
    yield made
    made.store.close()
    subprocess.run(["umount", "-l", str(folder)], check=True)


@operation
def test_a_full_disk_is_said_nothing_is_kept_and_it_goes_on_when_there_is_room(small: Shop, work: Callable[[Shop], object]) -> None:
    filler = small.store.folder.parent / "filler"
    with filler.open("wb", buffering=0) as full, pytest.raises(OSError, match="No space"):
        while True:
            full.write(b"x" * 4096)
    with refused(small, "its disk is full, nothing of this change was kept"):
        work(small)
    filler.unlink()
    goes_on(small, work)


@operation
def test_a_disk_that_turns_read_only_is_said_and_it_goes_on_when_it_can_be_written(small: Shop, work: Callable[[Shop], object]) -> None:
    disk = str(small.store.folder.parent)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    try:
        with refused(small, "it can't be written"):
            work(small)
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    goes_on(small, work)


def test_a_limit_on_files_is_a_full_disk(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom tests.faults.test_store_faults import OPERATIONS, _shop, goes_on\n"
        "from campaign_nb.errors import StoreError\n"
        "shop = _shop(Path(sys.argv[1]))\nbefore = shop.done()\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (shop.store.path.stat().st_size + 8192, hard))\n"
        "for name, work in OPERATIONS.items():\n"
        "    try:\n        work(shop)\n        print(name, 'was not refused')\n"
        "    except StoreError as error:\n        print(error.what)\n"
        "    assert shop.done() == before, name\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))\ngoes_on(shop, OPERATIONS['end a run'])\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "ws")]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert len(said) == len(OPERATIONS)
    assert set(said) <= {"its disk is full, nothing of this change was kept", "its disk reported an error, nothing of this change was kept"}


# ------------------------------------------------------------------------------------------------------------- locks


@operation
def test_a_lock_that_is_held_for_long_is_said_and_it_goes_on_after_it(
    shop: Shop, work: Callable[[Shop], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(shop.store.path, isolation_level=None)) as raw:
        raw.execute("BEGIN IMMEDIATE")
        with refused(shop, "another program holds its lock"):
            work(shop)
        raw.execute("ROLLBACK")
    goes_on(shop, work)


# ------------------------------------------------------------------------------------------------- what a crash left

_DIE = """
import os, sys
from pathlib import Path
from campaign_nb.store import sqlite
from tests.faults.test_store_faults import OPERATIONS, Shop
from campaign_nb.store import Store, runs
if sys.argv[4] == "wal":
    sqlite.linked_version = lambda: (3, 53, 0)
store = Store.open(Path(sys.argv[1]))
with store.read() as connection:
    shop = Shop(store, sys.argv[3], runs.list_runs(connection)[0])
if sys.argv[4] == "wal":
    reader = sqlite.connect(store.path, "rw")  # the last one to close would put the log away
    reader.execute("SELECT count(*) FROM meta").fetchone()
    OPERATIONS[sys.argv[2]](shop)
    os.kill(os.getpid(), 9)
def die(work):
    with store.begin() as connection:
        connection.exec_driver_sql("PRAGMA cache_size = 2")
        work(connection)
        for number in range(50):
            connection.exec_driver_sql("INSERT INTO meta VALUES (?, ?)", (f"filler {number}", "x" * 3000))
        os.kill(os.getpid(), 9)
shop.write = die
OPERATIONS[sys.argv[2]](shop)
"""


def _killed(shop: Shop, name: str, journal: str) -> None:
    command = [sys.executable, "-c", _DIE, str(shop.store.folder), name, shop.campaign, journal]
    assert subprocess.run(command, cwd=Path(__file__).parents[2], check=False, timeout=60).returncode == -9


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_journal_cut_short_after_a_kill_never_shows_what_was_not_kept(shop: Shop, name: str) -> None:
    """A journal without its end is what a power cut leaves; a store either undoes the rest or says that it is damaged."""
    before = shop.done()
    shop.store.close()
    _killed(shop, name, "persist")
    journal = shop.store.path.with_name("store.db-journal")
    assert journal.stat().st_size > 0
    with journal.open("r+b") as cut:
        cut.truncate(journal.stat().st_size - 700)
    try:
        again = Shop(Store.open(shop.store.folder), shop.campaign, shop.run)
    except StoreError as error:
        assert "damaged" in error.what
        return
    assert again.store.integrity() == []
    assert again.done() == before
    again.store.close()


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("fate", ["cut short", "deleted"])
def test_a_write_ahead_log_that_is_cut_or_gone_leaves_a_whole_store(
    shop: Shop, name: str, fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shop.done()
    shop.store.close()
    _killed(shop, name, "wal")
    wal = shop.store.path.with_name("store.db-wal")
    if not wal.exists():
        pytest.fail("the kernel was not killed in WAL mode")
    if fate == "deleted":
        wal.unlink()
        shop.store.path.with_name("store.db-shm").unlink(missing_ok=True)
    else:
        with wal.open("r+b") as cut:
            cut.truncate(wal.stat().st_size - 700)  # the last frame, which ends the transaction
    monkeypatch.setattr(sqlite, "linked_version", lambda: (3, 53, 0))
    again = Shop(Store.open(shop.store.folder), shop.campaign, shop.run)
    assert again.store.integrity() == []
    assert again.done() == before or name == "take a lease"
    goes_on(again, OPERATIONS["write a fact"])
    again.store.close()


# --------------------------------------------------------------------------------------------------- foreign and far


def test_a_foreign_file_and_newer_tables_are_refused_and_left_as_they_are(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "store.db").write_text("name;age\n")
    with shop.store.begin() as connection:
        meta.put(connection, "schema_version", "99")
    for folder, words in ((tmp_path / "theirs", "was not made by campaign_nb"), (shop.store.folder, "written by a newer")):
        content = (folder / "store.db").read_bytes()
        with pytest.raises(StoreError, match=words) as told:
            Store.open(folder)
        assert not is_passing(told.value)
        assert (folder / "store.db").read_bytes() == content


@operation
def test_everything_works_on_a_network_disk_without_a_write_ahead_log(
    made: tuple[Path, Shop], tmp_path: Path, work: Callable[[Shop], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "file_system", lambda path: "nfs4")
    monkeypatch.setattr(sqlite, "linked_version", lambda: (3, 53, 0))
    far = Shop(Store.open(shutil.copytree(made[0], tmp_path / "far")), made[1].campaign, made[1].run)
    goes_on(far, work)
    with far.store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "persist"
    assert "network file system (nfs4)" in far.store.notes[0]
    far.store.close()
