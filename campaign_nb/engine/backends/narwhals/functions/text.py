"""Text: positions count from 1, a character is a code point, a null argument gives null."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import narwhals as nw

from campaign_nb.engine.backends.narwhals import spark_text
from campaign_nb.engine.backends.narwhals.functions.table import Implementation, Table, of_columns
from campaign_nb.engine.backends.narwhals.native import native
from campaign_nb.engine.backends.narwhals.operand import Context, Operand, literal, local
from campaign_nb.engine.backends.narwhals.refusal import Refusal
from campaign_nb.engine.backends.polars.types import MOST_DECIMALS
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.tree import Type


def as_text(operand: Operand) -> nw.Expr:
    """Return a value as text: digits; a decimal with the decimals of its column; true, false; dates as ISO writes them.

    Errors: floats, which engines print differently; lists.
    """
    kind = operand.origin or operand.type
    match kind:
        case Type.TEXT:
            return operand.expr
        case Type.DATETIME:
            return native(spark_text.clock_text, local(operand))
        case Type.DECIMAL:
            return native(spark_text.decimal_text, operand.expr)
        case Type.INTEGER | Type.BOOLEAN | Type.DATE | Type.UNKNOWN:
            return native(spark_text.text, operand.expr)
        case _:
            raise Refusal(f"a {kind} as text", "money, or to_string(…, 2)" if kind is Type.NUMBER else "one value")


def _to_string(args: Sequence[Operand], _: Context) -> nw.Expr:
    if len(args) == 1:
        return as_text(args[0])
    value, decimals = args
    if value.null or decimals.null:
        return native(spark_text.no_text)
    if not isinstance(decimals.value, int):
        raise DefinitionError(
            Problem("rule", "the decimals of a text differ from row to row", "a whole number", "cn.fn.to_string(customers.spend, 2)")
        )
    n = max(0, min(decimals.value, MOST_DECIMALS))
    if value.type is Type.NUMBER:
        raise Refusal("to_string of a float", "money, or a decimal column")
    return native(partial(spark_text.fixed, decimals=n), value.expr)


def _at_least(operand: Operand, least: int) -> nw.Expr:
    if isinstance(operand.value, int):
        return literal(max(least, operand.value))
    return native(partial(spark_text.at_least, least=least), operand.expr)


def _substring(args: Sequence[Operand], _: Context) -> nw.Expr:
    text, start = args[0].expr, args[1].expr
    if len(args) == 2:
        return native(spark_text.from_on, text, start)
    return native(spark_text.substring, text, start, args[2].expr)


def _line(args: Sequence[Operand], _: Context) -> nw.Expr:
    return native(spark_text.line, args[0].expr, args[1].expr if len(args) > 1 else literal(1))


def _pad(function: Callable[..., Any]) -> Implementation:
    def padded(args: Sequence[Operand], _: Context) -> nw.Expr:
        filling = args[2].value
        if args[2].null:
            return native(spark_text.no_text)
        if not isinstance(filling, str) or len(filling) != 1:
            raise DefinitionError(Problem("rule", "the filling of a text", "one character", 'cn.fn.lpad(customers.code, 8, "0")'))
        return native(partial(function, filling=filling), args[0].expr, _at_least(args[1], 0))

    return padded


def _right(args: Sequence[Operand], _: Context) -> nw.Expr:
    return native(spark_text.right, args[0].expr, _at_least(args[1], 0) if len(args) > 1 else literal(1))


TABLE: Table = {
    **{name: of_columns(function) for name, function in spark_text.SIMPLE.items()},
    "left": lambda args, _: native(spark_text.left, args[0].expr, _at_least(args[1], 0)),
    "right": _right,
    "substring": _substring,
    "get_line": _line,
    "line": _line,
    "concat": lambda args, _: native(spark_text.concat, *(as_text(arg) for arg in args)),
    "to_string": _to_string,
    "lpad": _pad(spark_text.lpad),
    "rpad": _pad(spark_text.rpad),
}
