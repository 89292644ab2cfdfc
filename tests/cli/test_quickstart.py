"""`campaign-nb quickstart`, in a process and a folder of its own, as a newcomer types it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = "00_quickstart.ipynb"
# A Python that does not find one package, as where it was never installed.
WITHOUT_LIFETIMES = """
from importlib.machinery import PathFinder
find = PathFinder.find_spec
PathFinder.find_spec = lambda name, path=None, target=None: None if name == "lifetimes" else find(name, path, target)
"""

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(240)]


class Shell:
    """An empty working directory, with temporary files, settings and data that belong to it alone."""

    def __init__(self, folder: Path) -> None:
        """Make the folders."""
        self.here, self.temporary, self.jupyter = (folder / name for name in ("here", "temporary", "jupyter"))
        for made in (self.here, self.temporary, self.jupyter):
            made.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
        places = {f"JUPYTER_{name}_DIR": str(self.jupyter / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
        self.environment = {**kept, **places, "TMPDIR": str(self.temporary), "IPYTHONDIR": str(self.jupyter / "ipython")}
        self.see(ROOT)

    def see(self, folder: Path) -> None:
        """Let Python look for modules in a folder first."""
        self.environment["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, [self.environment.get("PYTHONPATH")])])

    def command(self, *words: str) -> list[str]:
        """Return the command line."""
        return [sys.executable, "-m", "campaign_nb.cli", *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Type a command and hold until it has ended."""
        return subprocess.run(
            self.command(*words),
            cwd=self.here,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in an empty folder."""
    return Shell(tmp_path)


def test_help_names_the_commands(shell: Shell) -> None:
    done = shell.run("--help")
    assert done.returncode == 0
    assert re.search(r"quickstart +Open the quickstart in JupyterLab", done.stdout)


def test_execute_prints_the_customers_and_every_count_and_leaves_nothing_behind(shell: Shell) -> None:
    done = shell.run("quickstart", "--execute")
    assert (done.returncode, done.stderr) == (0, "")
    first, *rest = done.stdout.splitlines()
    assert first == "23,570 customers read"
    counts = {name.strip(): int(rows.replace(",", "")) for name, rows in (line.rsplit(maxsplit=1) for line in rest)}
    assert (counts["Lapsed"], counts["Gold"], counts["Lapsed and Gold"], counts["Spend"]) == (18_210, 3_005, 830, 830)
    assert sum(counts[f"Offer · {group}"] for group in ("A", "B", "control", "complement")) == 830
    assert counts["Offer A"] + counts["Offer A · complement"] == counts["Offer · A"]
    assert [*shell.here.iterdir(), *shell.temporary.iterdir()] == []


def test_missing_data_gives_the_line_that_installs_it(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "sitecustomize.py").write_text(WITHOUT_LIFETIMES)
    shell.see(tmp_path / "without")
    done = shell.run("quickstart", "--execute")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].strip() == "→ pip install --no-deps lifetimes==0.11.3"
    assert len(done.stderr.splitlines()) <= 4
    assert [*shell.here.iterdir()] == []


def test_an_option_that_does_not_exist_is_refused(shell: Shell) -> None:
    done = shell.run("quickstart", "--exectue")
    assert done.returncode == 2
    assert re.search(r"No such option:? '?--exectue", done.stderr)
    assert [*shell.here.iterdir()] == []


def test_a_copy_that_was_changed_stays_as_it_is(shell: Shell) -> None:
    mine = shell.here / "campaign-nb-quickstart" / NOTEBOOK
    mine.parent.mkdir()
    mine.write_text("mine")
    done = shell.run("quickstart", "--", "--version")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == f"Opening campaign-nb-quickstart/{NOTEBOOK}"
    assert mine.read_text() == "mine"


def test_the_exit_code_is_that_of_jupyterlab(shell: Shell) -> None:
    done = shell.run("quickstart", "--", "--ServerApp.root_dir=/no/such/folder")
    assert done.returncode == 1


def test_quickstart_copies_the_notebook_and_opens_it_in_the_browser(shell: Shell, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/opened.part" && mv "{tmp_path}/opened.part" "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    command = shell.command("quickstart", "--folder", "first", "--", "--allow-root", "--port=0")
    with (tmp_path / "log").open("w") as log:
        started = subprocess.Popen(
            command,
            cwd=shell.here,
            env={**shell.environment, "BROWSER": str(browser)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        page = _opened(started, tmp_path)
        address = re.search(r"http://[^\"<]+/lab/tree/00_quickstart\.ipynb\?token=\w+", page)
        assert address is not None, page
        token, port = address[0].partition("token=")[2], address[0].split(":")[2].partition("/")[0]
        shown = _get(f"http://127.0.0.1:{port}/api/contents/{NOTEBOOK}?token={token}")
        assert shown["path"] == NOTEBOOK
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait(20)
    assert (shell.here / "first" / NOTEBOOK).read_bytes() == (ROOT / "notebooks" / NOTEBOOK).read_bytes()


def _opened(started: subprocess.Popen[bytes], folder: Path) -> str:
    """Hold until the browser is called; return the page that it was given, which leads on to JupyterLab."""
    end = time.monotonic() + 90
    while time.monotonic() < end and started.poll() is None:
        if (folder / "opened").exists():
            return Path((folder / "opened").read_text().strip().removeprefix("file://")).read_text()
        time.sleep(0.1)
    raise AssertionError((folder / "log").read_text()[-2000:])


def _get(address: str) -> Mapping[str, object]:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return json.load(answer)
