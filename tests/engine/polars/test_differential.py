"""Random rules on random rows: Polars in memory, Polars streaming and an independent judge say the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from campaign_nb.engine.backends.polars import compile_rule, selects
from campaign_nb.rules import tree
from campaign_nb.rules.tree import Column, Constant
from tests.engine.polars.random_rules import ROWS, rules
from tests.engine.polars.world import AS_OF, CONTEXT, PARIS, SCHEMA, resolver
from tests.judge import Judge

Compile = Callable[[tree.Node], pl.Expr]
RELAXED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def frame_of(rows: list[dict[str, Any]]) -> pl.LazyFrame:
    return pl.DataFrame(rows, schema=SCHEMA).lazy().with_row_index("row")


def compiled(rule: tree.Node) -> pl.Expr:
    return compile_rule(rule, resolver(SCHEMA_FRAME), CONTEXT)


SCHEMA_FRAME = pl.DataFrame(schema=SCHEMA)


def disagreement(rule: tree.Node, rows: list[dict[str, Any]], compile_one: Compile = compiled) -> str | None:
    """Name the first way in which the two engines of Polars and the judge differ."""
    wanted = [Judge(row, AS_OF, PARIS, dict(CONTEXT.variables)).rule(rule) for row in rows]
    for engine in ("in-memory", "streaming"):
        found = frame_of(rows).with_columns(_=compile_one(rule)).sort("row").collect(engine=engine)["_"].to_list()
        if found != wanted:
            return f"{engine}: {found}, the judge: {wanted}"
    return None


@given(rules(), ROWS)
@RELAXED
def test_every_rule_means_the_same_to_polars_and_to_the_judge(rule: tree.Node, rows: list[dict[str, Any]]) -> None:
    assert disagreement(rule, rows) is None


@given(rules(), ROWS)
@RELAXED
def test_true_false_and_unknown_share_the_rows_between_them(rule: tree.Node, rows: list[dict[str, Any]]) -> None:
    frame, truth = frame_of(rows), compiled(rule)
    parts = [frame.filter(part).collect()["row"].to_list() for part in (truth, compiled(tree.Not(rule)), truth.is_null())]
    assert sorted(row for part in parts for row in part) == list(range(len(rows)))


@given(rules(), ROWS)
@RELAXED
def test_a_filter_keeps_exactly_the_rows_that_are_selected(rule: tree.Node, rows: list[dict[str, Any]]) -> None:
    frame, truth = frame_of(rows), compiled(rule)
    assert frame.filter(truth).collect().equals(frame.filter(selects(truth)).collect())


def naive_compile(rule: tree.Node) -> pl.Expr:
    """A broken compiler: NOT IN as Python programmers write it, which keeps rows where SQL is unknown."""
    match rule:
        case tree.Not(tree.In(Column(name), options)):
            return ~pl.col(name).is_in([option.value for option in options if isinstance(option, Constant)])
        case _:
            return compiled(rule)


def test_the_checker_reports_a_compiler_that_forgets_the_null_in_a_list() -> None:
    rule = tree.Not(tree.In(Column("i"), (Constant(1), Constant(None))))
    rows = [dict.fromkeys(SCHEMA, None) | {"i": value} for value in (1, 2, None)]
    assert disagreement(rule, rows) is None
    found = disagreement(rule, rows, naive_compile)
    assert found == "in-memory: [False, True, None], the judge: [False, None, None]"


@pytest.mark.parametrize("broken", [lambda rule: compiled(rule).fill_null(False), lambda rule: ~compiled(rule)])
def test_the_checker_reports_compilers_that_lose_unknown_or_negate(broken: Compile) -> None:
    rows = [dict.fromkeys(SCHEMA, None) | {"i": value} for value in (1, None)]
    assert disagreement(tree.Compare("=", Column("i"), Constant(1)), rows, broken) is not None
