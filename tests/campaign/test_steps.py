"""Runs with steps, runs that are started again, and activities that run again: the same numbers, and nothing sent twice."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import campaign_nb as cn
from campaign_nb.graph.definition import Ref
from campaign_nb.store import files, log, runs
from tests.engine.shop import shop


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()


def signalled(workspace: cn.Workspace, model: cn.DataModel) -> cn.Campaign:
    """A campaign that waits for signals, so that its runs are those that a test launches."""
    c = cn.Campaign("Spring", data=model, workspace=workspace, moved=None)
    c.schedule = cn.OnSignal()
    return c


def adults(workspace: cn.Workspace) -> cn.Campaign:
    """Three people of five are grown up, as far as is known; two of them can be written to: 2 and, once mended, 3."""
    model = shop()
    c = signalled(workspace, model)
    people = c.build_audience("All", model.people).filter("Adults", model.people.age >= 18)
    people.email("Mail", subject="Hi", text="x")
    c.publish(confirm=1)
    return c


def test_a_run_with_steps_counts_and_sends_what_one_without_does(workspace: cn.Workspace) -> None:
    c = adults(workspace)
    fused, steps = c.launch(), c.launch(steps=True)
    assert (fused.state, steps.state) == ("done", "done")
    assert steps.counts.sort("activity", "transition").equals(fused.counts.sort("activity", "transition"))
    assert steps.exclusions.sort("reason").equals(fused.exclusions.sort("reason"))
    sent = workspace.outbox.frame().sort("address")
    assert sent.filter(pl.col("run") == steps.id)["address"].to_list() == sent.filter(pl.col("run") == fused.id)["address"].to_list()


def test_in_a_run_with_steps_each_activity_is_a_stage_and_has_its_own_rows(workspace: cn.Workspace) -> None:
    c = adults(workspace)
    run = c.launch(steps=True)
    tasks = c.tasks.frame().filter(pl.col("run") == run.id)
    assert tasks["stage"].to_list() == [0, 1, 2]
    with workspace.store.read() as connection:
        assert {file.activity for file in files.list_files(connection, run_id=run.id, kind="checkpoint")} == {"All", "Adults"}


@settings(max_examples=10, deadline=None)
@given(
    ages=st.lists(st.none() | st.integers(0, 99), min_size=1, max_size=12), limit=st.integers(0, 99), share=st.sampled_from([0.2, 0.5, 0.9])
)
def test_whatever_the_people_steps_change_no_number(ages: list[int | None], limit: int, share: float) -> None:
    folder = tempfile.TemporaryDirectory()
    workspace = cn.Workspace(folder.name, clock=cn.ManualClock("2026-07-01 09:00"))
    try:
        model = cn.DataModel("shop")
        rows = {"id": range(len(ages)), "age": ages, "email": [f"p{n}@example.com" for n in range(len(ages))], "ok": [True] * len(ages)}
        table = pl.DataFrame(rows, schema={"id": pl.Int64, "age": pl.Int64, "email": pl.String, "ok": pl.Boolean})
        model.table("people", table, key="id", email="email", consent={"email": "ok"})
        c = signalled(workspace, model)
        groups = c.build_audience("All", model.people).filter("Old", model.people.age >= limit).split("Groups", A=share, B=1 - share)
        groups["A"].email("Mail", subject="Hi", text="x")
        groups["B"].wait("Later", days=1).save_audience("Kept")
        c.publish(confirm=sum(c.dry_run().messages.values()))
        fused, steps = c.launch(), c.launch(steps=True)
        workspace.clock.advance(days=2)  # type: ignore[attr-defined] # a clock that is moved by hand
        assert (fused.state, steps.state) == ("done", "done")
        assert steps.ports() == fused.ports() and steps.reasons() == fused.reasons()
        assert steps["Old"].equals(fused["Old"])
    finally:
        workspace.close()
        folder.cleanup()


# ----------------------------------------------------------------------------------------------------------------- restart


def stopped(c: cn.Campaign) -> cn.LiveRun:
    """A run that was stopped after it had sent its message."""
    run = c.launch()
    with c.workspace.store.begin() as connection:
        runs.move(connection, run.id, ["waiting"], "stopped", c.workspace.clock.now(), "run stopped")
    return run


def waiting(workspace: cn.Workspace, mail: bool) -> cn.Campaign:
    model = shop()
    c = signalled(workspace, model)
    everybody = c.build_audience("All", model.people)
    (everybody.email("Mail", subject="Hi", text="x") if mail else everybody).wait("A day", days=1).end("End")
    c.publish(confirm=2 if mail else 0)
    return c


def test_a_stopped_run_starts_again_with_its_version_instant_and_seed(workspace: cn.Workspace) -> None:
    run = stopped(waiting(workspace, mail=False))
    new = run.restart()
    old, made = run.record(), new.record()
    assert (new.id != run.id, new.state) == (True, "waiting")
    assert (made.version, made.as_of, made.seed, made.variables, made.mode) == (old.version, old.as_of, old.seed, old.variables, "live")
    with workspace.store.read() as connection:
        (second, _) = runs.list_runs(connection, old.campaign_id)
    assert second.launch_id is None


def test_messages_that_were_sent_are_sent_again_only_when_their_number_is_given(workspace: cn.Workspace) -> None:
    run = stopped(waiting(workspace, mail=True))
    with pytest.raises(cn.RunError, match=r"it has sent 2 messages(.|\n)*run\.restart\(confirm=2\)"):
        run.restart()
    assert len(workspace.outbox) == 2
    run.restart(confirm=2)
    assert len(workspace.outbox) == 4


def test_a_run_that_goes_on_or_is_done_does_not_start_again(workspace: cn.Workspace) -> None:
    run = waiting(workspace, mail=False).launch()
    with pytest.raises(cn.RunError, match="it is waiting"):
        run.restart()
    workspace.clock.advance(days=2)  # type: ignore[attr-defined] # a clock moved by hand
    with pytest.raises(cn.RunError, match="it is done"):
        run.restart()


# ------------------------------------------------------------------------------------------------------------------- again


def changing(workspace: cn.Workspace, folder: Path, *, steps: bool, mail: bool = True) -> tuple[cn.LiveRun, Path]:
    """A run on a file that can be changed: ages 17, 40 and 61; it halts before its end."""
    path = folder / "people.parquet"
    write(path, [17, 40, 61])
    model = cn.DataModel("shop")
    model.table("people", path, key="id", email="email", consent={"email": "ok"})
    c = signalled(workspace, model)
    people = c.build_audience("All", model.people).filter("Adults", model.people.age >= 18)
    if mail:
        people = people.email("Mail", subject="Hi", text="x")
    people.end("End", breakpoint=True)
    c.publish(confirm=2 if mail else 0)
    return c.launch(steps=steps), path


def write(path: Path, ages: list[int]) -> None:
    numbers = range(len(ages))
    emails = [f"p{number}@example.com" for number in numbers]
    pl.DataFrame({"id": numbers, "age": ages, "email": emails, "ok": [True] * len(ages)}).write_parquet(path)


def test_an_activity_runs_again_on_what_is_stored_before_it_and_what_is_done_after_it_is_stale(
    workspace: cn.Workspace, tmp_path: Path
) -> None:
    run, path = changing(workspace, tmp_path, steps=True)
    write(path, [17, 40, 61, 70])
    assert run.again("Adults").changes == {}  # the rows before it are those that are stored
    done = run.again("All")
    assert (done.activities, done.changes, done.stale) == (("All",), {Ref("All"): (3, 4)}, ("Adults", "Mail"))
    assert run.again("Adults").changes == {Ref("Adults"): (2, 3)}
    assert (run["Adults"].height, len(workspace.outbox), run.state) == (3, 2, "paused")
    with workspace.store.read() as connection:
        said = [line.message for line in log.read(connection, run_id=run.id)]
    assert "'Adults' ran again: 'Adults': 2 before, 3 now; stale: 'Mail'" in said


def test_stages_that_are_not_done_go_on_from_what_ran_again(workspace: cn.Workspace, tmp_path: Path) -> None:
    run, path = changing(workspace, tmp_path, steps=True, mail=False)
    write(path, [17, 40, 61, 70])
    run.again("All")
    assert run.again("Adults").stale == ()
    run.resume()
    tasks = {task.activity: task.rows_in for task in _tasks(run)}
    assert (run.state, tasks["End"]) == ("done", 3)


def test_activities_that_compute_together_run_again_together(workspace: cn.Workspace, tmp_path: Path) -> None:
    run, path = changing(workspace, tmp_path, steps=False, mail=False)
    write(path, [17, 40, 61, 70])
    done = run.again("Adults")
    assert (done.activities, done.after) == (("All", "Adults"), {Ref("All"): 4, Ref("Adults"): 3} | _complements(done.after))


def _complements(found: object) -> dict[Ref, int]:
    return {ref: rows for ref, rows in dict(found).items() if ref.port != "out"}  # type: ignore[call-overload] # as users write it


def _tasks(run: cn.LiveRun) -> list[runs.TaskRecord]:
    with run._store.read() as connection:
        return runs.list_tasks(connection, run.id)


@pytest.mark.parametrize(
    ("steps", "label", "told"),
    [
        (True, "Mail", "'Mail' can't run again: what it sends, saves, changes or tells has left"),
        (False, "Adults", "what 'Mail', with which it ran together,"),
        (True, "End", "'End' has not run in it"),
        (True, "Adult", "no activity 'Adult'"),
    ],
)
def test_what_has_left_or_has_not_run_does_not_run_again(
    workspace: cn.Workspace, tmp_path: Path, steps: bool, label: str, told: str
) -> None:
    run, _ = changing(workspace, tmp_path, steps=steps)
    before = _tasks(run)
    with pytest.raises(cn.RunError, match=told):
        run.again(label)
    assert (_tasks(run), len(workspace.outbox)) == (before, 2)


def test_a_run_that_waits_or_has_failed_runs_nothing_again(workspace: cn.Workspace) -> None:
    run = waiting(workspace, mail=False).launch()
    with pytest.raises(cn.RunError, match="it is waiting"):
        run.again("All")


def test_the_listings_say_what_started_a_run_how_long_it_took_and_where_it_stands(workspace: cn.Workspace, tmp_path: Path) -> None:
    run, _ = changing(workspace, tmp_path, steps=True)
    c = cn.Campaign.open("Spring", workspace=workspace)
    row = c.runs.frame().row(0, named=True)
    assert (row["run"], row["started_by"], row["held_at"], row["reason"], row["mode"]) == (
        run.id,
        "by hand",
        "End",
        "a breakpoint",
        "steps",
    )
    assert {"note", "duration"} <= set(c.tasks.frame().columns) and {"variables", "due_at", "duration"} <= set(c.runs.frame().columns)


def test_the_listing_of_runs_tells_signals_and_schedules_apart(workspace: cn.Workspace) -> None:
    c = adults(workspace)
    c.signal()
    assert c.runs.frame()["started_by"].to_list() == ["signal"]
    daily = cn.Campaign("Daily", data=shop(), workspace=workspace)
    daily.build_audience("All", daily.data.people).end("End")
    daily.schedule = cn.Daily("10:00", time_zone="UTC")
    daily.publish(confirm=0)
    workspace.clock.advance(hours=2)  # type: ignore[attr-defined] # a clock moved by hand
    assert daily.runs.frame()["started_by"].to_list() == ["schedule"]
