"""One function escapes; nothing can be built around it."""

from __future__ import annotations

import datetime as dt
import re

import html5lib
import pytest

from campaign_nb.errors import CampaignError
from campaign_nb.render.html import Count, Markup, card, element, escape, fragment, is_printable, one_line, stylesheet, table, visible
from tests.render.views import ATTACKS

HARMLESS = {"html", "head", "body", "div", "span", "style", "table", "caption", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd"}


def elements(text: str) -> list[tuple[str, dict[str, str]]]:
    """Parse as a browser does; return names and attributes of all elements."""
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    return [(str(found.tag), dict(found.attrib)) for found in tree.iter()]


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_texts_stay_texts_in_cards_and_tables(text: str) -> None:
    drawn = fragment(card(text, [(text, text)], subtitle=text), table([text, "n"], [[text, 1]], caption=text))
    found = elements(drawn)
    assert {name for name, _ in found} <= HARMLESS
    assert {attribute for _, attributes in found for attribute in attributes} <= {"class", "scope"}


def test_escape_writes_all_six_signs_as_entities() -> None:
    assert escape("<b a='1' b=\"2\">&`") == "&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;&#96;"


def test_escape_leaves_markup_alone_and_escapes_it_inside_an_attribute() -> None:
    inner = element("em", {}, "x")
    assert escape(inner) is inner
    assert element("span", {"title": element("em", {"class": "a"}, "x")}, "y") == (
        '<span title="&lt;em class=&quot;a&quot;&gt;x&lt;/em&gt;">y</span>'
    )


def test_text_added_to_markup_is_text_again() -> None:
    assert escape(element("em", {}, "x") + "<b>") == "&lt;em&gt;x&lt;/em&gt;&lt;b&gt;"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\x1b[31m", "a\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("\ufeffa", "\\ufeffa"),
        ("a\u2028b", "a\\u2028b"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_control_characters_and_overrides_are_made_visible(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_letters_of_other_scripts_joiners_and_new_lines_stay() -> None:
    text = "日本 العربية 👩\u200d👩 می\u200cخواهم\n\tx"
    assert visible(text) == text


def test_a_label_is_one_line_of_bounded_length() -> None:
    assert one_line("a\nINFO  sent\r\nok") == "a INFO sent\\x0d ok"
    assert one_line("x" * 1_000_000) == "x" * 399 + "…"


def test_scripts_links_and_handlers_cant_be_built() -> None:
    with pytest.raises(CampaignError, match="the tag 'script' is not allowed"):
        element("script", {}, "x")
    with pytest.raises(CampaignError, match="the attribute 'onclick' is not allowed"):
        element("div", {"onclick": "x"})
    with pytest.raises(CampaignError, match="the attribute 'href' is not allowed"):
        element("text", {"href": "x"})
    with pytest.raises(CampaignError, match="style rules only"):
        stylesheet("</style><script>")


def test_a_table_sets_columns_of_numbers_to_the_right_and_shows_null() -> None:
    drawn = table(["reason", "people"], [["no address", 12_000], ["other", None]])
    assert '<td>no address</td><td class="cnb-number">12000</td>' in drawn
    assert '<td class="cnb-number"><span class="cnb-null">null</span></td>' in drawn


def test_fractions_have_at_most_four_digits() -> None:
    assert '<td class="cnb-number">0.3</td>' in table(["x"], [[0.1 + 0.2]])


def test_the_mathematics_of_the_page_is_kept_off() -> None:
    assert fragment("$$x$$").startswith('<div class="campaign-nb mathjax_ignore tex2jax_ignore">')


def test_fragments_in_a_fragment_bring_their_style_once() -> None:
    drawn = fragment(table(["a"], [[1]]), table(["b"], [[2]]))
    assert (drawn.count("<style>"), drawn.count("<table>")) == (1, 2)
    assert isinstance(drawn, Markup)


def test_instants_and_lengths_of_time_are_written_to_the_second_and_not_broken() -> None:
    at = dt.datetime(2026, 11, 22, 16, 45, 46, 172865, tzinfo=dt.UTC)
    shown = table(["at", "took"], [(at, dt.timedelta(minutes=75))])
    assert '<td class="cnb-when">2026-11-22 16:45:46 UTC</td><td class="cnb-when">1 h 15 min</td>' in shown


def test_counts_have_separators_and_keys_have_none() -> None:
    shown = table(["id", "people"], [(3071, Count(3071))])
    assert '<td class="cnb-number">3071</td><td class="cnb-number">3,071</td>' in shown


def test_a_caption_is_not_broken_over_a_short_table() -> None:
    assert re.search(r"caption\{[^}]*white-space:nowrap", table(["a"], [], caption="as of 2026-11-22"))


@pytest.mark.parametrize("name", ["Lapsed buyers", "می\u200cخواهم", "\U0001f469\u200d\U0001f4bb Developers"])
def test_joiners_between_other_characters_are_printable(name: str) -> None:
    assert is_printable(name)


@pytest.mark.parametrize(
    "name", ["a\u200d", "\u200ca", "a\u200c\u200db", "a \u200db", "a\u202eb", "a\u200bb", "a\nb", "a\x00b", "a\u2066b"]
)
def test_other_invisible_characters_are_not_nor_joiners_that_join_nothing(name: str) -> None:
    assert not is_printable(name)
