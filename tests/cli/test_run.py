"""`campaign-nb run`: goes on where a notebook has ended, survives its own death, and ends as it is asked to."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from configparser import RawConfigParser
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

import campaign_nb as cn
from campaign_nb.cli import main
from campaign_nb.cli.holding import Holding
from campaign_nb.store import Connection, Store, launches, runs
from tests.cli.desk import ROOT, Desk

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(120)]

PATIENCE = 40.0
NOTEBOOK = """
import sys, time
from pathlib import Path
import campaign_nb as cn
from tests.cli.desk import Desk
desk = Desk(Path.cwd())
desk.publish("Spring", cn.SeveralTimesADay(every="1s"))
Path("published").touch()
time.sleep(600)
"""


class Service:
    """`campaign-nb run` in a process of its own, what it writes kept in files."""

    def __init__(self, desk: Desk, name: str, *words: str) -> None:
        self.folder, self.name = desk.folder, name
        with self.path("out").open("w") as output, self.path("errors").open("w") as errors:
            self.process = desk.start("run", *words, output=output, errors=errors)

    def path(self, kind: str) -> Path:
        return self.folder / f"{self.name}.{kind}"

    def says(self, pattern: str) -> str:
        """Hold until it has written something."""
        return until(lambda: found[0] if (found := re.search(pattern, self.path("out").read_text())) else "", self)

    def ends(self) -> int:
        """Hold until it has ended; return its exit code."""
        return self.process.wait(PATIENCE)

    def __str__(self) -> str:
        return self.path("out").read_text() + self.path("errors").read_text()


def until(found: Callable[[], str], what: object) -> str:
    """Hold until something is found."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if there := found():
            return there
        time.sleep(0.05)
    raise AssertionError(str(what))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "steps_of_mine", raising=False)
    return Desk(tmp_path)


@pytest.fixture
def start(desk: Desk) -> Iterator[Callable[..., Service]]:
    """Starts services; those that are left are killed."""
    started: list[Service] = []

    def make(*words: str) -> Service:
        started.append(Service(desk, f"service-{len(started)}", *words))
        return started[-1]

    yield make
    for service in started:
        service.process.kill()
        service.process.wait(PATIENCE)


def soon(seconds: float = 3.0) -> cn.Once:
    """A launch in a moment."""
    return cn.Once((dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)).isoformat())


def stored(desk: Desk) -> tuple[list[runs.RunRecord], list[launches.LaunchRecord]]:
    """The runs and the launches of the store."""
    workspace = cn.Workspace(desk.space)
    with workspace.store.read() as connection:
        found = runs.list_runs(connection), launches.list_launches(connection)
    workspace.close()
    return found


