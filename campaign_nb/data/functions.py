"""Functions of one's own, named by where another kernel can import them from, and found again by that name."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from typing import Any

_REFERENCE = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*):([^\W\d]\w*(?:\.[^\W\d]\w*)*)")


def reference_of(function: Callable[..., Any]) -> str | None:
    """Return `module:name` of a function that another kernel could import; None for any other.

    >>> reference_of(reference_of)
    'campaign_nb.data.functions:reference_of'
    >>> reference_of(lambda: None)
    """
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module == "__main__":
        return None
    reference = f"{module}:{name}"
    return reference if _REFERENCE.fullmatch(reference) and _found(reference) is function else None


def function_of(reference: str, *, imports: bool = True) -> Callable[..., Any]:
    """Find a function by its reference; ValueError, with the reason, when there is none.

    Only what Python's own search finds is imported, never a file by its path; without `imports` only modules that are
    loaded already are looked at, so that reading runs no code. Nothing of Python's own library is meant.
    """
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
    found = _found(reference)
    if not callable(found) or isinstance(found, type):
        raise ValueError("there is no function of that name")
    return found


def _found(reference: str) -> object:
    module, _, names = reference.partition(":")
    found: object = sys.modules.get(module)
    for name in names.split("."):
        found = getattr(found, name, None)
    return found
