"""Build audience: the rows of a table for which a rule is true."""

from __future__ import annotations

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import BuildAudience
from campaign_nb.rules import tree


@pytest.fixture
def shop() -> cn.DataModel:
    model = cn.DataModel("shop")
    model.table("people", pl.DataFrame({"id": [1, 2, 3, 4], "age": [17, 40, None, 18]}), key="id")
    orders = pl.DataFrame({"order": [10, 11, 12], "person": [2, 2, 9], "amount": [5, None, 7]})
    model.table("orders", orders, key="order", links={"buyer": cn.Link("people", on="person")})
    model.table("visits", pl.DataFrame({"page": ["a"]}))
    return model


def ids(activity: BuildAudience, shop: cn.DataModel) -> list[int]:
    return cn.testing.run(activity, shop)["out"].to_series(0).to_list()


def test_a_rule_that_is_unknown_leaves_a_row_out(shop: cn.DataModel) -> None:
    assert ids(BuildAudience.of(shop.people.age >= 18), shop) == [2, 4]
    assert ids(BuildAudience.of(~(shop.people.age >= 18)), shop) == [1]


def test_the_table_itself_is_everybody(shop: cn.DataModel) -> None:
    assert ids(BuildAudience.of(shop.people), shop) == [1, 2, 3, 4]
    assert BuildAudience.of(shop.people).rule == tree.Everybody()


def test_text_needs_the_table_that_it_is_about(shop: cn.DataModel) -> None:
    assert ids(BuildAudience.of("age < 18 or age is null", dimension=shop.people), shop) == [1, 3]
    with pytest.raises(
        cn.DefinitionError, match="the rule does not tell whose rows are meant\n  expected: a rule on a table, or dimension="
    ):
        BuildAudience.of("age >= 18")


def test_a_person_with_several_linked_rows_is_there_once(shop: cn.DataModel) -> None:
    assert ids(BuildAudience.of(shop.people.orders.exists()), shop) == [2]
    assert ids(BuildAudience.of(shop.people.orders.count() == 0), shop) == [1, 3, 4]


def test_any_table_with_a_key_can_be_targeted(shop: cn.DataModel) -> None:
    assert ids(BuildAudience.of(shop.orders.buyer.age > 30), shop) == [10, 11]


def test_only_the_key_comes_along(shop: cn.DataModel) -> None:
    assert cn.testing.run(BuildAudience.of(shop.people), shop)["out"].columns == ["id"]


def test_a_table_without_a_key_is_a_problem(shop: cn.DataModel) -> None:
    with pytest.raises(cn.DefinitionError, match="table 'visits' has no key"):
        ids(BuildAudience.of(shop.visits), shop)


def test_a_table_of_another_model_is_a_problem(shop: cn.DataModel) -> None:
    with pytest.raises(cn.DefinitionError, match=r"no table 'peple' in the data model\n  expected: did you mean 'people'\?"):
        ids(BuildAudience(dimension="peple", rule=tree.Everybody()), shop)


def test_a_rule_on_another_table_than_the_dimension_is_a_problem(shop: cn.DataModel) -> None:
    with pytest.raises(cn.DefinitionError, match="a rule on 'orders' is used where a row of 'people' is tested"):
        ids(BuildAudience.of(shop.orders.amount > 1, dimension=shop.people), shop)


def test_an_unknown_column_is_a_problem(shop: cn.DataModel) -> None:
    with pytest.raises(cn.DefinitionError, match="build_audience 'Tested'\n  no column 'agee' in people"):
        ids(BuildAudience.of("agee > 1", dimension=shop.people), shop)
