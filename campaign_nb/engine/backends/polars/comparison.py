"""Comparisons: how two values are brought together without a cast of a column where one of them is known.

Numbers: a whole number compares exactly with any known number; a decimal with a known float as the decimal that the
float prints as; a float column in its own precision. Two columns of different kinds compare as Polars widens them.
Times: two instants compare as instants. Where one side has no zone (a date is its midnight), both are read on the
campaign's wall clock; in the hour that autumn repeats this can't tell the two passes apart. Precision: microseconds.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl

from campaign_nb.engine.backends.comparing import APPLY, BELOW, MIRROR, as_float, joined, only_instant
from campaign_nb.engine.backends.polars.operand import Context, Operand, constant, in_zone, once, wall, wall_value
from campaign_nb.engine.backends.polars.types import DIGITS, fits_decimal, literal
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.tree import Operator, Type


def unknown() -> pl.Expr:
    """Return the truth value *unknown*."""
    return pl.lit(None, dtype=pl.Boolean)


def compare(op: Operator, left: Operand, right: Operand, context: Context) -> pl.Expr:
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


def member(value: Operand, options: Sequence[Operand], context: Context) -> pl.Expr:
    """Test membership in a list of values.

    Nulls: a miss is unknown when the value, or any option, is null.
    """
    if not options:
        return pl.lit(False)
    if value.null:
        return unknown()
    found = [option for option in options if not option.null]
    plain = _plain(value, found)

    def equals_any(read: Sequence[Operand]) -> pl.Expr:
        tests = [compare("=", read[0], option, context) for option in read[1:]]
        return joined(tests or [unknown()], lambda one, two: one | two)

    test = value.expr.is_in(plain) if plain else once([value, *found], equals_any)
    return test if len(found) == len(options) else test | unknown()


def _plain(value: Operand, options: Sequence[Operand]) -> list[int | str | dt.date] | None:
    """The options as a list, if they are known and of the value's own type."""
    kind = Type.TEXT if value.type is Type.UNKNOWN else value.type
    if value.known or kind not in (Type.INTEGER, Type.TEXT, Type.DATE) or any(option.type is not kind for option in options):
        return None
    items = [option.value for option in options if option.known and isinstance(option.value, int | str | dt.date)]
    whole = [item for item in items if not isinstance(item, int) or -(2**63) <= item < 2**63]
    return whole if len(whole) == len(options) else None


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


def _constantly(operand: Operand, truth: bool) -> pl.Expr:
    """The same answer for every value that is there, unknown where it is not."""
    return pl.when(operand.expr.is_not_null()).then(truth)


def _between_steps(op: Operator, operand: Operand, below: Operand) -> pl.Expr:
    """Compare what moves in steps with something above the step `below`."""
    if op in ("=", "<>"):
        return _constantly(operand, op == "<>")
    return APPLY[BELOW[op]](operand.expr, below.expr)


def _number(op: Operator, left: Operand, value: int | float | Decimal) -> pl.Expr:
    if left.type is Type.NUMBER:
        return APPLY[op](left.expr, pl.lit(as_float(value)))  # an untyped literal takes the column's own precision
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
    return APPLY[op](left.expr.cast(pl.Float64), pl.lit(float(exact)))


def _beyond(op: Operator, left: Operand, above: bool) -> pl.Expr:
    """Compare with something above (or below) all that a column can hold."""
    return _constantly(left, op == "<>" or ((op in ("<", "<=")) == above and op != "="))


def _times(op: Operator, left: Operand, right: Operand, context: Context) -> pl.Expr:
    if left.type is Type.DATE and right.type is Type.DATE:
        return APPLY[op](left.expr, right.expr)
    if left.zone is not None and right.zone is not None:
        return APPLY[op](left.expr, _shown(right, left.zone))
    if right.known and not left.known and isinstance(right.value, dt.date):
        shown = wall_value(right.value, context)
        if left.type is Type.DATE:
            day = constant(shown.date())
            return APPLY[op](left.expr, day.expr) if shown == wall_value(shown.date(), context) else _between_steps(op, left, day)
        instant = only_instant(shown, context.zone)
        if left.zone is not None and instant is not None:
            return APPLY[op](left.expr, literal(instant.astimezone(ZoneInfo(left.zone))))
    return APPLY[op](wall(left, context), wall(right, context))


def _shown(operand: Operand, name: str) -> pl.Expr:
    if operand.known and isinstance(operand.value, dt.datetime):
        return literal(operand.value.astimezone(ZoneInfo(name)))
    return operand.expr if operand.zone == name else in_zone(operand.expr, name)
