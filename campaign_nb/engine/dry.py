"""A dry run: everything computed and counted in one pass, every message rendered, nothing sent or stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, Protocol

import polars as pl

from campaign_nb.engine.backends.polars.lower import lower
from campaign_nb.engine.backends.polars.lowering import Lowering
from campaign_nb.engine.collect import computed
from campaign_nb.engine.compute import Counted, compute
from campaign_nb.engine.deciding import Unknown, Way, follow
from campaign_nb.engine.keys import check_keys
from campaign_nb.engine.lineage import Path, path_of
from campaign_nb.engine.lineage_everybody import everybody
from campaign_nb.engine.lineage_messages import with_messages
from campaign_nb.engine.lineage_person import Person
from campaign_nb.engine.optimise.columns import Output
from campaign_nb.engine.plan import Plan, moments_of
from campaign_nb.engine.program import Program
from campaign_nb.engine.reads import ends_of, names_in
from campaign_nb.engine.render import messages, names_of, summary
from campaign_nb.engine.reuse import REUSE, Part, Reuse
from campaign_nb.engine.sources import Events, ModelSources
from campaign_nb.graph.behaviour import behaviours
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.problems import CompiledCampaign
from campaign_nb.rules import tree
from campaign_nb.steps import SEND_AT, Population, Render, Step


class Responses(Protocol):
    """Simulates what people do with messages that a dry run would send."""

    def flags(self, people: pl.LazyFrame, key: Sequence[str], campaign: str, activity: str, as_of: dt.datetime) -> pl.LazyFrame:
        """Add one boolean column per event."""
        ...


@dataclass(slots=True)
class DryResult:
    """What a dry run counted, what it found about each message, and which way it went."""

    counted: Counted
    messages: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    way: Way = field(default_factory=Way)
    program: Program | None = None
    """The program with what the run passed by, so that what is asked of it later goes the same way."""


def asked_in_run(plan: Plan, responses: Responses | None, node: tree.Behaviour) -> Step | None:
    """Return the step of a dry run whose people a rule on messages asks about; None where it does not ask this run."""
    if node.campaign != plan.definition.name or node.activity not in plan.whole or (responses is None and node.event != "sent"):
        return None
    return plan.whole[node.activity].compiled.ports["out"]


def events_in_run(plan: Plan, responses: Responses | None, elsewhere: Events | None, as_of: dt.datetime) -> Events:
    """Return where a dry run's rules on messages look: simulated responses for its own, recorded ones for others."""

    def events(node: tree.Behaviour, lowered: Lowering) -> pl.LazyFrame | None:
        if node.campaign != plan.definition.name or node.activity not in plan.whole:
            return elsewhere(node, lowered) if elsewhere is not None else None
        step = asked_in_run(plan, responses, node)
        if step is None or step not in lowered.flows:
            return None
        key = step.population.table.key
        people = lowered.flows[step].select(key).select(pl.col(name).alias(f"key_{i}") for i, name in enumerate(key))
        if responses is None or node.event == "sent":
            return people
        keys = [f"key_{i}" for i in range(len(key))]
        flagged = responses.flags(people, keys, node.campaign, node.activity, as_of)
        return flagged.filter(pl.col(node.event)).select(keys)

    return events


