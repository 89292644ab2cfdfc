"""A workspace in small: a store, a clock, campaigns whose runs do nothing but be recorded, and schedulers on them."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable
from pathlib import Path

from campaign_nb.clock import Clock, ManualClock
from campaign_nb.engine.events import Listener, RunEvent
from campaign_nb.errors import ActivityError, Problem
from campaign_nb.schedule import Schedule
from campaign_nb.scheduler import Scheduled, Scheduler
from campaign_nb.store import Store, campaigns, launches, runs
from campaign_nb.store.launches import LaunchRecord
from campaign_nb.store.runs import RunRecord

HOUR = dt.timedelta(hours=1)


@functools.cache
def read_schedule(document: str) -> Schedule:
    return Schedule.from_json(json.loads(document))


class Behaviour:
    """What the runs of a campaign do: wait until some hours after their start, then fail or be done."""

    def __init__(self, waits: tuple[float, ...] = (), fails: bool = False) -> None:
        self.waits, self.fails = waits, fails
        self.meanwhile: Callable[[], object] = lambda: None


class FakeLauncher:
    """Executes runs in the store, as the runner does, without any rows."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.behaviours: dict[str, Behaviour] = {}
        self.executed: list[tuple[str, dt.datetime]] = []
        self.late: list[float] = []
        self.listeners: list[Listener] = []
        self.data_as_of: dt.datetime | None = None

    def listen(self, listener: Listener) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def scheduled(self) -> list[Scheduled]:
        with self.store.read() as connection:
            rows = campaigns.list_scheduled(connection, ["scheduled", "live"])
        return [
            Scheduled(row.campaign_id, row.name, row.version, read_schedule(row.schedule), row.published_at, row.paused)
            for row in rows
            if row.campaign_id in self.behaviours
        ]

    def as_of(self, scheduled: Scheduled, due: dt.datetime) -> dt.datetime:
        return self.data_as_of or due

    def holds(self, run: RunRecord) -> bool:
        return run.campaign_id in self.behaviours

    def advance(self, run_id: str, stop: Callable[[], bool]) -> RunRecord:
        with self.store.read() as connection:
            run = runs.get(connection, run_id)
            name = campaigns.get(connection, run.campaign_id).name
        behaviour = self.behaviours[run.campaign_id]
        self.executed.append((name, self.clock.now()))
        if run.launch_id is not None and run.state == "running":
            self.late.append((self.clock.now() - run.as_of).total_seconds())
        for listener in list(self.listeners):
            listener(RunEvent(name, run_id, self.clock.now(), "running", 1, 2, {"Mail": "running"}))
        behaviour.meanwhile()
        for hours in behaviour.waits:
            now, due = self.clock.now(), run.started_at + hours * HOUR
            if stop():
                break
            if due > now:
                with self.store.begin() as connection:
                    runs.move(connection, run_id, ["running", "waiting"], "waiting", now, "waiting", due_at=due)
                break
        else:
            if behaviour.fails:
                raise ActivityError(Problem("activity 'Mail'", "no column 'email'"))
            if not stop():
                with self.store.begin() as connection:
                    runs.finish(connection, run_id, "done", self.clock.now())
        with self.store.read() as connection:
            return runs.get(connection, run_id)


class World:
    """A store with campaigns, one kernel on it, and what a test asks of them."""

    def __init__(self, folder: Path, clock: Clock | None = None, start: str = "2026-03-02 00:00") -> None:
        self.folder = folder
        self.manual = clock if isinstance(clock, ManualClock) else ManualClock(start)
        self.clock: Clock = clock or self.manual
        self.store = Store.open(folder)
        self.launcher = FakeLauncher(self.store, self.clock)
        self.scheduler = self.new_scheduler()

    def new_scheduler(self) -> Scheduler:
        return Scheduler(self.store, self.clock, self.launcher, self.launcher.listen)

    def publish(self, schedule: Schedule | None, name: str = "Spring", *, waits: tuple[float, ...] = (), fails: bool = False) -> str:
        """Publish a campaign, or its next version."""
        now = self.clock.now()
        with self.store.begin() as connection:
            record = campaigns.find(connection, name) or campaigns.create(connection, name, now)
            document = None if schedule is None else json.dumps(schedule.to_json())
            items = [{"label": "All", "kind": "build_audience"}, {"label": "Mail", "kind": "email"}]
            definition = json.dumps({"on_error": "ignore", "activities": items})
            campaigns.save_version(connection, record.id, definition, now, schedule=document)
            ahead = schedule is not None and not schedule.recurring and bool(schedule.launches(1, now))
            status = "scheduled" if ahead else "live"
            campaigns.publish(connection, record.id, ["draft", "live"], status, now)
        self.launcher.behaviours[record.id] = Behaviour(waits, fails)
        return record.id

    def start_run(self, campaign_id: str) -> str:
        """Start a run by hand."""
        now = self.clock.now()
        with self.store.begin() as connection:
            return runs.start(connection, campaign_id, 1, now, now).id

    def flag(self, campaign_id: str, *, paused: bool) -> None:
        with self.store.begin() as connection:
            campaigns.flag(connection, campaign_id, self.clock.now(), "asked for", paused=paused)
        self.scheduler.wake()

    def restart(self) -> None:
        """End the kernel and start another on the same store."""
        self.scheduler.stop()
        self.scheduler = self.new_scheduler()
        self.scheduler.start()

    def campaign(self, name: str = "Spring") -> campaigns.CampaignRecord:
        with self.store.read() as connection:
            return campaigns.named(connection, name)

    def launched(self, name: str = "Spring") -> list[LaunchRecord]:
        with self.store.read() as connection:
            return launches.list_launches(connection, campaigns.named(connection, name).id)

    def rows(self, name: str = "Spring") -> list[tuple[str, str]]:
        """The launches of a campaign: local label from the month on, and state."""
        return [(row.nominal[5:16], row.state) for row in self.launched(name)]

    def runs(self, name: str = "Spring") -> list[RunRecord]:
        """The runs of a campaign, oldest first."""
        with self.store.read() as connection:
            found = runs.list_runs(connection, campaigns.named(connection, name).id)
        return sorted(found, key=lambda run: (run.started_at, run.as_of))

    def messages(self) -> list[str]:
        return [line.message for line in self.scheduler.log]

    def close(self) -> None:
        self.scheduler.stop()
        self.store.close()
