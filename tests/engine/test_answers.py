"""What rules and columns are asked about their rows, against rows counted by hand, nulls included."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.engine import answers
from campaign_nb.rules.value import Rule
from tests.engine.shop import shop

model = shop()
people, orders = model.people, model.orders


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many frames each pass over the data computed."""
    made: list[int] = []
    real: Callable[[Sequence[pl.LazyFrame]], list[pl.DataFrame]] = answers.computed

    def counted(frames: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
        made.append(len(frames))
        return real(frames)

    monkeypatch.setattr(answers, "computed", counted)
    return made


# ---------------------------------------------------------------------------------------------------------- Calculate


def test_a_count_is_a_number_that_knows_its_share(passes: list[int]) -> None:
    found = (people.age > 18).count()
    assert (found, found.rows, found.share, f"{found:,}", repr(found)) == (3, 5, 0.6, "3", "3")
    assert found.text() == "3 of 5 people (60 %)"
    assert len(passes) == 1


def test_everybody_is_all_rows() -> None:
    assert people.where().count().text() == "5 of 5 people (100 %)"


def test_a_table_without_rows_has_no_share() -> None:
    empty = cn.DataModel("empty").table("people", pl.DataFrame(schema={"id": pl.Int64, "age": pl.Int64}), key="id")
    found = (empty.age > 18).count()
    assert (found, found.share, found.text()) == (0, None, "0 of 0 people")
    assert (len(empty.age.distribution()), len((empty.age > 18).costs())) == (0, 1)


def test_the_card_of_a_rule_says_how_many_rows_it_selects() -> None:
    assert "<dt>Selects</dt><dd>3 of 5 people (60 %)</dd>" in (people.age > 18)._repr_html_()


def test_a_card_is_shown_also_where_nothing_can_be_counted(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    pl.DataFrame({"id": [1], "age": [20]}).write_parquet(path)
    table = cn.DataModel("files").table("people", path, key="id")
    rule = table.age > 18
    assert "1 of 1 people" in rule._repr_html_()
    path.unlink()
    assert "can&#39;t be counted: " in rule._repr_html_()
    assert "Selects" not in (cn.col.age > 18)._repr_html_()
    assert "Selects" not in (people.age > cn.var("least"))._repr_html_()


# ------------------------------------------------------------------------------------------------------- View results


def test_a_preview_has_the_chosen_columns_over_links_too() -> None:
    found = (orders.amount > 0).preview(columns=["item.name", orders.buyer.age, "product"])
    assert found.columns == ["item.name", "buyer.age", "product"]
    assert found.rows() == [("Xylo", 17, "x"), ("Yoyo", 17, "y"), ("Xylo", 40, "x"), ("Xylo", None, "x")]


def test_a_preview_starts_with_the_lowest_keys_whatever_the_order_of_the_source() -> None:
    ids = [5, 3, None, 1, 4, 2]
    table = cn.DataModel("mixed").table("people", pl.DataFrame({"id": ids, "x": [1] * 6}), key="id")
    assert (table.x == 1).preview(3)["id"].to_list() == [1, 2, 3]
    assert (table.x == 1).preview(9)["id"].to_list() == [1, 2, 3, 4, 5, None]


def test_a_preview_without_a_key_is_in_the_order_of_what_it_shows() -> None:
    rows = {"a": ["z", "b", None, "b"], "n": [1, 2, 3, 1], "tags": [["x"], [], None, ["y"]]}
    table = cn.DataModel("loose").table("rows", pl.DataFrame(rows))
    assert (table.n < 9).preview().select("a", "n").rows() == [("b", 1), ("b", 2), ("z", 1), (None, 3)]
    assert (table.n < 9).preview(2, columns=["n"])["n"].to_list() == [1, 1]


def test_columns_that_are_not_there_are_named_together() -> None:
    with pytest.raises(cn.DefinitionError, match="preview has 3 problems") as error:
        (orders.amount > 0).preview(columns=["produc", "item.nam", "buyerr.age"])
    said = str(error.value)
    assert "did you mean 'product'?" in said
    assert "no column 'nam' in orders.item; did you mean 'name'?" in said and "did you mean 'buyer'?" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"columns": "age"}, "columns='age' is one text\n  expected: a list of names\n  → columns=['age']"),
        ({"columns": [people.age + 1]}, "Value is no column\n  expected: names or columns of the table"),
        ({"n": 0}, "n=0\n  expected: at least 1"),
        ({"columns": ["orders.amount"]}, "orders"),
    ],
)
def test_a_preview_refuses_what_it_cant_show(options: dict[str, object], said: str) -> None:
    with pytest.raises(cn.DefinitionError, match=re.escape(said)):
        (people.age > 18).preview(**options)  # type: ignore[arg-type] # on purpose


# ------------------------------------------------------------------------------------------------------- Distribution


def test_a_distribution_tells_what_it_does_not_show(passes: list[int]) -> None:
    found = orders.product.distribution(1)
    assert found.frame().rows() == [("x", 3, 0.5)]
    assert (found.partial, found.hidden_values, found.hidden_rows) == (True, 3, 3)
    assert "Only the most frequent value: 3 values more are not shown, with 3 rows (50 %)" in repr(found)
    assert len(passes) == 1


def test_a_distribution_with_a_filter_has_shares_of_all_rows_and_of_those_kept() -> None:
    found = orders.product.distribution(where=orders.amount > 6)
    assert found.frame().columns == ["value", "count", "share", "of_selected"]
    assert found.frame().rows() == [("x", 2, 2 / 6, 2 / 3), ("y", 1, 1 / 6, 1 / 3)]
    assert not found.partial
    assert "3 of 6 rows (50 %) where amount > 6" in repr(found)
    assert orders.product.distribution(where="amount > 6").frame().equals(found.frame())
    assert orders.product.distribution(where=cn.col.amount > 6).frame().equals(found.frame())


