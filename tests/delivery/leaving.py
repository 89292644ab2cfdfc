"""A campaign that loads a file and deletes it, and a process that dies in the middle of its run."""

from __future__ import annotations

import sys
from pathlib import Path

import campaign_nb as cn
from campaign_nb.store import files
from tests.delivery.dying import begun, die, go_on

POINTS = ("before the stage counts", "before the file goes", "after the file is gone")
LINES = "mail,points\nb@example.com,5\nbroken\nx@example.com,6\n"


def leads(folder: Path) -> Path:
    """The file to load."""
    return folder / "leads.csv"


def a_workspace(folder: Path) -> cn.Workspace:
    """The workspace of the folder, on a clock that stands still."""
    return cn.Workspace(folder / "ws", clock=cn.ManualClock("2026-07-01 09:00"))


def loading(workspace: cn.Workspace, folder: Path) -> cn.Campaign:
    """The campaign, its first launch a month away; a run that somebody left is gone on with."""
    made = cn.Campaign("Marks", data=cn.DataModel("shop"), workspace=workspace)
    found = made.load_file("Leads", leads(folder), columns={"mail": "text", "points": "integer"}, delete=True)
    found.rejects.extract_file("Rejects", "rejects.csv", columns=["line", "content", "reason"], header=False)
    found.wait("A day", days=1).extract_file("Later", "later.csv", columns=["mail"], header=False)
    made.schedule = cn.Daily("10:00", valid_from="2026-08-01")
    made.publish(confirm=0)
    return made


def dying_at(point: str) -> None:
    """Arrange for the end when the file comes to a point."""
    record, settle, unlink = files.record, files.settle, Path.unlink
    if point == POINTS[0]:
        files.record = lambda c, folder, item, at: die() if item.slot.activity == "Leads" else record(c, folder, item, at)
    elif point == POINTS[1]:
        Path.unlink = lambda self, missing_ok=False: die() if self.name == "leads.csv" else unlink(self, missing_ok)  # type: ignore[method-assign] # the fault
    else:
        files.settle = lambda c, file, to: die() if to == "change" else settle(c, file, to)


if __name__ == "__main__":
    place, where = sys.argv[1:]
    own = a_workspace(Path(place))
    loading(own, Path(place))
    own.scheduler.stop()
    started = begun(own)
    dying_at(where)
    go_on(own, started)
