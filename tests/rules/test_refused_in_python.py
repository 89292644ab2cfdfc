"""Python that would silently mean something else is refused, and the message shows what to write."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from campaign_nb.errors import DefinitionError
from campaign_nb.rules import tree
from campaign_nb.rules.build import col, days_ago
from campaign_nb.rules.value import Rule, Value, as_rule
from tests.rules.shop import customers, items, orders

adult: Any = customers.age >= 18
french: Any = customers.country == "FR"

TRUTH = "`and`, `or`, `not`, `in` and chained comparisons decide at once"

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "and": (lambda: adult and french, TRUTH),
    "or": (lambda: adult or french, TRUTH),
    "not": (lambda: not adult, TRUTH),
    "if": (lambda: 1 if adult else 2, TRUTH),
    "chained": (lambda: 18 <= customers.age < 30, TRUTH),
    "in list": (lambda: customers.country in ["FR", "DE"], TRUTH),
    "in value": (lambda: "FR" in customers.country, "`in` decides at once"),
    "truth of a value": (lambda: bool(customers.age), TRUTH),
    "equal rules": (lambda: adult == french, "two rules are compared with =="),
    "unequal rules": (lambda: adult != french, "two rules are compared with =="),
    "polars in a comparison": (lambda: customers.age > pl.col("age"), "a Polars expression is no rule"),
    "polars as a rule": (lambda: customers.orders.where(pl.col("amount") > 5), "a Polars expression is no rule"),
    "polars joined": (lambda: adult & (pl.col("age") > 5), "a Polars expression is no rule"),
    "series": (lambda: customers.age == pl.Series([1]), "a Polars expression is no rule"),
    "True": (lambda: adult & True, "True is no rule"),
    "False": (lambda: customers.orders.where(False), "False is no rule"),
    "number": (lambda: adult | 5, "constant 5 is no rule"),
    "number as condition": (lambda: adult & customers.age, "an integer value is used as a condition"),
    "list": (lambda: customers.age == [1, 2], "a list is no value"),
    "text for is_in": (lambda: customers.country.is_in("FR"), "is_in got 'FR'"),
    "empty is_in": (lambda: customers.country.is_in([]), "is_in got an empty list"),
    "many values": (lambda: customers.orders.amount > 50, "customers.orders.amount has many values for one row"),
    "many values, what to write": (
        lambda: customers.orders.amount.is_null(),
        r'customers.orders.where(orders.amount > …).exists(), or customers.orders.max("amount")',
    ),
    "many values through two links": (lambda: orders.customer.orders.amount == 5, "orders.customer.orders.amount has many values"),
    "linked rows": (lambda: customers.orders > 3, "customers.orders stands for many rows"),
    "linked rows compared": (lambda: customers.orders == 3, "customers.orders.exists(), or customers.orders.count() >= 2"),
    "linked rows as a rule": (lambda: adult & customers.orders, "customers.orders stands for many rows"),
    "linked rows in an if": (lambda: 1 if customers.orders else 2, "customers.orders stands for many rows"),
    "linked row": (lambda: orders.customer == 3, "orders.customer is a table, not a value"),
    "table": (lambda: adult & customers, "customers is a table, not a value"),
    "verb": (lambda: customers.orders.count > 3, "customers.orders.count is a verb"),
    "verb, what to write": (lambda: customers.orders.count > 3, 'customers.orders["count"], or customers.orders.count(…)'),
    "verb in a sum": (lambda: 1 + customers.orders.sum, "customers.orders.sum is a verb"),
    "verb as a rule": (lambda: adult & customers.orders.exists, "customers.orders.exists is a verb"),
    "verb's method": (lambda: customers.orders.max.is_null(), "customers.orders.max is a verb"),
    "unknown column": (lambda: customers.agee, "no column or link 'agee'"),
    "unknown column, the nearest": (lambda: customers.contry, "did you mean 'country'"),
    "unknown link": (lambda: customers["oders"], "did you mean 'orders'?"),
    "unknown column of linked rows": (lambda: customers.orders.sum("amout"), "did you mean 'amount'?"),
    "unknown column to select": (lambda: customers.orders.sort().select("sttus"), "did you mean 'status'?"),
    "unknown function": (lambda: Value(tree.Call("lowr", (customers.name.node,)), adult.root).type, "did you mean 'lower'?"),
    "types": (lambda: customers.age > "x", "integer > text"),
    "types, what to write": (lambda: customers.name == 42, 'text in quotes, such as "42"'),
    "date and number": (lambda: customers.joined > 5, "date > integer"),
    "no date": (lambda: customers.joined > "soon", "'soon' is no date"),
    "number plus text": (lambda: customers.age + customers.name, "argument 2 of add is text"),
    "arguments": (lambda: Value(tree.Call("left", (customers.name.node,)), adult.root).type, "left got 1 argument"),
    "like on a number": (lambda: customers.age.like("1%"), "a text test on an integer value"),
    "sum of texts": (lambda: customers.orders.sum("status"), "sum of a text column"),
    "two tables": (lambda: customers.age > orders.amount, "columns of 'customers' and 'orders' stand in one condition"),
    "two tables joined": (lambda: adult & (orders.amount > 5), "columns of 'customers' and 'orders' stand in one condition"),
    "two tables summed": (lambda: customers.age + items.price, "columns of 'customers' and 'items'"),
    "the wrong table inside": (lambda: customers.orders.where(customers.age > 5), "a rule on 'customers' is used where a row of 'orders'"),
    "a condition counted": (lambda: customers.orders._aggregate("count", orders.amount > 5), "count of a condition"),
    "infinity": (lambda: customers.balance < float("inf"), "an infinite number"),
    "decimal infinity": (lambda: customers.credit < Decimal("-Infinity"), "an infinite number"),
    "whole number": (lambda: customers.age < 2**63, "a whole number beyond 64 bits"),
    "head": (lambda: customers.orders.sort().head(0), "head(0)"),
    "first of several": (lambda: customers.orders.sort().first(), "first() of 7 columns"),
    "event": (lambda: Rule.from_json('{"node": "everybody"}', 3), "an int is no table"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_what_to_write(case: str) -> None:
    attempt, said = REFUSED[case]
    with pytest.raises(DefinitionError, match=re.escape(said)) as caught:
        attempt()
    assert all(problem.expected or problem.do or "did you mean" in problem.what for problem in caught.value.problems)


def test_a_refusal_has_four_parts() -> None:
    with pytest.raises(DefinitionError, match="is a verb") as caught:
        _ = customers.orders.count > 3
    problem = caught.value.problems[0]
    assert (problem.where, problem.expected) == ("rule", "a column")


def test_a_column_named_like_a_verb_is_reached_by_its_name() -> None:
    assert (customers["count"] > 3).text() == "count > 3"


def test_an_unknown_name_is_an_attribute_error_too() -> None:
    assert not hasattr(customers, "shape")
    assert getattr(customers.orders, "to_pandas", None) is None


def test_completion_shows_columns_links_and_verbs_only() -> None:
    assert {"amount", "customer", "where", "exists", "std_dev"} <= set(dir(customers.orders))
    assert "refuse_as_value" not in dir(customers.orders)


def test_the_linked_tables_name_means_the_linked_row_and_col_works_in_a_link_to_itself() -> None:
    rule = customers.referred.where(col.age > 60).exists()
    assert rule.text() == "referred.where(col.age > 60).exists()"


def test_iso_texts_become_dates_where_a_linked_row_is_tested() -> None:
    rule = customers.orders.where(col.date >= "2026-07-01").exists()
    assert rule.text() == "orders.where(col.date >= date '2026-07-01').exists()"


def test_a_rule_that_counts_is_a_condition_on_the_rows() -> None:
    assert customers.orders.count(orders.amount > 5).text() == "orders.where(amount > 5).count()"
    assert customers.orders.exists(orders.amount > 5, "qty = 1").text() == "orders.where(amount > 5, qty = 1).exists()"


def test_not_a_number_is_null_and_subclasses_of_plain_types_are_plain() -> None:
    assert (customers.balance == float("nan")).text() == "balance = null"
    assert type((customers.name == Name("Ann")).node.right.value) is str


class Name(str):
    """A text of a class of its own."""


def test_a_text_joins_a_rule_of_its_table() -> None:
    assert (adult & "orders.exists(amount > 50)").text() == "age >= 18 and orders.where(amount > 50).exists()"
    with pytest.raises(DefinitionError, match="no column 'amount' in 'customers'"):
        adult & "amount > 50"


def test_a_text_without_a_table_is_a_rule_on_the_row_under_test() -> None:
    assert as_rule("points > 10").equals(col.points > 10)


def test_a_chain_beyond_the_depth_is_refused_where_it_grows() -> None:
    value = customers.age
    with pytest.raises(DefinitionError, match="the rule is too large"):
        for _ in range(100):
            value = value + 1


def test_a_thousand_conditions_are_no_trouble() -> None:
    rule = adult
    for n in range(1_000):
        rule = rule | (customers.age == n)
    assert rule.text().count(" or ") == 1_000


def test_dates_follow_the_day_of_the_run() -> None:
    assert (customers.joined.days_old() > 30).text() == "days_old(joined) > 30"
    assert (customers.joined >= days_ago(5)).text() == "joined >= days_ago(5)"
    assert (customers.joined >= dt.date(2026, 7, 1)).text() == "joined >= date '2026-07-01'"
