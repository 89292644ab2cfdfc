"""Enrichment: more columns, the same rows."""

from __future__ import annotations

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
