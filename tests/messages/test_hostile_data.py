"""Profile data is never a template, whatever it holds: one pass, by the engine or by row."""

from __future__ import annotations

import polars as pl
import pytest

from tests.messages.both_ways import both, frame, rendered

TEMPLATES = ["{{ smtp_password }}", "{{ 7*7 }}", "{% for i in [1] %}x{% endfor %}", "{# gone #}", "{% include 'x' %}", "${7*7}", "#{7*7}"]


@pytest.mark.parametrize("given", TEMPLATES)
def test_a_name_that_looks_like_a_template_arrives_as_it_is(given: str) -> None:
    rows = frame(name=(pl.String, [given]), last=(pl.List(pl.String), [[given]]))
    assert both("{{ name }}", rows) == [given]
    assert rendered("{% for x in last %}{{ x }}{% endfor %}{{ name|default(name) }}", rows) == [given * 2]


def test_a_format_string_in_data_is_text() -> None:
    rows = frame(name=(pl.String, ["{0.__class__} %s %(x)s {}"]))
    assert both("{{ name }}{{ name ~ name }}", rows) == ["{0.__class__} %s %(x)s {}" * 3]


def test_entities_in_data_are_not_read_as_markup() -> None:
    assert both("{{ name }}", frame(name=(pl.String, ["&lt;b&gt; &amp;"])), "html") == ["&amp;lt;b&amp;gt; &amp;amp;"]
