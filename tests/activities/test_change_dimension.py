"""Change dimension: the rows that others lead to, and those that lead nowhere."""

from __future__ import annotations

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.errors import DefinitionError

PEOPLE = pl.DataFrame({"id": [1, 2, 3], "city": ["Lyon", None, "Rome"]})
ORDERS = pl.DataFrame({"order": [10, 11, 12, 13], "buyer": [1, 1, None, 9], "product": ["a", "b", "a", "a"]})
PRODUCTS = pl.DataFrame({"product": ["a", "b", "c"], "price": [5, 7, 9]})


def shop() -> cn.DataModel:
    model = cn.DataModel("shop")
    model.table("people", PEOPLE, key="id")
    model.table("products", PRODUCTS, key="product")
    links = {"person": cn.Link("people", on={"buyer": "id"}), "item": cn.Link("products", on="product")}
    model.table("orders", ORDERS, key="order", links=links)
    return model


def changed(start: str, via: object, workspace: cn.Workspace) -> tuple[cn.DryRun, cn.Transition]:
    model = shop()
    campaign = cn.Campaign("Change", data=model, workspace=workspace)
    there = campaign.build_audience("Start", getattr(model, start)).change_dimension("There", via=via)
    return campaign.dry_run(), there


def test_several_rows_that_lead_to_one_become_one_and_are_counted(workspace: cn.Workspace) -> None:
    run, there = changed("orders", "person", workspace)
    assert there.frame(run).rows() == [(1,)]
    reasons = dict(run.exclusions.select("reason", "rows").iter_rows())
    assert reasons == {"no linked row": 2, "led to the same row": 1}


def test_rows_that_lead_nowhere_are_the_complement_in_the_old_dimension(workspace: cn.Workspace) -> None:
    run, there = changed("orders", "person", workspace)
    assert there.complement.frame(run).rows() == [(12, "no linked row"), (13, "no linked row")]


def test_a_link_to_many_makes_more_rows(workspace: cn.Workspace) -> None:
    run, there = changed("people", "orders", workspace)
    assert there.frame(run)["order"].to_list() == [10, 11]
    assert there.complement.frame(run)["id"].to_list() == [2, 3]


def test_links_are_followed_one_after_the_other(workspace: cn.Workspace) -> None:
    run, there = changed("people", "orders.item", workspace)
    assert there.frame(run)["product"].to_list() == ["a", "b"]


def test_what_comes_next_tests_the_rows_of_the_new_table(workspace: cn.Workspace) -> None:
    model = shop()
    campaign = cn.Campaign("Change", data=model, workspace=workspace)
    people = campaign.build_audience("Orders", model.orders).change_dimension("Buyers", via=model.orders.person)
    lyon = people.filter("Lyon", model.people.city == "Lyon").enrich("Spend", prices=model.people.orders.sum(model.orders.item.price))
    assert lyon.frame(campaign.dry_run()).rows() == [(1, 12)]


@pytest.mark.parametrize(("via", "what"), [("persn", "has no link 'persn'"), (["person", "city"], "has no link 'city'")])
def test_an_unknown_link_is_a_problem_at_the_definition(via: object, what: str, workspace: cn.Workspace) -> None:
    with pytest.raises(DefinitionError, match=what):
        changed("orders", via, workspace)


def test_a_link_with_conditions_is_refused_where_it_is_written() -> None:
    model = shop()
    with pytest.raises(DefinitionError, match="conditions stand on its links"):
        cn.activities.ChangeDimension.of(via=model.people.orders.where("order > 10"))
    with pytest.raises(DefinitionError, match="names no link"):
        cn.activities.ChangeDimension.of(via=7)
