"""Shorter turns for the interpreter's threads while a timer runs, so that a busy cell does not make launches late."""

from __future__ import annotations

import sys
import threading

SECONDS = 0.0005
"""How long a thread may go on while another waits; Python's own is 0.005.

A launch is some two hundred steps of the store, and beside a cell of pure Python each waits for one turn.
"""

_lock = threading.Lock()
_held: list[float] = []
"""One entry per holder; the first is what the interpreter had before."""


def hold() -> None:
    """Hold turns short until `release`; turns that are shorter already stay.

    >>> before = sys.getswitchinterval()
    >>> hold(); hold(); release()
    >>> within = sys.getswitchinterval()
    >>> release()
    >>> within < 0.001, sys.getswitchinterval() == before
    (True, True)
    """
    with _lock:
        _held.append(_held[0] if _held else sys.getswitchinterval())
        sys.setswitchinterval(min(SECONDS, _held[0]))


def release() -> None:
    """Let go; what was set before comes back with the last who holds them."""
    with _lock:
        before = _held.pop()
        if not _held:
            sys.setswitchinterval(before)
