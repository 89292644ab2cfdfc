"""History: what is removed some time after a run, what stays for good, and that a crash in between leaves nothing wrong."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.store import alerts, files, history, launches, log, runs
from campaign_nb.store.history import Purged
from tests.engine.shop import shop

DAY = dt.timedelta(days=1)


@pytest.fixture
def clock() -> cn.ManualClock:
    return cn.ManualClock("2026-07-01 09:00")


@pytest.fixture
def workspace(tmp_path: Path, clock: cn.ManualClock) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=clock)
    yield own
    own.close()


def mailing(workspace: cn.Workspace, **options: object) -> cn.Campaign:
    """A campaign that mails to two people once, saves them, waits an hour and alerts."""
    c = cn.Campaign("Spring", data=shop(), workspace=workspace, **options)  # type: ignore[arg-type] # as users write it
    mailed = c.build_audience("All", c.data.people).email("Mail", subject="Hi", text="x")
    mailed.save_audience("Kept")
    mailed.wait("An hour", hours=1).alert("Over", title="Over", message="All of them").end("End")
    c.schedule = cn.OnSignal()
    c.publish(confirm=2)
    return c


def left(workspace: cn.Workspace, run_id: str) -> dict[str, int]:
    with workspace.store.read() as connection:
        found = {
            "lines": log.read(connection, run_id=run_id),
            "tasks": runs.list_tasks(connection, run_id),
            "stages": runs.list_stages(connection, run_id),
            "between": [file for file in files.list_files(connection, run_id=run_id) if file.kind == "checkpoint"],
        }
    return {name: len(rows) for name, rows in found.items()}


def kept(workspace: cn.Workspace, run_id: str) -> list[object]:
    """All that stays for good."""
    with workspace.store.read() as connection:
        other = [file.id for file in files.list_files(connection) if file.kind != "checkpoint"]
        counted = runs.read_counts(connection, run_id), runs.read_exclusions(connection, run_id)
        return [runs.get(connection, run_id), counted, other, alerts.list_alerts(connection), launches.list_launches(connection)]


def test_thirty_days_after_its_end_a_run_loses_its_history_and_nothing_else(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    run = mailing(workspace).launch()
    clock.advance(hours=2)
    before, rest, report = left(workspace, run.id), kept(workspace, run.id), len(workspace.outbox)
    workspace.scheduler.stop()
    clock.set(clock.now() + 30 * DAY - dt.timedelta(hours=2))
    assert history.purge(workspace.store, clock.now()) == [] and left(workspace, run.id) == before
    clock.set(clock.now() + 2 * DAY)
    (gone,) = history.purge(workspace.store, clock.now())
    assert (gone.runs, gone.lines, gone.files) == (1, before["lines"], before["between"])
    assert left(workspace, run.id) == {"lines": 0, "tasks": 1, "stages": 0, "between": 0}
    assert (kept(workspace, run.id), len(workspace.outbox)) == (rest, report)


def test_reports_count_the_same_people_after_the_history_is_gone(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = mailing(workspace)
    c.launch()
    clock.advance(hours=2)
    before = c.report().frame()
    clock.advance(days=40)
    assert c.runs[0].purged
    assert before.height > 0 and c.report().frame().equals(before)


def test_the_scheduler_removes_it_and_says_so_in_one_line(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = mailing(workspace)
    c.launch()
    clock.advance(hours=2)
    clock.advance(days=31)
    (line,) = [text for text in c.log.frame()["message"] if text.startswith("history:")]
    assert "files of 1 runs that ended more than 30 days ago" in line


@pytest.mark.parametrize(("length", "days", "gone"), [("2d", 1, False), ("2d", 3, True), ("90d", 89, False), ("90d", 91, True)])
def test_a_campaign_keeps_history_as_long_as_it_says(
    workspace: cn.Workspace, clock: cn.ManualClock, length: str, days: int, gone: bool
) -> None:
    run = mailing(workspace, history=length).launch()
    clock.advance(hours=2)
    clock.advance(days=days)
    assert run.purged is gone


def test_a_run_that_has_not_ended_keeps_its_history(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = cn.Campaign("Slow", data=shop(), workspace=workspace)
    c.build_audience("All", c.data.people).filter("Stop", c.data.people.age > 0, breakpoint=True)
    c.schedule = cn.OnSignal()
    c.publish(confirm=0)
    run = c.launch()
    before = left(workspace, run.id)
    clock.advance(days=100)
    assert (run.held_at, left(workspace, run.id)) == ("Stop", before)


def test_it_is_looked_at_once_a_day_whoever_asks(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    mailing(workspace, history="1h").launch()
    clock.advance(hours=2)
    workspace.scheduler.stop()
    now = clock.now() + DAY
    assert [len(history.purge(workspace.store, at)) for at in (now, now, now + DAY / 2)] == [1, 0, 0]


def test_incremental_queries_remember_after_the_history_is_gone(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    pl.DataFrame({"id": [1, 2]}).write_parquet(path)
    model = cn.DataModel("shop")
    people = model.table("people", path, key="id")
    c = cn.Campaign("New", data=model, workspace=workspace, moved=None)
    c.incremental_query("New ones", people).end("End")
    c.schedule = cn.OnSignal()
    c.publish(confirm=0)
    first = c.launch()
    clock.advance(days=40)
    pl.DataFrame({"id": [1, 2, 3]}).write_parquet(path)
    second = c.launch()
    assert (first.purged, second["New ones"]["id"].to_list()) == (True, [3])


def test_a_crash_after_the_rows_leaves_files_for_the_next_sweep(
    workspace: cn.Workspace, clock: cn.ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = mailing(workspace).launch()
    clock.advance(hours=2)
    workspace.scheduler.stop()
    with workspace.store.read() as connection:
        (between, *_) = [file for file in files.list_files(connection, run_id=run.id) if file.kind == "checkpoint"]
    path = workspace.folder / between.path
    os.utime(path, (0, 0))
    with monkeypatch.context() as patch:
        patch.setattr(files, "sweep", _power_cut)
        with pytest.raises(KeyboardInterrupt, match="power cut"):
            history.purge(workspace.store, clock.now() + 40 * DAY)
    assert path.is_file() and left(workspace, run.id)["between"] == 0
    assert history.purge(workspace.store, clock.now() + 42 * DAY) == [] and not path.exists()


def _power_cut(*_: object) -> list[str]:
    raise KeyboardInterrupt("power cut")


def test_what_is_asked_of_an_old_run_is_computed_again_and_it_says_so(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    run = mailing(workspace).launch()
    clock.advance(hours=2)
    before = run["All"]
    clock.advance(days=40)
    with pytest.warns(UserWarning, match="the history of the run was removed; what is asked of it is computed again"):
        assert run["All"].equals(before)
    assert "the history of the run was removed" in repr(run)
    with pytest.raises(cn.RunError, match="its history was removed"):
        run.again("All")


def test_purged_counts_nothing_where_nothing_was_old(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    mailing(workspace)
    assert history.purge(workspace.store, clock.now() + 400 * DAY) == list[Purged]()
