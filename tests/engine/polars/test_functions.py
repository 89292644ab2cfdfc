"""Every function of the language, by values written by hand: from columns, and computed before any row is read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from campaign_nb.engine.backends.polars import Context
from campaign_nb.engine.backends.polars.functions import IMPLEMENTATIONS
from campaign_nb.errors import DefinitionError
from campaign_nb.rules import tree
from campaign_nb.rules.functions import REGISTRY
from tests.engine.polars.world import AS_OF, SCHEMA, call, col, values, wall
from tests.rules.functions.test_catalogue import BY_HAND

LEAST, MOST = -(2**63), 2**63 - 1
NAN, INF = float("nan"), float("inf")
E_ACUTE, E_TWO = "é", "e\u0301"
DAY, MONTH_END, LEAP = dt.date(2026, 7, 2), dt.date(2026, 1, 31), dt.date(2024, 2, 29)
NULL = tree.Column("nothing")


def days(*texts: str | None) -> list[dt.date | None]:
    return [None if text is None else dt.date.fromisoformat(text) for text in texts]


def walls(*texts: str | None) -> list[dt.datetime | None]:
    return [None if text is None else wall(text) for text in texts]


def utcs(*texts: str | None) -> list[dt.datetime | None]:
    return [None if text is None else wall(text).replace(tzinfo=dt.UTC) for text in texts]


def decimals(*texts: str | None) -> list[Decimal | None]:
    return [None if text is None else Decimal(text) for text in texts]


@dataclass(frozen=True)
class Example:
    """A call, the columns that it reads and what comes out, row by row."""

    name: str
    args: tuple[Any, ...]
    columns: dict[str, list[Any]]
    wanted: list[Any]

    @property
    def mixed(self) -> bool:
        """Whether the arguments are brought to one type, which a null that is known does not have."""
        return self.name == "coalesce"

    def __str__(self) -> str:
        return f"{self.name}({', '.join(str(getattr(arg, 'name', arg)) for arg in self.args)})"


def example(name: str, *args: Any, wanted: list[Any], **columns: list[Any]) -> Example:
    """Texts among the arguments that are names of given columns mean those columns."""
    nodes = tuple(col(arg) if isinstance(arg, str) and arg in columns else arg for arg in args)
    return Example(name, nodes, columns, wanted)


ARITHMETIC = [
    example("add", "i", "j", i=[1, MOST, MOST, LEAST, None], j=[2, 1, -1, -1, 1], wanted=[3, None, MOST - 1, None, None]),
    example("add", "j", 100, j=[100, -128, None], wanted=[200, -28, None]),
    example("add", "u", 1, u=[0, 2**63 - 2, 2**64 - 1, None], wanted=[1, MOST, None, None]),
    example("add", "d", "e", d=decimals("1.10", None), e=decimals("2.025", "1"), wanted=decimals("3.125", None)),
    example("add", "d", 1, d=decimals("1.10", None), wanted=decimals("2.10", None)),
    example("add", "f", "d", f=[0.5, NAN, None], d=decimals("1.25", "1", "1"), wanted=[1.75, None, None]),
    example("add", "f", "g", f=[INF, INF, 1e308, -0.0], g=[-INF, 1.0, 1e308, 0.0], wanted=[None, INF, INF, 0.0]),
    example("subtract", "i", "j", i=[1, LEAST, 5, None], j=[2, 1, None, 1], wanted=[-1, None, None, None]),
    example("subtract", "u", 5, u=[3, 2**63 + 4, None], wanted=[-2, MOST, None]),
    example("multiply", "i", "j", i=[3, MOST, LEAST, None], j=[-4, 2, -1, 1], wanted=[-12, None, None, None]),
    example(
        "multiply",
        "d",
        "e",
        d=decimals("12.35", "-0.05", None),
        e=decimals("1.5", "7.125", "1"),
        wanted=decimals("18.525", "-0.35625", None),
    ),
    example("multiply", "f", 2, f=[0.1, INF, NAN, None], wanted=[0.2, INF, None, None]),
    example("multiply", "f", 0, f=[INF, -1.0, None], wanted=[None, 0.0, None]),
    example("divide", "i", "j", i=[7, -7, 7, -7, 1, None], j=[2, 2, -2, -2, 0, 1], wanted=[3, -3, -3, 3, None, None]),
    example("divide", "i", -1, i=[LEAST, MOST, 0], wanted=[None, -MOST, 0]),
    example(
        "divide",
        "d",
        "e",
        d=decimals("1.00", "1.00", "-7.50", None),
        e=decimals("3", "0", "2", "1"),
        wanted=decimals("0.333333333", None, "-3.75", None),
    ),
    example("divide", "i", Decimal("3"), i=[1, -2, None], wanted=decimals("0.333333333", "-0.666666667", None)),
    example("divide", "f", "g", f=[1.0, 1.0, -1.0, INF, 0.0], g=[4.0, 0.0, -0.0, INF, 0.0], wanted=[0.25, None, None, None, None]),
    example("mod", "i", "j", i=[7, -7, 7, -7, 1, None], j=[3, 3, -3, -3, 0, 3], wanted=[1, -1, 1, -1, None, None]),
    example("mod", "i", -1, i=[LEAST, MOST, 0], wanted=[0, 0, 0]),
    example(
        "mod",
        "d",
        "e",
        d=decimals("7.50", "-7.50", "7.50", "1"),
        e=decimals("2", "2", "-2", "0"),
        wanted=decimals("1.5", "-1.5", "1.5", None),
    ),
    example("mod", "f", 2.0, f=[7.5, -7.5, NAN, None], wanted=[1.5, -1.5, None, None]),
    example("negate", "i", i=[1, LEAST, 0, None], wanted=[-1, None, 0, None]),
    example("negate", "u", u=[5, 2**63, 2**64 - 1, None], wanted=[-5, LEAST, None, None]),
    example("negate", "d", d=decimals("1.50", None), wanted=decimals("-1.50", None)),
    example("negate", "f", f=[1.5, INF, NAN, None], wanted=[-1.5, -INF, None, None]),
]

NUMERIC = [
    example("abs", "i", i=[-5, LEAST, 0, None], wanted=[5, None, 0, None]),
    example("abs", "j", j=[-128, 127, None], wanted=[128, 127, None]),
    example("abs", "d", d=decimals("-1.50", "1.50", None), wanted=decimals("1.50", "1.50", None)),
    example("abs", "f", f=[-1.5, -INF, NAN, None], wanted=[1.5, INF, None, None]),
    example("ceil", "f", f=[1.2, -1.2, 2.0, NAN, None], wanted=[2.0, -1.0, 2.0, None, None]),
    example("ceil", "d", d=decimals("1.20", "-1.20", None), wanted=decimals("2", "-1", None)),
    example("ceil", "i", i=[5, -5, None], wanted=[5, -5, None]),
    example("floor", "f", f=[1.2, -1.2, 2.0, NAN, None], wanted=[1.0, -2.0, 2.0, None, None]),
    example("floor", "d", d=decimals("1.20", "-1.20", None), wanted=decimals("1", "-2", None)),
    example("floor", "u", u=[2**63 - 1, 0, None], wanted=[MOST, 0, None]),
    example("round", "f", f=[2.5, -2.5, 0.5, 1.4, NAN, INF, None], wanted=[3.0, -3.0, 1.0, 1.0, None, INF, None]),
    example("round", "d", 1, d=decimals("12.35", "-12.35", "12.34", None), wanted=decimals("12.4", "-12.4", "12.3", None)),
    example("round", "f", 2, f=[1.125, -1.125, 1e300, None], wanted=[1.13, -1.13, 1e300, None]),
    example("round", "i", -2, i=[149, 150, -150, 0, MOST, None], wanted=[100, 200, -200, 0, MOST // 100 * 100, None]),
    example("round", "d", -1, d=decimals("14.99", "15.00", "-15.00", None), wanted=decimals("10", "20", "-20", None)),
    example("round", "i", 2, i=[5, None], wanted=[5, None]),
    example("round", "f", None, f=[1.5, None], wanted=[None, None]),
    example("greatest", "i", "j", i=[1, 5, None, 1], j=[2, -5, 1, None], wanted=[2, 5, None, None]),
    example("greatest", "f", "i", f=[1.5, NAN, -INF, None], i=[1, 1, 1, 1], wanted=[1.5, None, 1.0, None]),
    example("greatest", "d", 2, d=decimals("1.50", "2.50", None), wanted=decimals("2", "2.5", None)),
    example("least", "i", "j", i=[1, 5, None, 1], j=[2, -5, 1, None], wanted=[1, -5, None, None]),
    example("least", "f", 1.0, f=[1.5, NAN, -INF, None], wanted=[1.0, None, -INF, None]),
    example("sign", "f", f=[-2.5, 0.0, -0.0, INF, NAN, None], wanted=[-1, 0, 0, 1, None, None]),
    example("sign", "d", d=decimals("-0.01", "0", "3", None), wanted=[-1, 0, 1, None]),
    example("sign", "i", i=[LEAST, 0, MOST, None], wanted=[-1, 0, 1, None]),
    example("percent", "i", "j", i=[1, 3, -1, 0, None], j=[4, 2, 4, 0, 1], wanted=[25.0, 150.0, -25.0, None, None]),
    example("percent", "d", 8, d=decimals("1.00", None), wanted=[12.5, None]),
]

CHOICES = [
    example("coalesce", "i", "j", 9, i=[1, None, None], j=[2, 3, None], wanted=[1, 3, 9]),
    example("coalesce", "f", 0, f=[1.5, NAN, None], wanted=[1.5, 0.0, 0.0]),
    example("coalesce", "s", "", s=["a", "", None], wanted=["a", "", ""]),
    example("coalesce", "day", None, day=days("2026-07-02", None), wanted=days("2026-07-02", None)),
    example("coalesce", "utc", "ny", utc=utcs("2026-07-01", None), ny=utcs(None, "2026-07-01"), wanted=utcs("2026-07-01", "2026-07-01")),
    example(
        "coalesce", "day", "utc", day=days("2026-07-02", None), utc=utcs(None, "2026-07-01 22:00"), wanted=walls("2026-07-02", "2026-07-02")
    ),
]

DATES = [
    example("year", "day", day=days("2026-07-02", "1969-12-31", "0001-01-01", None), wanted=[2026, 1969, 1, None]),
    example("year", "utc", utc=utcs("2026-12-31 23:30", None), wanted=[2026, None]),
    example("year", "here", here=utcs("2026-12-31 23:30", None), wanted=[2027, None]),
    example("quarter", "day", day=days("2026-01-01", "2026-03-31", "2026-12-31", None), wanted=[1, 1, 4, None]),
    example("month", "day", day=days("2026-07-02", "2026-12-31", None), wanted=[7, 12, None]),
    example("month", "ny", ny=utcs("2026-07-01 03:59", "2026-07-01 04:00", None), wanted=[6, 7, None]),
    example("day", "at", at=walls("2026-07-02 23:59:59", "2024-02-29", None), wanted=[2, 29, None]),
    example("day", "here", here=utcs("2026-07-01 22:00", "2026-07-01 21:59", None), wanted=[2, 1, None]),
    example("day_of_year", "day", day=days("2026-01-01", "2024-12-31", "2026-12-31", None), wanted=[1, 366, 365, None]),
    example("week_day", "day", day=days("2026-06-29", "2026-07-05", "1969-12-31", None), wanted=[0, 6, 2, None]),
    example("hour", "at", at=walls("2026-07-02 23:59", "2026-07-02", None), wanted=[23, 0, None]),
    example("hour", "here", here=utcs("2026-03-29 00:59", "2026-03-29 01:00", None), wanted=[1, 3, None]),
    example("hour", "day", day=days("2026-07-02", None), wanted=[0, None]),
    example("minute", "at", at=walls("2026-07-02 23:59:59", "2026-07-02", None), wanted=[59, 0, None]),
    example("minute", "day", day=days("2026-07-02", None), wanted=[0, None]),
    example("days_old", "day", day=days("2026-07-02", "2026-07-01", "2026-07-03", None), wanted=[0, 1, -1, None]),
    example("days_old", "here", here=utcs("2026-07-01 22:00", "2026-07-01 21:59", None), wanted=[0, 1, None]),
    example("days_old", "at", at=walls("2026-07-01 23:59", "2024-02-29 12:00", None), wanted=[1, 854, None]),
    example("months_old", "day", day=days("2026-06-02", "2026-06-03", "2026-08-02", "2026-08-01", None), wanted=[1, 0, -1, 0, None]),
    example("months_old", "day", day=days("2025-07-02", "2024-02-29", "2026-07-31"), wanted=[12, 28, 0]),
    example("years_old", "day", day=days("2008-07-02", "2008-07-03", "2024-02-29", "2027-07-02", None), wanted=[18, 17, 2, -1, None]),
    example(
        "days_diff",
        "day",
        "start",
        day=days("2026-07-02", "2026-07-01", None),
        start=days("2026-07-01", "2026-07-02", "2026-07-01"),
        wanted=[1, -1, None],
    ),
    example(
        "days_diff",
        "at",
        "day",
        at=walls("2026-03-30 00:01", "2026-03-29", None),
        day=days("2026-03-28", "2026-03-29", "2026-03-29"),
        wanted=[2, 0, None],
    ),
    example("days_diff", "here", "day", here=utcs("2026-07-01 22:00", None), day=days("2026-07-01", "2026-07-01"), wanted=[1, None]),
    example(
        "add_days",
        "day",
        "i",
        day=days("2024-02-28", "2026-07-02", None, "2026-07-02"),
        i=[1, -2, 1, None],
        wanted=days("2024-02-29", "2026-06-30", None, None),
    ),
    example("add_days", "at", 1, at=walls("2026-03-28 02:30", None), wanted=walls("2026-03-29 02:30", None)),
    example(
        "add_days",
        "here",
        1,
        here=utcs("2026-03-28 01:30", "2026-03-27 12:00", None),
        wanted=utcs("2026-03-29 01:30", "2026-03-28 12:00", None),
    ),
    example(
        "add_days",
        "here",
        "i",
        here=utcs("2026-10-24 00:30", "2026-03-28 12:00"),
        i=[1, 1],
        wanted=utcs("2026-10-25 00:30", "2026-03-29 11:00"),
    ),
    example("add_days", "day", 10**12, day=days("2026-07-02", None), wanted=[None, None]),
    example(
        "add_months",
        "day",
        "i",
        day=days("2026-01-31", "2024-02-29", "2026-07-02", None),
        i=[1, 12, -7, 1],
        wanted=days("2026-02-28", "2025-02-28", "2025-12-02", None),
    ),
    example("add_months", "at", 1, at=walls("2026-01-31 09:00", None), wanted=walls("2026-02-28 09:00", None)),
    example("date_only", "at", at=walls("2026-07-02 23:59:59", None), wanted=days("2026-07-02", None)),
    example("date_only", "utc", utc=utcs("2026-07-01 22:30", None), wanted=days("2026-07-01", None)),
    example("date_only", "here", here=utcs("2026-07-01 22:30", None), wanted=days("2026-07-02", None)),
    example("date_only", "day", day=days("2026-07-02", None), wanted=days("2026-07-02", None)),
    example("now", wanted=[AS_OF]),
    example("today", wanted=[DAY]),
    example("days_ago", "i", i=[0, 90, -1, None, 10**15], wanted=days("2026-07-02", "2026-04-03", "2026-07-03", None, None)),
    example("days_ahead", "i", i=[0, 30, -1, None], wanted=days("2026-07-02", "2026-08-01", "2026-07-01", None)),
    example("months_ago", "i", i=[0, 1, 12, -1, None], wanted=days("2026-07-02", "2026-06-02", "2025-07-02", "2026-08-02", None)),
    example("years_ago", "i", i=[0, 1, 18, -1, None], wanted=days("2026-07-02", "2025-07-02", "2008-07-02", "2027-07-02", None)),
]

TEXTS = [
    example("lower", "s", s=["ABC", "É", "İ", "", "ΑΣ", None], wanted=["abc", "é", "i̇", "", "ας", None]),
    example("lower", "c", c=["É", "b", "", None], wanted=["é", "b", "", None]),
    example("upper", "s", s=["abc", "é", "ı", "ß", "", None], wanted=["ABC", "É", "I", "SS", "", None]),
    example(
        "smart", "s", s=["jean-luc PICARD", "élan vital", "", "o'neil", None], wanted=["Jean-Luc Picard", "Élan Vital", "", "O'Neil", None]
    ),
    example("trim", "s", s=["  a b\t\n", "\u00a0a", "", "   ", None], wanted=["a b", "a", "", "", None]),
    example("length", "s", s=["abc", E_ACUTE, E_TWO, "", "\U0001f600", None], wanted=[3, 1, 2, 0, 1, None]),
    example("left", "s", "i", s=["abc", "abc", "abc", "abc", E_TWO, None], i=[2, 0, -1, 99, 1, 1], wanted=["ab", "", "", "abc", "e", None]),
    example("left", "s", None, s=["abc"], wanted=[None]),
    example(
        "right", "s", "i", s=["abc", "abc", "abc", "abc", E_TWO, None], i=[2, 0, -1, 99, 1, 1], wanted=["bc", "", "", "abc", "\u0301", None]
    ),
    example(
        "substring",
        "s",
        "i",
        "j",
        s=["abcdef"] * 5 + [None],
        i=[2, 0, -1, 9, 2, 1],
        j=[3, 2, 3, 1, -1, 1],
        wanted=["bcd", "a", "a", "", "", None],
    ),
    example("substring", "s", "i", s=["abcdef", "abcdef", "éèà", "", None], i=[4, -2, 2, 1, 1], wanted=["def", "abcdef", "èà", "", None]),
    example("substring", "s", 2, None, s=["abc"], wanted=[None]),
    example(
        "charindex",
        "s",
        "t",
        s=["abcb", "éab", "a.c", "abc", None, "abc"],
        t=["b", "ab", ".", "x", "a", None],
        wanted=[2, 2, 2, 0, None, None],
    ),
    example("charindex", "s", "", s=["abc", "", None], wanted=[1, 1, None]),
    example(
        "replace",
        "s",
        "t",
        "-",
        s=["a.b.c", "aaa", "abc", "abc", None],
        t=[".", "aa", "", "x", "a"],
        wanted=["a-b-c", "-a", "abc", "abc", None],
    ),
    example("replace", "s", "a", "$1", s=["banana", "", None], wanted=["b$1n$1n$1", "", None]),
    example("replace", "s", "a", None, s=["banana", None], wanted=[None, None]),
    example("concat", "s", "-", "i", s=["a", "", None, "b"], i=[1, 2, 3, None], wanted=["a-1", "-2", None, None]),
    example("concat", "s", s=["a", "", None], wanted=["a", "", None]),
    example("to_string", "i", i=[1, LEAST, None], wanted=["1", "-9223372036854775808", None]),
    example("to_string", "f", f=[1.0, 0.1, -0.5, NAN, None], wanted=["1.0", "0.1", "-0.5", None, None]),
    example("to_string", "d", d=decimals("1.50", "-0.05", None), wanted=["1.50", "-0.05", None]),
    example("to_string", "b", b=[True, False, None], wanted=["true", "false", None]),
    example("to_string", "day", day=days("2026-07-02", "0099-01-01", None), wanted=["2026-07-02", "0099-01-01", None]),
    example("to_string", "at", at=walls("2026-07-02 09:05:06.5", None), wanted=["2026-07-02 09:05:06", None]),
    example("to_string", "here", here=utcs("2026-07-02 09:05:06", None), wanted=["2026-07-02 11:05:06", None]),
    example("to_string", "s", s=["a", "", None], wanted=["a", "", None]),
    example(
        "get_email_domain",
        "s",
        s=["ann@example.org", '"a@b"@example.org', "ann", "ann@", "", None],
        wanted=["example.org", "example.org", None, "", None, None],
    ),
]

EXAMPLES = [*ARITHMETIC, *NUMERIC, *CHOICES, *DATES, *TEXTS]
OWN = {one.name for one in EXAMPLES}
ELSEWHERE = {
    name
    for name, function in REGISTRY.items()
    if name in ("first_of", "item_of") or function.category == "message" or name in BY_HAND - OWN
}
"""What is tested where it is used: with collected rows, with messages, and on two engines in tests/rules/functions."""


@pytest.mark.parametrize("one", EXAMPLES, ids=str)
def test_a_function_gives_what_was_worked_out_by_hand(one: Example) -> None:
    assert values(tree.Call(one.name, call("", *one.args).args), one.columns or {"i": [0]}) == one.wanted


@pytest.mark.parametrize("one", [one for one in EXAMPLES if one.columns and not one.mixed], ids=str)
def test_a_function_of_known_values_gives_the_same_before_any_row_is_read(one: Example) -> None:
    for row, wanted in enumerate(one.wanted):
        known = [as_known(arg.name, one.columns[arg.name][row]) if isinstance(arg, tree.Column) else arg for arg in one.args]
        assert values(call(one.name, *known), {"i": [0]}) == [wanted]


def as_known(column: str, value: Any) -> Any:
    """A cell as the literal that means the same: an instant in its column's zone, NaN as null."""
    dtype = SCHEMA[column]
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None and value is not None:
        return value.astimezone(ZoneInfo(dtype.time_zone))
    return None if value != value else value


