"""Which activity is to blame when a pass over several could not be computed."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.data.model import DataModel
from campaign_nb.engine.backends.polars.lower import lower
from campaign_nb.engine.backends.polars.lowering import Sources
from campaign_nb.engine.collect import computed
from campaign_nb.engine.optimise.columns import Columns, Output
from campaign_nb.engine.plan import Plan, Task
from campaign_nb.engine.sources import refuse_drift
from campaign_nb.errors import CampaignError, Problem, RunError
from campaign_nb.rules.schema import Schema
from campaign_nb.steps import Step


def explained(error: RunError, tasks: Sequence[Task], plan: Plan, schema: Schema, sources: Sources) -> CampaignError:
    """Return what a failed pass is to be told as: sources that have changed, or the one activity that can't be computed.

    Cost: a pass over half of the activities, a quarter, and so on; only what fails pays for it.
    """
    label = tasks[0].label if len(tasks) == 1 else _first_that_fails(tasks, plan, schema, sources)
    try:
        refuse_drift(schema.infos.values() if isinstance(schema, DataModel) else (), error)
    except CampaignError as drift:
        drift.activity = label
        return drift
    if label is None or len(tasks) == 1:
        error.activity = label
        return error
    problem = error.problems[0]
    found = RunError(Problem(f"activity {label!r}", problem.what.replace("they can't", "it can't"), problem.expected, problem.do))
    found.activity = label
    return found


def _first_that_fails(tasks: Sequence[Task], plan: Plan, schema: Schema, sources: Sources) -> str | None:
    """Return the activity with which the first of them can't be computed any more; None when, alone, all can."""
    good, bad = 0, len(tasks)
    if not _fails(tasks, plan, schema, sources):
        return None
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (good, middle) if _fails(tasks[:middle], plan, schema, sources) else (middle, bad)
    return tasks[bad - 1].label


def _fails(tasks: Sequence[Task], plan: Plan, schema: Schema, sources: Sources) -> bool:
    """Tell whether some activities can't be computed: all that they pass on, add and deliver."""
    ends = [
        step
        for task in tasks
        for step in (*(_whole(step) for step in task.compiled.ports.values()), *(effect.step for effect in task.compiled.effects))
    ]
    try:
        lowered = lower(Columns(ends, plan.moment_of), schema, sources, [])
        computed([frame.select(pl.all().null_count()) for frame in lowered.delivered.values()])
    except Exception:
        return True
    return False


def _whole(step: Step) -> Output:
    return Output(step, tuple(name for name in step.population.extra if not name.startswith("_")))
