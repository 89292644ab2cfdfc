"""The dialects of SQL: how each writes what they do not agree on."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from campaign_nb.rules.sql.functions import Build, Call, Flavour, Join, as_text, date_part, decimals, exact, named, trim
from campaign_nb.rules.sql.nodes import Node, case, cast, fn, group, number, operator, part, quotient, text
from campaign_nb.rules.tree import Type


def _like_escaped(like: Node) -> Node:
    return exp.Escape(this=like, expression=text("\\"))


def _present(value: Node, joined: Node) -> Node:
    """Join texts to null, not to the empty text, where there is none."""
    return case([(operator(exp.GT, fn("COUNT", value), number(0)), joined)])


def _ordered(name: str, value: Node, separator: Node) -> Node:
    ordered = exp.Order(this=separator, expressions=[exp.Ordered(this=value.copy(), nulls_first=False)])
    return exp.Anonymous(this=name, expressions=[value.copy(), ordered])


def _dated(node: Node, kind: Type) -> Node:
    return cast(node, "DATE") if kind is Type.DATE else node


def _minus(a: Node, b: Node) -> Node:
    return operator(exp.Sub, a, b)


def _found(name: str) -> Join:
    return lambda value, item: operator(exp.GT, fn(name, value, item), number(0))


def _call(name: str) -> Join:
    return lambda value, item: fn(name, value, item)


def _placed(name: str) -> Build:
    """Call a function of a text and places in it, where places have 32 bits; the last character unless there is a place."""
    return lambda call: fn(name.upper(), call.args[0], *(cast(place, "INT") for place in call.args[1:] or [number(1)]))


def _interval(unit: str) -> Node:
    return exp.Interval(this=text("1"), unit=exp.var(unit))


def _capitals(call: Call) -> Node:
    """Write each word with a capital, in a dialect that has no function for it."""
    word = exp.Column(this=exp.to_identifier("w"))
    capital = operator(exp.DPipe, fn("UPPER", fn("LEFT", word, number(1))), fn("SUBSTRING", word, number(2)))
    each = exp.Lambda(this=capital, expressions=[exp.to_identifier("w")])
    words = fn("STRING_SPLIT", fn("LOWER", call.args[0]), text(" "))
    return fn("ARRAY_TO_STRING", exp.Anonymous(this="LIST_TRANSFORM", expressions=[words, each]), text(" "))


_DUCKDB = Flavour(
    "duckdb",
    whole_quotient=lambda a, b: operator(exp.IntDiv, a, b),
    add_days=lambda date, n, kind: _dated(operator(exp.Add, date, fn("TO_DAYS", cast(n, "INT"))), kind),
    add_months=lambda date, n, kind: _dated(operator(exp.Add, date, fn("TO_MONTHS", cast(n, "INT"))), kind),
    days_between=lambda end, start: fn("DATE_DIFF", text("day"), start, end),
    contains=_call("CONTAINS"),
    starts_with=_call("STARTS_WITH"),
    ends_with=_call("ENDS_WITH"),
    string_agg=lambda value, separator: _ordered("STRING_AGG", value, separator),
    escape=_like_escaped,
    functions={"trim": trim("g"), "smart": _capitals},
)

_POSTGRES = Flavour(
    "postgres",
    whole_quotient=lambda a, b: fn("DIV", a, b),
    add_days=lambda date, n, kind: _dated(operator(exp.Add, date, operator(exp.Mul, n, _interval("DAY"))), kind),
    add_months=lambda date, n, kind: _dated(operator(exp.Add, date, operator(exp.Mul, n, _interval("MONTH"))), kind),
    days_between=_minus,
    contains=_found("STRPOS"),
    starts_with=_call("STARTS_WITH"),
    ends_with=lambda value, item: operator(exp.EQ, fn("RIGHT", value, fn("LENGTH", item)), item),
    string_agg=lambda value, separator: _ordered("STRING_AGG", value, separator),
    of_truths={"min": "BOOL_AND", "max": "BOOL_OR"},
    functions={
        "trim": trim("g"),
        "round": lambda call: fn("ROUND", cast(call.args[0], "DECIMAL"), *decimals(call)),
        "mod": lambda call: operator(exp.Mod, *exact(call)),
        **{name: _placed(name) for name in ("left", "right", "substring")},
    },
)


_SPARK = Flavour(
    "spark",
    whole_quotient=lambda a, b: operator(exp.IntDiv, a, b),
    add_days=lambda date, n, kind: (
        fn("DATE_ADD", date, cast(n, "INT")) if kind is Type.DATE else operator(exp.Add, date, fn("MAKE_DT_INTERVAL", n))
    ),
    add_months=lambda date, n, kind: (
        fn("ADD_MONTHS", date, n) if kind is Type.DATE else operator(exp.Add, date, fn("MAKE_YM_INTERVAL", number(0), n))
    ),
    days_between=_call("DATEDIFF"),
    contains=_call("CONTAINS"),
    starts_with=_call("STARTSWITH"),
    ends_with=_call("ENDSWITH"),
    string_agg=lambda value, separator: _present(value, fn("ARRAY_JOIN", fn("SORT_ARRAY", fn("COLLECT_LIST", value)), separator)),
    functions={
        "week_day": named("WEEKDAY"),
        "charindex": named("INSTR"),
        "concat": lambda call: fn("CONCAT", *(as_text(arg, kind) for arg, kind in zip(call.args, call.kinds, strict=True))),
    },
)

_SNOWFLAKE = Flavour(
    "snowflake",
    whole_quotient=lambda a, b: fn("TRUNC", quotient(a, b)),
    add_days=lambda date, n, kind: fn("DATEADD", exp.var("DAY"), n, date),
    add_months=lambda date, n, kind: fn("DATEADD", exp.var("MONTH"), n, date),
    days_between=lambda end, start: fn("DATEDIFF", exp.var("DAY"), start, end),
    contains=_call("CONTAINS"),
    starts_with=_call("STARTSWITH"),
    ends_with=_call("ENDSWITH"),
    string_agg=lambda value, separator: _present(
        value,
        exp.WithinGroup(this=fn("LISTAGG", value, separator), expression=exp.Order(expressions=[exp.Ordered(this=value.copy())])),
    ),
    escape=_like_escaped,
    functions={
        "day_of_year": date_part("DAYOFYEAR"),
        "week_day": lambda call: operator(exp.Sub, fn("DAYOFWEEKISO", call.args[0]), number(1)),
        "charindex": lambda call: fn("POSITION", call.args[1], call.args[0]),
    },
)

_BIGQUERY = Flavour(
    "bigquery",
    whole_quotient=lambda a, b: fn("DIV", a, b),
    add_days=lambda date, n, kind: fn(
        "DATE_ADD" if kind is Type.DATE else "DATETIME_ADD", date, exp.Interval(this=group(n), unit=exp.var("DAY"))
    ),
    add_months=lambda date, n, kind: fn(
        "DATE_ADD" if kind is Type.DATE else "DATETIME_ADD", date, exp.Interval(this=group(n), unit=exp.var("MONTH"))
    ),
    days_between=lambda end, start: fn("DATE_DIFF", end, start, exp.var("DAY")),
    contains=_found("STRPOS"),
    starts_with=_call("STARTS_WITH"),
    ends_with=_call("ENDS_WITH"),
    string_agg=lambda value, separator: _ordered("STRING_AGG", value, separator),
    no_nan=lambda node: case([(exp.Not(this=fn("IS_NAN", node)), node)]),
    functions={
        "day_of_year": date_part("DAYOFYEAR"),
        "week_day": lambda call: fn("MOD", operator(exp.Add, part("DAYOFWEEK", call.args[0]), number(5)), number(7)),
        "substring": named("SUBSTR"),
        "mod": lambda call: fn("MOD", *exact(call)),
        "get_email_domain": lambda call: fn("REGEXP_EXTRACT", call.args[0], text("@([^@]*)$")),
    },
)

FLAVOURS: Mapping[str, Flavour] = {flavour.name: flavour for flavour in (_DUCKDB, _POSTGRES, _SPARK, _SNOWFLAKE, _BIGQUERY)}
"""The dialects by name."""
