"""The canvas with the real library, seen from the kernel: traits after a change, and nothing left open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import ipycytoscape
import pytest
import traitlets

from campaign_nb.widgets.canvas import MOST_NODES, CampaignCanvas
from tests.render.views import ATTACKS, attack, edge, node, offer, view
from tests.widgets.fakes import open_widgets


@pytest.fixture
def canvas() -> Iterator[CampaignCanvas]:
    """A canvas that shows a split, before any run."""
    shown = CampaignCanvas(offer())
    yield shown
    shown.close()


def graph(canvas: CampaignCanvas) -> Any:
    """The library's widget that is shown now."""
    return canvas.widget.children[1]


def part(canvas: CampaignCanvas, name: str) -> Any:
    """One element, by the canvas's own name for it."""
    drawn = graph(canvas).graph
    return next(found for found in [*drawn.nodes, *drawn.edges] if found.data["id"] == name)


def click(canvas: CampaignCanvas, name: str) -> None:
    """Do as the front end does when an element is clicked."""
    kind = "edge" if name.startswith("e") else "node"
    graph(canvas)._handle_custom_msg({"widget": kind, "event": "click", "data": {"data": {"id": name}}}, [])


def test_a_view_becomes_cards_pills_open_ends_and_lines(canvas: CampaignCanvas) -> None:
    drawn = graph(canvas).graph
    assert [found.data["id"] for found in drawn.nodes] == ["n0", "n1", "n2", "n3", "n4", "n5", "p0", "p1", "p2", "p3", "p4", "p5", "o5"]
    assert [(found.data["source"], found.data["target"]) for found in drawn.edges] == [
        ("n0", "n2"),
        ("n1", "n2"),
        ("n2", "n3"),
        ("n3", "n4"),
        ("n3", "n5"),
        ("n3", "o5"),
    ]


def test_new_states_and_counts_change_the_same_elements_in_place(canvas: CampaignCanvas) -> None:
    before, card, pill = graph(canvas), part(canvas, "n0"), part(canvas, "p3")
    canvas.show(offer("done", 12_340))
    assert graph(canvas) is before
    assert (part(canvas, "n0") is card, part(canvas, "p3") is pill) == (True, True)
    assert card.classes == "card targeting done"
    assert (pill.data["label"], pill.classes) == ("A · 12,340", "pill active")


def test_data_is_assigned_as_a_whole_so_that_it_is_sent(canvas: CampaignCanvas) -> None:
    pill, changes = part(canvas, "p3"), list[Any]()
    pill.observe(changes.append, "data")
    canvas.show(offer("done", 7))
    assert [change["new"]["label"] for change in changes] == ["A · 7"]


def test_only_what_differs_is_sent(canvas: CampaignCanvas) -> None:
    changes = list[Any]()
    for found in [*graph(canvas).graph.nodes, *graph(canvas).graph.edges]:
        found.observe(changes.append, traitlets.All)
    changed = offer()
    changed["nodes"][2]["state"] = "running"
    canvas.show(changed)
    assert {change["owner"].data["id"] for change in changes} == {"n2"}


def test_a_new_structure_is_a_new_graph_and_the_old_one_is_closed(canvas: CampaignCanvas) -> None:
    before, parts = graph(canvas), [*graph(canvas).graph.nodes, *graph(canvas).graph.edges]
    root = canvas.widget
    canvas.show(view([node("All")], [edge("All", None)]))
    assert canvas.widget is root
    assert graph(canvas) is not before
    assert [found.comm for found in [before, before.layout, before.graph, *parts]] == [None] * (3 + len(parts))


def test_a_renamed_activity_is_a_new_structure(canvas: CampaignCanvas) -> None:
    before, renamed = graph(canvas), offer()
    renamed["nodes"][0]["label"] = "Sleepers"
    canvas.show(renamed)
    assert graph(canvas) is not before


def test_close_leaves_nothing_open_in_the_kernel() -> None:
    before = open_widgets()
    canvas = CampaignCanvas(offer())
    canvas.show(view([node("All")], []))
    canvas.close()
    assert open_widgets() == before


def test_updates_after_closing_are_ignored() -> None:
    before = open_widgets()
    canvas = CampaignCanvas(offer())
    canvas.close()
    canvas.close()
    canvas.patch(offer("done"))
    canvas.show(view([node("All")], []))
    assert open_widgets() == before


def test_a_click_tells_the_id_of_the_view_and_marks_what_was_clicked(canvas: CampaignCanvas) -> None:
    seen = list[str]()
    canvas.on_select(seen.append)
    click(canvas, "n3")
    click(canvas, "p5")
    assert seen == ["Offer", "Offer|control|None"]
    assert part(canvas, "n3").classes == "card targeting idle"
    assert (part(canvas, "p5").classes, part(canvas, "e5").classes.split()[-3]) == ("pill idle selected", "selected")


def test_the_choice_survives_new_counts_and_ends_with_its_activity(canvas: CampaignCanvas) -> None:
    canvas.select("Gold")
    canvas.show(offer("done", 5))
    assert part(canvas, "n1").classes == "card targeting done selected"
    canvas.show(view([node("All")], []))
    assert canvas.selected is None


