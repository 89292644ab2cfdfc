"""Running a stage of a run once more, in the place of what it counted: only where nothing has left by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from campaign_nb.engine.compute import compute
from campaign_nb.engine.deciding import Way, follow
from campaign_nb.engine.moved import quoted
from campaign_nb.engine.pace import way_of
from campaign_nb.engine.plan import Plan, Stage, moments_of
from campaign_nb.engine.program import Program
from campaign_nb.engine.runner import STEPS, Runner, exclusions_of, output_of, task_of
from campaign_nb.engine.sources import ModelSources
from campaign_nb.errors import Problem, RunError, did_you_mean, listed
from campaign_nb.graph.definition import Ref
from campaign_nb.store import files, log, runs
from campaign_nb.store.runs import RunRecord, StageRecord

_MAY = ("paused", "done")


@dataclass(frozen=True)
class RanAgain:
    """What running an activity once more has changed."""

    activities: tuple[str, ...]
    """The activities that were computed again: those of one stage, one alone in a run with steps."""
    before: Mapping[Ref, int]
    after: Mapping[Ref, int]
    stale: tuple[str, ...]
    """The activities that had run on the rows of before, and were not computed again."""

    @property
    def changes(self) -> dict[Ref, tuple[int, int]]:
        """The transitions whose number of people is another now: before and after."""
        return {ref: (self.before.get(ref, 0), rows) for ref, rows in self.after.items() if rows != self.before.get(ref, 0)}

    def __str__(self) -> str:
        told = [f"{quoted(ref)}: {before:,} before, {after:,} now" for ref, (before, after) in self.changes.items()]
        stale = f"; stale: {listed([repr(label) for label in self.stale], 5)}" if self.stale else ""
        return f"{listed([repr(label) for label in self.activities], 5)} ran again: {'; '.join(told) or 'as many people as before'}{stale}"


class Again(Runner):
    """Executes one stage of a run that stands still or is done once more, on the rows that earlier stages stored."""

    def again(self, run_id: str, program: Program, label: str) -> RanAgain:
        """Compute the stage of an activity again, and put tasks, counts and stored rows in the place of the old ones.

        Stages that are not done go on from it. Activities between two barriers compute together: they run again together.
        Errors: a run that is going on or has failed; an activity that has not run; one whose stage sends, saves, changes,
        remembers or tells something; other numbers by which the run would go another way. Then nothing has changed.
        """
        run = self._get(run_id)
        where = f"run {run_id[:8]}"
        if run.state not in _MAY:
            raise RunError(Problem(where, f"it is {run.state}", "a run that has halted or is done", "run.restart() for one that has ended"))
        with self._store.read() as connection:
            way, counts = way_of(connection, run_id)
        program = replace(program, single=run.mode == STEPS, closed=way.closed)
        plan = program.plan(staged=True)
        stage, record = self._stage_to_repeat(run, program, plan, label)
        began = self._clock.now()
        outputs = {ref: output_of(plan, stage, ref) for ref in stage.keeps if ref not in program.closed.ports}
        sources = ModelSources(program.model, {**program.stored, **self._checkpoints(run_id)}, program.events)
        counted = compute(stage.tasks, plan, program.model, sources, {step: lambda rows: rows for step in outputs.values()})
        labels = [task.label for task in stage.tasks]
        fresh = _way_before(way, labels)
        moments = moments_of(program.campaign, program.start, way.closed)
        follow(program.campaign, fresh, labels, {**counts, **counted.ports}, moments, program.previous)
        if fresh.ports != way.ports or fresh.labels != way.labels:
            what = f"with what {label!r} counts now the run would go another way"
            raise RunError(Problem(where, what, "numbers that decide as they did", "campaign.launch()"))
        done = RanAgain(tuple(labels), {ref: rows for ref, rows in counts.items() if ref.label in labels}, counted.ports, ())
        done = replace(done, stale=self._stale(run_id, program, labels))
        kept = [self._keep(run, ref, stage, counted.delivered[step]) for ref, step in outputs.items()]
        ended = self._clock.now()
        tasks = [task_of(task, counted, fresh, began, ended) for task in stage.tasks]
        ports, left = {(ref.label, ref.port): rows for ref, rows in counted.ports.items()}, exclusions_of(counted)
        closed = {(ref.label, ref.port) for ref in fresh.ports}
        with self._store.begin() as connection:
            runs.replace_stage(connection, run_id, record, run.state, ended, tasks=tasks, counts=ports, exclusions=left, closed=closed)
            old = files.list_files(connection, run_id=run_id, kind="checkpoint")
            for written in kept:
                for file in old:
                    if (file.activity, file.channel) == (written.slot.activity, written.slot.channel):
                        files.forget(connection, file.id)
                files.record(connection, self._folder, written, ended)
            log.append(connection, str(done), ended, campaign_id=run.campaign_id, run_id=run_id, activity=label)
        self._say(run, plan, len(self._done(run_id)), {task.activity: task.state for task in tasks}, ports, left)
        return done

    def _stage_to_repeat(self, run: RunRecord, program: Program, plan: Plan, label: str) -> tuple[Stage, StageRecord]:
        where = f"run {run.id[:8]}"
        if label not in plan.whole:
            raise RunError(Problem(where, f"no activity {label!r}", did_you_mean(label, plan.whole)))
        stage = next(stage for stage in plan.stages if any(task.label == label for task in stage.tasks))
        record = next((item for item in self._stages(run.id) if item.number == stage.number and item.state == "done"), None)
        if record is None or label in program.closed.labels:
            what = f"{label!r} has not run in it" if label in program.closed.labels or self._stages(run.id) else "its history was removed"
            raise RunError(Problem(where, what, "an activity that is done", "run.resume() goes on with those that are not"))
        compiled = program.campaign.compiled
        outside = [task.label for task in stage.tasks if compiled[task.label].effects or compiled[task.label].notices]
        if outside:
            told = "it" if outside == [label] else f"{listed([repr(name) for name in outside], 5)}, with which it ran together,"
            what = f"{label!r} can't run again: what {told} sends, saves, changes or tells has left"
            raise RunError(
                Problem(where, what, "an activity from which nothing leaves", "campaign.launch(steps=True) keeps activities apart")
            )
        return stage, record

    def _stale(self, run_id: str, program: Program, labels: Collection[str]) -> tuple[str, ...]:
        """Return the activities after some others that had run already, in the order of the campaign."""
        after, done = set(labels), self._done(run_id)
        for label in program.campaign.order:
            if any(ref.label in after for ref in program.campaign.definition.needs(label)):
                after.add(label)
        return tuple(label for label in program.campaign.order if label in after and label in done and label not in labels)

    def _done(self, run_id: str) -> set[str]:
        with self._store.read() as connection:
            return {task.activity for task in runs.list_tasks(connection, run_id) if task.state in ("done", "warning")}


def _way_before(way: Way, labels: Collection[str]) -> Way:
    """Return the way of a run without what was decided in some activities."""
    return Way(
        {ref for ref in way.ports if ref.label not in labels},
        way.labels - set(labels),
        {label: note for label, note in way.notes.items() if label not in labels},
        way.unfired - set(labels),
        sent=way.sent,
    )
