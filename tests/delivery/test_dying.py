"""Files and changes of a run whose process is killed: the next one makes each of them once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from campaign_nb.store import files, runs
from tests.delivery.dying import MODES, POINTS, a_workspace, published, segments

ROOT = Path(__file__).parents[2]
OLD = [(1, "old"), (9, "kept")]
AFTER = {
    "insert": [(1, "old"), (9, "kept"), (2, "new"), (3, "new")],
    "upsert": [(1, "new"), (9, "kept"), (2, "new"), (3, "new")],
    "update": [(1, "new"), (9, "kept")],
    "delete": [(9, "kept")],
}
APPLIED = {"insert": 2, "upsert": 3, "update": 1, "delete": 1}


def killed(folder: Path, mode: str, point: str, activity: str = "Mark") -> None:
    """A process has died in the run."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.delivery.dying", str(folder), mode, point, activity], cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == -9


@pytest.mark.parametrize(
    ("mode", "point"), [*(("insert", point) for point in POINTS), *((mode, POINTS[2]) for mode in MODES if mode != "insert")]
)
def test_a_change_is_made_once_whatever_the_point_of_death(tmp_path: Path, mode: str, point: str) -> None:
    killed(tmp_path, mode, point)
    assert pl.read_parquet(segments(tmp_path)).rows() == (AFTER[mode] if point == POINTS[2] else OLD)
    workspace = a_workspace(tmp_path)
    run = published(workspace, tmp_path, mode).runs[0].wait("20s")
    assert run.state == "done"
    assert pl.read_parquet(segments(tmp_path)).rows() == AFTER[mode]
    with workspace.store.read() as connection:
        counts = runs.read_counts(connection, run.id)
        assert counts["Mark", "out"] == APPLIED[mode]
        assert counts["Found", "out"] == (0 if mode == "delete" else APPLIED[mode])
        assert files.list_files(connection, kind="change_due") == []
    assert len((tmp_path / "ws/extracts/after.csv").read_text().splitlines()) == APPLIED[mode] + 1
    workspace.close()


@pytest.mark.parametrize("point", POINTS)
def test_a_file_is_written_once_whatever_the_point_of_death(tmp_path: Path, point: str) -> None:
    killed(tmp_path, "insert", point, "Before")
    path = tmp_path / "ws/extracts/before.csv"
    assert path.exists() == (point == POINTS[2])
    workspace = a_workspace(tmp_path)
    assert published(workspace, tmp_path, "insert").runs[0].wait("20s").state == "done"
    assert path.read_text() == "id\n1\n2\n3\n"
    assert sorted(workspace.files.frame()["name"]) == ["after.csv", "before.csv"]
    assert workspace.files.frame()["in_place"].all()
    workspace.close()
