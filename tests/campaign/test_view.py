"""The view of a campaign while runs go on: states, halts, choices, ways not taken, rows and time left."""

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
    """A workspace whose clock is moved by hand."""
    made = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield made
    made.close()


def spring(workspace: cn.Workspace, **options: Any) -> cn.Campaign:
    return cn.Campaign("Spring", data=shop(), workspace=workspace, **options)


def go(campaign: cn.Campaign) -> cn.LiveRun:
    """Publish a campaign that runs once, and hold until its run ends, waits or halts."""
    campaign.publish(confirm=sum(campaign.dry_run().messages.values()))
    campaign.workspace.clock.advance(minutes=1)  # type: ignore[attr-defined] # a ManualClock
    return campaign.runs[0]


def node(campaign: cn.Campaign, label: str) -> dict[str, Any]:
    return next(item for item in campaign.view()["nodes"] if item["id"] == label)


def edges(campaign: cn.Campaign) -> dict[tuple[str, str], str]:
    return {(edge["source"], edge["port"]): edge["state"] for edge in campaign.view()["edges"]}


def with_test(workspace: cn.Workspace) -> cn.Campaign:
    """Two people, so that the branch for few is chosen."""
    c = spring(workspace)
    everybody = c.build_audience("All", c.data.people)
    ways = everybody.test("Enough?", many=everybody.size > 1_000)
    ways["many"].email("Mail", subject="Hi", text="Hello")
    ways["otherwise"].end("Nobody mailed")
    return c


@pytest.mark.parametrize("live", [False, True])
def test_a_test_tells_what_it_chose_and_the_other_way_is_closed(workspace: cn.Workspace, live: bool) -> None:
    c = with_test(workspace)
    if live:
        go(c)
    else:
        c.dry_run()
    chosen, mail, found = node(c, "Enough?"), node(c, "Mail"), edges(c)
    assert (chosen["state"], chosen["note"].startswith("→ otherwise (All: ")) == ("done", True)
    assert (mail["state"], mail["passed"], mail["note"]) == ("idle", True, "nothing arrived from 'Enough?'")
    assert (found["Enough?", "many"], found["Enough?", "otherwise"]) == ("closed", "active")


def test_a_disabled_activity_is_disabled_and_what_leaves_it_is_closed(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    c.build_audience("All", c.data.people).filter("Some", "id > 0", enabled=False).end("Done")
    c.dry_run()
    assert (node(c, "Some")["state"], edges(c)["Some", "out"]) == ("disabled", "closed")


def test_a_breakpoint_halts_at_its_activity_and_what_is_after_it_is_pending(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    c.build_audience("All", c.data.people).email("Mail", subject="Hi", text="Hello", breakpoint=True).end("Done")
    run = go(c)
    view = c.view()
    mail = node(c, "Mail")
    assert (run.state, mail["state"], mail["halted"], mail["note"]) == ("paused", "waiting", True, "halted here: a breakpoint")
    assert (node(c, "All")["state"], node(c, "Done")["state"]) == ("done", "pending")
    assert (view["run"]["held_at"], view["run"]["why"], "error" in view["run"]) == ("Mail", "a breakpoint", False)


def test_an_error_that_suspends_shows_red_with_its_text(workspace: cn.Workspace) -> None:
    def fail(rows: pl.LazyFrame) -> pl.LazyFrame:
        if later:
            raise ValueError("no list today")
        return rows

    later = list[int]()
    c = spring(workspace)
    c.build_audience("All", c.data.people).python("List", fail).email("Mail", subject="Hi", text="Hello")
    c.dry_run()
    later.append(1)
    go_on(c)
    listed, view = node(c, "List"), c.view()
    assert (listed["state"], "no list today" in listed["note"], view["run"]["held_at"]) == ("error", True, "List")
    assert (view["paused"], view["error"], "no list today" in view["run"]["error"]) == (True, True, True)


def go_on(campaign: cn.Campaign) -> None:
    campaign.publish(confirm=sum(campaign.last_dry_run().messages.values()))
    campaign.workspace.clock.advance(minutes=1)  # type: ignore[attr-defined] # a ManualClock


def test_a_wait_that_holds_is_waiting_until_its_instant(workspace: cn.Workspace) -> None:
    c = spring(workspace, time_zone="Europe/Paris")
    c.build_audience("All", c.data.people).wait("A day", days=1).end("Done")
    go(c)
    waits, run = node(c, "A day"), c.view()["run"]
    assert (waits["state"], run["state"], run["due"]) == ("waiting", "waiting", "2026-07-02T09:00:00+00:00")
    assert waits["note"] == "until 2 Jul 2026, 11:00 CEST"


def test_a_run_that_goes_on_tells_rows_and_what_is_known_of_the_time_left(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    c.build_audience("All", c.data.people).filter("Some", "id > 0").wait("A day", days=1).end("Done")
    go(c)
    run = c.view()["run"]
    people = c.runs[0]["All"].height
    assert (run["rows"], run["rows_known"]) == (2 * people, 3 * people)
    assert run["left_from"] in ("finished", "nothing")


def test_a_run_that_is_done_has_no_time_left_to_tell(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    c.build_audience("All", c.data.people).end("Done")
    go(c)
    assert not {"left", "rows", "held_at", "why", "error", "due"} & set(c.view()["run"])
