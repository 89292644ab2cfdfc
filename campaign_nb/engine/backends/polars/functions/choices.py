"""Choices between values, what is known of them, and flags in numbers."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.backends.polars.comparison import compare
from campaign_nb.engine.backends.polars.functions.table import Implementation, Table, Two
from campaign_nb.engine.backends.polars.operand import Context, Operand, common, once
from campaign_nb.rules.tree import Type


def _chosen(test: pl.Expr, results: Sequence[Operand], context: Context) -> Operand:
    (then, otherwise), kind, zone = common(results, context)
    return Operand(pl.when(test).then(then).otherwise(otherwise), kind, zone)


def _if_equals(args: Sequence[Operand], context: Context) -> Operand:
    return _chosen(compare("=", args[0], args[1], context), args[2:], context)


def _decode(args: Sequence[Operand], context: Context) -> Operand:
    same = once(args[:2], lambda read: compare("=", read[0], read[1], context) | (read[0].expr.is_null() & read[1].expr.is_null()))
    return _chosen(same, args[2:], context)


def _is_empty_string(args: Sequence[Operand], context: Context) -> Operand:
    return _chosen(args[0].expr.fill_null("") == "", args[1:], context)


def _all_known(args: Sequence[Operand], _: Context) -> pl.Expr:
    return pl.all_horizontal(arg.expr.is_not_null() for arg in args)


def _flags(compute: Two) -> Implementation:
    def of_flags(args: Sequence[Operand], _: Context) -> pl.Expr:
        return once(args, lambda read: compute(*(arg.expr.cast(pl.Int64, strict=False) for arg in read)))

    return of_flags


def _to_boolean(args: Sequence[Operand], _: Context) -> pl.Expr:
    return (
        args[0].expr
        if args[0].type is Type.BOOLEAN
        else args[0].expr.cast(pl.Boolean)
        if args[0].type is Type.UNKNOWN
        else args[0].expr != 0
    )


TABLE: Table = {
    "if_equals": _if_equals,
    "decode": _decode,
    "is_empty_string": _is_empty_string,
    "no_null": lambda args, _: args[0].expr.fill_null(""),
    "to_boolean": _to_boolean,
    "clear_bit": _flags(lambda number, flag: number & ~flag),
    "set_bit": _flags(lambda number, flag: number | flag),
    "is_bit_set": _flags(lambda number, flag: (number & flag) == flag),
    "all_non_null2": _all_known,
    "all_non_null3": _all_known,
    "is_memo_null": lambda args, _: args[0].expr.is_null(),
    "memo_contains": lambda args, _: args[0].expr.str.contains(args[1].expr, literal=True),
}
