"""The quickstart as one HTML file, opened in a browser without kernel and without network, light and dark."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import ROOT, Complaints, chromium, keep
from tests.browser.quickstart import ACTIVITIES

pytestmark = [pytest.mark.browser, pytest.mark.requires("chromium"), pytest.mark.timeout(240)]

COMMAND = re.compile(r"^(?:\$ )?\S*jupyter (nbconvert --to html .*)\.ipynb$", re.MULTILINE)
HERE = ("file", "data", "blob")
# What nbconvert itself puts into a page: require.js and MathJax, and a manager of widgets where their state was saved.
ITS_OWN = {"cdnjs.cloudflare.com", "unpkg.com"}
PICTURE = ".jp-RenderedSVG img"
# Texts of the picture whose contrast with what lies behind them, the smallest shape around their middle, is too low.
CONTRAST = """() => {
  const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3)
    .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const fill = element => getComputedStyle(element).fill;
  const shapes = [...document.querySelectorAll('rect')].filter(each => !each.matches('.shadow') && fill(each) !== 'none')
    .map(each => ({ each, box: each.getBoundingClientRect() })).sort((a, b) => a.box.width * a.box.height - b.box.width * b.box.height);
  const words = [...document.querySelectorAll('text, tspan')].filter(each => !each.querySelector('tspan'));
  return words.map(text => { const box = text.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const behind = shapes.find(({ box: b }) => b.left <= x && x <= b.right && b.top <= y && y <= b.bottom).each;
    const [one, other] = [light(fill(text)), light(fill(behind))];
    return [text.textContent, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)]; }); }"""


def jupyter(folder: Path, *arguments: str) -> None:
    """Run a command of Jupyter as a person would, on the package of this tree."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, "JUPYTER_PREFER_ENV_PATH": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@dataclass(frozen=True)
class Exported:
    """The notebook after its run, the page that the README's command makes of it, and the page without options."""

    notebook: Path
    alone: Path
    plain: Path


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The quickstart, executed without a browser and exported twice."""
    folder = tmp_path_factory.mktemp("export")
    shutil.copy(ROOT / "notebooks" / "00_quickstart.ipynb", folder)
    jupyter(folder, "nbconvert", "--to", "notebook", "--execute", "--output", "done", "00_quickstart.ipynb")
    (command,) = COMMAND.findall((ROOT / "README.md").read_text())
    jupyter(folder, *shlex.split(command)[:-1], "--output", "alone", "done.ipynb")
    jupyter(folder, "nbconvert", "--to", "html", "--output", "plain", "done.ipynb")
    return Exported(folder / "done.ipynb", folder / "alone.html", folder / "plain.html")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], str]) -> Iterator[Browser]:
    """A Chromium of this file."""
    with chromium(program("chromium"), tmp_path_factory.mktemp("home")) as running:
        yield running


class Offline:
    """A page without network; `asked` is what it wanted from elsewhere, `complaints` what went wrong."""

    def __init__(self, browser: Browser) -> None:
        """Open an empty page."""
        self.context = browser.new_context(viewport={"width": 1300, "height": 1000})
        self.context.set_offline(True)
        self.complaints, self.asked = Complaints(self.context), list[str]()
        self.context.route(
            lambda url: urlsplit(url).scheme not in HERE, lambda route: (self.asked.append(route.request.url), route.abort())
        )
        self.page: Page = self.context.new_page()

    def open(self, file: Path) -> None:
        """Open a file, and give its scripts the time to ask for something."""
        self.page.goto(file.as_uri())
        self.page.wait_for_function(f"() => document.readyState === 'complete' && document.querySelector('{PICTURE}').complete")
        self.page.wait_for_timeout(300)

    def open_picture(self) -> None:
        """Open the picture of the campaign by itself, where its texts can be read."""
        self.page.goto(self.page.locator(PICTURE).get_attribute("src") or "")


@pytest.fixture
def offline(browser: Browser) -> Iterator[Offline]:
    """A page without network."""
    opened = Offline(browser)
    yield opened
    opened.context.close()


def view(notebook: Path) -> dict[str, Any]:
    """Return the campaign as the notebook keeps it."""
    cells = json.loads(notebook.read_text())["cells"]
    bundles = [output["data"] for cell in cells for output in cell.get("outputs", []) if "data" in output]
    return next(bundle["application/vnd.campaign+json"] for bundle in bundles if "application/vnd.campaign+json" in bundle)


def test_the_graph_is_to_be_seen_and_nothing_is_asked_for(exported: Exported, offline: Offline) -> None:
    offline.open(exported.alone)
    picture = offline.page.locator(PICTURE)
    assert picture.count() == 1 and picture.is_visible()
    assert picture.bounding_box()["width"] > 1000
    assert picture.evaluate("image => image.naturalWidth") > 200
    assert (offline.asked, offline.complaints) == ([], [])


def test_the_picture_is_that_of_the_end(exported: Exported, offline: Offline) -> None:
    offline.open(exported.alone)
    offline.open_picture()
    texts = [each.text_content() for each in offline.page.locator("text").all()]
    assert view(exported.notebook)["status"] == "stopped"
    assert "Stopped" in texts and not any(" · next " in text for text in texts)


def test_the_graph_names_each_activity_and_counts_each_transition(exported: Exported, offline: Offline) -> None:
    offline.open(exported.alone)
    offline.open_picture()
    texts = [each.text_content() for each in offline.page.locator("text").all() if each.is_visible()]
    counts = [f"{edge['count']:,}" for edge in view(exported.notebook)["edges"]]
    assert counts[:4] == ["18,210", "3,005", "830", "830"]
    assert [label for label in ACTIVITIES if label not in texts] == []
    pills = [each.text_content() for each in offline.page.locator("tspan.count").all() if each.is_visible()]
    assert sorted(pills) == sorted(counts)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_the_graph_stands_out_from_what_is_behind_it(exported: Exported, offline: Offline, scheme: str) -> None:
    offline.page.emulate_media(color_scheme=scheme)
    offline.open(exported.alone)
    offline.page.locator(PICTURE).evaluate("image => image.scrollIntoView()")
    keep(offline.page, f"export-{scheme}")
    offline.open_picture()
    found = dict(offline.page.evaluate(CONTRAST))
    assert {*ACTIVITIES} <= {*found}
    assert {text: ratio for text, ratio in found.items() if ratio < 4.5} == {}


def test_tables_and_charts_follow_the_page_and_not_the_system(exported: Exported, offline: Offline) -> None:
    offline.page.emulate_media(color_scheme="dark")
    offline.open(exported.alone)
    offline.page.locator("text=Report of Win-back").first.evaluate("element => element.scrollIntoView()")
    keep(offline.page, "export-report-dark")
    colours = "element => [...element.querySelectorAll('th, td, .cnb-title')].map(each => getComputedStyle(each).color)"
    dark = {colour for each in offline.page.locator(".jp-RenderedHTML").all() for colour in each.evaluate(colours)}
    assert dark and all(max(map(int, re.findall(r"\d+", colour)[:3])) < 140 for colour in dark), dark


def test_without_options_only_nbconvert_s_own_scripts_are_asked_for_and_the_graph_needs_none(exported: Exported, offline: Offline) -> None:
    offline.open(exported.plain)
    assert {urlsplit(url).hostname for url in offline.asked} <= ITS_OWN
    assert offline.page.locator(PICTURE).bounding_box()["width"] > 1000
    assert [said for said in offline.complaints if said.startswith("script")] == []
