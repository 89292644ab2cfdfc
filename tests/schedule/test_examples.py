"""Two worked examples of schedules, with instants worked out by hand."""

from __future__ import annotations

from campaign_nb.schedule import Monthly, SeveralTimesADay
from tests.schedule.instants import next_utc


def test_nine_and_noon_every_day_of_a_quarter_previews_ten_launches_in_the_zone() -> None:
    schedule = SeveralTimesADay(["09:00", "12:00"], valid_from="2025-10-01", valid_until="2026-01-01", time_zone="Europe/Paris")
    preview = [str(at) for at in schedule.launches(after="2025-09-15")]
    assert preview == [
        "2025-10-01 09:00:00+02:00",
        "2025-10-01 12:00:00+02:00",
        "2025-10-02 09:00:00+02:00",
        "2025-10-02 12:00:00+02:00",
        "2025-10-03 09:00:00+02:00",
        "2025-10-03 12:00:00+02:00",
        "2025-10-04 09:00:00+02:00",
        "2025-10-04 12:00:00+02:00",
        "2025-10-05 09:00:00+02:00",
        "2025-10-05 12:00:00+02:00",
    ]


def test_nine_and_noon_change_offset_with_the_clock_and_end_with_the_last_day() -> None:
    schedule = SeveralTimesADay(["09:00", "12:00"], valid_from="2025-10-01", valid_until="2026-01-01", time_zone="Europe/Paris")
    assert next_utc(schedule, "2025-10-25 10:00", 3) == ["2025-10-25 10:00", "2025-10-26 08:00", "2025-10-26 11:00"]
    assert next_utc(schedule, "2025-12-31 10:00", 9) == ["2025-12-31 11:00", "2026-01-01 08:00", "2026-01-01 11:00"]
    assert len(schedule.launches(500, after="2025-01-01")) == 2 * (31 + 30 + 31 + 1)


def test_the_second_tuesday_at_ten_in_paris_over_both_clock_changes() -> None:
    schedule = Monthly("10:00", day="second tuesday", time_zone="Europe/Paris")
    assert next_utc(schedule, "2026-01-01", 12) == [
        "2026-01-13 09:00",
        "2026-02-10 09:00",
        "2026-03-10 09:00",
        "2026-04-14 08:00",
        "2026-05-12 08:00",
        "2026-06-09 08:00",
        "2026-07-14 08:00",
        "2026-08-11 08:00",
        "2026-09-08 08:00",
        "2026-10-13 08:00",
        "2026-11-10 09:00",
        "2026-12-08 09:00",
    ]
