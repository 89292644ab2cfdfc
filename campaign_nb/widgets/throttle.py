"""The one path on which updates reach a widget: at most ten a second, and the last one always."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

INTERVAL = 0.1

T = TypeVar("T")


class Timer(Protocol):
    """What is needed of a timer that was armed."""

    def cancel(self) -> None:
        """Make the timer never fire."""
        ...


class Throttle(Generic[T]):
    """Hand values on, at most one per interval; of those that come too fast only the last is kept.

    Any thread may put values. The first is sent at once by its own thread; a timer is armed only while
    a value waits. Sending is never done by two threads at once, and never backwards.

    >>> seen: list[int] = []
    >>> throttle = Throttle(seen.append)
    >>> throttle.put(1)
    >>> throttle.put(2)
    >>> throttle.flush()
    >>> seen
    [1, 2]
    """

    def __init__(
        self,
        send: Callable[[T], None],
        interval: float = INTERVAL,
        *,
        now: Callable[[], float] = time.monotonic,
        arm: Callable[[float, Callable[[], None]], Timer] | None = None,
    ) -> None:
        self._send, self._interval, self._now, self._arm = send, interval, now, arm or _daemon_timer
        self._state, self._sending = threading.Lock(), threading.RLock()
        self._waiting: list[T] = []
        self._timer: Timer | None = None
        self._last = float("-inf")
        self._closed = False

    def put(self, value: T) -> None:
        """Send a value now, or when the interval has passed if none newer comes."""
        with self._state:
            if self._closed:
                return
            self._waiting[:] = [value]
            rest = self._last + self._interval - self._now()
            if rest > 0:
                if self._timer is None:
                    self._timer = self._arm(rest, self.flush)
                return
        self.flush()

    def flush(self) -> None:
        """Send what waits, now."""
        with self._sending:
            with self._state:
                timer, self._timer = self._timer, None
                waiting, self._waiting = self._waiting, []
                if waiting:
                    self._last = self._now()
            if timer is not None:
                timer.cancel()
            for value in waiting:
                self._send(value)

    def close(self) -> None:
        """Send what waits, and nothing after it."""
        with self._state:
            self._closed = True
        self.flush()


def _daemon_timer(seconds: float, call: Callable[[], None]) -> Timer:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    return timer
