"""Where Spark SQL says something else than the language, on purpose: named, with a source or a minimal case, each still needed.

The session is as the engine sets it: not in ANSI mode, so that what does not fit gives null or wraps.
"""

from __future__ import annotations

import datetime as dt

from campaign_nb.rules import tree
from tests.differential.quirks import (
    MOVES,
    PARTS,
    PLACED,
    TO_INSTANT,
    Quirk,
    beside,
    columns,
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

DOCS = "spark.apache.org/docs/latest"
SKIPPED = dt.datetime.fromisoformat("2026-03-29T02:30")


def far(nodes: list[tree.Node]) -> bool:
    """Moves by more than 32 bits hold."""
    return named(*MOVES)(nodes) and any(isinstance(value, int) and abs(value) >= 2**31 for value in literals(nodes))


def skipped(nodes: list[tree.Node]) -> bool:
    """A date-time without zone, maybe in the hour that spring skips."""
    return SKIPPED in literals(nodes) or (
        bool(columns(nodes) & {"at", "seen", "ts"}) and any(type(one) is dt.datetime for one in literals(nodes))
    )


QUIRKS: dict[str, Quirk] = {
    "an instant has no zone of its own": Quirk(
        f"a TIMESTAMP is an instant alone; parts of it are those of the session: {DOCS}/sql-ref-datatypes.html",
        beside(instant, named(*PARTS, *MOVES, *TO_INSTANT)),
        "SELECT EXTRACT(HOUR FROM CAST('2026-07-01 22:30:00+00:00' AS TIMESTAMP))",
        22,
    ),
    "a date-time beside an instant becomes an instant": Quirk(
        f"a TIMESTAMP_NTZ is taken in the session's zone: {DOCS}/sql-ref-ansi-compliance.html; the language reads both on the wall",
        beside(instant, naive),
        "SELECT CAST('2026-10-25 02:30' AS TIMESTAMP_NTZ) = CAST('2026-10-25 00:30:00+00:00' AS TIMESTAMP) "
        "AND CAST('2026-10-25 02:30' AS TIMESTAMP_NTZ) = CAST('2026-10-25 01:30:00+00:00' AS TIMESTAMP)",
        True,
    ),
    "an hour that spring skips is moved": Quirk(
        f"a literal is a TIMESTAMP, an instant of the session's zone: {DOCS}/sql-ref-literals.html; the language keeps what the wall shows",
        skipped,
        "SELECT CAST(CAST('2026-03-29 02:30:00' AS TIMESTAMP) AS STRING)",
        "2026-03-29 02:30:00",
    ),
    "calendars end elsewhere": Quirk(
        f"days and months are counted in 32 bits, which wrap: {DOCS}/sql-ref-ansi-compliance.html; here what does not fit is null",
        far,
        "SELECT CAST(9223372036854775807 AS INT)",
        None,
    ),
    "what overflows wraps": Quirk(
        f"BIGINT wraps outside of ANSI mode, DECIMAL and DOUBLE go on: {DOCS}/sql-ref-ansi-compliance.html; the language has null",
        lambda nodes: extreme(nodes) and (numbered(nodes) or summed(nodes)),
        "SELECT CAST(9223372036854775807 AS BIGINT) + CAST(1 AS BIGINT)",
        None,
    ),
    "what is no number is one": Quirk(
        f"infinity less infinity is NaN, which is greater than any number: {DOCS}/sql-ref-datatypes.html; here it is null",
        lambda nodes: fraction(nodes) and numbered(nodes),
        "SELECT (CAST('Infinity' AS DOUBLE) - CAST('Infinity' AS DOUBLE)) IS NULL",
        True,
    ),
    "a quotient of decimals has other digits": Quirk(
        f"a quotient of DECIMALs has six digits or more: {DOCS}/sql-ref-ansi-compliance.html; here it has nine",
        lambda nodes: decimal(nodes) and named("divide", "multiply", "mod")(nodes),
        "SELECT CAST(CAST(1 AS DECIMAL(12, 2)) / CAST(3 AS DECIMAL(12, 2)) AS STRING)",
        "0.333333333",
    ),
    "lengths below 0 count from the end": Quirk(
        f"substring counts negative places from the end: {DOCS}/api/sql/index.html#substring",
        lambda nodes: named(*PLACED)(nodes) and negative(nodes),
        "SELECT SUBSTRING('abc', -1)",
        "abc",
    ),
    "a pattern may not end with a backslash": Quirk(
        f"it escapes nothing there: {DOCS}/sql-ref-syntax-qry-select-like.html; here it stands for itself",
        lambda nodes: any(isinstance(node, tree.Like) for node in nodes),
        r"SELECT 'a\\' LIKE 'a\\'",
        True,
        "ESC_AT_THE_END|ESC_IN_THE_MIDDLE",
        answers=False,
    ),
    "a backslash escapes wildcards alone": Quirk(
        f"before another character it is refused: {DOCS}/sql-ref-syntax-qry-select-like.html",
        lambda nodes: any(isinstance(node, tree.Like) for node in nodes),
        r"SELECT 'ab' LIKE 'a\\b'",
        True,
        "ESC_IN_THE_MIDDLE",
        answers=False,
    ),
    "case is folded by lower": Quirk(
        f"ILIKE compares lower-cased texts: {DOCS}/api/sql/index.html#ilike; here folding keeps one letter one letter",
        lambda nodes: any(isinstance(node, tree.Like) and node.ignore_case for node in nodes),
        "SELECT 'ß' ILIKE 'ẞ' AND 'İ' ILIKE 'İ' AND 'ſ' ILIKE 's'",
        True,
    ),
    "white space is that of ASCII": Quirk(
        r"\s of java.util.regex is ASCII alone: docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html",
        named("trim", "ltrim", "rtrim"),
        r"SELECT REGEXP_REPLACE('\u00a0a', '^\\s+', '')",
        "a",
    ),
    "words end at white space": Quirk(
        f"initcap sees words between spaces: {DOCS}/api/sql/index.html#initcap", named("smart"), "SELECT INITCAP('o-neil')", "O-Neil"
    ),
    "more texts are dates": Quirk(
        f"TRY_CAST reads offsets, years alone and more: {DOCS}/sql-ref-literals.html",
        named("to_date_time", "to_timestamp"),
        "SELECT TRY_CAST('2026-07-01 10:00:00Z' AS TIMESTAMP) IS NULL",
        True,
    ),
    "texts of instants and numbers differ": Quirk(
        f"a TIMESTAMP is written on the session's clock, a DOUBLE as Java does: {DOCS}/sql-ref-datatypes.html",
        beside(lambda nodes: instant(nodes) or fraction(nodes), named("to_string", "concat", "money")),
        "SELECT CAST(CAST('2026-07-01 22:30:00+00:00' AS TIMESTAMP) AS STRING)",
        "2026-07-01 22:30:00",
    ),
}
