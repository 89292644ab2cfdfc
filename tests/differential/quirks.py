"""Where DuckDB says something else than the language, on purpose: named, with a source or a minimal case, each still needed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from campaign_nb.rules import tree
from tests.differential.shapes import COLUMNS

INSTANTS = {name for columns in COLUMNS.values() for name in columns.get("instant", ())}
NAIVES = {name for columns in COLUMNS.values() for kind in ("naive", "date") for name in columns.get(kind, ())}
FLOATS = {"p", *(name for columns in COLUMNS.values() for name in columns.get("float", ()))}
UNSIGNED = {"u"}
EXTREME = {"i", "id", "u", "k", "size"}
"""Columns of the largest and the smallest whole numbers."""
TO_INSTANT = {"now", "convert_ntz", "to_time_zone", "to_timestamp", "trunc_date_tz"}
PARTS = {"year", "quarter", "month", "day", "day_of_year", "week_day", "hour", "minute", "second", "year_and_month", "date_only", "to_date"}
PARTS |= {"days_old", "months_old", "years_old", "days_diff", "months_diff", "years_diff", "trunc_week", "trunc_quarter", "trunc_year"}
PARTS |= {"trunc_date", "trunc_time", "to_string", "concat", "escape_html", "header_text"}
MOVES = {f"{sign}_{unit}" for sign in ("add", "sub") for unit in ("days", "months", "years", "hours", "minutes", "seconds")}
ARITHMETIC = {
    "add",
    "subtract",
    "multiply",
    "divide",
    "mod",
    "negate",
    "abs",
    "round",
    "trunc",
    "ceil",
    "floor",
    "percent",
    "distance",
    "sign",
}
PLACED = ("left", "right", "substring", "lpad", "rpad")
SPACED = {"trim", "ltrim", "rtrim", "to_int64", "to_integer", "to_double"}


@dataclass(frozen=True)
class Quirk:
    """One difference: why, which rules it may touch, and the smallest query that shows it with what the language says."""

    why: str
    touches: Callable[[list[tree.Node]], bool]
    query: str
    ours: Any
    """What the language has; the database's answer, an error included, differs as long as the quirk is needed."""
    error: str = ""
    """The errors that it explains; none unless given."""
    answers: bool = True
    """Whether it explains another answer."""


def calls(nodes: list[tree.Node]) -> Iterator[tree.Call]:
    return (node for node in nodes if isinstance(node, tree.Call))


def named(*names: str) -> Callable[[list[tree.Node]], bool]:
    """Rules with a call of one of some functions."""
    return lambda nodes: any(call.name in names for call in calls(nodes))


def columns(nodes: list[tree.Node]) -> set[str]:
    return {node.name for node in nodes if isinstance(node, tree.Column)}


def literals(nodes: list[tree.Node]) -> list[Any]:
    return [node.value for node in nodes if isinstance(node, tree.Constant)]


def instant(nodes: list[tree.Node]) -> bool:
    aware = any(isinstance(value, dt.datetime) and value.tzinfo is not None for value in literals(nodes))
    return aware or bool(columns(nodes) & INSTANTS) or any(call.name in TO_INSTANT for call in calls(nodes))


def naive(nodes: list[tree.Node]) -> bool:
    plain = any(isinstance(value, dt.date) and getattr(value, "tzinfo", None) is None for value in literals(nodes))
    made = any(call.name in (*PARTS, *MOVES, *TO_INSTANT, "today", "days_ago", "to_date_time", "oldest") for call in calls(nodes))
    return plain or made or bool(columns(nodes) & NAIVES)


def fraction(nodes: list[tree.Node]) -> bool:
    return (
        any(isinstance(value, float) for value in literals(nodes)) or bool(columns(nodes) & FLOATS) or named("to_double", "percent")(nodes)
    )


def decimal(nodes: list[tree.Node]) -> bool:
    return bool(columns(nodes) & {"d", "e", "m"}) or any(type(value).__name__ == "Decimal" for value in literals(nodes))


def summed(nodes: list[tree.Node]) -> bool:
    return any(isinstance(node, tree.Aggregate | tree.Window) and node.function in ("sum", "avg", "std_dev") for node in nodes)


def numbered(nodes: list[tree.Node]) -> bool:
    return any(call.name in ARITHMETIC for call in calls(nodes)) or summed(nodes)


