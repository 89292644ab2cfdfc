"""Where PostgreSQL says something else than the language, on purpose: named, with a source or a minimal case, each still needed."""

from __future__ import annotations

from campaign_nb.rules import tree
from tests.differential.quirks import (
    MOVES,
    NAN,
    PARTS,
    PLACED,
    TO_INSTANT,
    Quirk,
    beside,
    decimal,
    extreme,
    fraction,
    instant,
    literals,
    naive,
    named,
    negative,
    numbered,
    summed,
)

DOCS = "postgresql.org/docs/current"


QUIRKS: dict[str, Quirk] = {
    "an instant has no zone of its own": Quirk(
        f"a TIMESTAMPTZ is an instant alone; parts of it are those of the session: {DOCS}/datatype-datetime.html",
        beside(instant, named(*PARTS, *MOVES, *TO_INSTANT)),
        "SELECT CAST(EXTRACT(HOUR FROM TIMESTAMPTZ '2026-07-01 22:30:00+00') AS INT)",
        22,
    ),
    "a date-time beside an instant becomes an instant": Quirk(
        f"a TIMESTAMP is taken in the session's zone: {DOCS}/datatype-datetime.html; the language reads both on the wall",
        beside(instant, naive),
        "SELECT TIMESTAMP '2026-10-25 02:30' = TIMESTAMPTZ '2026-10-25 01:30:00+00' "
        "AND TIMESTAMP '2026-10-25 02:30' = TIMESTAMPTZ '2026-10-25 00:30:00+00'",
        True,
    ),
    "what overflows is an error": Quirk(
        f"numbers that do not fit are refused: {DOCS}/datatype-numeric.html; the language has null",
        lambda nodes: numbered(nodes) or named("to_string", "money", "to_int64", "to_integer", *PLACED)(nodes),
        "SELECT 9223372036854775807::BIGINT + 1::BIGINT",
        None,
        "out of range|overflow",
        answers=False,
    ),
    "calendars end elsewhere": Quirk(
        f"timestamps reach the year 294276, intervals have limits of their own: {DOCS}/datatype-datetime.html; here both end in null",
        named(*MOVES),
        "SELECT DATE '2026-07-01' + 9223372036854775807 * INTERVAL '1 DAY'",
        None,
        "out of range",
        answers=False,
    ),
    "wide results are kept": Quirk(
        f"a sum of BIGINT is NUMERIC: {DOCS}/functions-aggregate.html; so is the column that stands for unsigned numbers",
        lambda nodes: extreme(nodes) and (summed(nodes) or numbered(nodes)),
        "SELECT SUM(x) FROM (VALUES (9223372036854775807::BIGINT), (1::BIGINT)) AS t(x)",
        None,
    ),
    "what is no number is one": Quirk(
        f"infinity less infinity is NaN, which is greater than any number: {DOCS}/datatype-numeric.html; here it is null",
        lambda nodes: fraction(nodes) and numbered(nodes),
        f"SELECT ({NAN.replace('DOUBLE', 'DOUBLE PRECISION')}) IS NULL",
        True,
    ),
    "a literal with a fraction is a decimal": Quirk(
        f"0.1 is NUMERIC: {DOCS}/sql-syntax-lexical.html; so arithmetic of literals is exact, here it is a float",
        lambda nodes: any(isinstance(value, float) for value in literals(nodes)) and numbered(nodes),
        "SELECT 0.1 + 0.2 = 0.3",
        False,
    ),
    "a quotient of decimals has other digits": Quirk(
        f"NUMERIC has as many digits as it takes: {DOCS}/datatype-numeric.html; here a decimal has nine",
        lambda nodes: decimal(nodes) and named("divide", "multiply", "mod")(nodes),
        "SELECT 1.00::NUMERIC(12, 2) / 3",
        "0.333333333",
    ),
    "lengths below 0 count from the end": Quirk(
        f"left and right count negative numbers from the end, substring refuses them: {DOCS}/functions-string.html",
        lambda nodes: named(*PLACED)(nodes) and negative(nodes),
        "SELECT LEFT('abc', -1)",
        "",
        "negative substring length",
    ),
    "white space is that of the locale": Quirk(
        rf"\s is [[:space:]], which the server's locale decides: {DOCS}/functions-matching.html; here a no-break space is white too",
        named("trim", "ltrim", "rtrim"),
        r"SELECT REGEXP_REPLACE(CHR(160) || 'a', '^\s+', '')",
        "a",
    ),
    "one letter stays one letter": Quirk(
        f"one character becomes one, however it is written: {DOCS}/functions-string.html",
        named("upper", "lower", "smart"),
        "SELECT UPPER('ß')",
        "SS",
    ),
    "case is folded by lower": Quirk(
        f"ILIKE compares lower-cased texts: {DOCS}/functions-matching.html; here folding keeps one letter one letter",
        lambda nodes: any(isinstance(node, tree.Like) and node.ignore_case for node in nodes),
        "SELECT 'İ' ILIKE 'i'",
        False,
    ),
    "a pattern may not end with a backslash": Quirk(
        f"it escapes nothing there: {DOCS}/functions-matching.html; here it stands for itself",
        lambda nodes: any(isinstance(node, tree.Like) for node in nodes),
        r"SELECT 'a\' LIKE 'a\'",
        True,
        "must not end with escape character",
        answers=False,
    ),
    "half of a pair is a character": Quirk(
        f"chr refuses surrogates: {DOCS}/functions-string.html; here they are null",
        named("char"),
        "SELECT CHR(55296)",
        None,
        "requested character not valid",
        answers=False,
    ),
    "a day that no month has is an error": Quirk(
        f"a cast can't be tried before version 16: {DOCS}/functions-info.html",
        named("to_date_time", "to_timestamp"),
        "SELECT CAST('2026-02-30' AS TIMESTAMP)",
        None,
        "field value out of range",
        answers=False,
    ),
    "infinity has no sine": Quirk(
        f"trigonometric functions refuse it: {DOCS}/functions-math.html; here the distance is null",
        lambda nodes: named("distance")(nodes) and fraction(nodes),
        "SELECT SIN('Infinity'::DOUBLE PRECISION)",
        None,
        "input is out of range",
    ),
    "texts of instants and numbers differ": Quirk(
        f"a TIMESTAMPTZ is written with the session's offset: {DOCS}/datatype-datetime.html",
        beside(lambda nodes: instant(nodes) or fraction(nodes), named("to_string", "concat", "money")),
        "SELECT CAST(TIMESTAMPTZ '2026-07-01 22:30:00+00' AS TEXT)",
        "2026-07-01 22:30:00",
    ),
}
