"""Launches with a clock that is moved by hand: once per slot, at its instant, with its labels."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from campaign_nb.schedule import Asap, Daily, Once, SeveralTimesADay, tzdata_version
from tests.scheduler.world import World

UTC = dt.UTC


def test_each_slot_is_launched_once_at_its_instant(world: World) -> None:
    world.publish(Daily("09:00", time_zone="Europe/Paris"))
    world.scheduler.start()
    world.manual.advance(days=3)
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "done"), ("03-04T09:00", "done")]
    eight = [dt.datetime(2026, 3, day, 8, tzinfo=UTC) for day in (2, 3, 4)]
    assert [row.due_at for row in world.launched()] == eight
    assert [row.fired_at for row in world.launched()] == eight
    assert [run.as_of for run in world.runs()] == eight
    assert world.launcher.executed == [("Spring", at) for at in eight]


def test_the_clock_ends_where_it_was_put(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC"))
    world.scheduler.start()
    assert world.manual.advance(days=1, hours=1) == dt.datetime(2026, 3, 3, 1, tzinfo=UTC)
    assert world.manual.now() == dt.datetime(2026, 3, 3, 1, tzinfo=UTC)


def test_a_launch_keeps_its_zone_and_the_version_of_the_zone_rules(world: World) -> None:
    world.publish(Daily("09:00", time_zone="Europe/Paris"))
    world.scheduler.start()
    world.manual.advance(days=1)
    (row,) = world.launched()
    assert (row.nominal, row.fold, row.zone, row.tzdata, row.version) == ("2026-03-02T09:00:00", 0, "Europe/Paris", tzdata_version(), 1)


def test_the_data_models_own_now_is_the_runs(world: World) -> None:
    world.launcher.data_as_of = dt.datetime(1998, 7, 1, tzinfo=UTC)
    world.publish(Daily("09:00", time_zone="UTC"))
    world.scheduler.start()
    world.manual.advance(days=1)
    assert [run.as_of.year for run in world.runs()] == [1998]


def test_waits_end_and_launches_come_in_the_order_in_which_they_are_due(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC", overlap="allow"), "Slow", waits=(1, 24.5))
    world.publish(Daily("09:30", time_zone="UTC"), "Quick")
    world.scheduler.start()
    world.manual.advance(days=2)
    order = [(name, f"{at:%d %H:%M}") for name, at in world.launcher.executed]
    assert order == [
        ("Slow", "02 09:00"),
        ("Quick", "02 09:30"),
        ("Slow", "02 10:00"),
        ("Slow", "03 09:00"),
        ("Slow", "03 09:30"),
        ("Quick", "03 09:30"),
        ("Slow", "03 10:00"),
    ]
    assert [run.state for run in world.runs("Slow")] == ["done", "waiting"]


def test_starting_twice_and_ticking_again_change_nothing(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC"))
    for _ in range(2):
        world.scheduler.start()
    world.manual.advance(hours=9)
    for _ in range(3):
        world.scheduler.tick()
    assert world.rows() == [("03-02T09:00", "done")]


@pytest.mark.parametrize(
    ("zone", "start", "schedule", "expected"),
    [
        ("America/New_York", "2026-03-07 12:00", Daily("02:30"), [("03-08T02:30", 0, "07:00"), ("03-09T02:30", 0, "06:30")]),
        ("America/New_York", "2026-10-31 12:00", Daily("01:30"), [("11-01T01:30", 0, "05:30"), ("11-02T01:30", 0, "06:30")]),
        (
            "America/New_York",
            "2026-11-01 00:10",
            SeveralTimesADay(every="1h"),
            [("11-01T01:00", 0, "05:00"), ("11-01T01:00", 1, "06:00"), ("11-01T02:00", 0, "07:00"), ("11-01T03:00", 0, "08:00")],
        ),
        ("Pacific/Apia", "2011-12-29 08:00", Daily("09:00"), [("12-29T09:00", 0, "19:00"), ("12-31T09:00", 0, "19:00")]),
    ],
)
def test_days_on_which_the_clock_changes(
    world: World, zone: str, start: str, schedule: Daily, expected: list[tuple[str, int, str]]
) -> None:
    world.manual.set(start, zone)
    world.publish(schedule.in_zone(zone))
    world.scheduler.start()
    world.manual.set(world.scheduler.launches(len(expected))[-1].at)
    assert [(row.nominal[5:16], row.fold, f"{row.due_at:%H:%M}") for row in world.launched()] == expected
    assert {row.state for row in world.launched()} == {"done"}


def test_a_first_launch_makes_a_scheduled_campaign_live_and_its_end_completes_it(world: World) -> None:
    world.publish(Once("2026-03-02 09:00", time_zone="UTC"), waits=(2,))
    assert world.campaign().status == "scheduled"
    world.scheduler.start()
    world.manual.advance(hours=10)
    assert world.campaign().status == "live"
    world.manual.advance(hours=1)
    assert (world.campaign().status, world.rows()) == ("completed", [("03-02T09:00", "done")])


def test_a_recurring_campaign_is_completed_after_its_last_launch(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC", valid_until="2026-03-03"), waits=(3,))
    world.scheduler.start()
    world.manual.set("2026-03-03 11:00")
    assert world.campaign().status == "live"
    world.manual.set("2026-03-03 12:00")
    assert world.campaign().status == "completed"
    world.manual.advance(days=30)
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "done")]


def test_a_campaign_is_not_completed_while_a_run_launched_by_hand_goes_on(world: World) -> None:
    campaign = world.publish(Daily("09:00", time_zone="UTC", valid_until="2026-03-02", overlap="allow"))
    world.scheduler.start()
    world.launcher.behaviours[campaign].waits = (24,)
    world.scheduler.submit(world.start_run(campaign))
    world.launcher.behaviours[campaign].waits = ()
    world.manual.advance(hours=12)
    assert (world.rows(), world.campaign().status) == ([("03-02T09:00", "done")], "live")
    world.manual.advance(hours=12)
    assert world.campaign().status == "completed"


@pytest.mark.parametrize("schedule", [None, Asap(time_zone="UTC")])
def test_a_run_that_was_submitted_is_executed_at_once_and_completes_its_campaign(world: World, schedule: Asap | None) -> None:
    campaign = world.publish(schedule)
    world.scheduler.submit(world.start_run(campaign))
    assert world.launcher.executed == []
    world.scheduler.start()
    assert [run.state for run in world.runs()] == ["done"]
    assert world.campaign().status == "completed"
    assert world.rows() == []


def test_a_run_launched_by_hand_leaves_the_schedule_as_it_is(world: World) -> None:
    campaign = world.publish(Daily("09:00", time_zone="UTC"))
    world.scheduler.start()
    world.scheduler.submit(world.start_run(campaign))
    assert [run.launch_id for run in world.runs()] == [None]
    world.manual.advance(days=1)
    assert world.rows() == [("03-02T09:00", "done")]
    assert world.campaign().status == "live"


def test_a_failing_run_sets_the_error_and_the_schedule_goes_on(world: World) -> None:
    campaign = world.publish(Daily("09:00", time_zone="UTC"), fails=True)
    world.scheduler.start()
    world.manual.advance(days=2)
    assert world.rows() == [("03-02T09:00", "failed"), ("03-03T09:00", "failed")]
    assert "no column 'email'" in world.launched()[0].reason
    assert (world.campaign().status, world.campaign().error) == ("live", True)
    assert "no column 'email'" in world.campaign().error_text
    world.launcher.behaviours[campaign].fails = False
    world.manual.advance(days=1)
    assert (world.rows()[-1], world.campaign().error) == (("03-04T09:00", "done"), False)


def test_a_launch_without_a_now_is_a_failed_row(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish(Daily("09:00", time_zone="UTC"))

    def as_of(*_: object) -> dt.datetime:
        raise ValueError("1998-13-01")

    monkeypatch.setattr(world.launcher, "as_of", as_of)
    world.scheduler.start()
    world.manual.advance(days=1)
    assert [(row.state, row.reason) for row in world.launched()] == [("failed", "ValueError before the run began")]
    assert world.runs() == []


def test_a_run_that_panics_or_exits_is_a_failed_run(world: World) -> None:
    class Panic(BaseException):
        """Native code raises such a thing, which is no Exception."""

    def panic() -> None:
        raise Panic

    world.launcher.behaviours[world.publish(Daily("09:00", time_zone="UTC"))].meanwhile = panic
    world.scheduler.start()
    world.manual.advance(days=1)
    assert world.rows() == [("03-02T09:00", "failed")]
    assert [run.error_text for run in world.runs()] == ["Panic in the run"]


def test_an_interrupt_in_the_users_thread_leaves_the_run_for_the_next_move(world: World) -> None:
    behaviour = world.launcher.behaviours[world.publish(Daily("09:00", time_zone="UTC"))]

    def interrupt() -> None:
        raise KeyboardInterrupt

    behaviour.meanwhile = interrupt
    world.scheduler.start()
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        world.manual.advance(days=1)
    assert (world.rows(), f"{world.manual.now():%d %H}") == ([("03-02T09:00", "running")], "02 09")
    behaviour.meanwhile = lambda: None
    world.manual.advance(days=1)
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "done")]


def test_what_becomes_due_while_the_scheduler_looks_is_next_and_not_passed_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.manual.set("2026-03-02 09:00")
    world.publish(Daily("09:01", time_zone="UTC"))
    monkeypatch.setattr(world.scheduler, "_state", "running")
    looked = world.scheduler._pass  # pyright: ignore[reportPrivateUsage] # a look that takes its time

    def slow(execute: Any) -> bool:
        busy = looked(execute)
        world.manual.set("2026-03-02 09:01:00.5")
        return busy

    monkeypatch.setattr(world.scheduler, "_pass", slow)
    assert world.scheduler.look() == 0.0
