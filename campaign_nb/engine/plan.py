"""From a compiled campaign to stages: what is computed in one pass, what waits, and which instant each activity means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from campaign_nb.activity import Activity, Compiled, Context, Effect
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Columns, Output
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.graph.problems import CompiledCampaign
from campaign_nb.steps import Load, Nothing, Population, Rejected, Step, order_of_steps


@dataclass(frozen=True, slots=True)
class Task:
    """One activity in a stage: its steps, what it reads, the instant that *now* means for it."""

    label: str
    activity: Activity
    refs: tuple[Ref, ...]
    inputs: tuple[Step, ...]
    compiled: Compiled
    moment: Moment
    closed: bool = False
    """Whether the run passes it by: it is disabled, or nothing has reached it."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What a run passes by: outputs that nobody leaves by, and activities that do not run; and what it has learnt to wait for."""

    ports: frozenset[Ref] = frozenset()
    labels: frozenset[str] = frozenset()
    sent: frozenset[tuple[str, dt.datetime]] = frozenset()
    """The last send time of messages that go out at each recipient's own, by activity, as far as the run has made them."""


OPEN = Closed()


@dataclass(frozen=True, slots=True)
class Stage:
    """Activities that compute together in one pass, and the transitions that later stages read."""

    number: int
    tasks: tuple[Task, ...]
    keeps: Mapping[Ref, tuple[str, ...]]
    """The transitions to store for later stages, with the columns that only they have; others come from the table, as it is then."""
    hands: Mapping[Ref, tuple[str, ...]] = field(default_factory=dict[Ref, tuple[str, ...]])
    """The columns of the table that later stages read at the same instant, by transition: they are handed on in memory."""
    offset: dt.timedelta = dt.timedelta(0)
    """How long after its start the run reaches the stage: the waits before it."""

    def step_of(self, ref: Ref) -> Step:
        """Return the step of a transition that this stage makes."""
        task = next(task for task in self.tasks if task.label == ref.label)
        return task.compiled.ports[ref.port]

    def effects(self) -> Iterator[tuple[Task, Effect]]:
        """Yield the effects of the stage's activities."""
        for task in self.tasks:
            for effect in task.compiled.effects:
                yield task, effect


@dataclass(slots=True)
class Plan:
    """All stages of a run, in order."""

    definition: Definition
    stages: tuple[Stage, ...]
    whole: Mapping[str, Task]
    """Every activity with the steps it has when all is computed in one pass."""
    moments: dict[Step, Moment] = field(default_factory=dict[Step, Moment])
    closed: Closed = OPEN

    def moment_of(self, step: Step) -> Moment:
        """Return the instant that a step means."""
        if isinstance(step, Output) and step not in self.moments:
            return self.moment_of(step.source)
        return self.moments[step]


def moments_of(campaign: CompiledCampaign, start: Moment, closed: Closed = OPEN) -> dict[str, Moment]:
    """Return the instant of each activity: after a wait, the instant at which it was due; after messages, their last send time."""
    found, sent = dict[str, Moment](), dict(closed.sent)
    for label in campaign.order:
        latest = start.as_of
        for ref in campaign.definition.needs(label):
            wait, reached = campaign.compiled[ref.label].wait, found[ref.label].as_of
            latest = max(latest, reached if wait is None else wait(reached), sent.get(ref.label, reached))
        found[label] = Moment(latest, start.zone, start.variables)
    return found


def stages_of(campaign: CompiledCampaign, moments: Mapping[str, Moment], *, single: bool = False) -> dict[str, int]:
    """Return the number of the stage in which each activity runs, from 0: by instant, then by barriers passed.

    What may fail or take too long by itself comes after all others of the same depth, each in a stage of its own.
    Single: each activity is a stage of its own, in order.
    """
    if single:
        return {label: number for number, label in enumerate(sorted(campaign.order, key=lambda label: moments[label].as_of))}
    found: dict[str, tuple[dt.datetime, int, int]] = {}
    nodes = campaign.definition.nodes
    for place, label in enumerate(campaign.order, 1):
        depth, before = 0, _starts_stage(nodes[label])
        for ref in campaign.definition.needs(label):
            passed = before or _ends_stage(nodes[ref.label])
            depth = max(depth, found[ref.label][1] + (1 if passed else 0))
        found[label] = (moments[label].as_of, depth, place if nodes[label].handling.alone else 0)
    order = {key: number for number, key in enumerate(sorted(set(found.values())))}
    return {label: order[key] for label, key in found.items()}


