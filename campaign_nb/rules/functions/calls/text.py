"""Texts: letters, parts, positions."""

from __future__ import annotations

from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.functions.calls.optional import OMITTED, optional
from campaign_nb.rules.value import Value, call


def lower(text: object) -> Value:
    """The text in lower case.

    Nulls: null where it is null.

    >>> print(lower(col.name))
    lower(name)
    """
    return call("lower", text)


def upper(text: object) -> Value:
    """The text in upper case.

    Nulls: null where it is null.

    >>> print(upper(col.name))
    upper(name)
    """
    return call("upper", text)


def smart(text: object) -> Value:
    """The text with a capital at the start of each word, the rest in lower case.

    Nulls: null where it is null.

    >>> print(smart(col.name))
    smart(name)
    """
    return call("smart", text)


def trim(text: object) -> Value:
    """The text without white space at both ends.

    Nulls: null where it is null.

    >>> print(trim(col.name))
    trim(name)
    """
    return call("trim", text)


def length(text: object) -> Value:
    """The number of characters.

    Units: code points.
    Nulls: null where it is null.

    >>> print(length(col.name))
    length(name)
    """
    return call("length", text)


def left(text: object, n: object) -> Value:
    """The first n characters.

    Units: characters.
    Nulls: null where an argument is null.

    >>> print(left(col.phone, 2))
    left(phone, 2)
    """
    return call("left", text, n)


def right(text: object, n: object = OMITTED) -> Value:
    """The last n characters, one unless given.

    Units: characters.
    Nulls: null where an argument is null.

    >>> print(right(col.phone, 4))
    right(phone, 4)
    """
    return optional("right", text, n)


def substring(text: object, start: object, length: object = OMITTED) -> Value:
    """The part that starts at a position, counted from 1.

    To the end when no length is given.

    Units: characters.
    Nulls: null where an argument is null.

    >>> print(substring(col.code, 3, 2))
    substring(code, 3, 2)
    """
    return optional("substring", text, start, length)


def charindex(text: object, part: object) -> Value:
    """The position of a part, counted from 1; 0 when the text does not contain it.

    Units: characters, by case.
    Nulls: null where an argument is null.

    >>> print(charindex(col.email, "@"))
    charindex(email, '@')
    """
    return call("charindex", text, part)


def replace(text: object, part: object, by: object) -> Value:
    """The text with every occurrence of a part replaced.

    Units: literally and by case.
    Nulls: null where an argument is null.

    >>> print(replace(col.phone, " ", ""))
    replace(phone, ' ', '')
    """
    return call("replace", text, part, by)


def concat(*values: object) -> Value:
    """The values joined as one text; null when any is null.

    Nulls: null where an argument is null.

    >>> print(concat(col.first_name, " ", col.name))
    concat(first_name, ' ', name)
    """
    return call("concat", *values)


def to_string(value: object, n: object = OMITTED) -> Value:
    """The value as text; a number with n decimals where they are given.

    Units: at most 18 decimals, halves away from zero.
    Nulls: null where an argument is null.
    Errors: decimals of what is no number, or that differ from row to row.

    >>> print(to_string(col.spend, 2))
    to_string(spend, 2)
    """
    return optional("to_string", value, n)
