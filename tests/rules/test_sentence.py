"""Rules in words: sentences written by hand."""

from __future__ import annotations

import pytest

from campaign_nb.errors import DefinitionError
from campaign_nb.rules import tree
from campaign_nb.rules.build import col, days_ago
from campaign_nb.rules.parse import rule
from campaign_nb.rules.sentence import sentence
from tests.rules.shop import customers, orders

SAID = {
    "everybody()": "all customers",
    "age >= 18": "customers whose age is at least 18",
    "18 <= age": "customers whose age is at least 18",
    "not age >= 18": "customers whose age is under 18",
    "not not opt_in": "customers whose opt in is true",
    "not opt_in": "customers whose opt in is false",
    "age between 18 and 29": "customers whose age is between 18 and 29",
    "balance > 12500": "customers whose balance is over 12,500",
    "balance <= 0.5": "customers whose balance is at most 0.5",
    "country in ('FR', 'DE')": "customers whose country is one of ('FR', 'DE')",
    "country not in ('FR')": "customers whose country is not 'FR'",
    "email is not null and not is_empty(email)": "customers whose email is known and whose email is not empty",
    "name like 'A%' or name not ilike '%b'": "customers whose name matches 'A%' or whose name does not match '%b' in any case",
    "starts_with(name, 'A') and not contains(name, 'x')": "customers whose name starts with 'A' and whose name does not contain 'x'",
    "is_email(email) and not is_email(name)": "customers whose email is an address and whose name is not an address",
    # dates
    "joined = today()": "customers whose joined is today",
    "joined >= days_ago(90)": "customers whose joined is in the last 90 days",
    "joined > months_ago(1)": "customers whose joined is less than 1 month ago",
    "joined < years_ago(2)": "customers whose joined is more than 2 years ago",
    "joined <= days_ago(7)": "customers whose joined is at least 7 days ago",
    "joined < days_ahead(1)": "customers whose joined is before 1 day from today",
    "joined >= '2026-07-01'": "customers whose joined is on or after 2026-07-01",
    "last_seen < '2026-07-01 09:30'": "customers whose last seen is before 2026-07-01 09:30",
    "days_old(joined) > 30": "customers whose number of days since joined is over 30",
    "year(joined) = 2026": "customers whose year of joined is 2026",
    # groups
    "age >= 18 and country = 'FR' and opt_in": "customers whose age is at least 18, whose country is 'FR' and whose opt in is true",
    "age >= 18 and (country = 'FR' or opt_in)": "customers whose age is at least 18 and (whose country is 'FR' or whose opt in is true)",
    "not (age < 18 or country = 'FR')": "customers for whom it is false that (their age is under 18 or their country is 'FR')",
    "age >= 18 and (country = 'FR') is not true": "customers whose age is at least 18, except those whose country is 'FR'",
    "(country = 'FR') is not true": "all customers, except those whose country is 'FR'",
    "opt_in and ((country = 'FR') is not true)": "customers whose opt in is true and who are not among those whose country is 'FR'",
    # links
    "orders.exists()": "customers who have at least one order",
    "not orders.exists(status = 'paid')": "customers who have no orders with status 'paid'",
    "orders.count() = 0": "customers who have no orders",
    "orders.count(amount > 50 and date >= days_ago(90)) >= 2": "customers who have at least 2 orders with"
    " amount over 50 and date in the last 90 days",
    "orders.count() < 3 or not orders.count() > 5": "customers who have fewer than 3 orders or who have at most 5 orders",
    "orders.exists(amount > 50 or paid)": "customers who have at least one order (whose amount is over 50 or whose paid is true)",
    "orders.items.exists(starts_with(sku, 'A'))": "customers who have at least one item with sku starting with 'A' of orders",
    "orders.where(paid).items.where(price > 5).count() = 1": "customers who have exactly 1 item with price over 5 of orders with paid true",
    "orders.exists(items.count() >= 2)": "customers who have at least one order with number of items at least 2",
    "orders.sum(amount) > 500": "customers whose total amount of orders is over 500",
    "orders.where(paid).avg(amount * qty) < 10": "customers whose average amount times qty of orders with paid true is under 10",
    "orders.max(date) < days_ago(90)": "customers whose latest date of orders is more than 90 days ago",
    "orders.min(amount) = 1": "customers whose smallest amount of orders is 1",
    "orders.count(status) > 1": "customers whose number of orders with status known is over 1",
    "referrer.country = 'FR'": "customers whose referrer's country is 'FR'",
    # values
    "(age + 1) * 2 > 10": "customers whose (age plus 1) times 2 is over 10",
    "coalesce(age, 0) > 1": "customers whose first known of age and 0 is over 1",
    "round(balance, 2) = 1 or round(balance) = 1": "customers whose balance rounded to 2 decimals is 1 or whose balance rounded is 1",
    "case when age >= 18 then 1 else 2 end = 1": "customers whose (1 if their age is at least 18, otherwise 2) is 1",
    "age > param('least', 18)": "customers whose age is over least (18 unless given)",
    "country = :land": "customers whose country is the variable land",
    "opt_in = (age > 18)": "customers whose opt in is whether their age is over 18",
    "1 = 2": "customers for whom 1 is 2",
    # behaviours
    "opened('Offer A') and not clicked('Offer A', 'Spring')": "customers who opened 'Offer A'"
    " and who did not click in 'Offer A' of campaign 'Spring'",
    "not (sent('A') or bounced('A'))": "customers for whom it is false that (they were sent 'A' or they bounced on 'A')",
}


@pytest.mark.parametrize("text", SAID)
def test_a_rule_is_said_as_written_by_hand(text: str) -> None:
    assert rule(text, customers).explain() == SAID[text]


def test_things_are_no_persons() -> None:
    said = rule("amount > 50 and (customer.opt_in) is not true and not (paid and qty = 1)", orders).explain()
    assert said == (
        "orders (whose amount is over 50, except those whose customer's opt in is true)"
        " and for which it is false that (their paid is true and their qty is 1)"
    )


def test_a_rule_without_a_table_speaks_of_rows() -> None:
    assert ((col.points > 10) & (col.since >= days_ago(1))).explain() == "rows whose points is over 10 and whose since is in the last day"


def test_a_value_is_a_phrase() -> None:
    assert customers.orders.where(orders.amount > 5).sum("qty").explain() == "total qty of orders with amount over 5"
    lines = customers.orders.sort(orders.date.desc(), "amount").select("status", "date").head(3)
    assert sentence(customers.age.desc().node) == "age descending"
    assert lines.explain() == "first 3 orders by date descending then amount (status, date)"


def test_a_rule_too_deep_is_refused_before_it_is_said() -> None:
    node: tree.Node = tree.Everybody()
    for _ in range(1_000):
        node = tree.Not(node)
    with pytest.raises(DefinitionError, match="the rule is too large"):
        sentence(node)
