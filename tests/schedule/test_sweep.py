"""Every change of every zone's clock from 2000 to 2036, times six shapes of rules, against an oracle that shares no code with the product.

Six shapes stand at each change: a fixed time within the gap or overlap, daily, weekly and monthly; several hours at once; every hour; every
25 minutes within a range. That is some 16,700 changes and 100,000 pairs of a change and a rule, each with all launches of the hours
around, by wall time, pass and instant. The product must agree with the oracle everywhere: that list of differences is empty.

CI, or CAMPAIGN_NB_CI, set: every name of every zone; otherwise one name of each zone that is known by several.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import NamedTuple

import numpy as np
import pytest

from campaign_nb.clock import zone, zone_names
from campaign_nb.schedule import Cron, Daily, Monthly, Schedule, SeveralTimesADay, Weekly
from campaign_nb.schedule.days import DAYS
from campaign_nb.schedule.plan import WallTimes
from campaign_nb.schedule.zone import first_pass, second_pass
from tests.conftest import is_set
from tests.schedule import oracle
from tests.schedule.oracle import DAY, Change, Launch, Stretch, elapsed, every, fixed, instant, minutes, stretch

HOUR = 60
STEP, RANGE = 25, 5 * HOUR
MARGIN = 14 * HOUR  # minutes on both sides that the oracle watches beyond what is compared


class Case(NamedTuple):
    """A change of a clock, and the walls and minutes of the day of the six rules at it."""

    change: Change
    low: int  # first wall minute that is skipped or repeated
    high: int  # first one after those

    @property
    def middle(self) -> int:
        return (self.low + self.high) // 2

    @property
    def begin(self) -> int:
        return (self.low - 85) % DAY

    @property
    def hours(self) -> list[int]:
        return sorted({wall % DAY for wall in (self.low, self.middle, self.high - 1, self.high)} | {12 * HOUR})


class Shape(NamedTuple):
    """A rule at a change: as the product's schedule, as the oracle's launches, and how far around the change they are compared."""

    make: Callable[[Case, str], Schedule]
    expect: Callable[[Case, Stretch], list[Launch]]
    before: int
    after: int


def clock(minute: int) -> str:
    return f"{minute % DAY // 60:02}:{minute % 60:02}"


def date_of(wall: int) -> dt.date:
    return instant(wall).date()


def days_named(time: Stretch, case: Case, on: Callable[[dt.date], bool]) -> list[Launch]:
    dates = range(int(time.wall[0]) // DAY - 1, int(time.wall[-1]) // DAY + 2)
    return fixed(time, np.array([day * DAY + case.middle % DAY for day in dates if on(date_of(day * DAY))], dtype=np.int64))


def hours_named(case: Case, time: Stretch) -> list[Launch]:
    dates = range(int(time.wall[0]) // DAY - 1, int(time.wall[-1]) // DAY + 2)
    return fixed(time, np.array([day * DAY + minute for day in dates for minute in case.hours], dtype=np.int64))


def each_25_minutes(case: Case, where: str) -> Schedule:
    return SeveralTimesADay(every=f"{STEP}m", between=(clock(case.begin), clock(case.begin + RANGE)), time_zone=where)


SHAPES = {
    "daily": Shape(
        lambda case, where: Daily(clock(case.middle), time_zone=where),
        lambda case, time: days_named(time, case, lambda _: True),
        26 * HOUR,
        26 * HOUR,
    ),
    "hourly": Shape(
        lambda case, where: Cron(f"{case.middle % 60} * * * *", time_zone=where),
        lambda case, time: elapsed(time, time.wall % 60 == case.middle % 60),
        3 * HOUR,
        3 * HOUR,
    ),
    "every 25 minutes": Shape(
        each_25_minutes,
        lambda case, time: every(time, STEP, case.begin, case.begin + RANGE),
        4 * HOUR,
        8 * HOUR,
    ),
    "weekly": Shape(
        lambda case, where: Weekly(DAYS[date_of(case.middle).weekday()], clock(case.middle), time_zone=where),
        lambda case, time: days_named(time, case, lambda date: date.weekday() == date_of(case.middle).weekday()),
        26 * HOUR,
        26 * HOUR,
    ),
    "monthly": Shape(
        lambda case, where: Monthly(clock(case.middle), day=date_of(case.middle).day, time_zone=where),
        lambda case, time: days_named(time, case, lambda date: date.day == date_of(case.middle).day),
        26 * HOUR,
        26 * HOUR,
    ),
    "several hours": Shape(
        lambda case, where: SeveralTimesADay([clock(minute) for minute in case.hours], time_zone=where),
        hours_named,
        14 * HOUR,
        14 * HOUR,
    ),
}


@functools.cache
def zones_by_file() -> dict[str, tuple[Change, ...]]:
    """The changes of each zone, found once for all names of it."""
    found: dict[bytes, tuple[Change, ...]] = {}
    return {
        name: found.get(file) or found.setdefault(file, oracle.changes_of(name))
        for name in sorted(zone_names())
        for file in [oracle.file_of(name)]
    }


def cases(name: str) -> Iterator[tuple[Case, tuple[Change, ...]]]:
    """Each change of a zone within the years, and all those of the days around it."""
    changes = zones_by_file()[name]
    for change in changes:
        if minutes(oracle.FIRST) <= change.at < minutes(oracle.LAST):
            walls = (change.at + change.before, change.at + change.after)
            near = tuple(other for other in changes if abs(other.at - change.at) < 2 * DAY + MARGIN)
            yield Case(change, min(walls), max(walls)), near


@functools.cache
def expected(shape: str, case: Case, near: tuple[Change, ...]) -> tuple[Launch, ...]:
    """The oracle's launches around a change: worked out once for all zones that made it."""
    start, end = case.change.at - SHAPES[shape].before, case.change.at + SHAPES[shape].after
    time = _around(near, case.change.at - 2 * DAY, case.change.at + 2 * DAY)
    return tuple(launch for launch in SHAPES[shape].expect(case, time) if start < launch.at <= end)


