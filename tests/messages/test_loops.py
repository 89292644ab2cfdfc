"""Templates with loops: rendered row by row over collected lines."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl
import pytest

from campaign_nb.errors import ActivityError
from campaign_nb.messages.content import template
from tests.messages.both_ways import computed, frame, problems, rendered

LINES = pl.List(pl.Struct({"product": pl.String, "price": pl.Decimal(9, 2), "items": pl.Int64}))
TEA = {"product": "Tea <1>", "price": Decimal("2.50"), "items": 2}
CUP = {"product": None, "price": None, "items": None}
ORDERS = frame(last=(LINES, [[TEA, CUP], [], None]), name=(pl.String, ["Zoé", "Ann", None]))


def test_a_loop_prints_each_line_and_a_null_list_has_none() -> None:
    source = "{% for o in last %}{{ o.product }}={{ o.price|money }};{% endfor %}"
    assert computed(source, ORDERS) is None
    assert rendered(source, ORDERS) == ["Tea <1>=2.50;=;", "", ""]


def test_values_of_lines_are_escaped_in_html() -> None:
    assert rendered("{% for o in last %}<li>{{ o.product }}</li>{% endfor %}", ORDERS, "html")[0] == "<li>Tea &lt;1&gt;</li><li></li>"


def test_a_loop_knows_where_it_is_and_has_an_else() -> None:
    source = "{% for o in last %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}{% else %}none{% endfor %}"
    assert rendered(source, ORDERS) == ["1/2,2/2", "none", "none"]


def test_a_loop_may_leave_lines_out() -> None:
    assert rendered("{% for o in last if o.items > 1 %}{{ o.items * o.price }}{% else %}-{% endfor %}", ORDERS) == ["5.00", "-", "-"]


def test_columns_named_like_methods_are_columns() -> None:
    assert rendered("{% for o in last %}[{{ o.items }}{{ o['items'] }}]{% endfor %}", ORDERS) == ["[22][]", "", ""]


def test_lines_are_reached_by_place_and_by_filters() -> None:
    source = (
        "{{ last[0].product }}|{{ (last|last).product }}|{{ last|length }}|{{ last[7].product }}|{{ last|join('+', attribute='items') }}"
    )
    assert rendered(source, ORDERS) == ["Tea <1>||2||2+", "||0||", "||||"]


def test_lists_of_plain_values_and_nested_lists_work() -> None:
    rows = frame(tags=(pl.List(pl.Float64), [[1.5, float("nan")]]), grid=(pl.List(pl.List(pl.Int64)), [[[1, 2], [3]]]))
    assert rendered("{% for t in tags %}[{{ t }}]{% endfor %}", rows) == ["[1.5][]"]
    assert rendered("{{ tags|join(', ') }}|{{ tags|first }}", rows) == ["1.5, |1.5"]
    assert rendered("{% for line in grid %}{% for n in line %}{{ n }}{% endfor %};{% endfor %}", rows) == ["12;3;"]


def test_conditions_around_loops_follow_the_rules_of_plain_templates() -> None:
    source = "{% if name != 'Zoé' %}a{% elif last %}b{% endif %}{% for o in last %}{% endfor %}{% if not name %}c{% endif %}"
    assert rendered(source, ORDERS) == ["b", "a", "c"]


def test_a_missing_column_of_a_line_is_named_with_those_that_there_are() -> None:
    with pytest.raises(ActivityError, match=r"html template\n  no column 'prodct' in a line\n  expected: columns: product, price, items"):
        rendered("{% for o in last %}{{ o.prodct }}{% endfor %}", ORDERS, "html")


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{% for o in last %}{{ o }}{% endfor %}", "a row can't be printed"),
        ("{% if true %}{% for o in name %}{% endfor %}{% endif %}", "a loop over a text"),
        ("{% for o in last %}{{ name.first }}{% endfor %}", "'first' is asked of a text"),
        ("{% for o in last %}{% if o.items > 'x' %}{% endif %}{% endfor %}", "a number is compared with a text"),
        ("{% for o in last %}{{ o.product|money }}{% endfor %}", "money of a text"),
        ("{{ last['x'] }}", "'x' is asked of a list"),
        ("{{ last['0':1] }}", "slice is not known here"),
        ("{{ name|length }}{{ (name|length)|length }}", "the length of a number"),
    ],
)
def test_what_has_no_meaning_is_said_without_anybodys_data(source: str, what: str) -> None:
    with pytest.raises(Exception, match=re.escape(what)) as caught:
        rendered(source, ORDERS)
    assert "Zoé" not in str(caught.value)
    assert "Tea" not in str(caught.value)


def test_a_list_that_is_printed_whole_is_a_problem_before_any_run() -> None:
    assert problems("{{ last }}", ORDERS) == ["column 'last' is a list or a row of several columns, which can't be printed"]


def test_a_loop_over_a_text_is_a_problem_before_any_run() -> None:
    assert problems("{% for o in name %}{{ o }}{% endfor %}", ORDERS) == ["line 1: a loop over 'name', which is text"]


def test_a_row_without_a_column_is_an_error_that_names_it() -> None:
    with pytest.raises(ActivityError, match="no column 'name' in the row; did you mean 'names'"):
        template("{{ name }}", "text").render({"names": 1})


def test_a_template_without_columns_is_rendered_for_every_row() -> None:
    assert rendered("{% for i in [1, 2] %}{{ i }}{% endfor %}", ORDERS) == ["12", "12", "12"]
    assert rendered("{% for i in [1, 2] %}{{ i }}{% endfor %}", ORDERS.clear()) == []
