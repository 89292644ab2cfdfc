"""The repository speaks of itself alone: no machine, no registry, no secret, and nothing unexpected at its top."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture import repository
from tests.architecture.sources import ROOT, Finding, listed, plant, project_files

Checker = Callable[[Path], Iterator[Finding]]

CHECKERS: list[Checker] = [
    repository.unknown_entries,
    repository.unmarked_folders,
    repository.machine_paths,
    repository.registries,
    repository.secrets,
    repository.located_locks,
]

# The planted texts are joined here, so that this file is clean itself.
PLANTED: list[tuple[Checker, str, str]] = [
    (repository.unknown_entries, "Makefile", "all:"),
    (repository.unknown_entries, "docs/index.md", "hello"),
    (repository.machine_paths, "tests/p.py", "/".join(["x = '", "work", "main'"])),
    (repository.machine_paths, "README.md", "/".join(["cd ", "home", "ann", "campaigns"])),
    (repository.machine_paths, "notebooks/p.ipynb", "/".join(['{"traceback": "', "root", '.venv"}'])),
    (repository.registries, "labextension/.npmrc", "registry=https://registry." + "npmjs.org/"),
    (repository.registries, "pyproject.toml", "extra-index" + '-url = "https://packages.example.com"'),
    (repository.secrets, "tests/p.py", "key = 'AKIA" + "ABCDEFGHIJKLMNOP'"),
    (repository.secrets, "campaign_nb/p.pem", "-----BEGIN" + " RSA PRIVATE KEY-----"),
    (repository.secrets, ".ci/run", "curl https://ann:" + "secret@packages.campaign.eu/"),
    (repository.secrets, "labextension/.npmrc", "//npm.example.com/:_auth" + "Token=abc"),
    (repository.located_locks, "labextension/package-lock.json", json.dumps({"packages": {"a": {"resolved": "a.tgz"}}})),
    (repository.located_locks, "labextension/package-lock.json", json.dumps({"packages": {"a": {"version": "https://example.com/a.tgz"}}})),
    (repository.located_locks, "labextension/yarn.lock", ""),
]


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
def test_the_repository_is_clean(checker: Checker) -> None:
    findings = list(checker(ROOT))
    assert not findings, listed(findings)


@pytest.mark.parametrize(("checker", "path", "text"), PLANTED, ids=[f"{checker.__name__} {path}" for checker, path, _ in PLANTED])
def test_a_planted_violation_is_found(tmp_path: Path, checker: Checker, path: str, text: str) -> None:
    plant(tmp_path, {path: text})
    findings = list(checker(tmp_path))
    assert [finding.path for finding in findings] == [path.partition("/")[0] if checker is repository.unknown_entries else path]


def test_planted_folders_without_init_are_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {"campaign_nb/__init__.py": "", "campaign_nb/engine/backends/sql.py": "", "tests/__init__.py": "", "tests/rules/test_it.py": ""},
    )
    assert [finding.path for finding in repository.unmarked_folders(tmp_path)] == [
        "campaign_nb/engine",
        "campaign_nb/engine/backends",
        "tests/rules",
    ]


def test_without_git_the_ignored_files_are_left_out(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {".gitignore": "dist/\nlabextension/lib/\n*.egg-info/\n", "dist/x.whl": "", "labextension/lib/a.js": "", "a.egg-info/b": ""},
    )
    plant(tmp_path, {"labextension/src/lib/a.ts": "", "__pycache__/a.pyc": ""})
    assert project_files(tmp_path) == [".gitignore", "labextension/src/lib/a.ts"]


def test_a_page_that_asks_for_donations_is_no_host(tmp_path: Path) -> None:
    plant(tmp_path, {"labextension/package-lock.json": json.dumps({"packages": {"a": {"funding": {"url": "https://example.com"}}}})})
    assert not list(repository.located_locks(tmp_path))


def test_the_read_me_shows_the_command_that_is_run_for_every_change() -> None:
    command = re.search(r"^test_command='(.+)'$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert command
    # A single quote within a single-quoted text of the shell.
    assert command[1].replace("'\\''", "'") in (ROOT / "README.md").read_text(encoding="utf-8")
