"""What a run waits at is told as waiting, in tasks, states and the log, until it is over; nothing is shown as done that is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import campaign_nb as cn
from tests.campaign.lives import said
from tests.engine.shop import shop


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()


def waiting(workspace: cn.Workspace) -> cn.Campaign:
    """A campaign with a wait of two hours and one of five beside it, both before a message."""
    data = shop()
    c = cn.Campaign("Spring", data=data, workspace=workspace, time_zone="Europe/Paris", moved=None)
    people = c.build_audience("All", data.people)
    people.wait("Two hours", hours=2).email("First", subject="Hi", text="a")
    people.wait("Five hours", hours=5).email("Second", subject="Hi", text="b")
    c.publish(confirm=sum(c.dry_run().messages.values()))
    return c


def told(c: cn.Campaign) -> dict[str, tuple[str, bool]]:
    """The state of each task, and whether it has an end."""
    return {row["activity"]: (row["state"], row["ended_at"] is not None) for row in c.tasks.frame().iter_rows(named=True)}


def test_a_wait_is_waiting_until_it_is_over(workspace: cn.Workspace) -> None:
    c = waiting(workspace)
    clock: Any = workspace.clock
    assert told(c)["All"] == ("done", True)
    assert c.runs[0].states()["Two hours"] == "waiting"
    assert told(c)["Two hours"] == ("waiting", False)
    clock.advance(hours=3)
    assert (told(c)["Two hours"], told(c)["First"], told(c)["Five hours"]) == (("done", True), ("done", True), ("waiting", False))
    assert c.runs[0].state == "waiting"
    clock.advance(hours=3)
    assert set(told(c).values()) == {("done", True)}
    assert [line for line in said(c) if "waiting" in line or "wait is" in line] == [
        "waiting at 'Two hours' until 2026-07-01 13:00:00 CEST",
        "wait is over",
        "waiting at 'Five hours' until 2026-07-01 16:00:00 CEST",
        "wait is over",
    ]


def test_a_wait_that_was_cut_short_is_not_done(workspace: cn.Workspace) -> None:
    c = waiting(workspace)
    c.stop()
    assert (c.runs[0].state, told(c)["Two hours"]) == ("stopped", ("waiting", False))
    assert {node["label"]: node["state"] for node in c.view()["nodes"]}["Two hours"] != "done"
