"""Clocks: the one place from which time enters; tests and lessons bring their own."""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import threading
from collections.abc import Callable
from importlib import resources
from typing import Protocol
from zoneinfo import ZoneInfo

from campaign_nb.errors import Problem, ScheduleError


class Clock(Protocol):
    """What the workspace, the scheduler and the runner ask for the time."""

    def now(self) -> dt.datetime:
        """Return the present instant, aware, in UTC."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Sleep at most `seconds` of this clock's time or until `event` is set; tell whether it was set."""
        ...


class SystemClock:
    """The machine's wall clock, in UTC.

    >>> SystemClock().now().tzinfo
    datetime.timezone.utc
    """

    def now(self) -> dt.datetime:
        """Return the present instant, aware, in UTC."""
        return dt.datetime.now(dt.UTC)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Sleep at most `seconds` or until `event` is set; tell whether it was set."""
        return event.wait(max(0.0, seconds))


class ShiftedClock(SystemClock):
    """A clock that runs at real speed from a chosen instant.

    Time: `start` is an ISO date or date-time read in `time_zone`, or an aware datetime.
    Errors: a start that can't be read, an unknown zone.

    >>> clock = ShiftedClock("1998-07-01", "Europe/Paris")
    >>> clock.now().date().isoformat()
    '1998-06-30'
    """

    def __init__(self, start: str | dt.date | dt.datetime, time_zone: str = "UTC") -> None:
        self._offset = instant(start, time_zone) - dt.datetime.now(dt.UTC)

    def now(self) -> dt.datetime:
        """Return the shifted present instant, aware, in UTC."""
        return dt.datetime.now(dt.UTC) + self._offset


class ManualClock:
    """A clock that stands still until it is advanced by hand.

    Time: `start` is an ISO date or date-time read in `time_zone`, or an aware datetime.
    Errors: a start that can't be read, an unknown zone, a step that is not positive.

    >>> clock = ManualClock("2026-03-01 09:00", "Europe/Paris")
    >>> clock.advance(days=1).isoformat()
    '2026-03-02T08:00:00+00:00'
    """

    def __init__(self, start: str | dt.date | dt.datetime, time_zone: str = "UTC") -> None:
        self._now = instant(start, time_zone)
        self._moved = threading.Condition()
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> dt.datetime:
        """Return the instant at which the clock stands, aware, in UTC."""
        with self._moved:
            return self._now

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> dt.datetime:
        """Move the clock forward by elapsed time, let everything due happen.

        Returns the new instant.
        """
        step = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step <= dt.timedelta(0):
            raise ScheduleError(Problem("clock.advance", f"a step of {step}", "a positive step", "clock.advance(days=1)"))
        return self.set(self.now() + step)

    def set(self, to: str | dt.date | dt.datetime, time_zone: str = "UTC") -> dt.datetime:
        """Put the clock at an instant, also an earlier one.

        Everything that becomes due happens.
        """
        with self._moved:
            self._now = instant(to, time_zone)
            self._moved.notify_all()
        for listener in list(self._listeners):
            listener()
        return self.now()

    def on_move(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every move; return a function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return at once when `event` is set.

        Otherwise wait for a move of the clock or a short real time.
        """
        if event.is_set():
            return True
        with self._moved:
            self._moved.wait(timeout=min(0.05, max(0.0, seconds)))
        return event.is_set()


def zone(name: str) -> ZoneInfo:
    """Return the IANA zone of that name, as the installed tzdata package knows it.

    Time: the machine's own copy is never read, so that a launch falls on the same instant everywhere;
    `zoneinfo.TZPATH` stays as it is, for it belongs to the whole process.
    Errors: an unknown or empty name.

    >>> zone("Europe/Paris").key
    'Europe/Paris'
    """
    if not isinstance(name, str) or name not in zone_names():  # pyright: ignore[reportUnnecessaryIsInstance] # what users hand over
        near = _nearest_zone(str(name))
        raise ScheduleError(Problem(f"time zone {name!r}", "no such IANA time zone", "a name such as Europe/Paris", f'time_zone="{near}"'))
    return _load_zone(name)


@functools.cache
def zone_names() -> frozenset[str]:
    """Return the name of every zone in the tzdata package.

    >>> "Europe/Paris" in zone_names()
    True
    """
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


class _PackagedZone(ZoneInfo):
    """A zone read from the tzdata package, which copies and pickles by its name as any other zone does."""

    def __reduce__(self) -> tuple[object, ...]:
        return zone, (self.key,)

    def __repr__(self) -> str:
        return f"ZoneInfo(key={self.key!r})"


@functools.cache
def _load_zone(name: str) -> ZoneInfo:
    """Read a zone once: instants of one zone share one object, as Python's date arithmetic expects."""
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return _PackagedZone.from_file(file, key=name)


def _nearest_zone(name: str) -> str:
    """Return the known zone that a mistyped name most likely means."""
    wanted = name.strip().lower().replace(" ", "_")
    spelt = {known.lower(): known for known in sorted(zone_names(), reverse=True)}
    cities = [known for low, known in spelt.items() if low == wanted or low.endswith("/" + wanted)]
    near = difflib.get_close_matches(wanted, spelt, n=1, cutoff=0.75)
    return min(cities) if cities else spelt[near[0]] if near else "Europe/Paris"


def instant(value: str | dt.date | dt.datetime, time_zone: str = "UTC") -> dt.datetime:
    """Read an ISO date, an ISO date-time, a date or a datetime as an aware UTC instant.

    Time: without an offset of its own, the value is read in `time_zone`; a date is its midnight.
    Errors: text that is not ISO 8601.

    >>> instant("2026-07-01 09:00", "Europe/Paris").isoformat()
    '2026-07-01T07:00:00+00:00'
    """
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError as error:
            raise ScheduleError(Problem("date and time", f"{value!r} can't be read", "ISO 8601", '"2026-07-01 09:00"')) from error
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone(time_zone))
    return value.astimezone(dt.UTC)
