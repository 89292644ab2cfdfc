"""Tables with bars: lengths, colours, nulls, hostile texts, and the same as text."""

from __future__ import annotations

import html5lib
import pytest

from campaign_nb.render.bars import Line, table, text
from campaign_nb.render.html import fragment
from campaign_nb.render.html import table as plain
from tests.render.views import ATTACKS

HEADS = ("tier", "people")


def test_a_bar_is_as_long_as_its_share_of_the_longest() -> None:
    drawn = table(HEADS, [Line("gold", ("12",), 1.0), Line("silver", ("3",), 0.25), Line("none", ("0",), 0.0)])
    assert [part.split("%")[0] for part in drawn.split("width:")[1:] if "%" in part[:8]][-2:] == ["100", "25"]
    assert drawn.count('<span class="cnb-fill"') == 2


def test_a_negative_bar_has_a_colour_of_its_own_and_none_is_longer_than_its_rail() -> None:
    drawn = table(HEADS, [Line("a", ("-1",), -0.5), Line("b", ("9",), 7.0)])
    assert '<span class="cnb-fill cnb-back" style="width:50%">' in drawn
    assert '<span class="cnb-fill" style="width:100%">' in drawn


def test_null_is_grey_and_a_text_null_is_not() -> None:
    drawn = table(HEADS, [Line(None, ("1",), 1.0), Line("null", ("1",), 1.0)])
    assert drawn.count('<span class="cnb-null">null</span>') == 1


@pytest.mark.parametrize("hostile", ATTACKS)
def test_hostile_texts_stay_texts(hostile: str) -> None:
    drawn = table((hostile, hostile), [Line(hostile, (hostile,), 1.0)], caption=hostile, notice=hostile)
    found = html5lib.parse(drawn, namespaceHTMLElements=False)
    names = {str(item.tag) for item in found.iter()}
    assert names <= {"html", "head", "body", "div", "span", "style", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert {name for item in found.iter() for name in item.attrib} <= {"class", "scope", "style", "role", "aria-hidden"}


def test_a_name_of_many_lines_stays_on_one_line_in_text() -> None:
    assert text(HEADS, [Line("a\nb", ("1",), 1.0)]).splitlines()[1].startswith("a b")


def test_text_has_the_same_numbers_caption_and_notice() -> None:
    said = text(HEADS, [Line("gold", ("12",), 1.0), Line(None, ("3",), -0.01)], caption="tiers", notice="more")
    assert said.splitlines() == ["tiers", "tier  people", "gold      12  " + "█" * 20, "null       3  ░", "more"]


def test_tables_with_bars_fit_into_a_fragment_with_others() -> None:
    drawn = fragment(plain(["a"], [[1]]), table(HEADS, [Line("gold", ("12",), 1.0)]))
    assert drawn.count("<table>") == 2
    assert drawn.count("<style>") == 2
