"""Where values may stand in HTML: in text, in quoted attributes, and as links that run nothing."""

from __future__ import annotations

import re

import html5lib
import polars as pl
import pytest

from campaign_nb.errors import DefinitionError
from campaign_nb.messages.content import template
from tests.messages.both_ways import both, frame, rendered

GOOD = [
    '<p title="{{ name }}">{{ name }}</p>',
    "<p title='a {{ name }} b'>{{ name }}</p>",
    "<!-- <b {{ name }} --><p>{{ name }}</p>",
    "<!-- {{ name }} -->",
    "a < b {{ name }} <3 {{ name }}",
    '<a {% if name %}href="https://x.fr/{{ name }}"{% endif %}>{{ name }}</a>',
    '<img alt="a > b" src="https://x.fr/?n={{ name }}"><br/>{{ name }}',
    "<script>let x = 1 < 2;</script>{{ name }}",
    '<td style="color: red">{% for i in [1] %}<b>{{ name }}</b>{% endfor %}</td>',
]
BAD = [
    ("<p title={{ name }}>", "a value inside of the tag <p>, outside of quotes"),
    ("<p {{ name }}>", "a value inside of the tag <p>, outside of quotes"),
    ('<p title="a" {{ name }}="b">', "a value inside of the tag <p>, outside of quotes"),
    ("<{{ name }}>", "a value that begins a tag"),
    ("</{{ name }}>", "a value that begins a tag"),
    ("<script>let x = '{{ name }}';</script>", "a value inside of a script"),
    ("<SCRIPT src='x'>{{ name }}</SCRIPT>", "a value inside of a script"),
    ('<p onclick="f({{ name }})">', "a value inside of onclick=, which runs as a script"),
    ('<p ONLOAD = "{{ name }}">', "a value inside of onload=, which runs as a script"),
    ('{% if true %}<p class="a{% endif %}"x" {{ name }}>', "outside of quotes"),
    ("<a href={% for o in last %}{{ o.url }}{% endfor %}>", "outside of quotes"),
]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</p><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}",
    "--><script>",
]


def skeleton(text: str) -> list[tuple[str, list[str]]]:
    """The elements of a page as a browser reads it, with the names of their attributes."""
    root = html5lib.parse(text, namespaceHTMLElements=False)
    return [(str(node.tag), sorted(node.attrib)) for node in root.iter()]


@pytest.mark.parametrize("source", GOOD)
def test_values_in_text_and_in_quotes_can_not_break_out(source: str) -> None:
    made = template(source, "html")
    for attack in HOSTILE:
        assert skeleton(made.render({"name": attack})) == skeleton(made.render({"name": "Zoe"}))


@pytest.mark.parametrize(("source", "what"), BAD)
def test_values_elsewhere_are_refused(source: str, what: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(what)):
        template(source, "html")


def test_only_html_has_such_places() -> None:
    assert template("<p title={{ name }}>", "text").render({"name": "x y"}) == "<p title=x y>"


LINKS = frame(
    url=(
        pl.String,
        [
            "https://shop.fr/?a=1:2&b",
            "HTTP://shop.fr",
            "mailto:a@b.fr",
            "tel:+33123",
            "/path:x",
            "?q=a:b",
            "#a:b",
            "page",
            None,
            "",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "\x01javascript:alert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://x",
        ],
    )
)


def test_a_link_that_would_run_something_prints_nothing() -> None:
    good = ["https://shop.fr/?a=1:2&amp;b", "HTTP://shop.fr", "mailto:a@b.fr", "tel:+33123", "/path:x", "?q=a:b", "#a:b", "page", "", ""]
    texts = both('<a href="{{ url }}">', LINKS, "html")
    assert texts == [f'<a href="{url}">' for url in [*good, *[""] * 9]]


def test_links_are_checked_in_loops_branches_and_all_attributes_that_lead_somewhere() -> None:
    rows = LINKS.filter(pl.col("url") == "javascript:alert(1)")
    for source in (
        "<img src = ' {{ url }}'>",
        '<form action="{% if url %}{{ url }}{% else %}x{% endif %}">',
        "<td background='{{ url|trim }}'>",
        '<a href="{% for i in [1] %}{{ url }}{% endfor %}">',
    ):
        assert "javascript" not in rendered(source, rows, "html")[0]


def test_what_follows_the_beginning_of_a_link_is_only_escaped() -> None:
    rows = frame(q=(pl.String, ['a:"b"']))
    assert both('<a href="https://x.fr/?q={{ q }}">{{ q }}</a>', rows, "html") == [
        '<a href="https://x.fr/?q=a:&#34;b&#34;">a:&#34;b&#34;</a>'
    ]
