"""Leases: signs of life, takeovers, and the writes that are refused to a kernel that stood still."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from campaign_nb.clock import SystemClock
from campaign_nb.errors import StoreError
from campaign_nb.schedule import Daily
from campaign_nb.scheduler import lease
from campaign_nb.scheduler.lease import Fenced
from campaign_nb.store import Connection, Store, campaigns, leases, meta, sqlite
from campaign_nb.store.leases import Held, LeaseLost, Owner
from tests.faults.test_home import Home

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
SHORT = 0.3
Place = tuple[Path, str | None]


def _yes(connection: Connection) -> bool:
    return True


@pytest.fixture
def stores(place: Place) -> Iterator[Callable[[float | None], Store]]:
    """Opens the store again and again, as other kernels do."""
    opened: list[Store] = []

    def open_it(seconds: float | None = SHORT) -> Store:
        opened.append(Store.open(place[0], url=place[1], lease=seconds))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


def _until(done: Callable[[], object], seconds: float = 20) -> float:
    begun, pause = time.monotonic(), threading.Event()
    while not done():
        assert time.monotonic() - begun < seconds, "it never came"
        pause.wait(SHORT / 6)
    return time.monotonic() - begun


def test_an_owner_that_lives_keeps_its_lease(stores: Callable[..., Store]) -> None:
    one, other = stores(), stores()
    held = one.leases.take("r", NOON, False, _yes)
    assert held is not None
    looks = [other.leases.take("r", NOON, False, _yes) for _ in range(8) if threading.Event().wait(SHORT / 4) is False]
    assert looks == [None] * 8
    assert not held.lost
    one.leases.give_back(held)
    assert other.leases.take("r", NOON, False, _yes) is not None


def test_an_owner_that_stands_still_loses_its_lease_and_every_write_after_it(stores: Callable[..., Store]) -> None:
    one, other = stores(), stores()
    held = one.leases.take("r", NOON, False, _yes)
    assert held is not None
    one.guard = held
    with one.begin() as connection:
        meta.put(connection, "colour", "green")
    one.leases.close()  # no more signs of life
    found: list[Held] = []
    _until(lambda: found.extend(filter(None, [other.leases.take("r", NOON, False, _yes)])) or found)
    assert found[0].token > held.token
    with pytest.raises(LeaseLost, match="this kernel lost the right to it: it stood still for longer"), one.begin() as connection:
        meta.put(connection, "colour", "red")
    with other.read() as connection:
        assert meta.get(connection, "colour") == "green"
    one.guard = None


def test_a_lost_lease_is_noticed_by_its_next_sign_of_life_and_not_given_back(stores: Callable[..., Store]) -> None:
    one = stores()
    held = one.leases.take("r", NOON, False, _yes)
    assert held is not None
    with stores().begin() as connection:
        seen = leases.find(connection, "r")
        token = leases.take(connection, "r", Owner("another", 1, "elsewhere", 9.0, False), NOON, seen)
    _until(lambda: held.lost)
    one.leases.give_back(held)
    with one.read() as connection:
        found = leases.find(connection, "r")
    assert found is not None
    assert (found.token, token) == (token, held.token + 1)


def test_a_lease_is_taken_only_as_it_was_seen_and_tokens_only_grow(stores: Callable[..., Store]) -> None:
    store, me = stores(), Owner("me", 1, "here", SHORT, False)
    with store.begin() as connection:
        first = leases.take(connection, "r", me, NOON, None)
        seen = leases.find(connection, "r")
        assert first is not None
        assert leases.take(connection, "r", me, NOON, None) is None
        assert leases.beat(connection, {first, 99}) == {first}
        assert leases.take(connection, "r", me, NOON, seen) is None
        leases.give_back(connection, first)
        assert leases.take(connection, "r", me, NOON, None) == first + 1


def test_a_kernel_of_this_machine_that_died_is_succeeded_at_once(place: Place, stores: Callable[..., Store]) -> None:
    script = (
        "import datetime, os, sys\nfrom pathlib import Path\nfrom campaign_nb.store import Store\nfrom campaign_nb.scheduler import lease\n"
        "store = Store.open(Path(sys.argv[1]), url=sys.argv[2] or None, lease=60)\n"
        "assert lease.lease(store, 'r', datetime.datetime.now(datetime.UTC), lambda connection: True)\n"
        "print('held', flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    heir = stores(60)
    command = [sys.executable, "-c", script, str(place[0]), place[1] or ""]
    assert subprocess.run(command, check=False, capture_output=True, text=True, timeout=60).stdout == "held\n"
    found = lease.lease(heir, "r", NOON, _yes)
    assert found is not None
    assert lease.take(heir.folder, "r") is None
    found.release()


def test_leases_without_signs_of_life_are_never_taken_for_dead(stores: Callable[..., Store]) -> None:
    one, other = stores(None), stores()
    assert one.leases.take("r", NOON, False, _yes) is not None
    assert [other.leases.take("r", NOON, False, _yes) for _ in range(3) if not threading.Event().wait(SHORT)] == [None] * 3


def test_a_run_that_loses_its_lease_stops_without_failing_and_says_so(tmp_path: Path) -> None:
    world = Home(tmp_path / "ws")
    campaign = world.publish(Daily("09:00", time_zone="UTC"))

    def overtaken() -> None:
        with Store.open(world.folder).begin() as connection:
            ((name, seen),) = leases.by_name(connection).items()
            leases.take(connection, name, Owner("another", 1, "elsewhere", 9.0, False), NOON, seen)

    world.launcher.behaviours[campaign].meanwhile = overtaken
    world.scheduler.start()
    world.manual.advance(hours=9)
    (run,) = world.runs()
    assert (run.state, world.rows()) == ("running", [("03-02T09:00", "running")])
    assert world.messages()[-1] == f"a kernel lost the right to run {run.id[:8]}, for it stood still; another goes on with it"
    world.close()


def test_a_run_that_meets_a_store_that_refuses_is_not_failed_and_goes_on_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = Home(tmp_path / "ws")
    campaign = world.publish(Daily("09:00", time_zone="UTC"))
    locked: list[Store] = []

    def lock() -> None:
        if not locked:
            locked.append(Store.open(world.folder))
            monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
            with locked[0].begin(), world.store.begin():
                pass

    world.launcher.behaviours[campaign].meanwhile = lock
    world.scheduler.start()
    world.manual.advance(hours=9)
    assert [run.state for run in world.runs()] == ["running"]
    assert "goes on later: another program holds its lock" in world.messages()[-1]
    world.restart()
    assert [run.state for run in world.runs()] == ["done"]
    world.close()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="only POSIX stops processes")
def test_an_owner_stopped_in_a_transaction_blocks_others_who_say_so_and_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(tmp_path / "ws", lease=SHORT)
    script = (
        "import sys\nfrom pathlib import Path\nfrom campaign_nb.store import Store, meta\n"
        "with Store.open(Path(sys.argv[1])).begin() as connection:\n    meta.put(connection, 'colour', 'green')\n"
        "    print('inside', flush=True)\n    sys.stdin.readline()\n"
    )
    command = [sys.executable, "-c", script, str(store.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "inside\n"
        os.kill(other.pid, signal.SIGSTOP)
        monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
        with pytest.raises(StoreError, match="another program holds its lock"), store.begin():
            pass
        os.kill(other.pid, signal.SIGCONT)
        other.communicate("go\n", timeout=30)
    monkeypatch.undo()
    with closing(store), store.begin() as connection:
        assert meta.get(connection, "colour") == "green"
        campaigns.create(connection, "Spring", NOON)


def test_a_fenced_launcher_leaves_runs_without_a_lease_as_they_were(tmp_path: Path) -> None:
    world = Home(tmp_path / "ws")
    run = world.start_run(world.publish(Daily("09:00", time_zone="UTC")))
    assert Fenced(world.store, world.launcher, SystemClock()).advance(run, lambda: False).state == "done"
    world.close()
