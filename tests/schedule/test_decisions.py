"""The rules of launching, one test each, named as the rule."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from campaign_nb.errors import ScheduleError
from campaign_nb.schedule import Asap, Cron, Daily, Monthly, Once, OnSignal, SeveralTimesADay, Weekly
from tests.schedule.instants import next_labels, next_utc, slots_between, utc


def test_a_time_in_a_gap_launches_at_the_first_valid_instant_under_its_own_label() -> None:
    slot = next(Daily("02:30", time_zone="Europe/Paris").slots(utc("2026-03-28 12:00")))
    assert (slot.nominal, slot.fold, slot.zone, slot.at) == ("2026-03-29T02:30:00", 0, "Europe/Paris", utc("2026-03-29 01:00"))
    assert slot.local.isoformat() == "2026-03-29T03:00:00+02:00"


def test_times_of_a_gap_that_land_on_one_instant_are_one_launch_under_the_earliest_label() -> None:
    hours = SeveralTimesADay(["03:00", "02:45", "02:15"], time_zone="Europe/Paris")
    expected = [("2026-03-29T02:15:00", 0), ("2026-03-30T02:15:00", 0), ("2026-03-30T02:45:00", 0)]
    assert next_labels(hours, "2026-03-28 12:00", 3) == expected


def test_a_whole_missing_local_date_has_no_launch() -> None:
    launches = Daily("09:00", time_zone="Pacific/Apia").launches(3, after="2011-12-28 10:00")
    assert [at.date().isoformat() for at in launches] == ["2011-12-29", "2011-12-31", "2012-01-01"]


def test_once_on_a_missing_local_date_is_refused() -> None:
    with pytest.raises(ScheduleError, match="can never launch: once, on 30 December 2011 at 09:00"):
        Once("2011-12-30 09:00", time_zone="Pacific/Apia")


def test_a_fixed_time_that_exists_twice_launches_once_at_the_first_occurrence() -> None:
    fixed = Daily("02:30", time_zone="Europe/Paris")
    assert next_utc(fixed, "2026-10-24 12:00", 2) == ["2026-10-25 00:30", "2026-10-26 01:30"]
    assert next_labels(fixed, "2026-10-25 00:30", 1) == [("2026-10-26T02:30:00", 0)]


def test_hourly_rules_follow_elapsed_time_through_both_passes() -> None:
    expected = [("2026-10-25T02:00:00", 0), ("2026-10-25T02:00:00", 1), ("2026-10-25T03:00:00", 0)]
    assert next_labels(Cron("0 * * * *", time_zone="Europe/Paris"), "2026-10-24 23:30", 3) == expected
    assert next_labels(SeveralTimesADay(every="1h", time_zone="Europe/Paris"), "2026-10-24 23:30", 3) == expected


def test_finer_rules_launch_on_the_second_pass_in_order() -> None:
    found = next_labels(Cron("*/20 * * * *", time_zone="Europe/Paris"), "2026-10-25 00:30", 4)
    assert found == [("2026-10-25T02:40:00", 0), ("2026-10-25T02:00:00", 1), ("2026-10-25T02:20:00", 1), ("2026-10-25T02:40:00", 1)]


def test_a_start_inside_the_first_pass_still_finds_the_second() -> None:
    found = next_labels(Cron("10 * * * *", time_zone="Europe/Paris"), "2026-10-25 00:30", 2)
    assert found == [("2026-10-25T02:10:00", 1), ("2026-10-25T03:10:00", 0)]


def test_hourly_rules_have_no_launch_for_the_missing_hour() -> None:
    assert next_utc(Cron("30 * * * *", time_zone="Europe/Paris"), "2026-03-29 01:10", 2) == ["2026-03-29 00:30", "2026-03-29 01:30"]


def test_a_rule_of_some_hours_still_launches_once_when_its_hour_is_missing() -> None:
    every_two_hours = Cron("15 */2 * * *", time_zone="Europe/Paris")
    assert next_utc(every_two_hours, "2026-03-29 00:20", 2) == ["2026-03-29 01:00", "2026-03-29 02:15"]
    quarters = Cron("*/15 2 * * *", time_zone="Europe/Paris")
    assert next_labels(quarters, "2026-03-28 12:00", 2) == [("2026-03-29T02:00:00", 0), ("2026-03-30T02:00:00", 0)]


@pytest.mark.parametrize(
    ("text", "passes"), [("0 1-3 * * *", 1), ("0,30 2 * * *", 2), ("0/30 2 * * *", 4), ("*/30 2 * * *", 4), ("0 */2 * * *", 2)]
)
def test_whether_a_rule_is_fixed_is_decided_on_the_text_of_minute_and_hour(text: str, passes: int) -> None:
    found = slots_between(Cron(text, time_zone="Europe/Paris"), utc("2026-10-24 23:59"), utc("2026-10-25 01:59"))
    assert sum(slot.nominal.startswith("2026-10-25T02") for slot in found) == passes


def test_day_of_month_with_day_of_week_is_either() -> None:
    dates = [at.day for at in Cron("0 9 13 * fri", time_zone="UTC").launches(5, after="2026-02-01")]
    assert dates == [6, 13, 20, 27, 6]


@pytest.mark.parametrize("sunday", ["0", "7", "sun"])
def test_0_and_7_are_sunday(sunday: str) -> None:
    assert Cron(f"0 9 * * {sunday}", time_zone="UTC").launches(1, after="2026-07-01")[0].isoformat() == "2026-07-05T09:00:00+00:00"


@pytest.mark.parametrize(
    "never",
    [
        lambda: Cron("0 0 31 2 *"),
        lambda: Cron("0 0 30 2 *", time_zone="Europe/Paris"),
        lambda: Cron("0 0 31 4,6,9,11 *"),
        lambda: Cron("0 0 29 2 * 0 2027"),
        lambda: Monthly("09:00", day=30, months="feb"),
        lambda: Monthly("09:00", day=[30, 31], months=[2]),
        lambda: Daily("09:00", days="mon", valid_from="2026-07-07", valid_until="2026-07-12"),
        lambda: Once("2026-07-01", valid_until="2026-06-30"),
    ],
)
def test_a_rule_that_can_never_fire_is_refused_within_a_second(never: object) -> None:
    start = time.process_time()
    with pytest.raises(ScheduleError, match="can never launch"):
        never()  # type: ignore[operator] # a rule to be made
    assert time.process_time() - start < 1


def test_a_rule_that_fires_once_in_forty_years_is_accepted() -> None:
    fifth_sunday = Monthly("09:00", day="fifth sunday", months="feb", time_zone="UTC")
    assert [at.year for at in fifth_sunday.launches(3, after="2032-01-01")] == [2032, 2060, 2088]
    assert Cron("0 9 29 2 *", time_zone="UTC").launches(1, after="2097-01-01")[0].year == 2104


def test_every_n_hours_is_elapsed_time_on_one_grid_from_the_year_2000() -> None:
    grid = SeveralTimesADay(every="7h", time_zone="UTC")
    assert next_utc(grid, "2000-01-01", 3) == ["2000-01-01 07:00", "2000-01-01 14:00", "2000-01-01 21:00"]
    assert next_utc(grid, "1999-12-31 17:00", 1) == ["2000-01-01 00:00"]


def test_the_grid_starts_at_valid_from_when_there_is_one() -> None:
    grid = SeveralTimesADay(every="36h", valid_from="2026-03-28 06:00", time_zone="Europe/Paris")
    assert next_utc(grid, "2026-03-01", 3) == ["2026-03-28 05:00", "2026-03-29 17:00", "2026-03-31 05:00"]


def test_every_with_between_starts_anew_each_local_day_and_keeps_both_ends() -> None:
    lunch = SeveralTimesADay(every="50m", between=("12:00", "13:40"), time_zone="Europe/Paris")
    expected = ["2026-07-01 10:00", "2026-07-01 10:50", "2026-07-01 11:40", "2026-07-02 10:00"]
    assert next_utc(lunch, "2026-07-01", 4) == expected


def test_every_with_days_starts_anew_at_midnight() -> None:
    mondays = SeveralTimesADay(every="7h", days="mon", time_zone="UTC")
    expected = ["2026-07-06 00:00", "2026-07-06 07:00", "2026-07-06 14:00", "2026-07-06 21:00", "2026-07-13 00:00"]
    assert next_utc(mondays, "2026-07-01", 5) == expected


def test_a_range_past_midnight_belongs_to_the_day_it_starts() -> None:
    night = SeveralTimesADay(every="4h", between=("22:00", "06:00"), days="fri", time_zone="UTC")
    assert next_utc(night, "2026-07-01", 4) == ["2026-07-03 22:00", "2026-07-04 02:00", "2026-07-04 06:00", "2026-07-10 22:00"]


def test_every_within_a_range_follows_elapsed_time_through_an_overlap() -> None:
    night = SeveralTimesADay(every="1h", between=("01:00", "03:00"), time_zone="Europe/Paris")
    expected = ["2026-10-24 23:00", "2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00", "2026-10-26 00:00"]
    assert next_utc(night, "2026-10-25 00:00", 5) == expected


def test_a_range_leaves_out_what_the_clock_shows_outside_of_it() -> None:
    early = SeveralTimesADay(every="30m", between=("01:30", "02:00"), time_zone="America/New_York")
    expected = [("2026-11-01T01:30:00", 0), ("2026-11-01T01:30:00", 1), ("2026-11-01T02:00:00", 0), ("2026-11-02T01:30:00", 0)]
    assert next_labels(early, "2026-11-01 04:00", 4) == expected
    slot = early.latest(utc("2026-10-31 12:00"), utc("2026-11-01 06:10"))  # 01:10, the second time
    assert slot is not None
    assert (slot.nominal, slot.fold) == ("2026-11-01T01:30:00", 0)


def test_a_range_is_over_when_that_of_the_next_day_starts() -> None:
    day = SeveralTimesADay(every="30m", between=("00:00", "23:30"), time_zone="America/St_Johns")  # from 00:01 back to 23:01
    expected = ["2006-10-29 02:00", "2006-10-29 02:30", "2006-10-29 03:30", "2006-10-29 04:00"]
    assert next_utc(day, "2006-10-28 23:00", 4) == expected


def test_a_range_that_lies_in_a_gap_launches_once_at_its_end_under_its_start() -> None:
    hidden = SeveralTimesADay(every="10m", between=("02:10", "02:50"), time_zone="Europe/Paris")
    assert next_labels(hidden, "2026-03-28 12:00", 2) == [("2026-03-29T02:10:00", 0), ("2026-03-30T02:10:00", 0)]


def test_weekly_counts_weeks_from_monday_of_the_week_of_valid_from() -> None:
    fortnight = Weekly(["sun", "mon"], at="09:00", every=2, valid_from="2026-07-08", time_zone="UTC")
    days = [at.date().isoformat() for at in fortnight.launches(4, after="2026-07-01")]
    assert days == ["2026-07-12", "2026-07-20", "2026-07-26", "2026-08-03"]


def test_weekly_every_two_weeks_without_valid_from_is_refused() -> None:
    with pytest.raises(ScheduleError, match="valid_from with every above 1"):
        Weekly("mon", at="09:00", every=2)


def test_a_missing_day_of_the_month_skips_that_month() -> None:
    months = [at.month for at in Monthly("09:00", day=31, time_zone="UTC").launches(4, after="2026-01-01")]
    assert months == [1, 3, 5, 7]


def test_a_launch_at_the_very_instant_after_is_not_listed() -> None:
    daily = Daily("09:00", time_zone="Europe/Paris")
    assert daily.launches(1, after="2026-07-01 09:00")[0].day == 2
    assert daily.launches(1, after="2026-07-01 08:59:59")[0].day == 1


def test_a_date_in_valid_until_includes_that_whole_local_day() -> None:
    until = SeveralTimesADay(["00:00", "23:59:59"], valid_until="2026-12-31", time_zone="Pacific/Auckland")
    assert [str(at) for at in until.launches(after="2026-12-31 12:00")] == ["2026-12-31 23:59:59+13:00"]


def test_the_last_day_includes_a_time_that_the_clock_skips_past_midnight() -> None:
    late = Daily("23:45", valid_until="1919-03-30", time_zone="America/Toronto")  # 23:30 to 00:30 did not exist
    assert next_labels(late, "1919-03-30 12:00", 2) == [("1919-03-30T23:45:00", 0)]
    both = SeveralTimesADay(["00:10", "23:45"], valid_from="1919-03-31", time_zone="America/Toronto")
    assert next_labels(both, "1919-03-30 12:00", 1) == [("1919-03-31T00:10:00", 0)]
    last = SeveralTimesADay(["00:10", "12:00"], valid_until="1919-03-30", time_zone="America/Toronto")
    assert next_labels(last, "1919-03-30 12:00", 2) == [("1919-03-30T12:00:00", 0)]


def test_a_date_and_time_bounds_the_instant_both_ends_included() -> None:
    bound = SeveralTimesADay(every="1h", valid_from="2026-07-01 09:00", valid_until="2026-07-01 11:00", time_zone="UTC")
    assert next_utc(bound, "2026-06-01", 9) == ["2026-07-01 09:00", "2026-07-01 10:00", "2026-07-01 11:00"]


def test_a_first_date_in_the_past_rolls_over_to_the_next_slot() -> None:
    weekly = Weekly("mon", at="09:00", valid_from="2020-01-06", time_zone="UTC")
    assert next_utc(weekly, "2026-07-01", 1) == ["2026-07-06 09:00"]


def test_a_zone_that_is_filled_in_is_checked_too() -> None:
    with pytest.raises(ScheduleError, match="can never launch"):
        Once("2011-12-30 09:00").in_zone("Pacific/Apia")


def test_once_in_the_past_is_made_and_says_that_it_is_past() -> None:
    once = Once("2026-07-01 09:00", time_zone="Europe/Paris")
    assert [once.past(utc(now)) for now in ("2026-07-01 06:59", "2026-07-01 07:00")] == [False, True]


def test_once_with_an_offset_may_name_the_second_pass() -> None:
    once = Once("2026-10-25 02:30+01:00", time_zone="Europe/Paris")
    assert next_labels(once, "2026-01-01", 2) == [("2026-10-25T02:30:00", 1)]


def test_a_period_under_fifteen_minutes_is_allowed_with_a_warning() -> None:
    assert "launches follow each other after 5m" in str(Cron("*/5 * * * *").warnings()[0])
    assert "after 10m" in str(SeveralTimesADay(["23:55", "00:05"]).warnings()[0])
    assert not SeveralTimesADay(every="15m").warnings()
    assert not SeveralTimesADay(["23:55", "00:05"], days="mon").warnings()


def test_what_is_left_of_a_day_after_the_last_step_may_be_the_shortest_period() -> None:
    assert "after 5m" in str(SeveralTimesADay(every="35m", between=("00:00", "23:59")).warnings()[0])  # 23:55, then 00:00
    assert "after 10m" in str(SeveralTimesADay(every="55m", days="weekdays").warnings()[0])  # 23:50, then 00:00
    assert not SeveralTimesADay(every="35m", between=("00:00", "23:59"), days=["mon", "thu"]).warnings()


def test_a_period_of_one_second_is_the_shortest() -> None:
    second = SeveralTimesADay(every="1s", time_zone="UTC").launches(1, after="2026-07-01 09:00")
    assert second[0].isoformat() == "2026-07-01T09:00:01+00:00"
    with pytest.raises(ScheduleError, match="at least 1s"):
        SeveralTimesADay(every="0.5s")


def test_catch_up_is_one_hour_unless_asked_otherwise() -> None:
    windows = [Daily("09:00", **more).catch_up_window for more in ({}, {"catch_up": "all"}, {"catch_up": "0s"}, {"catch_up": "2 days"})]  # type: ignore[arg-type] # literal options
    assert windows == [dt.timedelta(hours=1), None, dt.timedelta(0), dt.timedelta(days=2)]


def test_asap_and_signals_have_no_launches_and_need_no_zone() -> None:
    assert [kind.launches() for kind in (Asap(), OnSignal(channel="sms"))] == [[], []]
    assert list(Asap().slots(utc("2026-07-01"))) == []


def test_only_rules_of_the_calendar_recur() -> None:
    kinds = [Asap(), Once("2026-07-01"), OnSignal(), SeveralTimesADay("09:00"), Daily("09:00"), Weekly("mon", "09:00"), Monthly("09:00", 1)]
    assert [kind.recurring for kind in [*kinds, Cron("0 9 * * *")]] == [False, False, False, True, True, True, True, True]


def test_a_schedule_without_a_zone_says_to_give_one() -> None:
    with pytest.raises(ScheduleError, match="no time zone of its own"):
        Daily("09:00").launches()
    assert Daily("09:00").in_zone("Asia/Tokyo").launches(1, after="2026-07-01")[0].isoformat() == "2026-07-01T09:00:00+09:00"
    assert Daily("09:00", time_zone="UTC").in_zone("Asia/Tokyo").time_zone == "UTC"


def test_cron_text_follows_croniter_for_the_last_friday() -> None:
    assert next_utc(Cron("0 9 * * L5", time_zone="UTC"), "2026-07-01", 2) == ["2026-07-31 09:00", "2026-08-28 09:00"]
    assert next_utc(Monthly("09:00", day="last friday", time_zone="UTC"), "2026-07-01", 2) == ["2026-07-31 09:00", "2026-08-28 09:00"]
