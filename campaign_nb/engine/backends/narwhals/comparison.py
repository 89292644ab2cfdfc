"""Comparisons on a cluster: the same meaning as on Polars, whose module says what it is."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

import narwhals as nw

from campaign_nb.engine.backends.comparing import APPLY, BELOW, MIRROR, as_float, joined, only_instant
from campaign_nb.engine.backends.narwhals import spark
from campaign_nb.engine.backends.narwhals.native import native
from campaign_nb.engine.backends.narwhals.operand import Context, Operand, constant, literal, wall
from campaign_nb.engine.backends.polars.operand import wall_value
from campaign_nb.engine.backends.polars.types import DIGITS, fits_decimal
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.tree import Operator, Type


def unknown() -> nw.Expr:
    """Return the truth value *unknown*."""
    return native(lambda: spark.null(Type.BOOLEAN))


def truth(value: bool) -> nw.Expr:
    """Return a condition that is the same for every row."""
    return native(partial(spark.truth, value))


def compare(op: Operator, left: Operand, right: Operand, context: Context) -> nw.Expr:
    """Compare two values.

    Nulls: unknown when either side is null.
    Errors: types between which the comparison has no meaning, text that is no date where a date is compared.
    """
    if left.null or right.null:
        return unknown()
    if left.known and not right.known:
        op, left, right = MIRROR[op], right, left
    left, right = _dated(left, right), _dated(right, left)
    if not left.type.comparable(right.type):
        raise DefinitionError(Problem("rule", f"{left.type} {op} {right.type}", f"two {left.type} values", "customers.age >= 18"))
    if left.type.temporal and right.type.temporal:
        return _times(op, left, right, context)
    if right.known and not left.known and left.type.numeric and isinstance(right.value, int | float | Decimal):
        return _number(op, left, right.value)
    return APPLY[op](left.expr, right.expr)


def member(value: Operand, options: Sequence[Operand], context: Context) -> nw.Expr:
    """Test membership in a list of values.

    Nulls: a miss is unknown when the value, or any option, is null.
    """
    if not options:
        return truth(False)
    if value.null:
        return unknown()
    found = [option for option in options if not option.null]
    plain = [option.value for option in found if option.known and value.type is option.type and value.type in (Type.TEXT, Type.DATE)]
    if plain and len(plain) == len(found):
        test = value.expr.is_in(plain)
    else:
        test = joined([compare("=", value, option, context) for option in found] or [unknown()], lambda one, two: one | two)
    return test if len(found) == len(options) else test | unknown()


def _dated(operand: Operand, other: Operand) -> Operand:
    """Read known text as a date where a date is compared: variables hold text."""
    if not (operand.known and isinstance(operand.value, str) and other.type.temporal):
        return operand
    try:
        value = dt.datetime.fromisoformat(operand.value)
    except ValueError:
        raise DefinitionError(
            Problem("rule", "a text that is no date is compared with a date", "ISO 8601", 'for example "2026-07-01"')
        ) from None
    return constant(value.date() if len(operand.value) <= len("2026-07-01") else value)


def _constantly(operand: Operand, truth: bool) -> nw.Expr:
    """The same answer for every value that is there, unknown where it is not."""
    return nw.when(~operand.expr.is_null()).then(nw.lit(truth))


def _between_steps(op: Operator, operand: Operand, below: Operand) -> nw.Expr:
    """Compare what moves in steps with something above the step `below`."""
    if op in ("=", "<>"):
        return _constantly(operand, op == "<>")
    return APPLY[BELOW[op]](operand.expr, below.expr)


def _number(op: Operator, left: Operand, value: int | float | Decimal) -> nw.Expr:
    if left.type is Type.NUMBER:
        return APPLY[op](left.expr, literal(as_float(value)))
    if isinstance(value, float) and math.isinf(value):
        return _beyond(op, left, value > 0)
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    if abs(exact) >= 10**DIGITS:
        return _beyond(op, left, exact > 0)
    if exact == int(exact):
        return APPLY[op](left.expr, literal(int(exact)))
    if left.type is Type.INTEGER:
        return _between_steps(op, left, constant(math.floor(exact)))
    if isinstance(exact, Decimal) and fits_decimal(exact):
        return APPLY[op](left.expr, literal(exact))
    return APPLY[op](left.expr.cast(nw.Float64), literal(float(exact)))


def _beyond(op: Operator, left: Operand, above: bool) -> nw.Expr:
    """Compare with something above (or below) all that a column can hold."""
    return _constantly(left, op == "<>" or ((op in ("<", "<=")) == above and op != "="))


def _times(op: Operator, left: Operand, right: Operand, context: Context) -> nw.Expr:
    if left.type is Type.DATE and right.type is Type.DATE:
        return APPLY[op](left.expr, right.expr)
    if left.zone is not None and right.zone is not None:
        return APPLY[op](left.expr, right.expr)
    if right.known and not left.known and isinstance(right.value, dt.date):
        shown = wall_value(right.value, context)
        if left.type is Type.DATE:
            day = constant(shown.date())
            return APPLY[op](left.expr, day.expr) if shown == wall_value(shown.date(), context) else _between_steps(op, left, day)
        instant = only_instant(shown, context.zone)
        if left.zone is not None and instant is not None:
            return APPLY[op](left.expr, literal(instant))
    return APPLY[op](wall(left, context), wall(right, context))
