"""Texts: rows written by hand, asked of Polars and of DuckDB."""

from __future__ import annotations

import pytest

from campaign_nb.errors import DefinitionError
from tests.rules.functions.cases import Case, case, duckdb_values, polars_values, refused, same

E_ACUTE, SMILE, EURO = "é", "\U0001f600", "€"
NO_SHA512 = "DuckDB has no SHA-512"
SPACE = "DuckDB's white space ends with ASCII"
BELOW = "DuckDB refuses a length below 0"
LINES = "a\nb\r\nc\rd\n\ne"

PARTS = [
    case("ascii(s)", [65, 97, 233, 8364, 0x1F600, 0, None, 10], s=["A", "abc", E_ACUTE, EURO, SMILE, "", None, "\n"]),
    case("char(i)", ["A", E_ACUTE, EURO, SMILE, None, None, None, None], i=[65, 233, 8364, 0x1F600, 0, -1, 0x110000, None]),
    case(
        "char(i)",
        [None, "\x7f", "\x80", "߿", "ࠀ", "\uffff", "\U00010000"],
        "DuckDB writes half a pair",
        i=[0xD800, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000],
    ),
    case("data_length(s)", [1, 3, 2, 3, 4, 0, None, 5], s=["A", "abc", E_ACUTE, EURO, SMILE, "", None, "a" + SMILE]),
    case("get_line(s)", ["a", "x", "", "", None], s=[LINES, "x", "", "\nx", None]),
    case(
        "get_line(s, i)", ["a", "b", "c", "d", "", "e", None, None, None, None], s=[LINES] * 9 + [None], i=[1, 2, 3, 4, 5, 6, 7, 0, None, 1]
    ),
    case("line(s, i)", ["a", "b", "c", "d", "", "e", None, None, None, None], s=[LINES] * 9 + [None], i=[1, 2, 3, 4, 5, 6, 7, -1, None, 1]),
    case(
        "juxt_words(s, t)",
        ["a b", "a", "b", "", "a", "b", "", " "],
        s=["a", "a", "", "", "a", None, None, " "],
        t=["b", "", "b", "", None, "b", None, None],
    ),
    case(
        "juxt_words3(s, 'x', t)",
        ["a x b", "a x", "x b", "x", "a x", "x b", "x", "  x"],
        s=["a", "a", "", "", "a", None, None, " "],
        t=["b", "", "b", "", None, "b", None, None],
    ),
    case(
        "lpad(s, i, '0')",
        ["007", "7", "abc", "ab", "", "000", None, None],
        s=["7", "7", "abc", "abc", "abc", "", None, "7"],
        i=[3, 1, 3, 2, 0, 3, 3, None],
    ),
    case("lpad(s, -1, '0')", [""], BELOW, s=["abc"]),
    case("lpad(s, 3, 'é')", ["éé€"], s=[EURO]),
    case(
        "rpad(s, i, '.')",
        ["7..", "7", "abc", "ab", "", "...", None, None],
        s=["7", "7", "abc", "abc", "abc", "", None, "7"],
        i=[3, 1, 3, 2, 0, 3, 3, None],
    ),
    case("ltrim(s)", ["a b  ", "a", "", "", None, "a\n", "a", "é "], s=["  a b  ", "a", "", "  ", None, "\n\ta\n", "a", "é "]),
    case("ltrim(s)", ["a"], SPACE, s=["\u00a0a"]),
    case("rtrim(s)", ["  a b", "a", "", "", None, "\n\ta", "a", " é"], s=["  a b  ", "a", "", "  ", None, "\n\ta\n", "a", " é"]),
    case("right(s)", ["c", "", E_ACUTE, None], s=["abc", "", "aé", None]),
    case("right(s, 2)", ["bc", "c", None, "é€"], s=["abc", "c", None, "aé€"]),
    case(
        "to_string(f, 2)",
        ["1.50", "-1.13", "0.00", "12345.68", None, None, "2.00"],
        f=[1.5, -1.125, 0.001, 12345.678, None, float("nan"), 2.0],
    ),
    case("to_string(i, 1)", ["5.0", None], i=[5, None]),
    case("to_string(d, 1)", ["1.6", "-1.6", None], d=["1.55", "-1.55", None]),
    case("to_string(d, 0)", ["2"], d=["1.55"]),
]
DIGESTS = [
    # the published digests of "abc" and of the empty text
    case("md5_digest(s)", ["900150983cd24fb0d6963f7d28e17f72", "d41d8cd98f00b204e9800998ecf8427e", None], s=["abc", "", None]),
    case("left(md5_digest(s), 6)", ["0cc175", "92eb5f", None, "d41d8c", "900150"], s=["a", "b", None, "", "abc"]),
    case("sha256_digest(s)", ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", None], s=["abc", None]),
    case(
        "left(sha256_digest(s), 8)", ["ba7816bf", "e3b0c442", None, "ca978112", "3e23e816", "2e7d2c03"], s=["abc", "", None, "a", "b", "c"]
    ),
    case("left(sha512_digest(s), 12)", ["ddaf35a19361", "cf83e1357eef", None, "1f40fc92da24"], NO_SHA512, s=["abc", "", None, "a"]),
    case("length(sha512_digest(s))", [128, 128, None, 128], NO_SHA512, s=["abc", "", None, E_ACUTE]),
]
TESTS = [
    case("all_non_null2(s, i)", [True, False, False, False, True], s=["a", None, "a", None, ""], i=[1, 1, None, None, 0]),
    case("all_non_null2(s, f)", [True, False, False], s=["a", "a", None], f=[1.0, float("nan"), 1.0]),
    case(
        "all_non_null3(s, i, day)",
        [True, False, False, False, False],
        s=["a", None, "a", "a", None],
        i=[1, 1, None, 1, None],
        day=["2026-07-01"] * 3 + [None, None],
    ),
    case("all_non_null3(s, t, 1)", [True, False, False], s=["a", "a", None], t=["", None, "a"]),
    case(
        "charindex(s, t)",
        [2, 2, 2, 0, None, None, 1, 1],
        s=["abcb", "éab", "a.c", "abc", None, "abc", "abc", ""],
        t=["b", "ab", ".", "x", "a", None, "", ""],
    ),
    case("is_memo_null(s)", [False, False, True, False], s=["a", "", None, " "]),
    case("is_memo_null(t)", [True, False, False, True], t=[None, "null", "0", None]),
    case(
        "memo_contains(s, t)",
        [True, False, True, True, None, None, False, True],
        s=["abc", "abc", "a%c", "é", None, "a", "abc", ""],
        t=["b", "x", "%", E_ACUTE, "a", None, "B", ""],
    ),
    case(
        "get_email_domain(s)",
        ["example.org", "b.org", None, "", None, None, "C.org", "e.org"],
        s=["ann@example.org", "x@y@b.org", "ann", "ann@", "", None, "a@C.org", "@e.org"],
    ),
]
CHOICES = [
    case("if_equals(s, 'FR', 1, 2)", [1, 2, 2, 2], s=["FR", "DE", None, "fr"]),
    case("if_equals(i, j, s, t)", ["a", "b", "b", "b"], i=[1, 1, None, None], j=[1, 2, None, 1], s=["a"] * 4, t=["b"] * 4),
    case("if_equals(i, 1.0, 0.5, i)", [0.5, 2.0, None], i=[1, 2, None]),
    case(
        "if_equals(day, date '2026-07-01', today(), day)", ["2026-07-02", "2026-07-03"], "dates as text", day=["2026-07-01", "2026-07-03"]
    ),
    case("decode(s, 'FR', 1, 2)", [1, 2, 2, 2], s=["FR", "DE", None, "fr"]),
    case("decode(i, j, s, t)", ["a", "b", "a", "b"], i=[1, 1, None, None], j=[1, 2, None, 1], s=["a"] * 4, t=["b"] * 4),
    case("decode(s, null, 'none', s)", ["none", "a", ""], s=[None, "a", ""]),
    case("is_empty_string(s, 'none', s)", ["none", "none", "a", " "], s=[None, "", "a", " "]),
    case("is_empty_string(s, 0, i)", [0, 0, 7, None], s=[None, "", "a", " "], i=[1, 2, 7, None]),
    case("no_null(s)", ["", "", "a", " ", "null", "é", "0", "b"], s=[None, "", "a", " ", "null", "é", "0", "b"]),
    case("iif(i > 1, 'many', 'few')", ["few", "many", "few"], i=[1, 2, None]),
]
CASES = [*PARTS, *DIGESTS, *TESTS, *CHOICES]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_polars_gives_what_was_worked_out_by_hand(one: Case) -> None:
    found = polars_values(one)
    assert same([str(item) if one.quirk == "dates as text" else item for item in found], one.wanted), found


@pytest.mark.parametrize("one", [one for one in CASES if not one.quirk], ids=str)
def test_duckdb_gives_the_same(one: Case) -> None:
    assert same(found := duckdb_values(one), one.wanted), found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("lpad(s, 3, 'ab')", "a filling of 2 characters"),
        ("rpad(s, 3, t)", "the filling of rpad differs from row to row"),
        ("to_string(s, 2)", "decimals of a text value"),
        ("to_string(f, i)", "the n of to_string differs from row to row"),
        ("if_equals(s, 1, 2, 3)", "text = integer"),
        ("if_equals(i, 1, 'a', 2)", "results of types text and integer"),
        ("is_empty_string(s, 1, 'a')", "results of types integer and text"),
        ("to_time_zone(at, 'Mars')", "no time zone 'Mars'"),
        ("to_time_zone(at, s)", "the zone of to_time_zone differs from row to row"),
        ("trunc_date_tz(at, 60, '')", "no time zone ''"),
        ("md5_digest(i)", "argument 1 of md5_digest is integer"),
    ],
)
def test_what_has_no_meaning_is_refused_when_it_is_defined(text: str, what: str) -> None:
    with pytest.raises(DefinitionError, match=what):
        refused(text)
