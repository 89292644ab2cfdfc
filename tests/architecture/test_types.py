"""The package is clean under pyright's strict mode, with the settings of pyproject.toml."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGE, ROOT, plant, run_python

UNTYPED = "def planted(value):\n    return value\n"
WRONG = "def planted() -> int:\n    return 'one'\n"


def type_errors(root: Path) -> str:
    """Run pyright on the package under `root`; return what it says, or nothing when all is well."""
    done = run_python("-m", "pyright", "--pythonpath", sys.executable, folder=root)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.timeout(300)
def test_the_package_has_no_type_errors() -> None:
    assert (PACKAGE / "__init__.py").exists()
    errors = type_errors(ROOT)
    assert not errors, errors


@pytest.mark.timeout(300)
def test_a_planted_type_error_is_found(tmp_path: Path) -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    plant(tmp_path, {"pyproject.toml": project, "campaign_nb/untyped.py": UNTYPED, "campaign_nb/wrong.py": WRONG})
    errors = type_errors(tmp_path)
    assert "untyped.py:1:13 - error" in errors
    assert "reportReturnType" in errors
