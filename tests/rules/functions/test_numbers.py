"""Numbers, flags and places: rows written by hand, asked of Polars and of DuckDB."""

from __future__ import annotations

import pytest

from campaign_nb.errors import DefinitionError
from tests.rules.functions.cases import Case, case, duckdb_values, polars_values, refused, same

MOST = 2**63 - 1
LENIENT = "DuckDB reads large texts as fractions"
BINARY = "DuckDB cuts the binary fraction: 1.15 is a little less"
FIXED = "DuckDB cuts decimals to its own scale"

CASES = [
    case("mod(i, j)", [1, -1, 1, -1, None, None, 0, 2], i=[7, -7, 7, -7, 1, None, 6, 2], j=[3, 3, -3, -3, 0, 3, 3, 5]),
    case("mod(f, 2.0)", [1.5, -1.5, None], f=[7.5, -7.5, None]),
    case("to_double(s)", [12.5, -3.0, 1000.0, 0.5, None, None, None, 7.0], s=["12.5", "-3", "1e3", ".5", "x", "", None, " 7 "]),
    case("to_double(i)", [5.0, None], i=[5, None]),
    case("to_double(b)", [1.0, 0.0, None], b=[True, False, None]),
    case("to_double(d)", [1.5, None], d=["1.50", None]),
    case("to_double(s)", [None, None, None], s=["nan", "inf", "1,5"]),
    case("to_int64(s)", [12, -3, 1000, 12, None, None, None, 0], s=["12", "-3", "1e3", "12.9", "x", "", None, "-0.9"]),
    case("to_int64(s)", [MOST, None], LENIENT, s=["9223372036854775807", "9223372036854775808"]),
    case("to_int64(f)", [2, -2, None, None], f=[2.9, -2.9, 1e300, None]),
    case("to_int64(d)", [2, -2, None], d=["2.90", "-2.90", None]),
    case("to_int64(b)", [1, 0, None], b=[True, False, None]),
    case("to_integer(i)", [0, 2**31 - 1, -(2**31), None, None, None], i=[0, 2**31 - 1, -(2**31), 2**31, MOST, None]),
    case("to_integer(s)", [12, None, None], s=["12.9", "3000000000", None]),
    case("to_integer(f)", [-1, None], f=[-1.5, 1e10]),
    case("to_integer(b)", [1, None], b=[True, None]),
    case("trunc(f)", [1.0, -1.0, 0.0, 2.0, None, None, 1e300, 5.0], f=[1.9, -1.9, 0.9, 2.0, float("nan"), None, 1e300, 5.0]),
    case("trunc(f, 2)", [1.15, -1.15, 0.0, 2.34, 0.29], BINARY, f=[1.15, -1.159, 0.001, 2.3499, 0.29]),
    case("trunc(f, -1)", [10.0, -10.0], f=[19.9, -19.9]),
    case("trunc(d, 1)", ["1.90", "-1.90"], FIXED, d=["1.95", "-1.95"]),
    case("trunc(i, -2)", [100, -100, None], i=[199, -199, None]),
    case("trunc(i)", [5], i=[5]),
    case("clear_bit(i, j)", [1, 5, 0, 5, None, None, 0, -8], i=[5, 5, 4, 5, None, 5, 7, -1], j=[4, 2, 4, 0, 4, None, 7, 7]),
    case("set_bit(i, j)", [5, 7, 4, 5, None, None, 7, -1], i=[5, 5, 4, 5, None, 5, 0, -1], j=[4, 2, 4, 0, 4, None, 7, 7]),
    case(
        "is_bit_set(i, j)",
        [True, False, True, True, None, None, False, True],
        i=[5, 5, 4, 5, None, 5, 1, -1],
        j=[4, 2, 4, 0, 4, None, 3, 7],
    ),
    case("to_boolean(i)", [True, False, True, None], i=[1, 0, -7, None]),
    case("to_boolean(f)", [True, False, None], f=[0.1, 0.0, None]),
    case("to_boolean(b)", [True, False, None], b=[True, False, None]),
    # one degree of a great circle is 111.195080 km on a sphere of 6371.0088 km
    case(
        "round(distance(f, 0, g, 0), 5)",
        [111.19508, 0.0, 111.19508, 20015.11444, None, None],
        f=[0.0, 5.0, 180.0, 0.0, None, 1.0],
        g=[1.0, 5.0, -179.0, 180.0, 1.0, None],
    ),
    case("round(distance(f, 90, g, -90), 5)", [20015.11444], f=[7.0], g=[7.0]),
    case("round(distance(2.3522, 48.8566, 13.405, 52.52))", [877.0], f=[0.0]),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_polars_gives_what_was_worked_out_by_hand(one: Case) -> None:
    found = polars_values(one)
    assert same([str(item) if isinstance(one.wanted[0], str) else item for item in found], one.wanted), found


@pytest.mark.parametrize("one", [one for one in CASES if not one.quirk], ids=str)
def test_duckdb_gives_the_same(one: Case) -> None:
    assert same(found := duckdb_values(one), one.wanted), found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("trunc(f, i)", "the decimals of trunc differs from row to row"),
        ("round(f, i)", "the decimals of round differs from row to row"),
        ("to_double(day)", "argument 1 of to_double is date"),
        ("set_bit(f, 1)", "argument 1 of set_bit is number"),
        ("distance(s, 1, 2, 3)", "argument 1 of distance is text"),
    ],
)
def test_what_has_no_meaning_is_refused_when_it_is_defined(text: str, what: str) -> None:
    with pytest.raises(DefinitionError, match=what):
        refused(text)
