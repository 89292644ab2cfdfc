"""Launches that nobody made: kernels that were off, pauses, clocks that jump, versions that end."""

from __future__ import annotations

import datetime as dt

from campaign_nb.schedule import Daily, Once, SeveralTimesADay
from campaign_nb.scheduler.due import due
from campaign_nb.scheduler.launches import Launches, Taken
from campaign_nb.store import launches
from tests.scheduler.world import HOUR, World

UTC = dt.UTC


def _off(world: World, **time: float) -> None:
    """Move the clock while no scheduler runs."""
    world.scheduler.stop()
    world.manual.advance(**time)
    world.scheduler = world.new_scheduler()
    world.scheduler.start()


def test_within_the_window_the_latest_is_made_up_for_and_the_others_are_one_row(world: World) -> None:
    world.publish(SeveralTimesADay(["09:00", "10:00", "11:00"], time_zone="UTC"))
    world.scheduler.start()
    _off(world, hours=11, minutes=59)
    assert world.rows() == [("03-02T09:00", "missed"), ("03-02T11:00", "done")]
    missed, made = world.launched()
    assert (missed.first, missed.last) == (dt.datetime(2026, 3, 2, 9, tzinfo=UTC), dt.datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert (missed.count, missed.estimated, missed.reason) == (2, False, "made up for by the launch of 2026-03-02T11:00:00")
    assert made.fired_at == dt.datetime(2026, 3, 2, 11, 59, tzinfo=UTC)
    assert world.runs()[0].as_of == made.due_at


def test_outside_the_window_everything_is_one_row_and_nothing_is_launched(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC"))
    world.scheduler.start()
    _off(world, days=3, hours=10, minutes=1)
    (row,) = world.launched()
    assert (row.state, row.count, row.reason) == ("missed", 4, "no scheduler was running")
    assert (row.first, row.last) == (dt.datetime(2026, 3, 2, 9, tzinfo=UTC), dt.datetime(2026, 3, 5, 9, tzinfo=UTC))
    assert world.launcher.executed == []
    world.manual.advance(days=1)
    assert world.rows() == [("03-02T09:00", "missed"), ("03-06T09:00", "done")]


def test_what_was_missed_is_shown_when_the_scheduler_starts(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC"))
    world.scheduler.start()
    _off(world, days=3, hours=12)
    assert "Spring: 4 launches missed, 2026-03-02T09:00:00 to 2026-03-05T09:00:00" in repr(world.scheduler)
    assert [(gap["count"], gap["reason"]) for gap in world.scheduler.snapshot()["missed"]] == [(4, "no scheduler was running")]
    line = "4 launches missed, 2026-03-02T09:00:00 to 2026-03-05T09:00:00 UTC: no scheduler was running"
    assert [(found.message, found.level) for found in world.scheduler.log][-1] == (line, "warning")


def test_the_cost_and_the_rows_of_a_gap_do_not_grow_with_it(world: World) -> None:
    world.publish(SeveralTimesADay(every="1s", time_zone="UTC", catch_up="0s"))
    world.scheduler.start()
    _off(world, days=365)
    missed, made = world.launched()
    assert (missed.state, missed.estimated, missed.count) == ("missed", True, 365 * 86_400 - 1)
    assert (made.state, made.due_at) == ("done", world.manual.now())


def test_with_catch_up_all_each_is_made_up_for_in_turn(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC", catch_up="all"))
    world.scheduler.start()
    _off(world, days=2, hours=12)
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "done"), ("03-04T09:00", "done")]
    assert [run.as_of.day for run in world.runs()] == [2, 3, 4]


def test_runs_that_are_made_up_for_do_not_overlap(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC", catch_up="all"), waits=(5,))
    world.scheduler.start()
    _off(world, days=1, hours=12)
    assert world.rows() == [("03-02T09:00", "running")]
    world.manual.advance(hours=5)
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "running")]
    world.manual.advance(hours=5)
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "done")]


