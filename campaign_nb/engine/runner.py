"""A live run, stage by stage: each finished stage is a checkpoint from which any kernel goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

import polars as pl

from campaign_nb.activity import Context, Effect
from campaign_nb.clock import Clock
from campaign_nb.data.model import DataModel
from campaign_nb.engine.compute import Counted, compute
from campaign_nb.engine.events import Listener, RunEvent, TaskState
from campaign_nb.engine.kept import write_rows
from campaign_nb.engine.keys import check_keys
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Output
from campaign_nb.engine.plan import Plan, Stage, Task, plan_of
from campaign_nb.engine.render import messages
from campaign_nb.engine.sources import Events, ModelSources
from campaign_nb.errors import CampaignError
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.problems import CompiledCampaign
from campaign_nb.steps import Render, Step
from campaign_nb.store import Connection, files, runs
from campaign_nb.store.database import Store
from campaign_nb.store.files import Slot, Written
from campaign_nb.store.runs import RunRecord


class Handler(Protocol):
    """What happens to the rows of an effect; the workspace registers one per kind."""

    def write(self, run: RunRecord, task: Task, effect: Effect, rows: pl.DataFrame) -> list[Written]:
        """Write files beside the store; they count only when `commit` is called."""
        ...

    def commit(self, connection: Connection, run: RunRecord, task: Task, effect: Effect, written: list[Written]) -> None:
        """Make the effect count, in the transaction that ends the stage."""
        ...


Settle: TypeAlias = Callable[[RunRecord, DataModel], None]
"""Does what committed stages are due to do outside of the store; called after each, and after a crash again."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a run needs of a campaign.

    Its compiled definition, its data and where stored rows are found.
    """

    campaign: CompiledCampaign
    contexts: Mapping[str, Context]
    model: DataModel
    start: Moment
    stored: Mapping[str, pl.LazyFrame] = field(default_factory=dict[str, pl.LazyFrame])
    events: Events | None = None

    def plan(self, *, staged: bool) -> Plan:
        """Return the plan of a run."""
        return plan_of(self.campaign, self.start, self.contexts, staged=staged)


class Runner:
    """Executes live runs on a store.

    Everything that it does counts from the commit of a stage.
    """

    def __init__(
        self, store: Store, clock: Clock, handlers: Mapping[str, Handler], tell: Listener, settle: Settle = lambda run, model: None
    ) -> None:
        self._store, self._clock, self._handlers, self._tell, self._settle = store, clock, handlers, tell, settle
        self._folder: Path = store.folder

    def advance(self, run_id: str, program: Program, *, stop: Callable[[], bool] = lambda: False) -> RunRecord:
        """Go on with a run until it is done, waits, is stopped or paused.

        Return how it stands.

        Errors: what a stage raises is written to the run, which is then failed, and raised again.
        """
        plan = program.plan(staged=True)
        run = self._get(run_id)
        self._settle(run, program.model)
        check_keys(program.model, plan)
        done = {record.number for record in self._stages(run_id) if record.state == "done"}
        for stage in plan.stages:
            if stage.number in done:
                continue
            run = self._get(run_id)
            if run.state not in ("running", "waiting") or stop():
                return run
            due = run.started_at + stage.offset
            if due > self._clock.now():
                return self._wait(run, plan, stage, due)
            try:
                run = self._stage(run, program, plan, stage)
                self._settle(run, program.model)
            except Exception as error:
                self._fail(run, plan, stage, error)
                raise
        with self._store.begin() as connection:
            run = runs.finish(connection, run_id, "done", self._clock.now())
        self._say(run, plan, len(plan.whole), {})
        return run

    # ---------------------------------------------------------------------------------------------------- one stage

    def _stage(self, run: RunRecord, program: Program, plan: Plan, stage: Stage) -> RunRecord:
        now = self._clock.now()
        as_of = program.start.as_of + stage.offset
        with self._store.begin() as connection:
            runs.move(connection, run.id, ["waiting"], "running", now, "wait is over")
            runs.begin_stage(connection, run.id, stage.number, as_of, now)
        before = sum(len(earlier.tasks) for earlier in plan.stages[: stage.number])
        self._say(run, plan, before, {task.label: "running" for task in stage.tasks})
        outputs = {ref: _output(plan, stage, ref, columns) for ref, columns in stage.keeps.items()}
        effects = [(task, effect, _effect_step(plan, task, effect)) for task, effect in stage.effects()]
        wanted: list[Step] = [*outputs.values(), *(step for _, _, step in effects)]
        sources = ModelSources(program.model, {**program.stored, **self._checkpoints(run.id)}, program.events)
        counted = compute(stage.tasks, plan, program.model, sources, dict.fromkeys(wanted, _same))
        kept = [self._keep(run, ref, counted.delivered[step]) for ref, step in outputs.items()]
        done: list[tuple[Task, Effect, list[Written]]] = []
        for task, effect, step in effects:
            rows = counted.delivered[step]
            rows = messages(step, rows) if isinstance(step, Render) else rows
            done.append((task, effect, self._handlers[effect.kind].write(run, task, effect, rows)))
        ended = self._clock.now()
        with self._store.begin() as connection:
            for written in kept:
                files.record(connection, self._folder, written, ended)
            for task, effect, written in done:
                self._handlers[effect.kind].commit(connection, run, task, effect, written)
            exclusions = {(label, reason): n for label, found in counted.reasons.items() for reason, n in found.items() if n}
            ports = {(ref.label, ref.port): rows for ref, rows in counted.ports.items()}
            tasks = [_task(task, counted, now, ended) for task in stage.tasks]
            runs.commit_stage(connection, run.id, stage.number, as_of, ended, tasks=tasks, counts=ports, exclusions=exclusions)
        self._say(run, plan, before + len(stage.tasks), {task.label: "done" for task in stage.tasks}, ports, exclusions)
        return self._get(run.id)

    def _keep(self, run: RunRecord, ref: Ref, rows: pl.DataFrame) -> Written:
        return write_rows(self._folder, Slot("checkpoint", run.id, ref.label, ref.port), rows)

    def _checkpoints(self, run_id: str) -> dict[str, pl.LazyFrame]:
        with self._store.read() as connection:
            kept = files.list_files(connection, run_id=run_id, kind="checkpoint")
        return {f"checkpoint:{file.activity}\x1f{file.channel}": pl.scan_parquet(files.path_of(self._folder, file)) for file in kept}

    # ------------------------------------------------------------------------------------------------- its record

    def _wait(self, run: RunRecord, plan: Plan, stage: Stage, due: dt.datetime) -> RunRecord:
        with self._store.begin() as connection:
            runs.move(connection, run.id, ["running", "waiting"], "waiting", self._clock.now(), "waiting", due_at=due)
        run = self._get(run.id)
        before = sum(len(earlier.tasks) for earlier in plan.stages[: stage.number])
        holding = {ref.label for task in stage.tasks for ref in task.refs if plan.whole[ref.label].compiled.wait is not None}
        self._say(run, plan, before, dict.fromkeys(sorted(holding), "waiting"))
        return run

    def _fail(self, run: RunRecord, plan: Plan, stage: Stage, error: Exception) -> None:
        text = str(error) if isinstance(error, CampaignError) else f"{type(error).__name__} in stage {stage.number}"
        now, as_of = self._clock.now(), plan.whole[stage.tasks[0].label].moment.as_of
        tasks = [runs.Task(task.label, task.activity.kind, "failed", task.moment.as_of, error_text=text) for task in stage.tasks]
        done = {record.number for record in self._stages(run.id) if record.state == "done"}
        with self._store.begin() as connection:
            if stage.number not in done:
                runs.commit_stage(connection, run.id, stage.number, as_of, now, state="failed", tasks=tasks)
            runs.finish(connection, run.id, "failed", now, error_text=text)
        self._say(self._get(run.id), plan, 0, {task.label: "failed" for task in stage.tasks}, message=text)

    def _get(self, run_id: str) -> RunRecord:
        with self._store.read() as connection:
            return runs.get(connection, run_id)

    def _stages(self, run_id: str) -> list[runs.StageRecord]:
        with self._store.read() as connection:
            return runs.list_stages(connection, run_id)

    def _say(
        self,
        run: RunRecord,
        plan: Plan,
        done: int,
        activities: Mapping[str, TaskState],
        counts: Mapping[tuple[str, str], int] | None = None,
        reasons: Mapping[tuple[str, str], int] | None = None,
        message: str = "",
    ) -> None:
        event = RunEvent(
            plan.definition.name,
            run.id,
            self._clock.now(),
            run.state,
            done,
            len(plan.whole),
            activities,
            counts or {},
            reasons or {},
            run.due_at,
            message,
        )
        self._tell(event)


def _same(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows


def _output(plan: Plan, stage: Stage, ref: Ref, columns: tuple[str, ...]) -> Output:
    output = Output(stage.step_of(ref), columns)
    plan.moments[output] = plan.whole[ref.label].moment
    return output


def _effect_step(plan: Plan, task: Task, effect: Effect) -> Step:
    """Return the step that delivers an effect's rows: messages as rendered, populations with the columns to keep."""
    if isinstance(effect.step, Render):
        return effect.step
    output = Output(effect.step, effect.columns)
    plan.moments[output] = task.moment
    return output


def _task(task: Task, counted: Counted, started: dt.datetime, ended: dt.datetime) -> runs.Task:
    main = next(iter(task.compiled.ports), None)
    out = counted.ports[Ref(task.label, main)] if main is not None else 0
    return runs.Task(task.label, task.activity.kind, "done", task.moment.as_of, counted.rows_in[task.label], out, started, ended)
