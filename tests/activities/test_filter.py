"""Filter: the rows for which a rule is true, and the others."""

from __future__ import annotations

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import FilterRows

PEOPLE = pl.DataFrame({"id": [1, 2, 3, 4], "points": [5, 50, None, 11], "tier": ["gold", None, "gold", "silver"]})


def ids(rule: object, rows: pl.DataFrame = PEOPLE) -> tuple[list[int], list[int]]:
    outputs = cn.testing.run(FilterRows.of(rule), rows)
    return outputs["out"]["id"].to_list(), outputs["complement"]["id"].to_list()


def test_a_row_for_which_the_rule_is_unknown_goes_to_the_complement() -> None:
    assert ids(cn.col.points > 10) == ([2, 4], [1, 3])
    assert ids(~(cn.col.points > 10)) == ([1], [2, 3, 4])


def test_the_complement_says_why_and_the_reason_is_counted() -> None:
    outputs, counted = cn.testing.counted(FilterRows.of(cn.col.points > 10), PEOPLE)
    assert outputs["out"].columns == ["id"]
    assert outputs["complement"].rows() == [(1, "rule"), (3, "rule")]
    assert counted.reasons["Tested"] == {"rule": 2}


def test_a_rule_can_be_text() -> None:
    assert ids("tier = 'gold' and points is null") == ([3], [1, 2, 4])


def test_nobody_and_everybody_can_be_kept() -> None:
    assert ids(cn.col.points > 99) == ([], [1, 2, 3, 4])
    assert ids(cn.col.points.is_null() | cn.col.points.is_not_null()) == ([1, 2, 3, 4], [])


def test_an_unknown_column_is_a_problem_with_the_nearest_name() -> None:
    with pytest.raises(cn.DefinitionError, match=r"no column 'point' in rows; did you mean 'points'\?"):
        ids(cn.col.point > 10)


def test_a_comparison_of_different_types_is_a_problem() -> None:
    with pytest.raises(cn.DefinitionError, match="filter 'Tested'\n  text > integer"):
        ids(cn.col.tier > 10)


def test_both_of_two_faults_are_told() -> None:
    with pytest.raises(cn.DefinitionError, match="2 problems"):
        ids((cn.col.point > 10) & (cn.col.tier > 10))
