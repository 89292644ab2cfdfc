"""The static picture: well-formed, text only as text, inside its cards, in light and dark."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as Xml

import html5lib
import pytest

from campaign_nb.render.cards import face_image, pill_image
from campaign_nb.render.measure import ellipsis, width
from campaign_nb.render.palette import DARK, LIGHT, Palette
from campaign_nb.render.svg import svg
from campaign_nb.render.view import read_view
from tests.render.views import ATTACKS, attack, edge, node, offer, view

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "style", "g", "rect", "circle", "path", "text", "tspan", "title"}


def texts(picture: str) -> list[str]:
    """All texts that are shown, tooltips apart."""
    return ["".join(found.itertext()) for found in Xml.fromstring(picture).iter(f"{SVG}text")]


def cards(picture: str) -> list[Xml.Element]:
    """The groups that draw an activity."""
    return [group for group in Xml.fromstring(picture).iter(f"{SVG}g") if (group.get("class") or "").startswith("node ")]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, as WCAG counts it."""

    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted([light(one), light(other)])
    return (bright + 0.05) / (dark + 0.05)


def test_a_picture_is_well_formed_and_shows_labels_kinds_and_counts() -> None:
    shown = texts(svg(offer("done", 12_340)))
    assert {"Spring", "Lapsed", "Gold", "Reach", "Offer", "Mail A", "Mail B", "Filter", "12,340", "A\u00a0\u00a012,340"} <= set(shown)


def test_hostile_texts_are_no_elements_for_an_xml_reader() -> None:
    tree = Xml.fromstring(svg(attack()))
    assert {found.tag.removeprefix(SVG) for found in tree.iter()} <= DRAWN
    assert not [name for found in tree.iter() for name in found.attrib if name.startswith("on") or "href" in name]


def test_hostile_texts_are_no_elements_for_a_browser() -> None:
    tree = html5lib.parse(f"<body>{svg(attack())}</body>", namespaceHTMLElements=False)
    names = {str(found.tag).rpartition("}")[2] for found in tree.iter()}
    assert names <= DRAWN | {"html", "head", "body"}
    assert not [name for found in tree.iter() for name in found.attrib if str(name).startswith("on") or "href" in str(name)]


@pytest.mark.parametrize("text", ATTACKS)
def test_each_hostile_label_is_in_its_tooltip_as_it_was_written(text: str) -> None:
    picture = svg(view([node(text)], []))
    titles = ["".join(found.itertext()) for found in Xml.fromstring(picture).iter(f"{SVG}title")]
    start = text.split("\n")[0][:12].split("\x1b")[0].split("\ud800")[0].split("\u202e")[0]
    assert any(title.startswith(start) for title in titles)


