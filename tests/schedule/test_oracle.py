"""Cron rules against a walk over every minute, which knows nothing of how launches are found."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_nb.clock import zone
from campaign_nb.schedule import Cron
from tests.schedule.instants import TICK, slots_between
from tests.schedule.random_schedules import MOVING, Field, fields

MINUTE = dt.timedelta(minutes=1)
DAYS = dt.timedelta(days=1.5)


def minutes_around(name: str, date: str) -> list[tuple[dt.datetime, dt.datetime, list[dt.datetime]]]:
    """Every minute around a change of the clock: instant, local time, and the local times that were skipped just before it."""
    day = dt.datetime.fromisoformat(date).replace(tzinfo=dt.UTC)
    found: list[tuple[dt.datetime, dt.datetime, list[dt.datetime]]] = []
    at = day - DAYS
    shown = (at - MINUTE).astimezone(zone(name)).replace(tzinfo=None)
    while at < day + DAYS:
        local = at.astimezone(zone(name))
        now = local.replace(tzinfo=None, fold=0)
        gap = (now - shown) // MINUTE
        skipped = [shown + step * MINUTE for step in range(1, gap)]
        whole = {date for date, count in Counter(wall.date() for wall in skipped).items() if count == 1_440}
        found.append((at, local, [wall for wall in skipped if wall.date() not in whole]))
        at, shown = at + MINUTE, now
    return found


CHANGES = {(name, date): minutes_around(name, date) for name, dates in MOVING.items() for date in dates}


@pytest.mark.parametrize("change", sorted(CHANGES), ids="-".join)
@given(fields(0, 59), fields(0, 23), fields(0, 6))
def test_launches_around_a_change_are_those_of_a_walk_over_every_minute(
    change: tuple[str, str], minute: Field, hour: Field, day: Field
) -> None:
    fixed = not any(sign in field.text for field in (minute, hour) for sign in "*/")
    hourly = hour.text == "*" and not fixed

    def means(wall: dt.datetime) -> bool:
        return wall.minute in minute.numbers and wall.hour in hour.numbers and wall.isoweekday() % 7 in day.numbers

    expected = [
        at
        for at, local, skipped in CHANGES[change]
        if (means(local) and not (fixed and local.fold)) or (not hourly and any(means(wall) for wall in skipped))
    ]
    cron = Cron(f"{minute.text} {hour.text} * * {day.text}", time_zone=change[0])
    first, last = CHANGES[change][0][0], CHANGES[change][-1][0]
    assert [slot.at for slot in slots_between(cron, first - TICK, last)] == expected


@given(fields(1, 31), fields(1, 12), fields(0, 6), st.dates(dt.date(1890, 1, 1), dt.date(2120, 1, 1)))
def test_dates_of_cron_are_those_of_a_walk_over_every_day(day: Field, month: Field, weekday: Field, start: dt.date) -> None:
    either = day.text != "*" and weekday.text != "*"

    def means(date: dt.date) -> bool:
        on_day, on_weekday = date.day in day.numbers, date.isoweekday() % 7 in weekday.numbers
        return date.month in month.numbers and ((on_day or on_weekday) if either else (on_day and on_weekday))

    walk = [date for step in range(800) if means(date := start + dt.timedelta(days=step))]
    if not walk:
        return
    cron = Cron(f"0 0 {day.text} {month.text} {weekday.text}", time_zone="UTC")
    after = dt.datetime.combine(start, dt.time(), dt.UTC)
    found = [slot.at.date() for slot in slots_between(cron, after - TICK, after + dt.timedelta(days=799))]
    assert found == walk
