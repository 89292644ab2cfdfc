"""Cells that run again in a new kernel: a run that goes on goes on, none begins a second time, and it is what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

import campaign_nb as cn
from campaign_nb.schedule import Schedule
from tests.engine.shop import shop

SCHEDULES = {
    "none": None,
    "asap": cn.Asap(),
    "once": cn.Once("2026-07-01 10:00", time_zone="UTC"),
    "daily": cn.Daily("10:00", time_zone="UTC"),
}


def cells(folder: Path, clock: cn.ManualClock, schedule: Schedule | None, text: str = "Hello") -> cn.Campaign:
    """What the cells of a notebook write, in a kernel of its own."""
    model = shop()
    c = cn.Campaign("Spring", data=model, workspace=cn.Workspace(folder, clock=clock))
    c.build_audience("All", model.people).wait("Hours", hours=5).email("Mail", subject="Hi", text=text)
    c.schedule = schedule
    c.publish(confirm=sum(c.dry_run().messages.values()))
    return c


@pytest.mark.parametrize("name", SCHEDULES)
def test_cells_that_run_again_in_a_new_kernel_go_on_with_the_run_that_waits(tmp_path: Path, clock: cn.ManualClock, name: str) -> None:
    first = cells(tmp_path, clock, SCHEDULES[name])
    clock.advance(hours=2)
    first.workspace.close()
    again = cells(tmp_path, clock, SCHEDULES[name])
    assert (len(again.runs), again.view()["run"]["mode"], again.view()["run"]["state"]) == (1, "live", "waiting")
    clock.advance(hours=6)
    assert (again.runs[0].state, len(again.runs), again.workspace.outbox.frame().height) == ("done", 1, 2)
    again.workspace.close()


def test_publishing_leaves_a_paused_scheduler_paused(tmp_path: Path, clock: cn.ManualClock) -> None:
    c = cn.Campaign("Spring", data=shop(), workspace=cn.Workspace(tmp_path, clock=clock))
    c.build_audience("All", c.data.people)
    c.workspace.scheduler.start()
    c.workspace.scheduler.pause()
    c.publish(confirm=0)
    assert (c.workspace.scheduler.state, [run.state for run in c.runs]) == ("paused", ["running"])
    c.workspace.scheduler.start()
    assert c.runs[0].wait("20s").state == "done"
    c.workspace.close()


def test_a_changed_campaign_that_is_published_again_begins_a_run_of_its_own(tmp_path: Path, clock: cn.ManualClock) -> None:
    cells(tmp_path, clock, None).workspace.close()
    again = cells(tmp_path, clock, None, text="Hello again")
    assert sorted(again.runs.frame()["version"]) == [1, 2]
    again.workspace.close()