def dry_run(program: Program, responses: Responses | None = None, *, count: bool = True, reuse: Reuse | None = REUSE) -> DryResult:
    """Compute a whole campaign in one pass; waits pass at once.

    What has not changed since an earlier dry run is found in `reuse`, and computed without one.
    Errors: null or repeated keys, a source that can't be read, a contract that does not hold.
    """
    program = decided(program, responses)
    plan = program.plan(staged=False)
    check_keys(program.model, plan)
    part = Part(plan, plan.stages[0].tasks) if reuse is None or not count else reuse.part(program, plan)
    plan = part.plan
    sources = _sources(program, plan, responses, names_in(ends_of(part.tasks), _names(part.keeps.values())), part.stored)
    deliver: dict[Step, Callable[[pl.LazyFrame], pl.LazyFrame]] = dict.fromkeys(part.keeps.values(), _all)
    labels: dict[Step, str] = {}
    for task, effect in plan.stages[0].effects():
        if isinstance(effect.step, Render):
            labels[effect.step] = task.label
            deliver[effect.step] = _all if effect.step.templates else _summed(effect.step)
    counted = compute(part.tasks, plan, program.model, sources, deliver, count=count)
    found: dict[str, Mapping[str, Any]] = {}
    for step, label in labels.items():
        rows = counted.delivered.pop(step)
        assert isinstance(step, Render)
        if step.templates:
            whole = replace(step, parts=tuple((name, tree.Constant(None)) for name in names_of(step)))
            rows = messages(step, rows).select(summary(whole))
        found[label] = rows.row(0, named=True)
    if reuse is not None and count:
        reuse.whole(program, part, counted, found)
    way = Way()
    if count:
        moments = moments_of(program.campaign, program.start, program.closed)
        follow(program.campaign, way, program.campaign.order, counted.ports, moments, program.previous)
    return DryResult(counted, {label: item for label, item in found.items() if label not in way.labels}, way, program)


def decided(program: Program, responses: Responses | None = None) -> Program:
    """Return the program with what its tests and joins decide, and with the last send times that something follows.

    What they decide by is counted first, and the messages that go out at each recipient's own time are made.
    Errors: a source that can't be read, a contract that does not hold.
    """
    campaign, counts, sent = program.campaign, dict[Ref, int](), dict[str, dt.datetime]()
    timed = _timed(campaign)
    while True:
        way, asked = Way(sent=dict(sent)), ""
        try:
            follow(campaign, way, campaign.order, counts, moments_of(campaign, program.start, way.closed), program.previous)
        except Unknown as unknown:
            asked = unknown.label
        part = replace(program, closed=way.closed)
        before = campaign.order[: campaign.order.index(asked)] if asked else campaign.order
        late = next((label for label in timed if label in before and label not in sent), None)
        if late is not None:
            sent[late] = _last(part, late, timed[late], responses)
        elif asked:
            counts |= _counts(part, _before(campaign, asked), responses)
        else:
            return part


def _timed(campaign: CompiledCampaign) -> dict[str, int]:
    """Return the messages that go out at each recipient's own time and that something follows, with the place of their effect."""
    followed = {ref.label for label in campaign.order for ref in campaign.definition.needs(label)}
    found = ((label, place, effect) for label in campaign.order for place, effect in enumerate(campaign.compiled[label].effects))
    return {
        label: place
        for label, place, effect in found
        if label in followed and isinstance(effect.step, Render) and any(name == SEND_AT for name, _ in effect.step.parts)
    }


def _last(program: Program, label: str, place: int, responses: Responses | None) -> dt.datetime:
    """Return the last send time of messages; the run's own instant where there are none."""
    plan = program.plan(staged=False)
    effects = plan.whole[label].compiled.effects
    if not effects:
        return program.start.as_of
    labels = _before(program.campaign, label) | {label}
    tasks = [task for name, task in plan.whole.items() if name in labels]
    found = compute(tasks, plan, program.model, _sources(program, plan, responses), {effects[place].step: _latest}, count=False)
    at = found.delivered[effects[place].step].item()
    return program.start.as_of if at is None else at.astimezone(dt.UTC)


