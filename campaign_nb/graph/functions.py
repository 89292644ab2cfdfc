"""Functions of one's own in a definition: named by where they can be imported from, found again, told apart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from campaign_nb.data import functions

HERE = "here:"
"""How the name of a function starts that lives in this notebook only."""


def function_of(reference: str, *, imports: bool = False) -> Callable[..., Any]:
    """Find a function by its reference; ValueError, with the reason, when there is none.

    Only modules that are loaded already are looked at, so that reading a document runs no code; `imports` is for
    documents from a store of one's own. Functions of the standard library are none that a campaign needs.
    """
    if reference.startswith(HERE):
        raise ValueError("it lived in a notebook")
    found = functions.function_of(reference, imports=imports)
    if not isinstance(found, FunctionType):
        raise ValueError("there is no function of that name")
    return found


def fingerprint(function: Callable[..., Any]) -> str:
    """Tell a function by its code: equal for the same text run twice, else different. For comparison in one kernel.

    >>> fingerprint(lambda rows: 1) == fingerprint(lambda rows: 1), fingerprint(lambda rows: 1) == fingerprint(lambda rows: 2)
    (True, False)
    """
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        return f"{type(function).__qualname__}@{id(function):x}"
    defaults = repr((getattr(function, "__defaults__", None), getattr(function, "__kwdefaults__", None)))
    return hashlib.sha256((_text(code) + defaults).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _text(code: CodeType) -> str:
    parts: list[str] = []
    stack = [code]
    while stack:
        here = stack.pop()
        inner = [item for item in here.co_consts if isinstance(item, CodeType)]
        plain = [item for item in here.co_consts if not isinstance(item, CodeType)]
        parts.append(repr((here.co_code, plain, here.co_names, here.co_varnames, here.co_freevars)))
        stack.extend(inner)
    return "".join(parts)
