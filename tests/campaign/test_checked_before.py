"""What is known before a live run to stop it is told then: variables, values of signals, launches without values."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from tests.engine.shop import shop


def waiting(workspace: cn.Workspace, variables: dict[str, Any] | None = None, publish: bool = True, **parameters: Any) -> cn.Campaign:
    """A campaign that a signal starts."""
    model = shop()
    c = cn.Campaign("Second", data=model, workspace=workspace, variables=variables)
    c.build_audience("All", model.people).alert("Began", title="It began", message="By a signal.")
    c.schedule = cn.OnSignal(parameters)
    if publish:
        c.publish(confirm=0)
    return c


def signalling(workspace: cn.Workspace, values: dict[str, Any] | None = None) -> cn.Campaign:
    """A campaign that signals the second."""
    model = shop()
    c = cn.Campaign("First", data=model, workspace=workspace)
    c.build_audience("All", model.people).end("N", signal="Second", values=values)
    return c


def asking(workspace: cn.Workspace, variables: dict[str, Any] | None = None, **parameters: Any) -> cn.Campaign:
    """A campaign that a signal starts, and whose rule asks for a variable `least`."""
    model = shop()
    c = cn.Campaign("Asking", data=model, workspace=workspace, variables=variables)
    c.build_audience("Enough", model.people.age >= cn.var("least")).email("Mail", subject="Hi", text="Hi")
    c.schedule = cn.OnSignal(parameters)
    return c


# ------------------------------------------------------------------------------------------------- values of a signal


@pytest.mark.parametrize(
    ("values", "what", "expected"),
    [
        ({"channel": "sms"}, "campaign 'Second' does not take the signal: no value for parameter 'least'", "a whole number"),
        ({"channel": "sms", "least": "many"}, "campaign 'Second' does not take the signal: least='many'", "a whole number"),
        ({"channel": "sms", "least": 3, "leest": 4}, "campaign 'Second' has no parameter and no variable 'leest'", "did you mean 'least'?"),
    ],
)
def test_values_that_the_other_campaign_does_not_take_are_a_problem_of_the_end(
    workspace: cn.Workspace, values: dict[str, Any], what: str, expected: str
) -> None:
    waiting(workspace, channel="sms", least=3)
    (problem,) = signalling(workspace, values).problems
    assert (problem.where, problem.what, problem.expected) == ("end 'N'", what, expected)
    assert problem.do == 'x.end("N", signal="Second", values={"channel": "sms", "least": 3})'


def test_such_values_stop_the_dry_run_and_the_publication(workspace: cn.Workspace) -> None:
    waiting(workspace, least=3)
    c = signalling(workspace, {"least": "many"})
    with pytest.raises(cn.DefinitionError, match=r"end 'N'\n  campaign 'Second' does not take the signal: least='many'"):
        c.dry_run()
    with pytest.raises(cn.DefinitionError, match=r"least='many'\n  expected: a whole number\n  → x\.end\("):
        c.publish()


def test_a_dry_run_from_before_the_other_was_published_is_not_what_is_published(workspace: cn.Workspace) -> None:
    c = signalling(workspace, {"least": "many"})
    c.dry_run()
    waiting(workspace, least=3)
    with pytest.raises(cn.DefinitionError, match=r"end 'N'\n  campaign 'Second' does not take the signal: least='many'"):
        c.publish(confirm=0)


def test_values_of_the_other_s_parameters_and_variables_are_no_problem(workspace: cn.Workspace) -> None:
    waiting(workspace, {"colour": "red"}, least=3)
    c = signalling(workspace, {"least": 5, "colour": "blue"})
    assert (c.problems, c.dry_run().notes) == ([], {})


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ("none", "no campaign is called 'Second'"),
        ("draft", "campaign 'Second' can't be signalled: it is draft"),
        ("timed", "campaign 'Second' can't be signalled: its schedule waits for no signal"),
    ],
)
def test_a_campaign_that_takes_no_signal_yet_is_a_note_of_the_dry_run(workspace: cn.Workspace, other: str, why: str) -> None:
    made = waiting(workspace, publish=False, least=3) if other != "none" else None
    if made is not None and other == "draft":
        made.save()
    elif made is not None:
        made.schedule = cn.SeveralTimesADay("10:00")
        made.publish(confirm=0)
        made.launch().wait("20s")
    c = signalling(workspace, {"least": "many"})
    run = c.dry_run()
    assert (c.problems, run.notes) == ([], {"N": f"as it stands now, the run would stop here: {why}"})
    assert run.states() == {"All": "done", "N": "warning"}


def test_an_end_that_is_passed_by_has_no_note(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("First", data=model, workspace=workspace)
    c.build_audience("All", model.people).end("N", signal="Second", enabled=False)
    run = c.dry_run()
    assert (run.states()["N"], "stop here" in run.notes.get("N", "")) == ("skipped", False)


# ---------------------------------------------------------------------------------------------------------- variables


def test_a_variable_that_nothing_defines_is_a_problem_of_its_activity(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("Spring", data=model, workspace=workspace, variables={"channel": "sms"})
    c.build_audience("All", model.people).filter("Some", cn.col.age > cn.var("chanel"))
    (problem,) = c.problems
    assert (problem.where, problem.what) == ("filter 'Some'", "no variable 'chanel'")
    assert (problem.expected, problem.do) == ("did you mean 'channel'?", 'cn.var("channel")')


def test_a_variable_of_the_signal_s_parameters_or_of_the_campaign_is_no_problem(workspace: cn.Workspace) -> None:
    assert asking(workspace, least=10).problems == []
    assert asking(workspace, {"least": 10}).problems == []


def test_a_parameter_without_a_test_value_stops_the_dry_run(workspace: cn.Workspace) -> None:
    c = asking(workspace, channel="sms", least=int)
    with pytest.raises(cn.DefinitionError, match=r"build_audience 'Enough'\n  a dry run has no value for 'least'") as caught:
        c.dry_run()
    assert caught.value.expected == "a test value, a whole number"
    assert caught.value.do == 'campaign.schedule = cn.OnSignal(channel="sms", least=10)'


def test_a_parameter_without_a_test_value_has_the_campaign_s_value_in_a_dry_run(workspace: cn.Workspace) -> None:
    c = asking(workspace, {"least": 0}, least=int)
    assert c.problems == []
    assert c.dry_run()["Enough"].height == asking(workspace, least=0).dry_run()["Enough"].height > 0


def test_a_parameter_that_no_rule_asks_for_needs_no_test_value(workspace: cn.Workspace) -> None:
    assert waiting(workspace, publish=False, day=dt.date).problems == []


# ----------------------------------------------------------------------------------------------------- launches by hand


def test_a_launch_by_hand_without_the_values_of_a_signal_is_refused(workspace: cn.Workspace) -> None:
    c = waiting(workspace, channel="sms", least=int)
    with pytest.raises(cn.RunError, match=r"a launch by hand brings no value for parameter 'least'") as caught:
        c.launch()
    assert caught.value.do == 'campaign.signal(channel="sms", least=…)'
    assert (len(c.runs), c.status) == (0, "live")


def test_a_launch_by_hand_has_the_test_values_of_the_parameters(workspace: cn.Workspace) -> None:
    c = asking(workspace, least=0)
    c.publish(confirm=sum(c.dry_run().messages.values()))
    run = c.launch().wait("20s")
    assert (run.state, c.runs.frame()["variables"].to_list()) == ("done", ['{"least": 0}'])
    assert run["Enough"].height == c.dry_run()["Enough"].height > 0


# -------------------------------------------------------------------------------------------------------------- the log


def test_a_signal_that_is_queued_says_behind_which_run(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("Slow", data=model, workspace=workspace)
    c.build_audience("All", model.people).wait("Later", hours=3).alert("Done", title="Done", message="It is done.")
    c.schedule = cn.OnSignal(overlap="queue")
    c.publish(confirm=0)
    clock: Any = workspace.clock
    for _ in range(2):
        c.signal()
        clock.advance(minutes=1)
    last = c.log.frame().filter(message="signal arrived; it is queued: the run of 2026-07-01 09:00:00 UTC is still waiting")
    assert last["level"].to_list() == ["warning"]


def test_an_audience_that_has_moved_is_a_warning_in_the_log(workspace: cn.Workspace) -> None:
    c = asking(workspace, least=0)
    c.publish(confirm=sum(c.dry_run().messages.values()))
    c.signal(least=0)
    c.runs[0].wait("20s")
    c.signal(least=10_000)
    c.runs[0].wait("20s")
    lines = c.log.frame()
    assert [level for level, text in zip(lines["level"], lines["message"], strict=True) if "has not sent" in text] == ["warning"]


def test_publishing_again_what_has_not_changed_adds_no_line_and_no_version(workspace: cn.Workspace) -> None:
    c = waiting(workspace, least=3)
    before = c.log.frame().height
    c.publish(confirm=0)
    assert (c.log.frame().height, len(c.versions)) == (before, 1)


_fails = [False]


def fails(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Fail when told to."""
    if _fails[0]:
        raise ValueError("no such model")
    return rows


def test_a_pause_for_runs_that_failed_one_after_the_other_is_a_warning_in_the_log(
    workspace: cn.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = shop()
    c = cn.Campaign("Spring", data=model, workspace=workspace, on_error="ignore", tolerated_errors=2)
    c.build_audience("All", model.people).python("Score", fails).save_audience("Scored")
    c.schedule = cn.Daily("23:00")
    c.publish(confirm=0)
    monkeypatch.setattr(f"{__name__}._fails", [True])
    assert [c.launch().wait("20s").state for _ in range(2)] == ["failed", "failed"]
    lines = c.log.frame().filter(message="paused: 2 runs failed one after the other")
    assert lines["level"].to_list() == ["warning"]
