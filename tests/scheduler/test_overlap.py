"""A launch while a run is going: skipped, queued, allowed, or in its place."""

from __future__ import annotations

import pytest

from campaign_nb.schedule import Daily
from campaign_nb.store import campaigns, log, runs
from tests.scheduler.world import World


def _publish(world: World, overlap: str, *waits: float) -> str:
    campaign = world.publish(Daily("09:00", time_zone="UTC", overlap=overlap), waits=waits)
    world.scheduler.start()
    return campaign


def test_skip_leaves_a_row_with_the_reason(world: World) -> None:
    _publish(world, "skip", 30)
    world.manual.advance(days=3)
    assert world.rows() == [("03-02T09:00", "done"), ("03-03T09:00", "skipped"), ("03-04T09:00", "running")]
    assert world.launched()[1].reason == "the run of 2026-03-02 09:00:00 UTC is still waiting"
    assert "launch of 2026-03-03T09:00:00 UTC skipped: the run of 2026-03-02 09:00:00 UTC is still waiting" in world.messages()


def test_queue_keeps_one_launch_until_the_run_ends(world: World) -> None:
    _publish(world, "queue", 60)
    world.manual.set("2026-03-04 20:00")
    assert world.rows() == [("03-02T09:00", "running"), ("03-03T09:00", "pending"), ("03-04T09:00", "skipped")]
    world.manual.set("2026-03-04 21:00")
    assert world.rows()[:3] == [("03-02T09:00", "done"), ("03-03T09:00", "running"), ("03-04T09:00", "skipped")]
    assert [(run.as_of.day, run.started_at.day) for run in world.runs()] == [(2, 2), (3, 4)]
    assert world.launched()[1].reason == "queued behind the run of 2026-03-02 09:00:00 UTC"


def test_a_queued_launch_is_shown_as_such(world: World) -> None:
    _publish(world, "queue", 60)
    world.manual.advance(days=2)
    assert world.scheduler.snapshot()["launches"][0] == {"campaign": "Spring", "at": "2026-03-03T09:00:00+00:00", "note": "queued"}
    assert "launch of 2026-03-03T09:00:00 UTC is queued: the run of 2026-03-02 09:00:00 UTC is still waiting" in world.messages()
    assert "  queued: Spring, launch of 2026-03-03T09:00:00 UTC" in repr(world.scheduler).splitlines()


@pytest.mark.parametrize(("overlap", "says"), [("skip", "UTC skipped: the run of"), ("queue", "UTC is queued: the run of")])
def test_a_launch_that_does_not_start_is_a_warning_in_the_log(world: World, overlap: str, says: str) -> None:
    campaign = _publish(world, overlap, 60)
    world.manual.advance(days=2)
    with world.store.read() as connection:
        (line,) = log.read(connection, campaign_id=campaign, level="warning")
    assert says in line.message


def test_a_queued_launch_of_a_campaign_that_was_stopped_is_cancelled(world: World) -> None:
    campaign = _publish(world, "queue", 60)
    world.manual.advance(days=2)
    with world.store.begin() as connection:
        campaigns.transition(connection, campaign, ["live"], "stopped", world.manual.now(), "stopped")
    world.manual.advance(days=2)
    assert world.rows() == [("03-02T09:00", "running"), ("03-03T09:00", "cancelled")]
    assert world.launched()[1].reason == "the campaign is stopped"


def test_a_queued_launch_of_an_earlier_version_is_cancelled(world: World) -> None:
    _publish(world, "queue", 60)
    world.manual.advance(days=2)
    world.publish(Daily("21:00", time_zone="UTC"))
    world.scheduler.tick()
    assert (world.rows()[1], world.launched()[1].reason) == (("03-03T09:00", "cancelled"), "version 2 was published")


def test_allow_lets_runs_go_side_by_side(world: World) -> None:
    _publish(world, "allow", 60)
    world.manual.advance(days=2)
    assert world.rows() == [("03-02T09:00", "running"), ("03-03T09:00", "running")]
    assert [run.state for run in world.runs()] == ["waiting", "waiting"]


def test_cancel_stops_the_run_that_is_going(world: World) -> None:
    _publish(world, "cancel", 30)
    world.manual.advance(days=2)
    assert world.rows() == [("03-02T09:00", "cancelled"), ("03-03T09:00", "running")]
    assert [run.state for run in world.runs()] == ["stopped", "waiting"]
    assert world.launched()[0].reason == "the run was stopped"


def test_a_run_that_is_stopped_by_hand_ends_its_launch(world: World) -> None:
    _publish(world, "skip", 30)
    world.manual.advance(hours=12)
    (run,) = world.runs()
    with world.store.begin() as connection:
        runs.move(connection, run.id, ["waiting"], "stopped", world.manual.now(), "stopped by hand")
    world.scheduler.wake()
    assert world.rows() == [("03-02T09:00", "cancelled")]
