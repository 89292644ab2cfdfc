"""A clock and timers that move by hand, and a look at what is open in the kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets.widgets import widget as kernel_side

from campaign_nb.widgets.throttle import Throttle


class FakeTimer:
    """A timer that fires when its clock is moved."""

    def __init__(self, at: float, call: Callable[[], None]) -> None:
        self.at, self.call, self.cancelled = at, call, False

    def cancel(self) -> None:
        """Never fire."""
        self.cancelled = True


class FakeTime:
    """A clock and the timers that wait for it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[FakeTimer] = []

    def arm(self, seconds: float, call: Callable[[], None]) -> FakeTimer:
        """Wait for the clock to reach now + seconds."""
        self.timers.append(FakeTimer(self.now + seconds, call))
        return self.timers[-1]

    def move(self, seconds: float) -> None:
        """Move the clock, and fire what is due."""
        self.now += seconds
        due = [timer for timer in self.timers if timer.at <= self.now + 1e-9 and not timer.cancelled]
        self.timers = [timer for timer in self.timers if timer not in due and not timer.cancelled]
        for timer in due:
            timer.call()

    def throttle(self, send: Callable[[Any], None]) -> Throttle[Any]:
        """A throttle on this clock."""
        return Throttle(send, 0.1, now=lambda: self.now, arm=self.arm)


def open_widgets() -> set[str]:
    """The ids of all widgets that are open in this process."""
    return set(kernel_side._instances)
