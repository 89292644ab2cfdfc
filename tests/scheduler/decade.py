"""Ten years of a machine with some schedules: what happens to it at random, and what must hold of its store afterwards."""

from __future__ import annotations

import datetime as dt
import random
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from campaign_nb.clock import ManualClock
from campaign_nb.schedule import Cron, Daily, Monthly, Once, Schedule, SeveralTimesADay, Slot, Weekly
from campaign_nb.schedule.days import DAYS
from campaign_nb.store.launches import LaunchRecord
from tests.schedule.oracle import changes_of, instant, names
from tests.scheduler.world import World

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
YEARS = 10
END = START + YEARS * dt.timedelta(days=365.25)
MOVING = (
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Africa/Casablanca",
)
PREVIEW = 10
LONG = ("sleep", "off", "pause", "hold")
WATCHED = ("sleep", "off", "pause", "back", "edit")  # what is followed by launches one by one; the others run into the next event
EVENTS = ("sleep", "sleep", "off", "off", "pause", "hold", "back", "forward", "restart", "edit")
MADE = {"pending", "running", "done", "failed", "skipped", "cancelled"}


class MachineClock(ManualClock):
    """A clock that may also move while the machine is asleep, when nothing runs that could notice."""

    def sleep(self, length: dt.timedelta) -> None:
        """Move without telling anybody."""
        with self._moved:
            self._now += length


@dataclass
class Version:
    """One published version of a campaign's schedule."""

    number: int
    schedule: Schedule
    since: dt.datetime


@dataclass
class Findings:
    """What a history came to: how many launches there were in which state, and what should not be."""

    states: Counter[str] = field(default_factory=Counter)
    nominal: int = 0
    previewed: int = 0
    faults: list[str] = field(default_factory=list)


def random_schedule(draw: random.Random) -> tuple[Schedule, tuple[float, ...]]:
    """A schedule of any kind and zone, and the hours that its runs wait."""
    where = draw.choice(MOVING) if draw.random() < 0.7 else draw.choice(names())
    rare = draw.random() < 0.2  # every missed launch is made up for, one by one: for schedules with few launches
    options = {
        "time_zone": where,
        "overlap": draw.choice(["skip", "queue", "allow", "cancel"]),
        "catch_up": "all" if rare else draw.choice(["0s", "20m", "1h", "9h", "3d"]),
        "valid_from": draw.choice([None, "2027-03-01"]),
        "valid_until": draw.choice([None, None, "2034-10-31"]),
    }
    at = (
        f"{draw.randrange(24):02}:{draw.choice([0, 15, 30, 59]):02}"
        if draw.random() < 0.4
        else draw.choice(["00:00", "01:30", "02:15", "02:30"])
    )
    days = draw.sample(DAYS, draw.randint(1, 3))
    if rare:
        kinds: list[Callable[[], Schedule]] = [
            lambda: Monthly(at, draw.choice([1, 15, 31, "last", "second tuesday", "last sunday"]), **options),
            lambda: Once(START + dt.timedelta(days=draw.uniform(1, 3_000)), **options | {"valid_from": None, "valid_until": None}),
        ]
        return draw.choice(kinds)(), ()
    kinds = [
        lambda: Daily(at, draw.choice(["all", "weekdays", days]), **options),
        lambda: Weekly(days, at, draw.randint(1, 3), **options | {"valid_from": "2026-01-05"}),
        lambda: SeveralTimesADay([at, "02:45", "12:00"], days=draw.choice(["all", days]), **options),
        lambda: SeveralTimesADay(every=draw.choice(["7h", "36h"]), **options),
        lambda: SeveralTimesADay(every="45m", between=("23:00", "04:00"), days=draw.choice([["sat"], ["sat", "sun"]]), **options),
        lambda: Cron(draw.choice(["30 * * * sun", "*/20 1-3 * * sun", "30 2 * * *", "0 */6 * * *", "0,30 2 1-7 * sun"]), **options),
    ]
    return draw.choice(kinds)(), draw.choice([(), (), (1.0,), (5.0, 30.0)])


