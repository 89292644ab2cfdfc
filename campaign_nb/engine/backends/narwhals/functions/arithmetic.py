"""Numbers: whole ones are computed beyond 64 bits and are null where they do not fit in the end.

Products and quotients of decimals are refused: engines keep different numbers of decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

from campaign_nb.engine.backends.narwhals import spark
from campaign_nb.engine.backends.narwhals.functions.table import Implementation, Table
from campaign_nb.engine.backends.narwhals.native import native
from campaign_nb.engine.backends.narwhals.operand import Context, Operand, common, constant
from campaign_nb.engine.backends.narwhals.refusal import Refusal
from campaign_nb.engine.backends.polars.types import MOST_DECIMALS
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.functions.signature import widest
from campaign_nb.rules.tree import Type

OfNumbers: TypeAlias = Callable[[Sequence[Operand], Context], Operand]


def of_numbers(name: str, whole: Callable[..., Any], number: Callable[..., Any], decimal: Callable[..., Any] | None) -> OfNumbers:
    """Return an implementation for numbers, by the widest kind among them; None for decimals refuses them."""

    def implementation(args: Sequence[Operand], _: Context) -> Operand:
        kind = widest([arg.type for arg in args])
        exprs = [arg.expr for arg in args]
        if kind is Type.NUMBER:
            return Operand(native(partial(spark.of_floats, number), *exprs), kind)
        if kind is Type.DECIMAL:
            if decimal is None:
                raise Refusal(f"{name} of decimals", "cn.fn.to_double(…) of one of them")
            return Operand(native(decimal, *exprs), kind)
        return Operand(native(whole, *exprs), kind)

    return implementation


def _sum(a: Any, b: Any) -> Any:
    return a + b


def _difference(a: Any, b: Any) -> Any:
    return a - b


def _product(a: Any, b: Any) -> Any:
    return a * b


def _share(a: Any, b: Any) -> Any:
    return a / b


def _remainder(a: Any, b: Any) -> Any:
    return a % b


def _opposite(a: Any) -> Any:
    return -a


def _percent(a: Any, b: Any) -> Any:
    return a * 100 / b


def _decimals(name: str, args: Sequence[Operand]) -> int | None:
    """Return how many decimals a number keeps; None where that is null."""
    if len(args) > 1 and args[1].null:
        return None
    wanted = args[1].value if len(args) > 1 else 0
    if not isinstance(wanted, int):
        what = f"the decimals of {name} differ from row to row"
        raise DefinitionError(Problem("rule", what, "a whole number", f"cn.fn.{name}(customers.spend, 2)"))
    return max(-MOST_DECIMALS, min(wanted, MOST_DECIMALS))


def _round(args: Sequence[Operand], context: Context) -> Operand:
    decimals = _decimals("round", args)
    if decimals is None:
        return constant(None)
    if decimals < 0:
        return _coarse("round", -decimals, half=True)(args[:1], context)
    return of_numbers("round", spark.unchanged, spark.rounded(decimals), spark.rounded_decimal(decimals))(args[:1], context)


def _trunc(args: Sequence[Operand], context: Context) -> Operand:
    decimals = _decimals("trunc", args)
    if decimals is None:
        return constant(None)
    if decimals < 0:
        return _coarse("trunc", -decimals, half=False)(args[:1], context)
    return of_numbers("trunc", spark.unchanged, spark.cut_number(decimals), spark.cut_decimal(decimals))(args[:1], context)


def _coarse(name: str, digits: int, *, half: bool) -> OfNumbers:
    """Return an implementation for tens, hundreds or more."""
    return of_numbers(f"{name} to tens", spark.coarse_whole(digits, half=half), spark.coarse_number(digits, half=half), None)


def _to_double(args: Sequence[Operand], _: Context) -> Operand:
    if args[0].type is Type.TEXT:
        return Operand(native(spark.number_of_text, args[0].expr), Type.NUMBER)
    return Operand(native(spark.to_double, args[0].expr), Type.NUMBER)


def _to_whole(ddl: str) -> Implementation:
    def whole(args: Sequence[Operand], _: Context) -> Operand:
        read = spark.whole_of_text(ddl) if args[0].type is Type.TEXT else spark.to_whole(ddl)
        return Operand(native(read, args[0].expr), Type.INTEGER)

    return whole


def _extreme(function: Callable[..., Any]) -> Implementation:
    def chosen(args: Sequence[Operand], context: Context) -> Operand:
        exprs, _, _ = common(args, context)
        return Operand(native(partial(spark.of_all, function), *exprs), widest([arg.type for arg in args]))

    return chosen


TABLE: Table = {
    "add": of_numbers("add", spark.whole(_sum), _sum, _sum),
    "subtract": of_numbers("subtract", spark.whole(_difference), _difference, _difference),
    "multiply": of_numbers("multiply", spark.whole(_product), _product, None),
    "divide": of_numbers("divide", spark.quotient, _share, None),
    "mod": of_numbers("mod", spark.whole(_remainder), _remainder, None),
    "negate": of_numbers("negate", spark.whole(_opposite), _opposite, _opposite),
    "abs": of_numbers("abs", spark.whole(spark.size), spark.size, spark.size),
    "ceil": of_numbers("ceil", spark.unchanged, spark.up, None),
    "floor": of_numbers("floor", spark.unchanged, spark.down, None),
    "round": _round,
    "trunc": _trunc,
    "distance": lambda args, _: Operand(native(partial(spark.of_floats, spark.great_circle), *(arg.expr for arg in args)), Type.NUMBER),
    "greatest": _extreme(spark.greatest),
    "least": _extreme(spark.least),
    "sign": lambda args, _: Operand(native(spark.sign, args[0].expr), Type.INTEGER),
    "to_double": _to_double,
    "to_int64": _to_whole("bigint"),
    "to_integer": _to_whole("int"),
    "percent": lambda args, _: Operand(native(partial(spark.of_floats, _percent), *(arg.expr for arg in args)), Type.NUMBER),
}
