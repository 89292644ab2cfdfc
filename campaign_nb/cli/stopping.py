"""How a process that runs campaigns is asked to end: gently by the first signal, at once by the second."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

STEP = 0.2
SIGNALS = (signal.SIGINT, signal.SIGTERM)
STOPPED = 0
"""How a process ends that was asked to stop and had nothing to finish."""


def quiet() -> None:
    """Let a signal end this process without a word, until somebody else hears it: it has not begun yet."""
    for number in SIGNALS:
        signal.signal(number, _leave)


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(STOPPED)  # an exception would strike wherever an import is, and be shown


class Stopping:
    """Hears SIGINT and SIGTERM; the second ends the process where it is, and its runs go on from their last stage.

    Before it has begun, the first does: there is nothing to finish.
    """

    def __init__(self) -> None:
        self.asked = False
        self.begun = False
        """Whether there may be something to finish."""
        self.interrupts = False
        """Whether the first signal interrupts what the main thread does."""

    @contextmanager
    def heard(self) -> Generator[None, None, None]:
        """Hear signals within the block; only the main thread may."""
        before = [(number, signal.signal(number, self._hear)) for number in SIGNALS]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler)

    def rest(self, seconds: float, often: Callable[[], None] = lambda: None) -> bool:
        """Rest for a time or until somebody asks to stop; tell whether nobody did."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(STEP, left))
            often()
        return not self.asked

    def _hear(self, number: int, _: FrameType | None) -> None:
        if not self.begun:
            _leave(number, _)
        if self.asked:
            if sys.stdout.isatty():
                os.write(sys.stdout.fileno(), b"\x1b[?25h\n")  # a live view hides the cursor
            os._exit(128 + number)
        self.asked = True
        if self.interrupts:
            raise KeyboardInterrupt
