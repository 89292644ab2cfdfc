"""Leases: the right to execute a run, for one kernel at a time; a kernel that stands still loses it for good."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select, update

from campaign_nb.errors import Problem, StoreError
from campaign_nb.store import meta, place
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.schema import leases

if TYPE_CHECKING:
    from campaign_nb.store.database import Store

_COUNTER = "lease_token"
_LEFT_FOR_THREAD = 0.2


class LeaseLost(StoreError):
    """A run's writes come from a kernel that stood still for too long; another one goes on with the run."""

    def __init__(self, name: str, seconds: float | None) -> None:
        length = "" if seconds is None else f" of {seconds:g} s"
        super().__init__(
            Problem(
                f"run {name[:8]}",
                f"this kernel lost the right to it: it stood still for longer than its lease{length}, and another goes on with the run",
                "writes of the kernel that has the lease; nothing of this change was kept",
                "ws.scheduler.log tells what became of the run",
            )
        )


@dataclass(frozen=True, slots=True)
class LeaseRecord:
    """Who has the right to a run: its token is greater than any before, its beat grows while its owner lives."""

    name: str
    owner: str
    token: int
    beat: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a lease: a kernel, where it runs, how long it may stand still, and whether its system holds a lock for it.

    >>> Owner.read(Owner("a", 7, "m", 10.0, True).text()).seconds
    10.0
    """

    kernel: str
    pid: int
    machine: str
    seconds: float | None
    locked: bool

    def text(self) -> str:
        """Write it for the store."""
        return f"{self.kernel} {self.pid} {self.machine} {self.seconds or 0:g} {'locked' if self.locked else 'open'}"

    @staticmethod
    def read(text: str) -> Owner:
        """Read it; what is not understood is a stranger who gives no proof of being gone."""
        with contextlib.suppress(ValueError):
            kernel, pid, machine, seconds, locked = text.split(" ")
            return Owner(kernel, int(pid), machine, float(seconds) or None, locked == "locked")
        return Owner(text, 0, "", None, False)


def find(connection: Connection, name: str) -> LeaseRecord | None:
    """Return the lease of that name, None when nobody has it."""
    row = connection.execute(select(leases).where(leases.c.name == name)).mappings().one_or_none()
    return LeaseRecord(**row) if row else None


def by_name(connection: Connection) -> dict[str, LeaseRecord]:
    """Return all leases that somebody has."""
    return {row["name"]: LeaseRecord(**row) for row in connection.execute(select(leases)).mappings()}


def take(connection: Connection, name: str, owner: Owner, at: dt.datetime, seen: LeaseRecord | None) -> int | None:
    """Take a lease if it still is as it was seen, and return its token; None when somebody was faster or is alive.

    Tokens grow over all leases of a store and are never used twice.
    """
    now = find(connection, name)
    if (now and (now.token, now.beat)) != (seen and (seen.token, seen.beat)):
        return None
    token = int(meta.get(connection, _COUNTER) or 0) + 1
    meta.put(connection, _COUNTER, str(token))
    connection.execute(delete(leases).where(leases.c.name == name))
    connection.execute(insert(leases).values(name=name, owner=owner.text(), token=token, beat=0, at=at))
    return token


def beat(connection: Connection, tokens: Collection[int]) -> set[int]:
    """Give a sign of life for leases and return those tokens that still count."""
    connection.execute(update(leases).where(leases.c.token.in_(sorted(tokens))).values(beat=leases.c.beat + 1))
    return set(connection.execute(select(leases.c.token).where(leases.c.token.in_(sorted(tokens)))).scalars())


def counts(connection: Connection, name: str, token: int) -> bool:
    """Tell whether a token still is the one of its lease."""
    return connection.execute(select(leases.c.token).where(leases.c.name == name)).scalar_one_or_none() == token


def give_back(connection: Connection, token: int) -> None:
    """Give a lease back; one that is lost stays with whoever has it."""
    connection.execute(delete(leases).where(leases.c.token == token))


class Held:
    """A lease that this kernel has, or had: every transaction under it looks whether its token still counts."""

    def __init__(self, name: str, token: int, seconds: float | None) -> None:
        self.name, self.token, self._seconds = name, token, seconds
        self.lost = False
        self.met: StoreError | None = None

    def meet(self, error: StoreError) -> None:
        """Write nothing more under this lease, for a write before was refused: the run is neither done nor failed."""
        self.met = error

    def check(self, connection: Connection) -> None:
        """Make sure that this kernel still has the lease, in the transaction that depends on it.

        Errors: LeaseLost; what the store met before.
        """
        if self.met is not None:
            raise self.met
        if not counts(connection, self.name, self.token):
            self.lost = True
            raise LeaseLost(self.name, self._seconds)


@dataclass(slots=True)
class _Watched:
    """A lease of somebody else: since when, on this kernel's own clock, its beat stands still."""

    token: int
    beat: int
    since: float
    looked: float
    waited: float | None = None
    """When the one who looks found out that it had not looked for long: the owner may have been asleep with it."""


