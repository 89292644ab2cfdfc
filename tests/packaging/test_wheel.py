"""The wheel builds without node and npm, holds everything, and brings the extension to JupyterLab."""

from __future__ import annotations

import json
import re
import shutil
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.architecture.repository import MACHINE_PATHS
from tests.packaging.building import Built, build, run

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(900)]

EXTENSION = "share/jupyter/labextensions/campaign-nb/"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def names(built: Built) -> set[str]:
    return {re.sub(r"^campaign_nb-[^/]+\.data/data/", "", name) for name in zipfile.ZipFile(built.wheel).namelist()}


def asset_texts(built: Built) -> dict[str, str]:
    wheel = zipfile.ZipFile(built.wheel)
    return {name: wheel.read(name).decode() for name in wheel.namelist() if EXTENSION in name}


def test_node_and_npm_are_out_of_sight_of_the_build(built: Built) -> None:
    path = built.environment["PATH"]
    assert [shutil.which(program, path=path) for program in ("node", "npm")] == [None, None]
    assert shutil.which("sh", path=path)


def test_the_wheel_holds_the_extension(built: Built, names: set[str]) -> None:
    assert {EXTENSION + name for name in ("package.json", "install.json", "static/style.js", "schemas/campaign-nb/statusbar.json")} <= names
    entry = json.loads(next(text for name, text in asset_texts(built).items() if name.endswith("/package.json")))["jupyterlab"]["_build"]
    assert {"load", "extension", "mimeExtension", "style"} <= entry.keys()
    assert EXTENSION + entry["load"] in names


def test_the_wheel_holds_the_whole_package_once(built: Built, names: set[str]) -> None:
    source = {path.relative_to(built.tree).as_posix() for path in (built.tree / "campaign_nb").rglob("*.py")}
    assert source <= names
    assert {"campaign_nb/py.typed", "campaign_nb/cli/campaign-nb.service"} <= names
    assert {path.relative_to(built.tree).as_posix() for path in (built.tree / "campaign_nb/templates").glob("*.json")} <= names
    assert not {name for name in names if name.startswith(("campaign_nb/labextension/", "labextension/", "tests/"))}


def test_the_wheel_holds_every_notebook(built: Built, names: set[str]) -> None:
    notebooks = {f"campaign_nb/_notebooks/{path.name}" for path in (built.tree / "notebooks").glob("*.ipynb")}
    assert "campaign_nb/_notebooks/00_quickstart.ipynb" in notebooks
    assert notebooks <= names


def test_the_built_assets_name_no_machine_and_no_build_log(built: Built, names: set[str]) -> None:
    machine = re.compile("|".join([*MACHINE_PATHS, re.escape(str(built.tree)), re.escape(sys.prefix)]))
    assert not {name for name, text in asset_texts(built).items() if machine.search(text)}
    assert not {name for name in names if name.endswith("build_log.json")}


def test_the_browser_gets_no_markup_from_data(built: Built) -> None:
    ours = [path.read_text() for path in (built.tree / "labextension/src").rglob("*.ts")]
    assert ours
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|foreignObject|document\.write|\beval\(", "\n".join(ours))


def test_a_second_build_takes_the_assets_that_are_there(built: Built, tmp_path: Path) -> None:
    backend = tmp_path / "backend"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", backend, "hatchling>=1.27", "hatch-jupyter-builder>=0.10,<1"]
    run(*install, folder=tmp_path, environment=built.environment)
    environment = {**built.environment, "PYTHONPATH": str(backend)}
    hatchling = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path / "out"]
    said = run(*hatchling, folder=built.tree, environment=environment)
    assert "Skip-if-exists file(s) found" in said
    (archive,) = (tmp_path / "out").glob("*.tar.gz")
    with tarfile.open(archive) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"campaign_nb/labextension/static/style.js", "labextension/package-lock.json", "notebooks/00_quickstart.ipynb"} <= names
    assert not {name for name in names if name.startswith(("labextension/node_modules", "labextension/lib"))}


def test_jupyterlab_finds_the_installed_extension(built: Built, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "fresh", folder=tmp_path, environment=built.environment)
    python = tmp_path / "fresh/bin/python"
    pip = [sys.executable, "-m", "pip", "--python", python]
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", built.wheel, folder=tmp_path, environment=built.environment)
    # JupyterLab comes from this environment, the extension from the fresh one.
    environment = {**built.environment, "PYTHONPATH": sysconfig.get_path("purelib"), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    said = run(python, "-m", "jupyterlab.labextensions", "list", folder=tmp_path, environment=environment)
    listed = re.sub(r"\x1b\[\d*m", "", said)
    assert re.search(r"campaign-nb v0\.1\.0 enabled OK \(python, campaign-nb\)", listed), listed
    assert str(tmp_path / "fresh/share/jupyter/labextensions") in listed
