"""Runs as users hold them: counts, reasons, populations and the path of one person."""

from __future__ import annotations

import datetime as dt
import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import polars as pl

from campaign_nb.activity import OUT
from campaign_nb.campaign.explanation import Explanation, changed, explanation, states, touched, unlike
from campaign_nb.engine import dry
from campaign_nb.engine.compute import computed
from campaign_nb.engine.dry import DryResult, Responses
from campaign_nb.engine.runner import Program
from campaign_nb.errors import Problem, RunError, did_you_mean, listed, nearest
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.transition import Branches, Transition
from campaign_nb.render import html
from campaign_nb.reports.rehearsed import rehearsed
from campaign_nb.reports.report import Report, report_on
from campaign_nb.rules.parse import table_of_rule
from campaign_nb.schedule import duration
from campaign_nb.store import files, runs
from campaign_nb.store.database import Store
from campaign_nb.store.files import Slot

_COUNTS = {"activity": pl.String, "transition": pl.String, "rows": pl.Int64}
_EFFECTS = {"activity": pl.String, "effect": pl.String, "name": pl.String, "rows": pl.Int64}
_EXCLUSIONS = {"activity": pl.String, "reason": pl.String, "rows": pl.Int64}


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
    def _current(self) -> Program:
        """Return the program of the run, on the data as they are now."""

    @abstractmethod
    def _explain(self, program: Program, key: tuple[Any, ...], table: str | None, at: Ref | None) -> Explanation:
        """Return a path, with what to know about it."""

    def explain(self, key: Any, *, table: object = None, at: object = None) -> Explanation:
        """Return one person's path through the run and what dropped them.

        `key` is a value, or a tuple of several; of `table`, by default the dimension of the first source with such keys.
        `at` is a transition, a label, or a label with an output: only what leads there.
        Where a row goes on as one row of another table, the path goes on with that.
        Errors: a key of another shape or type, a table that no activity has rows of, an unknown transition.
        """
        program = self._current()
        wanted = None if at is None else self._asked(program, at)
        named = table if table is None or isinstance(table, str) else table_of_rule(table) or str(table)
        return self._explain(program, _parts(key), named, wanted)

    def lineage(self, transition: object) -> pl.LazyFrame:
        """Return where everybody of a transition's dimension is.

        Shape: a lazy frame with each key once: the key, `reached` (boolean), `activity` and `reason` (text): the activity
        that left the row out, null where it reached the transition. A row that reaches it by any branch has reached it;
        otherwise the furthest activity in the order of the campaign that left it out.
        Cost: one pass over the campaign when it is collected, on the data as they are then.
        Errors: an unknown transition.

        >>> import polars as pl, campaign_nb as cn
        >>> shop = cn.DataModel("shop")
        >>> people = shop.table("people", pl.DataFrame({"id": [1, 2], "age": [17, 40]}), key="id")
        >>> c = cn.Campaign("Mail", data=shop)
        >>> adults = c.build_audience("All", people).filter("Adults", people.age >= 18)
        >>> c.dry_run().lineage(adults).sort("id").collect().rows()
        [(1, False, 'Adults', 'rule'), (2, True, None, None)]
        """
        program = self._current()
        return self._lineage(program, self._asked(program, transition))

    def _lineage(self, program: Program, ref: Ref) -> pl.LazyFrame:
        return dry.lineage(program, ref)

    def _asked(self, program: Program, which: object) -> Ref:
        """Return the transition that is meant: given as itself, by its label, or by label and output.

        Errors: one of another campaign, an activity or an output that the run does not have, something else.
        """
        if isinstance(which, Branches):
            names = which.names
            what = f"{which.label!r} has several outputs"
            raise RunError(Problem(f"run {self.id[:8]}", what, "one of them", f"({which.label!r}, {next(iter(names), '…')!r})"))
        if isinstance(which, Transition):
            name, own = which._owner.draft.name, program.campaign.definition.name  # pyright: ignore[reportPrivateUsage] # one family
            if name != own:
                raise RunError(Problem(f"run {self.id[:8]}", f"a transition of campaign {name!r}", f"one of {own!r}", "its label"))
            which = which._ref("found in a run")  # pyright: ignore[reportPrivateUsage] # one family
        if isinstance(which, str):
            return self._part(program, Ref(which, ""))
        if isinstance(which, Ref):
            return self._part(program, which)
        pair = cast("tuple[object, ...]", which) if isinstance(which, tuple) else ()
        if len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], str):
            return self._part(program, Ref(pair[0], pair[1]))
        raise RunError(Problem(f"run {self.id[:8]}", f"{which!r} is no transition", "a transition, a label, or a label and an output"))

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
        return self.population(self._found(self.ports(), label, port))

    def _found(self, known: Iterable[Ref], label: str, port: str = "") -> Ref:
        """Return a transition among those of the run, the first output where none is named.

        Errors: an activity or an output that the run does not have.
        """
        where, ports = f"run {self.id[:8]}", dict[str, list[str]]()
        for ref in known:
            ports.setdefault(ref.label, []).append(ref.port)
        if label not in ports:
            do = f"run[{nearest(label, ports) or next(iter(ports), '…')!r}]; a new run has what was added since"
            raise RunError(Problem(where, f"no activity {label!r}", did_you_mean(label, ports), do))
        if port and port not in ports[label]:
            do = f"run[{label!r}, {ports[label][0]!r}]"
            raise RunError(Problem(where, f"{label!r} has no output {port!r}", did_you_mean(port, ports[label]), do))
        return Ref(label, port or (OUT if OUT in ports[label] else ports[label][0]))

    def _part(self, program: Program, ref: Ref) -> Ref:
        """Return a transition that the run has.

        Errors: one that was added or removed since.
        """
        compiled = program.campaign.compiled
        return self._found((Ref(label, port) for label, item in compiled.items() for port in item.ports), ref.label, ref.port)

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
        self._states = states(program.model)

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
    def effects(self) -> pl.DataFrame:
        """What a live run would do beside counting: activity, effect, name, rows.

        Shape: a row for each message activity, saved audience, file to write and table to change.
        """
        counts = self._result.counted.ports
        rows = [
            (label, effect.kind, effect.name, counts[Ref(label, next(iter(compiled.ports)))])
            for label, compiled in self._program.campaign.compiled.items()
            for effect in compiled.effects
        ]
        return pl.DataFrame(rows, schema=_EFFECTS, orient="row")

    @property
    def rendering(self) -> pl.DataFrame:
        """What rendering every message showed: longest parts, empty parts, per activity."""
        rows = [{"activity": label, **found} for label, found in self._result.messages.items()]
        return pl.DataFrame(rows) if rows else pl.DataFrame(schema={"activity": pl.String, "messages": pl.UInt32})

    def report(self) -> Report:
        """Return targeted, excluded by reason and what would be sent.

        With the answers that it simulated.
        Errors: sources that can't be read any more.
        """
        found = rehearsed(self.id, self._program, self._result, self._responses)
        return report_on(self.campaign, found, dry=True)

    @property
    def campaign(self) -> str:
        """The name of its campaign."""
        return self._program.campaign.definition.name

    def ports(self) -> Mapping[Ref, int]:
        """Return the count of each transition."""
        return self._result.counted.ports

    def reasons(self) -> Mapping[tuple[str, str], int]:
        """Return the dropped rows by activity and reason."""
        found = self._result.counted.reasons
        return {(label, reason): number for label, reasons in found.items() for reason, number in reasons.items()}

    def population(self, ref: Ref, columns: Sequence[str] = (), *, first: int | None = None) -> pl.DataFrame:
        """Return the rows of a transition, computed again for the same instant."""
        return dry.population(self._program, self._part(self._program, ref), columns, self._responses, first)

    def _current(self) -> Program:
        return self._program

    def _explain(self, program: Program, key: tuple[Any, ...], table: str | None, at: Ref | None) -> Explanation:
        path = dry.explain(program, key, self._responses, table=table, at=at)
        notes = (*touched(path, program.model, lambda label, now: self._states.get(label) != now), *changed(path, self.ports()))
        return explanation(path, at, notes)

    def _lineage(self, program: Program, ref: Ref) -> pl.LazyFrame:
        return dry.lineage(program, ref, self._responses)


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
        program = self._program()
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
        return self._program()

    def _explain(self, program: Program, key: tuple[Any, ...], table: str | None, at: Ref | None) -> Explanation:
        path = dry.explain(program, key, table=table, at=at)
        done = {label: state for label, state in self.states().items() if state == "done"}
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
