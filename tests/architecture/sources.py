"""Finds and parses what the rules of the house are about."""

from __future__ import annotations

import ast
import io
import os
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "campaign_nb"


@dataclass(frozen=True, order=True)
class Finding:
    """One place that breaks a rule."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        """Write the place as an editor can open it."""
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Source:
    """One Python file, read and parsed."""

    path: str  # from the root, with forward slashes
    text: str
    tree: ast.Module

    def at(self, node: ast.AST, what: str) -> Finding:
        """Name a place in this file."""
        return Finding(self.path, getattr(node, "lineno", 1), what)

    def comments(self) -> Iterator[tuple[int, str]]:
        """Yield the comments, which are not text in quotes, with their lines."""
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def python_sources(root: Path, *folders: str) -> Iterator[Source]:
    """Read every Python file in these folders of `root`."""
    for path in project_files(root):
        if path.endswith(".py") and path.startswith(tuple(f"{folder}/" for folder in folders)):
            text = (root / path).read_text(encoding="utf-8")
            yield Source(path, text, ast.parse(text, filename=path))


def project_files(root: Path) -> list[str]:
    """List the project's files: those that git would keep, or, without git, those that .gitignore does not name."""
    if (root / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
        return sorted(path for path in set(listed) if path and (root / path).is_file())
    return sorted(_walk(root, _ignored_patterns(root)))


def _ignored_patterns(root: Path) -> list[str]:
    file = root / ".gitignore"
    lines = file.read_text(encoding="utf-8").split() if file.exists() else []
    return [".git", "__pycache__", *(line.strip("/") for line in lines)]


def _walk(root: Path, ignored: list[str]) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if not _is_ignored(here / name, ignored)]
        yield from ((here / name).as_posix() for name in files if not _is_ignored(here / name, ignored))


def _is_ignored(path: Path, patterns: list[str]) -> bool:
    return any(fnmatch(path.name, pattern) or path.as_posix() == pattern for pattern in patterns)


def plant(root: Path, files: Mapping[str, str]) -> Path:
    """Write files with violations into a temporary tree and return it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def copy_of_package(to: Path) -> Path:
    """Copy the package and the project file, so that something can be planted among them."""
    shutil.copytree(PACKAGE, to / "campaign_nb", ignore=shutil.ignore_patterns("__pycache__", "labextension"))
    shutil.copy(ROOT / "pyproject.toml", to / "pyproject.toml")
    return to


def run_python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run this environment's Python in a folder, without input, colours and line breaks."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "240", "PYTHONWARNINGS": "ignore"},
    )


def listed(findings: list[Finding]) -> str:
    """Write findings one a line, so that a failed test shows them all."""
    return "\n" + "\n".join(str(finding) for finding in sorted(findings))
