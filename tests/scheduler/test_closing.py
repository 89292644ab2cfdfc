"""A run that is over is closed once: what it changes in its campaign counts once, whoever closes it and however often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.scheduler.endings import Endings
from campaign_nb.scheduler.launches import Launches
from campaign_nb.scheduler.tidying import tidy
from campaign_nb.store import campaigns, leases, runs
from tests.engine.shop import shop

_fails = [False]


def fails(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Fail when told to."""
    if _fails[0]:
        raise ValueError("no such model")
    return rows


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()


@pytest.fixture
def campaign(workspace: cn.Workspace) -> Iterator[cn.Campaign]:
    """A campaign whose next runs fail, of which any number may."""
    _fails[0] = False
    data = shop()
    c = cn.Campaign("Spring", data=data, workspace=workspace, on_error="ignore")
    c.build_audience("All", data.people).python("Score", fails).save_audience("Scored")
    c.schedule = cn.Daily("23:00")
    c.publish(confirm=0)
    _fails[0] = True
    yield c
    _fails[0] = False


def endings(workspace: cn.Workspace) -> Endings:
    launcher = workspace.scheduler._launcher
    return Endings(workspace.store, workspace.clock, launcher, Launches(workspace.store, workspace.clock, launcher))


def errors(workspace: cn.Workspace) -> int:
    with workspace.store.read() as connection:
        return campaigns.list_campaigns(connection)[0].errors


def test_a_launched_run_that_failed_and_is_closed_again_counts_once(workspace: cn.Workspace, campaign: cn.Campaign) -> None:
    workspace.clock.advance(days=1)  # type: ignore[attr-defined] # a manual clock
    run = campaign.runs[0]
    assert (run.state, errors(workspace)) == ("failed", 1)
    endings(workspace).close(run.id)
    assert errors(workspace) == 1


def test_a_run_by_hand_that_failed_and_is_closed_again_counts_once(workspace: cn.Workspace, campaign: cn.Campaign) -> None:
    run = campaign.launch().wait("20s")
    assert (run.state, errors(workspace)) == ("failed", 1)
    endings(workspace).close(run.id)
    assert errors(workspace) == 1


def test_a_run_by_hand_whose_kernel_died_before_it_was_closed_is_counted_by_the_next(
    workspace: cn.Workspace, campaign: cn.Campaign
) -> None:
    run = campaign.launch().wait("20s")
    workspace.scheduler.stop()
    with workspace.store.begin() as connection:
        campaigns.count_errors(connection, run.record().campaign_id, 0)
        owner = leases.Owner(workspace.store.leases._kernel, 1, "here", None, True)
        leases.take(connection, run.id, owner, workspace.clock.now(), None)
    tidy(workspace.store, workspace.clock, endings(workspace).close)
    assert errors(workspace) == 1
    tidy(workspace.store, workspace.clock, endings(workspace).close)
    assert errors(workspace) == 1
    with workspace.store.read() as connection:
        assert leases.by_name(connection) == {}
        assert runs.get(connection, run.id).state == "failed"
