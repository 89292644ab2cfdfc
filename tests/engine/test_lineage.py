"""Where everybody is: each row of a dimension once, reached or left out by the furthest activity; by hand-written rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.errors import CampaignError
from tests.engine.shop import shop


@pytest.fixture
def model() -> cn.DataModel:
    return shop()


def places(run: cn.DryRun, transition: object) -> list[tuple[Any, ...]]:
    """Return key, activity and reason, sorted by key."""
    frame = run.lineage(transition).collect()
    return [(key, activity, reason) for key, _, activity, reason in sorted(frame.rows())]


def test_it_is_lazy_and_has_the_key_and_three_columns(model: cn.DataModel) -> None:
    c = cn.Campaign("c", data=model)
    c.build_audience("All", model.people)
    frame = c.dry_run().lineage("All")
    assert isinstance(frame, pl.LazyFrame)
    assert dict(frame.collect_schema()) == {"id": pl.Int64, "reached": pl.Boolean, "activity": pl.String, "reason": pl.String}


def test_those_of_no_source_were_left_out_by_it(model: cn.DataModel) -> None:
    c, people = cn.Campaign("c", data=model), model.people
    c.build_audience("Adults", people.age >= 18).filter("Old", people.age > 50)
    assert places(c.dry_run(), "Old") == [
        (1, "Adults", "rule"),
        (2, "Old", "rule"),
        (3, None, None),
        (4, "Adults", "rule"),
        (5, "Old", "rule"),
    ]


def test_each_check_of_a_message_has_its_reason(model: cn.DataModel) -> None:
    c = cn.Campaign("c", data=model)
    mail = c.build_audience("All", model.people).email("Mail", subject="x", text="y")
    run = c.dry_run()
    assert places(run, mail) == [
        (1, None, None),
        (2, None, None),
        (3, "Mail", "no address"),
        (4, "Mail", "no consent"),
        (5, "Mail", "malformed address"),
    ]
    left = run.lineage(mail).filter(~pl.col("reached")).group_by("activity", "reason").len("rows").collect()
    assert sorted(left.rows()) == sorted(run.exclusions.rows())


def test_by_any_branch_is_enough_and_else_the_furthest_activity_counts(model: cn.DataModel) -> None:
    c, people = cn.Campaign("c", data=model), model.people
    everybody = c.build_audience("All", people)
    old, agreed = everybody.filter("Old", people.age > 50), everybody.filter("Agreed", people.opt_in)
    both = c.combine("Any", old, agreed, mode="union").filter("Adults", people.age >= 18)
    assert places(c.dry_run(), both) == [
        (1, "Adults", "rule"),
        (2, None, None),
        (3, None, None),
        (4, "Agreed", "rule"),
        (5, None, None),
    ]


def test_who_is_in_an_excluded_population_or_not_in_every_input_is_left_out_there(model: cn.DataModel) -> None:
    c, people = cn.Campaign("c", data=model), model.people
    young, agreed = c.build_audience("Under 50", people.age < 50), c.build_audience("Agreed", people.opt_in)
    c.combine("Both", young, agreed, mode="intersection")
    c.combine("Less", young, agreed.filter("Two", people.id == 2), mode="exclusion")
    run = c.dry_run()
    assert places(run, "Both")[2:4] == [(3, "Both", "not in every input"), (4, "Agreed", "rule")]
    assert places(run, "Less") == [
        (1, None, None),
        (2, "Less", "in an excluded population"),
        (3, "Two", "rule"),
        (4, "Agreed", "rule"),
        (5, None, None),
    ]


def test_groups_of_a_split_are_told_apart(model: cn.DataModel) -> None:
    c, people = cn.Campaign("c", data=model), model.people
    c.build_audience("All", people).split("Offer", old=cn.Subset(people.age > 50), some=cn.Subset(people.age >= 30))
    assert places(c.dry_run(), ("Offer", "some")) == [
        (1, "Offer", "in no group"),
        (2, None, None),
        (3, "Offer", "in output 'old'"),
        (4, "Offer", "in no group"),
        (5, None, None),
    ]


def test_to_a_complement_those_who_were_kept_are_left_out(model: cn.DataModel) -> None:
    c, people = cn.Campaign("c", data=model), model.people
    rest = c.build_audience("All", people).filter("Adults", people.age >= 18).complement
    run = c.dry_run()
    assert [key for key, activity, _ in places(run, rest) if activity is None] == [1, 4]
    assert {(activity, reason) for _, activity, reason in places(run, rest)} == {(None, None), ("Adults", "in output 'out'")}


def test_members_of_a_stored_audience_and_the_others(model: cn.DataModel, tmp_path: Path) -> None:
    workspace = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    first = cn.Campaign("first", data=model, workspace=workspace)
    first.build_audience("Adults", model.people.age >= 18).save_audience("Adults of July")
    first.publish(confirm=0)
    first.runs[0].wait("30s")
    second = cn.Campaign("second", data=model, workspace=workspace)
    second.read_audience("Adults of July").filter("Old", model.people.age > 50)
    assert places(second.dry_run(), "Old")[:3] == [(1, "Adults of July", "not a member"), (2, "Old", "rule"), (3, None, None)]
    workspace.close()


def test_rows_of_the_table_that_links_lead_to(model: cn.DataModel) -> None:
    c = cn.Campaign("c", data=model)
    paid = c.build_audience("Orders", model.orders).filter("Paid", model.orders.amount > 4)
    paid.change_dimension("Buyers", via=model.orders.buyer).filter("Adults", model.people.age >= 18)
    run = c.dry_run()
    assert places(run, "Adults") == [
        (1, "Adults", "rule"),
        (2, None, None),
        (3, "Buyers", "no row leads here"),
        (4, "Buyers", "no row leads here"),
        (5, "Buyers", "no row leads here"),
    ]
    assert places(run, ("Buyers", "complement")) == [
        (10, "Buyers", "led to other rows"),
        (11, "Buyers", "led to other rows"),
        (12, "Buyers", "led to other rows"),
        (13, "Paid", "rule"),
        (14, "Paid", "rule"),
        (15, None, None),
    ]


def test_lines_of_a_file_are_a_dimension(model: cn.DataModel, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("mail,age\na@example.com,31\nb@example.com,young\n")
    c = cn.Campaign("c", data=model)
    c.load_file("Leads", path, columns={"mail": "text", "age": "integer"})
    assert places(c.dry_run(), "Leads") == [(2, None, None), (3, "Leads", "age: no integer")]


def test_a_key_of_two_columns_stays_together() -> None:
    model = cn.DataModel("m")
    table = model.table("odd", pl.DataFrame({"code": [1, 1, 2], "part": ["a", "b", "a"], "n": [1, 2, 3]}), key=["code", "part"])
    c = cn.Campaign("c", data=model)
    c.build_audience("All", table).filter("Two", table.n > 1)
    assert sorted(c.dry_run().lineage("Two").collect().rows(), key=str) == [
        (1, "a", False, "Two", "rule"),
        (1, "b", True, None, None),
        (2, "a", True, None, None),
    ]


@pytest.mark.parametrize("name", ["reached", "activity", "reason"])
def test_a_key_called_as_the_answer_is_refused(name: str) -> None:
    model = cn.DataModel("m")
    c = cn.Campaign("c", data=model)
    c.build_audience("All", model.table("odd", pl.DataFrame({name: [1]}), key=name))
    with pytest.raises(CampaignError, match=f"has a column called {name}, as the answer has"):
        c.dry_run().lineage("All")


def test_the_table_is_opened_and_nothing_computed_before_it_is_collected(model: cn.DataModel) -> None:
    calls: list[int] = []

    def kept(rows: pl.LazyFrame) -> pl.LazyFrame:
        return rows.map_batches(lambda batch: calls.append(1) or batch)

    c = cn.Campaign("c", data=model)
    c.build_audience("All", model.people).python("Same", kept)
    run = c.dry_run()
    calls.clear()
    frame = run.lineage("Same")
    assert not calls
    assert frame.collect()["reached"].all() and calls
