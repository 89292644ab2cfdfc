"""What messages need of values."""

from __future__ import annotations

from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.value import Value, call


def escape_html(text: object) -> Value:
    """The text with & < > and quotes as HTML entities.

    Nulls: null where it is null.

    >>> print(escape_html(col.name))
    escape_html(name)
    """
    return call("escape_html", text)


def header_text(text: object) -> Value:
    """The text on one line, without control characters.

    Nulls: null where it is null.

    >>> print(header_text(col.name))
    header_text(name)
    """
    return call("header_text", text)


def money(amount: object) -> Value:
    """The number with two decimals, halves away from zero.

    Nulls: null where it is null.

    >>> print(money(col.spend))
    money(spend)
    """
    return call("money", amount)


def is_email(text: object) -> Value:
    """Whether the text is an address that can be written to.

    Nulls: null where the text is null.

    >>> print(is_email(col.name))
    is_email(name)
    """
    return call("is_email", text)
