"""What dry runs leave to the next one: counts of activities that did not change, and the rows at the edge of a change."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

import polars as pl

from campaign_nb.clock import SystemClock
from campaign_nb.data.model import DataModel, TableInfo
from campaign_nb.engine.compute import Counted
from campaign_nb.engine.optimise.columns import Columns, Output
from campaign_nb.engine.plan import Plan, Stage, Task, compiled, mark_steps
from campaign_nb.engine.program import Program
from campaign_nb.engine.reads import ends_of, own_steps, parts_of, reads_time, tables_in
from campaign_nb.engine.states import State, settled, state_of
from campaign_nb.graph.definition import Ref
from campaign_nb.rules import tree
from campaign_nb.steps import (
    Anti,
    Attach,
    Bring,
    Bucket,
    Dedupe,
    FileRows,
    Filter,
    Follow,
    Load,
    Match,
    Nothing,
    Python,
    Rejected,
    Rekey,
    Render,
    Scan,
    Semi,
    Step,
    Take,
    Union,
)

MOST = 4_096
"""How many activities are remembered."""
BUDGET = 256 * 2**20
"""The bytes of rows that are remembered."""
CELL = 16
"""The bytes that a value takes, as rows are guessed before they are made."""
OURS = "campaign_nb."
"""Where kinds of activities are defined whose rows follow from their options and their inputs alone."""

_ROWS = {FileRows, Load, Nothing, Scan}
PLAIN = _ROWS | {Anti, Attach, Bring, Bucket, Dedupe, Filter, Follow, Match, Python, Rejected, Rekey, Render, Semi, Take, Union}
"""The steps that a plan may have of which only a part is computed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a dry run counted of one activity."""

    ports: Mapping[str, int]
    rows_in: int
    reasons: Mapping[str, int]
    messages: Mapping[str, Any] | None


@dataclass(slots=True)
class Part:
    """What a dry run has to compute: the plan of it, the rows that it starts from, the rows that the next one may start from."""

    plan: Plan
    tasks: tuple[Task, ...]
    stored: Mapping[str, pl.LazyFrame] = field(default_factory=dict[str, pl.LazyFrame])
    keeps: Mapping[Ref, Output] = field(default_factory=dict[Ref, Output])
    known: Mapping[str, Known] = field(default_factory=dict[str, Known])
    signs: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])
    """A digest per activity of all that its rows follow from; None where they may follow from more."""
    states: Mapping[str, State | None] = field(default_factory=dict[str, "State | None"])


class Reuse:
    """The last dry runs of this kernel: numbers of many activities, rows of few.

    Files that change, rows in memory, functions, stored rows and events of messages make activities count anew.
    """

    def __init__(self, now: Callable[[], dt.datetime], budget: int = BUDGET) -> None:
        self._now, self._budget = now, budget
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._rows: OrderedDict[tuple[str, str], pl.DataFrame] = OrderedDict()
        self._numbers: WeakKeyDictionary[TableInfo, int] = WeakKeyDictionary()
        self._counter = itertools.count()
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Forget everything, so that the next dry run computes everything."""
        with self._lock:
            self._known.clear()
            self._rows.clear()

    def part(self, program: Program, plan: Plan) -> Part:
        """Return what of a plan has to be computed."""
        if not all(_plain(task) for task in plan.whole.values()):
            return Part(plan, plan.stages[0].tasks)
        states = {label: state_of(info) for label, info in program.model.infos.items()}
        signs = self._signs(program, plan, states)
        with self._lock:
            known = {label: self._known[sign] for label, sign in signs.items() if sign in self._known}
            computed, starts = self._cut(program, plan, signs, known)
            for sign in (sign for sign in signs.values() if sign in self._known):
                self._known.move_to_end(sign)
        changed = [label for label in program.campaign.order if label not in known]
        keeps = _edge(program, plan, [label for label in computed if label in known], changed, known, self._budget)
        if len(computed) == len(plan.whole):
            return Part(plan, plan.stages[0].tasks, {}, _outputs(plan, keeps), {}, signs, states)
        rest = {label: found for label, found in known.items() if label not in computed}
        smaller = _smaller(program, plan, computed, starts)
        stored = {_reference(ref): frame.lazy() for ref, frame in starts.items()}
        return Part(smaller, smaller.stages[0].tasks, stored, _outputs(smaller, keeps), rest, signs, states)

    def whole(self, program: Program, part: Part, counted: Counted, messages: dict[str, Mapping[str, Any]]) -> None:
        """Remember what was computed, and complete it with what was known, in the order of the campaign."""
        rows = {ref: counted.delivered.pop(output) for ref, output in part.keeps.items()}
        made = {task.label: _known(task, counted, messages) for task in part.tasks}
        self._remember(program.model, part, made, rows)
        found = {**part.known, **made}
        order = [(label, found[label]) for label in program.campaign.order]
        counted.ports = {Ref(label, port): number for label, item in order for port, number in item.ports.items()}
        counted.rows_in = {label: item.rows_in for label, item in order}
        counted.reasons = {label: dict(item.reasons) for label, item in order}
        both = {label: item.messages for label, item in order if item.messages is not None}
        messages.clear()
        messages.update(both)

    def _remember(self, model: DataModel, part: Part, made: Mapping[str, Known], rows: Mapping[Ref, pl.DataFrame]) -> None:
        """Keep what was computed, unless files changed meanwhile or so lately that the next change may not show."""
        states = {label: state_of(info) for label, info in model.infos.items()}
        if states != part.states or not settled([state for state in states.values() if state is not None], self._now):
            return
        with self._lock:
            for label, item in made.items():
                if (sign := part.signs.get(label)) is not None:
                    self._known[sign] = item
            for ref, frame in rows.items():
                sign = part.signs[ref.label]
                if sign is not None and frame.estimated_size() <= self._budget:
                    self._rows[sign, ref.port] = frame
            while len(self._known) > MOST:
                self._known.popitem(last=False)
            while sum(frame.estimated_size() for frame in self._rows.values()) > self._budget:
                self._rows.popitem(last=False)

    # -------------------------------------------------------------------------------------------- what has not changed

    def _signs(self, program: Program, plan: Plan, states: Mapping[str, State | None]) -> dict[str, str | None]:
        definition, model = program.campaign.definition, program.model
        options = {item["label"]: item for item in definition.document(strict=False)["activities"]}
        with self._lock:
            numbers = {label: self._numbers.setdefault(info, next(self._counter)) for label, info in model.infos.items()}
        shared = [definition.name, definition.seed, definition.time_zone, sorted(numbers.items())]
        asked: set[str] = set()
        parts: dict[str, list[Any]] = {}
        for label, task in plan.whole.items():
            parts[label] = [part for step in own_steps(task) for part in parts_of(step)]
            asked |= {part.activity for part in parts[label] if isinstance(part, tree.Behaviour)}
        signs: dict[str, str | None] = {}
        for label in program.campaign.order:
            task = plan.whole[label]
            above = [(signs[ref.label], ref.port, ref in program.closed.ports) for ref in task.refs]
            steps = own_steps(task)
            names = {word for part in parts[label] if isinstance(part, str) for word in part.split(".")}
            read = [(table, states[table]) for table in tables_in(model, [*steps, *task.inputs], names)]
            free = label in asked or _follows_from_more(task, steps, parts[label]) or any(state is None for _, state in read)
            if free or any(sign is None for sign, _, _ in above):
                signs[label] = None
                continue
            timed = bool(task.compiled.effects) or reads_time(parts[label])
            moment = (task.moment.as_of.isoformat() if timed else "", task.moment.zone, repr(task.moment.variables))
            shut = [port for port in task.compiled.ports if task.closed or Ref(label, port) in program.closed.ports]
            described = {**options[label], "description": "", "closed": shut}
            whole = json.dumps([shared, described, type(task.activity).__qualname__, moment, above, read], default=repr)
            signs[label] = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
        return signs

    def _cut(
        self, program: Program, plan: Plan, signs: Mapping[str, str | None], known: Mapping[str, Known]
    ) -> tuple[set[str], dict[Ref, pl.DataFrame]]:
        """Return which activities are computed, and the remembered rows that they start from."""
        computed: set[str] = set()
        wanted: dict[str, set[Ref]] = {label: set() for label in plan.whole}
        starts: dict[Ref, pl.DataFrame] = {}
        for label in reversed(program.campaign.order):
            sign = signs[label]
            rows = {ref: self._rows.get((sign, ref.port)) for ref in wanted[label]} if sign is not None else {}
            if label not in known or any(rows.get(ref) is None for ref in wanted[label]):
                computed.add(label)
                for ref in plan.whole[label].refs:
                    wanted[ref.label].add(ref)
                continue
            for ref, frame in rows.items():
                assert frame is not None and sign is not None
                starts[ref] = frame
                self._rows.move_to_end((sign, ref.port))
        return computed, starts


