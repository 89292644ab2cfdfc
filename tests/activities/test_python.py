"""Python: a function of one's own, checked like any other activity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import PythonCode

PEOPLE = pl.DataFrame({"id": [1, 2, 3], "points": [5, 50, None]})


def half(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(half=pl.col("points") / 2)


def run(function: Callable[..., Any], *frames: pl.DataFrame, **options: Any) -> dict[str, pl.DataFrame]:
    return cn.testing.run(PythonCode.of(function, **options), *(frames or (PEOPLE,)))


def test_the_declared_columns_are_added() -> None:
    outputs = run(half, adds={"half": pl.Float64}, reads=["points"])
    assert outputs["out"].rows() == [(1, 2.5), (2, 25.0), (3, None)]


def test_columns_that_are_not_declared_stay_behind() -> None:
    assert run(half, reads=["points"])["out"].columns == ["id"]


def test_rows_that_the_function_drops_are_the_complement() -> None:
    outputs = run(lambda rows: rows.filter(pl.col("points") > 10), reads=["points"])
    assert (outputs["out"]["id"].to_list(), outputs["complement"]["id"].to_list()) == ([2], [1, 3])


def test_the_function_gets_the_key_and_what_it_asks_for_alone() -> None:
    seen: list[list[str]] = []

    def look(rows: pl.LazyFrame) -> pl.LazyFrame:
        seen.append(rows.collect_schema().names())
        return rows

    run(look)
    run(look, reads="points")
    assert seen == [["id"], ["id", "points"]]


def test_a_function_of_several_frames_returns_rows_of_the_first() -> None:
    def shared(rows: pl.LazyFrame, others: pl.LazyFrame) -> pl.LazyFrame:
        return rows.join(others, on="id", how="semi")

    outputs = run(shared, PEOPLE, PEOPLE.tail(2))
    assert (outputs["out"]["id"].to_list(), outputs["complement"]["id"].to_list()) == ([2, 3], [1])


def test_a_data_frame_may_be_returned_too() -> None:
    assert run(lambda rows: rows.collect().head(2))["out"]["id"].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("function", "adds", "what"),
    [
        (lambda rows: rows.drop("id"), {}, "its result has no column id"),
        (lambda rows: rows, {"half": pl.Float64}, "its result has no column half"),
        (lambda rows: rows.with_columns(half=pl.lit("x")), {"half": pl.Float64}, "column 'half' of its result is String"),
        (lambda rows: pl.concat([rows, rows]), {}, "its result has 6 rows for 3 keys"),
        (lambda rows: rows.with_columns(pl.col("id") + 2), {}, "2 rows with a key that it was not given"),
        (lambda rows: [1], {}, "it returned list"),
        (lambda rows: 1 / 0, {}, "it raised ZeroDivisionError"),
    ],
)
def test_a_function_that_breaks_its_promise_is_named(function: Callable[..., Any], adds: dict[str, Any], what: str) -> None:
    with pytest.raises(cn.ActivityError, match=what):
        run(function, adds=adds)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"adds": {"half": float}}, r"adds\['half'\] is <class 'float'>\n  expected: a Polars data type"),
        ({"adds": {"half": "Float64"}}, r"adds\['half'\] is 'Float64'"),
        ({"adds": {"half": None}}, r"adds\['half'\] is None"),
        ({"adds": ["half"]}, r"adds=\['half'\]\n  expected: names and Polars data types"),
        ({"reads": [cn.col.points]}, "expected: names of columns"),
    ],
)
def test_options_of_another_kind_are_refused(options: dict[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        PythonCode.of(half, **options)


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(cn.DefinitionError, match="str is no function\n  expected: a function"):
        PythonCode.of("half")  # type: ignore[arg-type] # the fault


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"adds": {"points": pl.Int64}}, "the population already has a column 'points'"),
        ({"adds": {"_half": pl.Int64}}, "a column called '_half'"),
        ({"reads": ["pionts"]}, "no column 'pionts' to read\n  expected: did you mean 'points'?"),
    ],
)
def test_columns_that_do_not_fit_the_population_are_problems(options: dict[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        run(half, **options)
