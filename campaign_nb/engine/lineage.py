"""Why one person is where they are: the path through a run, the first thing that dropped them, and what it saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from campaign_nb.activities.split import Split
from campaign_nb.activity import OUT
from campaign_nb.engine.backends.polars.flow import Mask
from campaign_nb.engine.backends.polars.lower import lower
from campaign_nb.engine.backends.polars.lowering import Lowering
from campaign_nb.engine.backends.polars.steps_filter import reasons_of
from campaign_nb.engine.compute import computed
from campaign_nb.engine.lineage_details import FEW, Facts, facts_of, few, matched, said, saw, split_facts
from campaign_nb.engine.lineage_everybody import absence, fallback, is_of, on_the_way, reason_of_port, starts
from campaign_nb.engine.lineage_messages import with_messages
from campaign_nb.engine.lineage_person import Person, person_of
from campaign_nb.engine.lineage_seen import Seen
from campaign_nb.engine.plan import Plan, Task, counted_steps
from campaign_nb.engine.sources import ModelSources
from campaign_nb.graph.definition import Ref
from campaign_nb.rules.schema import Schema
from campaign_nb.steps import FileRows, Filter, Rejected, Scan, Step, order_of_steps


@dataclass(frozen=True, slots=True)
class Stop:
    """One activity on a person's path.

    The outputs that they left by, or why they did not.
    """

    activity: str
    outputs: tuple[str, ...]
    reason: str = ""
    rule: str = ""
    values: tuple[tuple[str, Any], ...] = ()
    """What the rule saw: columns, values of linked rows, added columns."""
    details: tuple[tuple[str, Any], ...] = ()
    """What else decided: the rival that was kept, the bucket, the place in an order, the matches."""
    row: str = ""
    """Whose stop it is: the table and the key."""
    leads: tuple[Any, ...] = ()
    """The first keys of the rows of another table that it goes on as."""
    led: int = 0
    """How many those rows are."""
    to: str = ""
    """Their table."""
    absent: bool = False
    """Whether rows of its table begin with the activity, and this one does not."""


@dataclass(frozen=True, slots=True)
class Path:
    """The path of one person, and how many rows the transitions on it have."""

    person: Person
    stops: tuple[Stop, ...]
    reached: bool | None
    """Whether they reached the transition that was asked for; None without one."""
    counts: Mapping[Ref, int]
    tables: tuple[str, ...] = ()
    """The tables of the data model that were read."""


def path_of(
    plan: Plan, schema: Schema, sources: ModelSources, key: tuple[Any, ...], table: str | None = None, at: Ref | None = None
) -> Path:
    """Return the activities that a person reached, in order; where they were left out, the reason and the values seen.

    Shape: one stop per activity whose input holds the key, or which starts with it; those of the way to a transition
    with `at`. Where a row goes on as one row of another table, the path goes on with that.
    Cost: as a run; another pass where a rival, a place in an order or a match is looked up.
    Errors: a key of another shape or type than that of the tables.
    """
    person = person_of(plan, key, table)
    way = dict.fromkeys(plan.whole) if at is None else on_the_way(plan, at)
    tasks = [plan.whole[label] for label in way]
    counted = counted_steps(tasks)
    if at is not None and plan.whole[at.label].compiled.ports[at.port] not in counted:
        counted.append(plan.whole[at.label].compiled.ports[at.port])
    lowered = lower(with_messages(plan, counted), schema, sources, counted, explain=True)
    ports = {Ref(task.label, port): step for task in tasks for port, step in task.compiled.ports.items()}
    walk = _Walk(plan, lowered, tasks, way, {ref: step for ref, step in ports.items() if not isinstance(step, Rejected)})
    stops = tuple(stop for _, stop in sorted(walk.of(person, way), key=lambda item: item[0]))
    reached = None if at is None else any(stop.activity == at.label and at.port in stop.outputs for stop in stops)
    return Path(person, stops, reached, walk.counts, tuple(sources.scans))


class _Walk:
    """Follows a person, and the one row of another table that they go on as."""

    def __init__(
        self, plan: Plan, lowered: Lowering, tasks: Sequence[Task], way: Mapping[str, set[str] | None], ports: Mapping[Ref, Step]
    ) -> None:
        self._plan, self._lowered, self._tasks, self._way = plan, lowered, tasks, way
        self._ports: Mapping[Ref, Step] | None = ports
        self._known: set[tuple[str, str]] = set()
        self.counts: Mapping[Ref, int] = {}

    def of(self, person: Person, within: Mapping[str, object] | set[str]) -> list[tuple[int, Stop]]:
        """Return the stops of a person among some activities, each with its place in the campaign."""
        seen = Seen(self._lowered, person, self._plan.whole[self._tasks[0].label].moment)
        seen.ask_all()
        seen.find(self._ports)
        if self._ports is not None:
            self.counts, self._ports = seen.counts, None
        found: list[tuple[int, Stop]] = []
        for place, task in enumerate(self._tasks):
            if task.label not in within or (task.label, str(person)) in self._known:
                continue
            stop = _Looking(seen, task, self._way[task.label]).stop()
            if stop is None:
                continue
            self._known.add((task.label, str(person)))
            turns = {} if stop.reason else self._turns(seen, task)
            for port, (next_table, keys) in turns.items():
                outputs = (*stop.outputs, port) if keys else stop.outputs
                shown = tuple(key[0] if len(key) == 1 else key for key in keys[:FEW])
                stop = replace(stop, outputs=outputs, leads=shown, led=len(keys), to=next_table.label)
            found.append((place, replace(stop, row=str(person))))
            for next_table, keys in turns.values():
                if len(keys) == 1:
                    found += self.of(Person(next_table, keys[0]), self._plan.definition.dag.descendants(task.label))
        return found

    def _turns(self, seen: Seen, task: Task) -> dict[str, tuple[Any, list[tuple[Any, ...]]]]:
        """Return the rows of other tables that the person goes on as: by output the table and the keys."""
        found: dict[str, tuple[Any, list[tuple[Any, ...]]]] = {}
        for port in task.compiled.ports:
            turn = turn_of(task, port, seen)
            if turn is None or not seen.holds(turn.sources[0]):
                continue
            source, lowered = turn.sources[0], self._lowered
            before = lowered.inflow.get((turn, source))
            flow = lowered.source_flow(turn, source)
            lowered.inflow[turn, source] = flow.that(Mask(seen.same()))
            rows = lowered.vocabulary.lower[type(turn)](lowered, turn)
            if before is None:
                del lowered.inflow[turn, source]
            else:
                lowered.inflow[turn, source] = before
            key = list(turn.population.table.key)
            found[port] = turn.population.table, computed([rows.select(key).sort(key)])[0].rows()
        return found


def turn_of(task: Task, port: str, seen: Seen) -> Step | None:
    """Return the step of an output that makes the person's rows rows of another table; None where none does."""
    step = task.compiled.ports[port]
    while step.sources and step not in task.inputs:
        if not step.passes and is_of(step.sources[0], seen.person.table) and seen.asked(step.sources[0]):
            return step
        step = step.sources[0]
    return None


