"""Paths of live runs: by the frozen definition at the recorded instant, and what is said when the data have changed since."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn

CLOCK = "2026-07-01 09:00"


@pytest.fixture
def clock() -> cn.ManualClock:
    return cn.ManualClock(CLOCK)


@pytest.fixture
def workspace(tmp_path: Path, clock: cn.ManualClock) -> Iterator[cn.Workspace]:
    made = cn.Workspace(tmp_path / "ws", clock=clock)
    yield made
    made.close()


def write(path: Path, ages: list[int]) -> None:
    """Write the people anew, as of now; a file's time of change may be coarse."""
    pl.DataFrame({"id": [1, 2, 3], "age": ages, "since": [1, 1, 1]}).write_parquet(path)


def campaign(path: Path, workspace: cn.Workspace) -> cn.Campaign:
    model = cn.DataModel("m")
    people = model.table("people", path, key="id")
    c = cn.Campaign("c", data=model, workspace=workspace)
    adults = c.build_audience("All", people).filter("Adults", people.age >= 18)
    adults.wait("A day", days=1).filter("Old", people.age > 50)
    return c


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "people.parquet"
    write(found, [17, 40, 61])
    os.utime(found, ns=(1, 1))
    return found


def finished(c: cn.Campaign, clock: cn.ManualClock) -> cn.LiveRun:
    c.publish(confirm=0)
    clock.advance(days=1, seconds=1)
    return c.runs[0].wait("30s")


def test_a_live_run_is_explained_by_the_definition_that_ran(path: Path, workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = campaign(path, workspace)
    run = finished(c, clock)
    c["Adults"].filter("More", cn.col.age > 60)
    told = run.explain(2)
    assert [stop.activity for stop in told.path] == ["All", "Adults", "A day", "Old"]
    assert told.dropped is not None and told.dropped.values == (("age", 40),)
    assert told.notes == ()
    assert run.lineage("Old").sort("id").collect().rows() == [
        (1, False, "Adults", "rule"),
        (2, False, "Old", "rule"),
        (3, True, None, None),
    ]


def test_what_a_waiting_run_has_not_come_to_is_said(path: Path, workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = campaign(path, workspace)
    c.publish(confirm=0)
    clock.advance(hours=1)
    workspace.scheduler.stop()
    run = c.runs[0]
    told = run.explain(3, at="Old")
    assert run.state == "waiting"
    assert ([stop.activity for stop in told.path], told.reached) == (["All", "Adults", "A day"], False)
    assert told.notes == ("The run has not come to 'Old'.",)
    assert "  ! The run has not come to 'Old'." in str(told)


def test_data_that_have_changed_since_are_told_by_counts_files_and_kept_rows(
    path: Path, workspace: cn.Workspace, clock: cn.ManualClock
) -> None:
    run = finished(campaign(path, workspace), clock)
    write(path, [44, 40, 61])
    told = run.explain(1)
    assert told.dropped is not None and told.dropped.activity == "Old"
    assert told.notes == (
        "The data have changed since the run: the file of table 'people'; values are those of the data as they are now.",
        "The data have changed since the run, the path is that of the data as they are now: 'Adults' had 2, has 3, 'A day' had 2, has 3.",
        "The data have changed since the run: this row was not in 'A day' then, and is now.",
    )
    assert "<strong>The data have changed since the run" in told._repr_html_()


def test_rows_that_changed_places_are_told_though_every_number_is_the_same(
    path: Path, workspace: cn.Workspace, clock: cn.ManualClock
) -> None:
    run = finished(campaign(path, workspace), clock)
    write(path, [40, 17, 61])
    os.utime(path, ns=(1, 1))
    assert "The data have changed since the run: this row was in 'A day' then, and is not now." in run.explain(2).notes


def test_a_dry_run_tells_too_that_a_file_has_changed(path: Path, workspace: cn.Workspace) -> None:
    run = campaign(path, workspace).dry_run()
    assert run.explain(1).notes == ()
    write(path, [18, 40, 61])
    first, second = run.explain(1).notes
    assert first.startswith("The data have changed since the run: the file of table 'people'")
    assert second.endswith("'Adults' had 2, has 3, 'A day' had 2, has 3.")


def test_rows_in_memory_are_compared_by_their_numbers(workspace: cn.Workspace) -> None:
    ages = [17, 40]
    model = cn.DataModel("m")
    people = model.table("people", lambda: pl.DataFrame({"id": [1, 2], "age": ages}), key="id")
    c = cn.Campaign("c", data=model, workspace=workspace)
    c.build_audience("Adults", people.age >= 18)
    run = c.dry_run()
    ages[0] = 20
    assert run.explain(1).notes == (
        "The data have changed since the run, the path is that of the data as they are now: 'Adults' had 1, has 2.",
    )
