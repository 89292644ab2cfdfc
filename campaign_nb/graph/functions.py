"""Functions of one's own in a definition: named by where they can be imported from, found again, told apart."""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

HERE = "here:"
"""How the name of a function starts that lives in this notebook only."""
_REFERENCE = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*):([^\W\d]\w*(?:\.[^\W\d]\w*)*)")


def reference_of(function: Callable[..., Any]) -> str | None:
    """Return `module:name` of a function that another kernel could import; None for any other.

    >>> reference_of(reference_of)
    'campaign_nb.graph.functions:reference_of'
    >>> reference_of(lambda rows: rows)
    """
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module == "__main__":
        return None
    reference = f"{module}:{name}"
    return reference if _REFERENCE.fullmatch(reference) and _find(reference) is function else None


def function_of(reference: str, *, imports: bool = False) -> Callable[..., Any]:
    """Find a function by its reference; ValueError, with the reason, when there is none.

    Only modules that are loaded already are looked at, so that reading a document runs no code; `imports` is for
    documents from a store of one's own. Functions of the standard library are none that a campaign needs.
    """
    if reference.startswith(HERE):
        raise ValueError("it lived in a notebook")
    if not _REFERENCE.fullmatch(reference):
        raise ValueError("it is written module:name")
    module = reference.partition(":")[0]
    if module.partition(".")[0] in sys.stdlib_module_names:
        raise ValueError("it is part of Python itself")
    if imports and module not in sys.modules:
        try:
            importlib.import_module(module)
        except Exception as error:  # whatever a module of somebody's own may raise
            raise ValueError(f"the import failed: {type(error).__name__}") from error
    if module not in sys.modules:
        raise ValueError(f"the module {module!r} is not loaded")
    found = _find(reference)
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


def _find(reference: str) -> object:
    module, _, names = reference.partition(":")
    found: object = sys.modules.get(module)
    for name in names.split("."):
        found = getattr(found, name, None)
    return found
