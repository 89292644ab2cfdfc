"""Paths through campaigns of several targeting dimensions: which table a key is of, and where a row goes on as another's."""

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


def told(explanation: cn.Explanation) -> list[tuple[str, str, str]]:
    """Return row, activity and reason of each stop."""
    return [(stop.row, stop.activity, stop.reason) for stop in explanation.path]


def buyers(model: cn.DataModel) -> cn.Campaign:
    c = cn.Campaign("Buyers", data=model)
    paid = c.build_audience("Orders", model.orders).filter("Paid", model.orders.amount > 4)
    paid.change_dimension("Buyers", via=model.orders.buyer).filter("Adults", model.people.age >= 18)
    return c


def test_a_key_is_of_the_first_source_and_its_path_goes_on_as_the_one_row_it_leads_to(model: cn.DataModel) -> None:
    found = buyers(model).dry_run().explain(10)
    assert told(found) == [
        ("orders 10", "Orders", ""),
        ("orders 10", "Paid", ""),
        ("orders 10", "Buyers", ""),
        ("people 1", "Adults", "rule"),
    ]
    assert (found.path[2].to, found.path[2].leads, found.path[2].led) == ("people", (1,), 1)
    assert found.dropped is not None and found.dropped.values == (("age", 17),)
    assert "  ✓ Buyers → people 1" in str(found)


def test_a_row_that_leads_nowhere_says_so(model: cn.DataModel) -> None:
    found = buyers(model).dry_run().explain(15).dropped
    assert found is not None and (found.activity, found.reason) == ("Buyers", "no linked row")
    assert found.values == (("buyer.id", None),)


@pytest.mark.parametrize("form", ["name", "handle"])
def test_of_another_table_the_activities_of_the_first_are_skipped(model: cn.DataModel, form: str) -> None:
    table: Any = "people" if form == "name" else model.people
    run = buyers(model).dry_run()
    assert told(run.explain(2, table=table)) == [("people 2", "Buyers", ""), ("people 2", "Adults", "")]
    assert told(run.explain(4, table=table)) == [("people 4", "Buyers", "no row leads here")]


def test_the_way_to_a_transition_of_the_other_table_is_told_too(model: cn.DataModel) -> None:
    run = buyers(model).dry_run()
    assert run.explain(12, at="Adults").reached is True
    assert run.explain(10, at="Adults").reached is False
    assert [stop.activity for stop in run.explain(12, at="Paid").path] == ["Orders", "Paid"]


def test_of_many_rows_the_first_five_are_named_and_counted() -> None:
    model = cn.DataModel("m")
    people = model.table("people", pl.DataFrame({"id": [1, 2]}), key="id")
    rows = pl.DataFrame({"order": list(range(10, 18)), "who": [1] * 7 + [2], "amount": [5] * 8})
    orders = model.table("orders", rows, key="order", links={"buyer": cn.Link("people", on="who")})
    c = cn.Campaign("c", data=model)
    c.build_audience("People", people).change_dimension("Orders", via=people.orders).filter("Big", orders.amount > 9)
    run = c.dry_run()
    many, one = run.explain(1), run.explain(2)
    assert (many.path[-1].leads, many.path[-1].led) == ((10, 11, 12, 13, 14), 7)
    assert "→ orders 10, 11, 12, 13, 14 and 2 more" in str(many)
    assert told(one)[-1] == ("orders 17", "Big", "rule")


def test_a_table_that_no_activity_has_rows_of_is_refused(model: cn.DataModel) -> None:
    run = buyers(model).dry_run()
    with pytest.raises(CampaignError, match="no activity has rows of 'products'"):
        run.explain("x", table=model.products)
    with pytest.raises(CampaignError, match="the key 'x' is text"):
        run.explain("x", table="people")


def test_without_a_table_the_type_of_the_key_decides() -> None:
    model = cn.DataModel("m")
    people = model.table("people", pl.DataFrame({"id": [1]}), key="id")
    shops = model.table("shops", pl.DataFrame({"code": ["x"], "n": [2]}), key=["code", "n"])
    c = cn.Campaign("c", data=model)
    c.build_audience("People", people)
    c.build_audience("Shops", shops)
    run = c.dry_run()
    assert told(run.explain(1)) == [("people 1", "People", "")]
    assert told(run.explain(("x", 2))) == [("shops x, 2", "Shops", "")]


@pytest.fixture
def leads(model: cn.DataModel, tmp_path: Path) -> cn.DryRun:
    path = tmp_path / "leads.csv"
    path.write_text("mail,age\na@example.com,31\nb@example.com,young\nzz@example.com,3\na@example.com,9\nb@example.com,2\n")
    c = cn.Campaign("Leads", data=model)
    lines = c.load_file("Leads", path, columns={"mail": "text", "age": "integer"})
    lines.reconcile("Known", to=model.people, on={"mail": "email"}).filter("Adults", model.people.age >= 18)
    return c.dry_run()


def test_lines_of_a_file_go_on_as_the_people_that_they_match(leads: cn.DryRun) -> None:
    found = leads.explain(6)
    assert told(found) == [("Leads 6", "Leads", ""), ("Leads 6", "Known", ""), ("people 2", "Adults", "")]
    assert (found.path[1].leads, found.path[1].details) == ((2,), (("mail", "b@example.com"), ("matches", 1)))


@pytest.mark.parametrize(
    ("line", "activity", "reason", "details"),
    [
        (3, "Leads", "age: no integer", ()),
        (4, "Known", "no match", (("mail", "zz@example.com"), ("matches", 0))),
        (5, "Known", "matched by an earlier row", (("mail", "a@example.com"), ("matches", 1), ("matching people", 1), ("matched by", 2))),
        (7, "Leads", "no such key in the table", ()),
    ],
)
def test_a_line_that_is_left_out_tells_what_matched(leads: cn.DryRun, line: int, activity: str, reason: str, details: Any) -> None:
    found = leads.explain(line).dropped
    assert found is not None and (found.activity, found.reason, found.details) == (activity, reason, details)


def test_an_ambiguous_row_names_its_matches(model: cn.DataModel) -> None:
    c = cn.Campaign("c", data=model)
    c.build_audience("People", model.people).reconcile("Orders", to=model.orders, on={"id": "person"})
    found = c.dry_run().explain(1).dropped
    assert found is not None and found.reason == "ambiguous"
    assert found.details == (("id", 1), ("matches", 2), ("matching orders", "10, 11"))


def test_a_way_back_to_the_first_table_keeps_both_rows_apart(model: cn.DataModel) -> None:
    c = cn.Campaign("c", data=model)
    orders = c.build_audience("People", model.people).change_dimension("Orders", via=model.people.orders)
    orders.change_dimension("Again", via=model.orders.buyer).filter("Old", model.people.age > 50)
    run = c.dry_run()
    assert told(run.explain(3)) == [
        ("people 3", "People", ""),
        ("people 3", "Orders", ""),
        ("orders 14", "Again", ""),
        ("people 3", "Again", ""),
        ("people 3", "Old", ""),
    ]
    assert run.lineage("Old").sort("id").collect().rows() == [
        (1, False, "Old", "rule"),
        (2, False, "Old", "rule"),
        (3, True, None, None),
        (4, False, "Orders", "no linked row"),
        (5, False, "Orders", "no linked row"),
    ]
