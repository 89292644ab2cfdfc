"""The runs of a campaign as users go through them: newest first, by place, by id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn


@pytest.fixture
def spring(tmp_path: Path) -> Iterator[cn.Campaign]:
    workspace = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    shop = cn.DataModel("shop")
    c = cn.Campaign("Spring", data=shop, workspace=workspace)
    c.build_audience("All", shop.table("people", pl.DataFrame({"id": [1, 2]}), key="id"))
    c.schedule = cn.OnSignal()
    c.publish(confirm=0)
    yield c
    workspace.close()


def test_runs_that_started_at_one_instant_stand_in_their_order(spring: cn.Campaign) -> None:
    made = [spring.launch().wait("10s").id for _ in range(12)]
    assert [run.id for run in spring.runs] == made[::-1] == spring.runs.frame()["run"].to_list()
    assert [spring.runs[-number - 1].id for number in range(12)] == made


def test_a_run_is_found_by_its_id_or_the_beginning_of_it(spring: cn.Campaign) -> None:
    first, second = spring.launch().wait("10s"), spring.launch().wait("10s")
    assert (spring.runs[first.id].id, spring.runs[second.id[:8]].id) == (first.id, second.id)
    assert spring.runs.search(first.id[:8]).frame()["run"].to_list() == [first.id]


@pytest.mark.parametrize(("which", "match"), [("x", "no run 'x'"), ("", "no run ''"), (2, "no run 2")])
def test_a_run_that_is_not_there_is_refused(spring: cn.Campaign, which: int | str, match: str) -> None:
    spring.launch().wait("10s")
    with pytest.raises(cn.RunError, match=match):
        spring.runs[which]
