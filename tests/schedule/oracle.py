"""An oracle of launches that knows nothing of the product: it watches a clock minute by minute, in whole numbers.

It imports no part of campaign_nb. A zone is a list of instants at which its offset changes, found by asking `zoneinfo` with the files of
the tzdata package; a stretch of time is an array of all its minutes with what the clock on the wall shows at each. What a rule means is
said of those two columns: a minute launches when the clock shows, or has just skipped, what the rule names.

Units: minutes since 1970 throughout.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

FIRST, LAST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2037, 1, 1, tzinfo=dt.UTC)
DAY = 1_440
_ZERO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
EPOCH = _ZERO.replace(tzinfo=None)
_MINUTE, _DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
_FILES = resources.files("tzdata").joinpath("zoneinfo")

Minutes = NDArray[np.int64]


class Change(NamedTuple):
    """An instant at which a zone's offset changes, and the offsets on both sides of it."""

    at: int
    before: int
    after: int


class Launch(NamedTuple):
    """The wall time that names a launch, its pass, and its instant."""

    wall: int
    fold: int
    at: int


def minutes(moment: dt.datetime) -> int:
    """Minutes since 1970 of an instant, or of a wall time without a zone."""
    return (moment.replace(tzinfo=None) - EPOCH) // _MINUTE


def instant(at: int) -> dt.datetime:
    """The instant that many minutes after 1970 began."""
    return _ZERO + at * _MINUTE


def names() -> list[str]:
    """Every zone of the tzdata package."""
    return resources.files("tzdata").joinpath("zones").read_text("utf-8").split()


def file_of(name: str) -> bytes:
    """The file of a zone; zones that are other names of one have equal files."""
    return _FILES.joinpath(*name.split("/")).read_bytes()


@functools.cache
def zone_of(name: str) -> ZoneInfo:
    """A zone as the tzdata package has it, whatever the machine and `PYTHONTZPATH` say."""
    with _FILES.joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@functools.cache
def _days() -> tuple[dt.datetime, ...]:
    start = FIRST - 10 * _DAY
    return tuple(start + number * _DAY for number in range((LAST - FIRST).days + 20))


@functools.cache
def changes_of(name: str) -> tuple[Change, ...]:
    """Every change of a zone's offset from 2000 to 2036, found by asking for the offset of each day and halving the days that differ."""
    zone = zone_of(name)

    def offset(at: int) -> int:
        shown = instant(at).astimezone(zone).utcoffset()
        assert shown is not None
        assert not shown % _MINUTE, "since 2000 every offset is a whole number of minutes"
        return shown // _MINUTE

    shown = [day.astimezone(zone).utcoffset() for day in _days()]
    found: list[Change] = []
    for number, (before, after) in enumerate(pairwise(shown)):
        if before != after:
            left, right = minutes(_days()[number]), minutes(_days()[number + 1])
            old, new = offset(left), offset(right)
            while right - left > 1:
                middle = (left + right) // 2
                left, right = (left, middle) if offset(middle) == new else (middle, right)
            assert offset(left) == old, "one change a day, at a whole minute"
            found.append(Change(right, old, new))
    return tuple(found)


@dataclass(frozen=True)
class Stretch:
    """All minutes of some time, and what the clock on the wall shows at each of them.

    `shown_before` is the latest wall time that the clock had shown by then, so that a minute whose wall time is not later is a second pass.
    """

    at: Minutes
    wall: Minutes
    jumps: tuple[tuple[int, int, int], ...]  # place in `at`, first and last wall minute that was skipped just before it

    @property
    def repeated(self) -> NDArray[np.bool_]:
        """Which minutes show a wall time for the second time."""
        latest = np.maximum.accumulate(self.wall)
        return np.concatenate([[False], self.wall[1:] <= latest[:-1]])


@functools.lru_cache(maxsize=4096)
def stretch(changes: tuple[Change, ...], start: int, end: int) -> Stretch:
    """The minutes from one instant to another, both included; `changes` are those of that time, one at least."""
    at = np.arange(start, end + 1, dtype=np.int64)
    wall = at + changes[0].before
    jumps: list[tuple[int, int, int]] = []
    for change in changes:
        place = change.at - start
        wall[place:] = at[place:] + change.after
        if change.after > change.before:
            jumps.append((place, int(wall[place - 1]) + 1, int(wall[place]) - 1))
    return Stretch(at, wall, tuple(jumps))


def fixed(time: Stretch, named: NDArray[np.int64]) -> list[Launch]:
    """The launches of wall times that a rule names: at the first pass; a skipped one when the clock has skipped it.

    Of those that are skipped together the earliest names the launch, also before one that the clock shows right then. A date that the
    clock left out from midnight to midnight has none.
    """
    wanted = set(named.tolist())
    hits = np.nonzero(np.isin(time.wall, named) & ~time.repeated)[0]
    found = {int(time.at[hit]): int(time.wall[hit]) for hit in hits}
    for place, first, last in time.jumps:
        skipped = [wall for wall in range(first, last + 1) if wall in wanted and not _left_out(wall, first, last)]
        if skipped:
            found[int(time.at[place])] = skipped[0]
    return [Launch(wall, 0, at) for at, wall in sorted(found.items())]


def elapsed(time: Stretch, mask: NDArray[np.bool_]) -> list[Launch]:
    """The launches of a rule of every hour: at each minute that shows what it names, on both passes, and none for what is skipped."""
    return [Launch(int(time.wall[hit]), int(time.repeated[hit]), int(time.at[hit])) for hit in np.nonzero(mask)[0]]


def every(time: Stretch, step: int, first: int, last: int) -> list[Launch]:
    """The launches of every n minutes within a range of each day, both ends included; the last one may lie past midnight.

    A range begins when the clock first shows or passes its start; from there elapsed time counts. What the clock shows outside of the
    range is left out, and so is all that follows the beginning of the next day's range.
    """
    begun: dict[int, tuple[int, int]] = {}
    wanted = np.arange(time.wall[0] // DAY - 1, time.wall[-1] // DAY + 2) * DAY + first
    for launch in fixed(time, wanted):
        begun[launch.at] = (launch.wall, launch.wall)
    for place, low, high in time.jumps:  # several days' ranges may begin at one instant only where a date was left out
        assert sum(low <= wall <= high for wall in wanted.tolist()) <= 1
        assert place
    starts = [*sorted(begun), int(time.at[-1]) + 1]
    found: list[Launch] = []
    for start, following in pairwise(starts):
        label = begun[start][0]
        found.append(Launch(label, 0, start))
        for at in range(start + step, following, step):
            place = at - int(time.at[0])
            wall = int(time.wall[place])
            if label <= wall <= label - first + last:
                found.append(Launch(wall, int(time.repeated[place]), at))
    return found


def _left_out(wall: int, first: int, last: int) -> bool:
    """Tell whether the whole date of a wall time lies in a gap."""
    midnight = wall // DAY * DAY
    return first <= midnight and midnight + DAY - 1 <= last