def _starts_stage(node: Node) -> bool:
    return node.activity.barrier in ("before", "around") or node.handling.breakpoint or node.handling.alone


def _ends_stage(node: Node) -> bool:
    return node.activity.barrier in ("after", "around") or node.handling.alone


def plan_of(
    campaign: CompiledCampaign,
    start: Moment,
    contexts: Mapping[str, Context],
    *,
    staged: bool,
    closed: Closed = OPEN,
    single: bool = False,
) -> Plan:
    """Return the plan of a run; not staged, everything is one pass.

    `contexts` are those with which the campaign was compiled; stages after the first are compiled again on stored rows.
    """
    moments = moments_of(campaign, start, closed)
    plan = Plan(campaign.definition, (), {}, closed=closed)
    whole = plan.whole = _whole(campaign, contexts, closed, moments)
    for task in whole.values():
        mark_steps(plan, task)
    if not staged:
        plan.stages = (Stage(0, tuple(whole.values()), {}),)
        return plan
    numbers = stages_of(campaign, moments, single=single)
    crossing = _crossing(campaign, numbers)
    read, soon = _columns_read(plan, whole, crossing), _handed_on(campaign, numbers, moments)
    stages: list[Stage] = []
    for number in range(max(numbers.values(), default=-1) + 1):
        labels = [label for label in campaign.order if numbers[label] == number]
        tasks = _compile_stage(plan, campaign, labels, numbers, contexts, moments)
        made = [ref for ref in crossing if numbers[ref.label] == number]
        keeps = {ref: _columns_kept(whole, ref, read[ref]) for ref in made}
        hands = {ref: read[ref] for ref in made if ref in soon}
        stages.append(Stage(number, tasks, keeps, hands, moments[labels[0]].as_of - start.as_of))
    plan.stages = tuple(stages)
    return plan


def _whole(campaign: CompiledCampaign, contexts: Mapping[str, Context], closed: Closed, moments: Mapping[str, Moment]) -> dict[str, Task]:
    """Return every activity as it is computed in one pass; what is closed is compiled anew, and all that comes after it."""
    whole: dict[str, Task] = {}
    for label in campaign.order:
        inputs = tuple(whole[ref.label].compiled.ports[ref.port] for ref in campaign.inputs[label])
        made = campaign.compiled[label]
        if closed is not OPEN:
            made = compiled(campaign.definition.nodes[label], inputs, contexts[label], closed)
        whole[label] = _task(campaign, label, made, inputs, moments[label], closed)
    return whole


def compiled(node: Node, inputs: Sequence[Step], context: Context, closed: Closed) -> Compiled:
    """Compile an activity; nobody leaves by an output that is closed, and what does not run has no effect."""
    made = node.activity.compile(inputs, context)
    shut = node.label in closed.labels
    if not shut and not any(Ref(node.label, port) in closed.ports for port in made.ports):
        return made
    ports = {port: _kept(step, shut or Ref(node.label, port) in closed.ports) for port, step in made.ports.items()}
    return Compiled(ports, wait=made.wait) if shut else replace(made, ports=ports)


def _kept(step: Step, shut: bool) -> Step:
    return Nothing(step.population) if shut else step


def _task(campaign: CompiledCampaign, label: str, made: Compiled, inputs: tuple[Step, ...], moment: Moment, closed: Closed) -> Task:
    node = campaign.definition.nodes[label]
    return Task(label, node.activity, campaign.inputs[label], inputs, made, moment, label in closed.labels)


def mark_steps(plan: Plan, task: Task) -> None:
    """Give every step of an activity its instant; the steps of its inputs belong to others."""
    own = [*task.compiled.ports.values(), *task.compiled.drops, *(effect.step for effect in task.compiled.effects)]
    stop = set(task.inputs)
    stack = [step for step in own if step not in stop]
    while stack:
        step = stack.pop()
        if step in plan.moments:
            continue
        plan.moments[step] = task.moment
        stack.extend(source for source in step.sources if source not in stop)


