"""LIKE and the literal tests of text."""

from __future__ import annotations

from typing import Any

import pytest

from campaign_nb.rules import tree
from tests.engine.polars.world import col, node, truths

T, F, U = True, False, None


def like(pattern: Any, texts: list[str | None], *, ignore_case: bool = False) -> list[bool | None]:
    """The answer of a known pattern, which a pattern from a column must give too."""
    known = truths(tree.Like(col("s"), node(pattern), ignore_case), {"s": texts})
    assert truths(tree.Like(col("s"), col("t"), ignore_case), {"s": texts, "t": [pattern] * len(texts)}) == known
    return known


@pytest.mark.parametrize(
    ("pattern", "texts", "table"),
    [
        ("a%", ["a", "ab", "A", "ba", "", None], [T, T, F, F, F, U]),
        ("%a", ["a", "ba", "ab", "", None], [T, T, F, F, U]),
        ("%a%", ["bab", "b", "A", None], [T, F, F, U]),
        ("abc", ["abc", "abcd", "ABC", None], [T, F, F, U]),
        ("", ["", "a", None], [T, F, U]),
        ("%", ["", "a", "a\nb", None], [T, T, T, U]),
        ("%%", ["", "a", None], [T, T, U]),
        ("_", ["", "a", "ab", "\n", "\U0001f600", "e\u0301", "é", None], [F, T, F, T, T, F, T, U]),
        ("a_c", ["abc", "a\nc", "ac", "abbc", None], [T, T, F, F, U]),
        ("a%c", ["ac", "a\nb\nc", "acd", "a", None], [T, T, F, F, U]),
        ("a%a", ["a", "aa", "aba", None], [F, T, T, U]),
        ("_%_", ["", "a", "ab", "abc", None], [F, F, T, T, U]),
        ("%_", ["", "a", None], [F, T, U]),
        ("a.c", ["a.c", "abc", None], [T, F, U]),
        ("(a+%", ["(a+b", "aab", None], [T, F, U]),
        ("[a-c]^$|%_", ["[a-c]^$|x", "b", None], [T, F, U]),
        ("~&#%x", ["~&#x", "x", None], [T, F, U]),
    ],
)
def test_percent_is_any_text_and_underscore_one_character(pattern: str, texts: list[str | None], table: list[bool | None]) -> None:
    assert like(pattern, texts) == table


@pytest.mark.parametrize(
    ("pattern", "texts", "table"),
    [
        (r"100\%", ["100%", "1000", "100", None], [T, F, F, U]),
        (r"a\_b", ["a_b", "axb", None], [T, F, U]),
        (r"a\\b", [r"a\b", r"a\\b", None], [T, F, U]),
        (r"a\\%", ["a\\", r"a\x", "a", None], [T, T, F, U]),
        (r"a\\\%", [r"a\%", r"a\x", None], [T, F, U]),
        (r"a\bc", ["abc", r"a\bc", None], [T, F, U]),
        ("a\\", ["a\\", "a", None], [T, F, U]),
        (r"\%%", ["%", "%x", "x", None], [T, T, F, U]),
    ],
)
def test_a_backslash_takes_the_next_character_as_it_is(pattern: str, texts: list[str | None], table: list[bool | None]) -> None:
    assert like(pattern, texts) == table


@pytest.mark.parametrize(
    ("pattern", "texts", "table"),
    [
        ("a%", ["Ab", "ab", "b", None], [T, T, F, U]),
        ("É", ["é", "É", "e", "E\u0301", None], [T, T, F, F, U]),
        ("i", ["I", "i", "İ", "ı", None], [T, T, F, F, U]),
        ("straße", ["STRASSE", "STRAẞE", "Straße", None], [F, T, T, U]),
        ("k", ["K", "\u212a", None], [T, T, U]),
        ("", ["", "a", None], [T, F, U]),
        ("%", ["", "A", None], [T, T, U]),
        (r"A\%", ["a%", "ab", None], [T, F, U]),
    ],
)
def test_ilike_folds_case_character_by_character(pattern: str, texts: list[str | None], table: list[bool | None]) -> None:
    assert like(pattern, texts, ignore_case=True) == table


def test_a_null_pattern_is_unknown() -> None:
    assert truths(tree.Like(col("s"), node(None)), {"s": ["a", None]}) == [U, U]
    assert truths(tree.Like(col("s"), col("t")), {"s": ["a", None, "a"], "t": [None, "a", "a"]}) == [U, U, T]
    assert truths(tree.Like(node("abc"), node("a%")), {"s": ["x"]}) == [T]


@pytest.mark.parametrize(
    ("test", "part", "table"),
    [
        ("starts_with", "a", [T, F, F, F, U]),
        ("starts_with", "", [T, T, T, T, U]),
        ("ends_with", "%", [T, F, F, F, U]),
        ("ends_with", "", [T, T, T, T, U]),
        ("contains", "b", [T, F, T, F, U]),
        ("contains", ".", [F, F, F, F, U]),
        ("contains", "", [T, T, T, T, U]),
        ("contains", None, [U, U, U, U, U]),
        ("contains", "\u0301", [F, F, F, T, U]),
    ],
)
def test_tests_of_a_part_are_literal_and_by_case(test: tree.TextTest, part: str | None, table: list[bool | None]) -> None:
    texts = ["ab%", "A", "(b)", "e\u0301", None]
    assert truths(tree.TextMatch(test, col("s"), node(part)), {"s": texts}) == table
    assert truths(tree.TextMatch(test, col("s"), col("t")), {"s": texts, "t": [part] * 5}) == table


def test_a_category_is_tested_as_text() -> None:
    assert truths(tree.TextMatch("starts_with", col("c"), node("é")), {"c": ["é", "É", "a", None]}) == [T, F, F, U]
    assert truths(tree.Like(col("c"), node("É"), ignore_case=True), {"c": ["é", "É", "a", None]}) == [T, T, F, U]
