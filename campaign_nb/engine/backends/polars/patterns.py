r"""LIKE: % stands for any text, _ for one character (one code point), a backslash takes the next character as it is.

This is PostgreSQL's meaning; other dialects say `ESCAPE '\'` for it. Case, where ignored, is simple Unicode folding:
neither the Turkish dotless ı nor the dotted İ is an i, and ß is no ss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

import polars as pl

Part: TypeAlias = tuple[Literal["text", "any", "one"], str]

_SPECIAL = r"[\\.+*?()|\[\]{}^$#&\-~]"
_BACKSLASH, _PERCENT, _UNDERSCORE = "\ufdd0", "\ufdd1", "\ufdd2"  # noncharacters: never in a text


def like(value: pl.Expr, pattern: str, *, ignore_case: bool) -> pl.Expr:
    """Test a text against a known pattern.

    Nulls: unknown for a null. Cost: a regex only where no prefix, suffix or part says the same.
    """
    parts = list(_parts(pattern))
    word = next((text for kind, text in parts if kind == "text"), "")
    match [kind for kind, _ in parts]:
        case ["any"]:
            return value.str.starts_with("")
        case _ if ignore_case:
            pass
        case [] | ["text"]:
            return value == word
        case ["text", "any"]:
            return value.str.starts_with(word)
        case ["any", "text"]:
            return value.str.ends_with(word)
        case ["any", "text", "any"]:
            return value.str.contains(word, literal=True)
        case _:
            pass
    body = "".join({"any": ".*", "one": "."}.get(kind) or re.sub(_SPECIAL, r"\\\g<0>", text) for kind, text in parts)
    return value.str.contains(_start(ignore_case) + body + r"\z")


def like_expr(value: pl.Expr, pattern: pl.Expr, *, ignore_case: bool) -> pl.Expr:
    """Test a text against a pattern that differs from row to row.

    Nulls: unknown when either is null. Cost: a regex for each distinct pattern.
    """
    body = (
        pattern.str.replace_all(r"\\", _BACKSLASH, literal=True)
        .str.replace_all(r"\%", _PERCENT, literal=True)
        .str.replace_all(r"\_", _UNDERSCORE, literal=True)
        .str.replace_all(r"(?s)\\(.)", "$1")
        .str.replace_all(_SPECIAL, r"\$0")
        .str.replace_all("%", ".*", literal=True)
        .str.replace_all("_", ".", literal=True)
        .str.replace_all(_BACKSLASH, r"\\", literal=True)
        .str.replace_all(_PERCENT, "%", literal=True)
        .str.replace_all(_UNDERSCORE, "_", literal=True)
    )
    return value.str.contains(pl.concat_str(pl.lit(_start(ignore_case)), body, pl.lit(r"\z")))


def _start(ignore_case: bool) -> str:
    return r"(?is)\A" if ignore_case else r"(?s)\A"


def _parts(pattern: str) -> Iterator[Part]:
    """Split a pattern into runs of text, % (several are one) and _."""
    text, at, after_any = "", 0, False
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character in "%_":
            if text:
                yield "text", text
                text = ""
            if character == "_" or not after_any:
                yield ("any" if character == "%" else "one"), ""
            after_any = character == "%"
            continue
        if character == "\\" and at < len(pattern):
            character, at = pattern[at], at + 1
        text, after_any = text + character, False
    if text:
        yield "text", text
