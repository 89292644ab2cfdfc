"""What Python and the browser must agree on: version, looks, the first campaign, and the locked packages."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.architecture.sources import ROOT

LABEXTENSION = ROOT / "labextension"


def test_both_parts_have_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert json.loads((LABEXTENSION / "package.json").read_text())["version"] == project["version"]


def test_icons_and_colours_of_the_browser_are_those_of_the_static_picture() -> None:
    written: dict[Path, str] = runpy.run_path(str(LABEXTENSION / "sync_looks.py"))["files"]()
    stale = [path.name for path, text in written.items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "run: python labextension/sync_looks.py"


def test_every_locked_package_has_a_fingerprint() -> None:
    packages = json.loads((LABEXTENSION / "package-lock.json").read_text())["packages"]
    assert len(packages) > 100
    assert not [name for name, package in packages.items() if name and "integrity" not in package]


def test_the_notebook_of_the_launcher_runs_as_it_is(tmp_path: Path) -> None:
    cells = json.loads((LABEXTENSION / "src/starter.json").read_text())["cells"]
    source = "\n\n".join("\n".join(cell["source"]) for cell in cells if cell["type"] == "code")
    script = tmp_path / "first_campaign.py"
    script.write_text(source.replace("TIME_ZONE", "Europe/Paris") + "\nprint(run.counts)\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert "Invitation" in ran.stdout
