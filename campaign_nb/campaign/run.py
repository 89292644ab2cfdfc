"""Runs as users hold them: counts, reasons, populations and the path of one person."""

from __future__ import annotations

import datetime as dt
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import polars as pl

from campaign_nb.engine import dry
from campaign_nb.engine.compute import computed
from campaign_nb.engine.dry import DryResult, Responses
from campaign_nb.engine.lineage import Stop, stops_frame
from campaign_nb.engine.runner import Program
from campaign_nb.errors import Problem, RunError, did_you_mean
from campaign_nb.graph.definition import Ref
from campaign_nb.render import html
from campaign_nb.schedule import duration
from campaign_nb.store import files, runs
from campaign_nb.store.database import Store
from campaign_nb.store.files import Slot

_COUNTS = {"activity": pl.String, "transition": pl.String, "rows": pl.Int64}
_EXCLUSIONS = {"activity": pl.String, "reason": pl.String, "rows": pl.Int64}


@dataclass(frozen=True)
class Explanation:
    """Why one person is where they are after a run.

    The activities on their path, and what dropped them.
    """

    key: tuple[Any, ...]
    path: tuple[Stop, ...]

    @property
    def dropped(self) -> Stop | None:
        """The first activity that left the person out.

        With the reason and the values that its rule saw.
        """
        return next((stop for stop in self.path if stop.reason), None)

    def frame(self) -> pl.DataFrame:
        """Return the path as a frame: activity, outputs, reason, rule, values."""
        return stops_frame(self.path)

    def __str__(self) -> str:
        shown = ", ".join(str(part) for part in self.key)
        if not self.path:
            return f"{shown} reaches no activity"
        lines = [f"{shown}:"]
        for stop in self.path:
            if stop.reason:
                seen = f" ({'; '.join(f'{name} = {value}' for name, value in stop.values)})" if stop.values else ""
                lines.append(f"  ✗ {stop.activity}: {stop.rule or stop.reason}{seen}")
            else:
                out = ", ".join(port for port in stop.outputs if port != "out")
                lines.append(f"  ✓ {stop.activity}" + (f" → {out}" if out else ""))
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        frame = self.frame()
        return html.table(frame.columns, frame.rows(), caption=f"The path of {', '.join(str(part) for part in self.key)}")


