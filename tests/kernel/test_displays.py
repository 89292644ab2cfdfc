"""Live views hold changes back before they read anything, and read once for what they show."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import campaign_nb as cn
from campaign_nb.campaign.publication import Panel
from campaign_nb.engine.events import RunEvent
from campaign_nb.kernel import displays, outputs
from campaign_nb.kernel.panels import PanelData
from campaign_nb.render import mime
from campaign_nb.widgets.panels import SchedulerPanel
from campaign_nb.widgets.publish import PublishButton
from campaign_nb.widgets.throttle import Throttle
from campaign_nb.workspace import workspaces
from tests.engine.shop import shop

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


class Handle:
    """The output of a cell, without a notebook."""

    def update(self, *_: object, **__: object) -> None:
        """Forget what would be shown."""


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[cn.Campaign]:
    """A campaign that has run once and launches every hour."""
    monkeypatch.setattr(outputs, "display", lambda *_, **__: Handle())
    # A minute, so that a busy machine makes no second interval of a burst.
    monkeypatch.setattr(outputs, "Throttle", functools.partial(Throttle, interval=60))
    workspace = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    c = cn.Campaign("Spring", data=shop(), workspace=workspace)
    c.build_audience("All", c.data.people).email("Mail", subject="Hi", text="Hello")
    c.schedule = cn.SeveralTimesADay(every="1h")
    c.publish(confirm=2)
    workspace.clock.advance(hours=1)  # type: ignore[attr-defined] # a ManualClock
    yield c
    displays.close_all()
    workspace.close()


def counted(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> list[str]:
    """Note every call of a method."""
    calls, method = list[str](), getattr(owner, name)

    def call(*given: Any) -> Any:
        calls.append(name)
        return method(*given)

    monkeypatch.setattr(owner, name, call)
    return calls


def burst(campaign: cn.Campaign, number: int = 40) -> None:
    """Tell of a run that goes on, many times in a moment."""
    run = campaign.runs[0].id
    campaign.workspace.scheduler._progress.begin("Spring", run)
    for done in range(number):
        campaign.workspace.tell(RunEvent("Spring", run, NOON, "running", done, number))


def test_a_burst_of_events_reads_a_campaign_twice_the_first_time_and_the_last(
    campaign: cn.Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    displays.show_campaign(campaign)
    calls = counted(monkeypatch, cn.Campaign, "view")
    burst(campaign)
    displays.close_all()
    assert calls == ["view", "view"]


def test_a_burst_of_events_reads_a_scheduler_twice(campaign: cn.Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    displays.show_panel(campaign.publish(confirm=2))
    calls = counted(monkeypatch, PanelData, "read")
    burst(campaign)
    displays.close_all()
    assert calls == ["read", "read"]


def test_what_was_read_last_is_what_is_shown(campaign: cn.Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = list[str]()
    monkeypatch.setattr(displays.LiveCampaign, "_take", lambda _, view: shown.append(view["status"]))
    displays.show_campaign(campaign)
    burst(campaign)
    campaign.stop()
    displays.close_all()
    assert shown == ["live", "stopped"]


def test_what_is_held_back_is_shown_before_the_cell_ends(campaign: cn.Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = list[str]()
    monkeypatch.setattr(outputs.Output, "update", lambda _, bundle: shown.append(bundle[mime.MIME]["status"]))
    displays.show_campaign(campaign)
    campaign.changed()
    campaign.stop()
    displays.flush_all()
    assert shown[-1] == "stopped"


def test_those_who_watch_a_workspace_hear_of_an_event_once(campaign: cn.Campaign) -> None:
    heard = list[object]()
    end = workspaces.watch(heard.append)
    burst(campaign, number=1)
    end()
    assert heard == [campaign.workspace]


def test_a_run_that_waits_stands_under_what_waits_and_not_under_what_has_run(campaign: cn.Campaign) -> None:
    late = cn.Campaign("Late", data=campaign.data, workspace=campaign.workspace)
    late.build_audience("All", late.data.people).wait("A day", days=1).email("Mail", subject="Hi", text="Hello")
    late.dry_run()
    late.publish(confirm=2)
    campaign.workspace.clock.advance(minutes=1)  # type: ignore[attr-defined] # a ManualClock
    until = late.runs[0].due_at
    assert until is not None
    read = PanelData(Panel(late)).read()
    assert read["waiting"] == [{"campaign": "Late", "at": "A day", "until": until.isoformat()}]
    assert read["runs"] == []


def test_a_paused_campaign_is_told_to_be_paused_until_it_goes_on(campaign: cn.Campaign) -> None:
    data = PanelData(Panel(campaign))
    assert data.read()["pauses"] == []
    campaign.pause()
    assert data.read()["pauses"] == [{"campaign": "Spring", "why": ""}]
    campaign.resume()
    assert data.read()["pauses"] == []


def test_what_is_saved_says_that_it_was_published(campaign: cn.Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    saved, buttons = list[str](), list[PublishButton]()
    monkeypatch.setattr(outputs.Output, "update", lambda _, bundle: saved.append(bundle["text/html"]))
    monkeypatch.setattr(displays, "PublishButton", lambda *given: buttons.append(PublishButton(*given)) or buttons[-1])
    again = cn.Campaign("Again", data=campaign.data, workspace=campaign.workspace)
    again.build_audience("All", again.data.people).email("Mail", subject="Hi", text="Hello")
    again.schedule = cn.Daily("23:00", time_zone="UTC")
    displays.show_publication(again.publish())
    (button,) = buttons
    button.widget.children[1].click()
    about, panel = button.widget.children
    assert saved and all("Again was published" in shown and "confirm=" not in shown for shown in saved)
    assert "Again was published" in about.value and "would send" not in about.value
    assert (isinstance(panel, SchedulerPanel), panel.take_focus) == (True, True)
