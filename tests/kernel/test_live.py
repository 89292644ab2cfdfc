"""A campaign that is shown while its run goes on, in a real kernel: counts come with each stage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.kernel.conftest import Kernel

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(180)]

CAMPAIGN = """
import threading
import polars as pl
import campaign_nb as cn
from IPython.display import display
from ipywidgets.widgets import widget as kernel_side
gates = {name: threading.Event() for name in ("first", "second")}
def through(name):
    def wait(rows):
        gates[name].wait(60)
        return rows
    return wait
people = pl.DataFrame({"id": [1, 2, 3, 4], "age": [16, 30, 40, 50], "email": [f"{n}@example.org" for n in "abcd"], "ok": [True] * 4})
shop = cn.DataModel("shop")
customers = shop.table("customers", people, key="id", email="email", consent={"email": "ok"})
spring = cn.Campaign("Spring", data=shop, workspace=cn.Workspace("live-campaign"))
first = spring.build_audience("All", customers).python("First", through("first"))
first.filter("Adults", "age >= 18").python("Second", through("second")).email("Hello", subject="Hi", html="<p>Hi</p>")
for gate in gates.values(): gate.set()
messages = sum(spring.dry_run().messages.values())
for gate in gates.values(): gate.clear()

def cards(kind):
    # What the canvas's widgets hold, as the page would draw them.
    parts = [one for one in kernel_side._instances.values() if type(one).__name__ == "Node" and kind in one.classes.split()]
    return [one.data["label"] for one in parts]

def settled(done):
    end = time.monotonic() + 40
    while time.monotonic() < end and cards("running") != done: time.sleep(0.05)
    return {"running": cards("running"), "done": cards("done"), "counts": [label for label in cards("pill") if label]}
"""


@pytest.fixture(scope="module")
def kernel(start: Callable[[str], Kernel]) -> Kernel:
    """A kernel that shows a campaign whose two slow activities hold a run until their gates open."""
    made = start("live")
    made.run(CAMPAIGN)
    made.run("panel = spring.publish(confirm=messages); display(spring)")
    return made


def test_counts_on_transitions_come_stage_by_stage_while_a_run_goes_on(kernel: Kernel) -> None:
    assert kernel.ask("settled(['First'])") == {"running": ["First"], "done": ["All"], "counts": ["4"]}
    kernel.run("gates['first'].set()")
    assert kernel.ask("settled(['Second'])") == {"running": ["Second"], "done": ["All", "First", "Adults"], "counts": ["4", "4", "3"]}
    kernel.run("gates['second'].set()")
    kernel.run("spring.runs[0].wait('60s')")
    done = kernel.ask("(settled([]), spring.runs[0].state)")
    assert (done[0]["running"], done[0]["counts"], done[1]) == ([], ["4", "4", "3", "3", "3"], "done")
