"""One of several owners of a workspace: a process with a scheduler, whose runs do nothing but be recorded.

`python -m tests.faults.owner FOLDER ADDRESS LEASE FENCE PAUSE`: an address of "-" is a store in the folder; a fence of
"off" takes the check of tokens out of the product; a stage takes up to PAUSE seconds, and at least half of that. Ends when
its input ends, and then says how many writes were refused.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from campaign_nb.clock import SystemClock
from campaign_nb.engine.events import Listener
from campaign_nb.schedule import Schedule
from campaign_nb.scheduler import Scheduled, Scheduler
from campaign_nb.scheduler.lease import Fenced
from campaign_nb.store import Connection, Store, campaigns, leases, log, runs
from campaign_nb.store.leases import Held, LeaseLost
from campaign_nb.store.runs import RunRecord, Task

STAGES = 2


class Steps:
    """Executes each run in stages that write who they are: the run, what, and the token of the lease."""

    def __init__(self, store: Store, pause: float = 0.05) -> None:
        self.store, self.clock, self.pause = store, SystemClock(), pause
        self.chance = random.Random()
        self.known: list[Scheduled] = []

    def scheduled(self) -> list[Scheduled]:
        if not self.known:
            with self.store.read() as connection:
                for record in campaigns.list_campaigns(connection):
                    version = campaigns.published(connection, record.id)
                    assert version is not None and version.schedule is not None and version.published_at is not None
                    schedule = Schedule.from_json(json.loads(version.schedule))
                    self.known.append(Scheduled(record.id, record.name, version.version, schedule, version.published_at))
        return self.known

    def as_of(self, scheduled: Scheduled, due: dt.datetime) -> dt.datetime:
        return due

    def holds(self, run: RunRecord) -> bool:
        return True

    def advance(self, run_id: str, stop: Callable[[], bool]) -> RunRecord:
        held = self.store.leases.held(run_id)
        token = held.token if held is not None else 0
        with self.store.read() as connection:
            run = runs.get(connection, run_id)
            done = {stage.number for stage in runs.list_stages(connection, run_id) if stage.state == "done"}
        for number in range(STAGES):
            if number in done:
                continue
            with self.store.begin() as connection:
                runs.begin_stage(connection, run_id, number, run.as_of, self.clock.now())
                self._note(connection, run, f"begun {number} {token}")
            threading.Event().wait(self.chance.uniform(self.pause / 2, self.pause))
            with self.store.begin() as connection:  # what a channel does before it hands anything over
                self._note(connection, run, f"intends {number} {token}")
            with self.store.begin() as connection:
                now = self.clock.now()
                task = Task(f"Stage {number}", "wait", "done", run.as_of)
                runs.commit_stage(connection, run_id, number, run.as_of, now, tasks=[task])
                self._note(connection, run, f"done {number} {token}")
        with self.store.begin() as connection:
            self._note(connection, run, f"ended 0 {token}")
            return runs.finish(connection, run_id, "done", self.clock.now())

    def _note(self, connection: Connection, run: RunRecord, words: str) -> None:
        log.append(connection, f"step {words}", self.clock.now(), campaign_id=run.campaign_id, run_id=run.id)


refused = [0]


def count_refusals() -> None:
    """Count the writes that the product refuses to a kernel without the lease."""
    check = Held.check

    def counted(held: Held, connection: Connection) -> None:
        try:
            check(held, connection)
        except LeaseLost:
            refused[0] += 1
            raise

    Held.check = counted  # type: ignore[method-assign] # broken on purpose


def break_the_fence() -> None:
    """Take the check of tokens out: nobody notices that a lease is lost."""
    leases.counts = lambda connection, name, token: True
    beat = leases.beat

    def blind(connection: Connection, tokens: set[int]) -> set[int]:
        beat(connection, tokens)
        return set(tokens)

    leases.beat = blind  # type: ignore[assignment] # broken on purpose


def listen(listener: Listener) -> Callable[[], None]:
    return lambda: None


def main(folder: str, address: str, lease: str, fence: str, pause: str) -> None:
    """Own a store until the input ends."""
    break_the_fence() if fence == "off" else count_refusals()
    store = Store.open(Path(folder), url=None if address == "-" else address, lease=float(lease))
    scheduler = Scheduler(store, SystemClock(), Fenced(store, Steps(store, float(pause)), SystemClock()), listen)
    scheduler.start()
    print("ready", flush=True)
    sys.stdin.read()
    scheduler.stop(20)
    store.close()
    print(refused[0], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
