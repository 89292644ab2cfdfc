"""Ten simulated years of fifty random schedules on the real scheduler and a real store: each nominal launch is in exactly one state.

Ten histories of five schedules each. The machine sleeps, its kernel is off, campaigns and the scheduler are paused, clocks are set back
and forward by up to three hours, kernels restart, schedules are edited; in between, the ten launches of the preview happen undisturbed.
Most of the ten years pass in long sleeps: some 150,000 nominal launches lie in gaps, some 1,500 are made one by one, which is what a
minute has room for. CAMPAIGN_NB_DECADE=20 lets twenty times as much happen, for a run by hand.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from campaign_nb.schedule import Cron, Daily
from campaign_nb.schedule.plan import WallTimes
from campaign_nb.scheduler import gaps
from campaign_nb.scheduler.launcher import Scheduled
from campaign_nb.scheduler.launches import Launches
from campaign_nb.store import launches
from tests.scheduler.decade import History

DECKS = int(os.environ.get("CAMPAIGN_NB_DECADE", "1"))
HISTORIES, SCHEDULES = 10, 5


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for a store, in memory where there is such a disk: nothing is tested here of what a disk forgets."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as found:
        yield Path(found) / ".campaign-nb"


@pytest.mark.timeout(120 * DECKS)
@pytest.mark.parametrize("seed", range(HISTORIES))
def test_every_nominal_launch_of_ten_years_is_in_exactly_one_state(folder: Path, seed: int) -> None:
    history = History(folder, seed, [None] * SCHEDULES)
    try:
        history.live(DECKS)
        found = history.check()
    finally:
        history.world.close()
    print(f"history {seed}: {found.nominal:,} nominal launches, {found.previewed} as in a preview, rows: {dict(found.states)}")
    assert found.faults == []
    assert found.nominal > 1_000
    assert found.previewed >= 30
    assert {"done", "missed"} <= found.states.keys()


# What is broken on purpose must be seen. The schedules are read whole again before the store is checked.

MARCH = dt.datetime(2026, 3, 27, 12, tzinfo=dt.UTC)  # two days before Paris changes its clock
HOUR = dt.timedelta(hours=1)


def naive_local_time(patch: pytest.MonkeyPatch) -> None:
    """Take the offset before the change for a time that the clock skips."""
    patch.setattr(WallTimes, "_passes", lambda _, wall: (wall.astimezone(dt.UTC), None))


def no_claim(patch: pytest.MonkeyPatch) -> None:
    """Launch by the timer alone: what is due is what came since the clock's last instant, and each launch gets a name of its own."""
    numbers, claim = itertools.count(), launches.claim

    def considered(self: Launches, _: Connection, item: Scheduled) -> dt.datetime:
        key = (item.campaign_id, item.version)
        self._considered[key] = min(self._considered.get(key, item.since), self._clock.now())
        return self._considered[key]

    def unique(connection: Connection, campaign: str, version: int, nominal: str, *rest: object, **more: object) -> str | None:
        return claim(connection, campaign, version, f"{nominal}, number {next(numbers)}", *rest, **more)  # type: ignore[arg-type] # as given

    patch.setattr(Launches, "considered", considered)
    patch.setattr(Launches, "is_ahead", lambda *_: False)
    patch.setattr(launches, "claim", unique)


def no_gaps(patch: pytest.MonkeyPatch) -> None:
    """Forget what was missed."""
    patch.setattr(gaps, "record_gap", lambda *_: None)


def nothing(_: pytest.MonkeyPatch) -> None:
    """Break nothing."""


@pytest.mark.parametrize(
    ("fault", "seen"),
    [(nothing, None), (naive_local_time, "does not name"), (no_claim, "launched twice"), (no_gaps, "lies in 0 rows")],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_broken_on_purpose_is_seen(folder: Path, fault: Callable[[pytest.MonkeyPatch], None], seen: str | None) -> None:
    schedules = [Daily("02:30", time_zone="Europe/Paris", overlap="allow"), Cron("0 * * * *", time_zone="Europe/Paris", overlap="allow")]
    history = History(folder, 0, schedules, MARCH)
    with pytest.MonkeyPatch.context() as patch:
        fault(patch)
        history.clock.set(MARCH + 6 * HOUR)
        history.clock.set(MARCH + 3 * HOUR)  # back
        history.clock.set(MARCH + 48 * HOUR)
        history.clock.sleep(30 * HOUR)
        history.world.scheduler.wake()
        history.seen()
    found = history.check()
    history.world.close()
    assert ([fault for fault in found.faults if seen in fault] != []) if seen else (found.faults == [])
