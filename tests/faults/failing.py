"""Campaigns whose activities fail at first, one for each thing that an error does, on the days of the world that has everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

import campaign_nb as cn
from campaign_nb.store import Connection, campaigns, files, runs
from tests.faults import everything
from tests.faults.everything import AWAY, STEPS, instant, opened, reached

Build = Callable[[cn.DataModel, cn.Workspace], cn.Campaign]
LEADS = "mail,points\np1@example.com,5\np2@example.com,6\n"
MENDED, MENDED_LATE = 2, 4
"""The steps at which most causes are mended, and at which those are that come back the day after."""


def until_mended(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Fail from the first launch until the cause is mended."""
    if 0 < reached(Path()) < MENDED:
        raise ValueError("not mended yet")
    return rows


def until_late(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Fail in two launches."""
    if 0 < reached(Path()) < MENDED_LATE:
        raise ValueError("fails again and again")
    return rows


def exits(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Leave the program instead of failing, which no policy of an activity is told of."""
    if 0 < reached(Path()) < MENDED:
        raise SystemExit(1)
    return rows


# -------------------------------------------------------------------------------------------------- errors that halt a run


def halts(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    """An activity raises: the run halts between two mails, with a file, a change and an audience on the way."""
    c = cn.Campaign("Halts", data=shop, workspace=workspace, seed="s", moved=None)
    first = c.build_audience("Rich", shop.people.points > 20).email("First", subject="First", text="{{ points }} points.")
    first.extract_file("Before", "before-{{ as_of }}.csv", columns=["id"])
    second = first.python("Broken", until_mended, on_error="suspend").save_audience("Mended")
    second.email("Second", subject="Second", text="{{ points }} points.").extract_file("After", "after-{{ as_of }}.csv", columns=["id"])
    c.schedule = cn.Once("2026-03-02 09:00", time_zone="UTC")
    return c


def misses(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    """The file to load is not there, and comes late."""
    c = cn.Campaign("Misses", data=shop, workspace=workspace, seed="s", moved=None)
    leads = c.load_file("Leads", "leads.csv", columns={"mail": "text", "points": "integer"}, delete=True)
    leads.reconcile("Known", to=shop.people, on={"mail": "email"}).email("Lead", subject="Lead", text="Welcome.")
    c.schedule = cn.Once("2026-03-02 09:00", time_zone="UTC")
    return c


def repeats(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    """A key of its table comes twice, which is found before the first stage: the run fails outside of any activity."""
    c = cn.Campaign("Repeats", data=shop, workspace=workspace, seed="s", moved=None)
    c.build_audience("Members", shop.members.level > 0).save_audience("Kept members")
    c.schedule = cn.Once("2026-03-02 09:00", time_zone="UTC")
    return c


def blocks(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    """A file can't be put where it belongs, after the stage that writes it counts: the run halts behind that stage."""
    c = cn.Campaign("Blocks", data=shop, workspace=workspace, seed="s", moved=None)
    listed = c.build_audience("Many", shop.people.points > 10).extract_file("Blocked", "taken/list.csv", columns=["id"])
    listed.email("Listed", subject="Listed", text="You are on the list.")
    c.schedule = cn.Once("2026-03-02 09:00", time_zone="UTC")
    return c


# --------------------------------------------------------------------------------------------------- errors that end a run


def ignores(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    """An activity raises and is ignored: its branch ends, the other goes on."""
    c = cn.Campaign("Ignores", data=shop, workspace=workspace, seed="s", moved=None)
    rich = c.build_audience("Rich", shop.people.points > 20)
    rich.python("Broken", until_mended, on_error="ignore").email("Never", subject="Never", text="Never")
    rich.email("Always", subject="Always", text="{{ points }} points.").alert("Told", title="Done", message="All was written.")
    c.schedule = cn.Once("2026-03-02 09:00", time_zone="UTC")
    return c


def waits(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    """A file can't be put where it belongs, which is ignored: the run waits, and does it when it goes on."""
    c = cn.Campaign("Waits", data=shop, workspace=workspace, seed="s", moved=None)
    listed = c.build_audience("Many", shop.people.points > 10).extract_file("Blocked", "taken/list.csv", columns=["id"], on_error="ignore")
    listed.wait("An hour", hours=1).email("Listed", subject="Listed", text="You are on the list.")
    c.schedule = cn.Once("2026-03-02 09:00", time_zone="UTC")
    return c


def counts(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    """Runs fail and the schedule goes on, until two did so one after the other."""
    c = cn.Campaign("Counts", data=shop, workspace=workspace, seed="s", moved=None, on_error="ignore", tolerated_errors=2)
    kept = c.build_audience("Rich", shop.people.points > 20).email("First", subject="First", text="{{ points }} points.")
    kept.python("Broken", until_late).save_audience("Counted")
    c.schedule = cn.Daily("09:00", valid_until="2026-03-05", time_zone="UTC")
    return c


def aborts(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    """The run ends with its first error and its campaign pauses; later it is started again from its beginning."""
    c = cn.Campaign("Aborts", data=shop, workspace=workspace, seed="s", moved=None, on_error="abort")
    first = c.build_audience("Rich", shop.people.points > 20).email("First", subject="First", text="{{ points }} points.")
    first.python("Broken", until_mended).update_data("Mark", into=shop.marks, set={"mark": "B"})
    c.schedule = cn.Once("2026-03-02 09:00", time_zone="UTC")
    return c


def leaves(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    """A function leaves the program: the run ends by what is written down from outside of it."""
    c = cn.Campaign("Leaves", data=shop, workspace=workspace, seed="s", moved=None, on_error="abort")
    c.build_audience("Rich", shop.people.points > 20).python("Exits", exits).save_audience("Left")
    c.schedule = cn.Once("2026-03-02 09:00", time_zone="UTC")
    return c


class World:
    """A world of campaigns that fail; somebody looks after each step and mends what can be mended."""

    STEPS = STEPS

    def __init__(self, *builds: Build) -> None:
        self._builds = {build.__name__.capitalize(): build for build in builds}

    def lay(self, place: Path) -> None:
        """Lay out the tables of a new world, in which nothing is wrong yet."""
        everything.lay(place)
        (place / "leads.csv").write_text(LEADS)
        (place / "members.csv").write_text("id,level\n1,1\n2,0\n")

    def go(self, place: Path, until: int) -> None:
        """Live in a world up to a step, as `everything.go` does, and act after each step. Then close it properly."""
        workspace = self._start(place)
        for step in range(reached(place) + 1, until + 1):
            if step in AWAY:
                workspace.close()
                _bring(place, step)
                workspace = self._start(place)
                continue
            _bring(place, step)
            workspace.clock.set(instant(step))  # type: ignore[attr-defined] # a manual clock
            self._act(workspace, step)
        workspace.close()

    def seen(self, place: Path) -> dict[str, Any]:
        """All that counts of a world, with what errors have left."""
        return everything.seen(place, _left)

    def _start(self, place: Path) -> cn.Workspace:
        """A kernel starts: it opens the campaigns, or publishes them, goes on with what is there, and acts."""
        workspace = opened(place)
        if workspace.question is not None:
            workspace.confirm_here()
        shop = cn.DataModel("shop")
        shop.table("people", "people.parquet", key="id", email="email", consent={"email": "opt_in"})
        shop.table("marks", "marks.csv", key="id", writable=True)
        shop.table("members", "members.csv", key="id")
        for name, build in self._builds.items():
            with workspace.store.read() as connection:
                record = campaigns.find(connection, name)
            if record is None:
                build(shop, workspace).publish().confirm()  # type: ignore[union-attr] # nothing is published yet
            else:
                cn.Campaign.open(name, workspace=workspace)
        workspace.scheduler.start()
        self._act(workspace, reached(place))
        return workspace

    def _act(self, workspace: cn.Workspace, step: int) -> None:
        """Do what somebody does who looks at the campaigns once the cause is mended; a second look finds nothing to do."""
        for name in self._builds:
            if step != (MENDED_LATE if name == "Counts" else MENDED):
                continue
            c = cn.Campaign.open(name, workspace=workspace)
            if "paused" in c.status:
                c.resume()
            newest = c.runs[0]
            if name in ("Aborts", "Leaves") and newest.state == "failed":
                newest.restart(confirm=_sent(workspace, newest.id))
            if name == "Counts" and newest.started_at < instant(step):
                c.launch()


def _left(connection: Connection, names: Mapping[str, str]) -> dict[str, Any]:
    """What errors have left: how many runs failed one after the other, where runs stand, what they have passed."""
    return {
        "errors": sorted((r.name, r.errors, r.pause_reason) for r in campaigns.list_campaigns(connection)),
        "halts": sorted((names[r.campaign_id], str(r.started_at), r.held_at, r.passed) for r in runs.list_runs(connection)),
    }


def _bring(place: Path, step: int) -> None:
    """Put the clock at a step, and what is wrong from it on or mended; a kernel may die afterwards."""
    if reached(place) >= step:
        return
    taken, twice = place / "ws/extracts/taken", "id,level\n1,1\n1,2\n"
    if step == 1:
        (place / "leads.csv").unlink()
        (place / "members.csv").write_text(twice)
        taken.parent.mkdir(exist_ok=True)
        taken.write_text("in the way")
    if step == MENDED:
        (place / "leads.csv").write_text(LEADS)
        (place / "members.csv").write_text("id,level\n1,1\n2,0\n")
        taken.unlink()
    (place / "clock").write_text(str(step))


def _sent(workspace: cn.Workspace, run_id: str) -> int | None:
    with workspace.store.read() as connection:
        return sum(file.rows for file in files.list_files(connection, run_id=run_id, kind="outbox")) or None


WORLDS: Mapping[str, World] = {"halting": World(halts, misses, repeats, blocks), "ending": World(ignores, waits, counts, aborts, leaves)}