def _latest(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.select(pl.col(SEND_AT).max())


def _before(campaign: CompiledCampaign, label: str) -> set[str]:
    """Return the activities whose rows decide in one, or lead to it; with the messages that they ask about."""
    nodes, found = campaign.definition.nodes, set[str]()
    stack = [ref.label for ref in campaign.definition.needs(label)]
    while stack:
        item = stack.pop()
        if item not in found and item in nodes:
            found.add(item)
            stack += [ref.label for ref in campaign.definition.needs(item)]
            stack += [asked.activity for asked in behaviours(nodes[item].activity) if asked.campaign == campaign.definition.name]
    return found


def _counts(program: Program, labels: set[str], responses: Responses | None) -> dict[Ref, int]:
    plan = program.plan(staged=False)
    tasks = [task for label, task in plan.whole.items() if label in labels]
    return compute(tasks, plan, program.model, _sources(program, plan, responses), {}).ports


def _all(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows


def _summed(step: Render) -> Callable[[pl.LazyFrame], pl.LazyFrame]:
    return lambda rows: rows.select(summary(step))


def _names(outputs: Iterable[Output]) -> list[str]:
    return [name for output in outputs for name in output.columns]


def _sources(
    program: Program,
    plan: Plan,
    responses: Responses | None,
    names: Collection[str] | None = None,
    stored: Mapping[str, pl.LazyFrame] | None = None,
) -> ModelSources:
    events = events_in_run(plan, responses, program.events, program.start.as_of)
    known = {**program.stored, **(stored or {})}
    return ModelSources(program.model, known, events, lambda node: asked_in_run(plan, responses, node), names)


def population(
    program: Program, ref: Ref, columns: Sequence[str] = (), responses: Responses | None = None, first: int | None = None
) -> pl.DataFrame:
    """Return the rows of a transition, sorted by key, or the first of them.

    Shape: the key, the added columns, and columns of the dimension asked for.
    """
    plan = program.plan(staged=False)
    step = plan.whole[ref.label].compiled.ports[ref.port]
    known = step.population
    names = [name for name in known.extra if not name.startswith("_")] + [name for name in columns if name not in known.table.key]
    output = Output(step, tuple(dict.fromkeys(names)))
    plan.moments[output] = plan.whole[ref.label].moment
    sources = _sources(program, plan, responses, names_in([*ends_of(plan.whole.values()), output]))
    lowered = lower(with_messages(plan, [output]), program.model, sources, [])
    rows = lowered.delivered[output].sort(known.table.key)
    return computed([rows if first is None else rows.head(first)])[0]


def recipients(program: Program, labels: Sequence[str], responses: Responses | None = None) -> dict[str, pl.LazyFrame]:
    """Return whom each of these messages would reach, with a boolean column per simulated event.

    Shape: one row per person and message; the key as `key_0`, …
    """
    plan, found = program.plan(staged=False), dict[str, pl.LazyFrame]()
    outputs = {label: Output(plan.whole[label].compiled.ports["out"]) for label in labels}
    plan.moments |= {output: plan.whole[label].moment for label, output in outputs.items()}
    lowered = lower(with_messages(plan, list(outputs.values())), program.model, _sources(program, plan, responses), [])
    for label, output in outputs.items():
        key = output.population.table.key
        people = lowered.delivered[output].select(pl.col(name).alias(f"key_{i}") for i, name in enumerate(key))
        if responses is not None:
            people = responses.flags(people, [f"key_{i}" for i in range(len(key))], plan.definition.name, label, program.start.as_of)
        found[label] = people
    return found


def explain(
    program: Program, key: tuple[Any, ...], responses: Responses | None = None, *, table: str | None = None, at: Ref | None = None
) -> Path:
    """Return one person's path through a campaign, or to a transition of it."""
    plan = program.plan(staged=False)
    return path_of(plan, program.model, _sources(program, plan, responses), key, table, at)


def lineage(program: Program, ref: Ref, responses: Responses | None = None) -> pl.LazyFrame:
    """Return for every row of a transition's dimension whether it reached it, else where it was left out, and why."""
    plan = program.plan(staged=False)
    return everybody(plan, program.model, _sources(program, plan, responses), ref)


def among(file: FilePath, population: Population, person: Person) -> bool | None:
    """Tell whether a person is among rows that a run kept; None for rows of another table."""
    table = population.table
    if (table.label, table.key) != (person.table.label, person.table.key):
        return None
    same = [pl.col(name) == pl.lit(part) for name, part in zip(table.key, person.key, strict=True)]
    return bool(computed([pl.scan_parquet(file).filter(same).select(pl.len())])[0].item())
