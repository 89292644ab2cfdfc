"""A campaign that changes a table and writes a file, and a process that dies in the middle of its run."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import polars as pl

import campaign_nb as cn
from campaign_nb.clock import instant
from campaign_nb.store import campaigns, files, runs
from campaign_nb.store.runs import RunRecord

MODES = ("insert", "upsert", "update", "delete")
POINTS = ("before the stage counts", "before the file", "after the file")


def segments(folder: Path) -> Path:
    """The table before any run: 1 is there."""
    path = folder / "segments.parquet"
    if not path.exists():
        pl.DataFrame({"id": [1, 9], "segment": ["old", "kept"]}).write_parquet(path)
    return path


def a_workspace(folder: Path) -> cn.Workspace:
    """The workspace of the folder, on a clock that stands still."""
    return cn.Workspace(folder / "ws", clock=cn.ManualClock("2026-07-01 09:00"))


def published(workspace: cn.Workspace, folder: Path, mode: Any) -> cn.Campaign:
    """The campaign, its first launch an hour away; a run that somebody left is gone on with."""
    shop = cn.DataModel("shop")
    people = shop.table("people", pl.DataFrame({"id": [1, 2, 3]}), key="id")
    table = shop.table("segments", segments(folder), key="id", writable=True)
    made = cn.Campaign("Marks", data=shop, workspace=workspace)
    known = made.build_audience("All", people).extract_file("Before", "before.csv")
    marked = known.update_data("Mark", into=table, mode=mode, set={} if mode == "delete" else {"segment": "new"})
    marked.extract_file("After", "after.csv")
    marked.reconcile("Found", to=table, on={"id": "id"})
    made.schedule = cn.Daily("10:00")
    made.publish(confirm=0)
    return made


def begun(workspace: cn.Workspace) -> RunRecord:
    """A run that nobody goes on with yet."""
    at = instant("2026-07-01 09:00", "UTC")
    with workspace.store.begin() as connection:
        found = campaigns.find(connection, "Marks")
        assert found is not None
        return runs.start(connection, found.id, found.version, at, at)


def go_on(workspace: cn.Workspace, run: RunRecord) -> RunRecord:
    """Execute the rest of a run."""
    program = workspace.program_of(run)
    assert program is not None
    return workspace.runner().advance(run.id, program)


def die(*_: object, **__: object) -> Any:
    """End without a farewell."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying_at(point: str, of: str) -> None:
    """Arrange for the end when the activity `of` comes to a point."""
    record, settle, replace = files.record, files.settle, os.replace
    if point == POINTS[0]:
        files.record = lambda c, folder, item, at: die() if item.slot.activity == of else record(c, folder, item, at)
    elif point == POINTS[1]:
        name = {"Mark": "segments.parquet", "Before": "before.csv"}[of]
        os.replace = lambda source, target: die() if Path(target).name == name else replace(source, target)  # type: ignore[assignment] # the fault
    else:
        kind = {"Mark": "change", "Before": "extract"}[of]
        files.settle = lambda c, file, to: die() if to == kind else settle(c, file, to)


if __name__ == "__main__":
    place, how, where, who = sys.argv[1:]
    own = a_workspace(Path(place))
    published(own, Path(place), how)
    own.scheduler.stop()
    started = begun(own)
    dying_at(where, who)
    go_on(own, started)
