"""Schedules, time zones and clocks."""

from __future__ import annotations

import campaign_nb as cn
from tests.errors.situations import Stage, situation


@situation
def a_schedule_that_can_never_launch(stage: Stage) -> object:
    return cn.Cron("0 9 30 2 *")


@situation
def a_day_that_no_chosen_month_has(stage: Stage) -> object:
    return cn.Monthly("09:00", day=31, months=["feb"])


@situation
def a_schedule_that_ends_before_it_starts(stage: Stage) -> object:
    return cn.Daily("09:00", valid_from="2026-07-02", valid_until="2026-07-01")


@situation
def a_time_that_is_none(stage: Stage) -> object:
    return cn.Daily("9am")


@situation
def an_hour_that_is_none(stage: Stage) -> object:
    return cn.Daily("25:00")


@situation
def a_day_that_is_none(stage: Stage) -> object:
    return cn.Weekly("someday", at="09:00")


@situation
def an_unknown_zone_of_a_schedule(stage: Stage) -> object:
    return cn.Daily("09:00", time_zone="Pairs")


@situation
def an_unknown_zone_of_a_campaign(stage: Stage) -> object:
    return cn.Campaign("Spring", data=stage.data, time_zone="Paris")


@situation
def a_cron_text_with_a_field_too_few(stage: Stage) -> object:
    return cn.Cron("0 9 * *")


@situation
def a_cron_text_with_a_wrong_hour(stage: Stage) -> object:
    return cn.Cron("0 24 * * *")


@situation
def a_date_that_is_none(stage: Stage) -> object:
    return cn.Once("tomorrow")


@situation
def several_times_a_day_without_a_time(stage: Stage) -> object:
    return cn.SeveralTimesADay()


@situation
def launches_too_close_together(stage: Stage) -> object:
    return list(cn.SeveralTimesADay(every="1m").warnings())


@situation
def six_faults_of_one_schedule_come_together(stage: Stage) -> object:
    return cn.Weekly("someday", "25:00", every=0, time_zone="Paris", valid_from="soon", overlap="wait")  # pyright: ignore[reportArgumentType] # refused


@situation
def something_else_than_a_schedule(stage: Stage) -> object:
    spring, _ = stage.everybody()
    stage.unchanged(lambda: spring.schedule)
    spring.schedule = "09:00"  # pyright: ignore[reportAttributeAccessIssue] # refused
    return None


@situation
def launches_of_a_schedule_without_a_zone(stage: Stage) -> object:
    return cn.Daily("09:00").launches(3)


@situation
def a_single_launch_in_the_past(stage: Stage) -> object:
    spring = stage.mailing()
    spring.schedule = cn.Once("2026-06-30 09:00")
    stage.files_unchanged()
    return spring.publish(confirm=2)


@situation
def a_clock_moved_back(stage: Stage) -> object:
    clock = cn.ManualClock("2026-07-01 09:00")
    stage.unchanged(clock.now)
    return clock.advance(days=-1)


@situation
def a_clock_that_starts_at_no_time(stage: Stage) -> object:
    return cn.ManualClock("this morning")


@situation
def a_clock_in_an_unknown_zone(stage: Stage) -> object:
    return cn.ManualClock("2026-07-01", "Europe/Pariss")
