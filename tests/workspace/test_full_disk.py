"""A disk that fills up while a run writes: the run stands where it is, says why, and goes on once there is room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn

FULL = "parquet: File out of specification: underlying IO error: No space left on device (os error 28)"


class Disk:
    """Refuses the files that polars writes while it is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full, write = False, pl.DataFrame.write_parquet

        def refusing(frame: pl.DataFrame, *place: Any, **options: Any) -> Any:
            if self.full:
                raise pl.exceptions.ComputeError(FULL)
            return write(frame, *place, **options)

        monkeypatch.setattr(pl.DataFrame, "write_parquet", refusing)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    made = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00", "Europe/Paris"))
    yield made
    made.close()


def test_a_run_on_a_full_disk_is_not_suspended_and_goes_on_when_there_is_room(
    workspace: cn.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, shop = Disk(monkeypatch), cn.DataModel("shop")
    people = pl.DataFrame({"id": [1, 2], "mail": ["a@example.org", "b@example.org"], "ok": [True, True]})
    shop.table("people", people, key="id", email="mail", consent={"email": "ok"})
    spring = cn.Campaign("Spring", data=shop, workspace=workspace)
    spring.build_audience("All", shop.people).email("Hello", subject="Hi", text="Hi")
    spring.schedule = cn.Once("2026-07-01 10:00", time_zone="Europe/Paris")
    spring.publish(confirm=2)
    disk.full = True
    workspace.clock.advance(hours=1)  # type: ignore[attr-defined] - a manual clock
    assert (spring.runs[0].state, spring.status, len(workspace.outbox)) == ("running", "live", 0)
    assert "stands where it is and goes on later: its disk is full" in spring.log.frame()["message"][-1]
    disk.full = False
    workspace.scheduler.stop()  # with a clock of its own, a scheduler tries again when it starts
    workspace.scheduler.start()
    assert (spring.runs[0].state, len(workspace.outbox)) == ("done", 2)
