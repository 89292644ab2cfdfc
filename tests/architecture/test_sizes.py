"""Files of at most 400 lines, functions of at most 60: a larger one is split by idea, before it hurts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT, Finding, listed, plant, project_files, python_sources

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60
WRITTEN_OUT = "Written by `python -m campaign_nb.graph.generate`"
SOURCES = (".py", ".ts", ".tsx", ".js", ".mjs")


def long_files(root: Path) -> Iterator[Finding]:
    """Find source files, in any of our languages, that are too long."""
    for path in project_files(root):
        if path.endswith(SOURCES):
            lines = len((root / path).read_text(encoding="utf-8").splitlines())
            if lines > LINES_OF_A_FILE:
                yield Finding(path, lines, f"{lines} lines; at most {LINES_OF_A_FILE}")


def long_functions(root: Path) -> Iterator[Finding]:
    """Find functions that are too long, from `def` to the last line, docstring included.

    What is written out from the catalogue has a line for each option of an activity: it is as long as they are many.
    """
    for source in python_sources(root, "campaign_nb", "tests"):
        if WRITTEN_OUT in (ast.get_docstring(source.tree) or ""):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LINES_OF_A_FUNCTION:
                    yield source.at(node, f"{node.name} has {lines} lines; at most {LINES_OF_A_FUNCTION}")


def _function_of(lines: int) -> str:
    return "def planted():\n" + "    pass\n" * (lines - 1)


def test_no_source_file_is_longer_than_400_lines() -> None:
    findings = list(long_files(ROOT))
    assert not findings, listed(findings)


def test_no_function_is_longer_than_60_lines() -> None:
    findings = list(long_functions(ROOT))
    assert not findings, listed(findings)


def test_a_planted_long_file_is_found_in_each_language(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {"campaign_nb/long.py": "\n" * 401, "labextension/src/long.ts": "\n" * 401, "campaign_nb/widgets/static/long.js": "\n" * 401},
    )
    assert [finding.path for finding in long_files(tmp_path)] == [
        "campaign_nb/long.py",
        "campaign_nb/widgets/static/long.js",
        "labextension/src/long.ts",
    ]


def test_a_file_of_exactly_400_lines_is_fine(tmp_path: Path) -> None:
    assert not list(long_files(plant(tmp_path, {"campaign_nb/full.py": "\n" * 400})))


def test_a_planted_long_function_is_found(tmp_path: Path) -> None:
    plant(tmp_path, {"campaign_nb/a.py": _function_of(61), "campaign_nb/b.py": _function_of(60), "tests/c.py": f"async {_function_of(61)}"})
    assert [str(finding) for finding in long_functions(tmp_path)] == [
        "campaign_nb/a.py:1: planted has 61 lines; at most 60",
        "tests/c.py:1: planted has 61 lines; at most 60",
    ]
