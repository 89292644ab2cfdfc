"""The threads: they survive interrupts and errors, never print, and end when they are told to."""

from __future__ import annotations

import datetime as dt
import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign_nb.schedule import SeveralTimesADay
from campaign_nb.scheduler import timer
from campaign_nb.scheduler.workers import Workers
from tests.scheduler.world import World

EVERY_SECOND = SeveralTimesADay(every="1s", time_zone="UTC", overlap="allow")
LONG = 20.0


class ToldClock:
    """A clock whose waits a test lets through: the instant moves on with each, and some raise."""

    def __init__(self, *, raises: int = 0) -> None:
        self.instant = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
        self.raises = raises
        self.waits: list[float] = []
        self.looked = threading.Condition()

    def now(self) -> dt.datetime:
        return self.instant

    def wait(self, event: threading.Event, seconds: float) -> bool:
        with self.looked:
            self.waits.append(seconds)
            self.looked.notify_all()
        if self.raises:
            self.raises -= 1
            raise KeyboardInterrupt
        return event.wait(LONG)

    def until(self, number: int) -> None:
        """Hold until the timer has slept that often."""
        with self.looked:
            assert self.looked.wait_for(lambda: len(self.waits) >= number, LONG)


@pytest.fixture
def told(folder: Path) -> Iterator[tuple[World, ToldClock]]:
    clock = ToldClock()
    world = World(folder, clock)
    yield world, clock
    world.close()


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("campaign-nb")]


def _done(world: World, number: int) -> threading.Event:
    """An event that is set when so many runs are done."""
    event = threading.Event()
    world.scheduler.on_change(lambda: event.set() if [run.state for run in world.runs()].count("done") >= number else None)
    return event


def test_the_thread_launches_and_sleeps_until_the_next_launch_or_half_a_minute(told: tuple[World, ToldClock]) -> None:
    world, clock = told
    world.publish(SeveralTimesADay(every="20s", time_zone="UTC"))
    done = _done(world, 1)
    world.scheduler.start()
    clock.until(1)
    assert clock.waits == [20.0]
    clock.instant += dt.timedelta(seconds=20)
    world.scheduler.wake()
    assert done.wait(LONG)
    world.publish(SeveralTimesADay(every="1h", time_zone="UTC"))
    world.scheduler.wake()
    clock.until(len(clock.waits) + 1)
    assert clock.waits[-1] == 30.0


def test_an_interrupt_in_the_wait_is_survived(folder: Path) -> None:
    clock = ToldClock(raises=3)
    world = World(folder, clock)
    world.publish(EVERY_SECOND)
    done = _done(world, 1)
    world.scheduler.start()
    clock.until(4)
    clock.instant += dt.timedelta(seconds=1)
    world.scheduler.wake()
    assert done.wait(LONG)
    assert world.scheduler.state == "running"
    assert "the scheduler met an error and goes on: KeyboardInterrupt" in world.messages()
    world.close()


