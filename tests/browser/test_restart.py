"""A kernel restarted from JupyterLab's menu while a live run goes on: the cells run again, the run goes on, nothing is sent twice."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.lab import Lab, Screen
from tests.browser.quickstart import CANVAS
from tests.browser.test_buttons import notebook, run_cell

pytestmark = [pytest.mark.browser, pytest.mark.requires("chromium"), pytest.mark.timeout(240)]

# The activity between the messages holds a live run until a file is there; a dry run passes. The launch of a recurring
# campaign is at an instant that the first kernel writes down: cells that run again plan the same one.
CAMPAIGN = """
import datetime as dt, json, pathlib, time
import polars as pl
import campaign_nb as cn
here = pathlib.Path("PLACE")
here.mkdir(exist_ok=True)
people = pl.DataFrame({"id": [1, 2, 3], "email": ["a@example.com", "b@example.com", "c@example.com"], "ok": [True] * 3})
shop = cn.DataModel("shop")
customers = shop.table("customers", people, key="id", email="email", consent={"email": "ok"})
spring = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(here / "PLACE.campaign-nb"))
live = []
def listed(rows):
    end = time.monotonic() + 90
    while live and not (here / "open").exists() and time.monotonic() < end:
        time.sleep(0.05)
    return rows
hello = spring.build_audience("All", customers).email("Hello", subject="Hi", html="<p>Hi</p>")
hello.wait("A moment", seconds=WAIT).python("List", listed).email("Offer", subject="Now", html="<p>Now</p>")
spring.dry_run()
live.append(1)
"""
RECURRING = """
if not (here / "begin").exists():
    (here / "begin").write_text((dt.datetime.now(dt.UTC) + dt.timedelta(seconds=3)).isoformat(timespec="seconds"))
spring.schedule = cn.SeveralTimesADay(every="12h", valid_from=(here / "begin").read_text(), time_zone="UTC")
"""
TELL = """
end, states = time.monotonic() + 90, []
while not states or set(states) != {"done"}:
    assert time.monotonic() < end
    time.sleep(0.1)
    states = spring.runs.frame()["state"].to_list()
