"""A live run, stage by stage: each finished stage is a checkpoint from which any kernel goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeAlias

import polars as pl

from campaign_nb.activity import Effect, Notice
from campaign_nb.clock import Clock, zone
from campaign_nb.data.model import DataModel
from campaign_nb.engine.compute import Counted, compute
from campaign_nb.engine.deciding import Way, follow
from campaign_nb.engine.events import Listener, RunEvent, TaskState
from campaign_nb.engine.failing import Failing, blamed_of
from campaign_nb.engine.handed import Handed
from campaign_nb.engine.kept import write_rows
from campaign_nb.engine.keys import check_keys
from campaign_nb.engine.moved import moved
from campaign_nb.engine.optimise.columns import Output
from campaign_nb.engine.pace import alert_of, due_of, has_own_times, holding_of, note_times, still_to_come, way_of
from campaign_nb.engine.plan import Plan, Stage, Task, checkpoint_of, moments_of
from campaign_nb.engine.program import Program
from campaign_nb.engine.render import messages
from campaign_nb.engine.sources import ModelSources
from campaign_nb.errors import CampaignError
from campaign_nb.graph.definition import Ref
from campaign_nb.steps import Render, Step
from campaign_nb.store import Connection, alerts, campaigns, files, holding, runs
from campaign_nb.store.database import Store
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.faults import is_passing
from campaign_nb.store.files import Slot, Written
from campaign_nb.store.runs import RunRecord

STEPS = "steps"
"""The mode of a live run in which each activity is a stage of its own."""
MOVED = "moved audience"
"""What a run has passed that halted because its audience had moved, and was resumed."""


class Handler(Protocol):
    """What happens to the rows of an effect; the workspace registers one per kind."""

    def write(self, run: RunRecord, task: Task, effect: Effect, rows: pl.DataFrame) -> list[Written]:
        """Write files beside the store; they count only when `commit` is called."""
        ...

    def commit(self, connection: Connection, run: RunRecord, task: Task, effect: Effect, written: list[Written]) -> None:
        """Make the effect count, in the transaction that ends the stage."""
        ...


class Notifier(Protocol):
    """What a notice does when a run gets to it; the workspace registers one per kind."""

    def commit(self, connection: Connection, run: RunRecord, task: Task, notice: Notice) -> None:
        """Make the notice count, once for a run and an activity, in the transaction that ends the stage.

        Errors: what keeps it from being told; then the activity fails.
        """
        ...


Settle: TypeAlias = Callable[[RunRecord, DataModel], None]
"""Does what committed stages are due to do outside of the store; called after each, and after a crash again."""


class Runner:
    """Executes live runs on a store.

    Everything that it does counts from the commit of a stage.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        handlers: Mapping[str, Handler],
        tell: Listener,
        settle: Settle = lambda run, model: None,
        notifiers: Mapping[str, Notifier] | None = None,
    ) -> None:
        self._store, self._clock, self._handlers, self._tell, self._settle = store, clock, handlers, tell, settle
        self._notifiers = notifiers or {}
        self._folder: Path = store.folder
        self._failing = Failing(store, clock)

    def advance(self, run_id: str, program: Program, *, stop: Callable[[], bool] = lambda: False) -> RunRecord:
        """Go on with a run until it is done, waits, halts, is stopped or paused.

        Return how it stands.

        Errors: what a stage raises, where the campaign's or the activity's policy does not deal with it otherwise.
        """
        run = self._get(run_id)
        timed, program = has_own_times(program.campaign), replace(program, single=run.mode == STEPS)
        if timed:
            program = replace(program, closed=self._stands(run_id)[1].closed)
        plan = program.plan(staged=True)
        done = {record.number for record in self._stages(run_id) if record.state == "done"}
        try:
            self._settle(run, program.model)
        except Exception as error:
            behind = [number for number in sorted(done) if any(plan.stages[number].effects())]
            left = self._fail(run, program, plan, behind[-1] if behind else None, error)
            if left is not None:
                return left
        faultpoint("run goes on")
        check_keys(program.model, plan)
        handed, number = Handed(), -1
        while (number := number + 1) < len(plan.stages):  # send times that become known make more stages
            if number in done:
                continue
            run, way, counts = self._stands(run_id)
            if run.state not in ("running", "waiting") or stop():
                return run
            try:
                if way.closed.sent != program.closed.sent:
                    program = replace(program, closed=way.closed)
                    plan = program.plan(staged=True)
                self._follow(program, way, plan.stages[number], counts, counted=False)
                if way.closed != program.closed:
                    program = replace(program, closed=way.closed)
                    plan = program.plan(staged=True)
                held = self._held(run, program, plan, number)
                if held is not None:
                    return held
                self._stage(run, program, plan, plan.stages[number], way, counts, handed)
                faultpoint("between stage and settlement")
                if any(plan.stages[number].effects()):
                    self._settle(run, program.model)
                faultpoint("between stages")
            except Exception as error:
                left = self._fail(run, program, plan, number, error)
                if left is not None:
                    return left
        return self._finish(self._get(run_id), program, plan, timed)

    def _finish(self, run: RunRecord, program: Program, plan: Plan, timed: bool) -> RunRecord:
        """End a run whose stages are all done, unless messages are still to go out, or it was stopped meanwhile."""
        if run.state not in ("running", "waiting"):
            return run
        late = still_to_come(program, run, self._stands(run.id)[1], self._clock.now()) if timed else {}
        if late:
            return self._wait(run, program, plan, len(plan.whole), sorted(late), max(late.values()))
        with self._store.begin() as connection:
            self._failing.warn(connection, run)
            holding.let_go(connection, run.id, self._clock.now())
            run = runs.finish(connection, run.id, "done", self._clock.now())
        self._say(run, plan, len(plan.whole), {})
        return run

    def _fail(self, run: RunRecord, program: Program, plan: Plan, number: int | None, error: Exception) -> RunRecord | None:
        """Deal with what a stage raised, or what it left to do outside of the store; return the run if this try of it is over.

        Errors: what was raised, if it may pass, if no stage has to do with it, or if it ends the run.
        """
        if number is None or is_passing(error):
            raise error  # the disk or the server: the stage is tried again
        if isinstance(error, CampaignError) and error.activity is not None:  # what an earlier stage left to do may fail late
            number = next((stage.number for stage in plan.stages if any(task.label == error.activity for task in stage.tasks)), number)
        outcome = self._failing.fail(run, program, plan, number, error)
        run = self._get(run.id)
        self._say(run, plan, 0, {task.label: "failed" for task in blamed_of(plan.stages[number], error)}, message=outcome.text)
        if outcome.raises:
            raise error
        return run if outcome.ends else None

    # ------------------------------------------------------------------------------------------------ before a stage

    def _stands(self, run_id: str) -> tuple[RunRecord, Way, dict[Ref, int]]:
        """Return a run, which way it has gone and what its stages have counted."""
        with self._store.read() as connection:
            return runs.get(connection, run_id), *way_of(connection, run_id)

    def _follow(self, program: Program, way: Way, stage: Stage, counts: Mapping[Ref, int], *, counted: bool) -> None:
        """Go on with a run's way through a stage, by what was counted."""
        labels, moments = [task.label for task in stage.tasks], moments_of(program.campaign, program.start, program.closed)
        follow(program.campaign, way, labels, counts, moments, program.previous, counted=counted)

    def _held(self, run: RunRecord, program: Program, plan: Plan, number: int) -> RunRecord | None:
        """Let the run wait or halt before a stage if it has to; a stage that it passes by holds nothing up."""
        stage = plan.stages[number]
        if all(task.closed for task in stage.tasks):
            return None
        if (due := due_of(program, run, stage)) > self._clock.now():
            before = sum(len(earlier.tasks) for earlier in plan.stages[:number])
            return self._wait(run, program, plan, before, holding_of(program, stage), due)
        halt = next((task.label for task in stage.tasks if self._halts(run, program, task)), None)
        return None if halt is None else self._halt(run, plan, number, halt)

    def _halts(self, run: RunRecord, program: Program, task: Task) -> bool:
        return program.campaign.definition.nodes[task.label].handling.breakpoint and not task.closed and task.label not in runs.passed(run)

    def _halt(self, run: RunRecord, plan: Plan, number: int, label: str, reason: str = "") -> RunRecord:
        with self._store.begin() as connection:
            holding.let_go(connection, run.id, self._clock.now())
            runs.halt(connection, run.id, label, self._clock.now(), reason or f"halted before {label!r}: a breakpoint")
            if reason:
                message = f"paused: run {run.id[:8]} has not sent: {reason}"
                campaigns.flag(connection, run.campaign_id, self._clock.now(), message, paused=True, pause_reason=reason)
                alerts.trouble(
                    connection, run.campaign_id, run.id, label, self._clock.now(), "Campaign paused: its audience has moved", reason
                )
        run = self._get(run.id)
        before = sum(len(earlier.tasks) for earlier in plan.stages[:number])
        self._say(run, plan, before, {label: "waiting"}, message=reason)
        return run

    # ---------------------------------------------------------------------------------------------------- one stage

    def _stage(
        self, run: RunRecord, program: Program, plan: Plan, stage: Stage, way: Way, counts: Mapping[Ref, int], handed: Handed
    ) -> None:
        """Execute a stage, the way up to which is known; it ends the way beyond it, or halts the run before anything is sent."""
        now = self._clock.now()
        as_of = program.start.as_of + stage.offset
        with self._store.begin() as connection:
            if runs.move(connection, run.id, ["waiting"], "running", now, "wait is over"):
                holding.let_go(connection, run.id, now)
            runs.begin_stage(connection, run.id, stage.number, as_of, now)
        faultpoint("stage begun")
        before = sum(len(earlier.tasks) for earlier in plan.stages[: stage.number])
        self._say(run, plan, before, {task.label: "running" for task in stage.tasks if not task.closed})
        outputs = {ref: output_of(plan, stage, ref) for ref in stage.keeps if ref not in program.closed.ports}
        effects = [(task, effect, _effect_step(plan, task, effect)) for task, effect in stage.effects()]
        wanted: list[Step] = [*outputs.values(), *(step for _, _, step in effects)]
        held = handed.rows(stage)
        read = {checkpoint_of(ref) for task in stage.tasks for ref in task.refs}
        kept_before = {} if read <= held.keys() else self._checkpoints(run.id)
        stored = {**program.stored, **kept_before, **held}
        sources = ModelSources(program.model, stored, program.events, present=held)
        counted = compute(stage.tasks, plan, program.model, sources, dict.fromkeys(wanted, _same))
        faultpoint("stage computed")
        self._follow(program, way, stage, {**counts, **counted.ports}, counted=True)
        sending = [task for task in stage.tasks if task.activity.channel and task.label not in way.labels]
        reason = self._moved(run, program, sending, counted)
        if reason:
            self._halt(run, plan, stage.number, sending[0].label, reason)
            return
        kept = [self._keep(run, ref, stage, counted.delivered[step]) for ref, step in outputs.items()]
        done: list[tuple[Task, Effect, list[Written]]] = []
        for task, effect, step in effects:
            if task.label in way.labels:
                continue
            rows = counted.delivered[step]
            rows = messages(step, rows) if isinstance(step, Render) else rows
            done.append((task, effect, self._handlers[effect.kind].write(run, task, effect, rows)))
            if isinstance(step, Render):
                note_times(program, run, way, task.label, rows, self._clock.now())
        faultpoint("stage written")
        states = self._commit(run, program, stage, counted, way, kept, done, now)
        handed.take(plan, stage, {ref: counted.delivered[step] for ref, step in outputs.items()})
        ports = {(ref.label, ref.port): rows for ref, rows in counted.ports.items()}
        self._say(run, plan, before + len(stage.tasks), states, ports, exclusions_of(counted))

    def _commit(
        self,
        run: RunRecord,
        program: Program,
        stage: Stage,
        counted: Counted,
        way: Way,
        kept: list[Written],
        done: list[tuple[Task, Effect, list[Written]]],
        began: dt.datetime,
    ) -> dict[str, TaskState]:
        """Make a stage count, all of it or nothing; return how its activities ended."""
        ended = self._clock.now()
        tasks = [task_of(task, counted, way, began, ended) for task in stage.tasks]
        ports = {(ref.label, ref.port): rows for ref, rows in counted.ports.items()}
        closed = {(ref.label, ref.port) for ref in way.ports}
        with self._store.begin() as connection:
            for written in kept:
                files.record(connection, self._folder, written, ended)
            for task, effect, written in done:
                self._handlers[effect.kind].commit(connection, run, task, effect, written)
                faultpoint("effect counts")
            for task in stage.tasks:
                for notice in task.compiled.notices if task.label not in way.labels else ():
                    self._notifiers[notice.kind].commit(connection, run, task, notice)
                    faultpoint("notice counts")
                late = alert_of(program, task, ended - began)
                if late:
                    alerts.tell(connection, run.campaign_id, run.id, task.label, ended, late, "its maximum duration has passed")
            runs.commit_stage(
                connection,
                run.id,
                stage.number,
                program.start.as_of + stage.offset,
                ended,
                tasks=tasks,
                counts=ports,
                exclusions=exclusions_of(counted),
                closed=closed,
            )
        return {task.activity: task.state for task in tasks}

    def _moved(self, run: RunRecord, program: Program, sending: Sequence[Task], counted: Counted) -> str:
        """Say why a run must not send yet: its audience moved by more than the campaign allows; empty when it may."""
        share = program.campaign.definition.settings.moved
        if share is None or MOVED in runs.passed(run):
            return ""
        return "; ".join(moved(program.previous, {ref: counted.ports[ref] for ref in (Ref(task.label) for task in sending)}, share))

    def _keep(self, run: RunRecord, ref: Ref, stage: Stage, rows: pl.DataFrame) -> Written:
        key = stage.step_of(ref).population.table.key
        stored = rows[list(dict.fromkeys([*key, *stage.keeps[ref]]))]
        return write_rows(self._folder, Slot("checkpoint", run.id, ref.label, ref.port), stored)

    def _checkpoints(self, run_id: str) -> dict[str, pl.LazyFrame]:
        with self._store.read() as connection:
            kept = files.list_files(connection, run_id=run_id, kind="checkpoint")
        return {checkpoint_of(Ref(file.activity, file.channel)): pl.scan_parquet(files.path_of(self._folder, file)) for file in kept}

    # ------------------------------------------------------------------------------------------------- its record

    def _wait(self, run: RunRecord, program: Program, plan: Plan, before: int, labels: Sequence[str], due: dt.datetime) -> RunRecord:
        with self._store.begin() as connection:
            told = f"waiting at {', '.join(map(repr, labels))} until {due.astimezone(zone(program.start.zone)):%Y-%m-%d %H:%M:%S %Z}"
            runs.move(connection, run.id, ["running", "waiting"], "waiting", self._clock.now(), told, due_at=due)
            holding.hold(connection, run.id, [label for label in labels if plan.whole[label].compiled.wait is not None])
        run = self._get(run.id)
        self._say(run, plan, before, dict.fromkeys(labels, "waiting"))
        return run

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