@functools.lru_cache(maxsize=8)
def _around(near: tuple[Change, ...], start: int, end: int) -> Stretch:
    return stretch(near, start, end)


def launches(schedule: Schedule, start: int, end: int) -> tuple[Launch, ...]:
    """The product's launches after one minute and up to another."""
    until = instant(end)
    slots = takewhile(lambda slot: slot.at <= until, schedule.slots(instant(start)))
    return tuple(Launch(minutes(dt.datetime.fromisoformat(slot.nominal)), slot.fold, minutes(slot.at)) for slot in slots)


def compare(names: list[str]) -> tuple[int, list[str]]:
    """How many pairs of a change and a rule were compared, and what differs."""
    made: dict[tuple[str, str, str], Schedule] = {}
    compared, differences = 0, list[str]()
    for name in names:
        for case, near in cases(name):
            for word, shape in SHAPES.items():
                key = (name, word, _times(word, case))
                schedule = made.get(key) or made.setdefault(key, shape.make(case, name))
                ours = launches(schedule, case.change.at - shape.before, case.change.at + shape.after)
                compared += 1
                if ours != expected(word, case, near):
                    differences.append(f"{name}, {instant(case.change.at)}: {schedule!r}: {ours} instead of {expected(word, case, near)}")
    return compared, differences


def _times(word: str, case: Case) -> str:
    """What of a change a rule depends on, so that one schedule serves all changes of its zone that it stands at."""
    date = date_of(case.middle)
    on = {"weekly": date.weekday(), "monthly": date.day}.get(word, 0)
    return f"{case.low % DAY} {case.high % DAY} {on}"


def area_of(name: str) -> str:
    """The area of a zone's name, America by first letter too, so that no test takes long."""
    area, _, place = name.partition("/")
    return f"{area}/{place[0]}" if area == "America" else area if place else "no area"


@functools.cache
def swept() -> dict[str, list[str]]:
    """The zones by area."""
    everything = is_set("CI") or is_set("CAMPAIGN_NB_CI")
    names = zone_names() if everything else {oracle.file_of(name): name for name in sorted(zone_names())}.values()
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        found.setdefault(area_of(name), []).append(name)
    return found


@pytest.mark.parametrize("area", sorted({area_of(name) for name in zone_names()}))
def test_launches_at_every_change_are_those_of_the_oracle(area: str) -> None:
    names = swept().get(area, [])
    compared, differences = compare(names)
    assert differences == []
    assert compared == sum(len(SHAPES) for name in names for _ in cases(name))


def test_the_sweep_holds_a_hundred_thousand_pairs_of_a_change_and_a_rule() -> None:
    changes = sum(1 for name in zone_names() for _ in cases(name))
    assert changes > 16_500
    assert changes * len(SHAPES) > 99_000


def naive(_: WallTimes, wall: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    """What is written by those who forget about gaps: the offset before the change, whatever the clock shows."""
    return wall.astimezone(dt.UTC), None


def always_twice(self: WallTimes, wall: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    """What is written by those who take each time that the clock shows."""
    return first_pass(wall), second_pass(wall)


def never_twice(self: WallTimes, wall: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    """What is written by those who go through wall times and attach the zone to each."""
    return first_pass(wall), None


@pytest.mark.parametrize("fault", [naive, always_twice, never_twice])
@pytest.mark.parametrize("name", ["Europe/Paris", "Australia/Lord_Howe", "America/Santiago"])
def test_a_fault_in_the_arithmetic_of_wall_times_is_found(monkeypatch: pytest.MonkeyPatch, fault: Callable[..., object], name: str) -> None:
    monkeypatch.setattr(WallTimes, "_passes", fault)
    compared, differences = compare([name])
    assert compared / 12 < len(differences) < compared


def test_zone_rules_that_stand_still_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    winter = zone("Africa/Lagos")  # an hour ahead of UTC all year
    monkeypatch.setattr("campaign_nb.schedule.schedule.zone", lambda _: winter)
    compared, differences = compare(["Europe/Paris"])
    assert len(differences) > compared / 2
