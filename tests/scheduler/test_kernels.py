"""Several kernels on one store: nothing is launched twice, nothing executes twice, what one leaves another goes on with."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign_nb.schedule import Daily, SeveralTimesADay
from campaign_nb.scheduler import lease
from campaign_nb.scheduler.going import Going
from campaign_nb.store import runs
from tests.scheduler.world import World


@pytest.fixture
def two(world: World, folder: Path) -> Iterator[tuple[World, World]]:
    """Two kernels on one store and one clock, with a store object each."""
    other = World(folder, world.manual)
    yield world, other
    other.close()


def _hold_both(one: World, other: World, **options: object) -> str:
    campaign = one.publish(**options)  # type: ignore[arg-type] - whatever a test publishes
    other.launcher.behaviours[campaign] = one.launcher.behaviours[campaign]
    return campaign


def test_two_kernels_that_walk_one_clock_launch_each_slot_once(two: tuple[World, World]) -> None:
    one, other = two
    _hold_both(one, other, schedule=Daily("09:00", time_zone="UTC"), waits=(1,))
    one.scheduler.start()
    other.scheduler.start()
    one.manual.advance(days=2)
    assert one.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "done")]
    executed = Counter(at.strftime("%d %H") for _, at in [*one.launcher.executed, *other.launcher.executed])
    assert executed == {"02 09": 1, "02 10": 1, "03 09": 1, "03 10": 1}


def test_two_kernels_that_tick_at_once_launch_each_slot_once(two: tuple[World, World]) -> None:
    one, other = two
    _hold_both(one, other, schedule=SeveralTimesADay(every="1h", time_zone="UTC", catch_up="all"))
    one.manual.advance(hours=8)
    ready = threading.Barrier(2)

    def tick(world: World) -> None:
        ready.wait()
        world.scheduler.tick()

    threads = [threading.Thread(target=tick, args=(world,)) for world in two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one.scheduler.tick()
    assert one.rows() == [(f"03-02T0{hour}:00", "done") for hour in range(1, 9)]
    assert len(one.launcher.executed) + len(other.launcher.executed) == 8


def test_a_run_that_executes_in_one_kernel_is_left_alone_by_the_other(two: tuple[World, World]) -> None:
    one, other = two
    campaign = _hold_both(one, other, schedule=Daily("09:00", time_zone="UTC"))
    one.launcher.behaviours[campaign].meanwhile = other.scheduler.tick
    one.scheduler.start()
    one.manual.advance(hours=9)
    assert (len(one.launcher.executed), other.launcher.executed) == (1, [])


def test_a_run_of_a_kernel_that_died_goes_on_in_the_next(two: tuple[World, World]) -> None:
    dead, heir = two
    campaign = _hold_both(dead, heir, schedule=Daily("09:00", time_zone="UTC", valid_until="2026-03-02"))
    run = dead.start_run(campaign)
    held = lease.take(dead.store.folder, run)
    assert held is not None
    heir.scheduler.start()
    assert heir.launcher.executed == []
    held.release()  # what the system does when a process dies
    heir.scheduler.tick()
    assert [run.state for run in heir.runs()] == ["done"]


def test_a_run_whose_campaign_this_kernel_does_not_hold_is_left_alone(two: tuple[World, World]) -> None:
    one, other = two
    run = one.start_run(one.publish(Daily("09:00", time_zone="UTC")))
    other.scheduler.start()
    other.scheduler.submit(run)
    assert (other.launcher.executed, [run.state for run in other.runs()]) == ([], ["running"])


def test_a_launch_whose_end_was_not_written_is_ended_by_the_next_kernel(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC"), waits=(2,))
    world.scheduler.start()
    world.manual.advance(hours=9)
    with world.store.begin() as connection:
        runs.finish(connection, world.runs()[0].id, "done", world.manual.now())
    world.restart()
    assert world.rows() == [("03-02T09:00", "done")]


def test_a_run_that_does_not_go_on_is_tried_again_after_a_restart_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = world.start_run(world.publish(Daily("09:00", time_zone="UTC")))
    tried: list[str] = []

    def advance(run_id: str, stop: object) -> runs.RunRecord:
        tried.append(run_id)
        with world.store.read() as connection:
            return runs.get(connection, run_id)

    monkeypatch.setattr(world.launcher, "advance", advance)
    world.scheduler.start()
    world.manual.advance(hours=1)
    assert tried == [run]
    world.restart()
    assert tried == [run, run]


def test_a_lease_is_for_one_and_leaves_no_file(tmp_path: Path) -> None:
    mine = lease.take(tmp_path, "r1")
    assert mine is not None
    assert lease.take(tmp_path, "r1") is None
    mine.release()
    mine.release()
    assert list((tmp_path / lease.FOLDER).iterdir()) == []


def test_of_many_threads_one_at_a_time_has_the_lease(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(200):
            if (mine := lease.take(tmp_path, "r1")) is not None:
                inside.append(1)
                most.append(len(inside))
                inside.pop()
                mine.release()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1


def test_a_lease_is_of_the_file_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, owners = lease._lock, iter(["the last one, who removes its file now"])

    def late(handle: int) -> bool:
        for _ in owners:
            (tmp_path / lease.FOLDER / "r1.lock").unlink()
        return lock(handle)

    monkeypatch.setattr(lease, "_lock", late)
    mine = lease.take(tmp_path, "r1")
    assert mine is not None
    assert lease.take(tmp_path, "r1") is None
    mine.release()


def test_the_right_to_a_run_that_ended_meanwhile_is_given_to_nobody(world: World) -> None:
    run = world.start_run(world.publish(Daily("09:00", time_zone="UTC")))
    going = Going(world.store, world.launcher)
    assert going.ready(world.manual.now()) == [run]
    with world.store.begin() as connection:
        runs.finish(connection, run, "done", world.manual.now())
    assert going.lease(run, world.manual.now()) is None
    assert list((world.folder / lease.FOLDER).iterdir()) == []
