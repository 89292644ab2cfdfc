"""Ruff's rules and ruff's format, with the settings of pyproject.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, plant, run_python

CHECK = ("check", "--no-cache", "--output-format", "concise")
FORMAT = ("format", "--check", "--no-cache")

# A line, and the rule that refuses it; the rules that the house relies on by name.
REFUSED = {
    "from os.path import *": "F403",
    "import os": "F401",
    "def planted(rows=[]): ...": "B006",
    "print(1)": "T201",
    "def planted():\n    import os": "PLC0415",
    "import datetime\n\nnow = datetime.datetime.now()": "DTZ005",
    "eval(input())": "S307",
    "exec(input())": "S102",
    "def planted() -> None: ...": "D103",
    "x = 1 # " + "long " * 40: "E501",
}


def complaints(root: Path, command: tuple[str, ...]) -> str:
    """Run ruff under `root`; return what it says, or nothing when all is well."""
    done = run_python("-m", "ruff", *command, ".", folder=root)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff_has_nothing_to_say() -> None:
    said = complaints(ROOT, CHECK)
    assert not said, said


def test_every_file_is_formatted() -> None:
    said = complaints(ROOT, FORMAT)
    assert not said, said


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with our settings, and a file for each rule that is broken."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    files = {f"campaign_nb/{rule.lower()}.py": f"{text}\n" for text, rule in REFUSED.items()}
    test = "import pytest\n\n\ndef test_planted():\n    with pytest.raises(KeyError):\n        {}['x']\n"
    return plant(tmp_path_factory.mktemp("style"), {"pyproject.toml": project, "tests/test_planted.py": test, **files})


def test_each_planted_violation_is_refused_by_its_rule(planted: Path) -> None:
    said = complaints(planted, CHECK)
    missing = [rule for rule in REFUSED.values() if f"campaign_nb/{rule.lower()}.py" not in said or f" {rule} " not in said]
    assert not missing, said


def test_a_planted_raises_without_a_match_is_refused(planted: Path) -> None:
    assert "PT011" in complaints(planted, CHECK)


def test_a_planted_unformatted_file_is_refused(planted: Path) -> None:
    assert "tests/test_planted.py" in complaints(planted, FORMAT)
