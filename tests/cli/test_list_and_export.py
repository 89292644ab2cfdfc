"""`campaign-nb list` and `campaign-nb export`, on a workspace that a notebook has left."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import campaign_nb as cn
from campaign_nb.cli import main
from campaign_nb.store import campaigns
from tests.cli.desk import Desk

Shell = Callable[..., Result]
STEERS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path)


@pytest.fixture
def shell(desk: Desk) -> Shell:
    """Runs a command line in this process."""
    return lambda *words: CliRunner().invoke(main, list(words))


def test_the_list_has_a_row_a_campaign_and_is_not_cut_in_a_pipe(desk: Desk, shell: Shell) -> None:
    long = "Spring win-back of everybody who has not been with us for a year or longer than that"
    desk.publish(long)
    desk.publish("Autumn", portable=False)
    done = shell("list")
    rows = [re.split(r"\s{2,}", line.strip()) for line in done.output.splitlines() if "live" in line]
    assert done.exit_code == 0
    assert [row[:2] for row in rows] == [["Autumn", "live"], [long, "live"]]
    assert all(re.fullmatch(r"20\d\d-01-01 09:00:00 UTC", row[2]) for row in rows)


def test_the_list_as_json_tells_the_error_and_the_next_launch(desk: Desk, shell: Shell) -> None:
    desk.publish("Spring", tags=["retail"])
    workspace = cn.Workspace(desk.space)
    with workspace.store.begin() as connection:
        record = campaigns.named(connection, "Spring")
        campaigns.flag(connection, record.id, workspace.clock.now(), "run failed", error=True, error_text="no column 'age'")
    workspace.close()
    (row,) = json.loads(shell("list", "--json").output)
    assert (row["name"], row["status"], row["tags"], row["version"], row["last"]) == ("Spring", "live", ["retail"], 1, None)
    assert (row["error"], row["error_text"], row["paused"]) == (True, "no column 'age'", False)
    assert re.fullmatch(r"20\d\d-01-01T09:00:00\+00:00", row["next"])


@pytest.mark.parametrize("words", [["list"], ["list", "--json"]])
def test_the_list_of_a_copy_says_in_one_line_that_it_waits_for_an_answer(desk: Desk, words: list[str]) -> None:
    desk.publish("Spring")
    shutil.copytree(desk.space, "copy")
    done = CliRunner().invoke(main, [*words, "--workspace", "copy"])
    assert (done.exit_code, "Spring" in done.stdout) == (1, True)
    (line,) = done.stderr.splitlines()
    assert ": nothing is launched: it was copied, restored or moved since it was last used: " in line
    assert line.endswith(" → campaign-nb run --confirm-here, if no other copy runs")


def test_the_list_of_an_empty_workspace_says_so(desk: Desk, shell: Shell) -> None:
    cn.Workspace(desk.space).store.close()
    assert shell("list").output == "no campaign\n"
    assert json.loads(shell("list", "--json").output) == []


def test_a_name_can_not_steer_the_terminal(desk: Desk, shell: Shell) -> None:
    workspace = cn.Workspace(desk.space)
    with workspace.store.begin() as connection:
        campaigns.create(connection, "\x1b]0;x\x07Spring\u202e\x9b31m\nINFO sent ok", workspace.clock.now(), description="\x1b[2J")
    workspace.close()
    for words in (["list"], ["list", "--json"], ["export", "\x1b[31mnobody"], ["run", "--once", "--campaign", "\x1b[31m"]):
        assert not STEERS.search(shell(*words).output), words
    assert len([line for line in shell("list").output.splitlines() if "INFO sent ok" in line and "Spring" in line]) == 1


@pytest.mark.parametrize("words", [["list"], ["export", "Spring"], ["run", "--once"]])
def test_a_workspace_that_is_not_there_is_refused_and_not_made(desk: Desk, shell: Shell, words: list[str]) -> None:
    done = shell(*words, "--workspace", "elsewhere")
    assert done.exit_code == 1
    assert [line.strip()[:20] for line in done.output.splitlines()] == [
        f"workspace '{desk.folder}/elsewhere'"[:20],
        "there is no store in"[:20],
        "expected: the folder of a workspace"[:20],
        "→ campaign-nb list --workspace"[:20],
    ]
    assert not (desk.folder / "elsewhere").exists()


def test_an_exported_document_is_the_one_that_was_published(desk: Desk, shell: Shell) -> None:
    desk.publish("Spring", description="Früh\x85jahr")
    done = shell("export", "Spring")
    assert not STEERS.search(done.output)
    again = cn.Campaign.from_json(done.output, data=desk.shop())
    assert (again.name, again.description, list(again.definition.nodes)) == ("Spring", "Früh\x85jahr", ["Everybody", "Hello"])


def test_exported_python_builds_the_campaign_again(desk: Desk, shell: Shell) -> None:
    desk.publish("Spring", portable=False)
    text = shell("export", "Spring", "--format", "python").output
    activities = (
        'everybody = spring.build_audience("Everybody", people)\nhello = everybody.email("Hello", subject="Hi", html="<p>Hi</p>")\n'
    )
    assert activities in text
    assert "spring.schedule = cn.Cron(" in text


def test_an_exported_page_has_picture_counts_and_report_and_asks_nobody(desk: Desk, shell: Shell) -> None:
    desk.publish("Spring <b>", cn.Asap())
    assert shell("run", "--once").exit_code == 0
    done = shell("export", "Spring <b>", "--format", "html", "-o", "spring.html")
    page = (desk.folder / "spring.html").read_text(encoding="utf-8")
    assert (done.exit_code, done.output) == (0, "wrote spring.html\n")
    assert "<title>Spring &lt;b&gt;</title>" in page
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<b>|https?://(?!www\.w3\.org/)", page)
    for what in ("<svg", "Everybody", ">3</t", "Report of Spring"):
        assert what in page, what


def test_a_page_of_a_campaign_that_never_ran_has_its_picture(desk: Desk, shell: Shell) -> None:
    desk.publish("Spring", portable=False)
    page = shell("export", "Spring", "--format", "html").output
    assert "Everybody" in page
    assert "at 09:00" in page


def test_an_unknown_name_names_the_nearest(desk: Desk, shell: Shell) -> None:
    desk.publish("Spring")
    done = shell("export", "Sprng")
    assert (done.exit_code, "did you mean 'Spring'?" in done.output) == (1, True)


def test_a_folder_that_is_not_there_is_no_traceback(desk: Desk, shell: Shell) -> None:
    desk.publish("Spring")
    done = shell("export", "Spring", "-o", "nowhere/spring.json")
    assert done.exit_code == 1
    assert "file 'nowhere/spring.json'\n  it can't be written: No such file or directory" in done.output
