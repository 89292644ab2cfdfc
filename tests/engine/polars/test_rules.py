"""What each kind of rule means: true, false, or None for unknown, by tables written by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from campaign_nb.engine.backends.polars import Context, compile_rule, selects
from campaign_nb.errors import DefinitionError, RunError
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type
from tests.engine.polars.world import AS_OF, CONTEXT, call, col, is_, node, truths

T, F, U = True, False, None
PAIRS = {"i": [1, 1, 1, 0, 0, 0, None, None, None], "j": [1, 0, None] * 3}
ONE, TWO = is_("=", col("i"), 1), is_("=", col("j"), 1)


def in_(value: Any, *options: Any) -> tree.In:
    return tree.In(node(value), tuple(node(option) for option in options))


@pytest.mark.parametrize(
    ("rule", "table"),
    [
        (tree.And((ONE, TWO)), [T, F, U, F, F, F, U, F, U]),
        (tree.Or((ONE, TWO)), [T, T, T, T, F, U, T, U, U]),
        (tree.Not(ONE), [F, F, F, T, T, T, U, U, U]),
        (tree.Except(ONE, TWO), [F, T, T, F, F, F, F, U, U]),
        (tree.Not(tree.Except(ONE, TWO)), [T, F, F, T, T, T, T, U, U]),
        (tree.And((ONE, tree.Not(TWO))), [F, T, U, F, F, F, F, U, U]),
    ],
)
def test_logic_follows_the_table_of_three_values(rule: tree.Node, table: list[bool | None]) -> None:
    assert truths(rule, PAIRS) == table


def test_a_group_of_nothing_is_true_for_and_and_false_for_or() -> None:
    assert truths(tree.And(()), {"i": [1, None]}) == [T, T]
    assert truths(tree.Or(()), {"i": [1, None]}) == [F, F]


@pytest.mark.parametrize(
    ("rule", "table"),
    [
        (in_(col("i"), 1, 2), [T, F, U]),
        (in_(col("i"), 1, None), [T, U, U]),
        (tree.Not(in_(col("i"), 1, None)), [F, U, U]),
        (in_(col("i"), None), [U, U, U]),
        (in_(col("i"), 1.0, 2.5), [T, F, U]),
        (in_(col("i"), col("j"), 1), [T, U, U]),
        (in_(3, col("i"), 1), [F, T, U]),
        (in_(None, 1), [U, U, U]),
        (in_(col("i")), [F, F, F]),
    ],
)
def test_membership_is_unknown_where_a_null_could_have_been_the_match(rule: tree.Node, table: list[bool | None]) -> None:
    assert truths(rule, {"i": [1, 3, None], "j": [5, None, 1]}) == table


@pytest.mark.parametrize(
    ("column", "cells", "options", "table"),
    [
        ("s", ["a", "A", "", None], ["a", ""], [T, F, T, U]),
        ("s", ["e\u0301", "é", "İ", None], ["é", "i"], [F, T, F, U]),
        ("f", [0.0, -0.0, float("nan"), None], [0, 1.5], [T, T, U, U]),
        ("u", [2**64 - 1, 2**63, 0, None], [2**64 - 1, -1], [T, F, F, U]),
        ("j", [127, -128, 0, None], [1000, -128], [F, T, F, U]),
        ("c", ["a", "b", "é", None], ["b", "not a category"], [F, T, F, U]),
        ("b", [True, False, None], [True], [T, F, U]),
    ],
)
def test_membership_works_for_every_type(column: str, cells: list[Any], options: list[Any], table: list[bool | None]) -> None:
    assert truths(in_(col(column), *options), {column: cells}) == table


@pytest.mark.parametrize(
    ("low", "high", "table"),
    [(1, 3, [T, T, F, F, U]), (None, 3, [U, U, F, U, U]), (1, None, [U, U, U, F, U]), (3, 1, [F, F, F, F, U]), (0.5, 2.5, [T, F, F, F, U])],
)
def test_between_includes_both_ends_and_is_false_once_one_end_is_missed(low: Any, high: Any, table: list[bool | None]) -> None:
    rule = tree.Between(col("i"), node(low), node(high))
    assert truths(rule, {"i": [1, 3, 4, 0, None]}) == table


def test_is_null_is_never_unknown_and_counts_nan_as_null() -> None:
    assert truths(tree.IsNull(col("f")), {"f": [float("nan"), None, 0.0, float("inf")]}) == [T, T, F, F]
    assert truths(tree.IsNull(col("s")), {"s": ["", None, " "]}) == [F, T, F]
    assert truths(tree.Not(tree.IsNull(node(None))), {"i": [1]}) == [F]


def test_is_empty_is_null_or_the_empty_text() -> None:
    assert truths(tree.IsEmpty(col("s")), {"s": ["", None, " ", "a"]}) == [T, T, F, F]
    assert truths(tree.IsEmpty(col("c")), {"c": ["", None, "a"]}) == [T, T, F]
    assert truths(tree.IsEmpty(col("i")), {"i": [0, None]}) == [F, T]
    assert truths(tree.IsEmpty(col("f")), {"f": [0.0, float("nan"), None]}) == [F, T, T]


def test_a_boolean_value_is_a_condition_and_null_makes_it_unknown() -> None:
    assert truths(tree.Truth(col("b")), {"b": [True, False, None]}) == [T, F, U]
    assert truths(tree.Truth(tree.Variable("yes")), {"b": [None]}) == [T]
    assert truths(tree.Truth(tree.Variable("nothing")), {"b": [True]}) == [U]
    assert truths(tree.Truth(is_("=", col("i"), 1)), {"i": [1, 2, None]}) == [T, F, U]


def test_everybody_is_everybody() -> None:
    assert truths(tree.Everybody(), {"i": [1, None]}) == [T, T]


def test_exists_and_behaviour_are_never_unknown() -> None:
    frame = pl.LazyFrame({"found": [True, False, None]})
    for leaf in (tree.Exists(tree.Linked((tree.LinkStep("orders"),))), tree.Behaviour("opened", "Offer", "")):
        rule = compile_rule(leaf, lambda _: (pl.col("found"), Field("found", Type.BOOLEAN)), CONTEXT)
        assert frame.select(rule).collect()["found"].to_list() == [T, F, F]


def test_selecting_takes_unknown_for_no() -> None:
    frame = pl.LazyFrame({"rule": [True, False, None]})
    assert frame.select(selects(pl.col("rule"))).collect()["rule"].to_list() == [T, F, F]


def test_case_takes_the_first_condition_that_is_true_not_one_that_is_unknown() -> None:
    case = tree.Case(((ONE, node("one")), (is_("<", col("i"), 5), node("few"))), node("rest"))
    assert truths(is_("=", case, "one"), {"i": [1, 2, 9, None]}) == [T, F, F, F]
    assert truths(is_("=", case, "few"), {"i": [1, 2, 9, None]}) == [F, T, F, F]
    assert truths(is_("=", case, "rest"), {"i": [1, 2, 9, None]}) == [F, F, T, T]


def test_a_case_of_nothing_but_nulls_is_a_null_that_every_function_takes() -> None:
    nothing = tree.Case(((ONE, node(None)),), node(None))
    assert truths(tree.IsNull(nothing), {"i": [1]}) == [T]
    assert truths(is_("=", call("abs", nothing), 1), {"i": [1]}) == [U]
    assert truths(tree.Like(nothing, node("a%")), {"i": [1]}) == [U]


def test_parameters_and_variables_stand_for_their_values() -> None:
    assert truths(is_(">", col("i"), tree.Parameter("least", tree.Constant(5))), {"i": [5, 6, None]}) == [F, T, U]
    assert truths(is_(">", col("i"), tree.Variable("least")), {"i": [5, 6, None]}) == [F, T, U]
    assert truths(is_(">", col("i"), tree.Variable("nothing")), {"i": [5, 6]}) == [U, U]
    assert truths(is_(">", call("length", tree.Variable("day")), 3), {"i": [1]}) == [T]


def test_a_variable_without_a_value_is_named() -> None:
    with pytest.raises(RunError, match=r"(?s)variable 'leest'.*did you mean 'least'"):
        truths(is_(">", col("i"), tree.Variable("leest")), {"i": [1]})


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (col("i"), "a value stands where a condition is expected"),
        (is_("=", call("lenght", col("s")), 1), "no function 'lenght'.*did you mean 'length'"),
        (is_("=", col("i"), tree.Variable("day")), "integer = text"),
        (is_("<", col("day"), tree.Parameter("p", tree.Constant("soon"))), "a text that is no date"),
        (tree.Truth(col("i")), "a integer value is used as a condition"),
        (tree.Like(col("i"), node("1%")), "a text test on a integer value"),
        (is_("=", tree.Order(col("i")), 1), "Order is no value"),
        (is_(">", col("i"), 10**40), "more than 38 digits"),
    ],
)
def test_what_has_no_meaning_is_refused_before_any_row_is_read(rule: tree.Node, message: str) -> None:
    with pytest.raises(DefinitionError, match=f"(?s){message}"):
        truths(rule, {"i": [1], "s": ["a"], "day": [None]})


def test_a_run_without_a_zone_for_its_instant_is_refused() -> None:
    with pytest.raises(RunError, match="its as_of has no zone"):
        Context(AS_OF.replace(tzinfo=None), "Europe/Paris")
