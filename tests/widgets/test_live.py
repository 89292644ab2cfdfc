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
