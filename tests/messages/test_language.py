"""What templates may say: a closed part of Jinja's syntax, with bounds; everything else is refused by name and line."""

from __future__ import annotations

import re
import time

import pytest

from campaign_nb.errors import ActivityError, DefinitionError
from campaign_nb.messages.content import Template, template

REFUSED: list[tuple[str, str]] = [
    # what reaches for Python
    ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "line 1: a call; values have filters, no functions and no methods"),
    ("{{ ''['__class__'] }}", "line 1: the name '__class__', which begins with an underscore"),
    ("{{ name._x }}", "line 1: the name '_x', which begins with an underscore"),
    ("{{ ('{0.__class__}'|attr('format'))(name) }}", "line 1: a call; values have filters, no functions and no methods"),
    ("{{ name|attr('__class__') }}", "line 1: no filter 'attr'"),
    ("{{ lipsum.__globals__ }}", "line 1: the name '__globals__', which begins with an underscore"),
    ("{{ cycler.__init__.__globals__ }}", "line 1: the name '__globals__', which begins with an underscore"),
    ("{{ name.format(name) }}", "line 1: a call; values have filters, no functions and no methods"),
    ("{{ '%s' % name }}", "line 1: mod is not known here"),
    ("{{ self }}{{ name|map('x') }}", "line 1: no filter 'map'"),
    # what reaches outside of the template
    ("{% include 'x' %}", "line 1: include reaches outside of the template"),
    ("{% import 'os' as os %}", "line 1: import reaches outside of the template"),
    ("{% from 'x' import y %}", "line 1: import reaches outside of the template"),
    ("{% extends 'x' %}", "line 1: extends reaches outside of the template"),
    # what makes a program of it
    ("{% set x = 1 %}", "line 1: set; a value of its own is made with enrich"),
    ("{% macro m() %}{% endmacro %}", "line 1: macro; a template stands for itself"),
    ("{% block b %}{% endblock %}", "line 1: block; a template stands for itself"),
    ("{% autoescape false %}{{ name }}{% endautoescape %}", "line 1: autoescape; values are always escaped"),
    ("{% for i in range(9) %}{% endfor %}", "line 1: a call; values have filters, no functions and no methods"),
    ("{% for a, b in lines %}{% endfor %}", "line 1: a loop with several names, or a recursive one"),
    ("{% for a in lines recursive %}{% endfor %}", "line 1: a loop with several names, or a recursive one"),
    ("{{ loop.index }}", "line 1: loop outside of a loop, or by itself"),
    ("{% for a in lines %}{{ loop }}{% endfor %}", "line 1: loop outside of a loop, or by itself"),
    ("{% for a in lines %}{{ loop.cycle }}{% endfor %}", "line 1: loop.cycle; one of: index"),
    # what grows without bounds
    ("{{ 'a' * 100000000 }}", "line 1: * of a text"),
    ("{{ 2 ** 99999999 }}", "line 1: a power; numbers are added, subtracted, multiplied and divided"),
    ("{{ 'a'|center(100000000) }}", "line 1: no filter 'center'"),
    ("{{ name|indent(100000000) }}", "line 1: no filter 'indent'"),
    ("{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}", "it is nested too deeply"),
    ("{{ name" + ".a" * 5_000 + " }}", "line 1: it is nested too deeply"),
    ("{{ name" + "|upper" * 50 + " }}", "line 1: it is nested too deeply"),
    ("{% if a %}" * 300 + "{% endif %}" * 300, "it is nested too deeply"),
    ("{{ a }}" * 5_000, "line 1: it is too large"),
    ("{{ " + "9" * 10_000 + " }}", "a number in it is too long"),
    ("x" * 200_001, "it has 200,001 characters"),
    # what is written wrongly
    ("Hi\n{{ name", "line 2: unexpected end of template"),
    ("{% if name %}", "line 1: Unexpected end of template"),
    ("{{ name|uper }}", "line 1: no filter 'uper'; did you mean 'upper'?"),
    ("{% if name is defined %}{% endif %}", "line 1: the test 'is defined'"),
    ("\n\n{{ name() }}", "line 3: a call"),
    ("{{ (1, 2) }}", "line 1: several names or values in parentheses"),
    ("{{ {'a': 1} }}", "line 1: dict is not known here"),
    ("  \n", "it is empty"),
]