def test_a_listener_can_end(canvas: CampaignCanvas) -> None:
    seen = list[str]()
    end = canvas.on_select(seen.append)
    end()
    click(canvas, "n3")
    assert seen == []


def test_clicks_on_what_is_not_there_are_ignored(canvas: CampaignCanvas) -> None:
    seen = list[str]()
    canvas.on_select(seen.append)
    for name in ("n99", "x1", "", "n-1", "n1.5"):
        click(canvas, name)
    assert seen == []


def test_the_keyboard_selects_as_a_click_does(canvas: CampaignCanvas) -> None:
    seen = list[str]()
    canvas.on_select(seen.append)
    bar = canvas.widget.children[0]
    bar._handle_custom_msg({"select": "n2"}, [])
    bar._handle_custom_msg({"select": 2}, [])
    bar._handle_custom_msg("n2", [])
    assert seen == ["Reach"]


def test_above_the_most_activities_it_is_the_static_picture_redrawn_in_place() -> None:
    names = [f"n{number}" for number in range(MOST_NODES + 1)]
    canvas = CampaignCanvas(view([node(name) for name in names], []))
    picture = graph(canvas)
    assert picture.value.startswith("<svg")
    canvas.show(view([node(name, "done") for name in names], []))
    assert graph(canvas) is picture
    assert "Done" in picture.value
    canvas.show(offer())
    assert isinstance(graph(canvas), ipycytoscape.CytoscapeWidget)
    assert picture.comm is None
    canvas.close()


def test_the_places_are_given_and_the_page_s_wheel_is_left_alone(canvas: CampaignCanvas) -> None:
    shown = graph(canvas)
    assert (shown.cytoscape_layout["name"], shown.cytoscape_layout["animate"]) == ("preset", False)
    assert (shown.user_zooming_enabled, shown.auto_ungrabify, shown.tooltip_source) == (False, True, "")
    assert part(canvas, "n2").position["x"] < part(canvas, "n3").position["x"]


def test_a_page_that_told_it_is_dark_gets_dark_graphs(canvas: CampaignCanvas) -> None:
    canvas.widget.children[0].dark = True
    canvas.show(view([node("All")], []))
    rule = next(rule for rule in graph(canvas).cytoscape_style if rule["selector"] == "node.card")
    assert rule["style"]["background-color"] == "#20262f"


def test_no_rule_names_two_classes_at_once(canvas: CampaignCanvas) -> None:
    assert not [rule["selector"] for rule in graph(canvas).cytoscape_style if rule["selector"].count(".") > 1]


def test_hostile_labels_are_never_names_of_elements_nor_markup() -> None:
    canvas = CampaignCanvas(attack())
    drawn = graph(canvas).graph
    assert {found.data["id"][0] for found in [*drawn.nodes, *drawn.edges]} == {"n", "p", "o", "e"}
    pictures = [address for found in drawn.nodes if "light" in found.data for address in [*found.data["light"], *found.data["dark"]]]
    assert pictures
    assert not [
        address for address in pictures if not address.startswith("data:image/svg+xml,") or "<" in address or "%3Cscript" in address
    ]
    classes = {name for found in drawn.nodes for name in found.classes.split()}
    assert classes <= {"card", "pill", "open", "targeting", "error", "active", "idle", "hidden"}
    canvas.close()


def test_the_bar_shows_texts_only_as_data() -> None:
    canvas = CampaignCanvas(attack())
    state = json.loads(json.dumps(canvas.widget.children[0].state))
    assert state["chips"][0][0] == ATTACKS[0]
    assert "\u202e" not in json.dumps(state, ensure_ascii=False)
    canvas.close()


def test_a_transition_into_a_running_activity_flows() -> None:
    running = offer("idle", 5)
    running["nodes"][4]["state"] = "running"
    canvas = CampaignCanvas(running)
    assert "flow" in part(canvas, "e3").classes.split()
    assert "flow" not in part(canvas, "e4").classes.split()
    canvas.close()


def test_a_view_that_is_patched_too_fast_still_ends_with_the_last(canvas: CampaignCanvas) -> None:
    for count in range(50):
        canvas.patch(offer("done", count))
    canvas._throttle.flush()
    assert part(canvas, "p0").data["label"] == "49"


def test_the_bar_lists_the_problems_that_its_chip_counts(canvas: CampaignCanvas) -> None:
    canvas.show(view([node("Mail", problems=["no subject"])], [], problems=["it has no source"]))
    state = canvas.widget.children[0].state
    assert ["2 problems", "error"] in [list(chip) for chip in state["chips"]]
    assert state["problems"] == ["it has no source", "Mail: no subject"]
    canvas.show(view([node("Mail", problems=[f"problem {number}" for number in range(13)])], []))
    assert canvas.widget.children[0].state["problems"][9:] == ["Mail: problem 9", "and 3 more"]


def test_the_bar_of_an_empty_campaign_says_that_nothing_is_there_yet(canvas: CampaignCanvas) -> None:
    assert "No activity yet" not in canvas.widget.children[0].state["lines"]
    canvas.show(view([], []))
    assert canvas.widget.children[0].state["lines"] == ["No activity yet"]
