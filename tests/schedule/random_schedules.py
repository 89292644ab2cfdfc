"""Random zones, instants, cron texts and schedules for properties."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hypothesis import strategies as st

from campaign_nb.schedule import Cron, Daily, Monthly, Schedule, SeveralTimesADay, Weekly
from campaign_nb.schedule.days import DAYS

# Gaps and overlaps of 30, 60 and 120 minutes, at midnight, a minute past it, and a date left out.
MOVING = {
    "Europe/Paris": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),
    "America/Santiago": ("2026-09-06", "2026-04-05"),
    "America/St_Johns": ("2006-04-02", "2006-10-29"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Antarctica/Troll": ("2026-03-29", "2026-10-25"),
    "Africa/Casablanca": ("2026-02-15", "2026-03-22"),
    "Pacific/Apia": ("2011-12-30", "2012-04-01"),
}


@dataclass(frozen=True)
class Field:
    """One field of a cron text, and the numbers that it means."""

    text: str
    numbers: frozenset[int]


@st.composite
def fields(draw: st.DrawFn, least: int, most: int, star: bool = True) -> Field:
    """A star, a step, a list, or a range."""
    a, b = sorted(draw(st.tuples(st.integers(least, most), st.integers(least, most))))
    step = draw(st.sampled_from([2, 3, 5, 10, 20, 30]))
    choices = [
        Field(str(a), frozenset({a})),
        Field(f"{a},{b}", frozenset({a, b})),
        Field(f"{a}-{b}" if a < b else str(a), frozenset(range(a, b + 1))),
    ]
    stars = [Field("*", frozenset(range(least, most + 1))), Field(f"*/{step}", frozenset(range(least, most + 1, step)))]
    return draw(st.sampled_from(choices + stars * star))


@st.composite
def moments(draw: st.DrawFn, without: str = "") -> tuple[str, dt.datetime]:
    """A zone, and an instant from a day and a half before one of its changes to a day after."""
    zone = draw(st.sampled_from(sorted(MOVING.keys() - {without})))
    day = dt.datetime.fromisoformat(draw(st.sampled_from(MOVING[zone]))).replace(tzinfo=dt.UTC)
    return zone, day + dt.timedelta(seconds=draw(st.integers(-129_600, 86_400)))


def _time() -> st.SearchStrategy[str]:
    return st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))


_DAYS = st.one_of(st.just("all"), st.lists(st.sampled_from(DAYS), min_size=1, max_size=4))
_BETWEEN = st.lists(_time(), min_size=2, max_size=2, unique=True)


def schedules(zone: str) -> st.SearchStrategy[Schedule]:
    """A recurring schedule of any kind in a zone."""
    here = st.just(zone)
    cron = st.builds(lambda minute, hour, day: f"{minute.text} {hour.text} * * {day.text}", fields(0, 59), fields(0, 23), fields(0, 6))
    return st.one_of(
        st.builds(Daily, _time(), _DAYS, time_zone=here),
        st.builds(Weekly, _DAYS, _time(), st.integers(1, 3), time_zone=here, valid_from=st.just("2000-01-03")),
        st.builds(Monthly, _time(), st.sampled_from(["last", "every", 1, 29, "last sunday", ["sun", "mon"]]), time_zone=here),
        st.builds(SeveralTimesADay, st.lists(_time(), min_size=1, max_size=5), days=_DAYS, time_zone=here),
        st.builds(SeveralTimesADay, every=st.sampled_from(["10m", "1h", "7h", "25h"]), time_zone=here),
        st.builds(SeveralTimesADay, every=st.sampled_from(["10m", "45m", "5h"]), between=_BETWEEN, days=_DAYS, time_zone=here),
        st.builds(SeveralTimesADay, every=st.sampled_from(["30m", "5h"]), days=st.just(["sat", "sun", "mon"]), time_zone=here),
        st.builds(Cron, cron, time_zone=here),
    )


@st.composite
def launching(draw: st.DrawFn) -> tuple[Schedule, dt.datetime]:
    """A schedule, and an instant near a change of its zone's clock."""
    zone, at = draw(moments())
    return draw(schedules(zone)), at
