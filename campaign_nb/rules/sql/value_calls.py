"""Conversions, choices, flags and distances, in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from campaign_nb.rules.functions.geo import EARTH
from campaign_nb.rules.sql.functions import Build, Call, decimals
from campaign_nb.rules.sql.nodes import Node, both, case, cast, either, fn, group, is_null, number, operator, text
from campaign_nb.rules.tree import Type

_NUMBER = "^ *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)? *$"
_RADIAN = 0.017453292519943295


def _fraction(call: Call) -> Node:
    """Return a value as a number; a text that is none is null."""
    (value,), (kind,) = call.args, call.kinds
    if kind is Type.BOOLEAN:
        return cast(cast(value, "INT"), "DOUBLE")
    if kind is not Type.TEXT:
        return cast(value, "DOUBLE")
    return case([(exp.RegexpLike(this=group(value), expression=text(_NUMBER)), cast(fn("TRIM", value), "DOUBLE"))])


def _whole(bits: int) -> Build:
    most = 2 ** (bits - 1)

    def build(call: Call) -> Node:
        (value,), (kind,) = call.args, call.kinds
        if kind is Type.BOOLEAN:
            return cast(cast(value, "INT"), "BIGINT")  # PostgreSQL has no shorter way
        if kind is Type.INTEGER and bits == 64:
            return cast(value, "BIGINT")
        found = value if kind is Type.INTEGER else _fraction(call) if kind is Type.TEXT else value
        cut = found if kind is Type.INTEGER or call.flavour.name == "spark" else fn("TRUNC", found)
        fits = both([operator(exp.GTE, cut, number(-most)), operator(exp.LT, cut, number(most))])
        return case([(fits, cast(cut, "BIGINT"))])

    return build


def _trunc(call: Call) -> Node:
    if call.flavour.name != "spark":
        exact = cast(call.args[0], "DECIMAL") if call.flavour.name == "postgres" and len(call.args) > 1 else call.args[0]
        return fn("TRUNC", exact, *decimals(call))
    step = fn("POWER", number(10), call.args[1] if len(call.args) > 1 else number(0))
    size = operator(exp.Mul, fn("ABS", call.args[0]), step)
    return operator(exp.Mul, fn("SIGN", call.args[0]), operator(exp.Div, fn("FLOOR", size), step))


def _distance(call: Call) -> Node:
    longitude, latitude, east, north = (operator(exp.Mul, cast(arg, "DOUBLE"), number(_RADIAN)) for arg in call.args)

    def half(a: Node, b: Node) -> Node:
        sine = fn("SIN", operator(exp.Div, operator(exp.Sub, a, b), number(2)))
        return operator(exp.Mul, sine, sine)

    around = operator(exp.Mul, operator(exp.Mul, fn("COS", latitude), fn("COS", north)), half(east, longitude))
    chord = operator(exp.Add, half(north, latitude), around)
    most = case([(operator(exp.GT, chord, number(1)), number(1))], chord)
    return operator(exp.Mul, number(2 * EARTH), fn("ASIN", fn("SQRT", most)))


def _alike(nodes: Sequence[Node], kinds: Sequence[Type]) -> list[Node]:
    mixed = Type.DATE in kinds and Type.DATETIME in kinds
    return [cast(node, "TIMESTAMP") if mixed and kind is Type.DATE else node for node, kind in zip(nodes, kinds, strict=True)]


def _if_equals(call: Call) -> Node:
    a, b = _alike(call.args[:2], call.kinds[:2])
    then, otherwise = _alike(call.args[2:], call.kinds[2:])
    return case([(operator(exp.EQ, a, b), then)], otherwise)


def _decode(call: Call) -> Node:
    a, b = _alike(call.args[:2], call.kinds[:2])
    then, otherwise = _alike(call.args[2:], call.kinds[2:])
    return case([(either(operator(exp.EQ, a, b), both([is_null(a), is_null(b)])), then)], otherwise)


def _is_empty_string(call: Call) -> Node:
    then, otherwise = _alike(call.args[1:], call.kinds[1:])
    return case([(either(is_null(call.args[0]), operator(exp.EQ, call.args[0], text(""))), then)], otherwise)


FORMS: Mapping[str, Build] = {
    "to_double": _fraction,
    "to_int64": _whole(64),
    "to_integer": _whole(32),
    "trunc": _trunc,
    "distance": _distance,
    "if_equals": _if_equals,
    "decode": _decode,
    "is_empty_string": _is_empty_string,
    "no_null": lambda call: fn("COALESCE", call.args[0], text("")),
    "to_boolean": lambda call: call.args[0] if call.kinds[0] is Type.BOOLEAN else operator(exp.NEQ, call.args[0], number(0)),
    "clear_bit": lambda call: operator(exp.BitwiseAnd, call.args[0], exp.BitwiseNot(this=group(call.args[1]))),
    "set_bit": lambda call: operator(exp.BitwiseOr, *call.args),
    "is_bit_set": lambda call: operator(exp.EQ, operator(exp.BitwiseAnd, *call.args), call.args[1]),
}
"""How the functions of values of any type are written."""
