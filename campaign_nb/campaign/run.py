"""Runs as users hold them: counts, reasons, populations and the path of one person."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import polars as pl

from campaign_nb.activity import OUT
from campaign_nb.campaign.explanation import Explanation, changed, explanation, states, touched
from campaign_nb.clock import zone
from campaign_nb.engine import dry
from campaign_nb.engine.dry import DryResult, Responses
from campaign_nb.engine.program import Program
from campaign_nb.errors import Problem, RunError, did_you_mean, nearest
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.transition import Branches, Transition
from campaign_nb.render import html
from campaign_nb.reports.rehearsed import rehearsed
from campaign_nb.reports.report import Report, report_on
from campaign_nb.rules.parse import table_of_rule

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
    def states(self) -> dict[str, str]:
        """Return the state of each activity that was reached.

        One of running, done, failed, skipped, warning.
        """

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
    def _zone(self) -> str:
        """Return the time zone of its campaign, in which it is shown."""

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

    @property
    def _stands(self) -> str:
        """How it stands, in a word, and its instant in the campaign's zone."""
        state, name = self.state, self._zone()
        return f"{'halted' if state == 'paused' else state}, as of {self.as_of.astimezone(zone(name)):%Y-%m-%d %H:%M} {name}"

    def __repr__(self) -> str:
        lines = [f"{self.mode} run {self.id[:8]}, {self._stands}"]
        lines += [f"  {ref.label}{'' if ref.port == 'out' else f' · {ref.port}'}: {rows:,}" for ref, rows in self.ports().items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [(ref.label, "" if ref.port == "out" else ref.port, html.Count(number)) for ref, number in self.ports().items()]
        left = [(label, reason, html.Count(number)) for (label, reason), number in self.reasons().items() if number]
        caption = f"{self.mode.capitalize()} run, {self._stands}"
        if not rows:
            return html.table([], [], caption=f"{caption}: nothing is counted yet")
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
        self._program, self._result, self._responses = result.program or program, result, responses
        self._states = states(program.model)
        self.remarks: Mapping[str, str] = {}
        """What may stop a live run, by activity, as the workspace stands now."""

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

        Shape: a row for each message activity, saved audience, file to write, table to change, alert and signal; none for
        what the run passed by.
        """
        counts, passed = self._result.counted, self._result.way.labels
        found = {label: item for label, item in self._program.campaign.compiled.items() if label not in passed}
        rows = [
            (label, effect.kind, effect.name, counts.ports[Ref(label, next(iter(compiled.ports)))])
            for label, compiled in found.items()
            for effect in compiled.effects
        ]
        rows += [(label, notice.kind, notice.name, counts.rows_in[label]) for label, item in found.items() for notice in item.notices]
        return pl.DataFrame(rows, schema=_EFFECTS, orient="row")

    def states(self) -> dict[str, str]:
        """Return the state of each activity.

        It is done, skipped where the run passed it by, or warning where a join did not fire or a live run may stop.
        """
        way = self._result.way
        warned = dict.fromkeys(self.remarks, "warning")
        passed = {label: "warning" if label in way.unfired else "skipped" for label in way.labels}
        return {label: (warned | passed).get(label, "done") for label in self._program.campaign.order}

    @property
    def notes(self) -> Mapping[str, str]:
        """What was decided on the way, by activity, and what may stop a live run.

        The output that a test chose, why an activity did not run, a signal that no campaign waits for yet.
        """
        passed = self._result.way.labels
        return {label: told for label, told in self.remarks.items() if label not in passed} | self._result.way.notes

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
        return report_on(self.campaign, found, dry=True, time_zone=self._zone())

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

    def _zone(self) -> str:
        return self._program.campaign.definition.time_zone

    def _explain(self, program: Program, key: tuple[Any, ...], table: str | None, at: Ref | None) -> Explanation:
        path = dry.explain(program, key, self._responses, table=table, at=at)
        notes = (*touched(path, program.model, lambda label, now: self._states.get(label) != now), *changed(path, self.ports()))
        return explanation(path, at, notes)

    def _lineage(self, program: Program, ref: Ref) -> pl.LazyFrame:
        return dry.lineage(program, ref, self._responses)


def _parts(key: Any) -> tuple[Any, ...]:
    """Return the values of a key, given as one value or as a tuple."""
    return cast("tuple[Any, ...]", key) if isinstance(key, tuple) else (key,)