def test_a_distribution_is_of_any_value_of_the_row() -> None:
    assert people.orders.count().distribution().frame().select("value", "count").rows() == [(0, 2), (2, 2), (1, 1)]
    assert orders.item.name.distribution().frame().select("value", "count").rows() == [("Xylo", 3), (None, 2), ("Yoyo", 1)]


@pytest.mark.parametrize(
    ("values", "text", "rows"),
    [
        (("x",), "product = 'x'", 3),
        (("x", "z"), "product in ('x', 'z')", 4),
        (("x", None), "product = 'x' or product is null", 4),
        ((None,), "product is null", 1),
        (("x", "y", None), "product in ('x', 'y') or product is null", 5),
    ],
)
def test_values_of_a_distribution_write_the_condition(values: tuple[str | None, ...], text: str, rows: int) -> None:
    rule = orders.product.distribution().rule(*values)
    assert (rule.text(), rule.count()) == (text, rows)


def test_a_date_of_a_distribution_is_picked_as_text_or_as_a_date() -> None:
    day = orders.date.distribution()
    assert day.rule("2026-06-30").equals(day.rule(day.frame().filter(pl.col("value") == pl.date(2026, 6, 30))["value"][0]))


def test_a_value_that_is_not_there_is_refused_unless_some_are_not_shown() -> None:
    with pytest.raises(cn.DefinitionError, match=r"orders.product\n  'w' is not among its values\n  expected: one of: x, y, z, null"):
        orders.product.distribution().rule("w")
    assert orders.product.distribution(1).rule("w").count() == 0
    with pytest.raises(cn.DefinitionError, match="rule\\(\\) names no value"):
        orders.product.distribution().rule()
    with pytest.raises(cn.DefinitionError, match="rule\\(\\) got a column or a function"):
        orders.product.distribution(1).rule(orders.product)


def test_a_distribution_refuses_a_rule_on_another_table_and_no_values_at_all() -> None:
    with pytest.raises(cn.DefinitionError, match="where= is a rule on 'people'\n  expected: a rule on 'orders'"):
        orders.product.distribution(where=people.age > 18)
    with pytest.raises(cn.DefinitionError, match="n=0\n  expected: at least 1"):
        orders.product.distribution(0)


# -------------------------------------------------------------------------------------------------------------- Costs

# people 1..5: age 17, 40, 61, null, 30; opt_in true but for 4 (null); email null for 3; orders of 1, 2, 3
COSTS: list[tuple[Rule, int, list[tuple[int, int, int]]]] = [
    ((people.age > 18) & people.orders.exists(), 2, [(3, 3, 1), (3, 3, 1)]),
    ((people.age > 18) | people.orders.exists(), 4, [(3, 3, -1), (3, 3, -1)]),
    (~((people.age < 20) | people.email.is_null()), 2, [(3, 4, 2), (4, 3, 1)]),
    ((people.opt_in == True) - (people.age > 35), 2, [(4, 3, 1), (3, 4, 2)]),  # noqa: E712 # a rule
    (people.where() - (people.age > 35), 3, [(3, 5, 2)]),
    (people.age > 18, 3, [(3, 5, 2)]),
    (~(people.age > 18), 1, [(1, 5, 4)]),
    ((people.age > 18) & (people.email.is_null() | (people.orders.count() == 2)), 2, [(3, 3, 1), (1, 1, -1), (2, 1, -1)]),
    (((people.age > 18) & (people.age < 50)) | people.email.is_null(), 3, [(3, 4, 1), (3, 3, 0), (1, 2, -1)]),
    (people.where(), 5, []),
]


@pytest.mark.parametrize(("rule", "count", "expected"), COSTS)
def test_each_condition_costs_the_people_counted_by_hand(rule: Rule, count: int, expected: list[tuple[int, int, int]]) -> None:
    found = rule.costs()
    assert (found.count, found.count.rows) == (count, 5)
    assert [(cost.alone, cost.without, cost.costs) for cost in found] == expected
    assert found.frame().select("alone", "without", "costs").rows() == expected


def test_the_costs_of_all_conditions_are_one_pass_over_the_data(passes: list[int]) -> None:
    rule = (people.age > 18) & people.orders.exists() & (people.email.is_null() | (people.orders.sum("amount") > 5)) - (people.age > 60)
    assert len(rule.costs()) == 5
    assert passes == [1]


def test_costs_name_each_condition_in_words() -> None:
    rule = ((people.age > 18) & people.orders.exists()) - people.email.is_null()
    assert [cost.condition for cost in rule.costs()] == [
        "whose age is over 18",
        "who have at least one order",
        "except those whose email is missing",
    ]


def test_costs_say_where_a_condition_brings_people() -> None:
    assert "\u22121" in repr(((people.age > 18) | people.orders.exists()).costs())
    assert "brings rows" in repr(((people.age > 18) | people.orders.exists()).costs())
    assert "brings rows" not in repr(((people.age > 18) & people.orders.exists()).costs())
    assert "The rule has no condition." in repr(people.where().costs())


def test_a_rule_of_very_many_conditions_is_refused() -> None:
    rule = people.age == 0
    for age in range(1, 201):
        rule = rule | (people.age == age)
    with pytest.raises(cn.DefinitionError, match="the rule has 201 conditions\n  expected: at most 200"):
        rule.costs()


def test_a_rule_on_no_table_has_no_rows_to_ask() -> None:
    for ask in ("count", "preview", "costs"):
        with pytest.raises(cn.DefinitionError, match="it names no table, so there are no rows to test"):
            getattr(cn.col.age > 18, ask)()
