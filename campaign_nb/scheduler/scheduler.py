"""The scheduler of a workspace: launches campaigns, goes on with runs, and tells what it does."""

from __future__ import annotations

import contextlib
import datetime as dt
import heapq
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from campaign_nb.clock import Clock, ManualClock, zone
from campaign_nb.engine.events import Listener, RunEvent
from campaign_nb.errors import CampaignError, StoreError
from campaign_nb.scheduler import gaps, panel
from campaign_nb.scheduler.endings import Endings
from campaign_nb.scheduler.execution import Execution
from campaign_nb.scheduler.going import Going
from campaign_nb.scheduler.launcher import Launcher, Scheduled
from campaign_nb.scheduler.launches import Launches, Standing
from campaign_nb.scheduler.lease import Lease
from campaign_nb.scheduler.progress import Progress
from campaign_nb.scheduler.stepper import Stepper
from campaign_nb.scheduler.tidying import tidy
from campaign_nb.scheduler.timer import LONGEST, Timer
from campaign_nb.scheduler.workers import Workers
from campaign_nb.store import Store, campaigns, history, log, runs, spent
from campaign_nb.store.log import LogLine

State = Literal["running", "paused", "stopped"]
_LINES = 100


@dataclass(frozen=True, slots=True)
class NextLaunch:
    """A launch that lies ahead.

    Time: `at` is aware, on the schedule's own clock; `nominal` is its local label, `fold` 1 on the second pass of an hour.
    """

    campaign: str
    at: dt.datetime
    nominal: str
    fold: int
    zone: str
    version: int


