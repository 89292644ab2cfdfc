"""Numbers."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.backends.polars.functions.arithmetic import not_zero, of_number
from campaign_nb.engine.backends.polars.functions.table import Implementation, Table
from campaign_nb.engine.backends.polars.operand import Context, Operand, common, constant, once
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.functions.signature import widest
from campaign_nb.rules.tree import Type

MOST_DECIMALS = 18
"""More decimals than this, or zeros before the point, change no number."""


def _absolute(n: pl.Expr) -> pl.Expr:
    return n.abs()


def _unchanged(n: pl.Expr) -> pl.Expr:
    return n


def _up(n: pl.Expr) -> pl.Expr:
    return n.ceil()


def _down(n: pl.Expr) -> pl.Expr:
    return n.floor()


def _round(args: Sequence[Operand], context: Context) -> Operand | pl.Expr:
    if len(args) > 1 and args[1].null:
        return constant(None)
    wanted = args[1].value if len(args) > 1 else 0
    if not isinstance(wanted, int):
        raise DefinitionError(
            Problem("rule", "the decimals of round differ from row to row", "a whole number", "cn.fn.round(customers.spend, 2)")
        )
    decimals = max(-MOST_DECIMALS, min(wanted, MOST_DECIMALS))
    step = 10 ** max(0, -decimals)

    def fine(n: pl.Expr) -> pl.Expr:
        return n.round(decimals, mode="half_away_from_zero")

    def coarse(n: pl.Expr) -> pl.Expr:
        return (n.abs() + step // 2) // step * step * n.sign()

    return (of_number(_unchanged, fine) if decimals >= 0 else of_number(coarse, coarse))(args[:1], context)


def _extreme(*, larger: bool) -> Implementation:
    def chosen(args: Sequence[Operand], context: Context) -> Operand:
        def build(read: Sequence[Operand]) -> pl.Expr:
            exprs, _, _ = common(read, context)
            found = pl.max_horizontal(exprs) if larger else pl.min_horizontal(exprs)
            return pl.when(*(expr.is_not_null() for expr in exprs)).then(found)

        return Operand(once(args, build), widest([arg.type for arg in args]))

    return chosen


def _percentage(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return a * 100 / not_zero(b)


def _percent(args: Sequence[Operand], _: Context) -> Operand:
    made = once(args, lambda read: _percentage(*(arg.expr.cast(pl.Float64) for arg in read)))
    return Operand(made, Type.NUMBER, nan=True)


TABLE: Table = {
    "abs": of_number(_absolute, _absolute),
    "ceil": of_number(_unchanged, _up),
    "floor": of_number(_unchanged, _down),
    "round": _round,
    "greatest": _extreme(larger=True),
    "least": _extreme(larger=False),
    "sign": lambda args, _: args[0].expr.sign().cast(pl.Int64),
    "percent": _percent,
}
