"""Checkers of what the package never does; each yields the places where it is done all the same."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tests.architecture.sources import Finding, project_files, python_sources

RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
UNSAFE_MODULES = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
UNSAFE_CALLS = {
    "yaml": {"load", "load_all", "unsafe_load", "unsafe_load_all", "full_load", "full_load_all"},
    "builtins": RUNS_TEXT,
    "pl": {"sql", "sql_expr", "SQLContext"},
    "polars": {"sql", "sql_expr", "SQLContext"},
}
MATERIALISES = {"collect", "collect_all", "collect_all_async", "collect_async", "collect_batches", "fetch"}
CLOCK_TAKERS = ("schedule", "messages", "render")
CLOCK_NAMES = {"zone", "instant"}
CLOCK_DEFAULTS = {("campaign_nb/schedule/schedule.py", "SystemClock")}
"""The documented default of `launches(after=None)` is now; nothing else below the engine reads the present."""
DRAWERS = {"util", "utils", "utility", "utilities", "helper", "helpers", "common", "misc", "base"}


def unsafe_calls(root: Path) -> Iterator[Finding]:
    """Find text run as code, pickles, deserialised expressions, and SQL handed to Polars."""
    for source in python_sources(root, "campaign_nb"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RUNS_TEXT:
                yield source.at(node, f"{node.func.id}() runs text as code")
            elif isinstance(node, ast.Attribute) and (
                node.attr == "deserialize" or node.attr in UNSAFE_CALLS.get(_last_name(node.value), ())
            ):
                yield source.at(node, f"{ast.unparse(node)} trusts its input")
            for module, name in _imported(node):
                if module.partition(".")[0] in UNSAFE_MODULES or name in UNSAFE_CALLS.get(module, ()):
                    yield source.at(node, f"import of {module}{f'.{name}' if name else ''}")


def materialised(root: Path) -> Iterator[Finding]:
    """Find rows computed outside the engine."""
    for source in python_sources(root, "campaign_nb"):
        if source.path.startswith("campaign_nb/engine/"):
            continue
        for node in ast.walk(source.tree):
            name = _last_name(node.func) if isinstance(node, ast.Call) else ""
            if name in MATERIALISES or name.startswith("sink_"):
                yield source.at(node, f"{name}() belongs in campaign_nb/engine")
            for module, imported in _imported(node):
                if module == "polars" and imported in MATERIALISES:
                    yield source.at(node, f"import of polars.{imported} belongs in campaign_nb/engine")


def pandas_imports(root: Path) -> Iterator[Finding]:
    """Find pandas, by import or by conversion, in the package and in its notebooks."""
    for source in python_sources(root, "campaign_nb"):
        for node in ast.walk(source.tree):
            if any(module.partition(".")[0] == "pandas" for module, _ in _imported(node)):
                yield source.at(node, "import of pandas")
            elif isinstance(node, ast.Attribute) and node.attr in {"to_pandas", "from_pandas"}:
                yield source.at(node, f"{node.attr} goes through pandas")
    for path in project_files(root):
        if path.endswith(".ipynb") and re.search(r"import pandas|from pandas|to_pandas", (root / path).read_text(encoding="utf-8")):
            yield Finding(path, 1, "pandas in a notebook")


def naive_times(root: Path) -> Iterator[Finding]:
    """Find local and naive times, and the present read anywhere but in clock.py."""
    for source in python_sources(root, "campaign_nb"):
        for node in ast.walk(source.tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            name, owner = node.func.attr, _last_name(node.func.value)
            if name in {"utcnow", "utcfromtimestamp"} or (name == "today" and owner in {"date", "datetime"}):
                yield source.at(node, f"{owner}.{name}() has no zone")
            elif (
                owner == "datetime"
                and name in {"now", "fromtimestamp"}
                and len(node.args) + len(node.keywords) < (1 if name == "now" else 2)
            ):
                yield source.at(node, f"datetime.{name}() without a zone")
            elif source.path != "campaign_nb/clock.py" and (owner, name) in {("datetime", "now"), ("time", "time"), ("time", "time_ns")}:
                yield source.at(node, f"{owner}.{name}() reads the machine's clock; ask the injected one")


def clock_names(root: Path) -> Iterator[Finding]:
    """Find more than zone and instant taken from the clock by layers that must not know the present."""
    for source in python_sources(root, *(f"campaign_nb/{layer}" for layer in CLOCK_TAKERS)):
        for node in ast.walk(source.tree):
            for module, name in _imported(node):
                whole = module == "campaign_nb.clock" and name not in CLOCK_NAMES and (source.path, name) not in CLOCK_DEFAULTS
                if whole or (module == "campaign_nb" and name == "clock"):
                    yield source.at(node, f"only {' and '.join(sorted(CLOCK_NAMES))} of clock are free of the present")


def late_imports(root: Path) -> Iterator[Finding]:
    """Find imports inside functions, other than of an optional extra of pyproject.toml."""
    extras = optional_packages(root)
    for source in python_sources(root, "campaign_nb"):
        for function in ast.walk(source.tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                for node in ast.walk(function):
                    for module, _ in _imported(node):
                        if module.partition(".")[0] not in extras:
                            yield source.at(node, f"import of {module} inside a function; only an optional extra may come late")


def optional_packages(root: Path) -> set[str]:
    """List what the optional extras of pyproject.toml install, `test` aside, by import name."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    extras = project.get("optional-dependencies", {})
    wanted = [requirement for extra, requirements in extras.items() if extra != "test" for requirement in requirements]
    return {re.split(r"[^\w.-]", requirement, maxsplit=1)[0].replace("-", "_").lower() for requirement in wanted}


def drawers(root: Path) -> Iterator[Finding]:
    """Find folders and code files whose name says nothing; a style sheet may have the name that JupyterLab gives it."""
    for path in project_files(root):
        for part in PurePosixPath(path).parts[: -1 if path.endswith(".css") else None]:
            if part.partition(".")[0].strip("_").lower() in DRAWERS:
                yield Finding(path, 1, f"{part} is a drawer, not an idea")


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of an import statement; the name is empty for `import module`."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def _last_name(node: ast.AST) -> str:
    """The last word of `a.b.c`, or of `a`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
