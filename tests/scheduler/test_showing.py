"""What the scheduler shows: next launches, its snapshot for panels, its text."""

from __future__ import annotations

import datetime as dt
import json

from campaign_nb.schedule import Daily, SeveralTimesADay
from tests.scheduler.world import World


def test_launches_of_all_campaigns_are_listed_in_order(world: World) -> None:
    world.publish(Daily("09:00", time_zone="Europe/Paris"), "Paris")
    world.publish(Daily("08:30", time_zone="UTC"), "London")
    found = [(launch.campaign, launch.at.isoformat(), launch.nominal) for launch in world.scheduler.launches(3)]
    assert found == [
        ("Paris", "2026-03-02T09:00:00+01:00", "2026-03-02T09:00:00"),
        ("London", "2026-03-02T08:30:00+00:00", "2026-03-02T08:30:00"),
        ("Paris", "2026-03-03T09:00:00+01:00", "2026-03-03T09:00:00"),
    ]


def test_the_preview_is_what_the_scheduler_then_does(world: World) -> None:
    world.publish(SeveralTimesADay(every="7h", between=("01:00", "23:00"), time_zone="America/New_York"))
    world.manual.set("2026-03-07 12:00", "America/New_York")
    preview = world.scheduler.launches(6)
    world.scheduler = world.new_scheduler()
    world.publish(SeveralTimesADay(every="7h", between=("01:00", "23:00"), time_zone="America/New_York"), "Other")
    world.scheduler.start()
    world.manual.set(preview[-1].at)
    made = [(row.nominal, row.fold, row.due_at) for row in world.launched("Other")]
    assert made == [(launch.nominal, launch.fold, launch.at.astimezone(dt.UTC)) for launch in preview]


def test_the_snapshot_is_plain_data(world: World) -> None:
    campaign = world.publish(Daily("09:00", time_zone="Europe/Paris", valid_until="2026-03-03"), waits=(2,))
    world.scheduler.start()
    world.manual.advance(hours=9)
    (run,) = world.runs()
    told = world.scheduler.snapshot()
    assert json.loads(json.dumps(told)) == told
    at = "2026-03-02T08:00:00+00:00"
    assert told["scheduler"] == {"state": "running", "next": "2026-03-03T08:00:00+00:00", "running": []}
    assert told["campaigns"] == [
        {
            "name": "Spring",
            "status": "live",
            "paused": False,
            "error": False,
            "next": "2026-03-03T08:00:00+00:00",
            "last": {"run": run.id, "state": "waiting", "at": at},
            "tags": [],
            "channels": ["email"],
            "activities": 2,
        }
    ]
    assert told["launches"] == [{"campaign": "Spring", "at": "2026-03-03T08:00:00+00:00", "note": ""}]
    assert told["runs"] == [{"campaign": "Spring", "run": run.id, "state": "waiting", "at": at}]
    assert told["missed"] == []
    world.flag(campaign, paused=True)
    told = world.scheduler.snapshot()
    assert (told["scheduler"]["next"], told["campaigns"][0]["next"], told["campaigns"][0]["paused"]) == (None, None, True)


def test_the_text_says_what_runs_and_what_comes(world: World) -> None:
    campaign = world.publish(Daily("09:00", time_zone="Europe/Paris"))
    shown: list[str] = []
    world.launcher.behaviours[campaign].meanwhile = lambda: shown.append(repr(world.scheduler))
    world.store.confirm_here(world.manual.now())  # it is a copy
    world.scheduler.start()
    world.manual.advance(hours=9)
    assert shown[0].splitlines()[:3] == [
        "scheduler running",
        "  running: Spring, 50% Mail",
        "  next: Spring, Tue 03 Mar 2026 09:00:00 Europe/Paris",
    ]
    world.scheduler.stop()
    assert repr(world.scheduler).startswith("scheduler stopped\n  next: Spring")
