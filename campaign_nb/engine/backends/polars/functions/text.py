"""Text: positions count from 1, a character is a code point, a null argument gives null."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.backends.polars.functions.date import local
from campaign_nb.engine.backends.polars.functions.table import Table, of_one
from campaign_nb.engine.backends.polars.operand import Context, Operand, once
from campaign_nb.engine.backends.polars.types import MOST_DECIMALS, literal
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.tree import Type


def as_text(operand: Operand) -> pl.Expr:
    """Return a value as text.

    Shape: digits; `1.5`; a decimal with the decimals of its column; true, false; `2026-07-01`; `2026-07-01 09:00:00`
    in the value's own zone; `09:00:00`.
    Errors: a list.
    """
    match operand.type:
        case Type.DATETIME:
            return local(operand).dt.to_string("%Y-%m-%d %H:%M:%S")
        case Type.TIME:
            return operand.expr.dt.to_string("%H:%M:%S")
        case Type.DURATION:
            return operand.expr.dt.to_string("iso")
        case Type.LIST:
            raise DefinitionError(Problem("rule", "a list is no text", "one value", 'customers.orders.max("date")'))
        case _:
            return operand.expr.cast(pl.String)


def at_least(operand: Operand, least: int) -> pl.Expr:
    """Return a whole number that is not below another."""
    if isinstance(operand.value, int):
        return literal(max(least, operand.value))
    return operand.expr.cast(pl.Int64).clip(lower_bound=least)


def _substring(args: Sequence[Operand]) -> pl.Expr:
    text, start = args[0].expr, args[1]
    first = at_least(start, 1)
    if len(args) == 2:
        return unless_null(text.str.slice(first - 1), start)
    length = (start.expr.cast(pl.Int64) + at_least(args[2], 0) - first).clip(lower_bound=0)
    return unless_null(text.str.slice(first - 1, length), start, args[2])


def _charindex(args: Sequence[Operand]) -> pl.Expr:
    text, part = _of_each_row(args[0], args[1:]), args[1].expr
    before = text.str.splitn(part, 2).struct.field("field_0").str.len_chars().cast(pl.Int64)
    found = pl.when(text.str.contains(part, literal=True)).then(before + 1).otherwise(0)
    return unless_null(pl.when(part == "").then(1).otherwise(found), *args)


def _replace(args: Sequence[Operand]) -> pl.Expr:
    text, part, by = args
    if isinstance(part.value, str) and isinstance(by.value, str):
        return text.expr.str.replace_all(part.value, by.value, literal=True) if part.value else text.expr
    replaced = (
        _of_each_row(text, [part, by]).str.split(part.expr).list.join(by.expr)
    )  # replace_all takes no part that differs from row to row
    return unless_null(pl.when(part.expr == "").then(text.expr).otherwise(replaced), by)


def _of_each_row(text: Operand, parts: Sequence[Operand]) -> pl.Expr:
    """Return a text as one value per row where it is known and a part is not: Polars splits a literal only once."""
    unsure = [part.expr.is_not_null() for part in parts if not part.known]
    return pl.when(*unsure).then(text.expr) if text.known and unsure else text.expr


def unless_null(expr: pl.Expr, *args: Operand) -> pl.Expr:
    """Return a value, null where an argument is null."""
    unsure = [arg.expr.is_not_null() for arg in args if not arg.known or arg.null]
    return pl.when(*unsure).then(expr) if unsure else expr


def _to_string(args: Sequence[Operand], _: Context) -> pl.Expr:
    if len(args) == 1:
        return as_text(args[0])
    value, decimals = args
    if value.null or decimals.null:
        return pl.lit(None, dtype=pl.String)
    if not isinstance(decimals.value, int):
        raise DefinitionError(
            Problem("rule", "the decimals of a text differ from row to row", "a whole number", "cn.fn.to_string(customers.spend, 2)")
        )
    n = max(0, min(decimals.value, MOST_DECIMALS))
    number = value.expr.cast(pl.Int64).cast(pl.Decimal(38, 0)) if value.type is Type.INTEGER else value.expr
    return number.round(n, mode="half_away_from_zero").cast(pl.Decimal(38, n), strict=False).cast(pl.String)


def _length(text: pl.Expr) -> pl.Expr:
    return text.str.len_chars().cast(pl.Int64)


def _lower(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase()


def _upper(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase()


def _smart(text: pl.Expr) -> pl.Expr:
    return text.str.to_titlecase()


def _trim(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars()


TABLE: Table = {
    "lower": of_one(_lower),
    "upper": of_one(_upper),
    "smart": of_one(_smart),
    "trim": of_one(_trim),
    "length": of_one(_length),
    "left": lambda args, _: args[0].expr.str.head(at_least(args[1], 0)),
    "right": lambda args, _: args[0].expr.str.tail(at_least(args[1], 0) if len(args) > 1 else 1),
    "substring": lambda args, _: once(args, _substring),
    "charindex": lambda args, _: once(args, _charindex),
    "replace": lambda args, _: once(args, _replace),
    "concat": lambda args, _: pl.concat_str([as_text(arg) for arg in args]),
    "to_string": _to_string,
}
