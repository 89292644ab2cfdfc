"""A workspace on a server, from a campaign's first cell to its report, and two kernels on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import campaign_nb as cn
from tests.campaign.test_life import daily

pytestmark = pytest.mark.requires("postgres")


def test_a_campaign_runs_on_a_server_as_in_a_folder(new_database: Callable[[str], str], tmp_path: Path) -> None:
    url, clock = new_database("template1"), cn.ManualClock("2026-07-01 09:00")
    workspace = cn.Workspace(url, folder=tmp_path / "shared", clock=clock)
    c = daily(workspace)
    c["Mail"].wait("Two hours", hours=2).end("End")
    c.publish(confirm=2)
    clock.advance(days=2)
    assert c.runs.frame()["state"].to_list() == ["done", "done"]
    assert len(workspace.outbox) == 4
    assert workspace.question is None
    assert workspace.store.integrity() == []
    workspace.close()
    again = cn.Workspace(url, folder=tmp_path / "shared", clock=clock)
    assert again.begun
    assert again.campaigns.frame()["name"].to_list() == ["Spring"]
    again.close()