def output_of(plan: Plan, stage: Stage, ref: Ref) -> Output:
    """Return the step that makes a transition as later stages read it."""
    output = Output(stage.step_of(ref), tuple(dict.fromkeys([*stage.keeps[ref], *stage.hands.get(ref, ())])))
    plan.moments[output] = plan.whole[ref.label].moment
    return output


def _effect_step(plan: Plan, task: Task, effect: Effect) -> Step:
    """Return the step that delivers an effect's rows: messages as rendered, populations with the columns to keep."""
    if isinstance(effect.step, Render):
        return effect.step
    output = Output(effect.step, effect.columns)
    plan.moments[output] = task.moment
    return output


def exclusions_of(counted: Counted) -> dict[tuple[str, str], int]:
    """Return how many rows were left out, by activity and reason."""
    return {(label, reason): n for label, found in counted.reasons.items() for reason, n in found.items() if n}


def task_of(task: Task, counted: Counted, way: Way, started: dt.datetime, ended: dt.datetime) -> runs.Task:
    """Return how the store keeps what an activity did."""
    refs = [Ref(task.label, port.name) for port in task.activity.ports() if not port.complement and port.name in task.compiled.ports]
    out = sum(counted.ports[ref] for ref in refs if ref not in way.ports)
    state: TaskState = "warning" if task.label in way.unfired else "skipped" if task.label in way.labels else "done"
    note = way.notes.get(task.label, "")
    rows = counted.rows_in[task.label]
    return runs.Task(task.label, task.activity.kind, state, task.moment.as_of, rows, out, started, ended, note=note)
