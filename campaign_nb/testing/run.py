"""Run one activity on literal rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from campaign_nb.activity import Activity, Audience, Compiled, Context
from campaign_nb.data.model import DataModel
from campaign_nb.data.types import fields_of
from campaign_nb.engine.compute import Counted, compute
from campaign_nb.engine.deciding import holds
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Output
from campaign_nb.engine.plan import Plan, Task, mark_steps
from campaign_nb.engine.recall import nothing_recalled
from campaign_nb.engine.sources import ModelSources
from campaign_nb.errors import DefinitionError, Problem, listed
from campaign_nb.graph.definition import Definition, Ref
from campaign_nb.rules import tree
from campaign_nb.steps import Load, Nothing, Population, Render, Scan, Step

AS_OF = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)
EFFECT = "effect "


@dataclass(frozen=True)
class Given:
    """What an activity is tried on: a data model, the steps of its inputs, and rows stored before."""

    model: DataModel
    inputs: tuple[Step, ...] = ()
    stored: Mapping[str, pl.LazyFrame] = field(default_factory=dict[str, pl.LazyFrame])
    audiences: Mapping[str, Audience] = field(default_factory=dict[str, Audience])

    def context(self, label: str, seed: str) -> Context:
        """Return what the activity knows of its campaign."""
        return Context("test", label, seed, self.model, audiences=self.audiences)


def run(
    activity: Activity,
    *inputs: pl.DataFrame | pl.LazyFrame | DataModel,
    key: str = "",
    label: str = "Tested",
    seed: str = "test",
    as_of: dt.datetime = AS_OF,
    audiences: Mapping[str, pl.DataFrame] | None = None,
) -> dict[str, pl.DataFrame]:
    """Run one activity on frames, one per input, and return the rows of each output.

    Sorted by key.

    Shape: the first column of the first frame is the key, unless `key` names another. An activity that starts with a
    table gets the data model instead. `audiences` are saved before, by name: frames that start with the key of their
    table. Rows in are rows out plus rows accounted for, or it raises.
    Errors: what the activity's own checks find, all together.

    >>> import campaign_nb as cn
    >>> run(cn.activities.FilterRows.of(cn.col.points > 10), pl.DataFrame({"id": [1, 2], "points": [5, 50]}))["out"].rows()
    [(2,)]
    """
    return counted(activity, *inputs, key=key, label=label, seed=seed, as_of=as_of, audiences=audiences)[0]


def counted(
    activity: Activity,
    *inputs: pl.DataFrame | pl.LazyFrame | DataModel,
    key: str = "",
    label: str = "Tested",
    seed: str = "test",
    as_of: dt.datetime = AS_OF,
    audiences: Mapping[str, pl.DataFrame] | None = None,
) -> tuple[dict[str, pl.DataFrame], Counted]:
    """Run one activity as `run` does, and return what was counted too."""
    model, steps, stored = _inputs(inputs, key)
    found = {name: audience_of(model, name, frame) for name, frame in (audiences or {}).items()}
    kept = {f"audience:{name}": frame.lazy() for name, frame in (audiences or {}).items()}
    rows, numbers = played(activity, Given(model, tuple(steps), stored | kept, found), label=label, seed=seed, as_of=as_of)
    return {port: frame for port, frame in rows.items() if not port.startswith(EFFECT)}, numbers


def played(activity: Activity, given: Given, *, label: str, seed: str, as_of: dt.datetime) -> tuple[dict[str, pl.DataFrame], Counted]:
    """Check, compile and compute an activity on what is given.

    Return the rows of each output and what was counted; what leaves the campaign is computed too, as `effect 0` and on.
    """
    context = given.context(label, seed)
    problems = list(activity.validate([step.population for step in given.inputs], context))
    if problems:
        raise DefinitionError(*problems, subject=f"activity {label!r}" if len(problems) > 1 else "")
    compiled = _decided(activity.compile(given.inputs, context), given, as_of)
    outputs: dict[str, Step] = {port: _output(step) for port, step in compiled.ports.items()}
    for number, effect in enumerate(compiled.effects):
        outputs[f"{EFFECT}{number}"] = effect.step if isinstance(effect.step, Render) else Output(effect.step, effect.columns)
    found = _computed(activity, compiled, given, list(outputs.values()), label, _moment(compiled, given, as_of))
    keys = {port: _key(step) for port, step in outputs.items()}
    return {port: found.delivered[step].sort(keys[port]) for port, step in outputs.items()}, found


def _decided(compiled: Compiled, given: Given, as_of: dt.datetime) -> Compiled:
    """Leave everybody of a test to the way that is chosen; its inputs are called Input, or Input 0, Input 1, …"""
    if not compiled.ways:
        return compiled
    moment, numbers = _moment(compiled, given, as_of), _numbers(given, as_of)
    known = {"Input": numbers[0], **{f"Input {at}": number for at, number in enumerate(numbers)}}
    asked = [item for _, node in compiled.ways for item in node.walk() if isinstance(item, tree.Size)]
    sizes = {item: None if item.previous else known.get(item.activity) for item in asked}
    chosen = next((port for port, node in compiled.ways if holds(node, sizes, moment)), compiled.otherwise)
    return replace(compiled, ports={port: step if port == chosen else Nothing(step.population) for port, step in compiled.ports.items()})


def _numbers(given: Given, as_of: dt.datetime) -> list[int]:
    """Count the rows of each input."""
    outputs, plan = [Output(step) for step in given.inputs], Plan(Definition("test"), (), {})
    plan.moments |= dict.fromkeys([*given.inputs, *outputs], Moment(as_of))
    found = compute([], plan, given.model, ModelSources(given.model, given.stored), dict.fromkeys(outputs, _same)).delivered
    return [found[step].height for step in outputs]


def _key(step: Step) -> list[str]:
    key = step.population.table.key
    return [f"key_{position}" for position in range(len(key))] if isinstance(step, Render) else list(key)


def audience_of(model: DataModel, name: str, frame: pl.DataFrame) -> Audience:
    """Return what is known of an audience with these rows: the table whose key they start with, and the other columns."""
    for label, info in model.infos.items():
        if info.key and tuple(frame.columns[: len(info.key)]) == info.key:
            kinds = {column: str(item.type) for column, item in fields_of(frame.schema).items() if column not in info.key}
            return Audience(name, label, kinds)
    keys = listed([", ".join(info.key) for info in model.infos.values() if info.key])
    raise DefinitionError(Problem(f"audience {name!r}", f"its columns are {listed(frame.columns)}", f"the key of a table first: {keys}"))


def _output(step: Step) -> Output:
    return Output(step, tuple(name for name in step.population.extra if not name.startswith("_")))


def _moment(compiled: Compiled, given: Given, as_of: dt.datetime) -> Moment:
    """Return the instant of a first run: nothing is remembered."""
    return Moment(as_of, variables=() if compiled.recall is None else tuple(nothing_recalled(compiled.recall, given.model)[1].items()))


def _computed(activity: Activity, compiled: Compiled, given: Given, outputs: Sequence[Step], label: str, moment: Moment) -> Counted:
    refs = tuple(Ref(f"Input {position}") for position in range(len(given.inputs)))
    task = Task(label, activity, refs, given.inputs, compiled, moment)
    plan = Plan(Definition("test"), (), {label: task})
    plan.moments |= dict.fromkeys(given.inputs, moment)
    mark_steps(plan, task)
    plan.moments |= dict.fromkeys(outputs, moment)
    stored = given.stored if compiled.recall is None else {**nothing_recalled(compiled.recall, given.model)[0], **given.stored}
    return compute([task], plan, given.model, ModelSources(given.model, stored), dict.fromkeys(outputs, _same))


def _same(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows


def _inputs(inputs: tuple[pl.DataFrame | pl.LazyFrame | DataModel, ...], key: str) -> tuple[DataModel, list[Step], dict[str, pl.LazyFrame]]:
    if len(inputs) == 1 and isinstance(inputs[0], DataModel):
        return inputs[0], [], {}
    model = DataModel("test")
    frames = [item.lazy() for item in inputs if not isinstance(item, DataModel)]
    named = key or frames[0].collect_schema().names()[0]
    everybody = pl.concat(frames, how="diagonal").unique(subset=[named], keep="first", maintain_order=True)
    model.table("rows", everybody, key=named)
    population = Population(model, model.infos["rows"])
    if len(frames) == 1:
        return model, [Scan(population)], {}
    stored = {f"input:{position}": frame.select(named) for position, frame in enumerate(frames)}
    return model, [Load(population, reference) for reference in stored], stored
