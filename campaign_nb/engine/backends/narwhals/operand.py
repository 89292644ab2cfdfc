"""A compiled value with what is known of it before any row is read: its type, its zone, or the value itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import narwhals as nw

from campaign_nb.engine.backends.narwhals import spark
from campaign_nb.engine.backends.narwhals.native import native
from campaign_nb.engine.backends.narwhals.refusal import Refusal
from campaign_nb.engine.backends.polars.operand import Context, wall_value
from campaign_nb.engine.backends.polars.types import zone_of
from campaign_nb.rules.check import literal_type
from campaign_nb.rules.functions.signature import widest
from campaign_nb.rules.tree import Scalar, Type

__all__ = ["Context", "Operand", "Two", "common", "constant", "literal", "local", "when_known"]

Two = Callable[[nw.Expr, nw.Expr], nw.Expr]


@dataclass(frozen=True, slots=True)
class Operand:
    """A value as an expression, with what is known of it.

    `zone` is the name of an instant's zone, None where it has none; `known` tells that it is the same for every row and
    that `value` holds it; `origin` is the type that a value of unknown type has in truth.
    """

    expr: nw.Expr
    type: Type
    zone: str | None = None
    known: bool = False
    value: Scalar = None
    origin: Type | None = None

    @property
    def null(self) -> bool:
        """Whether it is null for every row."""
        return self.known and self.value is None


def literal(value: Scalar) -> nw.Expr:
    """Return a literal of exactly one type; whole numbers are 64 bits wide where they fit.

    Errors: a time of day, a duration.
    """
    match value:
        case None:
            return nw.lit(None)
        case bool() | str():
            return nw.lit(value)
        case int() if not -(2**63) <= value < 2**63:
            return native(lambda: spark.decimal(Decimal(value), 0))
        case int():
            return nw.lit(value, nw.Int64)
        case float():
            return nw.lit(value, nw.Float64)
        case Decimal():
            scale = max(0, -int(value.as_tuple().exponent))
            return native(lambda: spark.decimal(value, scale))
        case dt.datetime() if value.tzinfo is None:
            return native(lambda: spark.clock(value))
        case dt.datetime():
            return native(lambda: spark.instant(value))
        case dt.date():
            return nw.lit(value)
        case _:
            raise Refusal(f"a {literal_type(value)} as a value")


def constant(value: Scalar, kind: Type | None = None) -> Operand:
    """Return a value that is the same for every row; NaN is null."""
    if isinstance(value, float) and value != value:
        value = None
    zone = zone_of(value) if isinstance(value, dt.datetime) else None
    return Operand(_typed(value, kind), kind or literal_type(value), zone, known=True, value=value)


def _typed(value: Scalar, kind: Type | None) -> nw.Expr:
    if value is None and kind in spark.DDL:
        return native(lambda: spark.null(kind))
    return literal(value)


def local(operand: Operand) -> nw.Expr:
    """Return a date or a date-time as the clock of its own zone shows it."""
    if operand.zone is None:
        return operand.expr
    return native(partial(spark.shown, zone=operand.zone), operand.expr)


def wall(operand: Operand, context: Context) -> nw.Expr:
    """Return a date or a date-time as the campaign's clock on the wall shows it."""
    if operand.known and isinstance(operand.value, dt.date):
        return literal(wall_value(operand.value, context))
    if operand.type is Type.DATE:
        return native(spark.midnight, operand.expr)
    if operand.zone is None:
        return operand.expr
    return native(partial(spark.shown, zone=context.zone), operand.expr)


def when_known(made: nw.Expr, *args: Operand) -> nw.Expr:
    """Return a value, null where one of these arguments is null."""
    unsure = [~arg.expr.is_null() for arg in args if not arg.known or arg.null]
    return nw.when(*unsure).then(made) if unsure else made


def common(operands: Sequence[Operand], context: Context) -> tuple[list[nw.Expr], Type, str | None]:
    """Bring values to one type, so that any of them can stand in one column.

    Shape: expressions in the same order, their type, their zone. Numbers become the widest kind among them;
    a mixture of dates, date-times and instants becomes the campaign's wall clock.
    """
    known = [operand for operand in operands if operand.type is not Type.UNKNOWN]
    kinds, zones = {operand.type for operand in known}, {operand.zone for operand in known}
    exprs = [operand.expr for operand in operands]
    if not known:
        return exprs, Type.UNKNOWN, None
    if all(kind.numeric for kind in kinds):
        kind = widest([operand.type for operand in known])
        floats = kind is Type.NUMBER
        return [item.expr.cast(nw.Float64) if floats and item.type.numeric else item.expr for item in operands], kind, None
    if all(kind.temporal for kind in kinds):
        if kinds == {Type.DATE}:
            return exprs, Type.DATE, None
        if None not in zones:
            return exprs, Type.DATETIME, known[0].zone or context.zone
        return [wall(operand, context) if operand.type.temporal else operand.expr for operand in operands], Type.DATETIME, None
    return exprs, known[0].type, None
