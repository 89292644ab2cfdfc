"""The oracle of the sweep against cronsim 2.8 and dateutil 4, at one change of each kind from 2000 to 2036; what differs on purpose.

1. A date that a zone left out from midnight to midnight (Apia and Fakaofo, 30 December 2011) has no launch; cronsim launches when it is
   over. Debian's cron, which cronsim follows, takes changes of more than three hours for corrections of the clock and makes up for
   nothing (cron(8), Notes). rrule is arithmetic of wall times and names the date all the same.
2. Where the clock goes back by half an hour (Lord Howe, Caracas 2007, Colombo 2006, Pyongyang 2015), cronsim 2.8 loses the second pass
   of a rule of every hour, which follows elapsed time by its own words ("jobs that run more frequently are scheduled normally").
3. Where the clock goes back past midnight from a minute after it (St John's and Goose Bay until 2011, Casey once), cronsim 2.8 never
   returns for a rule of some hours; it is not asked there.
4. A skipped time: dateutil's `resolve_imaginary` moves it on by the length of the gap, 02:30 to 03:30, as RFC 5545, 3.3.5, has it ("using
   the UTC offset before the gap"). Ours is the first instant after it, 03:00, as in Debian's cron ("will be run soon after the change").

A repeated time is launched once, at its first pass, by all of them: RFC 5545, 3.3.5; cron(8); fold 0 of Python.
See also blog.healthchecks.io/2021/10/how-debian-cron-handles-dst-transitions, where Debian's cron was watched.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter

import pytest
from cronsim import CronSim
from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule
from dateutil.tz import resolve_imaginary

from campaign_nb.schedule import Monthly, Weekly
from campaign_nb.schedule.days import DAYS, FULL_DAYS, ORDINALS
from tests.schedule.oracle import DAY, Change, instant, minutes, zone_of
from tests.schedule.test_sweep import SHAPES, Case, cases, date_of, expected, zones_by_file

WEEKDAYS = (MO, TU, WE, TH, FR, SA, SU)
HALF_AN_HOUR, WHOLE_DAY = 30, DAY


@functools.cache
def kinds() -> tuple[tuple[str, Case, tuple[Change, ...]], ...]:
    """One zone for each change that differs from all others in its instant, its offsets or its neighbours."""
    found = {near: (name, case, near) for name in zones_by_file() for case, near in cases(name)}
    return tuple(found.values())


def bounds(word: str, case: Case) -> tuple[int, int]:
    return case.change.at - SHAPES[word].before, case.change.at + SHAPES[word].after


def cron_texts(case: Case) -> dict[str, str]:
    """The rules of the sweep that cron text can say."""
    at, date = f"{case.middle % 60} {case.middle % DAY // 60}", date_of(case.middle)
    daily, weekly, monthly = f"{at} * * *", f"{at} * * {date.isoweekday() % 7}", f"{at} {date.day} * *"
    return {"daily": daily, "hourly": f"{case.middle % 60} * * * *", "weekly": weekly, "monthly": monthly}


def by_cronsim(text: str, name: str, start: int, end: int) -> list[int]:
    found: list[int] = []
    for at in CronSim(text, instant(start).astimezone(zone_of(name))):
        if minutes(at.astimezone(dt.UTC)) > end:
            break
        found.append(minutes(at.astimezone(dt.UTC)))
    return found


def goes_back_past_midnight(case: Case) -> bool:
    return case.change.after < case.change.before and case.low // DAY != case.high // DAY and case.high % DAY > 0


def test_cronsim_names_the_same_launches_except_for_the_list() -> None:
    differences: Counter[tuple[int, str]] = Counter()
    compared = 0
    for name, case, near in kinds():
        if goes_back_past_midnight(case):  # 3
            continue
        for word, text in cron_texts(case).items():
            theirs = by_cronsim(text, name, *bounds(word, case))
            compared += 1
            if theirs != [launch.at for launch in expected(word, case, near)]:
                differences[case.change.after - case.change.before, word] += 1
    assert compared > 12_000
    left_out = {(WHOLE_DAY, word) for word in ("daily", "weekly", "monthly")}  # 1
    assert set(differences) == left_out | {(-HALF_AN_HOUR, "hourly")}  # 2
    assert differences.total() < compared / 200


def by_dateutil(word: str, case: Case, name: str, start: int, end: int) -> list[int]:
    """The wall times that rrule names, each brought to an instant by dateutil."""
    date = date_of(case.middle)
    first = dt.datetime.combine(date - dt.timedelta(days=4), dt.time(case.middle % DAY // 60, case.middle % 60))
    last = first + dt.timedelta(days=8)
    if word == "daily":
        named = rrule(DAILY, dtstart=first, until=last)
    elif word == "weekly":
        named = rrule(WEEKLY, dtstart=first, until=last, byweekday=WEEKDAYS[date.weekday()])
    else:
        named = rrule(MONTHLY, dtstart=first, until=last, bymonthday=date.day)
    instants = (minutes(resolve_imaginary(wall.replace(tzinfo=zone_of(name))).astimezone(dt.UTC)) for wall in named)
    return [at for at in instants if start < at <= end]


def as_dateutil(case: Case, ours: list[int]) -> list[int]:
    """Our launches with those of a gap moved as dateutil moves them."""
    gap, at = case.change.after - case.change.before, case.change.at
    moved = at + case.middle - case.low
    if gap == WHOLE_DAY:
        return sorted([*ours, moved])  # 1
    return [moved if launch == at and gap > 0 else launch for launch in ours]  # 4


@pytest.mark.parametrize("word", ["daily", "weekly", "monthly"])
def test_dateutil_names_the_same_launches_except_for_the_list(word: str) -> None:
    for name, case, near in kinds():
        ours = [launch.at for launch in expected(word, case, near)]
        assert by_dateutil(word, case, name, *bounds(word, case)) == as_dateutil(case, ours), f"{name}, {instant(case.change.at)}"


FIRST, LAST = dt.datetime.fromisoformat("2000-01-01"), dt.datetime.fromisoformat("2036-12-31")
ORDINAL_DAYS = [f"{ordinal} {day}" for ordinal in ORDINALS for day in FULL_DAYS]


def month_rule(day: int | str) -> dict[str, object]:
    """A day of the month as rrule says it."""
    if day == "every":
        return {"bymonthday": range(1, 32)}
    if isinstance(day, int) or day == "last":
        return {"bymonthday": -1 if day == "last" else day}
    if day in DAYS:
        return {"byweekday": WEEKDAYS[DAYS.index(str(day))]}
    ordinal, name = str(day).split()
    return {"byweekday": WEEKDAYS[FULL_DAYS.index(name)](-1 if ordinal == "last" else ORDINALS.index(ordinal) + 1)}


@pytest.mark.parametrize("months", ["all", [2], [1, 4, 12]], ids=str)
def test_dates_of_every_day_of_the_month_are_those_of_rrule(months: str | list[int]) -> None:
    in_months = {} if months == "all" else {"bymonth": months}
    for day in [*range(1, 32), "last", "every", *DAYS, *ORDINAL_DAYS]:
        theirs = list(rrule(MONTHLY, dtstart=FIRST, until=LAST, **month_rule(day), **in_months))  # type: ignore[arg-type] # as rrule has them
        if not theirs:  # day 30 of February
            continue
        ours = Monthly("00:00", day=day, months=months, time_zone="UTC").launches(len(theirs), after="1999-12-31")
        assert [at.replace(tzinfo=None) for at in ours] == theirs, day


@pytest.mark.parametrize("every", [1, 2, 3, 5, 52])
@pytest.mark.parametrize("days", [["mon"], ["sun"], ["tue", "sat"], list(DAYS)], ids=" ".join)
def test_dates_of_every_few_weeks_are_those_of_rrule(every: int, days: list[str]) -> None:
    on = [WEEKDAYS[DAYS.index(day)] for day in days]
    theirs = list(rrule(WEEKLY, interval=every, wkst=MO, byweekday=on, dtstart=FIRST + dt.timedelta(days=4), count=200))
    ours = Weekly(days, "00:00", every=every, valid_from="2000-01-05", time_zone="UTC").launches(200, after="1999-12-31")
    assert [at.replace(tzinfo=None) for at in ours] == theirs
