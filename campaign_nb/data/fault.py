"""What Polars says when rows can't be computed, without the values that it quotes from them."""

from __future__ import annotations

import re

MOST = 200
"""The longest reason, in characters."""

_VALUES = (
    (re.compile(r"(?<!columns: )\[.*\]?"), "[…]"),
    (re.compile(r"(parse|value|string) (?:`[^`]*`|'[^']*'|\"[^\"]*\")"), r"\1 …"),
)


def reason_of(error: Exception) -> str:
    """Return the first line of an error's text without quoted values; the kind of error where it has no text.

    >>> reason_of(ValueError("conversion from `str` to `f64` failed in column 'age' for 1 out of 1 values: ['secret']"))
    "conversion from `str` to `f64` failed in column 'age' for 1 out of 1 values: […]"
    """
    lines = str(error).splitlines()
    text = lines[0] if lines else type(error).__name__
    for pattern, without in _VALUES:
        text = pattern.sub(without, text)
    return text[:MOST]
