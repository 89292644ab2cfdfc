"""The scheduler in a real kernel: punctual beside busy cells, deaf to interrupts, silent, and gone at the end."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest

from tests.kernel.conftest import Kernel, gone

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(180)]

BUSY = {
    "sleep": "time.sleep(6)",
    "python": "end = time.monotonic() + 6\nwhile time.monotonic() < end: sum(range(100))",
    "polars": """
import polars as pl
end = time.monotonic() + 6
frame = pl.DataFrame({"k": range(200_000)}).with_columns(v=pl.col("k") % 1000)
while time.monotonic() < end: rows = frame.join(frame, on="k").group_by("v").len().height
""",
}

CAMPAIGN = """
import polars as pl
import campaign_nb as cn
people = pl.DataFrame({"id": [1, 2, 3], "email": ["a@example.org", "b@example.org", "c@example.org"], "ok": [True] * 3})
shop = cn.DataModel("shop")
customers = shop.table("customers", people, key="id", email="email", consent={"email": "ok"})
shop_workspace = cn.Workspace("real-campaign")
spring = cn.Campaign("Spring", data=shop, workspace=shop_workspace)
mail = spring.build_audience("All", customers).email("Hello", subject="Hi", html="<p>Hi</p>")
spring.schedule = cn.SeveralTimesADay(every="1s")
panel = spring.publish(confirm=3)
"""


@pytest.fixture(scope="module")
def busy(start: Callable[[str], Kernel]) -> Kernel:
    """A kernel whose scheduler launches a campaign every second, and another whose runs fail."""
    kernel = start("busy")
    kernel.run("world.publish(every(overlap='allow')); world.publish(every('3s'), 'Broken', fails=True); world.scheduler.start()")
    return kernel


@pytest.mark.parametrize(("work", "bound"), [("sleep", 1.0), ("python", 2.0), ("polars", 2.0)])
def test_launches_are_punctual_while_a_cell_is_busy_and_put_nothing_out(busy: Kernel, work: str, bound: float) -> None:
    before = busy.ask("len(world.launcher.late)")
    cell = busy.send(BUSY[work])
    assert busy.finish(cell)["status"] == "ok"
    late = sorted(busy.ask(f"world.launcher.late[{before}:]"))
    worst = late[min(len(late) - 1, int(len(late) * 0.99))]
    print(f"\n{work}: {len(late)} launches, lateness median {late[len(late) // 2]:.3f} s, p99 {worst:.3f} s, wanted {bound:g} s")
    assert len(late) >= 3
    assert worst <= bound
    assert [output for parent, output in busy.outputs if parent == cell] == []


def test_interrupts_end_the_cell_and_not_the_scheduler(busy: Kernel) -> None:
    for code in ("time.sleep(60)", "while True: pass"):
        cell = busy.send(code)
        time.sleep(0.7)
        busy.manager.interrupt_kernel()
        assert busy.finish(cell)["ename"] == "KeyboardInterrupt"
    before = busy.ask("len(world.launcher.late)")
    busy.run("time.sleep(2.5)")
    assert busy.ask("len(world.launcher.late)") >= before + 2
    assert busy.ask("[world.scheduler.state, threading.active_count() < 20]") == ["running", True]


def test_a_kernel_that_was_asleep_launches_once_and_writes_one_row(busy: Kernel) -> None:
    before = busy.ask("len([row for row in world.launched() if row.count > 1])")
    busy.signal(signal.SIGSTOP)
    time.sleep(4.2)
    busy.signal(signal.SIGCONT)
    busy.run("time.sleep(1.5)")
    gaps = busy.ask("[[row.count, row.reason] for row in world.launched() if row.count > 1]")[before:]
    print(f"\nasleep for 4 s: {gaps}")
    assert len(gaps) == 1
    assert 2 <= gaps[0][0] <= 4
    assert "made up for by the launch of" in gaps[0][1]


def test_each_launch_has_one_row_and_one_run_whatever_happened_before(busy: Kernel) -> None:
    busy.run("world.scheduler.stop()")
    assert busy.ask("[thread.name for thread in threading.enumerate() if thread.name.startswith('campaign-nb')]") == []
    rows, runs = busy.ask("[[[row.nominal, row.state] for row in world.launched()], len(world.runs())]")
    made = [nominal for nominal, state in rows if state != "missed"]
    assert len(made) == len(set(made)) == runs
    assert {state for _, state in rows} <= {"done", "missed", "running"}  # running: stopped before its first stage
    strangers = [output for _, output in busy.outputs if output["type"] != "stream" or not output["text"].startswith("answer ")]
    assert [output for output in strangers if output.get("ename") != "KeyboardInterrupt"] == []


def test_a_kernel_killed_in_a_run_leaves_it_to_the_next_one(start: Callable[[str], Kernel]) -> None:
    first = start("killed")
    first.run("""
campaign = world.publish(every("1h", valid_until="2100-01-01"))
world.launcher.behaviours[campaign].meanwhile = lambda: time.sleep(60)
world.scheduler.start()
world.scheduler.submit(world.start_run(campaign))
while not world.launcher.executed: time.sleep(0.05)
""")
    first.signal(signal.SIGKILL)
    assert gone(first.pid, 10)
    heir = start("killed")
    heir.run("world.launcher.behaviours[world.campaign().id] = Behaviour()")
    assert heir.ask("[run.state for run in world.runs()]") == ["running"]
    heir.run("world.scheduler.start()\nwhile world.runs()[0].state == 'running': time.sleep(0.05)")
    assert heir.ask("[[run.state for run in world.runs()], len(world.launcher.executed)]") == [["done"], 1]


def test_a_real_campaign_launches_beside_a_busy_cell_and_a_shutdown_leaves_no_process(start: Callable[[str], Kernel]) -> None:
    kernel = start("real")
    kernel.run(CAMPAIGN)
    cell = kernel.send("time.sleep(4)")
    assert kernel.finish(cell)["status"] == "ok"
    assert [output for parent, output in kernel.outputs if parent == cell] == []
    kernel.run("shop_workspace.scheduler.stop()")
    done, messages = kernel.ask("[spring.runs.frame()['state'].to_list().count('done'), shop_workspace.outbox.frame().height]")
    assert done >= 2
    assert messages in (3 * done, 3 * done + 3)  # the last run may have been stopped after its messages
    kernel.run("shop_workspace.scheduler.start()")
    kernel.manager.shutdown_kernel()
    assert gone(kernel.pid, 10)
