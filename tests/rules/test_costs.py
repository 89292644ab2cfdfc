"""A rule taken apart into its conditions: with each alone, and without it."""

from __future__ import annotations

import pytest

from campaign_nb.rules import tree
from campaign_nb.rules.costs import parts, spoken
from campaign_nb.rules.count import percent
from tests.rules.shop import customers, orders, scope_of

A, B, C = customers.age > 18, customers.country == "FR", customers.email.is_null()


@pytest.mark.parametrize(
    ("rule", "alone", "without"),
    [
        (A, ["age > 18"], ["everybody"]),
        (A & B & C, ["age > 18", "country = 'FR'", "email is null"], [(B & C).text(), (A & C).text(), (A & B).text()]),
        (A | B, ["age > 18", "country = 'FR'"], ["country = 'FR'", "age > 18"]),
        (A & (B | C), ["age > 18", "country = 'FR'", "email is null"], [(B | C).text(), (A & C).text(), (A & B).text()]),
        (A - B, ["age > 18", "(country = 'FR') is not true"], ["(country = 'FR') is not true", "age > 18"]),
        (A - (B & C), ["age > 18", (A - B).text()[13:], (A - C).text()[13:]], [None, (A - C).text(), (A - B).text()]),
        (~A, ["not age > 18"], ["everybody"]),
        (~(A & B), ["not age > 18", "not country = 'FR'"], ["not country = 'FR'", "not age > 18"]),
        (~(A | (B & C)), [(~A).text(), (~B).text(), (~C).text()], [(~(B & C)).text(), (~(A | C)).text(), (~(A | B)).text()]),
    ],
)
def test_a_rule_is_taken_apart_at_any_depth(rule: object, alone: list[str], without: list[str | None]) -> None:
    found = parts(rule.node)  # type: ignore[attr-defined] # a rule
    assert [_text(part.alone) for part in found] == alone
    for part, expected in zip(found, without, strict=True):
        assert expected is None or _text(part.without) == expected


def _text(node: tree.Node) -> str:
    return "everybody" if isinstance(node, tree.Everybody) else type(A)(node, A.root).text()


def test_conditions_on_linked_rows_are_one_condition() -> None:
    rule = customers.orders.where(orders.amount > 5, orders.paid == True).exists() & A  # noqa: E712 # a rule
    assert len(parts(rule.node)) == 2


def test_everybody_has_no_condition_and_is_none_in_an_except() -> None:
    assert parts(tree.Everybody()) == []
    (only,) = parts(tree.Except(tree.Everybody(), A.node))
    assert (only.alone, only.without) == (tree.Except(tree.Everybody(), A.node), tree.Everybody())


def test_a_condition_is_spoken_after_the_name_of_its_table() -> None:
    assert spoken(A.node, scope_of()) == "whose age is over 18"
    assert spoken(tree.Except(tree.Everybody(), B.node), scope_of()) == "except those whose country is 'FR'"


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 9, "0 %"), (9, 9, "100 %"), (1, 8, "12.5 %"), (1, 2000, "< 0.1 %"), (1999, 2000, "> 99.9 %"), (1, 0, "–")],
)
def test_a_share_is_never_rounded_to_nobody_or_everybody(part: int, whole: int, said: str) -> None:
    assert percent(part, whole) == said
