"""Runs and stages: what a finished stage leaves, and what a new kernel finds."""

from __future__ import annotations

import datetime as dt

import pytest

from campaign_nb.errors import StoreError
from campaign_nb.store import Store, launches, log, runs
from campaign_nb.store.runs import RunRecord, Task

DAY = dt.timedelta(days=1)


@pytest.fixture
def run(store: Store, spring: str, noon: dt.datetime) -> RunRecord:
    with store.begin() as connection:
        return runs.start(connection, spring, 1, noon, noon, seed="s", data_fingerprint={"customers": "ab12"})


def test_a_run_keeps_what_makes_it_repeatable(store: Store, spring: str, run: RunRecord, noon: dt.datetime) -> None:
    with store.read() as connection:
        assert runs.get(connection, run.id) == run
        (line,) = log.read(connection, run_id=run.id)
    assert (run.campaign_id, run.version, run.mode, run.state, run.as_of, run.started_at) == (spring, 1, "live", "running", noon, noon)
    assert (run.seed, run.data_fingerprint, run.launch_id, run.ended_at, run.due_at) == ("s", {"customers": "ab12"}, None, None, None)
    assert (line.message, line.campaign_id) == ("run started", spring)


def test_a_launch_has_one_run(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        launch = launches.claim(connection, spring, 1, "2026-03-02T13:00:00", "Europe/Paris", noon, noon, state="pending")
        assert launch is not None
        run = runs.start(connection, spring, 1, noon, noon + DAY, launch_id=launch)
        found = launches.get(connection, launch)
        assert (found.run_id, found.state, found.fired_at) == (run.id, "running", noon + DAY)
        with pytest.raises(StoreError, match="it has a run already, has ended, or is of another version"):
            runs.start(connection, spring, 1, noon, noon, launch_id=launch)


def test_a_launch_that_has_fired_keeps_its_instant(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        launch = launches.claim(connection, spring, 1, "2026-03-02T13:00:00", "Europe/Paris", noon, noon)
        assert launch is not None
        runs.start(connection, spring, 1, noon, noon + DAY, launch_id=launch)
        assert launches.get(connection, launch).fired_at == noon


def test_the_run_of_an_unknown_version_is_refused(store: Store, spring: str, noon: dt.datetime) -> None:
    with pytest.raises(StoreError, match="a row breaks a rule of the store"), store.begin() as connection:
        runs.start(connection, spring, 9, noon, noon)


def test_a_stage_leaves_its_tasks_counts_and_exclusions_together(store: Store, run: RunRecord, noon: dt.datetime) -> None:
    tasks = [Task("Mail", "email", "done", noon, rows_in=10, rows_out=7, started_at=noon, ended_at=noon + DAY)]
    counts = {("Mail", "out"): 7, ("Mail", "complement"): 3}
    with store.begin() as connection:
        runs.begin_stage(connection, run.id, 0, noon, noon)
        runs.commit_stage(connection, run.id, 0, noon, noon + DAY, tasks=tasks, counts=counts, exclusions={("Mail", "no consent"): 3})
    with store.read() as connection:
        (stage,) = runs.list_stages(connection, run.id)
        (task,) = runs.list_tasks(connection, run.id)
        assert runs.read_counts(connection, run.id) == counts
        assert runs.read_exclusions(connection, run.id) == {("Mail", "no consent"): 3}
    assert (stage.number, stage.state, stage.started_at, stage.ended_at, stage.as_of) == (0, "done", noon, noon + DAY, noon)
    assert (task.activity, task.kind, task.stage, task.state, task.rows_in, task.rows_out) == ("Mail", "email", 0, "done", 10, 7)
    assert (task.started_at, task.ended_at, task.as_of, task.error_text) == (noon, noon + DAY, noon, "")


def test_tasks_stand_by_stage_and_in_the_order_of_activities_that_is_asked_for(store: Store, run: RunRecord, noon: dt.datetime) -> None:
    with store.begin() as connection:
        runs.commit_stage(connection, run.id, 1, noon, noon, tasks=[Task("Zoo", "email", "done", noon), Task("Ant", "end", "done", noon)])
        runs.commit_stage(connection, run.id, 0, noon, noon, tasks=[Task(name, "filter", "done", noon) for name in ("Some", "All", "Most")])
        order = ["Zoo", "Ant", "Some", "All"]
        assert [task.activity for task in runs.list_tasks(connection, run.id, order)] == ["Some", "All", "Most", "Zoo", "Ant"]
        assert [task.activity for task in runs.list_tasks(connection, run.id)] == ["All", "Most", "Some", "Ant", "Zoo"]


def test_a_stage_that_fails_half_way_leaves_nothing(store: Store, run: RunRecord, noon: dt.datetime) -> None:
    bad = [Task("Mail", "email", "nonsense", noon)]  # type: ignore[arg-type] - a state that the store refuses
    with pytest.raises(StoreError, match="CHECK constraint failed: ck_tasks_state"), store.begin() as connection:
        runs.commit_stage(connection, run.id, 0, noon, noon, tasks=bad, counts={("Mail", "out"): 7})
    with store.read() as connection:
        assert (runs.list_stages(connection, run.id), runs.read_counts(connection, run.id)) == ([], {})


def test_a_stage_that_is_done_is_not_done_again(store: Store, run: RunRecord, noon: dt.datetime) -> None:
    with store.begin() as connection:
        runs.commit_stage(connection, run.id, 0, noon, noon)
        with pytest.raises(StoreError, match="stage 0 is done already"):
            runs.begin_stage(connection, run.id, 0, noon, noon)
        with pytest.raises(StoreError, match="stage 0 is done already"):
            runs.commit_stage(connection, run.id, 0, noon, noon)


def test_a_stage_tried_again_replaces_what_the_first_try_left(store: Store, run: RunRecord, noon: dt.datetime) -> None:
    other, first, second = (Task(name, "email", state, noon) for name, state in [("A", "done"), ("B", "failed"), ("B", "done")])  # type: ignore[arg-type] - literals
    with store.begin() as connection:
        runs.commit_stage(connection, run.id, 0, noon, noon, tasks=[other], counts={("A", "out"): 5})
        runs.begin_stage(connection, run.id, 1, noon, noon)
        runs.commit_stage(connection, run.id, 1, noon, noon, state="failed", tasks=[first], exclusions={("B", "no address"): 2})
        runs.begin_stage(connection, run.id, 1, noon, noon + DAY)
        runs.commit_stage(connection, run.id, 1, noon, noon + DAY, tasks=[second], counts={("B", "out"): 4})
        assert [(task.activity, task.stage, task.state) for task in runs.list_tasks(connection, run.id)] == [
            ("A", 0, "done"),
            ("B", 1, "done"),
        ]
        assert runs.read_counts(connection, run.id) == {("A", "out"): 5, ("B", "out"): 4}
        assert runs.read_exclusions(connection, run.id) == {}
        assert [(stage.state, stage.started_at) for stage in runs.list_stages(connection, run.id)] == [("done", noon), ("done", noon + DAY)]


def test_a_run_that_has_ended_takes_no_more_stages(store: Store, run: RunRecord, noon: dt.datetime) -> None:
    with store.begin() as connection:
        runs.finish(connection, run.id, "stopped", noon)
        with pytest.raises(StoreError, match="it is stopped; its stages can't change"):
            runs.commit_stage(connection, run.id, 0, noon, noon)


def test_a_wait_is_found_when_it_is_due_and_woken_once(store: Store, run: RunRecord, noon: dt.datetime) -> None:
    with store.begin() as connection:
        runs.commit_stage(connection, run.id, 0, noon, noon, state="waiting", due_at=noon + 3 * DAY)
        assert runs.move(connection, run.id, {"running"}, "waiting", noon, "waits for three days", due_at=noon + 3 * DAY)
    with store.begin() as connection:
        assert runs.waiting_due(connection, noon + 3 * DAY - dt.timedelta(microseconds=1)) == []
        assert [found.id for found in runs.waiting_due(connection, noon + 3 * DAY)] == [run.id]
        assert runs.list_stages(connection, run.id)[0].due_at == noon + 3 * DAY
        assert runs.move(connection, run.id, {"waiting"}, "running", noon + 3 * DAY, "goes on")
        assert not runs.move(connection, run.id, {"waiting"}, "running", noon + 3 * DAY, "goes on")
        assert runs.get(connection, run.id).due_at is None
        assert [line.message for line in log.read(connection, run_id=run.id)] == ["run started", "waits for three days", "goes on"]


def test_a_run_paused_in_its_wait_keeps_the_end_of_the_wait(store: Store, run: RunRecord, noon: dt.datetime) -> None:
    with store.begin() as connection:
        runs.move(connection, run.id, {"running"}, "waiting", noon, "waits", due_at=noon + DAY)
        runs.move(connection, run.id, {"waiting"}, "paused", noon, "paused")
        assert runs.get(connection, run.id).due_at == noon + DAY
        assert runs.waiting_due(connection, noon + DAY) == []


def test_unfinished_runs_are_those_that_a_new_kernel_goes_on_with(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        going = [runs.start(connection, spring, 1, noon, noon + number * DAY) for number in range(3)]
        runs.move(connection, going[1].id, {"running"}, "paused", noon, "paused")
        runs.finish(connection, going[0].id, "done", noon)
        assert [run.id for run in runs.unfinished(connection)] == [going[2].id, going[1].id]
        assert [run.id for run in runs.list_runs(connection, spring, {"done"})] == [going[0].id]
        assert [run.id for run in runs.list_runs(connection, limit=1)] == [going[2].id]


def test_a_run_ends_once_and_an_error_is_logged_as_one(store: Store, run: RunRecord, noon: dt.datetime) -> None:
    with store.begin() as connection:
        ended = runs.finish(connection, run.id, "failed", noon + DAY, error_text="no column 'age'")
        assert (ended.state, ended.ended_at, ended.error_text) == ("failed", noon + DAY, "no column 'age'")
        assert [(line.message, line.level) for line in log.read(connection, run_id=run.id)][1] == ("run failed", "error")
        with pytest.raises(StoreError, match="it is failed and can't become done"):
            runs.finish(connection, run.id, "done", noon + DAY)


def test_an_unknown_run_is_named(store: Store, noon: dt.datetime) -> None:
    with pytest.raises(StoreError, match="no run has the id 'nobody'"), store.begin() as connection:
        runs.finish(connection, "nobody", "done", noon)
