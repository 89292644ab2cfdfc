"""Deduplication: who stays of those that share values, and who never is a duplicate."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import Deduplicate

TRIPLE = pl.DataFrame(
    {
        "id": ["A", "B", "C", "Y", "Z"],
        "email": ["y@example.com", "y@example.com", "z@example.com", "y@example.com", "z@example.com"],
        "order": [2, 3, 2, 1, 1],
    }
)
"""A and B duplicate Y, C duplicates Z."""
NULLS = pl.DataFrame({"id": [1, 2, 3, 4], "email": ["a", None, None, "a"], "city": ["P", "P", "P", None]})


def kept(rows: pl.DataFrame, **options: Any) -> list[Any]:
    return cn.testing.run(Deduplicate.of(**options), rows)["out"]["id"].to_list()


def test_keeping_one_keeps_the_first_of_each_group() -> None:
    outputs, counted = cn.testing.counted(Deduplicate.of(by="email", order="order"), TRIPLE)
    assert outputs["out"]["id"].to_list() == ["Y", "Z"]
    assert outputs["complement"].rows() == [("A", "duplicate"), ("B", "duplicate"), ("C", "duplicate")]
    assert counted.reasons["Tested"] == {"duplicate": 3}


def test_keeping_none_keeps_all() -> None:
    assert kept(TRIPLE, by="email", keep=0) == ["A", "B", "C", "Y", "Z"]


def test_keeping_two_keeps_both_of_a_pair_and_two_of_three() -> None:
    assert kept(TRIPLE, by="email", keep=2, order="order") == ["A", "C", "Y", "Z"]
    drawn = kept(TRIPLE, by="email", keep=2)
    assert {"C", "Z"} < set(drawn) and len(drawn) == 4


def test_rows_with_a_null_value_are_never_duplicates() -> None:
    assert kept(NULLS, by="email", order="id") == [1, 2, 3]
    assert kept(NULLS, by=["email", "city"], order="id") == [1, 2, 3, 4]


def test_nulls_form_a_group_where_it_is_asked_for() -> None:
    assert kept(NULLS, by="email", order="id", nulls="equal") == [1, 2]


def test_the_greatest_stays_with_a_descending_order_and_nulls_come_last() -> None:
    rows = pl.DataFrame({"id": [1, 2, 3], "email": ["a", "a", "a"], "points": [5, None, 9]})
    assert kept(rows, by="email", order=cn.col.points.desc()) == [3]
    assert kept(rows, by="email", order=cn.col.points) == [1]


def test_further_orders_break_ties_and_the_key_the_last() -> None:
    rows = pl.DataFrame({"id": [1, 2, 3, 4], "email": ["a"] * 4, "points": [9, 9, 9, 1], "age": [30, 20, 20, 10]})
    assert kept(rows, by="email", order=[cn.col.points.desc(), "age"]) == [2]


def test_a_value_can_identify_duplicates() -> None:
    rows = pl.DataFrame({"id": [1, 2], "email": ["A@example.com", "a@Example.com"]})
    assert kept(rows, by=cn.fn.lower(cn.col.email), order="id") == [1]
    assert kept(rows, by="email") == [1, 2]


def test_without_an_order_the_choice_is_the_seeds_and_not_the_rows() -> None:
    rows = pl.DataFrame({"id": range(1_000), "email": ["a", "b"] * 500})
    first = kept(rows, by="email")
    assert kept(rows.reverse(), by="email") == first
    outputs = cn.testing.run(Deduplicate.of(by="email"), rows, seed="another")
    assert outputs["out"]["id"].to_list() != first


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"by": []}, "by is empty\n  expected: at least one column"),
        ({"by": "email", "keep": -1}, "keep=-1\n  expected: a whole number of at least 0"),
        ({"by": "email", "keep": "2"}, "keep='2'\n  expected: a whole number"),
        ({"by": "email", "keep": True}, "keep=True\n  expected: a whole number"),
        ({"by": "email", "nulls": "same"}, 'nulls=\'same\'\n  expected: "distinct" or "equal"'),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        Deduplicate.of(**options)


def test_options_of_a_document_are_checked_too() -> None:
    with pytest.raises(cn.DefinitionError, match="deduplicate 'Tested'\n  keep=-1"):
        cn.testing.run(Deduplicate(by=Deduplicate.of(by="email").by, keep=-1), TRIPLE)


def test_an_unknown_column_in_by_or_order_is_a_problem() -> None:
    with pytest.raises(cn.DefinitionError, match="2 problems") as caught:
        kept(TRIPLE, by="emial", order=cn.col.odrer)
    assert ["did you mean 'email'?" in problem.what for problem in caught.value.problems] == [True, False]
    assert "did you mean 'order'?" in caught.value.problems[1].what
