"""Run one activity on literal rows."""

from __future__ import annotations

import datetime as dt

import polars as pl

from campaign_nb.activity import Activity, Context
from campaign_nb.data.model import DataModel
from campaign_nb.engine.compute import Counted, compute
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Output
from campaign_nb.engine.plan import Plan, Task, mark_steps
from campaign_nb.engine.sources import ModelSources
from campaign_nb.errors import DefinitionError
from campaign_nb.graph.definition import Definition, Ref
from campaign_nb.steps import Load, Population, Scan, Step

AS_OF = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)


def run(
    activity: Activity,
    *inputs: pl.DataFrame | pl.LazyFrame | DataModel,
    key: str = "",
    label: str = "Tested",
    seed: str = "test",
    as_of: dt.datetime = AS_OF,
) -> dict[str, pl.DataFrame]:
    """Run one activity on frames, one per input, and return the rows of each output.

    Sorted by key.

    Shape: the first column of the first frame is the key, unless `key` names another. An activity that starts with a
    table gets the data model instead. Rows in are rows out plus rows accounted for, or it raises.
    Errors: what the activity's own checks find, all together.

    >>> import campaign_nb as cn
    >>> run(cn.activities.FilterRows.of(cn.col.points > 10), pl.DataFrame({"id": [1, 2], "points": [5, 50]}))["out"].rows()
    [(2,)]
    """
    return counted(activity, *inputs, key=key, label=label, seed=seed, as_of=as_of)[0]


def counted(
    activity: Activity,
    *inputs: pl.DataFrame | pl.LazyFrame | DataModel,
    key: str = "",
    label: str = "Tested",
    seed: str = "test",
    as_of: dt.datetime = AS_OF,
) -> tuple[dict[str, pl.DataFrame], Counted]:
    """Run one activity as `run` does, and return what was counted too."""
    model, steps, stored = _inputs(inputs, key)
    context = Context("test", label, seed, model)
    problems = list(activity.validate([step.population for step in steps], context))
    if problems:
        raise DefinitionError(*problems, subject=f"activity {label!r}" if len(problems) > 1 else "")
    compiled = activity.compile(steps, context)
    moment = Moment(as_of)
    task = Task(label, activity, tuple(Ref(f"Input {i}") for i in range(len(steps))), tuple(steps), compiled, moment)
    plan = Plan(Definition("test"), (), {label: task})
    plan.moments |= dict.fromkeys(steps, moment)
    mark_steps(plan, task)
    outputs: dict[str, Output] = {}
    for port, step in compiled.ports.items():
        names = [name for name in step.population.extra if not name.startswith("_")]
        outputs[port] = Output(step, tuple(names))
        plan.moments[outputs[port]] = moment
    found = compute([task], plan, model, ModelSources(model, stored), dict.fromkeys(outputs.values(), _same))
    rows = {port: found.delivered[output].sort(output.population.table.key) for port, output in outputs.items()}
    return rows, found


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
