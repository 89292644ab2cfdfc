"""The scripts that run in the page: small, text only, and nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import campaign_nb.widgets
from campaign_nb.render.palette import BADGES
from campaign_nb.widgets.bar import CanvasBar
from campaign_nb.widgets.history import HistoryPanel
from campaign_nb.widgets.panels import DetailsPanel, RunProgress, SchedulerPanel
from tests.render.test_svg import contrast

STATIC = Path(campaign_nb.widgets.__file__).parent / "static"
SOURCES = sorted(STATIC.iterdir())
FORBIDDEN = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|createContextualFragment|DOMParser",
    r"\beval\b|new Function|\bimport\s*\(|\bfrom\s+[\"']|setTimeout\(\s*[\"']",
    r"fetch\(|XMLHttpRequest|WebSocket|sendBeacon|@import|url\(|localStorage|document\.cookie",
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_texts_are_never_read_as_markup_and_nothing_is_fetched(path: Path) -> None:
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not [found for pattern in FORBIDDEN for found in re.findall(pattern, text)]
    assert "http" not in text


@pytest.mark.parametrize("panel", [CanvasBar, DetailsPanel, HistoryPanel, RunProgress, SchedulerPanel])
def test_each_panel_brings_a_few_kilobytes_and_one_entry(panel: type) -> None:
    assert len(panel._esm) < 15_000
    assert panel._esm.count("export default") == 1
    assert len(panel._css) < 9_000


@pytest.mark.parametrize("state", BADGES)
def test_the_words_on_a_chip_can_be_read(state: str) -> None:
    css = (STATIC / "panels.css").read_text("utf-8")
    rule = next(found for found in re.findall(r"([^{}]*)\{([^{}]*)\}", css) if f".cnb-{state}.cnb-{state}" in found[0])
    assert f"--cnb-badge:{BADGES[state]}" in rule[1]
    assert re.search(r"\.cnb-chip\{color:#fff;[^}]*background:var\(--cnb-badge\)", css)
    assert contrast("#ffffff", BADGES[state]) >= 4.5
