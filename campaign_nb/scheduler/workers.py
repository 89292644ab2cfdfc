"""Workers: the few threads in which runs execute, so that a long run never keeps a launch waiting."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Workers(Generic[T]):
    """Threads that are made when there is work and end when there is none; at most `most` at a time, the rest queues.

    >>> done: list[int] = []
    >>> workers = Workers(done.append)
    >>> workers.put(1)
    >>> workers.join(10)
    True
    >>> done
    [1]
    """

    def __init__(self, work: Callable[[T], None], most: int = 2) -> None:
        """Take what to do with each piece of work; it must not raise."""
        self._work, self._most = work, most
        self._lock = threading.Lock()
        self._queue: deque[T] = deque()
        self._threads: set[threading.Thread] = set()

    def put(self, piece: T) -> None:
        """Do a piece of work as soon as a thread is free."""
        with self._lock:
            self._queue.append(piece)
            if len(self._threads) < self._most:
                thread = threading.Thread(target=self._loop, name="campaign-nb run", daemon=True)
                thread.start()
                self._threads.add(thread)

    def drop(self) -> list[T]:
        """Return what is queued and not begun; it will not be done."""
        with self._lock:
            dropped = list(self._queue)
            self._queue.clear()
        return dropped

    def join(self, seconds: float) -> bool:
        """Hold until all work is done, at most for a time; tell whether it is. A worker does not hold for itself."""
        end = time.monotonic() + seconds
        with self._lock:
            others = [thread for thread in self._threads if thread is not threading.current_thread()]
        for thread in others:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in others)

    def _loop(self) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._threads.discard(threading.current_thread())
                    return
                piece = self._queue.popleft()
            self._work(piece)
