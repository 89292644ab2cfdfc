"""One JupyterLab and one Chromium for all tests of this folder, and the quickstart run once in each theme."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import ROOT, chromium
from tests.browser.lab import Lab, Screen, lab
from tests.browser.quickstart import Tour


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab with nothing of this machine's settings."""
    with lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], str]) -> Iterator[Browser]:
    """A Chromium that reaches this machine only."""
    with chromium(program("chromium"), tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(params=["light", "dark"])
def screen(request: pytest.FixtureRequest, server: Lab, browser: Browser) -> Iterator[Screen]:
    """A tab of JupyterLab in a theme."""
    opened = Screen(server, browser, request.param)
    yield opened
    opened.close()


@pytest.fixture
def light(server: Lab, browser: Browser) -> Iterator[Screen]:
    """A tab of JupyterLab in the light theme."""
    opened = Screen(server, browser)
    yield opened
    opened.close()


@pytest.fixture(scope="package", params=["light", "dark"])
def tour(request: pytest.FixtureRequest, server: Lab, browser: Browser) -> Iterator[Tour]:
    """The quickstart after all its cells ran, still open in its tab; saved as `saved`."""
    folder = server.root / request.param
    folder.mkdir()
    shutil.copy(ROOT / "notebooks" / "00_quickstart.ipynb", folder)
    screen = Screen(server, browser, request.param)
    yield Tour.take(screen, f"{request.param}/00_quickstart.ipynb")
    screen.end()
    screen.close()