class Scheduler:
    """Launches the campaigns of a workspace when they are due.

    And goes on with their runs.

    One daemon thread looks at least every 30 s; runs execute in threads of their own, two at a time. Each launch is a
    row of the store, claimed once, whatever clocks, restarts and other kernels do. With a `ManualClock` there are no
    threads: moving the clock does everything that becomes due, in order, before it returns.
    """

    def __init__(self, store: Store, clock: Clock, launcher: Launcher, listen: Callable[[Listener], Callable[[], None]]) -> None:
        """Take what executes runs, and what hands over their events and returns how to end that."""
        self._store, self._clock, self._launcher, self._listen = store, clock, launcher, listen
        self._launches = Launches(store, clock, launcher)
        self._endings = Endings(store, clock, launcher, self._launches)
        self._going = Going(store, launcher)
        self._progress = Progress()
        self._execution = Execution(store, launcher, self._launches, self._endings, self._going, self._progress, self._changed)
        self._workers: Workers[Lease] = Workers(self._work)
        self._lock = threading.RLock()
        self._turn = threading.RLock()
        self._state: State = "stopped"
        self._timer: Timer | None = None
        self._stepper: Stepper | None = None
        self._unlisten: Callable[[], None] | None = None
        self._ticking = False
        self._halt = threading.Event()
        self._looked: dt.datetime | None = None
        self._passed = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._kept: dt.datetime | None = None
        self._started_at: dt.datetime | None = None
        self._listeners: list[Callable[[], None]] = []
        self._unwritten: deque[LogLine] = deque(maxlen=_LINES)
        self._last_trouble = ""

    # ------------------------------------------------------------------------------------------------- what users call

    @property
    def state(self) -> State:
        """running, paused or stopped."""
        return self._state

    def start(self) -> None:
        """Launch what is due from now on, make up for what was missed, go on with runs.

        Harmless when it runs already.
        """
        with self._lock:
            if self._state == "running":
                return
            begun, self._state = self._state, "running"
            self._halt.clear()
            self._looked = None
            self._going.again()
            if begun == "stopped":
                self._started_at = self._clock.now()
                self._unlisten = self._listen(self._hear)
                self._tidy()
                if isinstance(self._clock, ManualClock):
                    self._stepper = Stepper(self._clock, self._next_at, self.tick)
                else:
                    self._timer = Timer(self, self._clock)
                    self._timer.start()
        self._changed()
        if begun == "paused" or self._stepper is not None:
            self.wake()

    def _tidy(self) -> None:
        """Take away what kernels that died have left; a store that refuses that is met again by the first look."""
        with contextlib.suppress(StoreError, OSError):
            tidy(self._store, self._clock, self._endings.close)

    def stop(self, seconds: float = 10.0) -> None:
        """End the threads.

        Runs under way stop before their next stage and go on after the next start.

        Units: `seconds` is how long to hold for a stage that is going on; after it, its thread ends by itself.
        """
        with self._lock:
            if self._state == "stopped":
                return
            self._state = "stopped"
            self._halt.set()
            timer, self._timer = self._timer, None
            stepper, self._stepper = self._stepper, None
            unlisten, self._unlisten = self._unlisten, None
        if stepper is not None:
            stepper.stop()
        if timer is not None:
            timer.stop(seconds)
        for lease in self._workers.drop():
            self._going.release(lease)
        self._workers.join(seconds)
        if unlisten is not None:
            unlisten()
        self._changed()

    def pause(self) -> None:
        """Start no launch and no further stage until `resume` or `start`.

        What passes meanwhile counts as missed.
        """
        with self._lock:
            if self._state != "running":
                return
            self._state = "paused"
            self._halt.set()
        self._changed()

    def resume(self) -> None:
        """Go on after a pause."""
        if self._state == "paused":
            self.start()

    def wake(self) -> None:
        """Look at once, because something has changed."""
        with self._lock:
            timer = self._timer
        if timer is not None:
            timer.wake()
        elif self._state == "running":
            self.tick()

    def submit(self, run_id: str) -> None:
        """Execute a run that exists already as soon as possible.

        At once if the scheduler runs, or else when it starts.

        Errors: no such run.
        """
        with self._store.read() as connection:
            runs.get(connection, run_id)
        self._going.again(run_id)
        self.wake()

    def tick(self) -> None:
        """Do everything that is due now in the calling thread.

        Waits that are over, launches, and what follows from them.
        """
        with self._turn:
            if self._ticking or self._state == "paused":
                return
            self._ticking = True
            begun = self._state
            try:
                self._keep()
                while self._state == begun and self._tick(begun):
                    continue
            finally:
                self._ticking = False

    def launches(self, n: int = 10) -> list[NextLaunch]:
        """Return the next n launches of all campaigns that are not paused, in order."""
        after = self._clock.now()
        with self._store.read():
            ahead = [self._ahead(item, after) for item in self._active()]
            return list(islice(heapq.merge(*ahead, key=lambda launch: launch.at), n))

    @property
    def log(self) -> list[LogLine]:
        """The last lines of the log of all campaigns, oldest first.

        What could not be written stands at the end.
        """
        with self._store.read() as connection:
            return log.read(connection, limit=_LINES) + list(self._unwritten)

    def snapshot(self) -> dict[str, Any]:
        """Return what panels show, as data that JSON can hold.

        State, runs and their progress, launches, campaigns.
        """
        after = self._clock.now()
        with self._store.read() as connection:
            ahead = [(launch.campaign, launch.at.astimezone(dt.UTC)) for launch in self.launches()]
            nexts = {item.campaign_id: at for item in self._active() if (at := self._launches.next_at([item], after)) is not None}
            running, since = self._progress.running(), self._started_at
            return panel.snapshot(connection, self._store.identity, self._state, running, nexts, ahead, since)

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, from any thread, when there is something new to show.

        Returns a function that ends it.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def __repr__(self) -> str:
        question = self._store.question
        lines = [f"scheduler {self._state}"]
        if question is not None:
            lines = ["scheduler waits for an answer" if self._state == "running" else lines[0], f"  {question.what}", f"  → {question.do}"]
        lines += [f"  running: {one.campaign}, {one.progress:.0%} {one.activity}".rstrip() for one in self._progress.running()]
        lines += [f"  next: {one.campaign}, {one.at:%a %d %b %Y %H:%M:%S} {one.zone}" for one in self.launches(3)]
        with self._store.read() as connection:
            lines += [f"  {line}" for line in self._launches.queued(connection)]
            for row in panel.missed_since(connection, self._started_at):
                last = (row.last or row.due_at).astimezone(zone(row.zone)).replace(tzinfo=None).isoformat()
                name = campaigns.get(connection, row.campaign_id).name
                lines.append(f"  {name}: {gaps.told(row.count, row.estimated, row.nominal, last, row.zone)}: {row.reason}")
        return "\n".join(lines)

    # -------------------------------------------------------------------------------------------- what the timer calls

    def look(self) -> float:
        """Start what is due in worker threads; return the seconds until there is more."""
        if self._state != "running":
            return LONGEST
        self._keep()
        while self._pass(self._workers.put):
            continue
        following = self._next_at(self._passed)  # what became due during the pass is not passed over
        return LONGEST if following is None else max(0.0, (following - self._clock.now()).total_seconds())

    def trouble(self, error: BaseException, doing: str = "the scheduler") -> None:
        """Write an error into the log, once for several of the same in a row.

        It goes on all the same.
        """
        what = str(error) if isinstance(error, CampaignError) else type(error).__name__
        text = f"{doing} met an error and goes on: {what}"
        if text == self._last_trouble:
            return
        self._last_trouble = text
        now = self._clock.now()
        try:
            with self._store.begin() as connection:
                log.append(connection, text, now, level="error")
        except Exception:  # the store itself may be what fails
            self._unwritten.append(LogLine(0, None, None, None, now, "error", text))
        self._changed()

    # ---------------------------------------------------------------------------------------------------- looking

    def _tick(self, begun: State) -> bool:
        """Go through everything once, executing as it comes; tell whether there was anything."""
        try:
            return self._pass(lambda lease: self._execution.execute(lease, lambda: self._state != begun, inline=True))
        except Exception as error:
            self.trouble(error)
            return False

    def _keep(self) -> None:
        """Remove the history that campaigns keep no longer, and campaigns that are archived for long, once a day."""
        now = self._clock.now()
        if self._kept is not None and dt.timedelta(0) <= now - self._kept < history.EVERY:
            return
        self._kept = now
        try:
            history.purge(self._store, now)
            spent.purge(self._store, now)
        except Exception as error:  # what is kept too long must not hold launches up
            self.trouble(error, "removing history")

    def _pass(self, execute: Callable[[Lease], None]) -> bool:
        """Do once what is due: end what is over, then runs that go on, then launches; tell whether there was anything."""
        started = self._passed = self._clock.now()
        with self._store.read() as connection:
            items = self._launcher.scheduled()
            fresh = self._launches.unmet(items)
            found = self._endings.find(connection, items)
            ready = self._going.ready(started)
            due = self._launches.due(connection, items, started)
        if fresh:
            self._launches.meet(fresh)
            return True
        busy, fine = self._endings.sweep(found), True
        for run_id in ready:
            busy |= self._go_on(run_id, execute)
        for item, seen in due:
            try:
                busy |= self._launch(item, seen, execute)
            except Exception as error:  # one campaign's trouble is not another's
                fine = False
                self.trouble(error, f"launching campaign {item.name!r}")
        if fine:
            self._looked = started
            self._last_trouble = ""
        if busy:
            self._changed()
        return busy

    def _go_on(self, run_id: str, execute: Callable[[Lease], None]) -> bool:
        lease = self._going.lease(run_id, self._clock.now())
        if lease is not None:
            execute(lease)
        return lease is not None

    def _launch(self, item: Scheduled, seen: Standing | None, execute: Callable[[Lease], None]) -> bool:
        """Launch what is due of a campaign; tell whether there was anything."""
        busy = again = False
        while seen is not None or again:
            taken, seen = self._launches.take(item, seen, self._looked), None
            again = taken.again
            busy |= taken.done
            if taken.run_id is not None:
                self._go_on(taken.run_id, execute)
        return busy

    def _next_at(self, after: dt.datetime) -> dt.datetime | None:
        """Return the first instant after another at which something is due."""
        if self._state != "running":
            return None
        with self._store.read():
            found = (self._launches.next_at(self._active(), after), self._going.next_at(after))
        return min((at for at in found if at is not None), default=None)

    def _active(self) -> list[Scheduled]:
        return [item for item in self._launcher.scheduled() if not item.paused]

    def _ahead(self, item: Scheduled, after: dt.datetime) -> Iterator[NextLaunch]:
        for slot in self._launches.upcoming(item, after):
            yield NextLaunch(item.name, slot.local, slot.nominal, slot.fold, slot.zone, item.version)

    def _work(self, lease: Lease) -> None:
        """Execute a run in a worker thread, and look again, for its end may let others begin."""
        try:
            self._execution.execute(lease, self._halt.is_set, inline=False)
        except BaseException as error:  # nothing may end a worker but the end of its work
            with contextlib.suppress(BaseException):
                self.trouble(error, f"run {lease.run_id[:8]}")
        with self._lock:
            timer = self._timer
        if timer is not None:
            timer.wake()

    # ------------------------------------------------------------------------------------------------------ telling

    def _hear(self, event: RunEvent) -> None:
        if self._progress.hear(event):
            self._changed()

    def _changed(self) -> None:
        for listener in list(self._listeners):
            with contextlib.suppress(Exception):  # a view that fails must not stop what it shows
                listener()