def test_it_takes_over_from_a_killed_notebook_takes_up_what_is_new_and_stops_cleanly(desk: Desk, start: Callable[..., Service]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    notebook = subprocess.Popen([sys.executable, "-c", NOTEBOOK], cwd=desk.folder, env=environment)
    until(lambda: "yes" if (desk.folder / "published").exists() else "", "the notebook has not published")
    notebook.kill()
    notebook.wait(PATIENCE)
    service = start()
    service.says(r"Spring: run done")
    desk.publish("Late", soon())
    desk.publish("Frames", portable=False)
    service.says(r"Late: run done")
    service.process.send_signal(signal.SIGTERM)
    assert service.ends() == 1, "Frames could not be opened"
    assert "Frames can't be opened:\ncampaign 'Frames'\n  its data model is not in the workspace" in str(service)
    assert service.says(r"stopped\n$")
    made = [(row.campaign_id, row.nominal) for row in stored(desk)[1] if row.state != "missed"]
    assert len(made) == len(set(made))


def test_a_run_goes_on_after_a_kill_and_after_a_second_signal(desk: Desk, start: Callable[..., Service]) -> None:
    import steps_of_mine

    desk.publish("Spring", soon(), step=steps_of_mine.hold)
    (desk.folder / "hold").touch()
    under_way = desk.folder / "under way"
    first = start()
    until(lambda: "yes" if f"{first.process.pid}\n" in under_way.read_text() else "", first)
    first.process.kill()
    assert first.ends() == -signal.SIGKILL
    second = start()
    until(lambda: "yes" if f"{second.process.pid}\n" in under_way.read_text() else "", second)
    second.process.terminate()
    second.says("a second signal stops at once")
    second.process.terminate()
    assert second.ends() == 128 + signal.SIGTERM
    (desk.folder / "hold").unlink()
    third = start("--campaign", "Spring")
    third.says("Spring: run done")
    third.process.send_signal(signal.SIGINT)
    assert third.ends() == 0, str(third)
    assert [run.state for run in stored(desk)[0]] == ["done"]
    workspace = cn.Workspace(desk.space)
    assert sorted(workspace.outbox.frame()["person"]) == ["1", "2", "3"]
    workspace.close()


def test_a_stage_in_progress_finishes_before_the_end(desk: Desk, start: Callable[..., Service]) -> None:
    import steps_of_mine

    desk.publish("Spring", soon(), step=steps_of_mine.hold)
    (desk.folder / "hold").touch()
    service = start()
    until(lambda: "yes" if f"{service.process.pid}\n" in (desk.folder / "under way").read_text() else "", service)
    service.process.terminate()
    service.says("the stage in progress finishes")
    (desk.folder / "hold").unlink()
    assert service.ends() == 0, str(service)
    workspace = cn.Workspace(desk.space)
    assert workspace.campaigns["Spring"]["status"] == "live"
    assert "done" in {task["state"] for task in cn.Campaign.open("Spring", workspace=workspace).tasks}
    workspace.close()


def run(*words: str) -> tuple[int, str]:
    """Run the command in this process; return its exit code and all that it says."""
    done = CliRunner().invoke(main, ["run", *words])
    return done.exit_code, done.output


def test_once_does_what_is_due_holds_for_a_short_wait_and_ends(desk: Desk) -> None:
    desk.publish("Spring", soon(1.5), wait=1)
    desk.publish("Later", wait=1)
    time.sleep(1.5)
    code, said = run("--once")
    assert code == 0, said
    assert "Spring: run done" in said
    assert "Later: run" not in said
    assert run("--once")[1].count("run") == 0


def test_a_run_that_waits_for_long_is_left_and_an_error_is_trouble(desk: Desk) -> None:
    import steps_of_mine

    desk.publish("Spring", soon(1.5), wait=3600)
    desk.publish("Broken", soon(1.5), step=steps_of_mine.hold)
    (desk.folder / "steps_of_mine.py").write_text("def hold(rows):\n    raise ValueError\n")
    sys.modules.pop("steps_of_mine")
    time.sleep(1.5)
    began = time.monotonic()
    code, said = run("--once")
    assert (code, time.monotonic() - began < 20) == (1, True), said
    assert "error Broken: " in said
    assert sorted(found.state for found in stored(desk)[0])[1] == "waiting"


def test_what_can_not_be_opened_is_told_with_the_reason_and_is_trouble(desk: Desk) -> None:
    desk.publish("Frames", portable=False)
    code, said = run("--once")
    assert code == 1
    assert "Frames can't be opened:\ncampaign 'Frames'\n  its data model is not in the workspace" in said
    desk.publish("Spring")
    assert run("--once", "--campaign", "Spring")[0] == 0


class ReadOnly:
    """A disk that is read-only when asked to be: transactions begin, but nothing is written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_so, begin = False, Store.begin

        @contextmanager
        def refusing(store: Store) -> Iterator[Connection]:
            with begin(store) as connection:
                connection.exec_driver_sql(f"PRAGMA query_only = {int(self.is_so)}")
                yield connection

        monkeypatch.setattr(Store, "begin", refusing)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> ReadOnly:
    return ReadOnly(monkeypatch)


@pytest.mark.parametrize("words", [["--once"], ["--until", "2026-01-01"]])
def test_a_workspace_that_can_not_be_written_is_told_at_the_start_and_is_trouble(desk: Desk, disk: ReadOnly, words: list[str]) -> None:
    desk.publish("Spring")
    disk.is_so = True
    done = CliRunner().invoke(main, ["run", *words])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[1:] == [
        "  it can't be written",
        "  expected: a folder and a file that you may write",
        '  → choose another folder: cn.Workspace("~/campaigns")',
    ]


def test_a_workspace_that_becomes_read_only_is_told_and_is_trouble(desk: Desk, disk: ReadOnly, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Holding.look

    def then_read_only(held: Holding) -> list[str]:
        found, disk.is_so = look(held), True
        return found

    desk.publish("Spring", soon(1.5))
    time.sleep(1.5)
    monkeypatch.setattr(Holding, "look", then_read_only)
    done = CliRunner().invoke(main, ["run", "--once"])
    told = [line for line in done.stderr.splitlines() if "launching campaign 'Spring' met an error" in line]
    assert (done.exit_code, len(told)) == (1, 1), done.output
    assert "it can't be written" in told[0]


SIGNALLED = """
import importlib, os, signal, sys, time
when, number = sys.argv[1], int(sys.argv[2])
def hit(*_, **__):
    os.kill(os.getpid(), number)
    time.sleep(20)
if when == "import":
    importlib.import_module = hit
else:
    from campaign_nb.store import Store
    Store.open = hit
from campaign_nb.cli import main
sys.argv[1:] = ["run"]
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("when", ["import", "open"])
def test_a_signal_before_it_has_begun_ends_it_without_a_word(desk: Desk, when: str, number: int) -> None:
    """While its modules are imported, or while the workspace is opened."""
    desk.publish("Spring")
    command = [sys.executable, "-c", SIGNALLED, when, str(int(number))]
    done = subprocess.run(
        command, cwd=desk.folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_until_ends_it(desk: Desk) -> None:
    desk.publish("Spring")
    code, said = run("--until", "2026-01-01")
    assert (code, said.splitlines()[-1]) == (0, "stopped")


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["--until", "soon"], 2, "'soon' can't be read"),
        (["--once", "--until", "2026-01-01"], 2, "--once ends by itself"),
        (["--campaign"], 2, "requires an argument"),
        (["--campaign", "Sprng"], 1, "did you mean 'Spring'?"),
    ],
)
def test_a_command_line_that_can_not_be_followed_is_refused(desk: Desk, words: list[str], code: int, reason: str) -> None:
    desk.publish("Spring")
    found, said = run(*words)
    assert (found, reason in said) == (code, True), said


def test_the_unit_for_systemd_names_the_command_and_no_machine(desk: Desk) -> None:
    unit = RawConfigParser(strict=False, delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment] - names keep their case
    unit.read_string(run("--unit")[1])
    service = unit["Service"]
    assert re.fullmatch(r"\S+/campaign-nb run --workspace \.campaign-nb", service["ExecStart"])
    assert (service["Restart"], service["RestartPreventExitStatus"], service["ProtectSystem"]) == ("on-failure", "2", "strict")
    assert service["ReadWritePaths"] == service["WorkingDirectory"]