def _crossing(campaign: CompiledCampaign, numbers: Mapping[str, int]) -> list[Ref]:
    found: dict[Ref, None] = {}
    for label in campaign.order:
        found |= {ref: None for ref in campaign.inputs[label] if numbers[ref.label] < numbers[label]}
        if campaign.definition.nodes[label].activity.changes_data:
            found |= {Ref(label, port): None for port in campaign.compiled[label].ports}
    return list(found)


def _columns_kept(whole: Mapping[str, Task], ref: Ref, read: Collection[str]) -> tuple[str, ...]:
    """Return the columns that must be stored with a transition: all that were added, and of a file what is read downstream."""
    population = whole[ref.label].compiled.ports[ref.port].population
    lines = () if population.table.lasting else [name for name in population.table.columns if name in read]
    return tuple(dict.fromkeys([*lines, *(name for name in population.extra if not name.startswith("_"))]))


def _columns_read(plan: Plan, whole: Mapping[str, Task], crossing: Sequence[Ref]) -> dict[Ref, tuple[str, ...]]:
    """Return the columns of its table that are read downstream of each transition."""
    ends = [step for task in whole.values() for step in (*task.compiled.ports.values(), *(e.step for e in task.compiled.effects))]
    needs, found = Columns(ends, plan.moment_of).needs, dict[Ref, tuple[str, ...]]()
    for ref in crossing:
        step = whole[ref.label].compiled.ports[ref.port]
        found[ref] = tuple(name for name in step.population.table.columns if name in needs[step].columns)
    return found


def _handed_on(campaign: CompiledCampaign, numbers: Mapping[str, int], moments: Mapping[str, Moment]) -> set[Ref]:
    """Return the transitions that a later stage reads at the instant at which they are made."""
    pairs = ((ref, label) for label in campaign.order for ref in campaign.inputs[label])
    return {ref for ref, label in pairs if numbers[ref.label] < numbers[label] and moments[ref.label].as_of == moments[label].as_of}


def _compile_stage(
    plan: Plan,
    campaign: CompiledCampaign,
    labels: Sequence[str],
    numbers: Mapping[str, int],
    contexts: Mapping[str, Context],
    moments: Mapping[str, Moment],
) -> tuple[Task, ...]:
    made: dict[str, Compiled] = {}
    closed = plan.closed
    loads: dict[Ref, Step] = {}
    tasks: list[Task] = []
    for label in labels:
        inputs: list[Step] = []
        for ref in campaign.inputs[label]:
            if numbers[ref.label] == numbers[label]:
                inputs.append(made[ref.label].ports[ref.port])
                continue
            if ref not in loads:
                population = campaign.compiled[ref.label].ports[ref.port].population
                loads[ref] = _loaded(ref, population, closed)
                plan.moments[loads[ref]] = moments[ref.label]
            inputs.append(loads[ref])
        made[label] = compiled(campaign.definition.nodes[label], inputs, contexts[label], closed)
        task = _task(campaign, label, made[label], tuple(inputs), moments[label], closed)
        mark_steps(plan, task)
        tasks.append(task)
    return tuple(tasks)


def _loaded(ref: Ref, population: Population, closed: Closed) -> Step:
    """Return the rows that an earlier stage stored; none of what was closed, which it did not store."""
    return Nothing(population) if ref in closed.ports else Load(population, checkpoint_of(ref))


def checkpoint_of(ref: Ref) -> str:
    """Return the reference under which later stages find what a transition has stored."""
    return f"checkpoint:{ref.label}\x1f{ref.port}"


def counted_steps(tasks: Sequence[Task]) -> list[Step]:
    """Return the steps whose rows are counted: every transition, what dropping steps read and keep, what activities read."""
    found: dict[Step, None] = {}
    read = {step for task in tasks for step in task.inputs}
    for task in tasks:
        for step in (*task.inputs, *task.compiled.ports.values()):
            if not isinstance(step, Rejected) or step in read:
                found[step] = None
        for step in task.compiled.drops:
            found |= dict.fromkeys([*step.sources, step])
    return [step for step in order_of_steps(list(found)) if step in found]
