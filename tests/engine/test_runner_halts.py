"""Where a live run stands still and goes on: breakpoints, waits, audiences that have moved; and what it passes by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from tests.engine.shop import shop


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()


def started(workspace: cn.Workspace, **settings: Any) -> tuple[cn.Campaign, cn.Transition]:
    data = shop()
    c = cn.Campaign("Spring", data=data, workspace=workspace, **settings)
    return c, c.build_audience("All", data.people)


def launched(c: cn.Campaign) -> cn.LiveRun:
    c.publish(confirm=sum(c.dry_run().messages.values()))
    return c.runs[0]


# ----------------------------------------------------------------------------------------------------------- breakpoints


def test_a_run_halts_before_a_breakpoint_and_passes_it_once_resumed(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    people.enrich("More", twice=cn.col.age * 2, breakpoint=True).save_audience("Kept", breakpoint=True)
    run = launched(c).wait("20s")
    assert (run.state, run.held_at, run.states(), c.status) == ("paused", "More", {"All": "done"}, "live")
    run.resume()
    run.wait("20s")
    assert (run.state, run.held_at) == ("paused", "Kept")
    run.resume()
    assert (run.wait("20s").state, run["Kept"].height) == ("done", 5)


def test_two_breakpoints_of_one_depth_halt_one_after_the_other(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    people.enrich("One", a=cn.col.age, breakpoint=True)
    people.enrich("Two", a=cn.col.age, breakpoint=True)
    run, seen = launched(c).wait("20s"), list[str]()
    while run.held_at:
        seen.append(run.held_at)
        run.resume()
        run.wait("20s")
    assert (seen, run.state) == (["One", "Two"], "done")


def test_a_run_that_has_not_halted_is_not_resumed(workspace: cn.Workspace) -> None:
    c, _ = started(workspace)
    run = launched(c).wait("20s")
    with pytest.raises(cn.RunError, match="it is done\n  expected: a run that has halted"):
        run.resume()


@pytest.mark.parametrize("how", ["disabled", "not taken", "nobody"])
def test_a_breakpoint_that_is_passed_by_does_not_halt(workspace: cn.Workspace, how: str) -> None:
    c, people = started(workspace)
    few = people.test("Few?", few=people.size < 2).few if how == "not taken" else people
    few = people.filter("Nobody", cn.col.age > 200, when_empty="stop") if how == "nobody" else few
    few.alert("Here", title="t", message="m").enrich("More", a=cn.col.age, breakpoint=True, enabled=how != "disabled")
    run = launched(c).wait("20s")
    assert (run.state, run.states()["More"]) == ("done", "skipped")


# ----------------------------------------------------------------------------------------------------------------- waits


def test_the_wait_of_a_branch_that_was_not_taken_holds_nothing_up(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    way = people.test("Enough?", enough=people.size > 10)
    way.enough.wait("Three days", days=3).save_audience("Later")
    way.otherwise.save_audience("Now")
    run = launched(c).wait("20s")
    assert (run.state, run.due_at, run.states()["Later"]) == ("done", None, "skipped")


def test_the_wait_of_a_branch_that_stopped_holds_nothing_up(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    people.filter("Nobody", cn.col.age > 200, when_empty="stop").wait("Three days", days=3).enrich("Later", a=cn.col.age)
    assert launched(c).wait("20s").state == "done"


# -------------------------------------------------------------------------------------------- audiences that have moved


def mailing(workspace: cn.Workspace, folder: Path, **settings: Any) -> cn.Campaign:
    """A message to as many people as lie in a file, unless they are more than twenty."""
    write(folder, 4)
    data = cn.DataModel("shop")
    people = data.table("people", folder / "people.parquet", key="id", email="mail", consent={"email": "agreed"})
    c = cn.Campaign("Spring", data=data, workspace=workspace, **settings)
    everybody = c.build_audience("All", people)
    everybody.test("Few?", few=everybody.size <= 20).few.email("Mail", subject="Hi", text="Hello")
    c.schedule = cn.Daily("23:00")
    c.publish(confirm=4)
    assert launch(c, folder, 4).state == "done"
    return c


def write(folder: Path, count: int) -> None:
    rows = {"id": list(range(count)), "mail": [f"p{key}@example.com" for key in range(count)], "agreed": [True] * count}
    pl.DataFrame(rows, schema={"id": pl.Int64, "mail": pl.String, "agreed": pl.Boolean}).write_parquet(folder / "people.parquet")


def launch(c: cn.Campaign, folder: Path, count: int) -> cn.LiveRun:
    """A run a minute later, on so many people."""
    write(folder, count)
    clock: Any = c.workspace.clock
    clock.advance(minutes=1)
    return c.launch().wait("20s")


@pytest.mark.parametrize("count", [2, 4, 6])
def test_up_to_half_more_or_fewer_are_sent(workspace: cn.Workspace, tmp_path: Path, count: int) -> None:
    c = mailing(workspace, tmp_path)
    assert (launch(c, tmp_path, count).state, workspace.outbox.frame().height) == ("done", 4 + count)


@pytest.mark.parametrize("count", [1, 7])
def test_a_moved_audience_halts_the_run_before_it_sends(workspace: cn.Workspace, tmp_path: Path, count: int) -> None:
    c = mailing(workspace, tmp_path)
    run = launch(c, tmp_path, count)
    assert (run.state, run.held_at, c.status, workspace.outbox.frame().height) == ("paused", "Mail", "live (paused)", 4)
    with pytest.raises(cn.RunError, match="its campaign is paused"):
        run.resume()
    c.resume()
    assert (run.wait("20s").state, workspace.outbox.frame().height) == ("done", 4 + count)
    assert "seen and confirmed: 'Mail' has" in "".join(c.log.frame()["message"])


def test_a_message_that_is_not_reached_has_not_moved(workspace: cn.Workspace, tmp_path: Path) -> None:
    c = mailing(workspace, tmp_path)
    run = launch(c, tmp_path, 30)
    assert (run.state, c.status, run.notes["Few?"]) == ("done", "live", "otherwise (All: 30)")


def test_without_a_share_nothing_halts(workspace: cn.Workspace, tmp_path: Path) -> None:
    c = mailing(workspace, tmp_path, moved=None)
    assert launch(c, tmp_path, 19).state == "done"


def test_a_resumed_run_counts_the_people_of_now(workspace: cn.Workspace, tmp_path: Path) -> None:
    c = mailing(workspace, tmp_path)
    run = launch(c, tmp_path, 9)
    assert run.held_at == "Mail"
    write(tmp_path, 12)
    c.resume()
    assert (run.wait("20s").state, workspace.outbox.frame().height) == ("done", 4 + 9)  # who is in it was stored before the test


def test_a_stop_ends_a_run_that_stands(workspace: cn.Workspace, tmp_path: Path) -> None:
    c = mailing(workspace, tmp_path)
    run = launch(c, tmp_path, 9)
    c.stop()
    assert (run.state, workspace.outbox.frame().height) == ("stopped", 4)
