"""Texts: what is known of them."""

from __future__ import annotations

from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.value import Value, call


def all_non_null2(a: object, b: object) -> Value:
    """Whether both values are known.

    Nulls: never null.

    >>> print(all_non_null2(col.name, col.email))
    all_non_null2(name, email)
    """
    return call("all_non_null2", a, b)


def all_non_null3(a: object, b: object, c: object) -> Value:
    """Whether all three values are known.

    Nulls: never null.

    >>> print(all_non_null3(col.name, col.email, col.phone))
    all_non_null3(name, email, phone)
    """
    return call("all_non_null3", a, b, c)


def is_memo_null(memo: object) -> Value:
    """Whether a long text is missing.

    Nulls: never null; the empty text is not missing.

    >>> print(is_memo_null(col.notes))
    is_memo_null(notes)
    """
    return call("is_memo_null", memo)


def memo_contains(memo: object, part: object) -> Value:
    """Whether a long text contains a part, literally and by case.

    Nulls: null where an argument is null.

    >>> print(memo_contains(col.notes, "vip"))
    memo_contains(notes, 'vip')
    """
    return call("memo_contains", memo, part)
