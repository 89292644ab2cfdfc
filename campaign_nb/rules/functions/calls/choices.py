"""Choices between values, and flags."""

from __future__ import annotations

from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.joined import choose
from campaign_nb.rules.value import Value, as_rule, call


def coalesce(*values: object) -> Value:
    """The first value that is not null.

    Nulls: null where all are.

    >>> print(coalesce(col.nick_name, col.name))
    coalesce(nick_name, name)
    """
    return call("coalesce", *values)


def first_of(rows: object) -> Value:
    """The only column of the first collected row.

    Nulls: null where nothing was collected.

    >>> print(first_of(col.last))
    first_of(last)
    """
    return call("first_of", rows)


def item_of(rows: object, place: int) -> Value:
    """The only column of one of the collected rows, counted from 1.

    Nulls: null where fewer rows were collected.

    >>> print(item_of(col.last, 2))
    item_of(last, 2)
    """
    return call("item_of", rows, place)


def if_equals(a: object, b: object, then: object, otherwise: object) -> Value:
    """The third value where the first two are equal, else the fourth.

    Nulls: a null is equal to nothing, so the fourth value.
    Errors: values that can't be compared, two results of different types.

    >>> print(if_equals(col.country, "FR", "domestic", "abroad"))
    if_equals(country, 'FR', 'domestic', 'abroad')
    """
    return call("if_equals", a, b, then, otherwise)


def clear_bit(id: object, flag: object) -> Value:
    """The number without the bits of a flag.

    Units: a flag is the value of its bit: 1, 2, 4, 8.
    Nulls: null where an argument is null.

    >>> print(clear_bit(col.options, 4))
    clear_bit(options, 4)
    """
    return call("clear_bit", id, flag)


def set_bit(id: object, flag: object) -> Value:
    """The number with the bits of a flag.

    Units: a flag is the value of its bit: 1, 2, 4, 8.
    Nulls: null where an argument is null.

    >>> print(set_bit(col.options, 4))
    set_bit(options, 4)
    """
    return call("set_bit", id, flag)


def is_bit_set(id: object, flag: object) -> Value:
    """Whether the number has all bits of a flag.

    Units: a flag is the value of its bit: 1, 2, 4, 8.
    Nulls: null where an argument is null.

    >>> print(is_bit_set(col.options, 4))
    is_bit_set(options, 4)
    """
    return call("is_bit_set", id, flag)


def decode(a: object, b: object, then: object, otherwise: object) -> Value:
    """The third value where the first two are the same, else the fourth.

    Nulls: two nulls are the same.
    Errors: values that can't be compared, two results of different types.

    >>> print(decode(col.country, None, "unknown", "known"))
    decode(country, null, 'unknown', 'known')
    """
    return call("decode", a, b, then, otherwise)


def is_empty_string(text: object, then: object, otherwise: object) -> Value:
    """The second value where the first is empty, else the third.

    Nulls: a null is empty.
    Errors: two results of different types.

    >>> print(is_empty_string(col.email, "no address", "address"))
    is_empty_string(email, 'no address', 'address')
    """
    return call("is_empty_string", text, then, otherwise)


def no_null(text: object) -> Value:
    """The text, the empty text where it is null.

    Nulls: never null.

    >>> print(no_null(col.name))
    no_null(name)
    """
    return call("no_null", text)


def to_boolean(n: object) -> Value:
    """Whether the number is not 0.

    Nulls: null where the number is null.

    >>> print(to_boolean(col.flag))
    to_boolean(flag)
    """
    return call("to_boolean", n)


def iif(condition: object, then: object, otherwise: object = None) -> Value:
    """One value where a condition is true, another where it is false or unknown.

    Nulls: an unknown condition is not true.
    Errors: two results of different types.

    >>> print(iif(col.age >= 18, "adult", "minor"))
    case when age >= 18 then 'adult' else 'minor' end
    """
    return case((condition, then), otherwise=otherwise)


def case(*whens: tuple[object, object], otherwise: object = None) -> Value:
    """The value of the first condition that is true, else `otherwise`.

    Nulls: an unknown condition is not true; without `otherwise` the rest is null.
    Errors: no condition, results of different types.

    >>> print(case((col.points > 100, "gold"), (col.points > 10, "silver"), otherwise="none"))
    case when points > 100 then 'gold' when points > 10 then 'silver' else 'none' end
    """
    return choose([(as_rule(test), value) for test, value in whens], otherwise)
