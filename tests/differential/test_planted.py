"""Faults planted one at a time, each in one function of the product: the suite notices every one of them on a small corpus."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pytest
from sqlglot import exp

from campaign_nb.activities import combine, deduplicate, split
from campaign_nb.engine.backends.polars import attach, comparison, expressions, grouped, links, lowering, patterns, steps_combine
from campaign_nb.engine.backends.polars.functions import IMPLEMENTATIONS, arithmetic
from campaign_nb.engine.backends.polars.operand import Context, Operand
from campaign_nb.rules import tree
from campaign_nb.rules.sql import query
from campaign_nb.rules.tree import Type
from campaign_nb.steps import Dedupe, Union
from tests.differential import small

Patch = pytest.MonkeyPatch
IN_CAMPAIGN = (small.campaign,)


@dataclass(frozen=True)
class Fault:
    """What is planted, and the part of the suite that notices it."""

    plant: Callable[[Patch], None]
    notices: Callable[..., str | None]
    topics: tuple[str, ...] = ()


def call(name: str, build: Callable[[list[pl.Expr]], pl.Expr]) -> Callable[[Patch], None]:
    """Replace a function of the language."""
    return lambda patch: patch.setitem(IMPLEMENTATIONS, name, lambda args, _: build([arg.expr for arg in args]))  # type: ignore[arg-type] # a dict


def first_by(flip: bool) -> Callable[..., Any]:
    """The first row of a group by a number of its own: in the opposite order, or nulls first."""
    right = steps_combine.packed

    def packed(value: pl.Expr | None, tie: pl.Expr, *, descending: bool, last_tie: bool = False) -> pl.Expr:
        known = value if value is None or flip else value.fill_null(999 if descending else -999)
        return right(known, tie, descending=descending != flip, last_tie=last_tie)

    return packed


def _floored(patch: Patch) -> None:
    whole, others = (lambda a, b: a // b), (lambda a, b: a / arithmetic.divisor_of(a, b))
    patch.setitem(IMPLEMENTATIONS, "divide", arithmetic.of_numbers(whole, others, others))  # type: ignore[arg-type] # a dict


def _sign_of_divisor(patch: Patch) -> None:
    others = lambda a, b: a % arithmetic.not_zero(b)  # noqa: E731 # twice below
    patch.setitem(IMPLEMENTATIONS, "mod", arithmetic.of_numbers(lambda a, b: a % b, others, others))  # type: ignore[arg-type] # a dict


def _equal_nulls(patch: Patch) -> None:
    right = pl.LazyFrame.join
    patch.setattr(pl.LazyFrame, "join", lambda self, *args, **options: right(self, *args, **{**options, "nulls_equal": True}))


def _equal_nulls_of_sides(patch: Patch) -> None:
    def join_side(frame: pl.LazyFrame, side: Any) -> pl.LazyFrame:
        here, there = [one for one, _ in side.on], [two for _, two in side.on]
        joined = frame.join(side.frame, left_on=here, right_on=there, how="left", nulls_equal=True)
        return joined.with_columns(pl.col(name).fill_null(value) for name, value in side.fills.items())

    for module in (attach, links):
        patch.setattr(module, "join_side", join_side)


def _by_position(patch: Patch) -> None:
    def with_bucket(frame: pl.LazyFrame, key: Any, types: Any, seed: int, name: str) -> pl.LazyFrame:
        return frame.with_row_index(name).with_columns(pl.col(name).cast(pl.Int64) * 2_654_435_761 % 2**32)

    patch.setattr(lowering, "with_bucket", with_bucket)


def _folded_texts(patch: Patch) -> None:
    right = expressions.compare

    def compare(op: Any, left: Operand, right_: Operand, context: Context) -> pl.Expr:
        pair = [
            replace(one, expr=one.expr.str.to_lowercase()) if one.type is Type.TEXT and not one.known else one for one in (left, right_)
        ]
        return right(op, *pair, context)

    patch.setattr(expressions, "compare", compare)


def _aggregates(wrong: Callable[[tree.Aggregate], tree.Aggregate]) -> Callable[[Patch], None]:
    right = grouped.Grouped._aggregate  # pyright: ignore[reportPrivateUsage] # the function under test
    return lambda patch: patch.setattr(grouped.Grouped, "_aggregate", lambda self, leaf, node, mask: right(self, leaf, wrong(node), mask))


def _zero_for_nothing(patch: Patch) -> None:
    right = grouped.Grouped._keep  # pyright: ignore[reportPrivateUsage] # the function under test

    def keep(self: Any, leaf: Any, aggregates: Any, after: Any, fill: object = None) -> None:
        right(self, leaf, aggregates, after, 0 if fill is None and getattr(leaf.node, "function", "") == "sum" else fill)

    patch.setattr(grouped.Grouped, "_keep", keep)


def _other_row(patch: Patch) -> None:
    right = links.compile_filter
    patch.setattr(links, "compile_filter", lambda *args: right(*args).shift(1))


def _row_of_nan(patch: Patch) -> None:
    def leaf(self: Any, node: tree.Node) -> Operand:
        expr, field = self.resolve(node)
        return Operand(
            expr.cast(pl.String) if field.type is Type.TEXT else expr, field.type, field.zone, columns=getattr(node, "columns", ())
        )

    patch.setattr(expressions._Compiler, "_leaf", leaf)  # pyright: ignore[reportPrivateUsage] # the function under test


def _member(patch: Patch) -> None:
    right = expressions.member
    patch.setattr(expressions, "member", lambda *args: right(*args).fill_null(False))


def _between(patch: Patch) -> None:
    def half_open(self: Any, operands: Any) -> pl.Expr:
        value, low, high = operands
        return comparison.compare(">=", value, low, self.context) & comparison.compare("<", value, high, self.context)

    patch.setattr(expressions._Compiler, "_between", half_open)  # pyright: ignore[reportPrivateUsage] # the function under test


def _noon(patch: Patch) -> None:
    right = comparison.wall

    def wall(operand: Operand, context: Context) -> pl.Expr:
        shown = right(operand, context)
        return shown + dt.timedelta(hours=12) if operand.type is Type.DATE and not operand.known else shown

    patch.setattr(comparison, "wall", wall)


def _union(patch: Patch) -> None:
    def last_wins(inputs: Any, *rest: Any, **options: Any) -> Union:
        return Union(tuple(reversed(inputs)), *rest, **options)

    patch.setattr(combine, "Union", last_wins)


def _nulls_alike(patch: Patch) -> None:
    def alike(*args: Any, **options: Any) -> Dedupe:
        made = Dedupe(*args, **options)
        object.__setattr__(made, "nulls_equal", True)
        return made

    patch.setattr(deduplicate, "Dedupe", alike)


def _utc_today(patch: Patch) -> None:
    patch.setattr(Context, "today", property(lambda self: self.as_of.astimezone(dt.UTC).date()))


FAULTS: dict[str, Fault] = {
    "the other end of a group is kept": Fault(lambda patch: patch.setattr(steps_combine, "packed", first_by(True)), small.campaign),
    "nulls come first in an order": Fault(lambda patch: patch.setattr(steps_combine, "packed", first_by(False)), small.campaign),
    "nulls are one group of duplicates": Fault(_nulls_alike, small.campaign),
    "a null key meets a null key": Fault(_equal_nulls_of_sides, small.campaign),
    "a semi-join lets null keys in": Fault(_equal_nulls, small.campaign),
    "a share is of half the line": Fault(lambda patch: patch.setattr(split, "LINE", 2**31), small.campaign),
    "the hash is of the position": Fault(_by_position, small.campaign),
    "the last input of a union wins": Fault(_union, small.campaign),
    "not in forgets unknown": Fault(_member, small.polars, ("in",)),
    "not in forgets unknown, parts": Fault(_member, small.partition, ("in",)),
    "except is and-not": Fault(lambda patch: patch.setattr(expressions, "selects", lambda rule: rule), small.polars, ("except",)),
    "NaN is greater than any number": Fault(_row_of_nan, small.polars, (">", "<>", "between")),
    "the end of between is left out": Fault(_between, small.polars, ("between",)),
    "no rows make a sum of 0": Fault(_zero_for_nothing, small.polars, ("sum of rows",)),
    "nulls are counted": Fault(
        _aggregates(lambda node: replace(node, value=None) if node.function == "count" else node), small.polars, ("count of rows",)
    ),
    "the smallest is the largest": Fault(
        _aggregates(lambda node: replace(node, function="max") if node.function == "min" else node), small.polars, ("min of rows",)
    ),
    "a condition is read on another row": Fault(_other_row, small.polars, ("exists", "not exists")),
    "the conditions of a middle row are forgotten": Fault(
        lambda patch: patch.setattr(links.Links, "_narrowed", lambda self, rows, *_: rows), small.polars, ("exists", "count of rows")
    ),
    "today is that of another zone": Fault(_utc_today, small.polars, ("days_ago", "today", "days_old")),
    "texts are equal in any case": Fault(_folded_texts, small.polars, ("=", "<>", "case")),
    "whole numbers are divided down": Fault(_floored, small.polars, ("divide",)),
    "remainders have the divisor's sign": Fault(_sign_of_divisor, small.polars, ("mod",)),
    "a sum wraps": Fault(call("add", lambda args: args[0] + args[1]), small.polars, ("add",)),
    "any character but a line break": Fault(
        lambda patch: patch.setattr(patterns, "_start", lambda ignore_case: r"(?i)\A" if ignore_case else r"\A"),
        small.polars,
        ("like", "ilike"),
    ),
    "a date is its noon": Fault(_noon, small.polars, ("=", "<", ">=")),
    "SQL's less is less or equal": Fault(lambda patch: patch.setitem(query._OPERATORS, "<", exp.LTE), small.duckdb, ("<",)),  # pyright: ignore[reportPrivateUsage] # the table under test
    "SQL's largest is the smallest": Fault(lambda patch: patch.setitem(query._AGGREGATES, "max", "MIN"), small.duckdb, ("max of rows",)),  # pyright: ignore[reportPrivateUsage] # the table under test
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_noticed(name: str, monkeypatch: Patch) -> None:
    fault = FAULTS[name]
    fault.plant(monkeypatch)
    assert fault.notices(*fault.topics) is not None


@pytest.mark.parametrize("topics", sorted({(fault.notices.__name__, fault.topics) for fault in FAULTS.values()}), ids=str)
def test_without_a_fault_nothing_is_noticed(topics: tuple[str, tuple[str, ...]]) -> None:
    part, names = topics
    assert getattr(small, part)(*names) is None