def test_nothing_is_fetched_from_elsewhere() -> None:
    picture = svg(attack())
    rest = picture.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|url\(|@import|xlink|<a[ >]|<use|<image|<script", re.sub(r"<(text|title|tspan)[^>]*>[^<]*", "", rest))


def test_there_are_no_ids_that_two_pictures_in_a_page_could_share() -> None:
    assert not [found for found in Xml.fromstring(svg(offer())).iter() if found.get("id")]


def test_a_long_label_is_cut_to_its_card() -> None:
    # 200 wide, text from 57, 10 to spare: 133. A bold W of 13 px is 0.944 * 13 * 1.075 = 13.19; an ellipsis 13.98.
    shown = texts(svg(view([node("W" * 60)], [])))
    # The first line leaves 8 more to the mark: 125.
    assert shown.index("W" * 9) + 1 == shown.index("W" * 9 + "…")


def test_a_label_that_needs_them_has_two_lines() -> None:
    shown = texts(svg(view([node("Customers who bought twice")], [])))
    assert shown.index("Customers who") + 1 == shown.index("bought twice")


def test_labels_that_are_written_from_the_right_are_laid_out_as_such() -> None:
    (label,) = [found for found in Xml.fromstring(svg(view([node("לקוחות")], []))).iter(f"{SVG}text") if found.text == "לקוחות"]
    assert label.get("style") == "unicode-bidi:plaintext"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("state", ["disabled", "skipped"])
def test_the_text_of_what_is_passed_by_or_off_can_be_read(state: str, theme: Palette) -> None:
    raw = node("Never", "disabled") if state == "disabled" else node("Never", passed=True)
    tree = Xml.fromstring(face_image(read_view(view([{**raw, "note": "nothing arrived"}], [])).nodes[0], theme))
    faded = {part for group in tree.iter() if group.get("opacity") for part in group.iter()}
    drawn = list(tree.iter(f"{SVG}text"))
    assert faded and not faded & set(drawn)
    ground = theme.disabled if state == "disabled" else theme.card
    assert min(contrast(str(found.get("fill")), ground) for found in drawn) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_count_of_a_way_that_is_closed_can_be_read(theme: Palette) -> None:
    closed = read_view(view([node("a")], [edge("a", None, 5, "many", state="closed")])).edges[0]
    tree = Xml.fromstring(pill_image(closed, theme))
    assert not [found for found in tree.iter() if found.get("opacity")]
    assert {contrast(str(found.get("fill")), theme.pill) >= 4.5 for found in tree.iter(f"{SVG}tspan")} == {True}


def test_a_label_of_a_megabyte_is_cut_before_it_is_drawn() -> None:
    assert len(svg(view([node("A" * 1_000_000)], []))) < 20_000


def test_what_could_be_drawn_wider_is_clipped_by_its_card() -> None:
    for group in cards(svg(attack())):
        inner = next(group.iter(f"{SVG}svg"))
        assert float(inner.get("x", 0)) + float(inner.get("width", 0)) <= 200


def test_states_have_marks_and_the_legend_names_those_that_occur() -> None:
    shown = texts(svg(view([node("a", "done"), node("b", "error"), node("c")], [])))
    assert {"Done", "Error"} <= set(shown)
    assert not {"Running", "Pending", "Disabled"} & set(shown)


def test_an_open_end_is_a_line_with_a_dot_and_its_count() -> None:
    picture = svg(view([node("a")], [edge("a", None, 132, "complement")]))
    assert picture.count('class="head"') == 1
    assert re.search(r'<circle class="head"', picture)
    assert "complement\u00a0\u00a0132" in texts(picture)


def test_the_page_s_theme_wins_over_the_system_s() -> None:
    style = next(Xml.fromstring(svg(offer())).iter(f"{SVG}style")).text or ""
    dark, page_light = style.index("@media (prefers-color-scheme:dark)"), style.index('[data-jp-theme-light="true"]')
    assert dark < page_light
    assert '[data-jp-theme-light="false"] .campaign-nb-svg .surface{fill:#15191f' in style


def test_the_header_tells_name_status_schedule_and_run() -> None:
    run = {"id": "r", "mode": "dry", "state": "done", "as_of": "2026-03-02T08:00:00+00:00", "started": None, "progress": 1}
    schedule = {"sentence": "Every Monday at 09:00", "next": ["2026-03-09T08:00:00+00:00"]}
    shown = texts(svg(view([], [], status="live", error=True, schedule=schedule, run=run, problems=["x"])))
    assert {"Live", "Error", "1 problem", "Every Monday at 09:00 · next 9 Mar 2026, 09:00"} <= set(shown)
    assert "Dry run done · as of 2 Mar 2026, 09:00 (Europe/Paris)" in shown


@pytest.mark.parametrize("stands", [{"status": "draft"}, {"status": "live", "paused": True}, {"status": "stopped"}])
def test_no_next_launch_is_told_where_none_will_come(stands: dict[str, Any]) -> None:
    schedule = {"sentence": "Every Monday at 09:00", "next": ["2026-03-09T08:00:00+00:00"]}
    assert "Every Monday at 09:00" in texts(svg(view([], [], schedule=schedule, **stands)))


def test_a_picture_can_do_without_its_header() -> None:
    assert "Spring" not in texts(svg(offer(), heading=False))


def test_widths_of_texts_are_those_of_a_usual_sans_serif() -> None:
    # i 222, W 944, a combining accent nothing, a Chinese sign the whole em.
    assert width("iW", 10) == 11.66
    assert width("e\u0301", 10) == width("e", 10) == 5.56
    assert width("日", 10) == 10


def test_an_ellipsis_takes_part_in_the_room() -> None:
    assert ellipsis("abcdef", 100, 10) == "abcdef"
    # a 5.56, b 5.56, … 10: 21.12 fits in 22, a third letter does not.
    assert ellipsis("abcdef", 22, 10) == "ab…"


def test_a_halt_shows_over_waiting_and_what_was_passed_by_over_idle() -> None:
    shown = texts(svg(view([node("a", "waiting", halted=True), node("b", passed=True), node("c", "waiting"), node("d", "disabled")], [])))
    assert {"Halted", "Passed by", "Waiting", "Disabled"} <= set(shown)


def test_a_note_takes_the_place_of_the_kind_and_stands_whole_in_the_tooltip() -> None:
    note = "→ many (Everybody who is at least 18: 12,340)"
    picture = svg(view([node("Enough?", "done", note=note)], []))
    assert "Filter" not in texts(picture)
    assert f"Enough?\nFilter\n{note}" in [found.text for found in Xml.fromstring(picture).iter(f"{SVG}title")]


def test_the_way_of_a_run_is_thick_and_ways_not_taken_are_dotted() -> None:
    ways = [edge("a", "b", 5, "many"), edge("a", "c", 0, "few", state="closed")]
    picture = svg(view([node("a"), node("b"), node("c")], ways))
    assert picture.count('stroke-width="2.75"') == 1
    assert picture.count('stroke-dasharray="1 5"') == 1


def test_a_halted_run_says_where_why_and_how_far_it_is() -> None:
    run = {"id": "r", "mode": "live", "state": "paused", "held_at": "Mail", "why": "a breakpoint", "rows": 40}
    shown = texts(svg(view([], [], run=run)))
    assert {"Live run halted", "40 rows", "Halted at Mail: a breakpoint"} <= set(shown)


def test_a_time_that_nobody_knows_is_said_to_be_unknown() -> None:
    run = {"id": "r", "mode": "live", "state": "running", "rows": 0, "left": None, "left_from": "nothing"}
    assert "time left unknown" in texts(svg(view([], [], run=run)))