def _plain(task: Task) -> bool:
    """Tell whether an activity has no step but those that are known to leave the same rows where only a part is computed."""
    return all(type(step) in PLAIN for step in own_steps(task))


def _follows_from_more(task: Task, steps: list[Step], parts: list[Any]) -> bool:
    """Tell whether rows of an activity follow from more than its options, its inputs and files: code, earlier runs, events."""
    if not type(task.activity).__module__.startswith(OURS) or task.activity.changes_data or task.activity.reads_stored:
        return True
    if task.compiled.recall is not None or any(isinstance(step, FileRows | Load) for step in steps):
        return True
    return any(isinstance(part, tree.Behaviour) or (callable(part) and not isinstance(part, tree.Node | type)) for part in parts)


def _edge(
    program: Program, plan: Plan, unchanged: list[str], changed: list[str], known: Mapping[str, Known], budget: int
) -> dict[Ref, tuple[str, ...]]:
    """Return the transitions where what has not changed meets what has, with the columns that are read downstream.

    Rows that are a whole table, and those that would not fit, are read again instead.
    """
    refs = dict.fromkeys(ref for label in changed for ref in plan.whole[label].refs if ref.label in unchanged)
    if not refs:
        return {}
    columns = Columns(ends_of(plan.whole.values()), plan.moment_of)
    found: dict[Ref, tuple[str, ...]] = {}
    for ref in refs:
        step = plan.whole[ref.label].compiled.ports[ref.port]
        population = step.population
        read = [name for name in population.table.columns if name in columns.needs[step].columns]
        added = [name for name in population.extra if not name.startswith("_")]
        names = tuple(dict.fromkeys([*read, *added]))
        width = CELL * (len(names) + len(population.table.key))
        if not isinstance(step, Scan) and known[ref.label].ports[ref.port] * width <= budget:
            found[ref] = names
    return found


