"""Random histories of a kernel and its clock: every slot has exactly one row, whatever happens to whom."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from itertools import takewhile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_nb.schedule import Daily, Schedule, SeveralTimesADay, Slot
from campaign_nb.store.launches import LaunchRecord
from tests.scheduler.world import HOUR, World

START = "2026-03-28 06:00"  # Paris changes its clock in the night that follows
OPTIONS = st.fixed_dictionaries(
    {
        "time_zone": st.sampled_from(["UTC", "Europe/Paris"]),
        "overlap": st.sampled_from(["skip", "queue", "allow", "cancel"]),
        "catch_up": st.sampled_from(["0s", "1h", "9h", "all"]),
    }
)
SCHEDULES = st.builds(lambda options: SeveralTimesADay(every="5h", **options), OPTIONS) | st.builds(
    lambda options: Daily("02:30", **options), OPTIONS
)
EVENTS = st.one_of(
    st.tuples(st.just("advance"), st.integers(1, 20)),
    st.tuples(st.just("back"), st.integers(1, 30)),
    st.tuples(st.sampled_from(["stop", "start", "restart", "pause", "go on", "hold", "release", "other"]), st.just(0)),
)
MADE = {"pending", "running", "done", "failed", "skipped", "cancelled"}


def _happen(world: World, other: World, campaign: str, event: str, hours: int) -> None:
    if event == "advance":
        world.manual.advance(hours=hours, minutes=30)
    elif event == "back":
        world.manual.set(world.manual.now() - hours * HOUR)
    elif event in ("pause", "go on"):
        world.flag(campaign, paused=event == "pause")
    elif event == "other":
        other.scheduler.tick()
    else:
        {
            "stop": world.scheduler.stop,
            "start": world.scheduler.start,
            "restart": world.restart,
            "hold": world.scheduler.pause,
            "release": world.scheduler.resume,
        }[event]()


def _rows_of(slot: Slot, rows: list[LaunchRecord]) -> list[LaunchRecord]:
    """The rows that account for a slot: its own, and every gap that it lies in."""
    own = [row for row in rows if row.state != "missed" and (row.nominal, row.fold) == (slot.nominal, slot.fold)]
    return own + [row for row in rows if row.first is not None and row.last is not None and row.first <= slot.at <= row.last]


def _check(world: World, schedule: Schedule, since: dt.datetime, latest: dt.datetime) -> None:
    rows = world.launched()
    slots = list(takewhile(lambda slot: slot.at <= latest, schedule.slots(since)))
    counts = [len(_rows_of(slot, rows)) for slot in slots]
    covered = counts.count(1)
    assert counts == [1] * covered + [0] * (len(slots) - covered), "each slot has one row, in order, up to where the kernel looked"
    assert {row.state for row in rows} <= MADE | {"missed"}
    assert sum(row.count for row in rows) == covered
    made = [row for row in rows if row.run_id is not None]
    assert sorted(str(run.launch_id) for run in world.runs()) == sorted(row.id for row in made)
    waits_in_turn = schedule.catch_up == "all" and any(run.ended_at is None for run in world.runs())
    if world.scheduler.state == "running" and not world.campaign().paused and not waits_in_turn:
        assert all(slot.at > world.manual.now() for slot in slots[covered:]), "a scheduler that is on leaves nothing behind"


def _live(folder: Path, schedule: Schedule, waits: list[float], events: list[tuple[str, int]]) -> None:
    world = World(folder, start=START)
    other = World(folder, world.manual)
    campaign = world.publish(schedule, waits=tuple(sorted(waits)))
    other.launcher.behaviours = world.launcher.behaviours
    since = latest = world.manual.now()
    world.scheduler.start()
    try:
        for event, hours in events:
            _happen(world, other, campaign, event, hours)
            latest = max(latest, world.manual.now())
            _check(world, schedule, since, latest)
        assert world.store.integrity() == []
        assert [line.message for line in world.scheduler.log if line.level == "error"] == []
    finally:
        other.close()
        world.close()


@settings(max_examples=max(8, settings.default.max_examples // 4 if settings.default else 8))
@given(SCHEDULES, st.lists(st.sampled_from([1.0, 4.0, 7.0, 30.0]), max_size=2, unique=True), st.lists(EVENTS, min_size=3, max_size=9))
def test_every_slot_is_in_exactly_one_state(made: Path, schedule: Schedule, waits: list[float], events: list[tuple[str, int]]) -> None:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        _live(shutil.copytree(made, Path(folder) / ".campaign-nb"), schedule, waits, events)
