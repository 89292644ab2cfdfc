"""Lines, padding, digests and codes of characters, in SQL."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.sql.functions import Build, Call, named, per
from campaign_nb.rules.sql.nodes import Node, both, case, cast, fn, is_null, nullif, number, operator, text

_BREAK = r"\r\n?|\n"
_NEW_LINE = "\n"


def _line(call: Call) -> Node:
    """Return a line by its number; null where there is none."""
    whole, n = call.args[0], call.args[1] if len(call.args) > 1 else number(1)
    at = case([(operator(exp.GTE, n, number(1)), n)])
    match call.flavour.name:
        case "duckdb":
            return fn("LIST_EXTRACT", fn("REGEXP_SPLIT_TO_ARRAY", whole, text(_BREAK)), at)
        case "postgres":
            lines = fn("REGEXP_SPLIT_TO_ARRAY", whole, text(_BREAK))
            there = both([operator(exp.GTE, n, number(1)), operator(exp.LTE, n, fn("CARDINALITY", lines))])
            plain = fn("REGEXP_REPLACE", whole, text(_BREAK), text(_NEW_LINE), text("g"))
            return case([(there, fn("SPLIT_PART", plain, text(_NEW_LINE), cast(n, "INT")))])
        case "spark":
            return fn("TRY_ELEMENT_AT", fn("SPLIT", whole, text(_BREAK)), cast(at, "INT"))
        case "snowflake":
            lines = fn("SPLIT", fn("REGEXP_REPLACE", whole, text(_BREAK), text(_NEW_LINE)), text(_NEW_LINE))
            return cast(fn("GET", lines, operator(exp.Sub, at, number(1))), "TEXT")
        case _:
            lines = fn("SPLIT", fn("REGEXP_REPLACE", whole, text(_BREAK), text(_NEW_LINE)), text(_NEW_LINE))
            return exp.Bracket(this=lines, expressions=[at], offset=1, safe=True)


def _side_by_side(call: Call) -> Node:
    words = [nullif(arg, text("")) for arg in call.args]
    match call.flavour.name:
        case "snowflake":
            return fn("ARRAY_TO_STRING", fn("ARRAY_CONSTRUCT_COMPACT", *words), text(" "))
        case "bigquery":
            return fn("ARRAY_TO_STRING", exp.Array(expressions=words), text(" "))
        case _:
            return fn("CONCAT_WS", text(" "), *words)


def _pad(name: str) -> Build:
    return lambda call: fn(name, call.args[0], cast(call.args[1], "INT"), call.args[2])


def _trim(pattern: str) -> Build:
    return lambda call: fn("REGEXP_REPLACE", call.args[0], text(pattern), text(""))


def _character(call: Call) -> Node:
    (code,) = call.args
    least, most = operator(exp.GTE, code, number(1)), operator(exp.LTE, code, number(0x10FFFF))
    return case([(both([least, most]), fn("CHR", cast(code, "INT")))])


def _hexadecimal(name: str) -> Build:
    return lambda call: fn("TO_HEX", fn(name, call.args[0]))


def _bits(bits: int) -> Build:
    return lambda call: fn("SHA2", call.args[0], number(bits))


def _encoded(name: str) -> Build:
    return lambda call: fn("ENCODE", fn(name, fn("CONVERT_TO", call.args[0], text("UTF8"))), text("hex"))


def _to_string(call: Call) -> Node:
    if len(call.args) == 1:
        return cast(call.args[0], "TEXT")
    value, decimals = call.args
    if not (isinstance(decimals, exp.Literal) and decimals.is_int):
        raise DefinitionError(Problem("sql", "the decimals of a text are no plain number", "a whole number", "to_string(spend, 2)"))
    n = int(decimals.this)
    if call.flavour.name == "bigquery":
        return fn("FORMAT", text(f"%.{n}f"), fn("ROUND", cast(value, "BIGDECIMAL"), number(n)))
    exact = cast(value, "DECIMAL") if call.flavour.name == "postgres" else value
    return cast(cast(fn("ROUND", exact, number(n)), f"DECIMAL(38, {n})"), "TEXT")


def _known(call: Call) -> Node:
    return both([exp.Not(this=is_null(arg)) for arg in call.args])


FORMS: Mapping[str, Build] = {
    "ascii": per(named("ASCII"), snowflake=named("UNICODE"), bigquery=named("UNICODE")),
    "char": per(_character, spark=None),
    "data_length": per(named("OCTET_LENGTH"), duckdb=named("STRLEN"), bigquery=named("BYTE_LENGTH")),
    "get_line": _line,
    "line": _line,
    "juxt_words": _side_by_side,
    "juxt_words3": _side_by_side,
    "lpad": _pad("LPAD"),
    "rpad": _pad("RPAD"),
    "ltrim": _trim(r"^\s+"),
    "rtrim": _trim(r"\s+$"),
    "right": lambda call: fn("RIGHT", call.args[0], call.args[1] if len(call.args) > 1 else number(1)),
    "md5_digest": per(named("MD5"), bigquery=_hexadecimal("MD5")),
    "sha256_digest": per(_bits(256), duckdb=named("SHA256"), postgres=_encoded("SHA256"), bigquery=_hexadecimal("SHA256")),
    "sha512_digest": per(_bits(512), duckdb=None, postgres=_encoded("SHA512"), bigquery=_hexadecimal("SHA512")),
    "to_string": _to_string,
    "all_non_null2": _known,
    "all_non_null3": _known,
    "is_memo_null": lambda call: is_null(call.args[0]),
    "memo_contains": lambda call: call.flavour.contains(*call.args),
}
"""How the functions of texts are written that are not of one form everywhere."""