def test_every_function_of_the_language_is_there_and_no_other() -> None:
    assert set(IMPLEMENTATIONS) == set(REGISTRY)


def test_every_function_has_examples_and_one_of_them_is_null() -> None:
    assert {one.name for one in EXAMPLES} | ELSEWHERE == set(REGISTRY)
    with_null = {one.name for one in EXAMPLES if None in one.wanted}
    assert {name for name, function in REGISTRY.items() if function.parameters} - ELSEWHERE == with_null
    assert all(sum(len(one.wanted) for one in EXAMPLES if one.name == name) >= 4 for name in with_null)


@pytest.mark.parametrize("today", ["2024-02-29", "2026-01-31", "2026-12-31", "2026-03-01"])
@pytest.mark.parametrize("name", ["days_ago", "days_ahead", "months_ago", "years_ago"])
def test_a_known_number_of_days_or_months_gives_the_same_date_as_one_from_a_column(name: str, today: str) -> None:
    context = Context(wall(today).replace(tzinfo=dt.UTC), "UTC")
    numbers = [0, 1, 2, 11, 12, 13, 400, -1, -12, 1500, 10**9]
    assert values(call(name, col("i")), {"i": numbers}, context) == [values(call(name, n), {"i": [0]}, context)[0] for n in numbers]


def test_rounding_to_decimals_of_each_row_is_refused() -> None:
    with pytest.raises(DefinitionError, match="the decimals of round differ from row to row"):
        values(call("round", col("f"), col("i")), {"f": [1.5], "i": [1]})
