"""Fault points: named places at which a test lets the process die; they do nothing otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Hook: TypeAlias = Callable[[str], None]
"""What a test does at a fault point, by its name."""

_armed: list[Hook] = []


def faultpoint(name: str) -> None:
    """Mark a place at which a process may die without harm.

    Cost: a call and a look at an empty list.
    """
    for hook in _armed:
        hook(name)


def arm(hook: Hook) -> Callable[[], None]:
    """Call `hook` at every fault point from now on; return a function that ends it.

    >>> passed: list[str] = []
    >>> end = arm(passed.append)
    >>> faultpoint("here")
    >>> end()
    >>> faultpoint("there")
    >>> passed
    ['here']
    """
    _armed.append(hook)
    return lambda: _armed.remove(hook) if hook in _armed else None