sent = spring.workspace.outbox.frame().group_by("activity", "person").len().sort("activity", "person").rows()
print(json.dumps({"sent": sent, "runs": states}))
"""
ONCE_EACH = [[activity, person, 1] for activity in ("Hello", "Offer") for person in "123"]
SAID = """() => { window.said = []; const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
  kernel.statusChanged.connect((_, status) => { window.said.push(status); }); return true; }"""
AGAIN = "() => window.said.includes('restarting') && window.said.at(-1) === 'idle'"
STATES = f"() => Object.fromEntries({CANVAS}.nodes('.card').map(n => [n.data('label'), n.classes().at(-1)]))"
ON_CANVAS = f"""([kind, label]) => document.querySelector('.campaign-nb-canvas .custom-widget')?._cyreg &&
  {CANVAS}.nodes('.' + kind).some(node => node.data('label') === label)"""
RUNS = "label => document.querySelector('.cnb-scheduler .cnb-run')?.textContent.includes(label)"
MARK = "() => document.querySelectorAll('.cnb-scheduler, .campaign-nb-canvas').forEach(each => { each.dataset.before = 'restart'; })"
REPLACED = f"""() => !document.querySelector('[data-before]') && document.querySelector('.campaign-nb-canvas .custom-widget')?._cyreg &&
  {CANVAS}.nodes('.card').length === 5"""
# Kernels of other notebooks may be listed too.
GROUP = "place => [...document.querySelectorAll('.cnb-group')].map(each => each.innerText).filter(text => text.startsWith(place)).join()"
SIDE = f"([place, word]) => ({GROUP})(place).includes(word)"
# On the canvas, and in the picture that the notebook keeps.
WAITS = f"""() => ({ON_CANVAS})(['waiting', 'A moment']) && window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON()
  .cells[2].outputs[0].data['application/vnd.campaign+json'].run.state === 'waiting'"""


STATIC = "its script does not look at whether its kernel is alive"


@dataclass
class Story:
    """What was seen of a campaign before its kernel was restarted, after that, and while and after its cells ran again."""

    screen: Screen
    place: str
    outputs: list[list[Any]] = field(default_factory=list[list[Any]])
    gone: dict[str, str] = field(default_factory=dict[str, str])
    going: dict[str, str] = field(default_factory=dict[str, str])
    canvas: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    told: dict[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def take(cls, screen: Screen, place: str, *, schedule: str = RECURRING, seconds: int = 1, busy: bool = False) -> Story:
        """Publish; restart while the run waits, or while it and a cell compute; run all cells again; let the run end."""
        code = CAMPAIGN.replace("PLACE", place).replace("WAIT", str(seconds)) + schedule
        screen.open(notebook(screen, f"{place}.ipynb", code, "spring.publish(confirm=6)", "spring", TELL))
        screen.command("campaign-nb:show-sidebar")
        screen.ready()
        for cell in range(4 if busy else 3):
            run_cell(screen, cell)
        if busy:
            screen.page.wait_for_function(RUNS, arg="List", timeout=60_000)
        else:
            screen.page.wait_for_function(WAITS, timeout=60_000)
        story = cls(screen, place)
        story.restart()
        story.run_again()
        return story

    def restart(self) -> None:
        """Restart the kernel as a person does, and note what is shown then."""
        page = self.screen.page
        page.evaluate(SAID)
        self.outputs.append(self._outputs())
        page.locator(".lm-MenuBar-item", has_text="Kernel").click()
        page.locator(".lm-Menu-item[data-command='kernelmenu:restart']").click()
        page.get_by_role("button", name="Confirm Kernel Restart").click()
        page.wait_for_function(AGAIN, timeout=60_000)
        self.outputs.append(self._outputs())
        with contextlib.suppress(PlaywrightTimeout):  # what is still there then is seen
            page.wait_for_function(f"place => !({GROUP})(place)", arg=self.place, timeout=20_000)
        self.gone = self._seen()
        self.screen.picture(f"restarted-{self.place}")

    def run_again(self) -> None:
        """Run all cells again; note what is shown while the run goes on, and what was sent at its end."""
        page = self.screen.page
        page.evaluate(MARK)
        self.screen.start_all()
        page.wait_for_function(REPLACED, timeout=60_000)
        page.wait_for_function(RUNS, arg="List", timeout=60_000)
        page.wait_for_function(SIDE, arg=[self.place, "List"])
        self.going = self._seen()
        self.canvas.append(page.evaluate(STATES))
        self.screen.picture(f"goes-on-{self.place}")
        (self.screen.lab.root / self.place / "open").touch()
        self.screen.hold()
        page.wait_for_function(SIDE, arg=[self.place, "done"])
        page.wait_for_function(ON_CANVAS, arg=["done", "Offer"])
        self.canvas.append(page.evaluate(STATES))
        said = "".join(output.get("text", output.get("evalue", "")) for output in self._outputs()[3])
        self.told = json.loads(said)

    def _outputs(self) -> list[list[dict[str, Any]]]:
        return [cell["outputs"] for cell in self.screen.cells()]

    def _seen(self) -> dict[str, str]:
        found = {name: "\n".join(self.screen.texts(f".cnb-{name}")) for name in ("status", "scheduler")}
        found["side"] = self.screen.page.evaluate(GROUP, self.place)
        found["all"] = "\n".join(self.screen.texts(".cnb-group"))
        return {name: " ".join(text.split()) for name, text in found.items()}


def live_in(status: str) -> int:
    """How many live campaigns a status bar counts."""
    return sum(int(number) for number in re.findall(r"(\d+) live", status))


STORIES: dict[str, dict[str, Any]] = {"waits": {"seconds": 5}, "computes": {"busy": True}}


@pytest.fixture(scope="module", params=STORIES)
def story(request: pytest.FixtureRequest, server: Lab, browser: Browser) -> Iterator[Story]:
    """A recurring campaign whose kernel was restarted while its run waited, or while the run and a cell computed."""
    screen = Screen(server, browser)
    yield Story.take(screen, request.param, **STORIES[request.param])
    screen.end()
    screen.close()


def test_a_restart_leaves_the_outputs_as_they_were(story: Story) -> None:
    before, after = story.outputs
    assert [len(outputs) for outputs in before] == [0, 2, 2, 0]
    assert [[sorted(output["data"]) for output in cell] for cell in after] == [
        [sorted(output["data"]) for output in cell] for cell in before
    ]
    assert after[2] == before[2]


def test_after_a_restart_side_bar_and_status_bar_list_nothing_until_cells_run_again(story: Story) -> None:
    assert story.gone["side"] == ""
    assert live_in(story.gone["status"]) <= story.gone["all"].count("Live")  # those of other notebooks, if there are any


@pytest.mark.xfail(strict=True, reason=STATIC)
def test_a_panel_of_the_kernel_before_does_not_say_that_its_scheduler_runs(story: Story) -> None:
    assert not story.gone["scheduler"].startswith("Scheduler running")


def test_cells_that_run_again_show_the_run_that_goes_on_beside_a_busy_cell(story: Story) -> None:
    assert "scheduler running Spring Live" in story.going["side"]
    assert "Spring List" in story.going["scheduler"]
    assert "60 %" in story.going["status"]


def test_the_graph_shows_the_run_that_goes_on_not_the_dry_run_before_it(story: Story) -> None:
    going, done = story.canvas
    assert going == {"All": "done", "Hello": "done", "A moment": "done", "List": "running", "Offer": "pending"}
    assert done == dict.fromkeys(going, "done")


def test_the_run_that_went_on_is_the_only_one_and_each_message_went_out_once(story: Story) -> None:
    assert story.told == {"sent": ONCE_EACH, "runs": ["done"]}


def test_the_page_complains_of_nothing(story: Story) -> None:
    assert story.screen.complaints == []


def test_a_campaign_that_runs_once_runs_once_though_its_cells_run_again(light: Screen) -> None:
    story = Story.take(light, "once", schedule="", seconds=5)
    light.end()
    assert story.told == {"sent": ONCE_EACH, "runs": ["done"]}
    assert light.complaints == []
