"""Arithmetic, parts and ages of dates, rounding, letters: rows written by hand, asked of Polars and of DuckDB."""

from __future__ import annotations

import pytest

from tests.rules.functions.cases import Case, case, days, duckdb_values, polars_values, same, utcs, walls

MOST, LEAST = 2**63 - 1, -(2**63)
WIDE = "DuckDB refuses what does not fit 64 bits"
SPACE = "DuckDB's white space ends with ASCII"
TEXT = "DuckDB writes a fraction without its zero, or with more digits"
SMART = "DuckDB's form splits words at spaces alone"
N = [7, -7, 0, None, 5, 1, -1, 100]
M = [2, 2, 3, 4, None, -1, -1, 7]
DAY = ["2026-07-01", "2024-02-29", "2026-12-31", "1969-12-31", None, "2026-01-01", "0001-01-01", "2000-10-31"]
AT = [
    "2026-07-01 23:59:59",
    "2024-02-29 00:00",
    "2026-12-31 12:34",
    "1969-12-31 23:59",
    None,
    "2026-01-01 00:01",
    "2026-07-02 00:30",
    "2000-10-31 06:06",
]
S = ["Abc", "É", "", None, "a b", "ß", "x1Y", " É "]

ARITHMETIC = [
    case("i + j", [9, -5, 3, None, None, 0, -2, 107], i=N, j=M),
    case("i - j", [5, -9, -3, None, None, 2, 0, 93], i=N, j=M),
    case("i * j", [14, -14, 0, None, None, -1, 1, 700], i=N, j=M),
    case("i / j", [3, -3, 0, None, None, -1, 1, 14], i=N, j=M),
    case("i + 1", [None], WIDE, i=[MOST]),
    case("add(i, j)", [9, -5, 3, None, None, 0, -2, 107], i=N, j=M),
    case("subtract(i, j)", [5, -9, -3, None, None, 2, 0, 93], i=N, j=M),
    case("multiply(i, j)", [14, -14, 0, None, None, -1, 1, 700], i=N, j=M),
    case("divide(i, j)", [3, -3, 0, None, None, -1, 1, 14], i=N, j=M),
    case("divide(i, 0)", [None, None], i=[1, 0]),
    case("negate(i)", [-7, 7, 0, None, -5, -1, 1, -100], i=N),
    case("negate(i)", [None], WIDE, i=[LEAST]),
]
NUMBERS = [
    case("abs(i)", [7, 7, 0, None, 5, 1, 1, 100], i=N),
    case("ceil(f)", [2.0, -1.0, 0.0, None, None, 3.0, 1.0, -2.0], f=[1.2, -1.2, 0.0, None, float("nan"), 3.0, 0.001, -2.999]),
    case("floor(f)", [1.0, -2.0, 0.0, None, None, 3.0, 0.0, -3.0], f=[1.2, -1.2, 0.0, None, float("nan"), 3.0, 0.001, -2.999]),
    case("round(f)", [3.0, -3.0, 1.0, None, None, 0.0, 2.0, 1e15], f=[2.5, -2.5, 0.5, None, float("nan"), 0.49, 1.5, 1e15]),
    case("round(f, 1)", [2.5, -2.5, 0.3], f=[2.5, -2.46, 0.25]),
    case("greatest(i, j)", [7, 2, 3, None, None, 1, -1, 100], i=N, j=M),
    case("least(i, j)", [2, -7, 0, None, None, -1, -1, 7], i=N, j=M),
    case("sign(i)", [1, -1, 0, None, 1, 1, -1, 1], i=N),
    case("percent(i, j)", [350.0, -350.0, 0.0, None, None, -100.0, 100.0, 10000 / 7], i=N, j=M),
    case("percent(i, 0)", [None], i=[1]),
    case("coalesce(i, j)", [7, -7, 0, 4, 5, 1, -1, 100], i=N, j=M),
    case(
        "coalesce(s, t, 'none')",
        ["a", "b", "", "none", "", "c", "d", "e"],
        s=["a", None, "", None, None, "c", "d", "e"],
        t=["x", "b", "x", None, "", None, "x", "x"],
    ),
]
DATES = [
    case("now()", utcs("2026-07-01 22:30")),
    case("today()", days("2026-07-02")),
    case("days_ago(i)", days("2026-06-25", "2026-07-09", "2026-07-02", None, "2026-06-27", "2026-07-01", "2026-07-03", "2026-03-24"), i=N),
    case(
        "days_ahead(i)", days("2026-07-09", "2026-06-25", "2026-07-02", None, "2026-07-07", "2026-07-03", "2026-07-01", "2026-10-10"), i=N
    ),
    case(
        "months_ago(i)", days("2025-12-02", "2027-02-02", "2026-07-02", None, "2026-02-02", "2026-06-02", "2026-08-02", "2018-03-02"), i=N
    ),
    case("years_ago(i)", days("2019-07-02", "2033-07-02", "2026-07-02", None, "2021-07-02", "2025-07-02", "2027-07-02", "1926-07-02"), i=N),
    case("year(day)", [2026, 2024, 2026, 1969, None, 2026, 1, 2000], day=DAY),
    case("quarter(day)", [3, 1, 4, 4, None, 1, 1, 4], day=DAY),
    case("month(day)", [7, 2, 12, 12, None, 1, 1, 10], day=DAY),
    case("day(day)", [1, 29, 31, 31, None, 1, 1, 31], day=DAY),
    case("day_of_year(day)", [182, 60, 365, 365, None, 1, 1, 305], day=DAY),
    case("week_day(day)", [2, 3, 3, 2, None, 3, 0, 1], day=DAY),
    case("hour(at)", [23, 0, 12, 23, None, 0, 0, 6], at=AT),
    case("minute(at)", [59, 0, 34, 59, None, 1, 30, 6], at=AT),
    case(
        "date_only(at)", days("2026-07-01", "2024-02-29", "2026-12-31", "1969-12-31", None, "2026-01-01", "2026-07-02", "2000-10-31"), at=AT
    ),
    case("days_old(day)", [1, 854, -182, 20637, None, 182, 739798, 9375], day=DAY),
    case("months_old(day)", [0, 28, -5, 678, None, 6, 24306, 308], day=DAY),
    case("years_old(day)", [0, 2, 0, 56, None, 0, 2025, 25], day=DAY),
    case(
        "add_days(day, 1)",
        days("2026-07-02", "2024-03-01", "2027-01-01", "1970-01-01", None, "2026-01-02", "0001-01-02", "2000-11-01"),
        day=DAY,
    ),
    case(
        "add_months(day, 4)",
        days("2026-11-01", "2024-06-29", "2027-04-30", "1970-04-30", None, "2026-05-01", "0001-05-01", "2001-02-28"),
        day=DAY,
    ),
    case("add_months(at, 1)", walls("2026-02-28 09:00", None), at=["2026-01-31 09:00", None]),
]
LETTERS = [
    case("lower(s)", ["abc", "é", "", None, "a b", "ß", "x1y", " é "], s=S),
    case("upper(s)", ["ABC", "É", "", None, "A B", "X1Y", " É "], s=[item for item in S if item != "ß"]),
    case("upper(s)", ["SS"], "DuckDB keeps the sharp s", s=["ß"]),
    case("smart(s)", ["Abc", "É", "", None, "A B", "Xy"], s=["aBC", "é", "", None, "a b", "XY"]),
    case("smart(s)", ["Jean-Luc", "O'Neil", "X1Y"], SMART, s=["jean-luc", "o'neil", "x1y"]),
    case("trim(s)", ["Abc", "É", "", None, "a b", "ß", "x1Y", "É"], s=S),
    case("trim(s)", ["a"], SPACE, s=["\u00a0a"]),
    case("length(s)", [3, 1, 0, None, 3, 1, 3, 3], s=S),
    case("left(s, 2)", ["Ab", "É", "", None, "a ", "ß", "x1", " É"], s=S),
    case("substring(s, 2)", ["bc", "", "", None, " b", "", "1Y", "É "], s=S),
    case(
        "substring(s, i, j)", ["bc", "É", "", None, None, "", "1", None], s=S, i=[2, 1, 1, 1, None, 2, 2, 1], j=[5, 1, 3, 1, 1, 1, 1, None]
    ),
    case("replace(s, t, '-')", ["A-c", "-", "", None, "a b", None, "x-Y", "-É-"], s=S, t=["b", "É", "x", "x", "z", None, "1", " "]),
    case("concat(s, '/', i)", ["Abc/7", "É/-7", "/0", None, "a b/5", "ß/1", "x1Y/-1", " É /100"], s=S, i=N),
    case("to_string(i)", ["7", "-7", "0", None, "5", "1", "-1", "100"], i=N),
    case("to_string(f)", ["1.0", "0.1", None], TEXT, f=[1.0, 0.1, None]),
    case("to_string(day)", ["2026-07-01", None], day=["2026-07-01", None]),
]
CASES = [*ARITHMETIC, *NUMBERS, *DATES, *LETTERS]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_polars_gives_what_was_worked_out_by_hand(one: Case) -> None:
    assert same(found := polars_values(one), one.wanted), found


@pytest.mark.parametrize("one", [one for one in CASES if not one.quirk], ids=str)
def test_duckdb_gives_the_same(one: Case) -> None:
    assert same(found := duckdb_values(one), one.wanted), found
