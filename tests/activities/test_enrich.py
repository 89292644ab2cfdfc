"""Enrichment: more columns, the same rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import Enrich

PEOPLE = pl.DataFrame({"id": [1, 2, 3], "points": [5, 50, None], "city": ["P", "Q", None]})


def shop() -> cn.DataModel:
    model = cn.DataModel("shop")
    model.table("cities", pl.DataFrame({"code": ["P"], "name": ["Paris"]}), key="code")
    model.table("people", PEOPLE, key="id", links={"lives_in": cn.Link("cities", on="city")})
    orders = pl.DataFrame({"order": [10, 11, 12, 13], "person": [1, 1, 1, 9], "amount": [5, None, 20, 7]})
    model.table("orders", orders, key="order", links={"buyer": cn.Link("people", on="person")})
    return model


def enriched(**columns: Any) -> list[tuple[Any, ...]]:
    return cn.testing.run(Enrich.of(**columns), PEOPLE)["out"].rows()


def of_shop(tmp_path: Path, model: cn.DataModel, **columns: Any) -> list[tuple[Any, ...]]:
    spring = cn.Campaign("Spring", data=model, workspace=cn.Workspace(tmp_path))
    spring.build_audience("All", model.people).enrich("More", **columns)
    return spring.dry_run()["More"].rows()


def test_values_of_the_row_are_added_and_null_stays_null() -> None:
    assert enriched(double=cn.col.points * 2, fixed="x") == [(1, 10, "x"), (2, 100, "x"), (3, None, "x")]


def test_names_that_are_no_words_stand_in_a_dict() -> None:
    assert cn.testing.run(Enrich.of({"two words": cn.col.points}), PEOPLE)["out"].columns == ["id", "two words"]


def test_no_linked_row_gives_a_count_of_0_and_a_null_sum(tmp_path: Path) -> None:
    model = shop()
    orders = model.people.orders
    assert of_shop(tmp_path, model, n=orders.count(), paid=orders.sum("amount")) == [(1, 3, 25), (2, 0, None), (3, 0, None)]


def test_a_link_that_leads_nowhere_gives_null_and_keeps_the_row(tmp_path: Path) -> None:
    model = shop()
    assert of_shop(tmp_path, model, place=model.people.lives_in.name) == [(1, "Paris"), (2, None), (3, None)]


def test_the_first_linked_rows_come_as_a_list(tmp_path: Path) -> None:
    model = shop()
    lines = model.people.orders.sort(model.orders.amount.desc()).select("amount").head(2)
    found = of_shop(tmp_path, model, best=lines)
    assert [(key, [line["amount"] for line in best or []]) for key, best in found] == [(1, [20, 5]), (2, []), (3, [])]


def test_an_added_column_can_be_read_by_the_next_activity(tmp_path: Path) -> None:
    model = shop()
    spring = cn.Campaign("Spring", data=model, workspace=cn.Workspace(tmp_path))
    everybody = spring.build_audience("All", model.people).enrich("Twice", twice=cn.col.points * 2)
    everybody.enrich("Again", again=cn.col.twice + 1).filter("Few", cn.col.again < 50)
    assert spring.dry_run()["Few"].rows() == [(1, 10, 11)]


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"points": cn.col.points}, "the population already has a column 'points'\n  expected: another name"),
        ({"id": cn.col.points}, "the population already has a column 'id'"),
        ({"twice": cn.col.pionts * 2}, "no column 'pionts' in rows; did you mean 'points'?"),
        ({"twice": cn.col.city * 2}, "enrich 'Tested'\n  argument 1 of multiply is text"),
        ({"_hidden": cn.col.points}, "a column called '_hidden'"),
        ({" ": cn.col.points}, "a column called ' '"),
    ],
)
def test_columns_that_can_not_be_added_are_problems(columns: dict[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        cn.testing.run(Enrich.of(columns), PEOPLE)


def test_no_column_is_refused() -> None:
    with pytest.raises(cn.DefinitionError, match="no column is named\n  expected: at least one"):
        Enrich.of()


PRICES = pl.DataFrame({"code": ["a", "b", "b", None], "price": [5, 7, 9, 1], "valid": [True, True, True, True], "row": [1, 2, 3, 4]})
GOODS = pl.DataFrame({"id": [1, 2, 3, 4], "sku": ["a", "b", "x", None]})


def looked_up(tmp_path: Path, lookup: Any) -> list[Any]:
    shop = cn.DataModel("shop")
    shop.table("prices", PRICES, key="row")
    goods = shop.table("goods", GOODS, key="id")
    campaign = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    found = campaign.build_audience("Goods", goods).enrich("Price", price=lookup)
    return found.frame(campaign.dry_run())["price"].to_list()


def test_a_column_of_another_table_comes_by_equal_columns_and_rows_never_multiply(tmp_path: Path) -> None:
    assert looked_up(tmp_path, cn.Lookup("price", "prices", on={"sku": "code"})) == [5, 7, None, None]
    assert looked_up(tmp_path, cn.Lookup("price", "prices", on={"sku": "code"}, order=cn.col.price.desc())) == [5, 9, None, None]
    assert looked_up(tmp_path, cn.Lookup("price", "prices", on={"sku": "code"}, where="price > 7")) == [None, 9, None, None]


def test_a_column_of_another_population_comes_by_key(tmp_path: Path) -> None:
    shop = cn.DataModel("shop")
    goods = shop.table("goods", GOODS, key="id")
    campaign = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    scored = campaign.build_audience("Some", goods.id > 2).enrich("Score", score=cn.col.id * 10)
    found = campaign.build_audience("All", goods).enrich("Both", others=[scored], points=cn.Lookup("score"))
    assert found.frame(campaign.dry_run()).rows() == [(1, None), (2, None), (3, 30), (4, 40)]


@pytest.mark.parametrize(
    ("lookup", "what"),
    [
        (cn.Lookup("price", "price_list", on={"sku": "code"}), "no table 'price_list'"),
        (cn.Lookup("cost", "prices", on={"sku": "code"}), "no column 'cost'"),
        (cn.Lookup("price", "prices", on={"sku": "kode"}), "no column 'kode'"),
        (cn.Lookup("price", "prices"), "are compared by key"),
        (cn.Lookup("price"), "without a second input"),
    ],
)
def test_a_lookup_that_does_not_fit_is_a_problem(lookup: cn.Lookup, what: str, tmp_path: Path) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        looked_up(tmp_path, lookup)


def test_the_first_linked_rows_become_columns_of_their_own(tmp_path: Path) -> None:
    shop = cn.DataModel("shop")
    people = shop.table("people", pl.DataFrame({"id": [1, 2]}), key="id")
    rows = pl.DataFrame({"order": [7, 8, 9], "buyer": [1, 1, 2], "what": ["x", "y", "z"], "paid": [3, 4, 5]})
    orders = shop.table("orders", rows, key="order", links={"person": cn.Link("people", on={"buyer": "id"})})
    campaign = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    last = people.orders.sort(orders.paid.desc())
    found = campaign.build_audience("All", people).enrich(
        "Last", last=last.select("what").columns(2), top=last.select("what", "paid").columns(1)
    )
    frame = found.frame(campaign.dry_run())
    assert frame.columns == ["id", "last1", "last2", "top1_what", "top1_paid"]
    assert frame.rows() == [(1, "y", "x", "y", 4), (2, "z", None, "z", 5)]


# ------------------------------------------------------------------------------------------------- a condition on both

DAY = dt.date
SALES = pl.DataFrame(
    {
        "id": [1, 2, 3, 4, 5],
        "sku": ["a", "a", "b", None, "z"],
        "day": [DAY(2026, 1, 5), DAY(2026, 2, 1), DAY(2026, 1, 5), DAY(2026, 1, 5), None],
        "paid": [10.0, 11.5, 7.0, 7.5, 8.0],
    }
)
TARIFF = pl.DataFrame(
    {
        "row": [1, 2, 3, 4],
        "code": ["a", "a", "b", "b"],
        "since": [DAY(2026, 1, 1), DAY(2026, 2, 1), DAY(2026, 1, 1), DAY(2025, 1, 1)],
        "until": [DAY(2026, 2, 1), DAY(2026, 3, 1), None, DAY(2027, 1, 1)],
        "price": [10, 12, 7, 8],
    }
)


def priced(tmp_path: Path, make: Callable[[Any], cn.Lookup]) -> tuple[list[Any], dict[str, int]]:
    """The price that each sale finds, and how many found none or several."""
    shop = cn.DataModel("shop")
    brands = pl.DataFrame({"brand": ["a", "b"], "name": ["Ace", "Bee"]})
    shop.table("brands", brands, key="brand")
    tariff = shop.table("tariff", TARIFF, key="row", links={"brand": cn.Link("brands", on={"code": "brand"})})
    sales = shop.table("sales", SALES, key="id", links={"of": cn.Link("brands", on={"sku": "brand"})})
    campaign = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    found = campaign.build_audience("Sales", sales).enrich("Price", price=make(tariff))
    run = campaign.dry_run()
    return found.frame(run)["price"].to_list(), {reason: rows for _, reason, rows in run.exclusions.rows()}


NONE, SEVERAL = "kept without a match in tariff", "kept with the first of several in tariff"


def test_rows_match_by_equal_values_and_a_range_where_unknown_is_no_match(tmp_path: Path) -> None:
    found = priced(
        tmp_path,
        lambda tariff: cn.Lookup(
            "price", tariff, on=(tariff.code == cn.col.sku) & (tariff.since <= cn.col.day) & (cn.col.day < tariff.until)
        ),
    )
    assert found == ([10, 12, 8, None, None], {NONE: 2})


def test_the_text_of_a_condition_names_the_table_before_its_columns(tmp_path: Path) -> None:
    text = "tariff.code = sku and tariff.since <= day and day < tariff.until"
    assert priced(tmp_path, lambda tariff: cn.Lookup("price", "tariff", on=text)) == ([10, 12, 8, None, None], {NONE: 2})


def test_a_range_alone_takes_the_first_in_an_order_and_counts_who_found_several(tmp_path: Path) -> None:
    found = priced(tmp_path, lambda tariff: cn.Lookup("price", tariff, on=tariff.since <= cn.col.day, order=tariff.price.desc()))
    assert found == ([10, 12, 10, 10, None], {NONE: 1, SEVERAL: 4})


def test_alternatives_are_tried_row_by_row(tmp_path: Path) -> None:
    found = priced(
        tmp_path,
        lambda tariff: cn.Lookup("price", tariff, on=(tariff.code == cn.col.sku) & (tariff.price < 9) | (tariff.price == cn.col.paid)),
    )
    assert found == ([10, None, 7, None, 8], {NONE: 2, SEVERAL: 1})


def test_numbers_match_by_their_value_not_by_what_is_left_of_them(tmp_path: Path) -> None:
    by_value = [10, None, 7, None, 8]
    assert priced(tmp_path / "rule", lambda tariff: cn.Lookup("price", tariff, on=tariff.price == cn.col.paid))[0] == by_value
    assert priced(tmp_path / "pair", lambda tariff: cn.Lookup("price", tariff, on={"paid": "price"}))[0] == by_value


def test_values_of_either_side_may_be_computed_and_linked(tmp_path: Path) -> None:
    lookup = "tariff.brand.name = of.name and tariff.price + 1 >= paid and tariff.price <= paid"
    assert priced(tmp_path, lambda tariff: cn.Lookup("price", tariff, on=lookup)) == ([10, None, 7, None, None], {NONE: 3})


def test_what_one_row_decides_alone_is_a_condition_too(tmp_path: Path) -> None:
    found = priced(
        tmp_path, lambda tariff: cn.Lookup("price", tariff, on=(tariff.code == cn.col.sku) & (cn.col.paid > 7.0) & (tariff.price < 12))
    )
    assert found == ([10, 10, None, None, None], {NONE: 3})


def test_rows_of_one_table_are_compared_with_each_other(tmp_path: Path) -> None:
    shop = cn.DataModel("shop")
    people = shop.table("people", PEOPLE, key="id")
    campaign = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    found = campaign.build_audience("All", people).enrich("Next", more=cn.Lookup("id", people, on=people.points > cn.col.points))
    assert found.frame(campaign.dry_run()).rows() == [(1, 2), (2, None), (3, None)]


def test_added_columns_of_a_second_population_stand_in_a_condition(tmp_path: Path) -> None:
    shop = cn.DataModel("shop")
    goods = shop.table("goods", GOODS, key="id")
    campaign = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    scored = campaign.build_audience("Some", goods.id > 2).enrich("Score", score=cn.col.id * 10)
    limited = campaign.build_audience("All", goods).enrich("Limit", limit=cn.col.id * 11)
    found = limited.enrich("Both", others=[scored], best=cn.Lookup("score", on="goods.score <= limit", order=cn.col.score.desc()))
    run = campaign.dry_run()
    assert found.frame(run)["best"].to_list() == [None, None, 30, 40]
    assert ("Both", "kept with the first of several in goods", 1) in run.exclusions.rows()


def test_pairs_count_who_finds_none_or_several_too(tmp_path: Path) -> None:
    found = priced(tmp_path, lambda tariff: cn.Lookup("price", tariff, on={"sku": "code"}))
    assert found == ([10, 10, 7, None, None], {NONE: 2, SEVERAL: 3})


def test_a_row_without_a_match_goes_on_and_is_left_out_by_nobody(tmp_path: Path) -> None:
    shop = cn.DataModel("shop")
    tariff = shop.table("tariff", TARIFF, key="row")
    sales = shop.table("sales", SALES, key="id")
    campaign = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    found = campaign.build_audience("Sales", sales).enrich("Price", price=cn.Lookup("price", tariff, on={"sku": "code"}))
    run = campaign.dry_run()
    assert run.lineage(found).collect()["reached"].all()
    assert "✓ Price" in str(run.explain(4))


@pytest.mark.parametrize(
    ("on", "what"),
    [
        ("tariff.kode = sku", "no column 'kode' in tariff"),
        ("tariff.code = skew", "no column 'skew' in sales"),
        ("tariff.code <= paid", "text <= number"),
        ("tariff.price > 9", "reads rows of 'tariff' alone"),
        ("paid > 9", "reads this row alone"),
        ("1 = 1", "reads neither row"),
    ],
)
def test_a_condition_that_does_not_fit_is_a_problem(on: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        priced(tmp_path, lambda tariff: cn.Lookup("price", tariff, on=on))


def test_many_rows_with_ranges_take_no_memory_for_their_pairs(tmp_path: Path) -> None:
    count = 20_000
    shop = cn.DataModel("shop")
    ranges = shop.table("ranges", pl.DataFrame({"row": range(count), "low": [row * 10 for row in range(count)]}), key="row")
    points = shop.table("points", pl.DataFrame({"id": range(count), "at": [id * 10 + 5 for id in range(count)]}), key="id")
    campaign = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    on = (ranges.low <= cn.col.at) & (cn.col.at < ranges.low + 10)
    found = campaign.build_audience("All", points).enrich("Range", row=cn.Lookup("row", ranges, on=on))
    frame = found.frame(campaign.dry_run())
    assert frame["id"].to_list() == frame["row"].to_list()
