"""What a terminal shows of a running workspace: everything, in colours, and nothing that data could steer."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

import campaign_nb as cn
from campaign_nb.cli.holding import Holding
from campaign_nb.cli.screen import Lines, View
from campaign_nb.store import log
from tests.cli.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def workspace(desk: Desk) -> Iterator[cn.Workspace]:
    made = cn.Workspace(desk.space)
    yield made
    made.close()


def seen(view: View) -> str:
    """The view as a terminal gets it, its colours left out."""
    console = Console(file=io.StringIO(), force_terminal=True, width=110, highlight=False, markup=False, emoji=False)
    console.print(view())
    return re.sub(r"\x1b\[[0-9;]*m", "", console.file.getvalue())  # type: ignore[attr-defined] - it is the text's


def test_the_view_has_state_campaigns_launches_log_and_what_can_not_be_opened(desk: Desk, workspace: cn.Workspace) -> None:
    desk.publish("Spring")
    desk.publish("Frames", portable=False)
    held = Holding(workspace)
    assert held.look() == ["Spring"]
    shown = seen(View(workspace, held))
    assert re.search(r"\.campaign-nb · stopped · 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC · Ctrl-C stops", " ".join(shown.split()))
    assert re.search(r"Spring +live +20\d\d-01-01 09:00:00 UTC", shown)
    assert re.search(r"next +20\d\d-01-01 09:00:00 UTC +Spring", shown)
    assert "Frames can't be opened: its data model is not in the workspace" in shown
    assert "Spring: published: 3 messages in the last dry run" in shown


def test_no_name_and_no_message_steers_the_terminal(desk: Desk, workspace: cn.Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    desk.publish("[red]Spring[/red]")
    held = Holding(workspace)
    held.look()
    lines = Lines(workspace, held)
    with workspace.store.begin() as connection:
        log.append(connection, "run done\x1b[2J\nINFO forged \u202e\x9b31m", dt.datetime.now(dt.UTC))
    lines.write()
    written, shown = capsys.readouterr().out, seen(View(workspace, held))
    assert "[red]Spring[/red]" in shown
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", written + shown)
    assert len(written.splitlines()) == 1


def test_a_campaign_is_opened_once_and_again_when_it_has_a_new_version(desk: Desk, workspace: cn.Workspace) -> None:
    desk.publish("Spring")
    held = Holding(workspace)
    assert (held.look(), held.look()) == (["Spring"], [])
    desk.publish("Spring", description="new")
    assert (held.look(), held.look()) == (["Spring"], [])


def test_only_the_named_campaigns_are_held(desk: Desk, workspace: cn.Workspace) -> None:
    desk.publish("Spring")
    desk.publish("Autumn")
    assert Holding(workspace, ["Autumn"]).look() == ["Autumn"]
    with pytest.raises(cn.StoreError, match="no campaign of that name"):
        Holding(workspace, ["Winter"])
