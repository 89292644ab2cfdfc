"""The quickstart in JupyterLab, light and dark: a living graph, launches beside a busy cell, details, side bar."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.browser.conftest import Screen
from tests.browser.quickstart import ACTIVITIES, Tour

pytestmark = [pytest.mark.browser, pytest.mark.requires("chromium"), pytest.mark.timeout(300)]

# A new kernel knows none of the notebook's two widgets.
LOST = "() => document.body.textContent.split('model not found').length === 3"
# Counts that are wider than the pills around them.
WIDE = """() => [...document.querySelectorAll('.cnb-campaign .cnb-tag')].filter(tag => {
  const [pill, count] = ['rect', '.cnb-count'].map(part => tag.querySelector(part)?.getBoundingClientRect());
  return count && (count.right > pill.right - 2 || count.left < pill.left + 2); }).map(tag => tag.textContent)"""


def number(text: str) -> int:
    """Read a count off a pill such as "A · 1,383"."""
    return int(text.rpartition(" ")[2].replace(",", ""))


def test_no_cell_fails(tour: Tour) -> None:
    cells = [cell for cell in tour.screen.cells() if cell["cell_type"] == "code"]
    errors = [output["evalue"] for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    assert errors == []
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))


def test_the_graph_has_the_activities_of_the_campaign(tour: Tour) -> None:
    assert tour.labels("card") == ACTIVITIES
    assert [node["label"] for node in tour.view()["nodes"]] == ACTIVITIES


def test_counts_stand_on_the_transitions(tour: Tour) -> None:
    pills = tour.labels("pill")
    assert pills[:4] == ["18,210", "3,005", "830", "830"]
    assert sum(number(pill) for pill in pills if pill[:4] in ("A · ", "B · ", "cont")) == 830
    assert [number(pill) for pill in pills] == [edge["count"] for edge in tour.view()["edges"]]


def test_launches_go_on_and_the_bar_moves_while_a_cell_is_busy(tour: Tour) -> None:
    launched = {run[:22] for moment in tour.seen for run in moment["runs"]}
    assert len(launched) >= 2
    shares = [float(moment["bar"].rstrip("%")) for moment in tour.seen if moment["bar"]]
    assert len(set(shares)) >= 3
    assert any(after < before for before, after in pairwise(shares))  # a second run began anew


def test_the_graph_shows_what_runs_while_a_cell_is_busy(tour: Tour) -> None:
    states = [edge for moment in tour.seen for edge in moment["running"]]
    assert states != []
    assert {*states} <= {*ACTIVITIES}


def test_side_bar_and_status_bar_know_the_next_launch_while_a_cell_is_busy(tour: Tour) -> None:
    assert any(re.search(r"Win-back.*Live.*next", moment["side"]) for moment in tour.seen)
    assert any(re.search(r"1 live · next \d\d:\d\d", moment["status"]) for moment in tour.seen)


def test_after_the_end_side_bar_status_bar_and_panel_say_so(tour: Tour) -> None:
    (row,) = tour.screen.texts(".cnb-sidebar .cnb-row")
    assert row.startswith("Win-back\nStopped\ndone")
    assert tour.screen.texts(".cnb-status") == ["Campaigns: 0 live"]
    (panel,) = tour.screen.texts(".cnb-scheduler")
    assert "Nothing is running." in panel
    assert "No launch is planned." in panel
    assert "Reminder 129" in panel


def test_one_graph_and_one_panel_are_to_be_seen(tour: Tour) -> None:
    page = tour.screen.page
    assert page.locator(".campaign-nb-canvas").count() == 1
    assert page.locator(".campaign-nb-canvas").is_visible()
    assert tour.screen.texts(".cnb-campaign, .jp-RenderedSVG, [class^=campaign-nb-static]") == []


def test_the_graph_fills_its_frame(tour: Tour) -> None:
    tour.screen.show(".campaign-nb-canvas")
    room = tour.screen.page.evaluate(
        """() => { const cy = document.querySelector('.campaign-nb-canvas .custom-widget')._cyreg.cy;
        const around = cy.elements().renderedBoundingBox({ includeOverlays: false }), box = cy.container();
        return [around.x1, around.y1, box.clientWidth - around.x2, box.clientHeight - around.y2]; }"""
    )
    assert min(room) >= 0
    assert max(room[1], room[3]) <= 30


def test_a_click_on_an_activity_shows_its_options_and_whom_it_left_out(tour: Tour) -> None:
    details = tour.click("card", ACTIVITIES.index("Offer A"))
    tour.screen.picture("quickstart-activity")
    assert details.startswith("Offer A\nDone\nEmail")
    assert "We miss you" in details
    assert re.search(r"no consent\s+\d+", details)


def test_a_click_on_a_transition_shows_columns_and_masked_rows(tour: Tour) -> None:
    details = tour.click("pill", 3)
    tour.screen.picture("quickstart-transition")
    assert details.startswith("Spend → Offer\nTransition · 830 people")
    assert re.search(r"customer_id\s+text\s+spend\s+decimal\s+last\s+date", details)
    assert re.search(r"FIRST 5 ROWS\s+customer_id\s+spend\s+last\s+0••••\s+653.01\s+1997-01-18", details)


def test_the_page_complains_of_nothing_and_asks_nobody_else(tour: Tour) -> None:
    assert tour.screen.complaints == []


def test_without_its_kernel_the_saved_notebook_shows_the_static_picture(tour: Tour) -> None:
    screen = Screen(tour.screen.lab, tour.screen.browser, tour.screen.theme)
    screen.open(tour.saved)
    screen.page.wait_for_function(LOST)
    screen.end()
    screen.show(".cnb-campaign")
    screen.picture("quickstart-reopened")
    labels = screen.texts(".cnb-campaign .cnb-node .cnb-label")
    assert " ".join(labels) == " ".join(ACTIVITIES)
    assert screen.texts(".cnb-campaign .cnb-count")[:4] == ["18,210", "3,005", "830", "830"]
    assert screen.page.evaluate(WIDE) == []
    assert any("Status\nstopped" in text for text in screen.texts("[class^=campaign-nb-static]"))
    assert screen.texts(".jp-OutputArea-child:has([data-mime-type*=widget])") == []
    assert [said for said in screen.complaints if "widget model not found" not in said] == []
    screen.close()
