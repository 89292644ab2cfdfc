"""A live run as users hold it: what the store knows of it, its rows as kept or computed again, and how it goes on."""

from __future__ import annotations

import datetime as dt
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from campaign_nb.campaign.explanation import Explanation, changed, explanation, touched, unlike
from campaign_nb.campaign.run import Run
from campaign_nb.engine import dry
from campaign_nb.engine.again import Again, RanAgain
from campaign_nb.engine.compute import computed
from campaign_nb.engine.pace import unsent, way_of
from campaign_nb.engine.program import Program
from campaign_nb.errors import Problem, RunError, did_you_mean, listed
from campaign_nb.graph.definition import Ref
from campaign_nb.schedule import duration
from campaign_nb.store import campaigns, files, history, runs
from campaign_nb.store.files import Slot
from campaign_nb.workspace import Workspace, life
from campaign_nb.workspace.running import runner_of

_RESTARTS = ("failed", "stopped")
_PURGED = "the history of the run was removed; what is asked of it is computed again, on the data as they are now"


class LiveRun(Run):
    """A run whose stages are kept in the workspace."""

    mode = "live"

    def __init__(self, workspace: Workspace, run_id: str, programs: Callable[[str], Program]) -> None:
        self.id, self._workspace, self._programs = run_id, workspace, programs
        self._store = workspace.store
        self.as_of = self.record().as_of

    def record(self) -> runs.RunRecord:
        """Return the run's row."""
        with self._store.read() as connection:
            return runs.get(connection, self.id)

    def _program(self) -> Program:
        return self._programs(self.id)

    @property
    def purged(self) -> bool:
        """Whether its log, its tasks and the rows between its activities were removed.

        That is so when the time is over that the campaign keeps history. Counts, reasons and messages stay.
        """
        with self._store.read() as connection:
            return history.purged(connection, self.id)

    @property
    def state(self) -> str:
        """How the run stands: running, waiting, paused, done, failed or stopped."""
        return self.record().state

    @property
    def started_at(self) -> dt.datetime:
        """When it started."""
        return self.record().started_at

    @property
    def due_at(self) -> dt.datetime | None:
        """When its wait ends; None while nothing waits."""
        return self.record().due_at

    @property
    def held_at(self) -> str:
        """The activity before which the run has halted.

        Empty while it goes on; `resume` lets it go on.
        """
        return self.record().held_at

    @property
    def notes(self) -> Mapping[str, str]:
        """What was decided on the way, by activity.

        The output that a test chose, why an activity did not run.
        """
        with self._store.read() as connection:
            return {task.activity: task.note for task in runs.list_tasks(connection, self.id) if task.note}

    @property
    def progress(self) -> float:
        """The share of the activities that are done, 0 to 1."""
        states = list(self.states().values())
        over = sum(state in ("done", "warning", "skipped") for state in states)
        return 1.0 if self.state == "done" else over / max(1, len(self._program().campaign.order))

    def states(self) -> dict[str, str]:
        """Return the state of each activity that was reached: running, done, failed."""
        with self._store.read() as connection:
            return {task.activity: task.state for task in runs.list_tasks(connection, self.id)}

    @property
    def error(self) -> str:
        """What went wrong; empty when nothing did."""
        return self.record().error_text

    def ports(self) -> Mapping[Ref, int]:
        """Return the count of each transition that was computed so far."""
        with self._store.read() as connection:
            return {Ref(label, port): rows for (label, port), rows in runs.read_counts(connection, self.id).items()}

    def reasons(self) -> Mapping[tuple[str, str], int]:
        """Return the dropped rows by activity and reason."""
        with self._store.read() as connection:
            return runs.read_exclusions(connection, self.id)

    def population(self, ref: Ref, columns: Sequence[str] = (), *, first: int | None = None) -> pl.DataFrame:
        """Return the rows of a transition.

        As stored where the run kept them, else computed again for its instant; where its history was removed, a warning
        says so, for the data may have changed since.
        """
        program = self._current()
        self._part(program, ref)
        if self.purged:
            warnings.warn(f"run {self.id[:8]}: {_PURGED}", stacklevel=2)
        if not columns and (path := self._kept(ref)) is not None:
            known = program.campaign.population(ref)
            names = [*known.table.key, *(name for name in known.extra if not name.startswith("_"))]
            rows = pl.scan_parquet(path).select(names).sort(known.table.key)
            return computed([rows if first is None else rows.head(first)])[0]
        return dry.population(program, ref, columns, first=first)

    def _kept(self, ref: Ref) -> Path | None:
        with self._store.read() as connection:
            found = files.find(connection, Slot("checkpoint", self.id, ref.label, ref.port))
        return None if found is None else files.path_of(self._store.folder, found)

    def _current(self) -> Program:
        with self._store.read() as connection:
            way, _ = way_of(connection, self.id)
        return replace(self._program(), closed=way.closed)

    def _zone(self) -> str:
        with self._store.read() as connection:
            run = runs.get(connection, self.id)
            return campaigns.version(connection, run.campaign_id, run.version).time_zone or "UTC"

    def resume(self) -> None:
        """Go on from where the run halted: a breakpoint, or an error that is mended.

        Errors: a run that has not halted, one whose campaign is paused.
        """
        life.at_home(self._store)
        where = f"run {self.id[:8]}"
        with self._store.begin() as connection:
            run = runs.get(connection, self.id)
            paused = campaigns.get(connection, run.campaign_id).paused
            if run.state in _RESTARTS:
                do = "campaign.resume(), then run.restart()" if paused else "run.restart()"
                raise RunError(Problem(where, f"it is {run.state}", "a run that has halted", do))
            if paused:
                do = "campaign.resume(), which resumes its runs"
                raise RunError(Problem(where, "its campaign is paused", "a campaign that goes on", do))
            if not runs.resume(connection, self.id, self._workspace.clock.now()):
                do = "campaign.launch()" if run.state == "done" else "campaign.resume() for a paused campaign"
                raise RunError(Problem(where, f"it is {run.state}", "a run that has halted", do))
        self._workspace.scheduler.submit(self.id)
        self._workspace.scheduler.start()

    def restart(self, confirm: int | None = None) -> LiveRun:
        """Start a new run like this one, from its start.

        It has the same version, instant, variables and seed.
        What this run has sent would be sent again by the new one: `confirm` is the number of its messages.
        Return the new run.

        Errors: a run that is going on or is done, a campaign that may not launch, messages that are not confirmed.
        """
        with self._store.begin() as connection:
            run, now = runs.get(connection, self.id), self._workspace.clock.now()
            where = f"run {self.id[:8]}"
            if run.state not in _RESTARTS:
                do = "campaign.launch()" if run.state == "done" else "run.resume(), or campaign.stop() first"
                raise RunError(Problem(where, f"it is {run.state}", "a run that has failed or was stopped", do))
            life.checked(connection, campaigns.get(connection, run.campaign_id), "launch")
            life.at_home(self._store)
            sent = sum(file.rows for file in files.list_files(connection, run_id=self.id, kind="outbox"))
            sent -= unsent(connection, self._store.folder, run, now)
            if sent and confirm != sent:
                what = f"it has sent {sent:,} messages, which a new run sends again"
                raise RunError(Problem(where, what, "the number of its messages, as a confirmation", f"run.restart(confirm={sent})"))
            place, message = (connection, run.campaign_id, run.version, run.as_of, now), f"run started: run {self.id[:8]} from its start"
            made = runs.start(*place, seed=run.seed, variables=run.variables, mode=run.mode, message=message)
        self._workspace.scheduler.submit(made.id)
        self._workspace.scheduler.start()
        return LiveRun(self._workspace, made.id, self._programs)

    def again(self, activity: str) -> RanAgain:
        """Run one activity again, in the place of its first time.

        In a run that has halted or is done: on the rows that the run stored before it, and on the data as they are now.
        Activities between two barriers compute together and run again together; in a run with `steps=True` each is alone.
        Those after it that are not done go on from it; those that are done are listed as stale.
        Return what has changed.

        Errors: a run that is going on or has failed; an activity that has not run, or whose stage sends, saves, changes,
        remembers or tells something; other numbers by which the run would go another way. Then nothing has changed.
        """
        program = self._program()
        if activity not in program.campaign.order:
            expected, do = did_you_mean(str(activity), program.campaign.order), "run.counts lists its activities"
            raise RunError(Problem(f"run {self.id[:8]}", f"no activity {activity!r}", expected, do))
        return runner_of(self._workspace, Again).again(self.id, program, activity)

    def __repr__(self) -> str:
        return super().__repr__() + (f"\n  {_PURGED}" if self.purged else "")

    def _explain(self, program: Program, key: tuple[Any, ...], table: str | None, at: Ref | None) -> Explanation:
        path = dry.explain(program, key, table=table, at=at)
        states, ended = self.states(), self.state == "done"
        done = {label: state for label, state in states.items() if state in ("done", "warning", "skipped", "waiting")}
        later = [label for label in program.campaign.order if label not in (states if ended else done)]
        kept = {ref: self._kept(ref) for ref in path.counts}
        held = {ref: dry.among(file, program.campaign.population(ref), path.person) for ref, file in kept.items() if file is not None}
        first = self._first_file()
        newer = touched(path, program.model, lambda _, now: bool(first) and any(state[-1] > first for _, state in now or ()))
        notes = [*newer, *changed(path, self.ports()), *unlike(path, {ref: here for ref, here in held.items() if here is not None})]
        if self.purged:
            notes.append(f"{_PURGED[0].upper()}{_PURGED[1:]}.")
        elif later:
            notes.append(f"The run has not come to {listed([repr(label) for label in later], 5)}.")
        return explanation(path, at, tuple(notes), done)

    def _first_file(self) -> int:
        """Return when the run wrote its first file, in nanoseconds; 0 where it wrote none."""
        with self._store.read() as connection:
            paths = [files.path_of(self._store.folder, file) for file in files.list_files(connection, run_id=self.id)]
        return min((path.stat().st_mtime_ns for path in paths if path.exists()), default=0)

    def wait(self, timeout: str | float | dt.timedelta = "60s") -> LiveRun:
        """Hold until the run is done, failed, stopped or halted, at most for a time.

        Return the run.

        Errors: a run that is still going on after the time.
        """
        seconds = timeout if isinstance(timeout, int | float) else duration(timeout).total_seconds()
        end = time.monotonic() + seconds
        while self.state in ("running", "waiting"):
            if time.monotonic() > end:
                raise RunError(
                    Problem(f"run {self.id[:8]}", f"it is still {self.state} after {seconds:g} s", "more time", 'run.wait("5m")')
                )
            time.sleep(0.05)
        return self