def beside(one: Callable[[list[tree.Node]], bool], two: Callable[[list[tree.Node]], bool]) -> Callable[[list[tree.Node]], bool]:
    """Rules in which one comparison, call or choice is about both kinds."""
    kinds = (tree.Compare, tree.In, tree.Between, tree.Call, tree.Case)

    def touches(nodes: list[tree.Node]) -> bool:
        parts = (list(node.walk()) for node in nodes if isinstance(node, kinds))
        return any(one(part) and two(part) for part in parts)

    return touches


def extreme(nodes: list[tree.Node]) -> bool:
    """Whole numbers near the ends of 64 bits, or beyond."""
    met = any(isinstance(value, int) and abs(value) > 2**52 for value in literals(nodes))
    return met or bool(columns(nodes) & (EXTREME | UNSIGNED))


def negative(nodes: list[tree.Node]) -> bool:
    """Whole numbers below 0, or columns that have some."""
    return any(isinstance(value, int) and value < 0 for value in literals(nodes)) or bool(columns(nodes) & {"i", "j", "id", "k", "n"})


REFUSED = "OutOfRange|Overflow|Conversion"
NAN = "CAST('Infinity' AS DOUBLE) - CAST('Infinity' AS DOUBLE)"
QUIRKS: dict[str, Quirk] = {
    "an instant has no zone of its own": Quirk(
        "a TIMESTAMPTZ is an instant alone; parts of it are those of the session: duckdb.org/docs/stable/sql/data_types/timestamp",
        lambda nodes: instant(nodes) and any(call.name in (*PARTS, *MOVES, *TO_INSTANT) for call in calls(nodes)),
        "SELECT hour(CAST('2026-07-01 22:30:00+00' AS TIMESTAMPTZ))",
        22,
    ),
    "a date-time beside an instant becomes an instant": Quirk(
        "a TIMESTAMP is cast to TIMESTAMPTZ by the session's zone; the language reads both on the wall, where autumn shows an hour twice",
        lambda nodes: instant(nodes) and naive(nodes),
        "SELECT CAST('2026-10-25 02:30' AS TIMESTAMP) = CAST('2026-10-25 01:30:00+00' AS TIMESTAMPTZ) "
        "AND CAST('2026-10-25 02:30' AS TIMESTAMP) = CAST('2026-10-25 00:30:00+00' AS TIMESTAMPTZ)",
        True,
    ),
    "what overflows is an error": Quirk(
        "whole numbers that do not fit are refused: duckdb.org/docs/stable/sql/data_types/numeric; the language has null",
        lambda nodes: True,
        "SELECT 9223372036854775807::BIGINT + 1::BIGINT",
        None,
        REFUSED,
        answers=False,
    ),
    "what would overflow is not computed": Quirk(
        "the optimiser asks abs(x) IS NULL of x alone, and -x <= 0 as x >= 0: what the language has null for is never met",
        lambda nodes: named("negate", "abs", "add", "subtract", "multiply")(nodes) and bool(columns(nodes) & EXTREME),
        "SELECT -x <= 0 FROM (VALUES ((-9223372036854775808)::BIGINT), (1)) AS t(x) WHERE NOT (-x <= 0)",
        None,
    ),
    "unsigned and wide results are kept": Quirk(
        "UBIGINT and HUGEINT hold what 64 bits with a sign do not; the language has null",
        lambda nodes: summed(nodes) or (bool(columns(nodes) & UNSIGNED) and numbered(nodes)),
        "SELECT abs(18446744073709551615::UBIGINT)",
        None,
    ),
    "what is no number is one": Quirk(
        "infinity less infinity is NaN, which is greater than any number: duckdb.org/docs/stable/sql/data_types/numeric; here it is null",
        lambda nodes: fraction(nodes) and numbered(nodes),
        f"SELECT ({NAN}) IS NULL",
        True,
    ),
    "a literal with a fraction is a decimal": Quirk(
        "0.1 is a DECIMAL in DuckDB's SQL, so arithmetic of literals is exact or refused; here it is a float",
        lambda nodes: any(isinstance(value, float) for value in literals(nodes)) and any(call.name in ARITHMETIC for call in calls(nodes)),
        "SELECT 0.1 + 0.2 = 0.3",
        False,
    ),
    "a quotient of decimals is a float": Quirk(
        "/ is floating-point division: duckdb.org/docs/stable/sql/functions/numeric; here it is a decimal of nine digits",
        lambda nodes: (
            decimal(nodes) and any(call.name in ("divide", "multiply", "mod", "round", "trunc", "ceil", "floor") for call in calls(nodes))
        ),
        "SELECT typeof(1.00::DECIMAL(12, 2) / 3.00::DECIMAL(12, 2))",
        "DECIMAL",
    ),
    "calendars do not end": Quirk(
        "dates reach the year 294246 and intervals have limits of their own; here what is beyond 9998 years is null",
        named(*MOVES, "trunc_date", "trunc_date_tz", "trunc_time"),
        "SELECT to_seconds(9223372036854775807)",
        None,
        REFUSED,
    ),
    "a time that the clock skips": Quirk(
        "an hour that spring skips is moved in the session's own way",
        lambda nodes: named(*MOVES, "convert_ntz", "to_timestamp", *PARTS)(nodes),
        "SELECT CAST(CAST('2026-03-29 02:30' AS TIMESTAMP) AS TIMESTAMPTZ) = CAST('2026-03-29 01:30:00+00' AS TIMESTAMPTZ)",
        False,
    ),
    "a text with an offset is read as a date-time": Quirk(
        "a cast takes the offset of a text into account, and other forms of dates",
        named("to_date_time", "to_timestamp"),
        "SELECT TRY_CAST('2026-07-01 10:00:00Z' AS TIMESTAMP)",
        None,
    ),
    "white space is that of ASCII": Quirk(
        r"\s of RE2 is ASCII alone: github.com/google/re2/wiki/Syntax",
        named(*SPACED),
        r"SELECT regexp_replace(chr(160) || 'a', '^\s+', '')",
        "a",
    ),
    "lengths below 0 count from the end": Quirk(
        "substring, left and right count negative numbers from the end, padding refuses them: duckdb.org/docs/stable/sql/functions/text",
        named("substring", "left", "right", "lpad", "rpad"),
        "SELECT left('abc', -1)",
        "",
    ),
    "one letter stays one letter": Quirk("upper keeps the sharp s", named("upper", "smart"), "SELECT upper('ß')", "SS"),
    "words end at spaces alone": Quirk(
        "DuckDB has no initcap; the form splits at spaces",
        named("smart"),
        "SELECT array_to_string(list_transform(string_split('o''neil', ' '), lambda w: upper(left(w, 1)) || substring(w, 2)), ' ')",
        "O'Neil",
    ),
    "case is folded by lower": Quirk(
        "ILIKE compares lower-cased texts, one letter may become two; here folding keeps one letter one letter",
        lambda nodes: any(isinstance(node, tree.Like) and node.ignore_case for node in nodes),
        "SELECT 'İ' ILIKE 'i'",
        False,
    ),
    "a pattern may not end with a backslash": Quirk(
        "LIKE with ESCAPE refuses it; here it stands for itself",
        lambda nodes: any(isinstance(node, tree.Like) for node in nodes),
        r"SELECT 'a\' LIKE 'a\' ESCAPE '\'",
        True,
        "escape character",
        answers=False,
    ),
    "half of a pair is a character": Quirk(
        "chr takes surrogates, which then are no text", named("char"), "SELECT chr(55296)", None, "Codepoint", answers=False
    ),
    "large texts are fractions": Quirk(
        "the form of to_int64 reads a text as DOUBLE",
        named("to_int64", "to_integer", "to_double"),
        "SELECT CAST(TRUNC(CAST('9007199254740993' AS DOUBLE)) AS BIGINT)",
        2**53 + 1,
    ),
    "texts of numbers differ": Quirk(
        "a float is written otherwise; a decimal cast rounds or refuses",
        named("to_string", "concat", "money"),
        "SELECT CAST(1e300 AS VARCHAR)",
        "1e300",
    ),
    "a fraction is rounded in binary": Quirk(
        "round and trunc of a float work on its binary value", named("round", "trunc"), "SELECT trunc(1.15::DOUBLE * 100)", 115.0
    ),
    "rounding differs in the last digits": Quirk(
        "an average or a distance is added up in another order",
        lambda nodes: (
            named("distance")(nodes)
            or any(isinstance(node, tree.Aggregate | tree.Window) and node.function in ("avg", "std_dev") for node in nodes)
        ),
        "SELECT stddev_samp(x) FROM (VALUES (CAST('Infinity' AS DOUBLE)), (1.0::DOUBLE)) AS t(x)",
        None,
    ),
}


def quirks_of(rule: tree.Node, found: object = frozenset(), quirks: Mapping[str, Quirk] = QUIRKS) -> set[str]:
    """The quirks that explain what a database said of a rule: an answer, or an error as text."""
    nodes = list(rule.walk())
    explaining = {
        name: quirk
        for name, quirk in quirks.items()
        if (quirk.error and re.search(quirk.error, found) if isinstance(found, str) else quirk.answers)
    }
    return {name for name, quirk in explaining.items() if quirk.touches(nodes)}