class _Looking:
    """Looks at one activity for one person."""

    def __init__(self, seen: Seen, task: Task, needed: set[str] | None) -> None:
        self._seen, self._task = seen, task
        ports = task.activity.ports()
        self._needed = needed if needed is not None else {port.name for port in ports if not port.complement}
        self._asked = needed is not None

    def stop(self) -> Stop | None:
        """Return what became of the person here; None for an activity that they did not come to."""
        seen, task, table = self._seen, self._task, self._seen.person.table
        begins = starts(task, table)
        if not begins and not any(is_of(step, table) and seen.holds(step) for step in task.inputs):
            return None
        outputs = tuple(port for port, step in task.compiled.ports.items() if self._in(step))
        turned = any((turn := turn_of(task, port, seen)) is not None and seen.holds(turn.sources[0]) for port in self._needed)
        if turned or not self._needed or any(port in self._needed for port in outputs):
            return self._passed(outputs)
        stop = next((stop for step in task.compiled.drops if (stop := self._dropped(step, outputs)) is not None), None)
        return stop or (self._absent() if begins else self._elsewhere(outputs))

    def _in(self, step: Step) -> bool:
        """Tell whether the person is in an output; what a step left out is asked of the step."""
        seen = self._seen
        if not is_of(step, seen.person.table):
            return False
        if isinstance(step, Rejected) and not seen.asked(step):
            return seen.holds(step.source.sources[0]) and not seen.holds(step.source)
        return seen.holds(step)

    def _passed(self, outputs: tuple[str, ...]) -> Stop:
        details = Facts()
        if isinstance(self._task.activity, Split):
            _, _, details = split_facts(self._seen, self._task, next((port for port in outputs if port in self._needed), None))
        elif OUT in self._needed:
            details = matched(self._seen, self._task)
        return Stop(self._task.label, outputs, details=details)

    def _dropped(self, step: Step, outputs: tuple[str, ...]) -> Stop | None:
        """Return why a dropping step left the person out; None where it did not."""
        seen, task = self._seen, self._task
        if not is_of(step.sources[0], seen.person.table) or not seen.holds(step.sources[0]) or seen.holds(step):
            return None
        for position, reason in enumerate(reasons_of(step)):
            if isinstance(step, Filter) and seen.holds((step, position)):
                continue
            rule, values = "", Facts()
            if isinstance(step, Filter):
                check = step.checks[position].rule
                rule, values = said(check, step.source), saw(seen, step, check)
            return Stop(task.label, outputs, reason, rule, values, facts_of(seen, task, step, position))
        return None

    def _absent(self) -> Stop:
        """Return why the person does not begin here: the rule that they do not meet, or that there is no such row."""
        seen, task = self._seen, self._task
        reason = absence(task, seen.person.table)
        port = next(step for step in task.compiled.ports.values() if is_of(step, seen.person.table))
        steps = [] if task.inputs else order_of_steps([port])
        if any(isinstance(step, Scan | FileRows) and not seen.holds(step) for step in steps):
            return Stop(task.label, (), "no such key in the table", absent=True)
        lost = next((step for step in steps if isinstance(step, Filter) and not seen.holds(step)), None)
        if lost is None:
            return Stop(task.label, (), reason, absent=True)
        rule = lost.checks[0].rule
        return Stop(task.label, (), reason, said(rule, lost.source), saw(seen, lost, rule), absent=True)

    def _elsewhere(self, outputs: tuple[str, ...]) -> Stop:
        """Return in which other output the person went on."""
        seen, task = self._seen, self._task
        rule, values, details = split_facts(seen, task, next(iter(self._needed)) if self._asked and len(self._needed) == 1 else None)
        if not details and len(task.inputs) > 1:
            details = facts_of(seen, task, next(iter(task.compiled.ports.values())), 0)
        other = next((port for port in reversed(outputs) if port not in self._needed), None)
        if other is not None:
            return Stop(task.label, outputs, reason_of_port(task, other), rule, values, details)
        return Stop(task.label, outputs, fallback(task, seen.person.table) or "in no output", rule, values, details)


def led_to(stop: Stop) -> str:
    """Return to which rows of another table a stop leads, as text; empty where it leads to none."""
    return f"{stop.to} {few(stop.leads, stop.led)}" if stop.led else ""


def shown(pairs: Facts) -> str:
    """Return names and values as one text."""
    return "; ".join(f"{name} = {_text(value)}" for name, value in pairs)


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1 else f"{value:.15g}"
    return str(value)


def stops_frame(stops: Sequence[Stop]) -> pl.DataFrame:
    """Return a path as a frame: activity, outputs, reason, rule, values, details, leads to, row; all text."""
    rows = [
        (
            stop.activity,
            ", ".join(stop.outputs),
            stop.reason,
            stop.rule,
            shown(stop.values),
            shown(stop.details),
            led_to(stop),
            stop.row,
        )
        for stop in stops
    ]
    names: list[str] = ["activity", "outputs", "reason", "rule", "values", "details", "leads to", "row"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
