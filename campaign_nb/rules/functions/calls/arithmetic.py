"""The operators of arithmetic as functions."""

from __future__ import annotations

from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.value import Value, call


def add(a: object, b: object) -> Value:
    """The sum of two numbers.

    Units: beyond 64 bits whole numbers give null.
    Nulls: null where an argument is null.

    >>> print(add(col.spend, col.total))
    spend + total
    """
    return call("add", a, b)


def subtract(a: object, b: object) -> Value:
    """The first number less the second.

    Units: beyond 64 bits whole numbers give null.
    Nulls: null where an argument is null.

    >>> print(subtract(col.spend, col.total))
    spend - total
    """
    return call("subtract", a, b)


def multiply(a: object, b: object) -> Value:
    """The product of two numbers.

    Units: beyond 64 bits whole numbers give null.
    Nulls: null where an argument is null.

    >>> print(multiply(col.spend, col.total))
    spend * total
    """
    return call("multiply", a, b)


def divide(a: object, b: object) -> Value:
    """The quotient.

    Of two integers truncated toward zero; null when the divisor is 0.

    Nulls: null where an argument is null or the second is 0.

    >>> print(divide(col.spend, col.total))
    spend / total
    """
    return call("divide", a, b)


def mod(a: object, b: object) -> Value:
    """The remainder, with the sign of the dividend; null when the divisor is 0.

    Units: whole numbers and decimals are exact.
    Nulls: null where an argument is null or the second is 0.

    >>> print(mod(col.points, 10))
    points % 10
    """
    return call("mod", a, b)


def negate(a: object) -> Value:
    """The number with the other sign.

    Nulls: null where it is null.

    >>> print(negate(col.spend))
    -spend
    """
    return call("negate", a)
