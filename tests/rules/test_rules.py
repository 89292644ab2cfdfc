"""What a rule can do with itself: combine, compare, show."""

from __future__ import annotations

import pytest

from campaign_nb.errors import RunError
from campaign_nb.rules import execute, tree
from campaign_nb.rules.build import col, param
from campaign_nb.rules.check import problems
from campaign_nb.rules.fit import fit
from campaign_nb.rules.joined import all_of
from campaign_nb.rules.parse import rule
from campaign_nb.rules.read import read
from campaign_nb.rules.value import Rule
from tests.rules.shop import customers, scope_of

adult = customers.age >= 18
french = customers.country == "FR"


def test_joins_are_flat_and_a_double_negation_is_gone() -> None:
    assert (adult & french & customers.opt_in).node == tree.And((adult.node, french.node, tree.Truth(customers.opt_in.node)))
    assert (~~adult).equals(adult)
    assert (customers.opt_in | adult).text() == "opt_in or age >= 18"


def test_a_difference_is_except_and_not_and_not() -> None:
    assert (adult - french).node == tree.Except(adult.node, french.node)
    assert not (adult - french).equals(adult & ~french)


def test_no_rule_at_all_is_everybody() -> None:
    assert all_of([]).node == tree.Everybody()
    assert all_of([adult, french]).equals(adult & french)


def test_not_equal_may_keep_the_rows_without_a_value() -> None:
    assert customers.country.equals_or_null("FR", negate=True).text() == "country <> 'FR' or country is null"


def test_a_rule_prints_as_text_as_a_sentence_and_as_a_card() -> None:
    assert str(adult) == "age >= 18"
    assert repr(adult) == "<rule on customers: age >= 18>"
    assert repr(customers.age + 1) == "<value on customers: age + 1>"
    assert repr(col.points > 1) == "<rule on the row under test: points > 1>"
    assert adult.explain() == "customers whose age is at least 18"
    shown = adult._repr_html_()
    assert "Rule on customers" in shown and "age &gt;= 18" in shown and "customers whose age is at least 18" in shown


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><svg/onload=alert(1)>', "</style><script>", "<a href='javascript:x'>", "<form id=body>"]
)
def test_a_card_shows_hostile_text_as_text(hostile: str) -> None:
    shown = (customers.name == hostile)._repr_html_().partition("</style>")[2]
    assert not any(tag in shown for tag in ("<script", "<svg", "<a ", "<form", "</style"))


def test_a_value_prints_and_explains_itself() -> None:
    spent = customers.orders.sum("amount")
    assert (str(spent), spent.explain()) == ("orders.sum(amount)", "total amount of orders")


def test_json_and_back_on_the_same_table() -> None:
    built = rule("orders.where(status = 'paid').sum(amount) > 500", customers)
    assert Rule.from_json(built.to_json(), customers).equals(built)


def test_iso_texts_are_fitted_in_lists_ranges_and_parameters() -> None:
    given = rule("joined in ('2026-07-01') or joined between '2026-01-01' and param('till', '2026-07-01')", customers)
    assert given.text() == "joined in (date '2026-07-01') or joined between date '2026-01-01' and param('till', date '2026-07-01')"


def test_iso_texts_are_fitted_where_python_compares_them() -> None:
    assert (customers.joined >= param("since", "2026-07-01")).text() == "joined >= param('since', date '2026-07-01')"


@pytest.mark.parametrize(
    ("node", "what"),
    [
        (tree.Exists(tree.Linked((tree.LinkStep("referrer"),), "customers")), "customers.referrer leads to one row"),
        (tree.Behaviour("read", "Offer A", ""), "no event 'read'"),
        (tree.Truth(tree.Lines(tree.Linked((tree.LinkStep("orders"),)), (), ("sttus",))), "no column 'sttus' in orders"),
        (tree.Constant(True), "a value stands where a condition is expected"),
    ],
)
def test_a_tree_from_elsewhere_is_checked_against_the_table(node: tree.Node, what: str) -> None:
    (problem,) = problems(scope_of(), node, "filter")
    assert problem.what.startswith(what)


def test_a_rule_read_without_a_table_may_hold_iso_texts_for_dates() -> None:
    assert list(problems(scope_of(), read("joined >= '2026-07-01' and last_seen < '2026-07-01 09:00'"), "filter")) == []
    (problem,) = problems(scope_of(), read("joined >= 'soon'"), "filter 'New'")
    assert (problem.where, problem.what) == ("filter 'New'", "date >= text")


def test_fitting_leaves_what_does_not_fit_for_the_check() -> None:
    node = tree.Compare("=", tree.Column("nothing"), tree.Constant("2026-07-01"))
    assert fit(scope_of(), node) == node


class FakeEngine:
    """An engine that knows one number."""

    def count(self, rule: Rule) -> int:
        return 42


def test_counting_asks_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "_provided", [FakeEngine()])
    assert adult.count() == 42
    monkeypatch.setattr(execute, "_provided", [])
    with pytest.raises(RunError, match="no engine is loaded"):
        adult.count()