@pytest.mark.parametrize(("source", "what"), REFUSED, ids=[source[:40] for source, _ in REFUSED])
def test_it_is_refused_when_it_is_written_with_its_line_and_quickly(source: str, what: str) -> None:
    began = time.perf_counter()
    with pytest.raises(DefinitionError, match=re.escape(what)) as caught:
        template(source, "text")
    assert caught.value.where == "text template"
    assert caught.value.expected
    assert time.perf_counter() - began < 2


def test_the_filters_are_listed_where_one_is_unknown() -> None:
    with pytest.raises(DefinitionError, match="filters: default, upper, lower, trim, money, length, join, first, last"):
        template("{{ name|title }}", "html")


@pytest.mark.parametrize("character", ["\r", "\n", "\r\n", "\x00", "\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\u2029"])
def test_a_subject_template_has_no_line_break_and_no_control_character(character: str) -> None:
    with pytest.raises(DefinitionError, match="it has a line break or a control character"):
        template(f"Hi{character}Bcc: x@y.fr", "header")


def test_a_subject_may_hold_emoji_and_thin_spaces() -> None:
    subject = "10\u202f000 \U0001f468‍\U0001f469‍\U0001f467 soft\u00adly"
    assert template(subject, "header").render({}) == subject


def test_a_subject_that_is_no_text_is_refused() -> None:
    with pytest.raises(DefinitionError, match="it is empty"):
        template(None, "header")  # type: ignore[arg-type] # a user may


def test_names_are_the_columns_without_the_names_of_loops() -> None:
    made = template("{% for o in last %}{{ o.name }}{{ loop.index }}{{ city }}{% endfor %}{{ o }}{{ b|default(a) }}", "text")
    assert made.names == ("a", "b", "city", "last", "o")


def test_loops_over_more_than_ten_thousand_lines_are_stopped_wherever_they_stand() -> None:
    nested = template("{% for a in rows %}{% for b in rows %}{% if b > 10 %}x{% endif %}{% endfor %}{% endfor %}", "text")
    assert nested.render({"rows": list(range(10))}) == ""
    with pytest.raises(ActivityError, match="its loops go over more than 10,000 lines"):
        nested.render({"rows": list(range(100))})
    literal = template("{% for a in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] %}" * 5 + "{% endfor %}" * 5, "text")
    with pytest.raises(ActivityError, match="its loops go over more than 10,000 lines"):
        literal.render({})


def test_a_message_of_more_than_a_million_characters_is_stopped() -> None:
    with pytest.raises(ActivityError, match="the text grows beyond 1,000,000 characters"):
        template("{{ name }}" * 11, "text").render({"name": "x" * 100_000})
    with pytest.raises(ActivityError, match="the text grows beyond 1,000,000 characters"):
        template("{{ " + " ~ ".join(["name"] * 11) + " }}", "text").render({"name": "x" * 100_000})


def test_arithmetic_is_for_numbers_and_stays_small() -> None:
    made = template("{{ a * b }}|{{ a / b }}|{{ a + b - 1 }}", "text")
    assert made.render({"a": 6, "b": 4}) == "24|1.5|9"
    assert made.render({"a": 6, "b": None}) == "||"
    assert made.render({"a": 6, "b": 0}) == "0||5"
    with pytest.raises(ActivityError, match=re.escape("* of a text")):
        made.render({"a": "x", "b": 100_000_000})
    product = template("{{ " + " * ".join(["a"] * 30) + " }}", "text")
    assert product.render({"a": 10**18}) == ""


def test_it_is_saved_and_read_back() -> None:
    made = template("Hi {{ name }}", "html")
    assert Template.from_document(made.to_document()) == made
    with pytest.raises(DefinitionError, match="part 'script'"):
        Template.from_document({"source": "x", "part": "script"})
    with pytest.raises(DefinitionError, match="include reaches outside"):
        Template.from_document({"source": "{% include 'x' %}", "part": "text"})


def test_it_explains_itself_in_one_short_line() -> None:
    assert template("Hi\n  {{ name }}", "text").explain() == "Hi {{ name }}"
    assert len(template("x " * 100, "text").explain()) == 80
