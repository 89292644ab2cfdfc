"""The live view: canvas and details as one thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from campaign_nb.widgets.live import LiveCampaign
from tests.render.views import node, offer, view
from tests.widgets.fakes import open_widgets


@pytest.fixture
def live() -> Iterator[LiveCampaign]:
    """A live view without a callback for details."""
    shown = LiveCampaign(offer())
    yield shown
    shown.close()


def details(live: LiveCampaign) -> dict[str, Any]:
    """What the panel shows."""
    return live.widget.children[1].state


def test_the_page_finds_it_by_a_class_of_its_own(live: LiveCampaign) -> None:
    assert f"campaign-nb-live-{live.widget.model_id}" in live.widget._dom_classes


def test_it_displays_as_a_widget(live: LiveCampaign) -> None:
    assert live._repr_mimebundle_()["application/vnd.jupyter.widget-view+json"]["model_id"] == live.widget.model_id


def test_what_is_selected_is_described_from_the_view(live: LiveCampaign) -> None:
    live.select("Reach")
    assert (details(live)["title"], live.selected) == ("Reach", "Reach")
    live.select(None)
    assert (details(live), live.selected) == ({}, None)


def test_a_callback_describes_what_is_clicked() -> None:
    live = LiveCampaign(offer(), details=lambda name: {"title": name, "rows": {"columns": ["id"], "rows": [[1]]}})
    live._canvas._chosen("n3")
    assert details(live)["rows"]["rows"] == [[1]]
    live.close()


def test_a_callback_that_fails_is_told_in_the_panel() -> None:
    def fail(name: str) -> dict[str, Any]:
        raise ZeroDivisionError("ann@example.org")

    live = LiveCampaign(offer(), details=fail)
    live.select("Gold")
    assert (details(live)["title"], details(live)["note"]) == ("Gold", "Details can't be shown: ZeroDivisionError")
    live.close()


def test_details_are_asked_again_when_a_run_ends_and_not_with_every_count() -> None:
    asked = list[str]()
    live = LiveCampaign(offer(), details=lambda name: asked.append(name) or {"title": name})
    live.select("Gold")
    for state, count in (("running", 1), ("running", 2), ("done", 3)):
        live.update(offer("done", count) | {"run": {"id": "r", "mode": "dry", "state": state}})
        live._throttle.flush()
    assert asked == ["Gold", "Gold", "Gold"]
    live.close()


def test_details_close_when_their_activity_goes(live: LiveCampaign) -> None:
    live.select("Gold")
    live.update(view([node("All")], []))
    live._throttle.flush()
    assert (details(live), live.selected) == ({}, None)


def test_close_leaves_nothing_open() -> None:
    before = open_widgets()
    live = LiveCampaign(offer())
    live.select("Gold")
    live.close()
    live.update(offer("done"))
    assert open_widgets() == before


HALTED = {"id": "r", "mode": "live", "state": "paused", "held_at": "Gold", "why": "a breakpoint", "progress": 0.5}


def bar(live: LiveCampaign) -> dict[str, Any]:
    """What the bar shows."""
    return live.widget.children[0].children[0].state


def labels(live: LiveCampaign) -> list[str]:
    """The buttons of the bar."""
    return [label for _, label, _ in bar(live)["actions"]]


def press(live: LiveCampaign, action: object) -> None:
    """Press a button of the bar, as the page tells it."""
    live.widget.children[0].children[0]._handle_custom_msg({"action": action}, [])


def test_without_somebody_who_acts_there_are_no_buttons(live: LiveCampaign) -> None:
    live.show(offer() | {"status": "live"})
    assert bar(live)["actions"] == []


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ({"status": "draft"}, []),
        ({"status": "live"}, ["Pause", "Stop"]),
        ({"status": "live", "paused": True}, ["Resume", "Stop"]),
        ({"status": "live", "run": HALTED}, ["Resume", "Pause", "Stop"]),
        ({"status": "live", "paused": True, "error": True, "run": HALTED | {"error": "no list"}}, ["Retry", "Stop"]),
        ({"status": "stopped", "run": HALTED}, []),
    ],
)
def test_buttons_are_those_that_fit_how_the_campaign_stands(standing: dict[str, Any], expected: list[str]) -> None:
    live = LiveCampaign(offer() | standing, act=lambda action: None)
    assert labels(live) == expected
    live.close()


def test_a_halt_says_where_and_why_and_an_error_that_it_is_one() -> None:
    live = LiveCampaign(offer() | {"run": HALTED})
    assert (bar(live)["why"], bar(live)["failed"], bar(live)["kind"]) == ("Halted at Gold: a breakpoint", False, "halted")
    live.show(offer() | {"run": HALTED | {"error": "no list"}})
    assert (bar(live)["why"], bar(live)["failed"], bar(live)["kind"]) == ("Halted at Gold: no list", True, "error")
    live.close()


def test_a_button_calls_back_and_other_messages_do_not() -> None:
    pressed = list[str]()
    live = LiveCampaign(offer(), act=pressed.append)
    for action in ("resume", "publish", None, {"resume": 1}, "log", "stop"):
        press(live, action)
    assert pressed == ["resume", "stop"]
    live.close()


def test_the_log_opens_at_the_selected_activity_follows_the_run_and_closes() -> None:
    lines = [{"at": "2026-07-01T12:00:00+00:00", "level": "info", "message": "one"}]
    live = LiveCampaign(offer(), history=lambda: {"title": "Spring", "log": list(lines)})
    log = live.widget.children[2]
    live.select("Gold")
    press(live, "log")
    assert (len(log.state["log"]), log.state["activity"]) == (1, "Gold")
    lines.append(lines[0])
    live.show(offer("done"))
    assert len(log.state["log"]) == 2
    press(live, "log")
    assert log.state == {}
    live.close()
