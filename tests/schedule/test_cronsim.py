"""Cron rules against cronsim, with the list of what differs on purpose.

1. A date that a zone left out has no launch; cronsim launches at the end of the gap (Apia, 30 December 2011).
2. A rule of some hours with `*` or `/` still launches once when its time is skipped; cronsim leaves it out.
3. `/` anywhere in minute or hour makes a rule follow elapsed time; for cronsim only a leading `*` does.
4. A day field that starts with `*`, such as `*/2`, is a day field like any other: either it or the other one. For cronsim both must hold.
5. From the second pass of an overlap on, cronsim first names times of a fixed rule that are over; ours are always after the start.
6. After a change of half an hour (Lord Howe), and on a date without midnight (Santiago, Havana), cronsim loses times of rules with `*`.
7. Where the clock goes back past midnight from a minute after it (St John's, 2006), cronsim never returns; it is not asked there.
8. Text: ours is croniter's, so the last Friday is `L5` and seconds come last; cronsim has `5L` and seconds first.

Where cronsim loses times, ours are checked against a walk over every minute, in `test_oracle`.
"""

from __future__ import annotations

import datetime as dt

import pytest
from cronsim import CronSim
from hypothesis import given

from campaign_nb.clock import zone
from campaign_nb.schedule import Cron
from tests.schedule.instants import TICK, slots_between, utc
from tests.schedule.random_schedules import Field, fields, moments

APIA = utc("2011-12-30 10:00")
LOST = {"Australia/Lord_Howe", "America/Santiago", "America/Havana"}


def by_cronsim(text: str, name: str, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    found: list[dt.datetime] = []
    for at in CronSim(text, after.astimezone(zone(name))):
        if at.astimezone(dt.UTC) > until:
            return found
        found.append(at.astimezone(dt.UTC))
    return found


@given(moments(without="America/St_Johns"), fields(0, 59), fields(0, 23), fields(0, 6))
def test_launches_are_those_of_cronsim_except_for_the_list(moment: tuple[str, dt.datetime], minute: Field, hour: Field, day: Field) -> None:
    name, after = moment
    text, until = f"{minute.text} {hour.text} * * {day.text}", after + dt.timedelta(days=3)
    ours = {slot.at for slot in slots_between(Cron(text, time_zone=name), after, until)}
    theirs = set(by_cronsim(text, name, after, until))
    fixed = "*" not in minute.text + hour.text
    assert all(not fixed and (name in LOST or (hour.text != "*" and ends_a_gap(at, name))) for at in ours - theirs)
    assert all(at <= after or at == APIA for at in theirs - ours)


def ends_a_gap(at: dt.datetime, name: str) -> bool:
    """Tell whether the clock has just left out some time."""
    here = zone(name)
    return at.astimezone(here).replace(tzinfo=None) - (at - TICK).astimezone(here).replace(tzinfo=None) > TICK


@given(moments(without="America/St_Johns"), fields(1, 31, star=False), fields(1, 12), fields(0, 6, star=False))
def test_dates_are_those_of_cronsim(moment: tuple[str, dt.datetime], day: Field, month: Field, weekday: Field) -> None:
    name, after = moment
    for text in (f"0 9 {day.text} {month.text} {weekday.text}", f"0 9 1-28 {month.text} *", f"0 9 * {month.text} {weekday.text}"):
        ours = [slot.at for slot in slots_between(Cron(text, time_zone=name), after, after + dt.timedelta(days=400))]
        assert ours == [at for at in by_cronsim(text, name, after, after + dt.timedelta(days=400)) if at != APIA]


@pytest.mark.parametrize(
    ("zone_name", "text", "after", "ours", "theirs"),
    [
        ("Pacific/Apia", "0 9 * * *", "2011-12-30 00:00", ["2011-12-30 19:00"], ["2011-12-30 10:00", "2011-12-30 19:00"]),
        ("Europe/Paris", "*/15 2 * * *", "2026-03-28 12:00", ["2026-03-29 01:00"], ["2026-03-30 00:00"]),
        (
            "Europe/Paris",
            "0/30 2 * * *",
            "2026-10-25 00:00",
            ["2026-10-25 00:30", "2026-10-25 01:00"],
            ["2026-10-25 00:30", "2026-10-26 01:00"],
        ),
        (
            "America/Santiago",
            "*/30 1 * * 0",
            "2026-09-06 01:00",
            ["2026-09-06 04:00", "2026-09-06 04:30"],
            ["2026-09-13 04:00", "2026-09-13 04:30"],
        ),
        ("Europe/Paris", "30 2 * * *", "2026-10-25 01:10", ["2026-10-26 01:30"], ["2026-10-25 00:30", "2026-10-26 01:30"]),
        ("UTC", "0 9 */2 * 1", "2026-07-01 12:00", ["2026-07-03 09:00", "2026-07-05 09:00"], ["2026-07-13 09:00", "2026-07-27 09:00"]),
    ],
    ids=["1", "2", "3", "6", "5", "4"],
)
def test_each_difference_is_still_one(zone_name: str, text: str, after: str, ours: list[str], theirs: list[str]) -> None:
    schedule = Cron(text, time_zone=zone_name)
    assert [f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M}" for at in schedule.launches(len(ours), after=utc(after))] == ours
    sim = CronSim(text, utc(after).astimezone(zone(zone_name)))
    assert [f"{next(sim).astimezone(dt.UTC):%Y-%m-%d %H:%M}" for _ in theirs] == theirs
