"""Numbers."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.backends.polars.functions.arithmetic import divisor_of, of_number
from campaign_nb.engine.backends.polars.functions.table import Implementation, Table
from campaign_nb.engine.backends.polars.operand import Context, Operand, common, constant, once
from campaign_nb.engine.backends.polars.types import MOST_DECIMALS
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.functions.signature import widest
from campaign_nb.rules.tree import Type

_NOISE = 1e-15
_NUMBER = r"^\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*$"


def _absolute(n: pl.Expr) -> pl.Expr:
    return n.abs()


def _unchanged(n: pl.Expr) -> pl.Expr:
    return n


def _up(n: pl.Expr) -> pl.Expr:
    return n.ceil()


def _down(n: pl.Expr) -> pl.Expr:
    return n.floor()


def _decimals(name: str, args: Sequence[Operand]) -> int | None:
    """Return how many decimals a number keeps; None where that is null."""
    if len(args) > 1 and args[1].null:
        return None
    wanted = args[1].value if len(args) > 1 else 0
    if not isinstance(wanted, int):
        what = f"the decimals of {name} differ from row to row"
        raise DefinitionError(Problem("rule", what, "a whole number", f"cn.fn.{name}(customers.spend, 2)"))
    return max(-MOST_DECIMALS, min(wanted, MOST_DECIMALS))


def _round(args: Sequence[Operand], context: Context) -> Operand | pl.Expr:
    decimals = _decimals("round", args)
    if decimals is None:
        return constant(None)
    step = 10 ** max(0, -decimals)

    def fine(n: pl.Expr) -> pl.Expr:
        return n.round(decimals, mode="half_away_from_zero")

    def coarse(n: pl.Expr) -> pl.Expr:
        return (n.abs() + step // 2) // step * step * n.sign()

    return (of_number(_unchanged, fine) if decimals >= 0 else of_number(coarse, coarse))(args[:1], context)


def _trunc(args: Sequence[Operand], context: Context) -> Operand | pl.Expr:
    decimals = _decimals("trunc", args)
    if decimals is None:
        return constant(None)
    step = 10 ** abs(decimals)

    def fine(n: pl.Expr) -> pl.Expr:
        if args[0].type is Type.DECIMAL:
            return n.truncate(decimals)
        size = n.abs() * step
        near = (size - size.round()).abs() <= size * _NOISE  # 1.15 times 100 is a little less than 115
        cut = pl.when(near).then(size.round()).otherwise(size.floor()) / step * n.sign()
        return pl.when(size.is_finite()).then(cut).otherwise(n)

    def coarse(n: pl.Expr) -> pl.Expr:
        return n.abs() // step * step * n.sign()

    return (of_number(_unchanged, fine) if decimals >= 0 else of_number(coarse, coarse))(args[:1], context)


def _to_double(args: Sequence[Operand], _: Context) -> Operand:
    (value,) = args
    made = once(args, lambda read: _number(read[0].expr)) if value.type is Type.TEXT else value.expr.cast(pl.Float64)
    return Operand(made, Type.NUMBER, nan=value.nan)


def _number(text: pl.Expr) -> pl.Expr:
    """Read a text as a number, null for what is none or has no end."""
    number = pl.when(text.str.contains(_NUMBER)).then(text.str.strip_chars()).cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _to_whole(dtype: pl.DataType) -> Implementation:
    def whole(value: Operand) -> pl.Expr:
        if value.type is Type.TEXT:
            exact = value.expr.str.strip_chars().cast(pl.Int64, strict=False)
            return pl.coalesce(exact, _number(value.expr).cast(pl.Int64, strict=False))
        return value.expr.cast(pl.Int64, strict=False)

    return lambda args, _: once(args, lambda read: whole(read[0]).cast(dtype, strict=False).cast(pl.Int64))


def _extreme(*, larger: bool) -> Implementation:
    def chosen(args: Sequence[Operand], context: Context) -> Operand:
        def build(read: Sequence[Operand]) -> pl.Expr:
            exprs, _, _ = common(read, context)
            found = pl.max_horizontal(exprs) if larger else pl.min_horizontal(exprs)
            return pl.when(*(expr.is_not_null() for expr in exprs)).then(found)

        return Operand(once(args, build), widest([arg.type for arg in args]))

    return chosen


def _percentage(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return a * 100 / divisor_of(a, b)


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
    "trunc": _trunc,
    "to_double": _to_double,
    "to_int64": _to_whole(pl.Int64()),
    "to_integer": _to_whole(pl.Int32()),
    "sign": lambda args, _: args[0].expr.sign().cast(pl.Int64),
    "percent": _percent,
}
