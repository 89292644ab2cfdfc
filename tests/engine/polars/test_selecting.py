"""A rule written for a filter keeps the rows for which the rule is true, NaN included."""

from __future__ import annotations

import datetime as dt
import math

import polars as pl
import pytest

from campaign_nb.engine.backends.polars.expressions import Context, compile_rule
from campaign_nb.engine.backends.polars.selecting import compile_filter
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type

ROWS = pl.LazyFrame({"x": [None, math.nan, -math.inf, -1.0, 0.0, 5.0, math.inf], "n": [None, 1, 2, 3, 4, 5, 6]})
NOW = Context(dt.datetime(2026, 7, 1, tzinfo=dt.UTC))


def resolve(node: tree.Node) -> tuple[pl.Expr, Field]:
    assert isinstance(node, tree.Column)
    return pl.col(node.name), Field(node.name, Type.NUMBER if node.name == "x" else Type.INTEGER)


@pytest.mark.parametrize("op", ["=", "<>", "<", "<=", ">", ">="])
@pytest.mark.parametrize("value", [0, 5.0, -math.inf, math.inf, None])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_comparison_keeps_the_same_rows(op: tree.Operator, value: float | None, mirrored: bool) -> None:
    sides = (tree.Column("x"), tree.Constant(value))
    rule = tree.Compare(op, *(sides[::-1] if mirrored else sides))
    for node in (rule, tree.Not(rule), tree.And((rule, tree.Compare(">", tree.Column("n"), tree.Constant(2))))):
        assert kept(compile_filter(node, resolve, NOW)) == kept(compile_rule(node, resolve, NOW))


def test_a_comparison_stands_bare_beside_the_test_for_nan() -> None:
    rule = compile_filter(tree.Compare(">", tree.Column("x"), tree.Constant(50)), resolve, NOW)
    assert rule.meta.eq((pl.col("x") > 50.0) & pl.col("x").is_not_nan())


def kept(rule: pl.Expr) -> list[int | None]:
    return ROWS.filter(rule).collect()["n"].to_list()
