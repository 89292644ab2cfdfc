"""Plans: a rule laid out on one zone's clock, as launches in the order in which they happen."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from campaign_nb.schedule.days import Dates
from campaign_nb.schedule.zone import earliest_wall, first_pass, last_pass, second_pass, skipped, wall_at

_DAY = dt.timedelta(days=1)
_SECOND = dt.timedelta(seconds=1)
_MIDNIGHT = 86_400
_COUNTED = 4_000  # dates looked at for an estimate; beyond them the count is scaled


class Candidate(NamedTuple):
    """A launch that a rule names.

    The wall time of its label, the pass, the instant in UTC.
    """

    wall: dt.datetime
    fold: int
    at: dt.datetime


class Plan(Protocol):
    """A rule laid out in one zone, its validity apart."""

    def onward(self, after: dt.datetime) -> Iterator[Candidate]:
        """Yield launches by instant; the first ones may lie before `after`."""
        ...

    def back(self, until: dt.datetime) -> Iterator[dt.datetime]:
        """Yield earlier and earlier instants.

        Each so close to `until` that little lies between.
        """
        ...

    def estimate(self, after: dt.datetime, until: dt.datetime) -> int:
        """Return about how many launches lie between two instants.

        At a cost that does not grow with them.
        """
        ...

    def shortest(self) -> dt.timedelta | None:
        """Return the shortest time between two launches, or None when there are no two."""
        ...


@dataclass(frozen=True, slots=True)
class Moments:
    """Single instants: none, or one."""

    candidates: tuple[Candidate, ...] = ()

    def onward(self, after: dt.datetime) -> Iterator[Candidate]:
        """Yield the instants that lie after `after`."""
        return (candidate for candidate in self.candidates if candidate.at > after)

    def back(self, until: dt.datetime) -> Iterator[dt.datetime]:
        """Yield the instants up to `until`, the latest first."""
        return (candidate.at for candidate in reversed(self.candidates) if candidate.at <= until)

    def estimate(self, after: dt.datetime, until: dt.datetime) -> int:
        """Count the instants between two others."""
        return sum(after < candidate.at <= until for candidate in self.candidates)

    def shortest(self) -> dt.timedelta | None:
        """Return None: one instant has no period."""
        return None


@dataclass(frozen=True, slots=True)
class WallTimes:
    """Times of day on dates, as the clock on the wall shows them.

    Time: without `repeats`, a time that exists twice launches at its first pass; with it, at both.
    A skipped time launches at the first valid instant after it; with `passes_over`, not at all.
    """

    dates: Dates
    seconds: Sequence[int]
    zone: ZoneInfo
    repeats: bool = False
    passes_over: bool = False

    def onward(self, after: dt.datetime) -> Iterator[Candidate]:
        """Yield launches by instant; a second pass waits until the first one is over."""
        again: deque[Candidate] = deque()
        for wall in self._walls(earliest_wall(after, self.zone)):
            first, second = self._passes(wall)
            if first is not None:
                while again and again[0].at < first:
                    yield again.popleft()
                yield Candidate(wall, 0, first)
            if second is not None:
                again.append(Candidate(wall, 1, second))
        yield from again

    def back(self, until: dt.datetime) -> Iterator[dt.datetime]:
        """Yield the instants of wall times from that of `until` back."""
        end = until.astimezone(self.zone).replace(fold=0)
        for date in self.dates.back(end.date()):
            last = bisect_right(self.seconds, _second_of(end)) if date == end.date() else len(self.seconds)
            for place in range(last - 1, -1, -1):
                first, _ = self._passes(wall_at(date, self.seconds[place], self.zone))
                if first is not None and first <= until:
                    yield first

    def estimate(self, after: dt.datetime, until: dt.datetime) -> int:
        """Count wall times on the dates between two instants."""
        start, end = earliest_wall(after, self.zone), until.astimezone(self.zone).replace(fold=0)
        total = 0
        for looked_at, date in enumerate(self.dates.onward(start.date()), 1):
            if date > end.date():
                return total
            low = bisect_right(self.seconds, _second_of(start)) if date == start.date() else 0
            high = bisect_right(self.seconds, _second_of(end)) if date == end.date() else len(self.seconds)
            total += max(0, high - low)
            if looked_at >= _COUNTED:
                return round(total * ((end - start) / (wall_at(date, _MIDNIGHT, self.zone) - start)))
        return total

    def shortest(self) -> dt.timedelta | None:
        """Return the shortest step between two times of a day, or from one date to the next."""
        steps = [later - earlier for earlier, later in pairwise(self.seconds)]
        if self.seconds:
            days = _nearest_days(self.dates)
            steps += [days * _MIDNIGHT + self.seconds[0] - self.seconds[-1]] if days else []
        return dt.timedelta(seconds=min(steps)) if steps else None

    def _walls(self, start: dt.datetime) -> Iterator[dt.datetime]:
        for date in self.dates.onward(start.date()):
            first = bisect_left(self.seconds, _second_of(start)) if date == start.date() else 0
            for place in range(first, len(self.seconds)):
                yield wall_at(date, self.seconds[place], self.zone)

    def _passes(self, wall: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
        """Return the instants of the first and of the second pass, as far as they launch."""
        if self.passes_over and skipped(wall):
            return None, None
        return first_pass(wall), second_pass(wall) if self.repeats else None


@dataclass(frozen=True, slots=True)
class Grid:
    """One step of elapsed time after another, from an anchor both ways."""

    anchor: dt.datetime
    step: dt.timedelta
    zone: ZoneInfo

    def onward(self, after: dt.datetime) -> Iterator[Candidate]:
        """Yield the points of the grid after `after`."""
        at = self.anchor + ((after - self.anchor) // self.step + 1) * self.step
        while at.year <= 9000:
            yield _shown_at(at, self.zone)
            at += self.step

    def back(self, until: dt.datetime) -> Iterator[dt.datetime]:
        """Yield the points of the grid from `until` back."""
        at = self.anchor + (until - self.anchor) // self.step * self.step
        while at.year >= 1700:
            yield at
            at -= self.step

    def estimate(self, after: dt.datetime, until: dt.datetime) -> int:
        """Count the points of the grid between two instants."""
        return (until - self.anchor) // self.step - (after - self.anchor) // self.step

    def shortest(self) -> dt.timedelta | None:
        """Return the step."""
        return self.step


class _Window(NamedTuple):
    """The range of one local day: its first wall time and instant, its last ones."""

    wall: dt.datetime
    start: dt.datetime
    last_wall: dt.datetime | None
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class DailyGrid:
    """Steps of elapsed time that begin anew at the start of a range of each local day.

    Time: `between` is the first and the last wall time of the range, in seconds after midnight, the
    last one past midnight when it lies on the next day; None is the whole local day.
    """

    dates: Dates
    between: tuple[int, int] | None
    step: dt.timedelta
    zone: ZoneInfo

    def onward(self, after: dt.datetime) -> Iterator[Candidate]:
        """Yield the steps of each day's range."""
        for date in self.dates.onward(after.astimezone(self.zone).date() - _DAY):
            window = self._window(date)
            if window is None:
                continue
            at = window.start + max(0, (after - window.start) // self.step) * self.step
            while at <= window.end:
                if at == window.start:
                    yield Candidate(window.wall, 0, at)
                else:
                    candidate = _shown_at(at, self.zone)
                    if window.last_wall is None or window.wall <= candidate.wall <= window.last_wall:
                        yield candidate
                at += self.step

    def back(self, until: dt.datetime) -> Iterator[dt.datetime]:
        """Yield the last step of each day's range."""
        for date in self.dates.back(until.astimezone(self.zone).date() + _DAY):
            window = self._window(date)
            if window is not None and window.start <= until:
                yield window.start + (min(until, window.end) - window.start) // self.step * self.step

    def estimate(self, after: dt.datetime, until: dt.datetime) -> int:
        """Count the steps of each day's range between two instants."""
        total = 0
        for looked_at, date in enumerate(self.dates.onward(after.astimezone(self.zone).date() - _DAY), 1):
            window = self._window(date)
            if window is None:
                continue
            if window.start > until:
                return total
            low, high = max(after, window.start - _SECOND), min(until, window.end)
            total += max(0, (high - window.start) // self.step - (low - window.start) // self.step)
            if looked_at >= _COUNTED:
                return round(total * ((until - after) / (window.end - after)))
        return total

    def shortest(self) -> dt.timedelta | None:
        """Return the step, or what is left from the last step of one day to the start of the next."""
        first, last = self.between or (0, _MIDNIGHT - 1)
        days, over = _nearest_days(self.dates), (last - first) * _SECOND // self.step * self.step
        return min(self.step, days * _DAY - over) if days else self.step

    def _window(self, date: dt.date) -> _Window | None:
        """Return the range of a date, which is over at the latest when the next day's range starts."""
        first, last = self.between or (0, _MIDNIGHT)
        wall, last_wall = wall_at(date, first, self.zone), wall_at(date, last, self.zone)
        start = first_pass(wall)
        if start is None:
            return None
        following = first_pass(wall + _DAY) or last_pass(wall + _DAY)
        end = following - _SECOND if self.between is None else min(last_pass(last_wall), following - _SECOND)
        return _Window(wall, start, last_wall if self.between else None, max(start, end))


def _nearest_days(dates: Dates) -> int:
    """Return how many days lie between two dates of a rule at the least; 0 when there are no two."""
    some = list(islice(dates.onward(dt.date(2000, 1, 1)), 100))
    return min(((later - earlier).days for earlier, later in pairwise(some)), default=0)


def _shown_at(at: dt.datetime, zone: ZoneInfo) -> Candidate:
    """Return an instant under the label that the clock shows."""
    local = at.astimezone(zone)
    return Candidate(local.replace(fold=0), local.fold, at)


def _second_of(wall: dt.datetime) -> int:
    return wall.hour * 3_600 + wall.minute * 60 + wall.second
