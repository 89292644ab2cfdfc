"""Checkers of the repository as a whole: what lies at its top, and what no file of it may say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from tests.architecture.sources import Finding, project_files

TOP = {
    ".ci",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "campaign_nb",
    "labextension",
    "notebooks",
    "pyproject.toml",
    "tests",
}
BINARY = {".png", ".jpg", ".gif", ".ico", ".woff2", ".parquet", ".arrow", ".sqlite", ".db", ".zip", ".gz", ".whl"}

# Written so that no pattern finds itself.
MACHINE_PATHS = [r"/wor[k]/", r"/roo[t]/", r"/hom[e]/\w", r"/User[s]/\w", r"\b[A-Z]:\\\\?User[s]", r"/mn[t]/\w", r"/op[t]/\w"]
REGISTRIES = [
    r"registry\.npm[j]s",
    r"registry\.yarn[p]kg",
    r"npm[.]pkg\.",
    r"pypi[.]org",
    r"python[h]osted\.org",
    r"artifac[t]ory",
    r"jfro[g]\.",
    r"nexu[s]\.",
    r"index[-]url",
    r"find[-]links",
    r"\bpip\.con[f]\b",
]
SECRETS = [
    r"-----BEGI[N] [A-Z ]*PRIVATE KEY",
    r"\bAKI[A][0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{30,}",
    r"\bgithub_pa[t]_\w{20,}",
    r"\bglpa[t]-[\w-]{20,}",
    r"\bxox[abprs]-[\w-]{10,}",
    r"\bsk-[A-Za-z0-9-]{20,}",
    r"\bnpm_[A-Za-z0-9]{30,}",
    r"\bpypi-[A-Za-z0-9_-]{50,}",
    r"_auth[T]oken\s*=",
    r"\beyJ[\w-]{15,}\.[\w-]{15,}\.[\w-]{15,}",
    r"\bhttps?://[^\s/@:\"'{}<>]+:[^\s/@\"'{}<>]+@(?!example\.|localhost|127\.)",
]
LOCK_FILES = {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "uv.lock", "poetry.lock", "pdm.lock"}


def unknown_entries(root: Path) -> Iterator[Finding]:
    """Find what does not belong at the top of the repository."""
    for entry in sorted({PurePosixPath(path).parts[0] for path in project_files(root)} - TOP):
        yield Finding(entry, 1, "does not belong at the top of the repository")


def unmarked_folders(root: Path) -> Iterator[Finding]:
    """Find folders of Python files without `__init__.py`: import-linter overlooks them, and two tests in such could not share a name."""
    python = {PurePosixPath(path) for path in project_files(root) if path.endswith(".py")}
    folders = {parent for path in python if path.parts[0] in {"campaign_nb", "tests"} for parent in path.parents[:-1]}
    for folder in sorted(folders - {path.parent for path in python if path.name == "__init__.py"}):
        yield Finding(str(folder), 1, "holds Python files and no __init__.py")


def machine_paths(root: Path) -> Iterator[Finding]:
    """Find paths of somebody's machine."""
    yield from _said(root, MACHINE_PATHS, "a path of somebody's machine")


def registries(root: Path) -> Iterator[Finding]:
    """Find hosts of package registries and settings of package managers; each machine brings its own."""
    yield from _said(root, REGISTRIES, "a package registry")


def secrets(root: Path) -> Iterator[Finding]:
    """Find what looks like a key, a token or a password in an address."""
    yield from _said(root, SECRETS, "what looks like a secret")


def located_locks(root: Path) -> Iterator[Finding]:
    """Find lock files that name a host, or that are not npm's."""
    for path in project_files(root):
        name = PurePosixPath(path).name
        if name in LOCK_FILES - {"package-lock.json"}:
            yield Finding(path, 1, "the only lock file is npm's package-lock.json")
        elif name == "package-lock.json":
            locked = json.loads((root / path).read_text(encoding="utf-8"))
            yield from (Finding(path, 1, place) for place in _located("", locked))


def _located(where: str, value: Any) -> Iterator[str]:
    """Walk a lock file for `resolved` entries and addresses of hosts; a package's `funding` page is none."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "resolved":
                yield f"{where} names its host"
            elif key != "funding":
                yield from _located(f"{where}/{key}", item)
    elif isinstance(value, list):
        for item in value:
            yield from _located(where, item)
    elif isinstance(value, str) and re.search(r"https?:", value):
        yield f"{where} is an address"


def _said(root: Path, patterns: list[str], what: str) -> Iterator[Finding]:
    pattern = re.compile("|".join(patterns))
    for path in project_files(root):
        if PurePosixPath(path).suffix in BINARY:
            continue
        for number, line in enumerate((root / path).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if found := pattern.search(line):
                yield Finding(path, number, f"{found[0][:12]}… is {what}")
