"""Dates moved by units, in both directions: rows written by hand, asked of Polars and of DuckDB."""

from __future__ import annotations

import pytest

from tests.rules.functions.cases import Case, case, days, duckdb_values, polars_values, same, utcs, walls

GAP = "DuckDB has no time that the clock skips: it keeps counting in its session's own way"
DAY = ["2024-02-29", "2026-01-31", "2026-07-01", "1969-12-31", None, "2026-07-01", "2026-12-31", "2024-02-29"]
N = [1, 1, 0, 1, 1, None, -1, 4]
AT = [
    "2026-07-01 23:30",
    "2024-02-28 12:00",
    "2026-12-31 23:59:59",
    "1970-01-01",
    None,
    "2026-07-01",
    "2026-07-01",
    "2026-07-01 00:00:00.5",
]

CASES = [
    case(
        "add_years(day, i)",
        days("2025-02-28", "2027-01-31", "2026-07-01", "1970-12-31", None, None, "2025-12-31", "2028-02-29"),
        day=DAY,
        i=N,
    ),
    case("add_years(at, 1)", walls("2027-07-01 23:30", "2025-02-28 12:00", None), at=["2026-07-01 23:30", "2024-02-29 12:00", None]),
    case("add_years(here, 1)", utcs("2027-03-28 01:30", None), GAP, here=["2026-03-28 01:30", None]),
    case("add_years(day, 100000)", [None], "DuckDB has years beyond 9999", day=["2026-07-01"]),
    case(
        "sub_years(day, i)",
        days("2023-02-28", "2025-01-31", "2026-07-01", "1968-12-31", None, None, "2027-12-31", "2020-02-29"),
        day=DAY,
        i=N,
    ),
    case(
        "sub_months(day, i)",
        days("2024-01-29", "2025-12-31", "2026-07-01", "1969-11-30", None, None, "2027-01-31", "2023-10-29"),
        day=DAY,
        i=N,
    ),
    case("sub_months(at, 1)", walls("2026-02-28 09:00", None), at=["2026-03-31 09:00", None]),
    case(
        "sub_days(day, i)",
        days("2024-02-28", "2026-01-30", "2026-07-01", "1969-12-30", None, None, "2027-01-01", "2024-02-25"),
        day=DAY,
        i=N,
    ),
    case("sub_days(here, 1)", utcs("2026-03-29 01:30", "2026-03-28 11:00"), GAP, here=["2026-03-30 00:30", "2026-03-29 10:00"]),
    case(
        "add_hours(at, i)",
        walls("2026-07-02 00:30", "2024-02-28 13:00", "2026-12-31 23:59:59", "1970-01-01 01:00", None, None, "2026-06-30 23:00", None),
        at=[*AT[:7], None],
        i=N,
    ),
    case("add_hours(day, 36)", walls("2024-03-01 12:00", None), day=["2024-02-29", None]),
    case("add_hours(here, 1)", utcs("2026-03-29 01:30", "2026-10-25 01:30", None), here=["2026-03-29 00:30", "2026-10-25 00:30", None]),
    case("add_hours(at, 1000000000000)", [None], "DuckDB refuses what no interval holds", at=["2026-07-01"]),
    case(
        "sub_hours(at, i)",
        walls("2026-07-01 22:30", "2024-02-28 11:00", "2026-12-31 23:59:59", "1969-12-31 23:00", None, None, "2026-07-01 01:00", None),
        at=[*AT[:7], None],
        i=N,
    ),
    case(
        "add_minutes(at, i)",
        walls("2026-07-01 23:31", "2024-02-28 12:01", "2026-12-31 23:59:59", "1970-01-01 00:01", None, None, "2026-06-30 23:59", None),
        at=[*AT[:7], None],
        i=N,
    ),
    case("add_minutes(day, 1)", walls("2026-07-01 00:01"), day=["2026-07-01"]),
    case(
        "sub_minutes(at, i)",
        walls("2026-07-01 23:29", "2024-02-28 11:59", "2026-12-31 23:59:59", "1969-12-31 23:59", None, None, "2026-07-01 00:01", None),
        at=[*AT[:7], None],
        i=N,
    ),
    case(
        "add_seconds(at, i)",
        walls(
            "2026-07-01 23:30:01", "2024-02-28 12:00:01", "2026-12-31 23:59:59", "1970-01-01 00:00:01", None, None, "2026-06-30 23:59:59"
        ),
        at=AT[:7],
        i=N[:7],
    ),
    case("add_seconds(at, 1)", walls("2026-07-01 00:00:01.500", None), at=["2026-07-01 00:00:00.500", None]),
    case("add_seconds(seen, 1)", walls("2026-07-01 00:00:01.500", None), seen=["2026-07-01 00:00:00.500", None]),
    case(
        "sub_seconds(at, i)",
        walls(
            "2026-07-01 23:29:59", "2024-02-28 11:59:59", "2026-12-31 23:59:59", "1969-12-31 23:59:59", None, None, "2026-07-01 00:00:01"
        ),
        at=AT[:7],
        i=N[:7],
    ),
    case("sub_seconds(at, 86400)", walls("2026-06-30 00:00"), at=["2026-07-01"]),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_polars_gives_what_was_worked_out_by_hand(one: Case) -> None:
    assert same(found := polars_values(one), one.wanted), found


@pytest.mark.parametrize("one", [one for one in CASES if not one.quirk], ids=str)
def test_duckdb_gives_the_same(one: Case) -> None:
    assert same(found := duckdb_values(one), one.wanted), found