class Leases:
    """The leases of one kernel on one store: takes them, gives signs of life, watches those of others.

    No clocks are compared: a lease is over when its beat stood still for its length on the clock of the one who looks.
    """

    def __init__(self, store: Store, seconds: float | None) -> None:
        self.seconds = seconds
        self._store = store
        self._kernel, self._machine = uuid.uuid4().hex, place.booted()
        self._lock = threading.Condition()
        self._held: dict[str, Held] = {}
        self._watched: dict[str, _Watched] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    def held(self, name: str) -> Held | None:
        """Return the lease of that name if this kernel has it."""
        with self._lock:
            return self._held.get(name)

    def may_try(self, name: str, record: LeaseRecord | None) -> bool:
        """Tell whether taking a lease can succeed: nobody has it, its owner may be gone, or it stood still for its length."""
        return record is None or self._provable(Owner.read(record.owner)) or self._expired(name, record)

    def forget_others(self, names: Collection[str]) -> None:
        """Watch these leases and no others any more."""
        with self._lock:
            for name in self._watched.keys() - set(names):
                del self._watched[name]

    def take(self, name: str, at: dt.datetime, locked: bool | None, may: Callable[[Connection], bool]) -> Held | None:
        """Take a lease, None when somebody has it or `may` says no in the same transaction.

        Shape: `locked` is whether the operating system holds a lock for this kernel: None when another process has it,
        False when the disk has no locks. Who has it on a machine knows that the owner before, who had it there, is gone.
        """
        with self._store.read() as connection:
            seen = find(connection, name)
        proven = (seen is None and locked is not None) or (seen is not None and self._gone(Owner.read(seen.owner), locked))
        if not proven and not self._expired(name, seen):
            return None
        begun = time.monotonic()
        with self._store.begin() as connection:
            if not proven and self.seconds is not None and time.monotonic() - begun > self.seconds / 3:
                self._watch_anew(name)  # its owner waited for the store as this kernel did, and may be alive
                return None
            if not may(connection):
                return None
            token = take(connection, name, Owner(self._kernel, os.getpid(), self._machine, self.seconds, bool(locked)), at, seen)
        if token is None:
            return None
        faultpoint("lease taken")
        made = Held(name, token, self.seconds)
        with self._lock:
            self._watched.pop(name, None)
            self._held[name] = made
            if self.seconds is not None and self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._live, args=(self.seconds / 3,), name="campaign-nb lease", daemon=True)
                self._thread.start()
        return made

    def give_back(self, held: Held) -> None:
        """Let others have a lease; a store that can't be written keeps it until it stood still for its length."""
        with self._lock:
            if self._held.get(held.name) is held:
                del self._held[held.name]
            last = None if self._held else self._thread
            self._lock.notify_all()
        if not held.lost:
            with contextlib.suppress(StoreError), self._store.begin() as connection:
                give_back(connection, held.token)
        if last is not None and last is not threading.current_thread():
            last.join(_LEFT_FOR_THREAD)

    def look_within(self) -> float | None:
        """Return the seconds within which somebody should look for leases that stand still; None for never."""
        if self.seconds is None:
            return None
        with self._lock:
            return self.seconds / 2 if self._watched else self.seconds

    def close(self) -> None:
        """Give no more signs of life."""
        with self._lock:
            self._closed = True
            self._held.clear()
            self._lock.notify_all()

    # ------------------------------------------------------------------------------------------- signs of life, ours

    def _live(self, pause: float) -> None:
        while True:
            with self._lock:
                if not self._held or not self._lock.wait_for(lambda: not self._held, pause):
                    mine: Mapping[int, Held] = {held.token: held for held in self._held.values()}
                else:
                    mine = {}
                if not mine:
                    self._thread = None
                    return
            with contextlib.suppress(StoreError):  # a store that can't be written is tried again after the same pause
                with self._store.begin() as connection:
                    still = beat(connection, mine.keys())
                for token, held in mine.items():
                    held.lost = held.lost or token not in still

    # --------------------------------------------------------------------------------------------- and those of others

    def _provable(self, owner: Owner) -> bool:
        """Tell whether the lock of the operating system can show that an owner is gone."""
        return owner.kernel == self._kernel or (owner.locked and owner.machine == self._machine)

    def _gone(self, owner: Owner, locked: bool | None) -> bool:
        """Tell whether an owner is known to be gone; who asks has made sure that no thread of this kernel executes the run."""
        return owner.kernel == self._kernel or (bool(locked) and self._provable(owner))

    def _expired(self, name: str, record: LeaseRecord | None) -> bool:
        owner = None if record is None else Owner.read(record.owner)
        if self.seconds is None or (owner is not None and owner.seconds is None):
            return False
        length = max(self.seconds, 0.0 if owner is None or owner.seconds is None else owner.seconds)
        token, last = (0, 0) if record is None else (record.token, record.beat)
        now = time.monotonic()
        with self._lock:
            seen = self._watched.get(name)
            if seen is None or (seen.token, seen.beat) != (token, last):
                seen = self._watched[name] = _Watched(token, last, now, now)
            if now - seen.looked > 2 * length and seen.waited is None:
                seen.waited = now
            seen.looked = now
            return now - seen.since >= length and (seen.waited is None or now - seen.waited >= length / 2)

    def _watch_anew(self, name: str) -> None:
        with self._lock:
            self._watched.pop(name, None)
