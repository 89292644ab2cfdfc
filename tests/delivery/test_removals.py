"""Files that are deleted after their import: once, only when the lines are safe, and never another file of that name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import campaign_nb as cn
from campaign_nb.data.flat_file import FlatFile
from campaign_nb.errors import CampaignError, DataError
from campaign_nb.store import files
from tests.delivery.dying import begun, go_on
from tests.delivery.leaving import LINES, POINTS, a_workspace, leads, loading

ROOT = Path(__file__).parents[2]


def loaded(folder: Path, content: str = LINES) -> tuple[cn.Workspace, cn.Campaign]:
    """The campaign with a file to load is published."""
    leads(folder).write_text(content)
    workspace = a_workspace(folder)
    campaign = loading(workspace, folder)
    workspace.scheduler.stop()
    return workspace, campaign


def run_of(workspace: cn.Workspace) -> str:
    """Execute a run as far as it goes, and return its state."""
    return go_on(workspace, begun(workspace)).state


def after(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Let something happen when a run has read the file."""
    read = FlatFile.lines

    def lines(self: FlatFile) -> object:
        found = read(self)
        action()
        return found

    monkeypatch.setattr(FlatFile, "lines", lines)


def test_a_dry_run_leaves_the_file_and_a_live_run_deletes_it(tmp_path: Path) -> None:
    workspace, campaign = loaded(tmp_path)
    campaign.dry_run()
    assert leads(tmp_path).exists()
    assert run_of(workspace) == "waiting"
    assert not leads(tmp_path).exists()
    assert "leads.csv was deleted after its import" in [line["message"] for line in campaign.log.frame().iter_rows(named=True)]
    workspace.close()


def test_the_lines_stay_with_the_run(tmp_path: Path) -> None:
    workspace, campaign = loaded(tmp_path)
    run_of(workspace)
    run = campaign.runs[0]
    assert campaign["Leads"].frame(run).rows() == [(2, "b@example.com", 5), (4, "x@example.com", 6)]
    assert (tmp_path / "ws/extracts/rejects.csv").read_text() == "3,broken,wrong number of columns\n"
    workspace.close()


@pytest.mark.parametrize("point", POINTS)
def test_the_file_goes_once_whatever_the_point_of_death(tmp_path: Path, point: str) -> None:
    leads(tmp_path).write_text(LINES)
    done = subprocess.run([sys.executable, "-m", "tests.delivery.leaving", str(tmp_path), point], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == -9
    assert leads(tmp_path).exists() == (point != POINTS[2])
    if point == POINTS[2]:
        leads(tmp_path).write_text("mail,points\nnew@example.com,1\n")
    workspace = a_workspace(tmp_path)
    campaign = loading(workspace, tmp_path)
    workspace.clock.advance(days=1)  # type: ignore[attr-defined] # a clock of its own
    run = campaign.runs[0].wait("20s")
    assert run.state == "done", (run.error, campaign.log.frame().rows())
    assert (tmp_path / "ws/extracts/later.csv").read_text() == "b@example.com\nx@example.com\n"
    assert leads(tmp_path).exists() == (point == POINTS[2])
    with workspace.store.read() as connection:
        assert files.list_files(connection, kind="change_due") == []
    workspace.close()


def test_a_file_that_has_taken_its_place_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, campaign = loaded(tmp_path)
    after(monkeypatch, lambda: leads(tmp_path).write_text("mail,points\nnew@example.com,1\n"))
    assert run_of(workspace) == "waiting"
    assert "new@example.com" in leads(tmp_path).read_text()
    assert ("warning", "leads.csv is not the file that was loaded; it stays") in campaign.log.frame().select("level", "message").rows()
    workspace.close()


def test_a_file_that_somebody_else_took_away_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, _ = loaded(tmp_path)
    after(monkeypatch, lambda: leads(tmp_path).unlink(missing_ok=True))
    assert run_of(workspace) == "waiting"
    workspace.close()


def test_a_run_that_fails_leaves_the_file(tmp_path: Path) -> None:
    leads(tmp_path).write_text(LINES)
    workspace = a_workspace(tmp_path)
    made = cn.Campaign("Marks", data=cn.DataModel("shop"), workspace=workspace)
    made.load_file("Leads", leads(tmp_path), columns={"mail": "text", "points": "integer"}, errors=0, delete=True)
    made.schedule = cn.Daily("10:00")
    with pytest.raises(DataError, match="1 lines can't be read"):
        made.publish(confirm=0)
    assert leads(tmp_path).exists()
    workspace.close()


def test_no_later_run_loads_a_file_that_could_not_be_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, _ = loaded(tmp_path)
    unlink = Path.unlink

    def refused(self: Path, missing_ok: bool = False) -> None:
        if self.name == "leads.csv":
            raise PermissionError(13, "Permission denied")
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    assert not {outcome(workspace) for _ in range(2)} & {"waiting", "done"}
    assert leads(tmp_path).exists()
    monkeypatch.undo()
    assert outcome(workspace) not in ("waiting", "done")
    assert not leads(tmp_path).exists()
    assert not (tmp_path / "ws/extracts/later.csv").exists()
    workspace.close()


def outcome(workspace: cn.Workspace) -> str:
    """Execute a run, and return its state, or that it was refused."""
    try:
        return run_of(workspace)
    except CampaignError:
        return "refused"


def test_columns_of_a_file_that_goes_must_stand_elsewhere(tmp_path: Path) -> None:
    leads(tmp_path).write_text(LINES)
    campaign = cn.Campaign("Marks", data=cn.DataModel("shop"), workspace=cn.Workspace(tmp_path / "ws"))
    with pytest.raises(cn.DefinitionError, match="the columns are those of the file's header"):
        campaign.load_file("Leads", leads(tmp_path), delete=True)
    campaign.load_file("Leads", leads(tmp_path), sample_file=leads(tmp_path), delete=True)
