"""What every schedule shares: common options, launches, slots, saving and loading."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from itertools import islice, takewhile
from typing import ClassVar, Self, cast
from zoneinfo import ZoneInfo

from campaign_nb.clock import SystemClock, instant, zone
from campaign_nb.errors import Problem, ScheduleError, did_you_mean, listed
from campaign_nb.schedule.duration import duration, duration_text
from campaign_nb.schedule.plan import Moments, Plan
from campaign_nb.schedule.reading import Reading, shown
from campaign_nb.schedule.sentence import literal, policy, span
from campaign_nb.schedule.slot import Missed, Slot
from campaign_nb.schedule.validity import EARLIEST, Validity, validity
from campaign_nb.schedule.zone import label

VERSION = 1  # of the saved form
OVERLAPS = ("skip", "queue", "allow", "cancel")
KINDS: dict[str, type[Schedule]] = {}

_COUNTED = 10_000  # launches counted one by one; more of them are estimated
_MOST = 100_000  # launches in one preview
_QUICK = dt.timedelta(minutes=15)
_TICK = dt.timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, repr=False)
class Schedule:
    """When a campaign launches.

    A rule of the calendar, its zone, its validity and its policies.

    `time_zone` is an IANA name; None is the campaign's. `valid_from` and `valid_until` are dates, or dates and
    times, in that zone; both are included, a date with its whole day. `catch_up` is how late a missed launch
    is still made up for, as a length of time, or "all". `overlap` says what a launch does while a run is going.

    Errors: all problems of a schedule together; a rule that can never launch.
    """

    kind: ClassVar[str]
    recurring: ClassVar[bool] = True
    timed: ClassVar[bool] = True  # false for kinds that name no instants of their own
    awaits: ClassVar[bool] = False  # true for kinds whose launches somebody asks for

    time_zone: str | None = None
    valid_from: str | dt.date | None = None
    valid_until: str | dt.date | None = None
    catch_up: str | dt.timedelta = "1h"
    overlap: str = "skip"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        known = KINDS.get(cls.kind)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"the kind {cls.kind!r} is {known.__qualname__} of {known.__module__} already")
        KINDS[cls.kind] = cls

    def __post_init__(self) -> None:
        reading = Reading(type(self).__name__)
        self._keep(
            time_zone=reading.zone("time_zone", self.time_zone),
            valid_from=None if self.valid_from is None else reading.moment("valid_from", self.valid_from),
            valid_until=None if self.valid_until is None else reading.moment("valid_until", self.valid_until),
            catch_up="all" if self.catch_up == "all" else reading.length("catch_up", self.catch_up, dt.timedelta(0), 'catch_up="1h"'),
            overlap=reading.choice("overlap", self.overlap, OVERLAPS),
        )
        self._read(reading)
        reading.done()
        self._refuse_never()

    def launches(self, n: int = 10, after: dt.date | str | None = None) -> list[dt.datetime]:
        """List the next launches, on the schedule's own clock.

        Time: strictly after `after`, an instant or a local date or time; without one, after now.
        Errors: a schedule without a time zone.
        """
        count = Reading(type(self).__name__)
        count.whole("n", n, 0, _MOST)
        count.done()
        if not self.timed:
            return []
        where = self._own_zone()
        start = SystemClock().now() if after is None else instant(after, where.key)
        return [slot.at.astimezone(where) for slot in islice(self._slots(where, start), n)]

    def slots(self, after: dt.datetime) -> Iterator[Slot]:
        """Yield launches with their identity, in order, strictly after an instant.

        Time: the identity of a launch never depends on `after`, so that a restart finds the same ones.
        Errors: a schedule without a time zone; an instant without an offset.
        """
        _need_offset("after", after)
        return self._slots(self._own_zone(), after) if self.timed else iter(())

    def latest(self, after: dt.datetime, until: dt.datetime) -> Slot | None:
        """Return the last launch after `after` and up to `until`, that one included.

        Or None.

        Cost: does not grow with the number of launches between.
        """
        _need_offset("after", after)
        _need_offset("until", until)
        if not self.timed:
            return None
        where = self._own_zone()
        bounds = self._validity(where)
        after, until = max(after, bounds.first - _TICK), min(until, bounds.last)
        for near in self._plan(where).back(until) if after < until else ():
            last = None
            for slot in self._slots(where, max(after, near - _TICK)):
                if slot.at > until:
                    break
                last = slot
            if last is not None or near <= after:
                return last
        return None

    def missed(self, after: dt.datetime, until: dt.datetime) -> Missed | None:
        """Sum up the launches after `after` and up to `until`.

        The first, the last, how many; None when none.

        Cost: does not grow with the number of launches; above 10,000 the count is an estimate.
        """
        last = self.latest(after, until)
        if last is None:
            return None
        found = list(islice(takewhile(lambda slot: slot.at <= last.at, self.slots(after)), _COUNTED + 1))
        if len(found) <= _COUNTED:
            return Missed(found[0], last, len(found), estimated=False)
        where = self._own_zone()
        bounds = self._validity(where)
        about = self._plan(where).estimate(max(after, bounds.first - _TICK), min(until, bounds.last))
        return Missed(found[0], last, max(about, len(found)), estimated=True)

    def past(self, now: dt.datetime) -> bool:
        """Tell whether no launch is left after an instant."""
        _need_offset("now", now)
        if self.timed:
            return next(self.slots(now), None) is None
        return self.valid_until is not None and self._validity(self._own_zone()).last < now

    def explain(self) -> str:
        """Say in one English sentence when it launches, where, how long.

        And by which policies.
        """
        where = f"{self.time_zone} time" if self.time_zone else "in the campaign's time zone"
        text = f"{self._sentence()}, {where}{span(cast(str | None, self.valid_from), cast(str | None, self.valid_until))}"
        return f"{text[:1].upper()}{text[1:]}; {policy(cast(str, self.catch_up) if self.timed else None, self.overlap)}."

    def warnings(self) -> tuple[Problem, ...]:
        """List what is allowed and yet worth a second look.

        Such as a period under 15 minutes.
        """
        period = self._plan(zone(self.time_zone or "UTC")).shortest() if self.timed else None
        if period is None or period >= _QUICK:
            return ()
        what = f"launches follow each other after {duration_text(period)}"
        return (Problem(type(self).__name__, what, "15 minutes or more", 'SeveralTimesADay(every="15m")'),)

    @property
    def catch_up_window(self) -> dt.timedelta | None:
        """How late a missed launch is still made up for; None is without end."""
        return None if self.catch_up == "all" else duration(self.catch_up)

    def in_zone(self, name: str) -> Self:
        """Return a copy in that zone if the schedule has none of its own, or else itself."""
        if self.time_zone is not None:
            return self
        moved = copy.copy(self)
        moved._keep(time_zone=zone(name).key)
        moved.__post_init__()
        return moved

    def to_json(self) -> dict[str, object]:
        """Return the schedule as a document of plain values.

        >>> Schedule.from_json({"version": 1, "kind": "daily", "at": "9:00"}).to_json()["at"]
        '09:00'
        """
        own = {name: _plain(value) for name, value in self._to_fields().items() if value is not None}
        return {"version": VERSION, "kind": self.kind, **own}

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Self:
        """Read a schedule from its document; on a kind, only that kind.

        Errors: an unknown kind or option, a missing option, a newer version.
        """
        kind = _kind_of(document)
        if not issubclass(kind, cls):
            raise ScheduleError(Problem("schedule", f"it is a {kind.__name__}", f"a {cls.__name__}", "Schedule.from_json(document)"))
        values = {name: value for name, value in document.items() if name not in ("version", "kind")}
        known = {field.name: field.default for field in fields(kind)}
        reading = Reading(kind.__name__)
        for name in values.keys() - known.keys():
            reading.refuse("", f"no option {shown(name)}", did_you_mean(str(name), known), "leave it out")
        lacking = [name for name, default in known.items() if default is MISSING and name not in values]
        if lacking:
            reading.refuse("", f"{listed(lacking)} not given", "every option that has no default", f'"{lacking[0]}": …')
        reading.done()
        return kind._from_fields(values)

    def __repr__(self) -> str:
        given = [f for f in _ordered(type(self)) if getattr(self, f.name) != f.default]
        return f"{type(self).__name__}({', '.join(f'{f.name}={literal(getattr(self, f.name))}' for f in given)})"

    # What a kind fills in.

    def _read(self, reading: Reading) -> None:
        """Bring the kind's own options into their canonical form."""

    def _plan(self, where: ZoneInfo) -> Plan:
        """Lay the rule out on a zone's clock."""
        return Moments()

    def _sentence(self) -> str:
        """Say when it launches, from a small letter on."""
        raise NotImplementedError

    def _to_fields(self) -> dict[str, object]:
        return {field.name: getattr(self, field.name) for field in _ordered(type(self))}

    @classmethod
    def _from_fields(cls, values: dict[str, object]) -> Self:
        return cls(**values)  # type: ignore[arg-type] # __post_init__ reads whatever a document holds

    # What all kinds share.

    def _keep(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _own_zone(self) -> ZoneInfo:
        if self.time_zone is None:
            name = type(self).__name__
            do = f'{name}(…, time_zone="Europe/Paris"), or schedule.in_zone("Europe/Paris")'
            raise ScheduleError(Problem(name, "it has no time zone of its own", "a zone to name instants in", do))
        return zone(self.time_zone)

    def _validity(self, where: ZoneInfo) -> Validity:
        return validity(cast(str | None, self.valid_from), cast(str | None, self.valid_until), where)

    def _slots(self, where: ZoneInfo, after: dt.datetime) -> Iterator[Slot]:
        """Yield launches within the validity; several labels on one instant are one launch, under the first."""
        bounds = self._validity(where)
        after = max(after, bounds.first - _TICK)
        if after >= bounds.last:
            return
        taken = None
        for candidate in self._plan(where).onward(after):
            if candidate.at > bounds.last:
                return
            if candidate.at > after and candidate.at != taken and bounds.admits(candidate):
                taken = candidate.at
                yield Slot(label(candidate.wall), candidate.fold, where.key, candidate.at)

    def _refuse_never(self) -> None:
        """Refuse a rule without any launch; without a zone of its own, UTC stands in for it."""
        where, name = zone(self.time_zone or "UTC"), type(self).__name__
        bounds = self._validity(where)
        if bounds.first > bounds.last:
            what = f"valid_until, {self.valid_until}, lies before valid_from, {self.valid_from}"
            raise ScheduleError(Problem(name, what, "an end on or after the start", f'valid_until="{self.valid_from}"'))
        if self.timed and next(self._slots(where, EARLIEST), None) is None:
            raise ScheduleError(
                Problem(name, f"it can never launch: {self._sentence()}", "a rule with at least one launch", self._remedy())
            )

    def _remedy(self) -> str:
        """Name what would make a rule launch that never does."""
        return "leave valid_from and valid_until out, or choose other days" if self.valid_from or self.valid_until else "choose other days"


def _kind_of(document: Mapping[str, object]) -> type[Schedule]:
    """Return the kind that a document names."""
    if not isinstance(document, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] # documents come from files
        raise ScheduleError(Problem("schedule", f"{shown(document)} is no schedule", "a document with a kind", "schedule.to_json()"))
    version, kind = document.get("version", VERSION), document.get("kind")
    if version != VERSION:
        raise ScheduleError(
            Problem("schedule", f"its version is {shown(version)}", f"version {VERSION}", "open it with the release that wrote it")
        )
    if not isinstance(kind, str) or kind not in KINDS:
        raise ScheduleError(Problem("schedule", f"no kind {shown(kind)}", did_you_mean(str(kind), sorted(KINDS)), '"kind": "daily"'))
    return KINDS[kind]


def _ordered(kind: type[Schedule]) -> list[Field[object]]:
    """Return the fields of a kind as its signature has them, the common ones last."""
    return sorted(fields(kind), key=lambda field: field.kw_only is True)


def _plain(value: object) -> object:
    """Return a canonical option as JSON holds it."""
    return list(cast(tuple[object, ...], value)) if isinstance(value, tuple) else value


def _need_offset(name: str, value: dt.datetime) -> None:
    if not isinstance(value, dt.datetime) or value.utcoffset() is None:  # pyright: ignore[reportUnnecessaryIsInstance] # users' input
        what = f"{name} is {shown(value)}, which has no offset"
        raise ScheduleError(Problem("schedule", what, "an aware datetime", f"{name}=datetime.now(UTC)"))
