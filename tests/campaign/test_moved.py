"""An audience that has moved since the live run before is told in a sentence, and confirmed by going on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import campaign_nb as cn
from campaign_nb.engine.moved import moved
from campaign_nb.engine.runner import MOVED
from campaign_nb.graph.definition import Ref
from campaign_nb.store import campaigns, runs
from tests.engine.shop import shop

MAIL = Ref("Mail")


@pytest.fixture
def campaign(tmp_path: Path) -> Iterator[cn.Campaign]:
    workspace = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    model = shop()
    made = cn.Campaign("Spring", data=model, workspace=workspace)
    made.build_audience("All", model.people).email("Mail", subject="Hi", text="x")
    made.schedule = cn.Daily("10:00", time_zone="UTC")
    made.publish(confirm=2)
    yield made
    workspace.close()


@pytest.mark.parametrize(("before", "now"), [(100, 150), (100, 50), (100, 100), (0, 0), (3, 4)])
def test_a_change_of_up_to_one_half_is_not_told(before: int, now: int) -> None:
    assert moved({MAIL: before}, {MAIL: now}, 0.5) == []


@pytest.mark.parametrize(("before", "now"), [(100, 151), (100, 49), (2, 0), (0, 1), (1_000, 12_340)])
def test_more_than_one_half_is_told_with_both_numbers(before: int, now: int) -> None:
    (sentence,) = moved({MAIL: before}, {MAIL: now}, 0.5)
    assert f"'Mail' has {now:,} people" in sentence and (f"{before:,} of the run before" in sentence or before == 0)


def test_the_share_can_be_set_and_nothing_but_what_both_runs_have_is_compared() -> None:
    before, now = {MAIL: 100, Ref("Gone"): 5}, {MAIL: 111, Ref("New"): 9}
    assert moved(before, now, 0.11) == []
    assert len(moved(before, now, 0.1)) == 1


def halted(campaign: cn.Campaign, reason: str, error: str = "") -> str:
    """A run that stands before its message, as the runner leaves it."""
    record, clock = campaign.stored(), campaign.workspace.clock
    assert record is not None
    with campaign.workspace.store.begin() as connection:
        run = runs.start(connection, record.id, 1, clock.now(), clock.now())
        runs.halt(connection, run.id, "Mail", clock.now(), "halted", error_text=error)
        campaigns.flag(connection, record.id, clock.now(), "paused", paused=True, pause_reason=reason)
    return run.id


def state(campaign: cn.Campaign, run_id: str) -> tuple[str, frozenset[str]]:
    with campaign.workspace.store.read() as connection:
        run = runs.get(connection, run_id)
    return run.state, runs.passed(run)


def test_going_on_confirms_the_new_level_for_the_run_that_stood(campaign: cn.Campaign) -> None:
    run_id = halted(campaign, "'Mail' has 9 people")
    campaign.workspace.scheduler.pause()
    campaign.resume()
    assert state(campaign, run_id) == ("running", {"Mail", MOVED})
    assert campaign.log.frame()["message"].to_list()[-2:] == ["resumed; seen and confirmed: 'Mail' has 9 people", "run resumed"]


def test_a_run_that_an_error_suspended_is_tried_again_from_where_it_stood(campaign: cn.Campaign) -> None:
    run_id = halted(campaign, "", error="no column 'age'")
    campaign.workspace.scheduler.pause()
    campaign.resume()
    assert state(campaign, run_id)[0] == "running" and "Mail" not in state(campaign, run_id)[1]


def test_a_run_that_stands_ends_with_its_campaign(campaign: cn.Campaign) -> None:
    run_id = halted(campaign, "'Mail' has 9 people")
    campaign.stop()
    assert state(campaign, run_id)[0] == "stopped"
