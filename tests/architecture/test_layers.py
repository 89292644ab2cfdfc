"""The layers of the package, kept by import-linter; the contracts stand in pyproject.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, copy_of_package, plant, run_python

LINT = "from importlinter.cli import lint_imports_command as lint; lint()"

# Imports for the type checker alone may go round; imports that run may not.
CIRCLE = """
import graphlib, sys, grimp
graph = grimp.build_graph("campaign_nb", exclude_type_checking_imports=True, cache_dir=None)
imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
try:
    graphlib.TopologicalSorter(imports).prepare()
except graphlib.CycleError as error:
    sys.exit("imported by one another: " + ", ".join(error.args[1]))
"""

LAYERS = "upper layers import lower ones only, and every module has a layer"

# What is planted: contract, file, its text, the line by which import-linter names it.
PLANTED = [
    (LAYERS, "unplaced.py", "", "- campaign_nb.unplaced"),
    (LAYERS, "render/planted.py", "import campaign_nb.store.planted", "campaign_nb.render.planted -> campaign_nb.store.planted"),
    (LAYERS, "errors_planted/__init__.py", "", "- campaign_nb.errors_planted"),
    (
        "activities are independent of one another",
        "activities/planted_a.py",
        "import campaign_nb.activities.planted_b",
        "campaign_nb.activities.planted_a -> campaign_nb.activities.planted_b",
    ),
    ("polars is met only where frames are handled", "rules/planted.py", "import polars", "campaign_nb.rules.planted -> polars"),
    ("polars is met only where frames are handled", "schedule/planted.py", "import polars", "campaign_nb.schedule.planted -> polars"),
    ("polars is met only where frames are handled", "graph/planted.py", "from polars import col", "campaign_nb.graph.planted -> polars"),
    (
        "polars is met only where frames are handled",
        "activities/planted_b.py",
        "import polars",
        "campaign_nb.activities.planted_b -> polars",
    ),
    (
        "IPython is met only in widgets and kernel",
        "messages/planted.py",
        "import IPython.display",
        "campaign_nb.messages.planted -> IPython",
    ),
    ("IPython is met only in widgets and kernel", "reports/planted.py", "import IPython", "campaign_nb.reports.planted -> IPython"),
    (
        "only widgets draws with ipywidgets, anywidget and ipycytoscape",
        "workspace/planted.py",
        "import ipywidgets, anywidget, ipycytoscape",
        "campaign_nb.workspace.planted -> ipycytoscape",
    ),
    ("definitions know no threads", "data/planted.py", "import threading", "campaign_nb.data.planted -> threading"),
    (
        "definitions read no clock",
        "graph/planted_clock.py",
        "import campaign_nb.clock",
        "campaign_nb.graph.planted_clock -> campaign_nb.clock",
    ),
    ("sqlalchemy is met only in store", "engine/planted.py", "import sqlalchemy", "campaign_nb.engine.planted -> sqlalchemy"),
    ("pandas is met nowhere", "store/planted.py", "import pandas", "campaign_nb.store.planted -> pandas"),
]


@pytest.fixture(scope="module")
def report_on_planted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy of the package in which every contract is broken once."""
    root = copy_of_package(tmp_path_factory.mktemp("planted"))
    packages = {f"campaign_nb/{Path(file).parent}/__init__.py": "" for _, file, _, _ in PLANTED if "/" in file}
    plant(root, {name: text for name, text in packages.items() if not (root / name).exists()})
    plant(root, {f"campaign_nb/{file}": text for _, file, text, _ in PLANTED})
    done = run_python("-c", LINT, "--no-cache", "--no-logo", folder=root)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_every_import_contract_is_kept() -> None:
    done = run_python("-c", LINT, "--no-cache", "--no-logo", folder=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_modules_import_one_another_in_a_circle() -> None:
    done = run_python("-c", CIRCLE, folder=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("contract", "file", "text", "named"), PLANTED, ids=[file for _, file, _, _ in PLANTED])
def test_a_planted_import_breaks_its_contract(report_on_planted: str, contract: str, file: str, text: str, named: str) -> None:
    assert f"{contract} BROKEN" in report_on_planted
    assert named in report_on_planted


def test_every_contract_has_a_planted_violation(report_on_planted: str) -> None:
    assert " KEPT" not in report_on_planted


def test_a_planted_circle_is_found(tmp_path: Path) -> None:
    circle = {"here.py": "import campaign_nb.there", "there.py": "from campaign_nb import here"}
    plant(tmp_path, {"campaign_nb/__init__.py": "", **{f"campaign_nb/{name}": text for name, text in circle.items()}})
    done = run_python("-c", CIRCLE, folder=tmp_path)
    assert "imported by one another: campaign_nb." in done.stderr
    assert done.returncode == 1


def test_an_import_for_the_type_checker_closes_no_circle(tmp_path: Path) -> None:
    typing = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import campaign_nb.there\n"
    plant(tmp_path, {"campaign_nb/__init__.py": "", "campaign_nb/here.py": typing, "campaign_nb/there.py": "import campaign_nb.here"})
    assert run_python("-c", CIRCLE, folder=tmp_path).returncode == 0
