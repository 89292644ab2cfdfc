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
    c.build_audience("All", c.data.people).filter("Some", "id > 0").email("Mail", subject="Hi", text="Hello", breakpoint=True).end("Done")
    go(c)
    run = c.view()["run"]
    assert (run["rows"], "rows_known" in run) == (c.runs[0]["All"].height, False)
    assert run["left_from"] in ("finished", "nothing")


def test_a_run_that_is_done_has_no_time_left_to_tell(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    c.build_audience("All", c.data.people).end("Done")
    go(c)
    assert not {"left", "rows", "held_at", "why", "error", "due"} & set(c.view()["run"])


def test_a_wait_that_a_stop_cut_short_is_not_done_and_nobody_came_through(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    c.build_audience("All", c.data.people).wait("Five days", days=5).end("Done")
    go(c)
    assert (node(c, "Five days")["state"], edges(c)["Five days", "out"]) == ("waiting", "idle")
    c.stop()
    cut = node(c, "Five days")
    assert (cut["state"], cut["note"]) == ("idle", "cut short: was to end 6 Jul 2026, 09:00 UTC")
    assert (edges(c)["All", "out"], edges(c)["Five days", "out"]) == ("active", "idle")


def test_a_wait_of_a_paused_campaign_still_waits_and_one_that_is_over_is_done(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    c.build_audience("All", c.data.people).wait("A day", days=1).end("Done", breakpoint=True)
    go(c)
    c.pause()
    assert (node(c, "A day")["state"], edges(c)["A day", "out"]) == ("waiting", "idle")
    c.resume()
    c.workspace.clock.advance(days=2)  # type: ignore[attr-defined] # a ManualClock
    c.stop()
    assert (node(c, "A day")["state"], edges(c)["A day", "out"]) == ("done", "active")


def test_each_wait_tells_its_own_end(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    everybody = c.build_audience("All", c.data.people)
    everybody.wait("A day", days=1).end("Soon")
    everybody.wait("Two days", days=2).end("Later")
    go(c)
    assert [node(c, label)["note"] for label in ("A day", "Two days")] == ["until 2 Jul 2026, 09:00 UTC", "until 3 Jul 2026, 09:00 UTC"]


def test_a_draft_would_launch_and_a_paused_campaign_does_not(workspace: cn.Workspace) -> None:
    c = spring(workspace, time_zone="Europe/Paris")
    c.build_audience("All", c.data.people).end("Done")
    c.schedule = cn.Weekly("mon", at="09:00")
    c.dry_run()
    told = "Every Monday at 09:00, Europe/Paris time"
    assert c.view()["schedule"] == {"sentence": f"{told} · would launch first 6 Jul 2026, 09:00", "next": []}
    c.publish(confirm=0)
    live = c.view()["schedule"]
    assert (live["sentence"], live["next"][0]) == (told, "2026-07-06T09:00:00+02:00")
    c.workspace.clock.advance(days=6)  # type: ignore[attr-defined] # a ManualClock
    c.pause()
    assert c.view()["schedule"] == {"sentence": f"{told} · paused: no launch until it is resumed", "next": []}


def test_the_time_left_is_told_where_no_wait_is_to_come(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    c.build_audience("All", c.data.people).filter("Some", "id > 0", breakpoint=True).wait("A day", days=1).end("Done")
    go(c)
    assert not {"left", "left_from"} & set(c.view()["run"])


def test_a_run_that_was_halted_and_then_stopped_is_halted_no_more(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    c.build_audience("All", c.data.people).email("Mail", subject="Hi", text="Hello", breakpoint=True)
    run = go(c)
    assert ", halted, as of " in repr(run)
    c.stop()
    assert (node(c, "Mail")["state"], node(c, "Mail")["note"]) == ("idle", "stopped here")


def test_a_run_of_which_nothing_is_counted_says_so(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    c.build_audience("All", c.data.people, breakpoint=True).end("Done")
    shown = go(c)._repr_html_()
    assert "as of 2026-07-01 00:00 UTC: nothing is counted yet</caption>" in shown and "<th scope" not in shown


def test_what_goes_out_of_a_split_is_what_its_groups_are_together_and_nothing_goes_into_a_source(workspace: cn.Workspace) -> None:
    c = spring(workspace)
    groups = c.build_audience("All", c.data.people).split("Offer", A=0.5, B=0.25)
    groups["A"].end("One")
    groups["B"].end("Other")
    counts = {ref.port: rows for ref, rows in go(c).ports().items() if ref.label == "Offer"}
    found = {row["activity"]: (row["rows_in"], row["rows_out"]) for row in c.tasks}
    assert found["All"][0] is None and counts["A"] and counts["B"]
    assert found["Offer"] == (sum(counts.values()), counts["A"] + counts["B"])
