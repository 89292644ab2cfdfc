"""Buttons: publishing from the notebook, stopping from the side bar beside a busy cell, a new campaign from the launcher."""

from __future__ import annotations

import nbformat
import pytest

from tests.browser.lab import Screen

pytestmark = [pytest.mark.browser, pytest.mark.requires("chromium"), pytest.mark.timeout(240)]

CAMPAIGN = """
import time
import polars as pl
import campaign_nb as cn
people = pl.DataFrame({"id": [1, 2, 3], "email": ["a@example.org", "b@example.org", "c@example.org"], "ok": [True] * 3})
shop = cn.DataModel("shop")
customers = shop.table("customers", people, key="id", email="email", consent={"email": "ok"})
spring = cn.Campaign("Spring", data=shop, workspace=cn.Workspace("buttons.campaign-nb"))
mail = spring.build_audience("All", customers).email("Hello", subject="Hi", html="<p>Hi</p>")
spring.schedule = cn.SeveralTimesADay(every="1h")
"""
BUSY = """
end = time.monotonic() + 30
while spring.status == "live" and time.monotonic() < end:
    time.sleep(0.1)
print(spring.status, "in time" if time.monotonic() < end else "too late")
"""


def notebook(screen: Screen, name: str, *cells: str) -> str:
    """Write a notebook with these cells where the server finds it; return its name."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, screen.lab.root / name)
    return name


def run_cell(screen: Screen, place: int) -> None:
    """Start a cell."""
    screen.page.evaluate("place => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = place; }", place)
    screen.page.evaluate("() => { void window.jupyterapp.commands.execute('notebook:run-cell'); }")


def test_the_publish_button_publishes_and_the_side_bar_stops_beside_a_busy_cell(light: Screen) -> None:
    light.open(notebook(light, "buttons.ipynb", CAMPAIGN, "spring.publish()", BUSY))
    light.command("campaign-nb:show-sidebar")
    light.ready()
    for place in (0, 1):
        run_cell(light, place)
    light.page.get_by_role("button", name="Publish: 3 messages").click()
    light.page.wait_for_selector(".cnb-scheduler")
    light.picture("published")
    assert light.page.get_by_role("button", name="Publish: 3 messages").count() == 0
    light.page.get_by_role("button", name="Stop Spring").wait_for()
    run_cell(light, 2)
    light.page.get_by_role("button", name="Stop Spring").click()
    light.page.locator(".jp-Dialog").get_by_role("button", name="Stop").click()
    light.page.wait_for_function("() => document.querySelector('.jp-Notebook').textContent.includes('stopped in time')")
    light.page.wait_for_function("() => document.querySelector('.cnb-sidebar .cnb-row').innerText.includes('Stopped')")
    light.end()
    assert light.complaints == []


def test_a_cell_that_runs_again_replaces_its_graph(light: Screen) -> None:
    light.open(notebook(light, "again.ipynb", CAMPAIGN, "spring", "import ipywidgets\nprint(len(ipywidgets.Widget.widgets), 'open')"))
    light.run_all()
    first = light.cells()[2]["outputs"][0]["text"]
    for place in (1, 2):
        run_cell(light, place)
    light.page.wait_for_function("() => window.jupyterapp.shell.currentWidget.content.widgets[2].model.executionCount === 5")
    light.page.wait_for_selector(".campaign-nb-canvas")
    assert light.page.locator(".campaign-nb-canvas").count() == 1
    assert light.cells()[2]["outputs"][0]["text"] == first
    light.end()
    assert light.complaints == []


def test_the_launcher_has_a_tile_whose_notebook_runs(screen: Screen) -> None:
    screen.open()
    screen.picture("launcher")
    screen.page.locator(".jp-LauncherCard", has_text="Campaign").click()
    screen.page.wait_for_function("() => window.jupyterapp.shell.currentWidget.context?.path.endsWith('.ipynb')")
    screen.run_all()
    screen.page.wait_for_function("() => document.querySelector('.campaign-nb-canvas .custom-widget')?._cyreg?.cy.$('.done').length === 2")
    screen.picture("new-campaign")
    outputs = [output for cell in screen.cells() for output in cell.get("outputs", [])]
    assert [output["evalue"] for output in outputs if output["output_type"] == "error"] == []
    screen.end()
    assert screen.complaints == []