def test_a_scheduler_that_is_on_is_on_time_whatever_the_window(world: World) -> None:
    nine = Daily("09:00", time_zone="UTC", catch_up="0s")
    start, at = dt.datetime(2026, 3, 2, tzinfo=UTC), dt.datetime(2026, 3, 2, 9, tzinfo=UTC)
    late, looked = at + dt.timedelta(seconds=20), at - dt.timedelta(seconds=10)
    found = due(nine, start, late, looked)
    assert found is not None
    assert found.launch is not None
    asleep = due(nine, start, at + HOUR, looked)
    assert asleep is not None
    assert asleep.launch is None
    off = due(nine, start, late, None)
    assert off is not None
    assert off.launch is None


def test_a_single_launch_that_was_missed_leaves_the_campaign_scheduled(world: World) -> None:
    world.publish(Once("2026-03-02 09:00", time_zone="UTC"))
    _off(world, days=1)
    assert (world.rows(), world.campaign().status) == ([("03-02T09:00", "missed")], "scheduled")


def test_a_recurring_campaign_whose_last_launches_were_missed_is_completed(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC", valid_until="2026-03-03"))
    _off(world, days=10)
    assert (world.rows(), world.campaign().status) == ([("03-02T09:00", "missed")], "completed")


def test_restarts_between_ticks_change_nothing(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC"), waits=(1, 2))
    world.scheduler.start()
    for _ in range(48):
        world.manual.advance(hours=1)
        world.restart()
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "done")]
    ends = [(run.started_at, run.ended_at) for run in world.runs()]
    assert ends == [(dt.datetime(2026, 3, day, 9, tzinfo=UTC), dt.datetime(2026, 3, day, 11, tzinfo=UTC)) for day in (2, 3)]


def test_a_clock_that_is_set_back_launches_nothing_twice(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC"))
    world.scheduler.start()
    world.manual.advance(days=2)
    world.manual.set("2026-03-02 08:00")
    world.manual.set("2026-03-03 23:00")
    world.restart()
    world.manual.set("2026-03-04 10:00")
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "done"), ("03-04T09:00", "done")]


def test_a_clock_that_was_set_back_is_walked_step_by_step_again(world: World) -> None:
    campaign = world.publish(Daily("09:00", time_zone="UTC"), waits=(1,))
    world.scheduler.start()
    world.manual.advance(days=2)
    world.manual.set("2026-03-02 12:00")
    world.scheduler.submit(world.start_run(campaign))
    world.manual.set("2026-03-02 18:00")
    assert [f"{at:%d %H}" for _, at in world.launcher.executed][-2:] == ["02 12", "02 13"]


def test_a_launch_that_was_looked_at_is_not_made_when_its_campaign_was_paused_meanwhile(world: World) -> None:
    campaign = world.publish(Daily("09:00", time_zone="UTC"))
    world.manual.advance(hours=9)
    looking = Launches(world.store, world.clock, world.launcher)
    with world.store.read() as connection:
        ((item, seen),) = looking.due(connection, world.launcher.scheduled(), world.manual.now())
    world.flag(campaign, paused=True)
    assert looking.take(item, seen, None) == Taken(again=True)
    assert looking.take(item, None, None) == Taken()
    assert world.rows() == []


def test_what_passes_during_a_pause_is_one_row(world: World) -> None:
    campaign = world.publish(Daily("09:00", time_zone="UTC"))
    world.scheduler.start()
    world.manual.advance(days=1)
    world.flag(campaign, paused=True)
    world.manual.advance(days=3)
    assert world.rows() == [("03-02T09:00", "done")]
    assert world.scheduler.launches(1) == []
    world.flag(campaign, paused=False)
    world.manual.advance(days=1)
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "missed"), ("03-06T09:00", "done")]
    assert (world.launched()[1].count, world.launched()[1].reason) == (3, "paused")