def test_an_error_in_a_look_is_logged_once_and_the_next_look_goes_on(
    told: tuple[World, ToldClock], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, clock = told
    world.publish(EVERY_SECOND)
    clock.instant += dt.timedelta(seconds=1)
    failures = iter([ValueError("no"), ValueError("no"), SystemExit()])
    scheduled = world.launcher.scheduled

    def failing() -> object:
        for failure in failures:
            raise failure
        return scheduled()

    monkeypatch.setattr(world.launcher, "scheduled", failing)
    done = _done(world, 1)
    world.scheduler.start()
    assert done.wait(LONG)
    assert world.messages().count("the scheduler met an error and goes on: ValueError") == 1


def test_one_campaigns_trouble_is_not_anothers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish(EVERY_SECOND, "Broken")
    world.publish(EVERY_SECOND, "Fine")
    take = world.scheduler._launches.take

    def failing(item: object, *rest: object) -> object:
        if item.name == "Broken":  # type: ignore[attr-defined] - a Scheduled
            raise ValueError
        return take(item, *rest)  # type: ignore[arg-type] - passed on as they came

    monkeypatch.setattr(world.scheduler._launches, "take", failing)
    world.scheduler.start()
    world.manual.advance(seconds=1)
    assert (world.rows("Broken"), len(world.rows("Fine"))) == ([], 1)
    assert "launching campaign 'Broken' met an error and goes on: ValueError" in world.messages()


def test_a_store_that_fails_is_told_in_the_log_of_this_kernel(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(world.store, "begin", refuse)
        world.scheduler.trouble(RuntimeError("disk"))
    assert world.messages()[-1] == "the scheduler met an error and goes on: RuntimeError"


def test_stop_is_clean_and_start_goes_on(told: tuple[World, ToldClock]) -> None:
    world, clock = told
    campaign = world.publish(EVERY_SECOND)
    inside, go_on = threading.Event(), threading.Event()
    world.launcher.behaviours[campaign].meanwhile = lambda: (inside.set(), go_on.wait(LONG))
    world.scheduler.start()
    clock.instant += dt.timedelta(seconds=1)
    world.scheduler.wake()
    assert inside.wait(LONG)
    assert _threads() == ["campaign-nb scheduler", "campaign-nb run"]
    threading.Timer(0.1, go_on.set).start()
    world.scheduler.stop()
    assert (_threads(), world.scheduler.state) == ([], "stopped")
    assert [run.state for run in world.runs()] == ["running"]
    done = _done(world, 1)
    world.scheduler.start()
    assert done.wait(LONG)


def test_a_long_run_keeps_no_launch_waiting_and_two_execute_at_a_time(told: tuple[World, ToldClock]) -> None:
    world, clock = told
    campaign = world.publish(EVERY_SECOND)
    go_on, inside = threading.Event(), threading.Semaphore(0)
    world.launcher.behaviours[campaign].meanwhile = lambda: (inside.release(), go_on.wait(LONG))
    done = _done(world, 3)
    world.scheduler.start()
    clock.until(1)
    for _ in range(3):
        clock.instant += dt.timedelta(seconds=1)
        slept = len(clock.waits)
        world.scheduler.wake()
        clock.until(slept + 1)
    assert inside.acquire(timeout=LONG)
    assert inside.acquire(timeout=LONG)
    assert (len(world.launched()), _threads().count("campaign-nb run")) == (3, 2)
    assert len(world.scheduler.snapshot()["scheduler"]["running"]) == 2
    go_on.set()
    assert done.wait(LONG)


def test_a_scheduler_that_nobody_holds_ends_its_thread(folder: Path) -> None:
    clock = ToldClock()
    world = World(folder, clock)
    world.scheduler.start()
    clock.until(1)
    ended = weakref.ref(world.scheduler)
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "campaign-nb scheduler"]
    world.launcher.listeners.clear()
    world.scheduler = None  # type: ignore[assignment] - nobody holds it any more
    gc.collect()
    thread.join(LONG / 2)
    assert (thread.is_alive(), ended()) == (False, None)
    world.store.close()


def test_all_are_stopped_when_the_interpreter_ends(told: tuple[World, ToldClock]) -> None:
    world, _ = told
    world.scheduler.start()
    timer._stop_all()
    assert (world.scheduler.state, _threads()) == ("stopped", [])


def test_nothing_is_ever_printed(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    world.publish(EVERY_SECOND, fails=True)
    world.scheduler.start()
    world.manual.advance(seconds=2)
    world.scheduler.trouble(ValueError("x"))
    assert capfd.readouterr() == ("", "")


def test_listeners_hear_of_changes_and_one_that_fails_stops_nothing(world: World) -> None:
    world.publish(EVERY_SECOND)
    heard: list[tuple[str, float, str]] = []

    def listen() -> None:
        running = world.scheduler.snapshot()["scheduler"]["running"]
        heard.extend((one["campaign"], one["progress"], one["activity"]) for one in running)
        raise RuntimeError

    end = world.scheduler.on_change(listen)
    world.scheduler.start()
    world.manual.advance(seconds=1)
    end()
    world.manual.advance(seconds=1)
    assert heard == [("Spring", 0.0, ""), ("Spring", 0.5, "Mail")]
    assert len(world.rows()) == 2


def test_a_worker_does_what_it_gets_and_gives_back_what_it_has_not_begun() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), list[int]()

    def work(piece: int) -> None:
        begun.set()
        go_on.wait(LONG)
        done.append(piece)

    workers = Workers(work, most=1)
    for piece in range(3):
        workers.put(piece)
    assert begun.wait(LONG)
    assert workers.drop() == [1, 2]
    go_on.set()
    assert workers.join(LONG)
    assert (done, _threads()) == ([0], [])