class Run:
    """One execution of a campaign, dry or live.

    Index it by an activity's label (or label and output) for the population: `run["Spend"]`, `run["Offer", "A"]`.
    """

    id: str
    mode: str
    as_of: dt.datetime

    @property
    @abstractmethod
    def state(self) -> str:
        """How the run stands."""

    @abstractmethod
    def ports(self) -> Mapping[Ref, int]:
        """Return the count of each transition."""

    @abstractmethod
    def reasons(self) -> Mapping[tuple[str, str], int]:
        """Return the dropped rows by activity and reason."""

    @abstractmethod
    def population(self, ref: Ref, columns: Sequence[str] = (), *, first: int | None = None) -> pl.DataFrame:
        """Return the rows of a transition, sorted by key, or the first of them."""

    @abstractmethod
    def explain(self, key: Any) -> Explanation:
        """Return one person's path through the run and what dropped them.

        `key` is a value, or a tuple of several.
        """

    @property
    def counts(self) -> pl.DataFrame:
        """The rows of every transition: activity, transition, rows."""
        return pl.DataFrame([(ref.label, ref.port, rows) for ref, rows in self.ports().items()], schema=_COUNTS, orient="row")

    @property
    def exclusions(self) -> pl.DataFrame:
        """The rows that were left out, with the reason: activity, reason, rows."""
        rows = [(activity, reason, number) for (activity, reason), number in self.reasons().items() if number]
        return pl.DataFrame(rows, schema=_EXCLUSIONS, orient="row")

    def __getitem__(self, which: str | tuple[str, str]) -> pl.DataFrame:
        label, port = (which, "") if isinstance(which, str) else which
        known = [ref for ref in self.ports() if ref.label == label]
        if not known:
            labels = dict.fromkeys(ref.label for ref in self.ports())
            raise RunError(Problem(f"run {self.id}", f"no activity {label!r}", did_you_mean(label, labels)))
        if port and port not in [ref.port for ref in known]:
            raise RunError(Problem(f"run {self.id}", f"{label!r} has no output {port!r}", did_you_mean(port, [ref.port for ref in known])))
        return self.population(Ref(label, port) if port else known[0])

    def __repr__(self) -> str:
        lines = [f"{self.mode} run {self.id[:8]}, {self.state}, as of {self.as_of.isoformat()}"]
        lines += [f"  {ref.label}{'' if ref.port == 'out' else f' · {ref.port}'}: {rows:,}" for ref, rows in self.ports().items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [(ref.label, "" if ref.port == "out" else ref.port, number) for ref, number in self.ports().items()]
        left = [(label, reason, number) for (label, reason), number in self.reasons().items() if number]
        caption = f"{self.mode.capitalize()} run, {self.state}, as of {self.as_of.strftime('%Y-%m-%d %H:%M %Z')}"
        parts = [html.table(["activity", "output", "people"], rows, caption=caption)]
        if left:
            parts.append(html.table(["activity", "reason", "left out"], left, caption="Left out"))
        return html.fragment(*parts)


class DryRun(Run):
    """A run in which everything is computed and counted.

    Nothing is sent or stored.
    """

    mode = "dry"

    def __init__(self, run_id: str, program: Program, result: DryResult, responses: Responses | None) -> None:
        self.id, self.as_of = run_id, program.start.as_of
        self._program, self._result, self._responses = program, result, responses

    @property
    def state(self) -> str:
        """A dry run that you hold is done."""
        return "done"

    @property
    def digest(self) -> str:
        """The digest of the definition that ran."""
        return self._program.campaign.definition.digest()

    @property
    def messages(self) -> dict[str, int]:
        """The messages that would be sent, by activity."""
        return {label: int(found["messages"]) for label, found in self._result.messages.items()}

    @property
    def rendering(self) -> pl.DataFrame:
        """What rendering every message showed: longest parts, empty parts, per activity."""
        rows = [{"activity": label, **found} for label, found in self._result.messages.items()]
        return pl.DataFrame(rows) if rows else pl.DataFrame(schema={"activity": pl.String, "messages": pl.UInt32})

    def ports(self) -> Mapping[Ref, int]:
        """Return the count of each transition."""
        return self._result.counted.ports

    def reasons(self) -> Mapping[tuple[str, str], int]:
        """Return the dropped rows by activity and reason."""
        found = self._result.counted.reasons
        return {(label, reason): number for label, reasons in found.items() for reason, number in reasons.items()}

    def population(self, ref: Ref, columns: Sequence[str] = (), *, first: int | None = None) -> pl.DataFrame:
        """Return the rows of a transition, computed again for the same instant."""
        return dry.population(self._program, ref, columns, self._responses, first)

    def explain(self, key: Any) -> Explanation:
        """Return one person's path through the run and what dropped them.

        `key` is a value, or a tuple of several.
        """
        parts = _parts(key)
        return Explanation(parts, tuple(dry.explain(self._program, parts, self._responses)))


class LiveRun(Run):
    """A run whose stages are kept in the workspace."""

    mode = "live"

    def __init__(self, store: Store, run_id: str, program: Callable[[], Program]) -> None:
        self.id, self._store, self._program = run_id, store, program
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
    def progress(self) -> float:
        """The share of the activities that are done, 0 to 1."""
        states = list(self.states().values())
        return 1.0 if self.state == "done" else states.count("done") / max(1, len(self._program().campaign.order))

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
        if not columns and (path := self._kept(ref)) is not None:
            program = self._program()
            known = program.campaign.population(ref)
            names = [*known.table.key, *(name for name in known.extra if not name.startswith("_"))]
            rows = pl.scan_parquet(path).select(names).sort(known.table.key)
            return computed([rows if first is None else rows.head(first)])[0]
        return dry.population(self._program(), ref, columns, first=first)

    def _kept(self, ref: Ref) -> Path | None:
        with self._store.read() as connection:
            found = files.find(connection, Slot("checkpoint", self.id, ref.label, ref.port))
        return None if found is None else files.path_of(self._store.folder, found)

    def explain(self, key: Any) -> Explanation:
        """Return one person's path through the run and what dropped them.

        `key` is a value, or a tuple of several.
        """
        parts = _parts(key)
        return Explanation(parts, tuple(dry.explain(self._program(), parts)))

    def wait(self, timeout: str | float | dt.timedelta = "60s") -> LiveRun:
        """Hold until the run is done, failed or stopped, at most for a time.

        Return the run.

        Errors: a run that is still going on after the time.
        """
        seconds = timeout if isinstance(timeout, int | float) else duration(timeout).total_seconds()
        end = time.monotonic() + seconds
        while self.state in ("running", "waiting", "paused"):
            if time.monotonic() > end:
                raise RunError(
                    Problem(f"run {self.id[:8]}", f"it is still {self.state} after {seconds:g} s", "more time", 'run.wait("5m")')
                )
            time.sleep(0.05)
        return self


def _parts(key: Any) -> tuple[Any, ...]:
    """Return the values of a key, given as one value or as a tuple."""
    return cast("tuple[Any, ...]", key) if isinstance(key, tuple) else (key,)
