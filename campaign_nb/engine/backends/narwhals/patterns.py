r"""LIKE on Spark: % stands for any text, _ for one character, a backslash takes the next character as it is.

Case, where ignored, is simple Unicode folding, written out letter by letter: Java's own differs for ı, İ and others.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from functools import cache

_SPECIAL = frozenset("\\.+*?()|[]{}^$#&-~\"'")


def regex_of(pattern: str, *, ignore_case: bool) -> str:
    """Return the regular expression of Java that says the same as a pattern.

    >>> regex_of("a_%", ignore_case=False), regex_of("i.", ignore_case=True)
    ('(?s)\\\\Aa..*\\\\z', '(?s)\\\\A[Ii]\\\\.\\\\z')
    """
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "%":
            if not parts or parts[-1] != ".*":
                parts.append(".*")
        elif character == "_":
            parts.append(".")
        else:
            if character == "\\" and at < len(pattern):
                character, at = pattern[at], at + 1
            parts.append(_letter(character, ignore_case))
    return "(?s)\\A" + "".join(parts) + "\\z"


def _letter(character: str, ignore_case: bool) -> str:
    others = _folds().get(_fold(character), "") if ignore_case else ""
    if len(others) > 1:
        return f"[{others}]"
    return f"\\{character}" if character in _SPECIAL else character


@cache
def _folds() -> dict[str, str]:
    """Return the letters that are one when case is ignored, by what they fold to."""
    found: defaultdict[str, str] = defaultdict(str)
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        folded = _fold(character)
        found[folded] += character
    return {folded: letters for folded, letters in found.items() if len(letters) > 1}


def _fold(character: str) -> str:
    folded = character.casefold()
    if len(folded) == 1:
        return folded
    lower = character.lower()
    return lower if len(lower) == 1 else character
