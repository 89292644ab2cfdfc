"""Builds the wheel as a newcomer's machine would: from a clean copy, without node and npm."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.sources import ROOT, project_files

JAVASCRIPT = {"node", "nodejs", "npm", "npx", "corepack", "yarn", "yarnpkg", "pnpm", "jlpm", "bun", "deno"}


@dataclass(frozen=True)
class Built:
    """A clean copy of the project with the wheel that was built from it."""

    tree: Path
    wheel: Path
    environment: dict[str, str]


def clean_copy(to: Path) -> Path:
    """Copy what git would keep, and nothing that is built."""
    for name in project_files(ROOT):
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return to


def without_javascript(folder: Path) -> dict[str, str]:
    """Return an environment whose path leads to every program of this machine but those of JavaScript."""
    folder.mkdir()
    places = [Path(place) for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if place]
    programs = {program.name: program for place in reversed(places) for program in place.glob("*")}
    for name in programs.keys() - JAVASCRIPT:
        (folder / name).symlink_to(programs[name])
    return {**os.environ, "PATH": str(folder)}


def run(*command: str | Path, folder: Path, environment: dict[str, str]) -> str:
    """Run a command and return what it says; where it fails, so does the test, with its last words."""
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said[-4000:]
    return said


def build(folder: Path) -> Built:
    """Build the wheel in a temporary folder."""
    tree = clean_copy(folder / "tree")
    environment = without_javascript(folder / "programs")
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder / "wheels", tree, folder=folder, environment=environment)
    (wheel,) = (folder / "wheels").glob("campaign_nb-*.whl")
    return Built(tree, wheel, environment)
