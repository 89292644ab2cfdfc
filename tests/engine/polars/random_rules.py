"""Random rows and random, well-typed rule trees on them; no links."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeAlias, get_args
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from campaign_nb.rules import tree
from campaign_nb.rules.tree import Call, Column, Constant
from tests.engine.polars.world import PARIS, node, wall

TEXTS = ["", "a", "A", "b", "ab", "İ", "ı", "i", "I", "é", "e\u0301", "É", "ß", "a%b", "a_b", "a\\b", "a\nb", "%", "(a", "\U0001f600", "K"]
PATTERNS = ["", "%", "a%", "%a", "%a%", "_", "a_b", "a\\%b", "%\\", "i", "É%", "_%_", "a\\\\b", "(%", "%%", "k", "a.%"]
INTS = [0, 1, -1, 5, -7, 127, -128, 2**53 + 1, 2**63 - 1, -(2**63)]
BYTES = [0, 1, -1, 5, -7, 127, -128]
BIG = [0, 1, 5, 2**63 - 1, 2**63, 2**64 - 1]
FLOATS = [0.0, -0.0, 1.0, -1.5, 0.1, 4.9, 5.0, 1e300, -1e300, 2.0**53, float("inf"), float("-inf"), float("nan")]
DECIMALS = [Decimal(text) for text in ("0.00", "1.00", "-1.50", "12.10", "4.99", "5.00", "-7.25", "99999.99")]
FINE = [Decimal(text) for text in ("0.000", "1.000", "-1.500", "12.101", "4.990", "0.125", "-7.250")]
DAYS = [dt.date.fromisoformat(text) for text in ("2026-07-01", "2026-07-02", "2026-03-29", "2026-10-25", "1969-12-31", "2024-02-29")]
WALLS = [wall(text) for text in ("2026-07-01", "2026-07-02 00:30", "2026-03-29 02:30", "2026-10-25 02:30", "2026-10-25 03:00")]
WALLS.append(wall("1969-12-31 23:59:59.5"))
INSTANTS = [
    wall(text).replace(tzinfo=dt.UTC)
    for text in ("2026-07-01 22:30", "2026-06-30 22:00", "2026-03-29 01:00", "2026-10-25 00:30", "2026-10-25 01:30", "1969-12-31 23:59")
]
POOLS: dict[str, list[Any]] = {
    "i": INTS,
    "j": BYTES,
    "u": BIG,
    "f": FLOATS,
    "g": FLOATS,
    "d": DECIMALS,
    "e": FINE,
    "s": TEXTS,
    "t": TEXTS,
    "c": ["", "b", "a", "É", "é"],
    "b": [True, False],
    "day": DAYS,
    "start": DAYS,
    "at": WALLS,
    "seen": WALLS,
    "here": [at.astimezone(ZoneInfo(PARIS)) for at in INSTANTS],
    "utc": INSTANTS,
    "ny": [at.astimezone(ZoneInfo("America/New_York")) for at in INSTANTS],
}
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | st.sampled_from(pool) for name, pool in POOLS.items()}), min_size=1, max_size=6)

COLUMNS: dict[str, tuple[str, ...]] = {
    "whole": ("i", "j", "u"),
    "decimal": ("d", "e"),
    "float": ("f", "g"),
    "text": ("s", "t", "c"),
    "date": ("day", "start"),
    "naive": ("at", "seen"),
    "instant": ("here", "utc", "ny"),
}

LIKE: dict[str, list[Any]] = {
    "whole": INTS,
    "decimal": DECIMALS,
    "float": FLOATS,
    "text": TEXTS,
    "date": DAYS,
    "naive": WALLS,
    "instant": INSTANTS,
}
"""What constants of a kind look like."""

Shape: TypeAlias = tuple[str, tuple[str, ...]]

TEXT_CALLS: list[Shape] = [("right", ("text", "byte")), ("no_null", ("text",)), ("juxt_words", ("text", "text")), ("ltrim", ("text",))]
DATE_CALLS: list[Shape] = [
    *((name, ("date",)) for name in ("trunc_week", "trunc_quarter", "trunc_year")),
    ("sub_years", ("date", "days")),
    ("oldest", ("date", "date")),
]
CALLS: dict[str, list[Shape]] = {
    "whole": [
        *((name, ("whole", "whole")) for name in ("add", "subtract", "multiply", "divide", "mod", "coalesce")),
        *((name, ("whole",)) for name in ("negate", "abs", "sign")),
        *((name, (kind,)) for name in ("year", "week_day", "days_old") for kind in ("date", "naive", "column of instant")),
        ("length", ("text",)),
        ("data_length", ("text",)),
        ("charindex", ("text", "text")),
        *((name, ("byte", "byte")) for name in ("set_bit", "clear_bit")),
        *((name, ("date", "date")) for name in ("months_diff", "years_diff", "hours_diff", "date_cmp")),
        *((name, ("naive", "date")) for name in ("minutes_diff", "date_cmp")),
        *((name, (kind,)) for name in ("year_and_month", "second") for kind in ("date", "naive", "column of instant")),
    ],
    "decimal": [
        *((name, ("column of decimal", "decimal")) for name in ("add", "subtract", "divide", "mod", "coalesce")),
        ("multiply", ("column of decimal", "column of decimal")),
        *((name, ("column of decimal", "byte")) for name in ("add", "subtract")),
        ("negate", ("decimal",)),
        ("abs", ("decimal",)),
        ("round", ("decimal", "decimals")),
    ],
    "float": [
        *((name, ("float", "float")) for name in ("add", "subtract", "multiply", "divide", "greatest", "coalesce")),
        ("add", ("float", "column of decimal")),
        ("multiply", ("byte", "float")),
        ("negate", ("float",)),
        ("abs", ("float",)),
    ],
    "text": [("upper", ("text",)), ("left", ("text", "byte")), ("concat", ("text", "text")), ("coalesce", ("text", "text")), *TEXT_CALLS],
    "date": [("today", ()), ("days_ago", ("days",)), ("date_only", ("naive",)), ("date_only", ("column of instant",)), *DATE_CALLS],
    "naive": [
        ("coalesce", ("naive", "naive")),
        ("trunc_date", ("naive", "seconds")),
        ("add_hours", ("naive", "byte")),
        ("sub_minutes", ("date", "byte")),
    ],
    "instant": [("now", ()), ("coalesce", ("instant", "instant"))],
}
"""Functions that make a value of a kind, with the kinds of their arguments."""

OTHER: dict[str, list[Any]] = {
    "byte": [Column("j"), 0, 1, -7],
    "decimals": [0, 1],
    "days": [0, 1, 90, -3],
    "seconds": [1, 900, 3600, 86400, 0],
}
MIXED = [["whole", "decimal", "float"], ["date", "naive", "instant"], ["text"]]
"""Kinds that may be compared with one another."""


def _of(draw: st.DrawFn, items: Sequence[Any]) -> Any:
    return draw(st.sampled_from(items))


def _value(draw: st.DrawFn, kind: str, depth: int) -> tree.Node:
    if kind in OTHER:
        return node(_of(draw, OTHER[kind]))
    if kind.startswith("column of "):
        return Column(_of(draw, COLUMNS[kind.removeprefix("column of ")]))
    form = _of(draw, ("column", "column", "column", "constant", "call", "call", "case") if depth else ("column", "constant"))
    if form == "column":
        return Column(_of(draw, COLUMNS[kind]))
    if form == "constant":
        return constant(_of(draw, [None, *LIKE[kind]]))
    if form == "case":
        condition = _rule(draw, 0)
        return tree.Case(((condition, _value(draw, kind, 0)),), _value(draw, kind, 0))
    name, kinds = _of(draw, CALLS[kind])
    return Call(name, tuple(_value(draw, one, depth - 1) for one in kinds))


def _rule(draw: st.DrawFn, depth: int) -> tree.Node:
    if depth and _of(draw, (True, True, False)):
        build = _of(draw, (tree.And, tree.Or, tree.Not, tree.Except))
        if build is tree.Not:
            return tree.Not(_rule(draw, depth - 1))
        parts = [_rule(draw, depth - 1) for _ in range(2 if build is tree.Except else _of(draw, (1, 2, 3)))]
        return tree.Except(*parts) if build is tree.Except else build(tuple(parts))
    kinds = _of(draw, MIXED)

    def value() -> tree.Node:
        return _value(draw, _of(draw, kinds), 3)

    match _of(draw, ("compare", "compare", "between", "in", "null", "empty", "like", "match", "truth", "everybody")):
        case "compare":
            return tree.Compare(_of(draw, get_args(tree.Operator)), value(), value())
        case "between":
            return tree.Between(value(), value(), value())
        case "in":
            options = [_of(draw, (value(), constant(None))) for _ in range(_of(draw, (1, 2, 4)))]
            return tree.In(value(), tuple(options))
        case "null":
            return tree.IsNull(value())
        case "empty":
            return tree.IsEmpty(value())
        case "like":
            pattern = _of(draw, [*map(constant, PATTERNS), Column("t"), Column("s")])
            return tree.Like(_value(draw, "text", 1), pattern, _of(draw, (True, False)))
        case "match":
            return tree.TextMatch(_of(draw, get_args(tree.TextTest)), _value(draw, "text", 1), _value(draw, "text", 1))
        case "truth":
            return tree.Truth(Column("b"))
        case _:
            return tree.Everybody()


def constant(value: Any) -> Constant:
    """A literal; NaN is null, as the forms in which rules are written have it."""
    return Constant(None if value != value else value)


@st.composite
def rules(draw: st.DrawFn) -> tree.Node:
    """A rule of at most three levels of logic over values of at most three."""
    return _rule(draw, 3)
