"""Text outside the grammar is refused with its place; hostile text harms nothing and takes no time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_nb.errors import DefinitionError
from campaign_nb.rules.parse import node_of_rule, rule, table_of_rule
from campaign_nb.rules.read import read
from campaign_nb.rules.tokens import RESERVED
from tests.rules.shop import customers, orders

REFUSED = {
    # names
    "agee > 18": "character 1, at: agee > 18\n  no column 'agee' in 'customers'\n  expected: did you mean 'age'?",
    "oders.exists()": "'oders' is no link of 'customers'\n  expected: did you mean 'orders'?",
    "orders.exists(amout > 5)": "character 15, at: amout > 5)\n  no column 'amout' in 'orders'\n  expected: did you mean 'amount'?",
    "age.year > 3": "'age' is a column, not a link, of 'customers'",
    'country = "FR"': "text stands in single quotes\n  → 'FR'",
    "lowr(name) = 'a'": "no function 'lowr'\n  expected: did you mean 'lower'?",
    "DaysAgo(3) = joined": "no function 'DaysAgo'\n  expected: days_ago(…)",
    "count(age) > 2": "no function 'count'\n  expected: rows of a link, as in orders.count(…)",
    "orders > 3": "'orders' is a link, not a column",
    "orders.amount > 50": "orders.amount has many values for one row",
    "orders.customer.age > 5": "→ orders.customer.exists(age > …), or orders.customer.max(age)",
    "referrer.where(age > 3).age > 3": "referrer.age has many values for one row",
    "orders.foo() > 1": "'foo' can't be done with linked rows",
    "referrer.exists()": "at: exists()\n  referrer leads to one row",
    "orders.select(customer.nmae).first() = 'a'": "did you mean 'name'?",
    # types
    "age > 'x'": "integer > text",
    "name like 5": "a text test on an integer value",
    "age": "an integer value is used as a condition",
    "joined > 'soon'": "date > text",
    "orders.sum(status) > 1": "sum of a text column",
    # grammar
    "": "the text is empty",
    "age >": "the text ends\n  expected: a column, a literal or a function",
    "age > 18 country": "found 'country'\n  expected: an operator or the end",
    "(age > 18": "expected: a closing bracket",
    "18 <= age < 30": "one comparison follows another\n  expected: between, or and with two comparisons",
    "age = 1 = 2": "one comparison follows another",
    "age == 18": "the sign '=='\n  expected: one = sign",
    "age > 18 & age < 20": "the sign '&'\n  expected: the word and",
    "~opt_in": "the sign '~'\n  expected: the word not",
    "age > 18 -- adults": "the sign '--'",
    "age in ()": "the list is empty",
    "age in 3": "found '3'\n  expected: a list in brackets",
    "age between 1 or 2": "found 'or'\n  expected: and",
    "age is 3": "found '3'\n  expected: null, true or false after is",
    "age not 3": "found '3'\n  expected: in, between, like or ilike",
    "age = not opt_in": "not stands inside a comparison",
    "name = 'Ann": "a quote is not closed",
    "in = 1": "found 'in'",
    "referrer.in = 1": "'in' is a word of the language\n  expected: a name in double quotes\n  → \"in\"",
    "case end = 1": "expected: when",
    "case when age > 1 then 2": "the text ends\n  expected: end",
    "orders.where(paid)": "what to do with the linked rows",
    "orders.sum(amount, date) > 1": "sum got 2 arguments",
    "orders.sum() > 1": "sum got 0 arguments",
    "orders.head(0) is null": "head needs a number of rows",
    "orders.first() is null": "first() of 7 columns",
    "orders.sort(date)": "the text ends\n  expected: how many of the rows",
    "orders.sort(date).status": "found 'status'\n  expected: .head(3) or .first() at the end",
    "date '2026-13-01' = joined": "'2026-13-01' is no date\n  expected: as in date '2026-07-01'",
    "date '20260701' = joined": "'20260701' is no date",
    "interval 'a day' is null": "'a day' is no interval",
    "age > 99999999999999999999": "the whole number is too large",
    "age > 9223372036854775808": "the whole number is too large",
    "age > 1e999": "the number is too large",
    "age > 0x10": "found 'x10'",
    "opened(age)": "opened names no activity",
    "is_empty()": "is_empty got 0 arguments",
    "param(age, 5) = age": "param got something else",
    "everybody(1)": "everybody got 1 argument",
    # attacks
    "__import__('os').system('x')": "found '.'",
    "exec('x')": "no function 'exec'",
    "age > 18; DROP TABLE customers": "found ';'",
    "age > (SELECT max(age) FROM customers)": "found 'max'",
    "SELECT 1": "a whole query\n  expected: the condition alone",
    "age > 18 union select 1": "found 'union'",
    "age::text = '1'": "found ':'",
    "age > $1": "found '$'",
    "name = `a`": "the character '`'",
    "{{ age }} > 1": "the sign '{'",
    "age > 18 /* x */": "the sign '/*'",
    '"a"").drop(" = 1': "no column 'a\").drop('",
    "\x00": "the character '\\x00'",
}


@pytest.mark.parametrize("text", REFUSED)
def test_it_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(REFUSED[text])):
        rule(text, customers)


def test_all_unknown_names_are_reported_together() -> None:
    with pytest.raises(DefinitionError, match="rule has 3 problems") as caught:
        rule("agee > 18 and contry = 'FR' and orders.exists(amout > 5)", customers)
    assert [problem.where for problem in caught.value.problems] == [
        "rule, character 1, at: agee > 18 and contry = 'FR' an",
        "rule, character 15, at: contry = 'FR' and orders.exist",
        "rule, character 47, at: amout > 5)",
    ]


def test_all_misfits_of_the_conditions_are_reported_together() -> None:
    with pytest.raises(DefinitionError, match="rule has 2 problems"):
        rule("age > 'x' and name = 5", customers)


HOSTILE = {
    "brackets": "(" * 50_000,
    "closed brackets": "(" * 200 + "opt_in" + ")" * 200,
    "nots": "not " * 20_000 + "opt_in",
    "signs": "- " * 40_000 + "age > 1",
    "sums": "1" + " + 1" * 20_000 + " > age",
    "lists": "age in (" * 10_000,
    "functions": "abs(" * 20_000,
    "cases": "case when " * 9_000,
    "wheres": "orders.where(" * 5_000,
    "links": "referrer." * 10_000 + "age > 1",
    "quotes": "'" * 99_999,
    "double quotes": '"' * 99_999,
    "escaped quotes": "name = '" + "''" * 40_000,
    "spaces": " " * 99_999,
    "conditions": " or ".join(["age = 1"] * 9_000),
    "too long": "opt_in and " * 10_000 + "opt_in",
    "backtracking": "name like '" + "a%" * 20 + "' and " + "(a+)+$" * 1_000,
    "digits": "age > " + "9" * 90_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_would_exhaust_a_reader_is_refused_at_once(case: str) -> None:
    started = time.monotonic()
    with pytest.raises(DefinitionError, match=r"too deep|too large|at most|found|quote|empty|the text ends"):
        rule(HOSTILE[case], customers)
    assert time.monotonic() - started < 5


def test_a_text_may_have_100_kilobytes_and_no_more() -> None:
    assert rule(" " * 99_994 + "opt_in", customers).text() == "opt_in"
    with pytest.raises(DefinitionError, match=r"a text of 100,001 characters\s+expected: at most 100 kB"):
        rule(" " * 99_995 + "opt_in", customers)


def test_the_deepest_brackets_allowed_are_read() -> None:
    assert rule("(" * 100 + "opt_in" + ")" * 100, customers).text() == "opt_in"


@given(st.text(max_size=40))
def test_any_text_is_a_rule_or_a_definition_error(text: str) -> None:
    try:
        read(text)
    except DefinitionError as error:
        assert error.what


pieces = st.sampled_from(
    [*sorted(RESERVED), *"()+-*/%=<>.,:'\"", "age", "orders", "count", "where", "sort", "head", "1", "'a'", "date", "col", "desc"]
)


@given(st.lists(pieces, max_size=14))
def test_any_mixture_of_words_is_a_rule_or_a_definition_error(words: list[str]) -> None:
    try:
        rule(" ".join(words), customers)
    except DefinitionError as error:
        assert error.what


def test_a_rule_needs_a_table_and_a_text() -> None:
    with pytest.raises(DefinitionError, match="a Collection is no table"):
        rule("amount > 1", customers.orders)
    with pytest.raises(DefinitionError, match="an int is no text"):
        rule(5, customers)  # type: ignore[arg-type] # a user's slip


def test_a_table_stands_for_everybody_and_tells_its_name() -> None:
    assert node_of_rule(customers) == node_of_rule("everybody()")
    assert node_of_rule("age > 3") == node_of_rule(read_unbound())
    assert [table_of_rule(item) for item in (customers, orders.amount > 1, orders.amount, "age > 3")] == [
        "customers",
        "orders",
        "orders",
        None,
    ]
    with pytest.raises(DefinitionError, match="stands for many rows"):
        node_of_rule(customers.orders)


def read_unbound() -> str:
    """The same rule with other white space."""
    return "\n age>3\t"
