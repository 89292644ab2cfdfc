"""What a campaign leaves in a notebook."""

from __future__ import annotations

import json

from campaign_nb.render.mime import MIME, bundle, text
from campaign_nb.render.view import moment, read_view
from tests.render.views import attack, edge, node, offer, view


def test_a_bundle_is_data_picture_and_text_and_no_widget() -> None:
    found = bundle(offer("done", 5))
    assert set(found) == {MIME, "image/svg+xml", "text/plain"}
    assert json.loads(json.dumps(found))[MIME] == offer("done", 5)


def test_the_text_is_a_tree_in_which_every_activity_stands_once() -> None:
    assert text(offer(count=12_340)).splitlines() == [
        "Spring · draft",
        "",
        "● Lapsed · Filter",
        "│ 12,340",
        "● Reach · Filter",
        "│ 12,340",
        "● Offer · Filter",
        "├○ control · 12,340",
        "├─ A · 12,340",
        "│  ● Mail A · Filter",
        "└─ B · 12,340",
        "   ● Mail B · Filter",
        "● Gold · Filter",
        "│ 12,340",
        "↑ Reach",
    ]


def test_a_cycle_ends_in_the_text() -> None:
    loop = view([node("a"), node("b")], [edge("a", "b"), edge("b", "a")])
    assert text(loop).splitlines()[2:] == ["● a · Filter", "│", "● b · Filter", "│", "↑ a"]


def test_problems_stand_under_their_activity() -> None:
    assert "  ! no column 'x'" in text(view([node("a", "error", problems=["no column 'x'"])], []))


def test_hostile_texts_forge_no_line_and_move_no_cursor() -> None:
    shown = text(attack())
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert not [line for line in shown.splitlines() if line.startswith("INFO")]


def test_a_view_with_missing_parts_is_read_all_the_same() -> None:
    picture = read_view({"nodes": [{"id": 1}], "edges": [{"id": "e", "source": 1, "target": "gone"}, {"id": "f", "source": "gone"}]})
    assert [found.label for found in picture.nodes] == ["1"]
    assert [(found.id, found.target) for found in picture.edges] == [("e", None)]


def test_the_first_of_two_activities_with_one_id_is_drawn() -> None:
    picture = read_view({"nodes": [node("a", label="first"), node("b"), node("a", label="second")]})
    assert sorted(found.label for found in picture.nodes) == ["b", "first"]


def test_instants_are_shown_in_the_campaign_s_zone() -> None:
    assert moment("2026-07-01T07:00:00+00:00", "Europe/Paris") == "1 Jul 2026, 09:00"
    assert moment("soon", "Europe/Paris") == "soon"
    assert moment("2026-07-01T07:00:05+00:00", "No/Where") == "2026-07-01T07:00:05+00:00"
