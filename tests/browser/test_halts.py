"""A live run that halts, seen on the canvas and in the panel, and resumed and retried by their buttons."""

from __future__ import annotations

import pytest

from tests.browser.lab import Screen
from tests.browser.quickstart import CANVAS
from tests.browser.test_buttons import notebook, run_cell

pytestmark = [pytest.mark.browser, pytest.mark.requires("chromium"), pytest.mark.timeout(240)]

CAMPAIGN = """
import polars as pl
import campaign_nb as cn
people = pl.DataFrame({"id": [1, 2, 3], "email": ["a@example.org", "b@example.org", "c@example.org"], "ok": [True] * 3})
shop = cn.DataModel("shop")
customers = shop.table("customers", people, key="id", email="email", consent={"email": "ok"})
wrong = []
def listed(rows):
    if wrong: raise ValueError("no list today")
    return rows
spring = cn.Campaign("Spring", data=shop, workspace=cn.Workspace("halts.campaign-nb"))
everybody = spring.build_audience("All", customers).python("List", listed)
ways = everybody.test("Enough?", many=everybody.size > 2)
ways["many"].email("Hello", subject="Hi", html="<p>Hi</p>", breakpoint=True)
ways["otherwise"].end("<img src=x onerror=alert(1)>")
spring.schedule = cn.SeveralTimesADay(every="12h")
spring.dry_run()
wrong.append(1)
spring.publish(confirm=3)
run = spring.launch()
"""
STATE = f"""() => {{ const cy = {CANVAS}; const of = kind => cy.nodes(kind).map(n => n.data('label'));
  const found = {{ error: of('.error'), halted: of('.halted'), done: of('.done'), skipped: of('.skipped') }};
  return {{ ...found, closed: cy.edges('.closed').length }}; }}"""


def reached(screen: Screen, kind: str, label: str) -> None:
    """Hold until an activity has a state on the canvas."""
    shown = "document.querySelector('.campaign-nb-canvas .custom-widget')?._cyreg?.cy"
    found = f"{shown}?.nodes('.' + kind).some(node => node.data('label') === label)"
    screen.page.wait_for_function(f"([kind, label]) => {found}", arg=[kind, label], timeout=60_000)


def bar(screen: Screen) -> str:
    """Return the text of the bar above the canvas."""
    return screen.page.locator(".campaign-nb-panel.cnb-bar").inner_text()


def test_a_run_is_followed_from_an_error_to_a_breakpoint_to_its_end(light: Screen) -> None:
    light.open(notebook(light, "halts.ipynb", CAMPAIGN, "spring", "spring.publish(confirm=3)", "wrong.clear()", "spring.tasks"))
    light.ready()
    for place in (0, 1, 2):
        run_cell(light, place)
    reached(light, "error", "List")
    assert "Halted at List" in bar(light) and "no list today" in bar(light)
    light.picture("halted-by-error")
    run_cell(light, 3)
    light.page.get_by_role("button", name="Retry Spring · List").click()
    reached(light, "halted", "Hello")
    light.page.wait_for_function(f"() => ({STATE})().closed > 0", timeout=20_000)  # transitions follow the cards
    seen = light.page.evaluate(STATE)
    assert (seen["error"], seen["done"]) == ([], ["All", "List", "Enough?"])
    assert seen["skipped"] == ["<img src=x onerror=alert(1)>"]
    assert "Halted at Hello: a breakpoint" in bar(light)
    light.show(".campaign-nb-canvas")
    light.picture("halted-by-breakpoint")
    light.page.locator(".campaign-nb-panel.cnb-bar").get_by_role("button", name="Let the campaign and its runs go on").click()
    reached(light, "done", "Hello")
    assert light.page.evaluate(STATE)["halted"] == []
    assert "Resume" not in bar(light) and "Pause" in bar(light)
    light.end()
    assert light.complaints == []


def test_the_log_of_the_canvas_filters_by_level_activity_and_text(light: Screen) -> None:
    light.open(notebook(light, "log.ipynb", CAMPAIGN.replace("halts.", "log."), "run.wait('60s'); spring", "spring.log"))
    light.run_all()
    light.page.get_by_role("button", name="Show or hide the log and the tasks of the runs").click()
    panel = light.page.locator(".campaign-nb-live .cnb-history")
    panel.locator("tbody tr").first.wait_for()
    every = panel.locator("tbody tr").count()
    panel.get_by_label("Level or state").select_option("error")
    errors = panel.locator("tbody tr").all_inner_texts()
    assert 0 < len(errors) < every and all("error" in line for line in errors)
    panel.get_by_label("Level or state").select_option("")
    panel.get_by_label("Search").fill("launched by hand")
    assert panel.locator("tbody tr").count() == 1
    panel.get_by_label("Search").fill("")
    first = panel.locator("tbody tr").first.inner_text()
    panel.get_by_role("button", name="Turn the order round").click()
    assert panel.locator("tbody tr").last.inner_text() == first
    panel.get_by_role("button", name="What each activity did").click()
    panel.get_by_label("Activity", exact=True).select_option("List")
    row = panel.locator("tbody tr").all_inner_texts()
    assert len(row) == 1 and "failed" in row[0] and "no list today" in row[0]
    light.picture("log-and-tasks")
    assert light.page.locator(".cnb-history").count() == 2
    light.end()
    assert light.complaints == []