def _outputs(plan: Plan, keeps: Mapping[Ref, tuple[str, ...]]) -> dict[Ref, Output]:
    found = {ref: Output(plan.whole[ref.label].compiled.ports[ref.port], columns) for ref, columns in keeps.items()}
    plan.moments |= {output: plan.whole[ref.label].moment for ref, output in found.items()}
    return found


def _smaller(program: Program, plan: Plan, computed: set[str], starts: Mapping[Ref, pl.DataFrame]) -> Plan:
    """Return the plan of some activities, compiled again on remembered rows of the others."""
    campaign, moments = program.campaign, dict(plan.moments)
    smaller = Plan(plan.definition, (), {}, moments)
    whole, loads = dict(plan.whole), dict[Ref, Load]()
    for ref in starts:
        loads[ref] = Load(plan.whole[ref.label].compiled.ports[ref.port].population, _reference(ref))
        moments[loads[ref]] = plan.whole[ref.label].moment
    tasks: list[Task] = []
    for label in (label for label in campaign.order if label in computed):
        before = plan.whole[label]
        inputs = tuple(loads[ref] if ref in loads else whole[ref.label].compiled.ports[ref.port] for ref in before.refs)
        made = compiled(campaign.definition.nodes[label], inputs, program.contexts[label], program.closed)
        whole[label] = replace(before, inputs=inputs, compiled=made)
        mark_steps(smaller, whole[label])
        tasks.append(whole[label])
    smaller.whole, smaller.stages = whole, (Stage(0, tuple(tasks), {}),)
    return smaller


def _reference(ref: Ref) -> str:
    return f"reuse:{ref.label}\x1f{ref.port}"


def _known(task: Task, counted: Counted, messages: Mapping[str, Mapping[str, Any]]) -> Known:
    ports = {port: counted.ports[Ref(task.label, port)] for port in task.compiled.ports}
    return Known(ports, counted.rows_in[task.label], dict(counted.reasons[task.label]), messages.get(task.label))


REUSE = Reuse(SystemClock().now)
"""What the dry runs of this kernel leave to the next."""
