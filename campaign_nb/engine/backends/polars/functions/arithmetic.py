"""Arithmetic with SQL's meaning.

Whole numbers are computed in 128 bits and given back in 64: what does not fit is null, never a wrapped number.
Decimals stay decimal; products and quotients of decimals have at least nine decimals, halves to the even digit there,
and a result of more than 38 digits is an error of the run. A float among the arguments makes a float.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import polars as pl

from campaign_nb.engine.backends.polars.functions.table import Implementation, One, Table, Two
from campaign_nb.engine.backends.polars.operand import Context, Operand, once
from campaign_nb.engine.backends.polars.types import SCALE, literal
from campaign_nb.rules.functions.signature import widest
from campaign_nb.rules.tree import Type


def not_zero(divisor: pl.Expr) -> pl.Expr:
    """Return a divisor, null where it is 0."""
    return pl.when(divisor != 0).then(divisor)


def divisor_of(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Return a divisor, null where it is 0, and one per row: by a single number Polars multiplies with its inverse.

    3.0 / 10 would be 0.30000000000000004, and 0.3 in a frame of one row.
    """
    divisor = not_zero(b)
    return divisor if b.meta.root_names() else divisor + a.is_null().cast(pl.Float64) * 0.0


def of_number(whole: One, fraction: One) -> Implementation:
    """Return an implementation for one number, whole or any other."""
    return _of_kind(lambda kind, read: (whole if kind is Type.INTEGER else fraction)(read[0]))


def of_numbers(whole: Two, decimal: Two, number: Two) -> Implementation:
    """Return an implementation for two numbers, by the widest kind among them."""
    return _of_kind(lambda kind, read: {Type.INTEGER: whole, Type.DECIMAL: decimal}.get(kind, number)(*read))


def _of_kind(compute: Callable[[Type, list[pl.Expr]], pl.Expr]) -> Implementation:
    def implementation(args: Sequence[Operand], _: Context) -> Operand:
        kind = widest([arg.type for arg in args])
        made = once(args, lambda read: compute(kind, [_prepared(kind, arg.expr) for arg in read]))
        result = made.cast(pl.Int64, strict=False) if kind is Type.INTEGER else made
        return Operand(result, kind, nan=kind is Type.NUMBER)

    return implementation


def _prepared(kind: Type, expr: pl.Expr) -> pl.Expr:
    match kind:
        case Type.INTEGER:
            return expr.cast(pl.Int128)
        case Type.NUMBER:
            return expr.cast(pl.Float64)
        case _:
            return expr


def _sum(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return a + b


def _difference(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return a - b


def _product(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return a * b


def _opposite(a: pl.Expr) -> pl.Expr:
    return -a


def _whole_opposite(a: pl.Expr) -> pl.Expr:
    return 0 - a  # Polars negates no number of 128 bits


def _quotient(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return (a.abs() // b.abs()) * (a.sign() * b.sign())  # // of Polars rounds down


def _share(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return a / not_zero(b)


def _float_share(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return a / divisor_of(a, b)


def _fine_share(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return _share(_finer(a), b)


def _fine_product(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return _finer(a) * b


def _remainder(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return (a.abs() % b.abs()) * a.sign()  # % of Polars has the divisor's sign


def _safe_remainder(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return _remainder(a, not_zero(b))


def _float_remainder(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Return the remainder of floats; infinity as divisor leaves a finite number as it is."""
    return pl.when(a.is_finite() & b.is_infinite()).then(a).otherwise(_remainder(a, divisor_of(a, b)))


def _finer(expr: pl.Expr) -> pl.Expr:
    """Give a decimal at least nine decimals, without loss whatever its scale."""
    return expr + literal(Decimal(0).scaleb(-SCALE))


def _multiply(args: Sequence[Operand], context: Context) -> pl.Expr | Operand:
    decimals = all(arg.type is Type.DECIMAL for arg in args)
    return of_numbers(_product, _fine_product if decimals else _product, _product)(args, context)


TABLE: Table = {
    "add": of_numbers(_sum, _sum, _sum),
    "subtract": of_numbers(_difference, _difference, _difference),
    "multiply": _multiply,
    "divide": of_numbers(_quotient, _fine_share, _float_share),
    "mod": of_numbers(_remainder, _safe_remainder, _float_remainder),
    "negate": of_number(_whole_opposite, _opposite),
}
