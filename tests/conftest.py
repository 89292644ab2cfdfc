"""Every session of tests: how many examples, programs that a machine may lack, and where the time goes.

CI, or CAMPAIGN_NB_CI, set: 200 examples a property instead of 25, the same ones each time.
CAMPAIGN_NB_NO_SKIP=1: a session in which anything is skipped fails, and says what.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

# Folders and markers whose seconds are shown apart; all other tests are everyday ones.
PARTS = ("kernel", "browser", "packaging", "notebooks", "bench", "spark", "postgres", "differential", "faults", "cli")

# What tests may ask for, the names that it goes by, and Debian's package.
PROGRAMS = {
    "chromium": (("chromium", "chromium-browser", "google-chrome"), "chromium"),
    "java": (("java",), "default-jre-headless"),
    "postgres": (("initdb",), "postgresql"),
}


def is_set(variable: str) -> bool:
    """Tell whether an environment variable says yes."""
    return os.environ.get(variable, "").lower() not in {"", "0", "false", "no"}


def path_of(program: str) -> str | None:
    """Find a program on the path, or where Debian keeps the servers of PostgreSQL."""
    names, _ = PROGRAMS[program]
    servers = os.pathsep.join(str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
    return next((found for name in names for path in (None, servers) if (found := shutil.which(name, path=path))), None)


hypothesis.settings.register_profile("dev", max_examples=25, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if is_set("CAMPAIGN_NB_CI") or is_set("CI") else "dev")


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """The path of a program, for tests marked `requires(name)`; where it is missing, the test is skipped."""

    def find(name: str) -> str:
        if found := path_of(name):
            return found
        pytest.skip(_needs(name))

    return find


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that needs a program which this machine lacks, before any of its fixtures starts."""
    for marker in item.iter_markers("requires"):
        for name in marker.args:
            if path_of(name) is None:
                pytest.skip(_needs(name))


def _needs(name: str) -> str:
    return f"needs {name}; on Debian: apt-get install {PROGRAMS[name][1]}"


class Ledger:
    """Gathers what was skipped and the seconds of each part, shows both, and refuses skips where none may be."""

    def __init__(self, *, no_skip: bool) -> None:
        """Refuse skips or only list them."""
        self.no_skip = no_skip
        self.skipped: dict[str, str] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add the seconds of a set-up, a test or a clean-up to its part."""
        words = {*report.keywords, *Path(report.nodeid.partition("::")[0]).parts}
        self.seconds[next((part for part in PARTS if part in words), "everyday")] += report.duration
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped[report.nodeid] = _reason(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notice a whole file that is skipped."""
        if report.skipped:
            self.skipped[report.nodeid] = _reason(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a session that was not to skip anything."""
        if self.skipped and self.no_skip and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the skipped tests with their reasons, then the seconds."""
        if self.skipped:
            terminalreporter.section("skipped, and this session may skip nothing" if self.no_skip else "skipped", "-", red=self.no_skip)
            for test, reason in sorted(self.skipped.items()):
                terminalreporter.line(f"{test}: {reason}")
        times = [f"{part} {self.seconds[part]:.1f}" for part in ("everyday", *PARTS) if part in self.seconds]
        if times:
            terminalreporter.line("seconds by part: " + ", ".join(times))


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The words that were given to skip()."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def pytest_configure(config: pytest.Config) -> None:
    """Open the ledger of this session."""
    config.pluginmanager.register(Ledger(no_skip=is_set("CAMPAIGN_NB_NO_SKIP")), "campaign_nb_ledger")
