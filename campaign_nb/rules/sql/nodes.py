"""Pieces of SQL as syntax nodes: the few constructors that everything else is built from."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

from sqlglot import exp

from campaign_nb.rules import tree
from campaign_nb.rules.literal import written

Node: TypeAlias = exp.Expr

_ATOMS = (
    exp.Column,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Anonymous,
    exp.Cast,
    exp.TryCast,
    exp.Paren,
    exp.Subquery,
    exp.Case,
    exp.Extract,
    exp.Exists,
    exp.Placeholder,
    exp.CurrentDate,
    exp.CurrentTimestamp,
    exp.Nullif,
    exp.Interval,
)

_TIME = exp.DataType(this=exp.DataType.Type.USERDEFINED, kind="TIME")


def fn(name: str, *args: Node) -> Node:
    """Call a function by exactly this name.

    It is written as it stands, whatever the dialect.
    """
    return exp.Anonymous(this=name, expressions=[arg.copy() for arg in args])


def group(node: Node) -> Node:
    """Put brackets round anything that an operator might tear apart."""
    return node.copy() if isinstance(node, _ATOMS) else exp.Paren(this=node.copy())


def operator(kind: type[exp.Binary], left: Node, right: Node) -> Node:
    """Join two nodes by an operator."""
    return kind(this=group(left), expression=group(right))


def quotient(left: Node, right: Node) -> Node:
    """Divide numbers that are not both whole; `typed` keeps the writer from casting on its own."""
    return exp.Div(this=group(left), expression=group(right), typed=True, safe=False)


def cast(node: Node, kind: str) -> Node:
    """Cast to a type by its general name; a time of day is one everywhere, not the instant that some dialects have for it."""
    return exp.Cast(this=node.copy(), to=_TIME.copy() if kind == "TIME" else exp.DataType.build(kind))


def try_cast(node: Node, kind: str) -> Node:
    """Cast to a type, null where that can't be."""
    return exp.TryCast(this=node.copy(), to=exp.DataType.build(kind), safe=True)


def text(value: str) -> Node:
    """Write a text literal; the dialect escapes it."""
    return exp.Literal.string(value)


def number(value: int | float | Decimal) -> Node:
    """Write a number; a negative one in brackets, so that no sign meets another."""
    literal = exp.Literal.number(str(abs(value)))
    return literal if value >= 0 else exp.Paren(this=exp.Neg(this=literal))


def literal(value: tree.Scalar) -> Node:
    """Write a literal of the language; NaN is null."""
    if value is None or (isinstance(value, float) and value != value):
        return exp.null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float) and math.isinf(value):
        return cast(text("Infinity" if value > 0 else "-Infinity"), "DOUBLE")
    if isinstance(value, int | float | Decimal):
        return number(value)
    if isinstance(value, dt.timedelta):
        return exp.Interval(this=text(str(value.total_seconds())), unit=exp.var("SECOND"))
    return cast(text(written(value)), _type_of(value))


def _type_of(value: dt.date | dt.time) -> str:
    if isinstance(value, dt.datetime):
        return "TIMESTAMP" if value.tzinfo is None else "TIMESTAMPTZ"
    return "DATE" if isinstance(value, dt.date) else "TIME"


def part(name: str, node: Node) -> Node:
    """Take a part of a date."""
    return exp.Extract(this=exp.var(name), expression=node.copy())


def nullif(node: Node, value: Node) -> Node:
    """Turn a value into null."""
    return exp.Nullif(this=node.copy(), expression=value.copy())


def case(whens: Iterable[tuple[Node, Node]], otherwise: Node | None = None) -> Node:
    """Choose the value of the first condition that is true."""
    ifs = [exp.If(this=test.copy(), true=value.copy()) for test, value in whens]
    return exp.Case(ifs=ifs, default=None if otherwise is None else otherwise.copy())


def is_null(node: Node) -> Node:
    """Test that a value is missing."""
    return exp.Is(this=group(node), expression=exp.null())


def either(*nodes: Node) -> Node:
    """Join conditions with OR, in brackets."""
    return exp.Paren(this=_join(exp.Or, nodes))


def both(nodes: Iterable[Node]) -> Node:
    """Join conditions with AND."""
    return _join(exp.And, list(nodes))


def _join(kind: type[exp.Connector], nodes: Iterable[Node]) -> Node:
    joined: Node | None = None
    for node in nodes:
        item = exp.Paren(this=node.copy()) if isinstance(node, exp.Connector) else node.copy()
        joined = item if joined is None else kind(this=joined, expression=item)
    return exp.true() if joined is None else joined
