"""When a wait ends: dates and times of day in a zone, over changes of the clocks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import campaign_nb as cn
from campaign_nb.clock import zone_names
from campaign_nb.schedule.arrival import date_instant, is_time_of_day, next_at, seconds_of

ZONES = ["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns"]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["00:00", "09:00", "23:59", "23:59:59"])
def test_a_time_of_day_has_two_digits_everywhere(text: str) -> None:
    assert is_time_of_day(text)


@pytest.mark.parametrize(
    "text", ["", "9:00", "09", "0900", "T0900", "24:00", "09:60", "09:00:60", "09:00Z", "09:00+02:00", "٠٩:٠٠", None, 9]
)
def test_anything_else_is_none(text: object) -> None:
    assert not is_time_of_day(text)


def test_seconds_are_counted_from_midnight() -> None:
    assert [seconds_of(text) for text in ("00:00", "00:01", "09:00:01", "23:59:59")] == [0, 60, 32_401, 86_399]


@pytest.mark.parametrize(
    ("after", "time", "zone", "found"),
    [
        ("2026-07-01 07:00", "09:00", "Europe/Paris", "2026-07-01 07:00"),
        ("2026-07-01 07:00:00.000001", "09:00", "Europe/Paris", "2026-07-02 07:00"),
        ("2026-03-28 23:00", "02:30", "Europe/Paris", "2026-03-29 01:00"),
        ("2026-03-29 01:00:01", "02:30", "Europe/Paris", "2026-03-30 00:30"),
        ("2026-10-24 22:00", "02:30", "Europe/Paris", "2026-10-25 00:30"),
        ("2026-10-25 01:00", "02:30", "Europe/Paris", "2026-10-26 01:30"),
        ("2026-07-01 22:30", "00:00", "Europe/Paris", "2026-07-02 22:00"),
        ("2026-10-03 15:00", "02:15", "Australia/Lord_Howe", "2026-10-03 15:30"),
        ("2011-12-30 05:00", "12:00", "Pacific/Apia", "2011-12-30 22:00"),
        ("2026-07-01 12:00", "12:00", "Pacific/Kiritimati", "2026-07-01 22:00"),
    ],
)
def test_the_next_time_that_the_clock_of_a_zone_shows(after: str, time: str, zone: str, found: str) -> None:
    assert next_at(at(after), seconds_of(time), zone) == at(found)


@given(
    after=st.integers(0, 13_000 * 86_400).map(lambda number: at("2000-01-01") + dt.timedelta(seconds=number)),
    seconds=st.integers(0, 86_399),
    name=st.sampled_from(ZONES),
)
def test_it_is_never_before_never_two_days_later_and_shows_the_time_or_the_end_of_a_gap(
    after: dt.datetime, seconds: int, name: str
) -> None:
    found = next_at(after, seconds, name)
    local = found.astimezone(ZoneInfo(name))
    shown = local.hour * 3600 + local.minute * 60 + local.second
    assert after <= found <= after + dt.timedelta(days=2, hours=2)
    before = (found - dt.timedelta(seconds=1)).astimezone(ZoneInfo(name))
    assert shown == seconds or before.utcoffset() != local.utcoffset()


def test_a_date_is_its_midnight_and_an_offset_counts_for_itself() -> None:
    assert date_instant("2026-12-24", "Asia/Tokyo") == at("2026-12-23 15:00")
    assert date_instant("2026-12-24 09:00-05:00", "Asia/Tokyo") == at("2026-12-24 14:00")


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "2026-12-24 25:00", ""])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(cn.ScheduleError, match="expected:"):
        date_instant(text, "UTC")


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(cn.ScheduleError, match="Mars/Base"):
        next_at(at("2026-07-01"), 0, "Mars/Base")
    assert {"Europe/Paris", "UTC"} <= zone_names() and "Mars/Base" not in zone_names()
