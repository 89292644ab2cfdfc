"""A store that was copied, restored or moved asks before anything is launched."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.schedule import Daily
from campaign_nb.scheduler import Scheduler
from campaign_nb.scheduler.lease import Fenced
from campaign_nb.store import Store, place
from tests.scheduler.world import World

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


class Home(World):
    """A world whose scheduler launches only where its store is at home."""

    def new_scheduler(self) -> Scheduler:
        return Scheduler(self.store, self.clock, Fenced(self.store, self.launcher, self.clock), self.launcher.listen)


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """The folder of a store that was opened before."""
    Store.open(tmp_path / "used").close()
    return tmp_path / "used"


def _asks(folder: Path) -> str:
    opened = Store.open(folder)
    question = opened.question
    opened.close()
    return "" if question is None else question.what


def test_a_store_at_home_asks_nothing(used: Path) -> None:
    assert _asks(used) == ""


def test_a_copied_a_renamed_and_a_restored_store_ask(used: Path, tmp_path: Path) -> None:
    shutil.copytree(used, tmp_path / "copy")
    assert "another file" in _asks(tmp_path / "copy")
    assert "another path" in _asks(tmp_path / "copy")
    assert _asks(used) == ""
    content = (used / "store.db").read_bytes()
    (used / "store.db").rename(used / "before.db")
    (used / "store.db").write_bytes(content)
    assert "another file" in _asks(used)
    (used / "before.db").replace(used / "store.db")
    used.rename(tmp_path / "renamed")
    assert _asks(tmp_path / "renamed").endswith(f"another path ({used}/store.db is now {tmp_path}/renamed/store.db)")


def test_a_store_on_another_machine_asks(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "machine", lambda: "another")
    assert "another machine" in _asks(used)


def test_an_unknown_machine_and_a_new_number_of_a_disk_ask_nothing() -> None:
    before = {"machine": "a", "device": "1", "inode": "7", "path": "/x"}
    assert place.changes(before, {"machine": "", "device": "2", "inode": "7", "path": "/x"}) == []


def test_the_answer_is_kept_with_a_line_in_the_log(used: Path, tmp_path: Path) -> None:
    used.rename(tmp_path / "renamed")
    one, other = Store.open(tmp_path / "renamed"), Store.open(tmp_path / "renamed")
    assert one.confirm_here(NOON)
    assert not one.confirm_here(NOON)
    assert (one.question, other.question) == (None, None)
    world = Home(tmp_path / "renamed")
    (line,) = world.messages()
    assert line.startswith("confirmed that this workspace goes on here: it was copied, restored or moved")
    for store in (one, other, world):
        store.close()


def test_nothing_is_launched_and_no_run_goes_on_until_the_answer(tmp_path: Path) -> None:
    first = Home(tmp_path / "first")
    campaign = first.publish(Daily("09:00", time_zone="UTC"), waits=(2,))
    first.scheduler.start()
    first.manual.advance(hours=10)  # launched at nine, waits until eleven
    first.close()
    shutil.copytree(tmp_path / "first", tmp_path / "copy")
    copy = Home(tmp_path / "copy", first.manual)
    copy.launcher.behaviours[campaign] = first.launcher.behaviours[campaign]
    copy.scheduler.start()
    copy.manual.advance(days=1)
    assert ([run.state for run in copy.runs()], copy.rows(), copy.launcher.executed) == (["waiting"], [("03-02T09:00", "running")], [])
    copy.store.confirm_here(copy.manual.now())
    copy.scheduler.tick()
    assert copy.runs()[0].state == "done"
    copy.close()


def test_a_workspace_asks_and_takes_the_answer(used: Path, tmp_path: Path) -> None:
    used.rename(tmp_path / "renamed")
    workspace = cn.Workspace(tmp_path / "renamed", clock=cn.ManualClock("2026-03-02"))
    assert workspace.question is not None
    assert str(workspace.question).endswith("→ make sure that the other one is off, then: ws.confirm_here()")
    workspace.confirm_here()
    assert workspace.question is None
    workspace.close()


# ------------------------------------------------------------------------------------------------- what users ask for


@pytest.fixture
def original(tmp_path: Path) -> Iterator[Path]:
    """A workspace in which a campaign waits for signals, another is paused with a run that waits."""
    workspace = cn.Workspace(tmp_path / "original", clock=cn.ManualClock("2026-07-01 09:00", "Europe/Paris"))
    shop = cn.DataModel("shop")
    shop.table("people", _people(tmp_path), key="id", email="mail", consent={"email": "ok"})
    for name, schedule in (("Signalled", cn.OnSignal(least=5)), ("Waits", None), ("Draft", None)):
        c = cn.Campaign(name, data=shop, workspace=workspace)
        c.build_audience("All", shop.people).wait("An hour", hours=1).email("Hello", subject="Hi", text="Hi")
        c.schedule = schedule
        c.save() if name == "Draft" else c.publish(confirm=1)
        c.pause() if name == "Waits" else None
    workspace.close()
    yield tmp_path / "original"


def _people(folder: Path) -> Path:
    path = folder / "people.parquet"
    pl.DataFrame({"id": [1], "mail": ["a@example.org"], "ok": [True]}).write_parquet(path)
    return path


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Iterator[cn.Workspace]:
    """A copy of it, opened."""
    shutil.copytree(original, tmp_path / "copy")
    workspace = cn.Workspace(tmp_path / "copy", clock=cn.ManualClock("2026-07-01 09:10", "Europe/Paris"))
    yield workspace
    workspace.close()


ASKED: dict[str, tuple[str, Callable[[cn.Campaign], object]]] = {
    "launch": ("Signalled", lambda c: c.launch()),
    "signal": ("Signalled", lambda c: c.signal(least=3)),
    "publish": ("Draft", lambda c: c.publish(confirm=1)),
    "resume": ("Waits", lambda c: c.resume()),
    "resume a run": ("Waits", lambda c: c.runs[0].resume()),
}


@pytest.mark.parametrize("asked", ASKED)
def test_a_copy_refuses_to_launch_until_the_answer_and_keeps_nothing_of_it(copy: cn.Workspace, asked: str) -> None:
    name, act = ASKED[asked]
    campaign = cn.Campaign.open(name, workspace=copy)
    before = (campaign.status, len(campaign.runs), len(campaign.log))
    with pytest.raises(cn.RunError, match="it was copied, restored or moved") as told:
        act(campaign)
    assert told.value.problems == (copy.question,)
    assert (campaign.status, len(campaign.runs), len(campaign.log)) == before
    copy.confirm_here()
    if asked != "resume a run":
        act(campaign)
        assert (campaign.status, len(campaign.runs), len(campaign.log)) != before


def test_a_copy_may_be_paused_and_stopped_without_an_answer(copy: cn.Workspace) -> None:
    cn.Campaign.open("Signalled", workspace=copy).pause()
    campaign = cn.Campaign.open("Waits", workspace=copy)
    campaign.stop()
    assert (campaign.status, campaign.runs[0].state) == ("stopped", "stopped")


def test_the_scheduler_of_a_copy_says_that_it_waits_for_an_answer(copy: cn.Workspace) -> None:
    stopped = str(copy.scheduler).splitlines()
    copy.scheduler.start()
    lines = str(copy.scheduler).splitlines()
    assert (stopped[0], lines[0]) == ("scheduler stopped", "scheduler waits for an answer")
    assert stopped[1:] == lines[1:]
    assert lines[1].startswith("  it was copied, restored or moved since it was last used: another file")
    assert lines[2] == "  → make sure that the other one is off, then: ws.confirm_here()"
    copy.confirm_here()
    assert str(copy.scheduler).splitlines()[0] == "scheduler running"