def test_a_pause_is_remembered_by_the_next_kernel(world: World) -> None:
    campaign = world.publish(Daily("09:00", time_zone="UTC", catch_up="all"))
    world.scheduler.start()
    world.flag(campaign, paused=True)
    world.manual.advance(hours=12)
    world.scheduler.stop()
    world.flag(campaign, paused=False)
    _off(world, days=1)
    assert world.rows() == [("03-02T09:00", "missed"), ("03-03T09:00", "done")]
    assert world.launched()[0].reason == "paused"


def test_a_wait_that_ends_during_a_pause_goes_on_after_it(world: World) -> None:
    campaign = world.publish(Daily("09:00", time_zone="UTC", valid_until="2026-03-02"), waits=(2,))
    world.scheduler.start()
    world.manual.advance(hours=10)
    world.flag(campaign, paused=True)
    world.manual.advance(hours=10)
    assert world.rows() == [("03-02T09:00", "running")]
    world.flag(campaign, paused=False)
    assert (world.rows(), world.campaign().status) == ([("03-02T09:00", "done")], "completed")


def test_a_paused_scheduler_does_nothing_and_catches_up_when_it_is_resumed(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC"))
    world.scheduler.start()
    world.scheduler.pause()
    world.manual.advance(days=1, hours=9, minutes=30)
    world.scheduler.tick()
    assert (world.scheduler.state, world.rows()) == ("paused", [])
    world.scheduler.resume()
    assert (world.scheduler.state, world.rows()) == ("running", [("03-02T09:00", "missed"), ("03-03T09:00", "done")])


def test_what_a_version_left_undone_is_a_row_when_the_next_takes_over(world: World) -> None:
    world.publish(Daily("09:00", time_zone="UTC"))
    world.scheduler.start()
    world.scheduler.stop()
    world.manual.advance(days=2)
    world.publish(Daily("21:00", time_zone="UTC"))
    world.restart()
    world.manual.advance(days=1)
    assert [(row.version, *cell) for row, cell in zip(world.launched(), world.rows(), strict=True)] == [
        (1, "03-02T09:00", "missed"),
        (2, "03-04T21:00", "done"),
    ]
    assert (world.launched()[0].count, world.launched()[0].reason) == (2, "version 2 was published")


def _launched_under_old_zone_rules(world: World) -> None:
    """Publish a campaign whose first launch was made when its zone's rules put it an hour earlier."""
    campaign = world.publish(Daily("09:00", time_zone="Europe/Paris"))
    early = dt.datetime(2026, 3, 2, 7, tzinfo=UTC)
    with world.store.begin() as connection:
        made = launches.claim(connection, campaign, 1, "2026-03-02T09:00:00", "Europe/Paris", early, early)
        assert made is not None
        launches.finish(connection, made, "done", early)


def test_a_launch_that_new_zone_rules_move_is_not_made_again(world: World) -> None:
    _launched_under_old_zone_rules(world)
    world.scheduler.start()
    world.manual.advance(days=2)
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "done")]
    assert len(world.launcher.executed) == 1


def test_a_launch_that_new_zone_rules_move_is_not_missed_either(world: World) -> None:
    _launched_under_old_zone_rules(world)
    _off(world, days=3)
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "missed")]
    assert world.launched()[1].count == 2


def test_a_run_whose_campaign_is_paused_stops_before_its_next_stage(world: World) -> None:
    campaign = world.publish(Daily("09:00", time_zone="UTC"))
    world.launcher.behaviours[campaign].meanwhile = lambda: world.flag(campaign, paused=True)
    world.scheduler.start()
    world.manual.advance(hours=9)
    assert [run.state for run in world.runs()] == ["running"]
    world.launcher.behaviours[campaign].meanwhile = lambda: None
    world.flag(campaign, paused=False)
    assert [run.state for run in world.runs()] == ["done"]
