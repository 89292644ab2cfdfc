"""Plain templates print the same, letter by letter, computed by the engine or rendered row by row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.messages.both_ways import both, computed, frame, problems, rendered

PEOPLE = frame(
    name=(pl.String, ["Zoé", None, "", "ann"]),
    age=(pl.Int64, [41, None, 0, -3]),
    vip=(pl.Boolean, [True, None, False, True]),
    born=(pl.Date, [dt.date(1985, 2, 3), None, dt.date(2000, 1, 1), dt.date(999, 12, 31)]),
    spend=(pl.Decimal(12, 2), [Decimal("12.50"), None, Decimal("0.00"), Decimal("-7.10")]),
    score=(pl.Float64, [1.5, None, float("nan"), 0.0]),
)

GOLDEN: list[tuple[str, list[str]]] = [
    ("Hi {{ name }}!", ["Hi Zoé!", "Hi !", "Hi !", "Hi ann!"]),
    ("{{ age }}|{{ vip }}", ["41|true", "|", "0|false", "-3|true"]),
    ("{{ born }}|{{ spend }}|{{ score }}", ["1985-02-03|12.50|1.5", "||", "2000-01-01|0.00|", "0999-12-31|-7.10|0.0"]),
    ('{{ name|default("you") }}', ["Zoé", "you", "", "ann"]),
    ('{{ name|default("you", true) }}', ["Zoé", "you", "you", "ann"]),
    ('{{ age|default("unknown") }}', ["41", "unknown", "0", "-3"]),
    ("{{ age|default(18) }}", ["41", "18", "0", "-3"]),
    ("{{ age|default(spend) }}", ["41", "", "0", "-3"]),
    ('{{ name|upper }}{{ name|default("x")|upper|lower }}', ["ZOÉzoé", "x", "", "ANNann"]),
    ("{{ vip|upper }}{{ age|lower }}", ["TRUE41", "", "FALSE0", "TRUE-3"]),
    ("{{ spend|money }}|{{ age|money }}|{{ score|money }}", ["12.50|41.00|1.50", "||", "0.00|0.00|", "-7.10|-3.00|0.00"]),
    ('{{ spend|money|default("nothing") }}', ["12.50", "nothing", "0.00", "-7.10"]),
    ("{{ spend|default(0)|money }}", ["12.50", "0.00", "0.00", "-7.10"]),
    ('{{ name or "friend" }}', ["Zoé", "friend", "friend", "ann"]),
    ('{{ name ~ ", " ~ age }}', ["Zoé, 41", ", ", ", 0", "ann, -3"]),
    ('{{ "VIP" if vip else "member" }}', ["VIP", "member", "member", "VIP"]),
    ('{{ "VIP" if vip }}', ["VIP", "", "", "VIP"]),
    ("{{ true }}{{ 1.0 }}{{ none }}{{ -2 }}", ["true1.0-2"] * 4),
    ("{% if vip %}a{% else %}b{% endif %}", ["a", "b", "b", "a"]),
    ("{% if not vip %}a{% else %}b{% endif %}", ["b", "a", "a", "b"]),
    ("{% if name %}a{% else %}b{% endif %}", ["a", "b", "b", "a"]),
    ("{% if age %}a{% else %}b{% endif %}", ["a", "b", "b", "a"]),
    ("{% if score %}a{% elif spend %}b{% elif born %}c{% else %}d{% endif %}", ["a", "d", "c", "b"]),
    ("{% if age > 18 %}a{% elif age >= 0 %}b{% else %}c{% endif %}", ["a", "c", "b", "c"]),
    ("{% if not age > 18 %}a{% else %}b{% endif %}", ["b", "a", "a", "a"]),
    ('{% if name != "Zoé" %}a{% else %}b{% endif %}', ["b", "b", "a", "a"]),
    ("{% if 0 <= age < 41.5 %}a{% else %}b{% endif %}", ["a", "b", "a", "b"]),
    ("{% if age == -3 or vip and name %}a{% endif %}", ["a", "", "", "a"]),
    ('{% if name in ["Zoé", "Bob"] %}a{% else %}b{% endif %}', ["a", "b", "b", "b"]),
    ('{% if name not in ["Zoé", "Bob"] %}a{% else %}b{% endif %}', ["b", "b", "a", "a"]),
    ('{% if "n" in name %}a{% else %}b{% endif %}', ["b", "b", "b", "a"]),
    ("{% if name is none %}a{% elif name == none %}b{% else %}c{% endif %}", ["c", "a", "c", "c"]),
    ("{% if name is not none and vip != none %}a{% else %}b{% endif %}", ["a", "b", "a", "a"]),
    ('{% if born < "1990-01-01" %}a{% else %}b{% endif %}', ["a", "b", "b", "a"]),
    ("{% if spend == 12.5 %}a{% elif spend < 0.1 %}b{% else %}c{% endif %}", ["a", "c", "b", "b"]),
    ('{% if vip == true %}a{% endif %}{% if name|lower == "zoé" %}b{% endif %}', ["ab", "", "", "a"]),
    ("{# a comment #}{% raw %}{{ name }}{% endraw %}", ["{{ name }}"] * 4),
    ("a\n{%- if vip %} b {%- endif %}\n", ["a b", "a", "a", "a b"]),
]


@pytest.mark.parametrize(("source", "texts"), GOLDEN, ids=[source for source, _ in GOLDEN])
def test_a_plain_template_prints_what_is_written_here_both_ways(source: str, texts: list[str]) -> None:
    assert both(source, PEOPLE) == texts


def test_dates_and_times_print_in_their_own_zone_and_without_fractions() -> None:
    paris, when = ZoneInfo("Europe/Paris"), dt.datetime(2026, 7, 1, 22, 30, 15, 987_654)  # noqa: DTZ001 # a column without a zone
    rows = frame(
        here=(pl.Datetime("us", "Europe/Paris"), [when.replace(tzinfo=paris)]),
        wall=(pl.Datetime("ms"), [when]),
        at=(pl.Time, [dt.time(9, 5, 59, 999_999)]),
        lasts=(pl.Duration("us"), [dt.timedelta(days=1, hours=2, seconds=5, microseconds=500_000)]),
    )
    assert both("{{ here }}|{{ wall }}|{{ at }}|{{ lasts }}", rows) == ["2026-07-01 22:30:15|2026-07-01 22:30:15|09:05:59|P1DT2H5.5S"]


def test_floats_of_single_precision_print_their_own_digits() -> None:
    rows = frame(x=(pl.Float32, [0.1, 16_777_216.0, None]))
    assert both("{{ x }}|{{ x|money }}", rows) == ["0.1|0.10", "16777216.0|16777216.00", "|"]


def test_categories_are_texts() -> None:
    rows = frame(tier=(pl.Enum(["gold", "silver"]), ["gold", None]), kind=(pl.Categorical(), ["a", "b"]))
    assert both('{{ tier|upper }}{{ kind }}{% if tier == "gold" %}!{% endif %}', rows) == ["GOLDa!", "b"]


def test_html_is_escaped_in_data_and_in_literals_and_kept_in_the_template() -> None:
    rows = frame(name=(pl.String, ['<b>"O\'Neil" & Co</b>']))
    escaped = "&lt;b&gt;&#34;O&#39;Neil&#34; &amp; Co&lt;/b&gt;"
    assert both('<p title="{{ name }}">{{ name|lower }}{{ "<" ~ name }}</p>', rows, "html") == [
        f'<p title="{escaped}">{escaped.lower()}&lt;{escaped}</p>'
    ]


def test_a_text_part_is_not_escaped() -> None:
    assert both("{{ name }}", frame(name=(pl.String, ["Q & A <3"]))) == ["Q & A <3"]


def test_unicode_survives() -> None:
    family = "\U0001f468‍\U0001f469‍\U0001f467"
    rows = frame(name=(pl.String, [f"Straße {family}", "İi ΣΣ", "e\u0301"]))
    assert both("{{ name|upper }}|{{ name|lower }}", rows) == [
        f"STRASSE {family}|straße {family}",
        "İI ΣΣ|i\u0307i σς",
        "E\u0301|e\u0301",
    ]


def test_trim_takes_every_white_space_and_nothing_else() -> None:
    rows = frame(name=(pl.String, ["\u00a0\u2003\t a b\n\u3000", "\x1c\u200ba"]))
    assert both("[{{ name|trim }}]", rows) == ["[a b]", "[\x1c\u200ba]"]


@given(st.floats(allow_nan=True))
@example(1e-5)
@example(1.5e-5)
@example(-1e-6)
@example(1e16)
@example(5e-324)
@example(-0.0)
@example(float("inf"))
def test_a_float_prints_the_same_both_ways(number: float) -> None:
    both("{{ x }}", frame(x=(pl.Float64, [number])))


@given(st.floats(-1e12, 1e12), st.integers(-(2**63), 2**63 - 1), st.decimals(-(10**12), 10**12, places=5))
@example(1.005, 0, Decimal("0.00500"))
@example(0.285, -1, Decimal("-0.00499"))
@example(999_999_999_999.995, 10**15, Decimal("1.99500"))
def test_money_prints_the_same_both_ways(number: float, whole: int, exact: Decimal) -> None:
    rows = frame(x=(pl.Float64, [number]), n=(pl.Int64, [whole]), d=(pl.Decimal(20, 5), [exact]))
    both("{{ x|money }}|{{ n|money }}|{{ d|money }}", rows)


@given(st.timedeltas(dt.timedelta(-(10**5)), dt.timedelta(10**5)))
@example(dt.timedelta(0))
@example(dt.timedelta(seconds=-1.5))
@example(dt.timedelta(microseconds=5))
def test_a_duration_prints_the_same_both_ways(lasts: dt.timedelta) -> None:
    both("{{ x }}", frame(x=(pl.Duration("us"), [lasts])))


@given(st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0x1FFF)))
@example("\x00\x1c\u2028")
def test_any_text_prints_the_same_both_ways_in_every_part(text: str) -> None:
    rows = frame(name=(pl.String, [text]))
    for part in ("html", "text", "header"):
        both("{{ name }}{{ name|trim }}{% if name %}!{% endif %}", rows, part)


def test_halves_go_away_from_zero() -> None:
    rows = frame(
        x=(pl.Float64, [1.005, 2.675, 0.125, -0.285, -0.001]),
        d=(pl.Decimal(9, 4), [Decimal(t) for t in ("0.005", "-0.005", "0.0049", "1", "2.345")]),
    )
    assert both("{{ x|money }} {{ d|money }}", rows) == ["1.01 0.01", "2.68 -0.01", "0.13 0.00", "-0.29 1.00", "0.00 2.35"]


def test_every_number_of_cents_prints_as_it_is() -> None:
    rows = frame(x=(pl.Float64, [cents / 100 for cents in range(-100, 10_001)]))
    assert both("{{ x|money }}", rows) == [
        f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}" for cents in range(-100, 10_001)
    ]


def test_decimals_of_many_digits_are_rounded_once() -> None:
    rows = frame(d=(pl.Decimal(38, 23), [Decimal("0.00499999999999999999999"), Decimal("123456789012345.00500000000000000000000")]))
    assert both("{{ d|money }}", rows) == ["0.00", "123456789012345.01"]


def test_an_amount_of_ten_to_the_fifteen_prints_nothing() -> None:
    rows = frame(x=(pl.Float64, [1e15, 999_999_999_999_999.0, 1e300]), n=(pl.Int64, [10**15, -(10**15) + 1, 0]))
    assert both("{{ x|money }}|{{ n|money }}", rows) == ["|", "999999999999999.00|-999999999999999.00", "|0.00"]


def test_a_column_of_nulls_and_no_rows_at_all_are_fine() -> None:
    assert both("a{{ name|upper }}{% if name == 'x' %}b{% endif %}", frame(name=(pl.String, [None, None]))) == ["a", "a"]
    assert both("{{ name }}", frame(name=(pl.String, []))) == []


def test_types_that_do_not_fit_are_problems_before_any_run() -> None:
    assert problems("{{ name|money }}", PEOPLE) == ["argument 1 of money is text"]
    assert problems('{% if age == "41" %}x{% endif %}', PEOPLE) == ["integer = text"]


def test_an_unknown_column_is_a_problem_with_the_nearest_name() -> None:
    assert problems("{{ nmae }} {{ spend }}", PEOPLE) == ["no column 'nmae'; did you mean 'name'?"]


def test_a_template_with_very_many_parts_is_rendered_row_by_row() -> None:
    source = '{{ name|default("x") }}' * 1_100
    assert computed(source, PEOPLE) is None
    assert rendered(source, PEOPLE) == ["Zoé" * 1_100, "x" * 1_100, "", "ann" * 1_100]
