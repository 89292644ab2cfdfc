"""What an error does to a run: it halts until somebody resumes it, goes on without the activity, or ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from campaign_nb.clock import Clock
from campaign_nb.engine.plan import Plan, Stage, Task
from campaign_nb.engine.program import Program
from campaign_nb.errors import CampaignError
from campaign_nb.graph.handling import OnError
from campaign_nb.store import Connection, alerts, campaigns, log, runs
from campaign_nb.store.database import Store
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.runs import RunRecord


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from an error.

    Whether it is raised, whether this try of the run is over, what to tell.
    """

    raises: bool
    ends: bool
    text: str


class Failing:
    """Writes down what went wrong, by the policy of the activity, or else of the campaign."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def fail(self, run: RunRecord, program: Program, plan: Plan, number: int, error: Exception) -> Outcome:
        """Deal with what a stage raised.

        suspend: the run halts there and the campaign pauses, until it is resumed. ignore: the branch ends there, if the
        activity is a stage of its own; else the run has failed and the schedule goes on. abort: the run has failed and
        the campaign pauses.
        """
        stage, blamed = plan.stages[number], blamed_of(plan.stages[number], error)
        text = str(error) if isinstance(error, CampaignError) else f"{type(error).__name__} in stage {number}"
        policy, alone = _policy(program, stage)
        with self._store.begin() as connection:
            if runs.get(connection, run.id).state not in runs.UNFINISHED:
                return Outcome(True, True, text)
            if policy == "ignore" and alone:
                self._go_on(connection, run, stage, text)
                return Outcome(False, False, text)
            self._keep(connection, run, stage, blamed, text)
            if policy == "suspend":
                labels = ", ".join(repr(task.label) for task in blamed[:3])
                suspend(connection, run, blamed[0].label, self._clock.now(), text, f"suspended at {labels} by an error")
                return Outcome(False, True, text)
            end_failed(connection, run, blamed[0].label, self._clock.now(), text, abort=policy == "abort")
        return Outcome(True, True, text)

    def warn(self, connection: Connection, run: RunRecord) -> None:
        """Write into the log which activities a run that ends did not get to though they waited for it."""
        for task in runs.list_tasks(connection, run.id):
            if task.state == "warning":
                message = f"{task.activity!r} never ran: {task.note}"
                place = {"campaign_id": run.campaign_id, "run_id": run.id, "activity": task.activity}
                log.append(connection, message, self._clock.now(), level="warning", **place)

    def _go_on(self, connection: Connection, run: RunRecord, stage: Stage, text: str) -> None:
        """Let the run go on without the one activity of a stage, or with what it could not do outside of the store.

        The latter is tried again whenever the run goes on, and told once.
        """
        (task,) = stage.tasks
        message = f"{task.label!r} failed and is ignored: {' '.join(text.split())}"
        if not self._is_done(connection, run, stage):
            self._end_branch(connection, run, stage, task, text)
            faultpoint("branch ended")
        elif any(line.message == message for line in log.read(connection, run_id=run.id, level="error")):
            return
        place = {"campaign_id": run.campaign_id, "run_id": run.id, "activity": task.label}
        log.append(connection, message, self._clock.now(), level="error", **place)

    def _is_done(self, connection: Connection, run: RunRecord, stage: Stage) -> bool:
        return any(record.number == stage.number and record.state == "done" for record in runs.list_stages(connection, run.id))

    def _end_branch(self, connection: Connection, run: RunRecord, stage: Stage, task: Task, text: str) -> None:
        """Commit a stage whose one activity failed: nobody leaves it."""
        ports = {(task.label, port): 0 for port in task.compiled.ports}
        now = self._clock.now()
        tasks = [runs.Task(task.label, task.activity.kind, "failed", task.moment.as_of, error_text=text, note="ignored")]
        runs.commit_stage(
            connection, run.id, stage.number, task.moment.as_of, now, tasks=tasks, counts=ports, exclusions={}, closed=ports.keys()
        )

    def _keep(self, connection: Connection, run: RunRecord, stage: Stage, blamed: Sequence[Task], text: str) -> None:
        tasks = [runs.Task(task.label, task.activity.kind, "failed", task.moment.as_of, error_text=text) for task in blamed]
        if self._is_done(connection, run, stage):
            return  # what was left to do outside of the store failed, after the stage had been committed
        as_of = stage.tasks[0].moment.as_of
        runs.commit_stage(connection, run.id, stage.number, as_of, self._clock.now(), state="failed", tasks=tasks)


def blamed_of(stage: Stage, error: Exception) -> tuple[Task, ...]:
    """Return the activities of a stage that an error is about: the one that it names, else all, for they were computed together."""
    label = error.activity if isinstance(error, CampaignError) else None
    return tuple(task for task in stage.tasks if task.label == label) or stage.tasks


def suspend(connection: Connection, run: RunRecord, label: str, at: dt.datetime, text: str, message: str) -> None:
    """Halt a run by an error, before an activity if one is named, and pause its campaign."""
    runs.halt(connection, run.id, label, at, message, error_text=text)
    faultpoint("run suspended")
    alerts.trouble(connection, run.campaign_id, run.id, label, at, "Run suspended by an error", text)
    told = f"paused: run {run.id[:8]} is suspended by an error: {' '.join(text.split())}"
    campaigns.flag(connection, run.campaign_id, at, told, paused=True, error=True, error_text=text)


def end_failed(connection: Connection, run: RunRecord, label: str, at: dt.datetime, text: str, *, abort: bool) -> None:
    """End a run by an error; with `abort` its campaign pauses."""
    runs.finish(connection, run.id, "failed", at, error_text=text)
    faultpoint("run failed")
    alerts.trouble(connection, run.campaign_id, run.id, label, at, "Run failed", text)
    if abort:
        told = f"paused: run {run.id[:8]} was aborted by an error"
        campaigns.flag(connection, run.campaign_id, at, told, paused=True, error=True, error_text=text)


def _policy(program: Program, stage: Stage) -> tuple[OnError, bool]:
    """Return what an error does in a stage, and whether the stage is one activity."""
    definition = program.campaign.definition
    if len(stage.tasks) > 1:
        return definition.settings.on_error, False
    own: OnError | None = next(definition.nodes[task.label].handling.on_error for task in stage.tasks)
    return (definition.settings.on_error if own is None else own), own is not None
