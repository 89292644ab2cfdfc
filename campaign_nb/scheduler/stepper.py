"""The stepper: walks a manual clock through every instant at which something is due, in order."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

from campaign_nb.clock import ManualClock


class Stepper:
    """Makes a clock that is moved by hand stand at each due instant in turn, and then where it was put.

    So a launch at nine happens at nine, and a wait that begins then ends an hour later, all within one `advance`.
    A clock that is set back stands there; nothing happens twice.
    An interrupt leaves the clock at the instant that it interrupted; the next move goes on from there.
    """

    def __init__(self, clock: ManualClock, next_at: Callable[[dt.datetime], dt.datetime | None], tick: Callable[[], None]) -> None:
        """Take what tells the first due instant after another, and what does everything that is due now."""
        self._clock, self._next_at, self._tick = clock, next_at, tick
        self._lock = threading.RLock()
        self._stepping = False
        self._stood = clock.now()
        self._end = clock.on_move(self._moved)

    def stop(self) -> None:
        """Leave the clock alone."""
        self._end()

    def _moved(self) -> None:
        with self._lock:
            if self._stepping:
                return
            self._stepping = True
            end = self._clock.now()
            try:
                while (at := self._next_at(self._stood)) is not None and at <= end:
                    self._stand(at)
                    self._tick()
                self._stand(end)
                self._tick()
            finally:
                self._stepping = False

    def _stand(self, at: dt.datetime) -> None:
        if self._clock.now() != at:
            self._clock.set(at)
        self._stood = at
