"""Every notebook runs from its first cell to its last, in a folder of its own; its asserts are its tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(path.name for path in FOLDER.glob("*.ipynb"))
NBVAL = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=120", "-p", "no:cacheprovider", "--tb=short"]


def run_notebook(notebook: Path) -> subprocess.CompletedProcess[str]:
    """Run the cells where the notebook lies, against the package of this tree."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "pytest", *NBVAL, notebook.name]
    environment = {**os.environ, "PYTHONPATH": path, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return subprocess.run(
        command,
        cwd=notebook.parent,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _notebook(folder: Path, *cells: str) -> Path:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, folder / "planted.ipynb")
    return folder / "planted.ipynb"


@pytest.mark.notebooks
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_notebook_runs_to_its_end(tmp_path: Path, name: str) -> None:
    copied = tmp_path / "notebooks"  # no workspace of an earlier run, and none left behind
    shutil.copytree(FOLDER, copied, ignore=shutil.ignore_patterns(".campaign-nb", ".ipynb_checkpoints"))
    done = run_notebook(copied / name)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.notebooks
@pytest.mark.timeout(300)
def test_the_quickstart_runs_again_in_its_kernel_and_in_the_next_one(tmp_path: Path) -> None:
    plain = shutil.copy(FOLDER / "00_quickstart.ipynb", tmp_path)
    notebook = nbformat.read(plain, as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    for path in (_notebook(tmp_path, *cells, *cells), Path(plain)):
        done = run_notebook(path)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.notebooks
def test_a_planted_cell_that_fails_is_found(tmp_path: Path) -> None:
    done = run_notebook(_notebook(tmp_path, "import campaign_nb", "assert 1 + 1 == 3"))
    assert "1 failed, 1 passed" in done.stdout
    assert done.returncode == 1
