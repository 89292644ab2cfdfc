"""Choices between values, what is known of them, and flags in numbers."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from campaign_nb.engine.backends.narwhals import spark
from campaign_nb.engine.backends.narwhals.comparison import compare
from campaign_nb.engine.backends.narwhals.functions.table import Implementation, Table, of_columns
from campaign_nb.engine.backends.narwhals.native import native
from campaign_nb.engine.backends.narwhals.operand import Context, Operand, common
from campaign_nb.rules.tree import Type


def _coalesce(args: Sequence[Operand], context: Context) -> Operand:
    exprs, kind, zone = common(args, context)
    origin = next((arg.origin for arg in args if arg.origin is not None), None)
    return Operand(nw.coalesce(*exprs), kind, zone, origin=origin)


def _chosen(test: nw.Expr, results: Sequence[Operand], context: Context) -> Operand:
    (then, otherwise), kind, zone = common(results, context)
    return Operand(nw.when(nw.coalesce(test, nw.lit(False))).then(then).otherwise(otherwise), kind, zone)


def _if_equals(args: Sequence[Operand], context: Context) -> Operand:
    return _chosen(compare("=", args[0], args[1], context), args[2:], context)


def _decode(args: Sequence[Operand], context: Context) -> Operand:
    same = compare("=", args[0], args[1], context) | (args[0].expr.is_null() & args[1].expr.is_null())
    return _chosen(same, args[2:], context)


def _is_empty_string(args: Sequence[Operand], context: Context) -> Operand:
    return _chosen(args[0].expr.is_null() | (args[0].expr == ""), args[1:], context)


def _all_known(args: Sequence[Operand], _: Context) -> nw.Expr:
    return nw.all_horizontal(*(~arg.expr.is_null() for arg in args), ignore_nulls=False)


def _flags(name: str) -> Implementation:
    return of_columns(spark.FLAGS[name])


def _to_boolean(args: Sequence[Operand], _: Context) -> nw.Expr:
    return args[0].expr if args[0].type is Type.BOOLEAN else args[0].expr != 0


TABLE: Table = {
    "coalesce": _coalesce,
    "if_equals": _if_equals,
    "decode": _decode,
    "is_empty_string": _is_empty_string,
    "no_null": lambda args, _: nw.coalesce(args[0].expr, nw.lit("")),
    "to_boolean": _to_boolean,
    "clear_bit": _flags("clear_bit"),
    "set_bit": _flags("set_bit"),
    "is_bit_set": _flags("is_bit_set"),
    "all_non_null2": _all_known,
    "all_non_null3": _all_known,
    "is_memo_null": lambda args, _: args[0].expr.is_null(),
    "memo_contains": lambda args, _: native(spark.TEXT_TESTS["contains"], args[0].expr, args[1].expr),
}
