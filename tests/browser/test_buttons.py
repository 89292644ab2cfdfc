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
while spring.status in ("scheduled", "live") and time.monotonic() < end:
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


WAITING = """
late = cn.Campaign("Late", data=shop, workspace=spring.workspace)
late.build_audience("All", customers).wait("A day", days=1).email("Hello", subject="Hi", html="<p>Hi</p>")
late.schedule = cn.SeveralTimesADay(every="12h")
late.publish(confirm=sum(late.dry_run().messages.values()))
run = late.launch()
late
"""
SLOW = """
slow = cn.Campaign("Slow", data=shop, workspace=spring.workspace)
pause = [0]
sleeps = slow.build_audience("All", customers).python("Sleeps", lambda rows: time.sleep(pause[0]) or rows)
sleeps.email("Hello", subject="Hi", html="<p>Hi</p>")
slow.schedule = cn.SeveralTimesADay(every="12h")
count = sum(slow.dry_run().messages.values())
pause[0] = 20
slow.publish(confirm=count)
"""
FOCUSED = "() => [document.activeElement.tagName, document.activeElement.className, document.activeElement.textContent].join(' ')"


def test_a_double_click_on_stop_asks_and_stops_nothing(light: Screen) -> None:
    light.open(notebook(light, "stop.ipynb", CAMPAIGN, WAITING, "print(late.status)"))
    light.ready()
    for place in (0, 1):
        run_cell(light, place)
    bar = light.page.locator(".campaign-nb-panel.cnb-bar")
    bar.get_by_role("button", name="End the campaign for good").dblclick()
    bar.get_by_role("button", name="Stop for good").wait_for()
    assert "Keep it" in light.page.evaluate(FOCUSED)
    light.picture("stop-asked")
    light.page.wait_for_timeout(600)
    bar.get_by_role("button", name="Keep it").click()
    assert bar.get_by_role("button", name="Stop for good").count() == 0
    assert "Stop" in light.page.evaluate(FOCUSED)
    bar.get_by_role("button", name="End the campaign for good").click()
    light.page.wait_for_timeout(600)
    bar.get_by_role("button", name="Stop for good").click()
    bar.get_by_text("Stopped", exact=True).wait_for()
    light.end()
    assert light.complaints == []


def test_the_scheduler_s_panel_asks_before_it_ends_a_campaign(light: Screen) -> None:
    light.open(notebook(light, "slow.ipynb", CAMPAIGN, SLOW, "run = slow.launch()"))
    light.ready()
    for place in (0, 1, 2):
        run_cell(light, place)
    row = light.page.locator(".cnb-scheduler .cnb-run")
    row.get_by_role("button", name="Stop campaign Slow").dblclick()
    light.page.wait_for_timeout(600)
    assert row.get_by_role("button", name="Keep it").count() == 1
    row.get_by_role("button", name="Stop for good").click()
    light.page.wait_for_function("() => document.querySelector('.cnb-scheduler').innerText.includes('No launch is planned.')")
    light.end()
    assert light.complaints == []


def test_publishing_with_the_keyboard_hands_the_focus_to_the_panel(light: Screen) -> None:
    light.open(notebook(light, "keys.ipynb", CAMPAIGN, "spring.publish()"))
    light.ready()
    for place in (0, 1):
        run_cell(light, place)
    light.page.get_by_role("button", name="Publish: 3 messages").press("Enter")
    light.page.wait_for_function("() => document.activeElement.matches('.cnb-scheduler')")
    light.page.locator(".jupyter-widgets .cnb-title", has_text="Spring was published: 3 messages at each launch").wait_for()
    saved = "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells[1].outputs[0].data['text/html']"
    light.page.wait_for_function(
        f"() => {{ const said = ({saved})(); return said.includes('was published') && !said.includes('confirm='); }}"
    )
    light.end()
    assert light.complaints == []


# Six stand in two rows of three: what follows the third stands far to the left of it.
CHAIN = """
chain = cn.Campaign("Chain", data=shop, workspace=spring.workspace)
last = chain.build_audience("All", customers)
for number in range(5):
    last = last.filter(f"Step {number}", customers.id > number - 5)
chain
"""
CHOSEN = (
    "() => document.querySelector('.campaign-nb-canvas .custom-widget')._cyreg.cy.$('.card').filter('.selected').map(n => n.data('label'))"
)


def test_the_arrow_keys_follow_the_transitions(light: Screen) -> None:
    light.open(notebook(light, "arrows.ipynb", CAMPAIGN, CHAIN))
    light.run_all()
    light.page.locator(".campaign-nb-canvas .custom-widget").focus()
    for key in ("ArrowRight",) * 6 + ("ArrowLeft",) * 5:
        light.page.keyboard.press(key)
    light.page.wait_for_timeout(1500)
    assert light.page.evaluate(CHOSEN) == ["All"]  # there and back, faster than the kernel answers
    seen = list[str]()
    for key in ("ArrowRight",) * 5 + ("ArrowLeft",):
        light.page.keyboard.press(key)
        light.page.wait_for_timeout(300)
        seen += light.page.evaluate(CHOSEN)
    assert seen == ["Step 0", "Step 1", "Step 2", "Step 3", "Step 4", "Step 3"]
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
