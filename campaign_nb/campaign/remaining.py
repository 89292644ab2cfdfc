"""How far a run is in rows, and how long it may still take; what nobody can know is None."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from campaign_nb.store.runs import TaskRecord

OVER = ("done", "warning", "skipped")
_TOO_LONG = 2.0
"""A stage that takes longer than that many times what it took before is not like the one before."""
Source = Literal["previous", "finished", "nothing"]


@dataclass(frozen=True, slots=True)
class Remaining:
    """What a run has behind it and before it.

    Units: `rows` went into finished activities, each counted where it went in; `known` adds those that stand before
    activities that have not finished. `seconds` is the time of computing that is left, waits apart.
    Nulls: no seconds where neither a finished stage nor an earlier run tells.
    """

    rows: int
    known: int
    seconds: float | None
    source: Source


def remaining(
    order: Sequence[str],
    inputs: Mapping[str, Iterable[int | None]],
    tasks: Sequence[TaskRecord],
    previous: Sequence[TaskRecord],
    began: dt.datetime | None,
    now: dt.datetime,
) -> Remaining:
    """Return how far a run is and how long its computing may still take.

    `inputs` are the people of the transitions into each activity, None where they are not counted; `previous` are the
    tasks of the run before, `began` is when the stage that computes began. A stage of the run before that has what is
    left in it tells its time; without such a run, what is left takes as long as each finished activity took on average.
    An estimate that the time since then has disproved is none.

    >>> remaining(["All"], {}, [], [], None, dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    Remaining(rows=0, known=0, seconds=None, source='nothing')
    """
    over = {task.activity for task in tasks if task.state in OVER}
    left = [label for label in order if label not in over]
    rows = sum(task.rows_in for task in tasks if task.state in OVER)
    known = rows + sum(count or 0 for label in left for count in inputs.get(label, ()))
    elapsed = 0.0 if began is None else max(0.0, (now - began).total_seconds())
    if not left:
        return Remaining(rows, known, 0.0, "finished")
    seconds = _by_previous(left, previous, elapsed)
    if seconds is not None:
        return Remaining(rows, known, seconds, "previous")
    seconds = _by_finished(left, over, tasks, elapsed)
    return Remaining(rows, known, seconds, "nothing" if seconds is None else "finished")


def _by_previous(left: Sequence[str], previous: Sequence[TaskRecord], elapsed: float) -> float | None:
    """Add the times of the stages of the run before that are still to come; None where one is missing, or already far longer."""
    stage_of = {task.activity: task.stage for task in previous if task.state in OVER}
    if any(label not in stage_of for label in left):
        return None
    stages = list(dict.fromkeys(stage_of[label] for label in left))
    took = _stages(previous, stages)
    if any(number not in took for number in stages):
        return None
    now = took[stages[0]]
    return None if elapsed > _TOO_LONG * now else sum(took.values()) - min(elapsed, now)


def _by_finished(left: Sequence[str], over: Collection[str], tasks: Sequence[TaskRecord], elapsed: float) -> float | None:
    """Take for each activity that is left what a finished one took on average; None where none has, or it proved too little."""
    finished = [task for task in tasks if task.activity in over and task.state in OVER]
    took = _stages(finished, {task.stage for task in finished})
    counted = sum(task.stage in took for task in finished)
    seconds = sum(took.values()) / counted * len(left) - elapsed if counted else 0.0
    return seconds if seconds > 0 else None


def _stages(tasks: Iterable[TaskRecord], numbers: Collection[int]) -> dict[int, float]:
    """Return how many seconds each stage took; activities of a stage compute together and share its times."""
    found: dict[int, float] = {}
    for task in tasks:
        if task.stage in numbers and task.started_at is not None and task.ended_at is not None:
            found[task.stage] = max(found.get(task.stage, 0.0), (task.ended_at - task.started_at).total_seconds())
    return found
