"""Schedules in words."""

from __future__ import annotations

import pytest

from campaign_nb.schedule import Asap, Cron, Daily, Monthly, Once, OnSignal, Schedule, SeveralTimesADay, Weekly

USUAL = "; the latest launch missed by at most 1 hour is made up for; a launch is skipped while a run is going."


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        (Daily("09:00"), "Every day at 09:00, in the campaign's time zone"),
        (Daily("09:00", days="weekdays", time_zone="Asia/Tokyo"), "Every day from Monday to Friday at 09:00, Asia/Tokyo time"),
        (
            SeveralTimesADay(["09:00", "12:00"], valid_from="2025-10-01", valid_until="2026-01-01", time_zone="Europe/Paris"),
            "Every day at 09:00 and 12:00, Europe/Paris time, from 1 October 2025 to 1 January 2026 included",
        ),
        (
            SeveralTimesADay(every="15m", between=("08:00", "20:00"), days=["sat", "sun"], time_zone="UTC"),
            "Every 15 minutes between 08:00 and 20:00, every Saturday and Sunday, UTC time",
        ),
        (SeveralTimesADay(every="1h", days="mon", time_zone="UTC"), "Every hour from midnight to midnight, every Monday, UTC time"),
        (SeveralTimesADay(every="36h", time_zone="UTC"), "Every 1 day 12 hours of elapsed time, counted from 1 January 2000, UTC time"),
        (Weekly("mon", at="09:00", time_zone="UTC"), "Every Monday at 09:00, UTC time"),
        (
            Weekly(["mon", "thu"], at="09:00", every=2, valid_from="2026-01-07", time_zone="UTC"),
            "Every 2 weeks on Monday and Thursday at 09:00, counted from the week of 7 January 2026, UTC time, from 7 January 2026",
        ),
        (Monthly("10:00", day="second tuesday", time_zone="UTC"), "On the second Tuesday of every month at 10:00, UTC time"),
        (
            Monthly("10:00", day=[1, "last"], months=[1, 7], time_zone="UTC"),
            "On day 1 and the last day of January and July at 10:00, UTC time",
        ),
        (Once("2026-07-01 09:00", time_zone="UTC"), "Once, on 1 July 2026 at 09:00, UTC time"),
        (Cron("0 9 * * 1", time_zone="UTC"), 'By the cron text "0 9 * * 1", on Monday at 09:00, UTC time'),
        (Cron("0 9 13 * 5", time_zone="UTC"), 'By the cron text "0 9 13 * 5", on day 13 of the month or on Friday at 09:00, UTC time'),
        (
            Cron("*/5 9-17 * * 1-5", time_zone="UTC"),
            'By the cron text "*/5 9-17 * * 1-5", from Monday to Friday 108 times from 09:00 to 17:55, UTC time',
        ),
        (Cron("0 9 * * L5", time_zone="UTC"), 'By the cron text "0 9 * * L5", on its dates at 09:00, UTC time'),
        (
            Cron("0 9 * * 0", valid_until="2026-07-01 18:00", time_zone="UTC"),
            'By the cron text "0 9 * * 0", on Sunday at 09:00, UTC time, until 1 July 2026 at 18:00 included',
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_sentence_says_when_where_how_long_and_by_which_policies(schedule: Schedule, sentence: str) -> None:
    assert schedule.explain() == sentence + USUAL


def test_policies_other_than_the_usual_are_said() -> None:
    def policies(**more: str) -> str:
        return Daily("09:00", **more).explain().partition("; ")[2]  # type: ignore[arg-type] # literal options

    assert policies(catch_up="all", overlap="queue") == "every missed launch is made up for; one launch waits while a run is going."
    assert policies(catch_up="0s", overlap="allow") == "a missed launch is not made up for; a launch does not wait for a run that is going."
    assert (
        policies(catch_up="2d", overlap="cancel")
        == "the latest launch missed by at most 2 days is made up for; a launch stops a run that is going."
    )


def test_kinds_without_instants_do_not_speak_of_missed_launches() -> None:
    assert Asap(time_zone="UTC").explain() == "As soon as possible after publication, UTC time; a launch is skipped while a run is going."
    signal = OnSignal(channel="sms", least=int, time_zone="UTC").explain()
    assert (
        signal
        == "Whenever a signal arrives with channel (text) and least (a whole number), UTC time; a launch is skipped while a run is going."
    )
    assert OnSignal(time_zone="UTC").explain().startswith("Whenever a signal arrives, UTC time")


def test_warnings_name_months_without_the_day_and_ranges_shorter_than_the_period() -> None:
    assert "some months have no day 31 (February and April)" in str(Monthly("09:00", day=31, months=["feb", "mar", "apr"]).warnings()[0])
    assert "there is one launch a day" in str(SeveralTimesADay(every="2h", between=("08:00", "09:00")).warnings()[0])
    assert [kind.warnings() for kind in (Asap(), Daily("09:00"), Monthly("09:00", day=28), Once("2026-07-01"))] == [(), (), (), ()]
