"""The kinds of schedule that name days and hours: once, several times a day, daily, weekly, monthly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from zoneinfo import ZoneInfo

from campaign_nb.errors import Problem
from campaign_nb.schedule.days import MONTHS, MatchingDates, on_month_days, on_weekdays, on_weeks
from campaign_nb.schedule.duration import duration, duration_words
from campaign_nb.schedule.plan import Candidate, DailyGrid, Grid, Moments, Plan, WallTimes
from campaign_nb.schedule.reading import Reading, seconds_of
from campaign_nb.schedule.schedule import Schedule
from campaign_nb.schedule.sentence import day_list, every_day, joined, moment, month_day, month_list
from campaign_nb.schedule.validity import instant_of
from campaign_nb.schedule.zone import first_pass, start_of

_SECOND = dt.timedelta(seconds=1)
_MIDNIGHT = 86_400
_ANCHOR = dt.date(2000, 1, 1)
_DAYS_OF = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}


@dataclass(frozen=True, repr=False)
class Asap(Schedule):
    """As soon as possible: one run, when the campaign is published.

    >>> Asap().explain()
    "As soon as possible after publication, in the campaign's time zone; a launch is skipped while a run is going."
    """

    kind = "asap"
    recurring = False
    timed = False

    def _sentence(self) -> str:
        return "as soon as possible after publication"


@dataclass(frozen=True, repr=False)
class Once(Schedule):
    """One launch, at a date and time.

    Time: `at` is local to the schedule's zone unless it brings an offset of its own; a date is its midnight.
    An instant in the past is refused when the campaign is published, not here.

    >>> Once("2026-07-01 09:00", time_zone="Europe/Paris").launches(after="2026-01-01")[0].isoformat()
    '2026-07-01T09:00:00+02:00'
    """

    at: str | dt.date

    kind = "once"
    recurring = False

    def _read(self, reading: Reading) -> None:
        self._keep(at=reading.moment("at", self.at))

    def _plan(self, where: ZoneInfo) -> Plan:
        value = dt.datetime.fromisoformat(cast(str, self.at))
        if value.tzinfo is not None:
            local = value.astimezone(where)
            return Moments((Candidate(local.replace(fold=0), local.fold, value.astimezone(dt.UTC)),))
        wall = value.replace(tzinfo=where)
        at = first_pass(wall)
        return Moments() if at is None else Moments((Candidate(wall, 0, at),))

    def _sentence(self) -> str:
        text = cast(str, self.at)
        return "once, on " + moment(text if len(text) > 10 else f"{text}T00:00:00")

    def _remedy(self) -> str:
        return 'Once("2026-07-01 09:00"), on a date that the zone has, within valid_from and valid_until'


@dataclass(frozen=True, repr=False)
class SeveralTimesADay(Schedule):
    """At chosen hours, or every few minutes or hours.

    `hours` are times of day on the clock. `every` is elapsed time; with `between` (both ends included; the second
    may lie on the next day) or `days` it begins anew at the start of that range each local day, and without them it
    is one grid from `valid_from`, or else from 1 January 2000, through all changes of the clock.
    `days` is "all", "weekdays" or names of days.

    >>> noon = SeveralTimesADay(["9:00", "12:00"], time_zone="Europe/Paris")
    >>> [str(at) for at in noon.launches(2, after="2025-10-01 10:00")]
    ['2025-10-01 12:00:00+02:00', '2025-10-02 09:00:00+02:00']
    """

    hours: str | dt.time | Sequence[str | dt.time] | None = None
    every: str | dt.timedelta | None = None
    between: Sequence[str | dt.time] | None = None
    days: str | Sequence[str] = "all"

    kind = "several_times_a_day"

    def _read(self, reading: Reading) -> None:
        if (self.hours is None) == (self.every is None):
            reading.refuse("", "it needs hours or every, one of the two", "hours of the day or a period", 'SeveralTimesADay(every="15m")')
        if self.between is not None and self.every is None:
            reading.refuse("between", "it belongs to every", "a period", 'SeveralTimesADay(every="15m", between=("08:00", "20:00"))')
        self._keep(days=reading.days("days", self.days))
        if self.hours is not None:
            self._keep(hours=reading.times("hours", [self.hours] if isinstance(self.hours, dt.time) else self.hours))
        if self.between is not None:
            self._keep(between=reading.between("between", self.between))
        if self.every is not None:
            self._keep(every=reading.length("every", self.every, _SECOND, 'every="15m"'))
            if self._begins_anew() and self._step() >= dt.timedelta(days=1):
                reading.refuse("every", "it begins anew each day, so a day or more is never reached", "under 24h", 'Daily(at="09:00")')

    def _plan(self, where: ZoneInfo) -> Plan:
        dates = MatchingDates(on_weekdays(self.days))
        if self.hours is not None:
            return WallTimes(dates, [seconds_of(time) for time in cast(tuple[str, ...], self.hours)], where)
        if not self._begins_anew():
            return Grid(self._anchor(where), self._step(), where)
        first, last = (seconds_of(cast(str, time)) for time in self.between or ("00:00", "00:00"))
        return DailyGrid(dates, (first, last if first < last else last + _MIDNIGHT) if self.between else None, self._step(), where)

    def _sentence(self) -> str:
        if self.hours is not None:
            return f"{every_day(self.days)} at {joined(cast(tuple[str, ...], self.hours))}"
        words = duration_words(self._step())
        text = f"every {words.removeprefix('1 ') if words.count(' ') == 1 else words}"
        if self.between:
            first, last = cast(tuple[str, str], self.between)
            return f"{text} between {first} and {last}, {every_day(self.days)}"
        if self._begins_anew():
            return f"{text} from midnight to midnight, {every_day(self.days)}"
        return f"{text} of elapsed time, counted from {moment(cast(str, self.valid_from) if self.valid_from else _ANCHOR.isoformat())}"

    def warnings(self) -> tuple[Problem, ...]:
        """List what is allowed and yet worth a second look.

        A short period, a range shorter than the period.
        """
        found = super().warnings()
        if self.between and self.every:
            first, last = (seconds_of(cast(str, time)) for time in self.between)
            if dt.timedelta(seconds=(last - first) % _MIDNIGHT) < self._step():
                what = f"the range is shorter than {duration_words(self._step())}, so there is one launch a day"
                found += (Problem(type(self).__name__, what, "a longer range", f'Daily(at="{self.between[0]}")'),)
        return found

    def _begins_anew(self) -> bool:
        return self.between is not None or self.days != "all"

    def _step(self) -> dt.timedelta:
        return duration(cast(str, self.every))

    def _anchor(self, where: ZoneInfo) -> dt.datetime:
        text = cast(str, self.valid_from) if self.valid_from else _ANCHOR.isoformat()
        return start_of(dt.date.fromisoformat(text), where) if len(text) == 10 else instant_of(text, where)


@dataclass(frozen=True, repr=False)
class Daily(Schedule):
    """At one time of the day, on the clock.

    `days` is "all", "weekdays" or names of days.

    >>> [str(at) for at in Daily("09:00", days="weekdays", time_zone="Europe/Paris").launches(2, after="2026-07-03 10:00")]
    ['2026-07-06 09:00:00+02:00', '2026-07-07 09:00:00+02:00']
    """

    at: str | dt.time
    days: str | Sequence[str] = "all"

    kind = "daily"

    def _read(self, reading: Reading) -> None:
        self._keep(at=reading.time("at", self.at), days=reading.days("days", self.days))

    def _plan(self, where: ZoneInfo) -> Plan:
        return WallTimes(MatchingDates(on_weekdays(self.days)), [seconds_of(cast(str, self.at))], where)

    def _sentence(self) -> str:
        return f"{every_day(self.days)} at {self.at}"


@dataclass(frozen=True, repr=False)
class Weekly(Schedule):
    """On days of the week, every week or every few weeks.

    Time: weeks start on Monday; with `every` above 1, they count from the week of `valid_from`, which must be given.

    >>> [str(at) for at in Weekly("mon", at="09:00", time_zone="Europe/Paris").launches(2, after="2026-07-01")]
    ['2026-07-06 09:00:00+02:00', '2026-07-13 09:00:00+02:00']
    """

    days: str | Sequence[str]
    at: str | dt.time
    every: int = 1

    kind = "weekly"

    def _read(self, reading: Reading) -> None:
        self._keep(days=reading.days("days", self.days), at=reading.time("at", self.at), every=reading.whole("every", self.every, 1, 520))
        if self.every > 1 and self.valid_from is None:
            do = f'Weekly(…, every={self.every}, valid_from="2026-01-05")'
            reading.refuse("every", f"no week to count {self.every} weeks from", "valid_from with every above 1", do)

    def _plan(self, where: ZoneInfo) -> Plan:
        on = on_weekdays(self.days)
        if self.every > 1:
            text = cast(str, self.valid_from)
            date = dt.date.fromisoformat(text) if len(text) == 10 else instant_of(text, where).astimezone(where).date()
            on = on_weeks(self.days, self.every, date)
        return WallTimes(MatchingDates(on), [seconds_of(cast(str, self.at))], where)

    def _sentence(self) -> str:
        if self.every == 1:
            return f"{every_day(self.days)} at {self.at}"
        days = every_day(self.days) if isinstance(self.days, str) else "on " + day_list(self.days)
        return f"every {self.every} weeks {days} at {self.at}, counted from the week of {moment(cast(str, self.valid_from))}"


@dataclass(frozen=True, repr=False)
class Monthly(Schedule):
    """On days of the month, every month or in chosen ones.

    `day` is a number, "last", "every", an ordinal with a day ("second tuesday", "last friday"), a day of the week
    (each of them in the month), or a list of these. `months` is "all", or names or numbers.
    Nulls: a month that does not have the day is skipped.

    >>> [str(at) for at in Monthly("10:00", day="second tuesday", time_zone="Europe/Paris").launches(2, after="2026-10-01")]
    ['2026-10-13 10:00:00+02:00', '2026-11-10 10:00:00+01:00']
    """

    at: str | dt.time
    day: int | str | Sequence[int | str]
    months: str | int | Sequence[str | int] = "all"

    kind = "monthly"

    def _read(self, reading: Reading) -> None:
        self._keep(at=reading.time("at", self.at), day=reading.month_days("day", self.day), months=reading.months("months", self.months))

    def _plan(self, where: ZoneInfo) -> Plan:
        return WallTimes(MatchingDates(on_month_days(self._days()), self._months()), [seconds_of(cast(str, self.at))], where)

    def _sentence(self) -> str:
        months = month_list(cast(str | tuple[str, ...], self.months))
        return f"on {joined([month_day(item) for item in self._days()])} of {months} at {self.at}"

    def warnings(self) -> tuple[Problem, ...]:
        """List what is allowed and yet worth a second look.

        Such as months without the day.
        """
        numbers = [item for item in self._days() if isinstance(item, int)]
        short = [MONTHS[month - 1] for month in sorted(self._months()) if any(number > _DAYS_OF.get(month, 31) for number in numbers)]
        if not short:
            return super().warnings()
        what = f"some months have no day {max(numbers)} ({month_list(short)}) and are skipped"
        return (*super().warnings(), Problem(type(self).__name__, what, "a day that every month has", 'Monthly(…, day="last")'))

    def _days(self) -> tuple[int | str, ...]:
        return cast(tuple[int | str, ...], self.day if isinstance(self.day, tuple) else (self.day,))

    def _months(self) -> frozenset[int]:
        if isinstance(self.months, tuple):
            return frozenset(MONTHS.index(str(month)) + 1 for month in self.months)
        return frozenset(range(1, 13))
