"""Launches that were missed: summed up, at a cost that does not depend on how many they were."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from campaign_nb.errors import ScheduleError
from campaign_nb.schedule import Asap, Cron, Daily, Monthly, Once, Schedule, SeveralTimesADay
from tests.schedule.instants import utc

PARIS = "Europe/Paris"


def test_the_summary_has_first_last_and_count() -> None:
    missed = Daily("09:00", time_zone="UTC").missed(utc("2026-07-01 09:00"), utc("2026-07-08 09:00"))
    assert missed is not None
    assert (missed.first.nominal, missed.last.nominal, missed.count, missed.estimated) == (
        "2026-07-02T09:00:00",
        "2026-07-08T09:00:00",
        7,
        False,
    )


def test_nothing_missed_is_none() -> None:
    daily = Daily("09:00", time_zone="UTC")
    assert daily.missed(utc("2026-07-01 09:00"), utc("2026-07-02 08:59")) is None
    assert daily.missed(utc("2026-07-02 09:00"), utc("2026-07-01 09:00")) is None
    assert Asap(time_zone="UTC").missed(utc("2026-07-01"), utc("2026-07-02")) is None


def test_the_count_is_exact_up_to_ten_thousand_and_an_estimate_above() -> None:
    seconds = SeveralTimesADay(every="1s", time_zone="UTC")
    counts = [seconds.missed(utc("2026-07-01"), utc("2026-07-01") + dt.timedelta(seconds=n)) for n in (10_000, 10_001, 86_400)]
    assert [(missed.count, missed.estimated) for missed in counts if missed] == [(10_000, False), (10_001, True), (86_400, True)]


@pytest.mark.parametrize(
    ("schedule", "count"),
    [
        (SeveralTimesADay(every="1s", time_zone=PARIS), 315_532_800),
        (Cron("* * * * *", time_zone=PARIS), 5_258_880),
        (Cron("* * * 7 * *", time_zone=PARIS), 10 * 31 * 86_400 // 60 * 60),
        (SeveralTimesADay(every="1m", between=("08:00", "19:59"), days="mon", time_zone=PARIS), 522 * 720),
        (SeveralTimesADay(every="1s", days="mon", time_zone=PARIS), 522 * 86_400),
    ],
    ids=repr,
)
def test_estimates_over_ten_years_are_near_and_cost_less_than_a_second(schedule: Schedule, count: int) -> None:
    start = time.process_time()
    missed = schedule.missed(utc("2016-01-01"), utc("2026-01-01") - dt.timedelta(seconds=1))
    assert time.process_time() - start < 1
    assert missed is not None
    assert missed.estimated
    assert missed.count == pytest.approx(count, rel=0.01)


@pytest.mark.parametrize(
    ("schedule", "last"),
    [
        (Cron("* * * 7 * *", time_zone="UTC"), "2025-07-31T23:59:59"),
        (Monthly("09:00", day=29, months="feb", time_zone="UTC"), "2024-02-29T09:00:00"),
        (Cron("0 9 29 2 *", time_zone="UTC"), "2024-02-29T09:00:00"),
        (Once("1998-07-01 09:00", time_zone="UTC"), "1998-07-01T09:00:00"),
        (SeveralTimesADay(every="1s", valid_until="1999-12-31", time_zone="UTC"), "1999-12-31T23:59:59"),
        (SeveralTimesADay(every="1s", days="mon", time_zone="UTC"), "2026-06-29T23:59:59"),
        (SeveralTimesADay(every="1s", between=("22:00", "02:00"), days="fri", time_zone="UTC"), "2026-06-27T02:00:00"),
    ],
    ids=repr,
)
def test_the_latest_launch_is_found_at_once_however_long_ago(schedule: Schedule, last: str) -> None:
    start = time.process_time()
    slot = schedule.latest(utc("1990-01-01"), utc("2026-06-30"))
    assert time.process_time() - start < 0.2
    assert slot is not None
    assert slot.nominal == last


def test_the_latest_launch_of_a_second_pass_is_found_after_a_later_label_of_the_first() -> None:
    slot = Cron("0,40 * * * *", time_zone="America/New_York").latest(utc("2026-11-01 05:50"), utc("2026-11-01 06:35"))
    assert slot is not None
    assert (slot.nominal, slot.fold) == ("2026-11-01T01:00:00", 1)


def test_a_validity_that_starts_later_leaves_no_latest_launch() -> None:
    grid = SeveralTimesADay(every="1s", valid_from="2026-07-01", time_zone="UTC")
    assert grid.latest(utc("1990-01-01"), utc("2026-06-30")) is None


def test_instants_without_an_offset_are_refused() -> None:
    naive = utc("2026-07-01").replace(tzinfo=None)
    daily = Daily("09:00", time_zone="UTC")
    with pytest.raises(ScheduleError, match=r"after is .* which has no offset"):
        daily.slots(naive)
    with pytest.raises(ScheduleError, match=r"until is .* which has no offset"):
        daily.latest(utc("2026-07-01"), naive)
    with pytest.raises(ScheduleError, match=r"now is .* which has no offset"):
        daily.past(naive)
