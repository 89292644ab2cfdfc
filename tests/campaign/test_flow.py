"""Campaigns that choose their way, as users write them: dry and live, what is told, what is left alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.store import launches
from tests.engine.shop import shop

MANY = pl.DataFrame({"id": [1, 2, 3]})


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()


def started(workspace: cn.Workspace, name: str = "Spring", **settings: Any) -> tuple[cn.Campaign, cn.Transition]:
    data = shop()
    c = cn.Campaign(name, data=data, workspace=workspace, **settings)
    return c, c.build_audience("All", data.people)


def both(c: cn.Campaign, *days: int) -> tuple[cn.DryRun, cn.LiveRun]:
    """A dry run and a live one, with days that pass; they agree in counts, states and notes."""
    dry = c.dry_run()
    c.publish(confirm=sum(dry.messages.values()))
    live = c.runs[0]
    c.workspace.scheduler.pause()
    c.workspace.scheduler.tick()
    clock: Any = c.workspace.clock
    for day in days:
        c.workspace.scheduler.start()
        clock.advance(days=day)
    c.workspace.scheduler.start()
    live.wait("20s")
    assert (dict(live.ports()), live.states(), live.notes) == (dict(dry.ports()), dry.states(), dry.notes)
    return dry, live


# ------------------------------------------------------------------------------------------------------- tests and joins


def test_a_guarded_message_goes_out_or_an_alert_does(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    way = people.test("Enough?", enough=people.size > 10_000)
    way.enough.email("Mail", subject="Hi", text="Hello")
    way.otherwise.alert("Few", title="Few", message="Too few.")
    dry, live = both(c)
    assert (dry.messages, dry.effects.rows()) == ({}, [("Few", "alert", "Few", 5)])
    assert (live.notes["Enough?"], workspace.outbox.frame().height) == ("otherwise (All: 5)", 0)
    passed = c.tasks.frame().filter(pl.col("run") == live.id, pl.col("activity") == "Enough?")
    assert passed.select("rows_in", "rows_out").rows() == [(5, 5)]  # by the way that is open


def test_a_size_after_a_wait_in_another_branch_is_waited_for(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    later = people.wait("Two days", days=2).filter("Adults", cn.col.age >= 18)
    people.test("Adults?", some=later.size > 2).some.alert("Some", title="Some", message="There are some.")
    dry, live = both(c, 2)
    assert live.notes["Adults?"] == "some (Adults: 3)"
    assert dry.states()["Some"] == "done"


def test_tests_in_the_ways_of_tests_decide_only_where_the_run_got(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    first = people.test("First", many=people.size > 3)
    inner, other = first.many.test("Inner", yes=people.size < 9), first.otherwise.test("Other", yes=people.size < 9)
    inner.yes.alert("Here", title="a", message="b")
    other.yes.alert("Not here", title="a", message="b")
    dry, live = both(c)
    assert dry.notes == {
        "First": "many (All: 5)",
        "Inner": "yes (All: 5)",
        "Other": "nothing arrived from 'First'",
        "Not here": "nothing arrived from 'Other'",
    }
    assert live.states()["Here"] == "done"


def test_the_run_before_is_compared_with(workspace: cn.Workspace) -> None:
    data = cn.DataModel("shop")
    path = workspace.folder.parent / "people.parquet"
    MANY.write_parquet(path)
    people = data.table("people", path, key="id")
    c = cn.Campaign("Spring", data=data, workspace=workspace)
    everybody = c.build_audience("All", people)
    everybody.test("Grown?", grown=everybody.size > everybody.size.previous, same=everybody.size == everybody.size.previous)
    c.schedule = cn.Daily("10:00")
    c.publish(confirm=0)
    clock: Any = workspace.clock
    notes = list[str]()
    for count in (3, 3, 2):
        MANY.head(count).write_parquet(path)
        clock.advance(days=1)
        notes.append(c.runs[0].wait("20s").notes["Grown?"])
    assert notes == ["otherwise (All: 3; All before: unknown)", "same (All: 3; All before: 3)", "otherwise (All: 2; All before: 3)"]


def test_a_join_comes_after_the_longest_wait(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    short, long = people.wait("One", days=1), people.wait("Two", days=2)
    c.and_join("Both", short, long).filter("Now", cn.now() >= dt.datetime(2026, 7, 3, tzinfo=dt.UTC))
    dry, live = both(c, 1, 1)
    assert (dry["Now"].height, live["Now"].height) == (5, 5)


def test_what_follows_a_closed_branch_and_an_open_one_takes_the_open_one(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    way = people.test("Enough?", enough=people.size > 100)
    orders = c.data.people.orders.sort(c.data.orders.amount.desc()).select("product").head(2)
    closed = way.enough.enrich("Orders", lines=orders)
    opened = way.otherwise.enrich("Twice", twice=cn.col.age * 2)
    one, two = c.combine("One", opened, closed), c.combine("Two", closed, opened)
    one.email("Mail", subject="Hi", text="{% for line in lines %}{{ line.product }}{% endfor %}{{ twice }}")
    dry, live = both(c)
    assert one.frame(dry).select("id", "twice").rows() == [(1, 34), (2, 80), (3, 122), (4, None), (5, 60)]
    assert (one.frame(dry)["lines"].null_count(), two.frame(live).equals(two.frame(dry))) == (5, True)


def test_the_rows_the_paths_and_the_lineage_of_a_closed_branch_are_nobody_s(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    way = people.test("Enough?", enough=people.size > 100)
    adults = way.enough.filter("Adults", cn.col.age >= 18)
    way.otherwise.save_audience("Kept")
    for run in both(c):
        assert (adults.frame(run).height, run["Adults", "complement"].height) == (0, 0)
        assert "Adults" not in str(run.explain(2))
        assert "✓ Enough? → otherwise" in str(run.explain(2))
        assert run.lineage(adults).collect().select("reached", "activity", "reason").unique().rows() == [
            (False, "Enough?", "in output 'otherwise'")
        ]


def test_nobody_opened_a_message_that_did_not_run(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    mail = people.test("Enough?", enough=people.size > 100).enough.email("Mail", subject="Hi", text="Hello")
    people.wait("A day", days=1).filter("Silent", ~mail.sent)
    people.wait("Two days", days=2).filter("Written to", mail.sent)
    dry, live = both(c, 1, 1)
    assert (dry["Silent"].height, dry["Written to"].height) == (5, 0)
    assert c.dry_run(responses=cn.ResponseModel(seed=1, open=1.0))["Written to"].height == 0
    assert live["Silent"].height == 5


# ---------------------------------------------------------------------------------------------- disabled, and where nobody is


@pytest.mark.parametrize("label", ["All", "Adults", "Mail"])
def test_what_follows_a_disabled_activity_does_not_run(workspace: cn.Workspace, label: str) -> None:
    data = shop()
    c = cn.Campaign("Spring", data=data, workspace=workspace)
    people = c.build_audience("All", data.people, enabled=label != "All")
    adults = people.filter("Adults", cn.col.age >= 18, enabled=label != "Adults")
    adults.email("Mail", subject="Hi", text="Hello", enabled=label != "Mail").save_audience("Kept")
    dry, live = both(c)
    assert (dry.notes[label], dry.states()["Kept"]) == ("disabled", "skipped")
    assert (dry.effects.height, workspace.outbox.frame().height, workspace.audiences.frame().height) == (0, 0, 0)
    assert live["Kept"].height == 0


def test_a_branch_that_is_not_reached_leaves_everything_as_it_was(workspace: cn.Workspace) -> None:
    first, people = started(workspace, "First")
    people.save_audience("Loyal")
    both(first)
    c, people = started(workspace, "Second")
    c.data.infos["people"].writable = True
    nobody = people.filter("Nobody", cn.col.age > 200, when_empty="stop")
    nobody.save_audience("Loyal")
    nobody.extract_file("File", "nobody.csv")
    nobody.alert("Alert", title="a", message="b")
    nobody.email("Mail", subject="Hi", text="Hello")
    nobody.end("Signal", signal="First")
    dry, _ = both(c)
    assert dry.effects.height == 0
    assert dry.messages == {}
    assert workspace.audiences.frame().select("name", "rows").rows() == [("Loyal", 5)]
    assert not list(workspace.folder.rglob("nobody.csv"))
    assert "alert" not in "".join(c.log.frame()["message"])


def test_an_empty_output_that_goes_on_saves_an_empty_audience(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    people.filter("Nobody", cn.col.age > 200).save_audience("Loyal")
    both(c)
    assert workspace.audiences.frame().select("name", "rows").rows() == [("Loyal", 0)]


def test_an_incremental_query_without_anybody_new_ends_the_run(workspace: cn.Workspace) -> None:
    data = shop()
    c = cn.Campaign("Welcome", data=data, workspace=workspace)
    c.incremental_query("New", data.people).save_audience("Welcomed")
    c.schedule = cn.Daily("10:00")
    c.publish(confirm=0)
    assert c.launch().wait("20s").states() == {"New": "done", "Welcomed": "done"}
    clock: Any = workspace.clock
    clock.advance(minutes=1)
    assert c.launch().wait("20s").states() == {"New": "done", "Welcomed": "skipped"}
    assert workspace.audiences.frame()["rows"].to_list() == [5]
    assert c.dry_run().notes == {"Welcomed": "nothing arrived from 'New'"}


def test_an_incremental_query_goes_on_without_anybody_if_told_so(workspace: cn.Workspace) -> None:
    data = shop()
    c = cn.Campaign("Welcome", data=data, workspace=workspace)
    c.incremental_query("New", data.people.age > 200, when_empty="continue").alert("Told", title="a", message="b")
    assert c.dry_run().states()["Told"] == "done"


def test_a_wait_until_a_past_date_goes_on_at_once(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    people.wait("Christmas", until="2020-12-24").save_audience("Kept")
    c.data.as_of = None
    c.publish(confirm=0)
    assert c.runs[0].wait("20s").state == "done"


def test_a_kernel_that_ends_between_two_stages_leaves_the_decision_to_the_next(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    way = people.wait("A day", days=1).test("Enough?", enough=people.size > 3)
    way.enough.wait("Another", days=1).save_audience("Kept")
    way.otherwise.alert("Few", title="a", message="b")
    dry, live = both(c, 1, 1)
    again = cn.Campaign.open("Spring", workspace=workspace, data=shop()).runs[0]
    assert (again.states(), again.notes, again["Kept"].height) == (dry.states(), dry.notes, live["Kept"].height)


# ---------------------------------------------------------------------------------------------------------------- signals


def waiting(workspace: cn.Workspace, overlap: str = "skip") -> cn.Campaign:
    """A campaign that a signal starts, and whose runs take a day."""
    c, people = started(workspace, "Second")
    people.wait("A day", days=1).alert("Done", title="Done", message="It is done.")
    c.schedule = cn.OnSignal({"number": int}, overlap=overlap)
    c.publish(confirm=0)
    return c


def went(c: cn.Campaign) -> list[tuple[str, str]]:
    """The launches, oldest first, with the state of each; and the states of the runs."""
    record = c.stored()
    assert record is not None
    with c.workspace.store.read() as connection:
        return sorted((item.variables or "", item.state) for item in launches.list_launches(connection, record.id))


def told(c: cn.Campaign, *numbers: int) -> None:
    clock: Any = c.workspace.clock
    for number in numbers:
        c.signal(number=number)
        clock.advance(minutes=1)


@pytest.mark.parametrize(
    ("overlap", "states"),
    [
        ("skip", ["running", "skipped", "skipped"]),
        ("queue", ["running", "pending", "pending"]),
        ("allow", ["running", "running", "running"]),
        ("cancel", ["cancelled", "cancelled", "running"]),
    ],
)
def test_a_signal_that_comes_while_a_run_is_going(workspace: cn.Workspace, overlap: str, states: list[str]) -> None:
    c = waiting(workspace, overlap)
    told(c, 1, 2, 3)
    assert went(c) == [(f'{{"number": {number}}}', state) for number, state in enumerate(states, 1)]


def test_queued_signals_run_one_after_the_other(workspace: cn.Workspace) -> None:
    c = waiting(workspace, "queue")
    told(c, 1, 2, 3)
    clock: Any = workspace.clock
    clock.advance(days=1)
    assert [state for _, state in went(c)] == ["done", "running", "pending"]
    clock.advance(days=1)
    assert [state for _, state in went(c)] == ["done", "done", "running"]


def test_a_signal_without_its_parameter_or_with_another_type_starts_nothing(workspace: cn.Workspace) -> None:
    c = waiting(workspace)
    for values, what in (({}, "no value for parameter 'number'"), ({"number": "1"}, "number='1'"), ({"number": 1.5}, "number=1.5")):
        with pytest.raises(cn.RunError, match=what):
            c.signal(values)
    assert went(c) == []


def test_a_campaign_that_is_not_live_or_paused_takes_no_signal(workspace: cn.Workspace) -> None:
    c, people = started(workspace)
    people.alert("Here", title="a", message="b")
    with pytest.raises(cn.CampaignError, match=r"campaign 'Spring'"):
        c.signal()
    other = waiting(workspace)
    other.pause()
    with pytest.raises(cn.RunError, match="paused"):
        other.signal(number=1)


def test_the_values_of_a_signal_are_variables_of_its_run(workspace: cn.Workspace) -> None:
    c, people = started(workspace, variables={"channel": "mail", "least": 3})
    way = people.test("Channel", sms=(cn.var("channel") == "sms") & (people.size > cn.var("least")))
    way.sms.alert("Text", title="a", message="b")
    c.schedule = cn.OnSignal(channel="sms")
    assert c.dry_run().notes["Channel"] == "sms (All: 5)"
    c.publish(confirm=0)
    notes = list[str]()
    for channel in ("sms", "post"):
        c.signal(channel=channel)
        clock: Any = workspace.clock
        clock.advance(minutes=1)
        notes.append(c.runs[0].wait("20s").notes["Channel"])
    assert notes == ["sms (All: 5)", "otherwise (All: 5)"]
