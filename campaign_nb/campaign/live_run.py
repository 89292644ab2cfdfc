"""A live run as users hold it: what the store knows of it, its rows as kept or computed again, and how it goes on."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from campaign_nb.campaign.explanation import Explanation, changed, explanation, touched, unlike
from campaign_nb.campaign.run import Run
from campaign_nb.engine import dry
from campaign_nb.engine.compute import computed
from campaign_nb.engine.pace import way_of
from campaign_nb.engine.program import Program
from campaign_nb.errors import Problem, RunError, listed
from campaign_nb.graph.definition import Ref
from campaign_nb.schedule import duration
from campaign_nb.store import campaigns, files, runs
from campaign_nb.store.files import Slot
from campaign_nb.workspace import Workspace


class LiveRun(Run):
    """A run whose stages are kept in the workspace."""

    mode = "live"

    def __init__(self, workspace: Workspace, run_id: str, program: Callable[[], Program]) -> None:
        self.id, self._workspace, self._program = run_id, workspace, program
        self._store = workspace.store
        self.as_of = self.record().as_of

    def record(self) -> runs.RunRecord:
        """Return the run's row."""
        with self._store.read() as connection:
            return runs.get(connection, self.id)

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

        As stored where the run kept them, else computed again for its instant.
        """
        program = self._current()
        self._part(program, ref)
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

    def resume(self) -> None:
        """Go on from where the run halted: a breakpoint, or an error that is mended.

        Errors: a run that has not halted, one whose campaign is paused.
        """
        with self._store.begin() as connection:
            if campaigns.get(connection, self.record().campaign_id).paused:
                what = "its campaign is paused"
                raise RunError(Problem(f"run {self.id[:8]}", what, "a campaign that goes on", "campaign.resume(), which resumes its runs"))
            if not runs.resume(connection, self.id, self._workspace.clock.now()):
                what = f"it is {runs.get(connection, self.id).state}"
                raise RunError(Problem(f"run {self.id[:8]}", what, "a run that has halted", "campaign.resume() for a paused campaign"))
        self._workspace.scheduler.submit(self.id)
        self._workspace.scheduler.start()

    def _explain(self, program: Program, key: tuple[Any, ...], table: str | None, at: Ref | None) -> Explanation:
        path = dry.explain(program, key, table=table, at=at)
        done = {label: state for label, state in self.states().items() if state in ("done", "warning", "skipped")}
        later = [label for label in program.campaign.order if label not in done]
        kept = {ref: self._kept(ref) for ref in path.counts}
        held = {ref: dry.among(file, program.campaign.population(ref), path.person) for ref, file in kept.items() if file is not None}
        first = self._first_file()
        newer = touched(path, program.model, lambda _, now: bool(first) and any(state[-1] > first for _, state in now or ()))
        notes = [*newer, *changed(path, self.ports()), *unlike(path, {ref: here for ref, here in held.items() if here is not None})]
        if later:
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
        while self.state in ("running", "waiting", "paused") and not self.held_at:
            if time.monotonic() > end:
                raise RunError(
                    Problem(f"run {self.id[:8]}", f"it is still {self.state} after {seconds:g} s", "more time", 'run.wait("5m")')
                )
            time.sleep(0.05)
        return self
