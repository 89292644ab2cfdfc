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
