"""What rules are made of: the columns of each table by kind, literals, and each function with the kinds that it takes and gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeAlias

from campaign_nb.rules.tree import Column, Node
from tests.differential.world import ISO, MOMENTS, TIMES, WORDS, ZONES
from tests.engine.polars.random_rules import DAYS, DECIMALS, FLOATS, INTS, WALLS
from tests.engine.polars.world import node

Shape: TypeAlias = tuple[str, str, tuple[str, ...]]
"""A function, the kind that it gives, the kinds that it takes."""

COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "people": {
        "whole": ("i", "j", "u", "id"),
        "decimal": ("d", "e"),
        "float": ("f", "g"),
        "text": ("s", "t", "c"),
        "boolean": ("b",),
        "date": ("day", "start"),
        "naive": ("at", "seen"),
        "instant": ("here", "utc", "ny", "howe"),
        "time": ("tod",),
    },
    "orders": {
        **{"whole": ("k", "n"), "decimal": ("m",), "float": ("x",), "text": ("w", "at_code"), "boolean": ("v",)},
        **{"date": ("on",), "naive": ("ts",), "instant": ("moment",)},
    },
    "places": {"whole": ("size",), "float": ("rate",), "text": ("name", "code"), "date": ("since",)},
}

LITERALS: Mapping[str, list[Any]] = {
    "whole": INTS,
    "decimal": DECIMALS,
    "float": FLOATS,
    "text": WORDS,
    "boolean": [True, False],
    "date": DAYS,
    "naive": WALLS,
    "instant": MOMENTS,
    "time": TIMES,
}

GIVEN: Mapping[str, list[Node]] = {
    kind: [node(item) for item in items]
    for kind, items in {
        "byte": [0, 1, -7, 3, 127, None],
        "count": [0, 1, 2, 5, -1, None],
        "few": [0, 1, 90, -3, 400, None],
        "far": [0, 1, 31, -14, 2**63 - 1, -(2**63)],
        "passing": [0, 1, -1, 36, 90_000, 2**63 - 1],
        "seconds": [1, 900, 3600, 86400, 7, 0, -5],
        "decimals": [0, 1],
        "places": [0, 1, 2, -1],
        "modest": [7.5, -7.5, 1.5, 0.25, 2.0, -3.25, 1024.0, float("inf"), float("-inf"), 0.0, None],
        "zone": ZONES,
        "filling": ["0", "é", " "],
        "code": [65, 233, 8364, 0x1F600, 0, -1, 0x110000, 0xD800, 10],
        "degree": [0, 2.3522, -179.5, 90, 48.8566],
        "iso": [*ISO, "2026-07-01 10:00:00Z", "2026-03-29T02:30", "2026-10-25 02:30:00.5-0330"],
        "part": ["", "a", "b", "É", "\u0301", "İ", "\n", "%", "@"],
    }.items()
}
"""Arguments that are literals."""
SMALL = {"byte": Column("j"), "count": Column("j"), "modest": Column("p")}
"""A column of people that may stand for some of them."""

WHOLES = ("add", "subtract", "multiply", "divide", "mod", "coalesce", "greatest", "least")
DATED = ("year", "quarter", "month", "day", "day_of_year", "week_day", "hour", "minute", "second", "year_and_month")
AGES = ("days_old", "months_old", "years_old")
ZONED = ("date", "naive", "own instant")
TEMPORAL = ("date", "naive", "instant")
MOVES = [f"{sign}_{unit}" for sign in ("add", "sub") for unit in ("days", "months", "years")]
PASSES = [f"{sign}_{unit}" for sign in ("add", "sub") for unit in ("hours", "minutes", "seconds")]
STARTS = ("trunc_week", "trunc_quarter", "trunc_year")
PLAIN = {"date": "date", "naive": "naive", "own instant": "instant"}


def _each(names: Any, gives: str, *takes: str) -> list[Shape]:
    return [(name, gives, takes) for name in ([names] if isinstance(names, str) else names)]


SHAPES: list[Shape] = [
    *_each(WHOLES, "whole", "whole", "whole"),
    *_each(("negate", "abs", "sign", "ceil", "floor", "to_int64", "to_integer"), "whole", "whole"),
    *_each(("round", "trunc"), "whole", "whole", "places"),
    *_each(("to_int64", "to_integer", "sign"), "whole", "float"),
    *_each(("to_int64", "to_integer", "sign"), "whole", "decimal"),
    *_each(("to_int64", "to_integer", "length", "data_length", "ascii"), "whole", "text"),
    *_each(("to_int64", "to_integer"), "whole", "boolean"),
    *_each("charindex", "whole", "text", "text"),
    *_each("charindex", "whole", "text", "part"),
    *_each(("set_bit", "clear_bit"), "whole", "byte", "byte"),
    *(shape for kind in ZONED for shape in _each((*DATED, *AGES), "whole", kind)),
    *_each("days_ago_int", "whole", "few"),
    *(
        shape
        for a in TEMPORAL
        for b in TEMPORAL
        for shape in _each(("date_cmp", "hours_diff", "minutes_diff", "seconds_diff"), "whole", a, b)
    ),
    *(shape for a in ZONED for b in ZONED for shape in _each(("days_diff", "months_diff", "years_diff"), "whole", a, b)),
    *_each(("add", "subtract", "divide", "mod", "coalesce", "greatest", "least"), "decimal", "own decimal", "decimal"),
    *_each("multiply", "decimal", "own decimal", "own decimal"),
    *_each(("add", "subtract"), "decimal", "own decimal", "byte"),
    *_each(("negate", "abs", "ceil", "floor"), "decimal", "decimal"),
    *_each(("round", "trunc"), "decimal", "own decimal", "decimals"),
    *_each([name for name in WHOLES if name != "mod"], "float", "float", "float"),
    *_each("mod", "float", "modest", "modest"),
    *_each("add", "float", "float", "own decimal"),
    *_each("multiply", "float", "byte", "float"),
    *_each(("negate", "abs", "ceil", "floor", "to_double"), "float", "float"),
    *_each(("round", "trunc"), "float", "float", "decimals"),
    *_each("to_double", "float", "whole"),
    *_each("to_double", "float", "text"),
    *_each("percent", "float", "whole", "whole"),
    *_each("percent", "float", "float", "decimal"),
    *_each(("lower", "upper", "smart", "trim", "ltrim", "rtrim", "no_null", "get_line", "get_email_domain", "right"), "text", "text"),
    *_each(("md5_digest", "sha256_digest", "sha512_digest", "escape_html", "header_text"), "text", "text"),
    *_each(("left", "right", "get_line", "line"), "text", "text", "count"),
    *_each("substring", "text", "text", "count"),
    *_each("substring", "text", "text", "count", "count"),
    *_each(("lpad", "rpad"), "text", "text", "count", "filling"),
    *_each("replace", "text", "text", "part", "part"),
    *_each("replace", "text", "text", "text", "text"),
    *_each(("coalesce", "juxt_words", "concat"), "text", "text", "text"),
    *_each("juxt_words3", "text", "text", "text", "text"),
    *_each("char", "text", "code"),
    *_each("char", "text", "whole"),
    *(
        shape
        for kind in ("whole", "text", "date", "boolean", "own instant", "naive", "own decimal")
        for shape in _each("to_string", "text", kind)
    ),
    *_each("to_string", "text", "own decimal", "decimals"),
    *_each("to_string", "text", "float", "decimals"),
    *_each("concat", "text", "text", "whole", "date"),
    *_each("money", "text", "own decimal"),
    *_each("money", "text", "float"),
    *_each("money", "text", "byte"),
    *_each(("today",), "date"),
    *_each("now", "instant"),
    *_each(("days_ago", "days_ahead", "months_ago", "years_ago"), "date", "few"),
    *(shape for kind in ZONED for shape in _each(("date_only", "to_date"), "date", kind)),
    *(shape for kind in ZONED for shape in _each(MOVES, PLAIN[kind], kind, "far")),
    *(shape for kind in ZONED for shape in _each(STARTS, PLAIN[kind], kind)),
    *_each(PASSES, "naive", "date", "passing"),
    *_each(PASSES, "naive", "naive", "passing"),
    *_each(PASSES, "instant", "own instant", "passing"),
    *_each("trunc_date", "naive", "date", "seconds"),
    *_each("trunc_date", "naive", "naive", "seconds"),
    *_each("trunc_date", "instant", "own instant", "seconds"),
    *(shape for kind in TEMPORAL for shape in _each("trunc_date_tz", "instant", kind, "seconds", "zone")),
    *(shape for kind in TEMPORAL for shape in _each("to_time_zone", "instant", kind, "zone")),
    *(shape for kind in TEMPORAL for shape in _each("convert_ntz", "instant", kind)),
    *(shape for kind in (*ZONED, "time") for shape in _each("trunc_time", "time", kind, "seconds")),
    *_each("oldest", "date", "date", "date"),
    *_each("oldest", "naive", "naive", "date"),
    *_each("oldest", "naive", "instant", "naive"),
    *_each("oldest", "instant", "instant", "instant"),
    *(shape for kind in TEMPORAL for shape in _each("coalesce", kind, kind, kind)),
    *_each("to_date_time", "naive", "text"),
    *_each("to_date_time", "naive", "iso"),
    *_each("to_timestamp", "instant", "iso"),
    *_each("to_timestamp", "instant", "text"),
    *_each("to_boolean", "boolean", "whole"),
    *_each("to_boolean", "boolean", "float"),
    *_each("is_bit_set", "boolean", "byte", "byte"),
    *_each("all_non_null2", "boolean", "text", "float"),
    *_each("all_non_null3", "boolean", "text", "whole", "date"),
    *_each("is_memo_null", "boolean", "text"),
    *_each("memo_contains", "boolean", "text", "part"),
    *_each("memo_contains", "boolean", "text", "text"),
    *(shape for kind in ("whole", "text", "date", "float") for shape in _each(("if_equals", "decode"), kind, "text", "text", kind, kind)),
    *_each(("if_equals", "decode"), "text", "date", "naive", "text", "text"),
    *_each(("if_equals", "decode"), "whole", "whole", "float", "whole", "whole"),
    *_each("is_empty_string", "text", "text", "text", "text"),
    *_each("is_empty_string", "whole", "text", "whole", "whole"),
]
BY_NAME: dict[str, list[Shape]] = {}
GIVES: dict[str, list[Shape]] = {}
for _shape in SHAPES:
    BY_NAME.setdefault(_shape[0], []).append(_shape)
    GIVES.setdefault(_shape[1], []).append(_shape)

COARSE: Mapping[str, tuple[tuple[str, ...], list[float]]] = {"distance": (("degree",) * 4, [0.25, 111.0, 877.4, 5000.5, 12000.0])}
"""Functions of many roundings: compared with numbers that they are far from."""
MIDNIGHT = dt.time()
