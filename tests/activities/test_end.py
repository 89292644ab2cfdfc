"""End: a branch ends, the rows that reach it are counted, and perhaps another campaign starts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import End
from campaign_nb.store import launches
from tests.activities.stored import shop


def test_an_end_has_no_output_and_counts_what_arrives() -> None:
    outputs, counted = cn.testing.counted(End.of(), pl.DataFrame({"id": [1, 2]}))
    assert outputs == {}
    assert counted.rows_in == {"Tested": 2}


def second(workspace: cn.Workspace, publish: bool = True, **parameters: Any) -> cn.Campaign:
    """A campaign that waits for a signal."""
    model = shop()
    c = cn.Campaign("Second", data=model, workspace=workspace)
    c.build_audience("All", model.people).alert("Began", title="It began", message="By a signal.")
    c.schedule = cn.OnSignal(parameters)
    if publish:
        c.publish(confirm=0)
    return c


def first(workspace: cn.Workspace, signal: object = "Second", **options: Any) -> cn.Campaign:
    model = shop()
    c = cn.Campaign("First", data=model, workspace=workspace)
    c.build_audience("All", model.people).end("Next", signal=signal, **options)
    return c


def signals(workspace: cn.Workspace) -> list[str | None]:
    with workspace.store.read() as connection:
        return [launch.variables for launch in launches.list_launches(connection)]


def test_a_live_run_signals_once_with_values(workspace: cn.Workspace) -> None:
    other = second(workspace, channel=str, day=dt.date)
    c = first(workspace, other, values={"channel": "sms", "day": dt.date(2026, 7, 2)})
    c.publish(confirm=0)
    assert c.runs[0].wait("20s").state == "done"
    assert signals(workspace) == ['{"channel": "sms", "day": {"$date": "2026-07-02"}}']
    assert "'Next' signalled campaign 'Second'" in c.log.frame()["message"].to_list()
    workspace.scheduler.tick()
    assert other.runs[0].wait("20s").state == "done"


def test_a_dry_run_lists_the_signal_and_sends_none(workspace: cn.Workspace) -> None:
    second(workspace)
    assert first(workspace).dry_run().effects.rows() == [("Next", "signal", "Second", 3)]
    assert signals(workspace) == []


def test_nobody_signals_as_well_unless_the_branch_stopped(workspace: cn.Workspace) -> None:
    second(workspace)
    model = shop()
    c = cn.Campaign("First", data=model, workspace=workspace)
    nobody = c.build_audience("Nobody", model.people.points > 900)
    nobody.end("Signals", signal="Second")
    nobody.filter("Stopped", cn.col.points > 1, when_empty="stop").end("Does not", signal="Second")
    assert c.dry_run().effects.rows() == [("Signals", "signal", "Second", 0)]
    c.publish(confirm=0)
    assert c.runs[0].wait("20s").states()["Does not"] == "skipped"
    assert len(signals(workspace)) == 1


@pytest.mark.parametrize(
    ("other", "values", "what"),
    [
        ("none", {}, r"end 'Next'\n  no campaign is called 'Second'"),
        ("draft", {}, r"campaign 'Second' can't be signalled: it is draft"),
        ("timed", {}, r"can't be signalled: its schedule waits for no signal"),
        ("stopped", {}, r"can't be signalled: it is stopped"),
    ],
)
def test_what_can_t_be_signalled_suspends_the_run_there(workspace: cn.Workspace, other: str, values: dict[str, Any], what: str) -> None:
    made = second(workspace, publish=False, channel=str) if other != "none" else None
    if made is not None and other == "draft":
        made.save()
    elif made is not None:
        made.schedule = cn.Daily("10:00") if other == "timed" else made.schedule
        made.publish(confirm=0)
        made.stop() if other == "stopped" else None
    c = first(workspace, values=values)
    c.publish(confirm=0)
    run = c.runs[0].wait("20s")
    assert (run.state, run.held_at, c.status) == ("paused", "All", "live (paused, error)")
    with pytest.raises(AssertionError, match=what):
        raise AssertionError(run.error)
    assert signals(workspace) == []


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({}, r"no value for parameter 'channel'\n  expected: text"),
        ({"channel": 3}, r"channel=3\n  expected: text"),
        ({"channel": True}, r"channel=True\n  expected: text"),
    ],
)
def test_values_that_a_campaign_published_later_does_not_take_suspend_the_run(
    workspace: cn.Workspace, values: dict[str, Any], what: str
) -> None:
    c = first(workspace, values=values)
    c.schedule = cn.Daily("10:00")
    c.publish(confirm=0)
    second(workspace, channel=str)
    clock: Any = workspace.clock
    clock.advance(hours=1)
    run = c.runs[0].wait("20s")
    assert (run.state, run.held_at) == ("paused", "All")
    with pytest.raises(AssertionError, match=what):
        raise AssertionError(run.error)
    assert signals(workspace) == [None], "the launch of the first, no signal"


def test_once_the_other_is_published_the_run_goes_on_and_signals(workspace: cn.Workspace) -> None:
    c = first(workspace)
    c.publish(confirm=0)
    assert c.runs[0].wait("20s").state == "paused"
    second(workspace)
    c.resume()
    assert (c.runs[0].wait("20s").state, len(signals(workspace))) == ("done", 1)


def test_an_end_that_may_fail_lets_the_others_go_on(workspace: cn.Workspace) -> None:
    c = first(workspace, on_error="ignore")
    c["All"].save_audience("Kept")
    c.publish(confirm=0)
    run = c.runs[0].wait("20s")
    assert (run.state, run.states()["Next"], workspace.audiences.frame()["rows"].to_list()) == ("done", "failed", [3])


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"values": {"a": 1}}, "values without a campaign to signal"),
        ({"signal": " "}, "the name of the campaign to signal is empty"),
        ({"signal": 3}, "signal is a int"),
        ({"signal": "Second", "values": {"a": [1]}}, "the value 'a' is a list"),
        ({"signal": "Second", "values": {"a": None}}, "the value 'a' is a NoneType"),
        ({"signal": "Second", "values": {"a": float("inf")}}, "the value 'a' is inf"),
        ({"signal": "Second", "values": {3: "x"}}, "a value is called 3"),
    ],
)
def test_what_can_t_be_a_signal_is_refused(options: dict[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        End.of(**options)


def test_a_campaign_does_not_signal_itself(workspace: cn.Workspace) -> None:
    assert [problem.what for problem in first(workspace, "First").problems] == [
        "it signals its own campaign, which would start itself again and again"
    ]
