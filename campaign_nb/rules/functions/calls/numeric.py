"""Numbers."""

from __future__ import annotations

from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.functions.calls.optional import OMITTED, optional
from campaign_nb.rules.value import Value, call


def abs(n: object) -> Value:
    """The value without its sign.

    Nulls: null where it is null.

    >>> print(abs(col.points))
    abs(points)
    """
    return call("abs", n)


def ceil(n: object) -> Value:
    """The smallest whole number that is not below.

    Nulls: null where it is null.

    >>> print(ceil(col.points))
    ceil(points)
    """
    return call("ceil", n)


def floor(n: object) -> Value:
    """The largest whole number that is not above.

    Nulls: null where it is null.

    >>> print(floor(col.points))
    floor(points)
    """
    return call("floor", n)


def round(n: object, decimals: object = OMITTED) -> Value:
    """The number rounded to decimals, halves away from zero.

    Nulls: null where an argument is null.
    Errors: decimals that differ from row to row.

    >>> print(round(col.spend, 2))
    round(spend, 2)
    """
    return optional("round", n, decimals)


def greatest(a: object, b: object) -> Value:
    """The larger; null when either is null.

    Nulls: null where an argument is null.

    >>> print(greatest(col.spend, col.budget))
    greatest(spend, budget)
    """
    return call("greatest", a, b)


def least(a: object, b: object) -> Value:
    """The smaller; null when either is null.

    Nulls: null where an argument is null.

    >>> print(least(col.spend, col.budget))
    least(spend, budget)
    """
    return call("least", a, b)


def sign(n: object) -> Value:
    """-1, 0 or 1.

    Nulls: null where it is null.

    >>> print(sign(col.points))
    sign(points)
    """
    return call("sign", n)


def percent(a: object, b: object) -> Value:
    """The first as a percentage of the second; null when the second is 0.

    Units: 25.0 for a quarter.
    Nulls: null where an argument is null or the second is 0.

    >>> print(percent(col.used, col.total))
    percent(used, total)
    """
    return call("percent", a, b)


def to_double(value: object) -> Value:
    """The value as a number with a fraction.

    Units: true is 1, false is 0; a text is read with a point, `1e3` too.
    Nulls: null for a text that is no number.

    >>> print(to_double(col.code))
    to_double(code)
    """
    return call("to_double", value)


def to_int64(value: object) -> Value:
    """The value as a whole number of 64 bits, its fraction cut off.

    Units: true is 1, false is 0.
    Nulls: null for a text that is no number, and for what does not fit.

    >>> print(to_int64(col.code))
    to_int64(code)
    """
    return call("to_int64", value)


def to_integer(value: object) -> Value:
    """The value as a whole number of 32 bits, its fraction cut off.

    Units: true is 1, false is 0.
    Nulls: null for a text that is no number, and for what does not fit.

    >>> print(to_integer(col.code))
    to_integer(code)
    """
    return call("to_integer", value)


def trunc(n: object, decimals: object = OMITTED) -> Value:
    """The number cut off after some decimals, none unless given.

    Units: decimals below 0 cut before the point.
    Nulls: null where an argument is null.
    Errors: decimals that differ from row to row.

    >>> print(trunc(col.spend, 1))
    trunc(spend, 1)
    """
    return optional("trunc", n, decimals)
