"""Text and tree: what is printed is read back as the same tree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from campaign_nb.errors import DefinitionError
from campaign_nb.rules import tree
from campaign_nb.rules.build import col, days_ago, param, var
from campaign_nb.rules.check import Scope
from campaign_nb.rules.document import from_json, to_json
from campaign_nb.rules.functions import namespace as fn
from campaign_nb.rules.parse import rule
from campaign_nb.rules.read import read, read_value
from campaign_nb.rules.schema import Field, RowSchema
from campaign_nb.rules.sentence import sentence
from campaign_nb.rules.text import text
from campaign_nb.rules.tokens import Place, quoted, tokens
from campaign_nb.rules.tree import Type
from campaign_nb.rules.value import Rule, Value
from tests.rules.shop import CUSTOMERS, SHOP, customers, orders, scope_of
from tests.rules.trees import every_kind, rules, values

slow_to_draw = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large])


@slow_to_draw
@given(rules(st.just(True)))
def test_a_rule_on_a_table_is_read_back_from_its_text(node: tree.Node) -> None:
    assert read(text(node), scope_of()) == node


@slow_to_draw
@given(rules(st.just(False)))
def test_a_rule_on_the_row_under_test_is_read_back_without_a_table(node: tree.Node) -> None:
    assert read(text(node)) == node


@slow_to_draw
@given(rules(st.booleans()))
def test_a_rule_that_mixes_both_is_read_back_from_its_text(node: tree.Node) -> None:
    assume(any(getattr(item, "table", None) for item in node.walk()))
    assert read(text(node), scope_of()) == node


@slow_to_draw
@given(values(st.just(True)))
def test_a_value_is_read_back_from_its_text(node: tree.Node) -> None:
    assume(not isinstance(node, tree.Truth))  # alone, a boolean value and the condition that it is true have one text
    assert read_value(text(node), scope_of()) == node


def test_the_random_trees_hold_every_kind_of_node() -> None:
    met: set[type[tree.Node]] = set()

    @settings(slow_to_draw, max_examples=120, derandomize=True, phases=[Phase.generate])
    @given(rules(st.just(True), depth=4))
    def meet(node: tree.Node) -> None:
        met.update(type(item) for item in node.walk())

    meet()
    assert met == every_kind()


@given(st.text(min_size=1))
def test_any_name_is_quoted_so_that_it_is_one_name(name: str) -> None:
    first, end = tokens(Place("rule", quoted(name)))
    assert (first.text, first.kind in ("name", "word"), end.kind) == (name, True, "end")


PRINTED = [
    (customers.age >= 18, "age >= 18"),
    ((customers.age >= 18) & ~(customers.country == "FR"), "age >= 18 and not country = 'FR'"),
    ((customers.age >= 18) - (customers.country == "FR"), "age >= 18 and (country = 'FR') is not true"),
    ((customers.age >= 18) & ((customers.age < 30) | customers.opt_in), "age >= 18 and (age < 30 or opt_in)"),
    (customers.country.not_in(["FR", None]), "country not in ('FR', null)"),
    (customers.email.is_empty() | customers.email.is_not_null(), "is_empty(email) or email is not null"),
    (customers.joined >= "2026-07-01", "joined >= date '2026-07-01'"),
    (customers.last_seen < dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC), "last_seen < timestamp '2026-07-01 09:00:00+00:00'"),
    (customers.credit > Decimal("12.50"), "credit > decimal '12.50'"),
    (customers.name == "O'Brien", "name = 'O''Brien'"),
    (customers["any name"].like("a%") & (customers["in"] == 1), '"any name" like \'a%\' and "in" = 1'),
    (customers.referrer.country == "FR", "referrer.country = 'FR'"),
    (~customers.orders.exists(), "not orders.exists()"),
    (
        customers.orders.where(orders.amount > 50, orders.date >= days_ago(90)).count() >= 2,
        "orders.where(amount > 50, date >= days_ago(90)).count() >= 2",
    ),
    (customers.orders.sum(orders.amount * orders.qty) > 500, "orders.sum(amount * qty) > 500"),
    (customers.orders.items.where(col.price > 5).exists(), "orders.items.where(col.price > 5).exists()"),
    (orders.customer.orders.max("date") < days_ago(30), "customer.orders.max(date) < days_ago(30)"),
    (customers.age > param("least", 18), "age > param('least', 18)"),
    (customers.country == var("land"), "country = :land"),
    ((customers.age - (customers["in"] - 1)) * -customers.age > -5, '(age - ("in" - 1)) * -age > -5'),
    (Rule(tree.Behaviour("opened", "Offer A", "Spring")), "opened('Offer A', 'Spring')"),
    (Rule(tree.Everybody()), "everybody()"),
    (Rule(tree.Everybody()) - (customers.country == "FR"), "(country = 'FR') is not true"),
    (fn.negate(-customers.age) == -(-customers.age - 5), "-(-age) = -(-age - 5)"),
    (Value(tree.Call("negate", (tree.Constant(-5),))) < Value(tree.Call("negate", (tree.Constant(5),))), "-(-5) < -(5)"),
    (Rule(tree.Truth((customers.age == 1).node)), "truth(age = 1)"),
]


@pytest.mark.parametrize(("built", "expected"), PRINTED, ids=[expected for _, expected in PRINTED])
def test_rules_built_in_python_print_as_text(built: Rule, expected: str) -> None:
    assert str(built) == expected


READ = [
    (
        "age >= 18 and orders.count(amount > 50 and date >= days_ago(90)) >= 2",
        (customers.age >= 18) & (customers.orders.where((orders.amount > 50) & (orders.date >= days_ago(90))).count() >= 2),
    ),
    ("orders.exists(amount > 50)", customers.orders.where(orders.amount > 50).exists()),
    (
        "orders.where(paid).where(status = 'x').sum(amount) > 500",
        customers.orders.where(orders.paid, orders.status == "x").sum("amount") > 500,
    ),
    ("orders.count(orders.paid) = 1", customers.orders.count("paid") == 1),
    ("age >= 18 AND NOT country = 'FR'", (customers.age >= 18) & ~(customers.country == "FR")),
    ("age >= 18 and not (country = 'FR')", (customers.age >= 18) & ~(customers.country == "FR")),
    ("age >= 18 and (country = 'FR') is not true", (customers.age >= 18) - (customers.country == "FR")),
    ("(opt_in) is not true", Rule(tree.Everybody()) - customers.opt_in),
    ("joined > '2026-07-01' and last_seen <= '2026-07-01'", (customers.joined > "2026-07-01") & (customers.last_seen <= "2026-07-01")),
    ("'2026-07-01' < joined", Rule(tree.Compare("<", tree.Constant(dt.date(2026, 7, 1)), customers.joined.node))),
    ("age != 3 or age between 1 and 2", (customers.age != 3) | customers.age.between(1, 2)),
    ("name || 'x' = 'ax'", Rule(tree.Compare("=", tree.Call("concat", (customers.name.node, tree.Constant("x"))), tree.Constant("ax")))),
    ("age > " + "0" * 50 + "18", customers.age > 18),
    ("age > -9223372036854775808", customers.age > -(2**63)),
    ("customers.age > 3", customers.age > 3),
    ("referrer.referrer.age > 3", customers.referrer.referrer.age > 3),
    ("opened('Offer A')", Rule(tree.Behaviour("opened", "Offer A", ""))),
    ("age - 2 * age - 4 = age % 2", (customers.age - Value(tree.Constant(2)) * customers.age - 4) == customers.age % 2),
]


@pytest.mark.parametrize(("written", "expected"), READ, ids=[written for written, _ in READ])
def test_text_and_python_build_the_same_tree(written: str, expected: Rule) -> None:
    assert rule(written, customers).node == expected.node


def test_and_binds_more_tightly_than_or_and_not_more_than_and() -> None:
    a, b, c = (tree.Truth(tree.Column(name)) for name in "abc")
    assert read("a or b and not c") == tree.Or((a, tree.And((b, tree.Not(c)))))


def test_except_covers_all_that_stands_before_it() -> None:
    a, b, c = (tree.Truth(tree.Column(name)) for name in "abc")
    assert read("a and b and (c) is not true") == tree.Except(tree.And((a, b)), c)
    assert read("a and ((b) is not true) and c") == tree.And((a, tree.Except(tree.Everybody(), b), c))


def test_is_true_and_is_false_are_never_unknown() -> None:
    a = tree.Truth(tree.Column("a"))
    assert read("a is true") == tree.Not(tree.Except(tree.Everybody(), a))
    assert read("a is not false") == tree.Except(tree.Everybody(), tree.Not(a))


def test_a_text_without_a_table_takes_names_as_columns_of_the_row_under_test() -> None:
    assert read("segment_code = 'A'") == (col.segment_code == "A").node


@pytest.mark.parametrize(("built", "printed"), PRINTED, ids=[printed for _, printed in PRINTED])
def test_what_was_printed_is_read_back(built: Rule, printed: str) -> None:
    assert read(printed, scope_of(built.root.table.label if built.root else "customers")) == built.node


def test_columns_that_the_population_has_beside_its_table_are_those_of_the_row_under_test() -> None:
    scope = Scope(SHOP, RowSchema(CUSTOMERS, {"segment_code": Field("segment_code", Type.TEXT)}))
    assert read("age > 3 and segment_code = 'A'", scope) == ((customers.age > 3) & (col.segment_code == "A")).node


def test_a_behaviour_names_its_campaign_when_the_reader_is_told() -> None:
    assert read("opened('Offer A')", campaign="Spring") == tree.Behaviour("opened", "Offer A", "Spring")


def test_collected_rows_are_read_back() -> None:
    assert text(orders.date.desc().node) == "date desc"
    dotted = "orders.select(customer.name, status).head(2)"
    assert read_value(dotted, scope_of()) == customers.orders.sort().select("customer.name", "status").head(2).node
    assert customers.orders.sort().select("customer.name", "status").head(2).text() == dotted
    built = customers.orders.sort(orders.date.desc(), "amount").select("status").first()
    assert built.text() == "first_of(orders.sort(date desc, amount).select(status).head(1))"
    assert read_value("orders.sort(date desc, amount).select(status).first()", scope_of()) == built.node


def _chain(grow: Callable[[tree.Node], tree.Node]) -> tree.Node:
    """The deepest tree that grows so."""
    node: tree.Node = tree.Truth(tree.Column("opt_in", (), "customers"))
    while True:
        larger = grow(node)
        depth, _ = tree.measure(larger)
        if depth > tree.MAX_DEPTH:
            return node
        node = larger


OTHER = tree.Truth(tree.Column("opt_in", (), "customers"))
DEEP: dict[str, Callable[[tree.Node], tree.Node]] = {
    "nots": lambda node: tree.Not(node),
    "groups": lambda node: tree.And((OTHER, tree.Or((OTHER, node)))),
    "negated groups": lambda node: tree.Not(tree.And((OTHER, node))),
    "exceptions": lambda node: tree.Except(OTHER, node),
    "exceptions from everybody": lambda node: tree.Except(tree.Everybody(), node),
    "exceptions in groups": lambda node: tree.And((OTHER, tree.Except(OTHER, node))),
    "comparisons": lambda node: tree.Compare("=", node, tree.Constant(True)),
    "functions": lambda node: tree.Truth(tree.Call("coalesce", (node,))),
    "differences": lambda node: tree.Truth(tree.Call("subtract", (tree.Constant(1), tree.Call("negate", (node,))))),
    "cases": lambda node: tree.Truth(tree.Case(((node, tree.Constant(True)),), tree.Constant(False))),
    "links": lambda node: tree.Exists(tree.Linked((tree.LinkStep("referred", (node,)),), "customers")),
}


@pytest.mark.parametrize("shape", DEEP)
def test_the_deepest_trees_are_printed_and_read_back(shape: str) -> None:
    node = _chain(DEEP[shape])
    assert read(text(node), scope_of()) == node
    assert from_json(to_json(node)) == node
    assert sentence(node, scope_of()).startswith(("customers", "all customers"))
    with pytest.raises(DefinitionError, match="the rule is too large"):
        text(tree.Not(tree.Not(tree.Not(tree.Not(node)))))
