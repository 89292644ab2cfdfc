"""Rules on linked rows against rows counted by hand."""

from __future__ import annotations

import polars as pl
import pytest

import campaign_nb as cn
from tests.engine.shop import shop

model = shop()
people, orders, products, lines = model.people, model.orders, model.products, model.lines


def ids(rule: cn.fn.Value) -> list[int]:
    return rule.preview(10)["id"].to_list()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (people.orders.exists(), [1, 2, 3]),
        (~people.orders.exists(), [4, 5]),
        (people.orders.count() >= 2, [1, 2]),
        (people.orders.count() == 0, [4, 5]),
        (people.orders.count() < 2, [3, 4, 5]),
        (people.orders.count("amount") == 1, [2]),
        (people.orders.count("amount") == 0, [3, 4, 5]),
        (people.orders.sum("amount") > 60, [1, 2]),
        (people.orders.sum("amount") <= 65, [1]),
        (people.orders.sum("amount").is_null(), [3, 4, 5]),
        (people.orders.avg("amount") == 32.5, [1]),
        (people.orders.max("date") >= cn.days_ago(2), [2]),
        (people.orders.where(orders.amount > 50).exists(), [1, 2]),
        (people.orders.where(orders.amount > 50, orders.date >= cn.days_ago(90)).exists(), [2]),
        (people.orders.where(orders.item.name == "Yoyo").exists(), [1]),
        (people.orders.where(orders.item.price < 5).count() == 1, [1, 2]),
        (people.orders.count_distinct("product") == 2, [1, 2]),
        (people.orders.lines.sum("pieces") == 6, [1]),
        (people.orders.lines.where(lines.pieces >= 4).exists(), [2]),
        (people.orders.where(orders.lines.count() == 2).exists(), [1]),
        (people.orders.where(~orders.lines.exists()).count() == 1, [2, 3]),
        ((people.age > 18) & people.orders.exists(), [2, 3]),
        ((people.age > 18) | people.orders.exists(), [1, 2, 3, 5]),
        ((people.age < 50) - (people.orders.count() == 2), [5]),
        (~(people.age > 18) | (people.orders.sum("amount") > 90), [1, 2]),
    ],
)
def test_a_rule_on_linked_rows_selects_the_people_counted_by_hand(rule: cn.fn.Value, expected: list[int]) -> None:
    assert ids(rule) == expected
    assert rule.count() == len(expected)


def test_a_path_to_one_row_is_a_column_and_leads_nowhere_without_a_match() -> None:
    assert (orders.item.name == "Xylo").preview(10)["order"].to_list() == [10, 12, 15]
    assert orders.item.name.is_null().preview(10)["order"].to_list() == [13, 14]
    assert (orders.buyer.age > 18).preview(10)["order"].to_list() == [12, 13, 14]


def test_lines_through_two_links_reach_the_person() -> None:
    assert (lines.of.buyer.age < 18).preview(10)["line"].to_list() == [1, 2, 3]


def test_the_first_linked_rows_come_in_their_order_with_columns_of_further_links() -> None:
    campaign = cn.Campaign("lines", data=model)
    everybody = campaign.build_audience("All", people)
    last = people.orders.sort(orders.date.desc())
    rich = everybody.enrich("Last", two=last.select("order", "item.name").head(2), newest=last.select("item.name").first())
    rows = rich.frame()
    assert rows["two"].to_list()[:2] == [
        [{"order": 10, "name": "Xylo"}, {"order": 11, "name": "Yoyo"}],
        [{"order": 12, "name": "Xylo"}, {"order": 13, "name": None}],
    ]
    assert rows["two"].to_list()[3:] == [None, None]
    assert rows["newest"].to_list() == ["Xylo", "Xylo", None, None, None]


def test_distribution_counts_values_with_their_share() -> None:
    found = orders.product.distribution()
    assert found.frame().rows() == [("x", 3, 0.5), ("y", 1, 1 / 6), ("z", 1, 1 / 6), (None, 1, 1 / 6)]


def test_an_instant_keeps_its_zone_over_links_and_aggregates() -> None:
    zoned = cn.DataModel("zoned", as_of="2026-07-01")
    at = (
        pl.Series("at", ["2026-06-30 23:30", "2026-06-01 00:00"]).str.to_datetime("%Y-%m-%d %H:%M").dt.replace_time_zone("America/New_York")
    )
    shops = zoned.table("shops", pl.DataFrame({"shop": [1, 2]}).with_columns(at), key="shop")
    visits = zoned.table(
        "visits", pl.DataFrame({"visit": [7, 8], "shop": [1, 2]}).with_columns(at), key="visit", links={"in_": cn.Link("shops", on="shop")}
    )
    assert (visits.in_.at >= cn.days_ago(1)).preview()["visit"].to_list() == [7]
    assert (shops.visits.max("at") >= cn.days_ago(1)).preview()["shop"].to_list() == [1]
    campaign = cn.Campaign("zones", data=zoned)
    rich = campaign.build_audience("All", shops).enrich("Last", last=shops.visits.max("at"))
    assert rich.filter("New", cn.col.last >= cn.days_ago(1)).frame()["shop"].to_list() == [1]
