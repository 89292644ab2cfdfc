"""The table of zones, rules and expected instants; each instant was worked out by hand."""

from __future__ import annotations

import pytest

from campaign_nb.errors import ScheduleError
from campaign_nb.schedule import Cron, Daily, Once, SeveralTimesADay, tzdata_version
from tests.schedule.instants import next_utc

ROWS = [
    ("1 gap", "America/New_York", "30 2 * * *", "2026-03-07 12:00", ["2026-03-08 07:00", "2026-03-09 06:30"]),
    ("2 overlap", "America/New_York", "30 1 * * *", "2026-10-31 12:00", ["2026-11-01 05:30", "2026-11-02 06:30"]),
    (
        "3 hourly, a day of 25 hours",
        "America/New_York",
        "0 * * * *",
        "2026-11-01 00:10",
        ["2026-11-01 05:00", "2026-11-01 06:00", "2026-11-01 07:00", "2026-11-01 08:00"],
    ),
    (
        "4 no burst in a gap",
        "America/New_York",
        "*/30 * * * *",
        "2026-03-08 01:10",
        ["2026-03-08 06:30", "2026-03-08 07:00", "2026-03-08 07:30"],
    ),
    ("5 gap", "Europe/London", "30 1 * * *", "2026-03-28 12:00", ["2026-03-29 01:00", "2026-03-30 00:30"]),
    ("6 overlap", "Europe/London", "30 1 * * *", "2026-10-24 12:00", ["2026-10-25 00:30", "2026-10-26 01:30"]),
    ("7 weekly in a gap", "Europe/Berlin", "30 2 * * 0", "2026-03-28 12:00", ["2026-03-29 01:00", "2026-04-05 00:30"]),
    ("10 gap of 30 minutes", "Australia/Lord_Howe", "15 2 * * *", "2026-10-03 12:00", ["2026-10-03 15:30", "2026-10-04 15:15"]),
    ("11 overlap of 30 minutes", "Australia/Lord_Howe", "45 1 * * *", "2026-04-04 12:00", ["2026-04-04 14:45", "2026-04-05 15:15"]),
    ("12 a date left out", "Pacific/Apia", "0 9 * * *", "2011-12-29 08:00", ["2011-12-29 19:00", "2011-12-30 19:00"]),
    ("13 no midnight", "America/Santiago", "0 0 * * *", "2026-09-05 12:00", ["2026-09-06 04:00", "2026-09-07 03:00"]),
    ("15 no midnight", "Asia/Beirut", "0 0 * * *", "2026-03-28 12:00", ["2026-03-28 22:00", "2026-03-29 21:00"]),
    ("18 gap of two hours", "Antarctica/Troll", "30 1 * * *", "2026-03-28 12:00", ["2026-03-29 01:00", "2026-03-29 23:30"]),
    ("19 overlap of two hours", "Antarctica/Troll", "30 1 * * *", "2026-10-24 12:00", ["2026-10-24 23:30", "2026-10-26 01:30"]),
    ("22 half-hour zone", "Asia/Kolkata", "0 * * * *", "2026-02-17 18:10", ["2026-02-17 13:30", "2026-02-17 14:30"]),
    ("24 fourteen hours ahead", "Pacific/Kiritimati", "0 9 1 1 *", "2025-12-31 00:00", ["2025-12-31 19:00"]),
    ("25 new zone rules", "America/Vancouver", "0 9 2 11 *", "2026-11-01 12:00", ["2026-11-02 16:00"]),
    ("after 2037", "Europe/Paris", "30 2 * * *", "2040-03-24 12:00", ["2040-03-25 01:00", "2040-03-26 00:30"]),
    ("26 months without the 31st", "UTC", "0 9 31 * *", "2026-01-31 10:00", ["2026-03-31 09:00", "2026-05-31 09:00", "2026-07-31 09:00"]),
    ("29 day of month or of week", "UTC", "0 9 13 * 5", "2026-02-01", ["2026-02-06 09:00", "2026-02-13 09:00", "2026-02-20 09:00"]),
]


@pytest.mark.parametrize(("zone", "text", "after", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_each_row_launches_at_its_instants(zone: str, text: str, after: str, expected: list[str]) -> None:
    assert next_utc(Cron(text, time_zone=zone), after, len(expected)) == expected


def test_the_table_is_read_with_the_zone_rules_it_was_written_for() -> None:
    assert tzdata_version() >= "2026f"


def test_row_30_a_rule_that_never_launches_is_refused() -> None:
    with pytest.raises(ScheduleError, match="can never launch"):
        Cron("0 9 31 2 *")


def test_row_31_every_24_hours_keeps_elapsed_time_and_daily_keeps_the_clock() -> None:
    elapsed = SeveralTimesADay(every="24h", valid_from="2026-03-27 09:00", time_zone="Europe/Paris")
    daily = Daily("09:00", time_zone="Europe/Paris")
    assert next_utc(elapsed, "2026-03-28", 3) == ["2026-03-28 08:00", "2026-03-29 08:00", "2026-03-30 08:00"]
    assert next_utc(daily, "2026-03-28", 3) == ["2026-03-28 08:00", "2026-03-29 07:00", "2026-03-30 07:00"]


def test_row_32_a_leap_second_is_no_time() -> None:
    with pytest.raises(ScheduleError, match="no date, nor a date and time"):
        Once("2016-12-31 23:59:60")
    with pytest.raises(ScheduleError, match="no time of day"):
        Daily("23:59:60")
