"""The timer: one daemon thread that looks again and again, whatever the cells do, and never sleeps for long."""

from __future__ import annotations

import atexit
import contextlib
import functools
import threading
import weakref
from typing import Protocol

from campaign_nb.clock import Clock
from campaign_nb.scheduler import turns

LONGEST = 30.0
"""Seconds of wall clock after which the timer looks again, since a machine that was asleep loses what it slept."""
_FIRST_REST, _LONGEST_REST = 0.05, 5.0
_AT_EXIT = 3.0


class Looker(Protocol):
    """What the timer wakes."""

    def look(self) -> float:
        """Do what is due and return in how many seconds there is more."""
        ...

    def trouble(self, error: BaseException) -> None:
        """Note that a look went wrong."""
        ...

    def stop(self, seconds: float) -> None:
        """End for good, holding at most that long."""
        ...


class Timer:
    """Wakes its owner when something is due, at least every 30 s, until it is stopped or its owner is gone.

    The owner is held weakly, so that a workspace nobody uses any more ends with its thread. An interrupt or an error,
    wherever it strikes, costs one look; after several in a row the timer rests a little between them.
    """

    def __init__(self, owner: Looker, clock: Clock) -> None:
        self._stop, self._wake = threading.Event(), threading.Event()
        weakref.finalize(owner, self._wake.set).atexit = False
        self._thread = threading.Thread(
            target=_run, args=(weakref.ref(owner), clock, self._stop, self._wake), name="campaign-nb scheduler", daemon=True
        )
        _stop_at_exit()
        _owners.add(owner)

    def start(self) -> None:
        """Start the thread."""
        turns.hold()
        self._thread.start()

    def wake(self) -> None:
        """Make the owner look now."""
        self._wake.set()

    def stop(self, seconds: float) -> None:
        """End the thread, waiting for a look that is going on, at most for a time."""
        self._stop.set()
        self._wake.set()
        if self._thread is not threading.current_thread() and self._thread.ident is not None:
            self._thread.join(seconds)


def _run(owner: weakref.ref[Looker], clock: Clock, stop: threading.Event, wake: threading.Event) -> None:
    try:
        _loop(owner, clock, stop, wake)
    finally:
        turns.release()


def _loop(owner: weakref.ref[Looker], clock: Clock, stop: threading.Event, wake: threading.Event) -> None:
    rest = 0.0
    while not stop.is_set():
        try:
            wake.clear()
            looker = owner()
            if looker is None:
                return
            seconds = looker.look()
            del looker
            rest = 0.0
            if not stop.is_set():
                clock.wait(wake, min(LONGEST, seconds))
        except BaseException as error:  # nothing may end the timer
            rest = min(_LONGEST_REST, max(_FIRST_REST, 2 * rest))
            _tell(owner, error, stop, rest)


def _tell(owner: weakref.ref[Looker], error: BaseException, stop: threading.Event, rest: float) -> None:
    with contextlib.suppress(BaseException):  # an interrupt may strike here too
        looker = owner()
        if looker is not None:
            looker.trouble(error)
        del looker
        stop.wait(rest)


_owners: weakref.WeakSet[Looker] = weakref.WeakSet()


@functools.cache
def _stop_at_exit() -> None:
    """Have all timers stopped when the interpreter ends, before the modules that they need are gone."""
    atexit.register(_stop_all)


def _stop_all() -> None:
    for owner in list(_owners):
        with contextlib.suppress(Exception):
            owner.stop(_AT_EXIT)