class History:
    """A machine, its kernel and some campaigns, to which things happen by lot."""

    def __init__(self, folder: Path, seed: int, schedules: Sequence[Schedule | None], start: dt.datetime = START) -> None:
        """Take a seed, and the schedules to begin with; None is one drawn by lot."""
        self.draw = random.Random(seed)
        self.clock = MachineClock(start)
        self.world = World(folder, self.clock)
        self.versions: dict[str, list[Version]] = {}
        self.latest = start
        self.found = Findings()
        for number, schedule in enumerate(schedules):
            self.publish(f"Campaign {number}", schedule)
        self.world.scheduler.start()

    def publish(self, name: str, given: Schedule | None = None) -> None:
        """Publish a campaign, or its next version."""
        schedule, waits = random_schedule(self.draw) if given is None else (given, ())
        self.world.publish(schedule, name, waits=waits)
        versions = self.versions.setdefault(name, [])
        versions.append(Version(len(versions) + 1, schedule, self.clock.now()))
        self.world.scheduler.wake()

    def live(self, decks: int) -> None:
        """Let each kind of event happen some times, in any order, until the ten years are over, and make everything go on at the end."""
        events = [event for _ in range(decks) for event in self.draw.sample(EVENTS, len(EVENTS))]
        for number, event in enumerate(events):
            self.happen(event, (END - self.clock.now()) / max(1, sum(later in LONG for later in events[number:])))
            self.seen()
            if event in WATCHED:
                self.watch()
        self.finish(END)

    def finish(self, end: dt.datetime) -> None:
        """Make everything go on that was paused, and sleep until the end."""
        self.go_on()
        self.clock.sleep(max(self.latest, end) - self.clock.now() + dt.timedelta(hours=3))
        self.world.scheduler.wake()
        self.seen()

    def happen(self, event: str, share: dt.timedelta) -> None:
        """Let one thing happen; long ones take a share of the time that is left, and end within a day before some clock changes."""
        if event == "back":
            self.clock.set(self.clock.now() - dt.timedelta(minutes=self.draw.randint(1, 180)))
        elif event == "restart":
            self.world.restart()
        elif event == "edit":
            self.edit()
        elif event == "forward":
            self.pass_by("sleep", dt.timedelta(minutes=self.draw.randint(1, 180)))
        else:
            self.pass_by(event, self.until_a_change(share * self.draw.uniform(0.2, 1.6)))

    def pass_by(self, event: str, length: dt.timedelta) -> None:
        """Let time pass while the machine sleeps, the kernel is off, a campaign is paused or the scheduler is."""
        world = self.world
        if event == "off":
            world.scheduler.stop()
            self.clock.sleep(length)
            world.scheduler = world.new_scheduler()
            world.scheduler.start()
        elif event == "pause":
            name = self.draw.choice(sorted(self.versions))
            if world.campaign(name).status == "live" and not world.campaign(name).paused:
                world.flag(world.campaign(name).id, paused=True)
            self.clock.sleep(length)
            world.scheduler.wake()
            if self.draw.random() < 0.7:
                self.go_on()
        elif event == "hold":
            world.scheduler.pause()
            self.clock.sleep(length)
            world.scheduler.resume()
        else:
            self.clock.sleep(length)
            world.scheduler.wake()

    def until_a_change(self, length: dt.timedelta) -> dt.timedelta:
        """A length near another one, so that it ends within a day before a clock changes."""
        to = self.clock.now() + length
        changes = [instant(change.at) for change in changes_of(self.draw.choice(MOVING))]
        ahead = next((change for change in changes if change > to), to)
        return max(ahead - self.clock.now() - dt.timedelta(hours=self.draw.uniform(0, 24)), dt.timedelta(minutes=1))

    def edit(self) -> None:
        """Publish the next version of a campaign that goes on."""
        live = [name for name in self.versions if self.world.campaign(name).status == "live" and not self.world.campaign(name).paused]
        if live:
            self.publish(self.draw.choice(live))

    def go_on(self) -> None:
        """Let paused campaigns go on."""
        for name in self.versions:
            if self.world.campaign(name).paused:
                self.world.flag(self.world.campaign(name).id, paused=False)

    def seen(self) -> None:
        """Remember how far the clock ever was."""
        self.latest = max(self.latest, self.clock.now())

    def watch(self) -> None:
        """Leave everything alone for the next launches: what the preview says is what happens."""
        preview = self.world.scheduler.launches(PREVIEW)
        if not preview:
            return
        until = preview[-1].at.astimezone(dt.UTC)
        said = {(one.campaign, one.version, one.nominal, one.fold, one.at.astimezone(dt.UTC)) for one in preview}
        self.clock.set(until)
        self.seen()
        rows = {(name, row.version, row.nominal, row.fold, row.due_at) for name in self.versions for row in self.world.launched(name)}
        self.found.previewed += len(said)
        self.found.faults += [f"previewed and not launched: {one}" for one in sorted(said - rows)]

    # -------------------------------------------------------------------------------------------------------- what must hold

    def check(self) -> Findings:
        """Check the store after everything."""
        for name, versions in self.versions.items():
            rows = self.world.launched(name)
            for version, following in zip(versions, [*versions[1:], None], strict=True):
                until = self.latest if following is None else following.since
                self.check_version(name, version, until, [row for row in rows if row.version == version.number])
            keys = Counter((row.version, row.nominal, row.fold, row.zone) for row in rows)
            instants = Counter((row.version, row.due_at) for row in rows)
            doubled = [key for key, count in keys.items() if count > 1] + [key for key, count in instants.items() if count > 1]
            self.found.faults += [f"{name}: launched twice: {key}" for key in doubled]
            made = Counter(run.launch_id for run in self.world.runs(name) if run.launch_id)
            self.found.faults += [f"{name}: {count} runs of one launch" for count in made.values() if count > 1]
        self.found.faults += [f"store: {problem}" for problem in self.world.store.integrity()]
        self.found.faults += [f"log: {line.message}" for line in self.world.scheduler.log if line.level == "error"]
        return self.found

    def check_version(self, name: str, version: Version, until: dt.datetime, rows: list[LaunchRecord]) -> None:
        """Every nominal launch lies in exactly one row, its own or that of a gap; every row is one of nominal launches."""
        farthest = max([until, *(row.last or row.due_at for row in rows)])
        slots = list(takewhile(lambda slot: slot.at <= farthest, version.schedule.slots(version.since)))
        where = f"{name}, version {version.number}, {version.schedule!r}"
        gaps = [row for row in rows if row.state == "missed"]
        own = Counter((row.nominal, row.fold, row.due_at) for row in rows if row.state != "missed")
        starts, ends = sorted(gap.first for gap in gaps if gap.first), sorted(gap.last for gap in gaps if gap.last)
        for slot in slots:
            inside = bisect_right(starts, slot.at) - bisect_left(ends, slot.at)
            count = own.pop((slot.nominal, slot.fold, slot.at), 0) + inside
            if count > 1 or (count == 0 and slot.at <= until):
                self.found.faults.append(f"{where}: {slot.nominal} ({slot.fold}) lies in {count} rows")
        self.found.nominal += len(slots)
        self.found.faults += [f"{where}: a launch that the schedule does not name: {key}" for key in own]
        self.found.faults += [f"{where}: a gap of {gap.count} from {gap.nominal}" for gap in gaps if not _holds(gap, slots)]
        self.found.states.update(row.state for row in rows)
        self.found.faults += [f"{where}: a launch is {row.state}" for row in rows if row.state not in MADE | {"missed"}]


def _holds(gap: LaunchRecord, slots: list[Slot]) -> bool:
    """Tell whether a gap begins and ends with launches and counts them."""
    at = [slot.at for slot in slots]
    first, last = bisect_left(at, gap.first or gap.due_at), bisect_right(at, gap.last or gap.due_at)
    return (
        first < last
        and (slots[first].nominal, at[first], at[last - 1]) == (gap.nominal, gap.first, gap.last)
        and (gap.estimated or gap.count == last - first)
    )
