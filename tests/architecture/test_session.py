"""What conftest.py promises of a session of tests, seen on small sessions of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT, plant

NEEDS = "import pytest\n\n@pytest.mark.requires('chromium')\ndef test_browser():\n    pass\n"
NOT_TODAY = "import pytest\n\npytest.skip('not today', allow_module_level=True)\n"
FINE = "def test_fine():\n    pass\n"
MARKED = "import pytest\n\n@pytest.mark.browser\ndef test_it():\n    pass\n"
UNKNOWN = "import pytest\n\n@pytest.mark.unheard_of\ndef test_it():\n    pass\n"
WARNING = "import warnings\n\ndef test_it():\n    warnings.warn('old', DeprecationWarning)\n"
EXAMPLES = "from hypothesis import settings\n\ndef test_it():\n    assert settings().max_examples == {}\n"


def _session(root: Path, *, hide_programs: bool = False, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the planted tests with our settings and nothing of this session's environment that would change them."""
    shutil.copy(ROOT / "tests" / "conftest.py", root / "tests" / "conftest.py")
    shutil.copy(ROOT / "pyproject.toml", root / "pyproject.toml")
    ours = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith(("CAMPAIGN_NB_", "PYTEST_"))}
    path = {"PATH": str(root)} if hide_programs else {}
    command = [sys.executable, "-m", "pytest", "-p", "no:nbval", "--continue-on-collection-errors", "tests"]
    return subprocess.run(command, cwd=root, env={**ours, **path, **variables}, capture_output=True, text=True, check=False)


def test_a_test_without_its_program_is_skipped_and_listed(tmp_path: Path) -> None:
    done = _session(plant(tmp_path, {"tests/test_it.py": NEEDS}), hide_programs=True)
    assert "tests/test_it.py::test_browser: needs chromium; on Debian: apt-get install chromium" in done.stdout
    assert done.returncode == 0


def test_skips_fail_the_session_where_none_may_be(tmp_path: Path) -> None:
    plant(tmp_path, {"tests/test_needs.py": NEEDS, "tests/test_file.py": NOT_TODAY, "tests/test_fine.py": FINE})
    done = _session(tmp_path, hide_programs=True, CAMPAIGN_NB_NO_SKIP="1")
    assert "this session may skip nothing" in done.stdout
    assert "tests/test_file.py: not today" in done.stdout
    assert "tests/test_needs.py::test_browser: needs chromium" in done.stdout
    assert done.returncode == 1


def test_continuous_integration_gets_200_examples_and_passes_when_nothing_is_skipped(tmp_path: Path) -> None:
    done = _session(plant(tmp_path, {"tests/test_it.py": EXAMPLES.format(200)}), CAMPAIGN_NB_NO_SKIP="1", CI="true")
    assert (done.returncode, "skip" in done.stdout) == (0, False), done.stdout


def test_others_get_25_examples_and_see_the_seconds_by_folder_and_by_marker(tmp_path: Path) -> None:
    done = _session(plant(tmp_path, {"tests/test_a.py": EXAMPLES.format(25), "tests/kernel/test_b.py": FINE, "tests/test_c.py": MARKED}))
    assert "seconds by part: everyday 0.0, kernel 0.0, browser 0.0" in done.stdout
    assert done.returncode == 0


def test_a_warning_is_an_error_and_an_unknown_marker_is_refused(tmp_path: Path) -> None:
    done = _session(plant(tmp_path, {"tests/test_warning.py": WARNING, "tests/test_unknown.py": UNKNOWN}))
    assert "DeprecationWarning: old" in done.stdout
    assert "'unheard_of' not found in `markers`" in done.stdout
