"""Every node of rules and every function that runs there: Polars and Spark agree on one awkward table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import hypothesis
import narwhals as nw
import polars as pl
import pytest

from campaign_nb.data.types import fields_of
from campaign_nb.engine.backends.narwhals import sources
from campaign_nb.engine.backends.narwhals.expressions import compile_operand, compile_rule
from campaign_nb.engine.backends.narwhals.functions import IMPLEMENTATIONS
from campaign_nb.engine.backends.narwhals.refusal import Refusal
from campaign_nb.engine.backends.polars import SPAN, seed_of, with_bucket
from campaign_nb.engine.backends.polars import compile_operand as compile_here
from campaign_nb.engine.backends.polars.functions import IMPLEMENTATIONS as ALL
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field
from tests.engine.polars.random_rules import PATTERNS, rules
from tests.engine.polars.test_functions import EXAMPLES
from tests.engine.polars.world import CONTEXT, SCHEMA, call, col, is_, node, resolver
from tests.spark import golden

pytestmark = [pytest.mark.requires("java"), pytest.mark.timeout(300)]

FIELDS = fields_of(golden.table().schema)
OPERATORS: tuple[tree.Operator, ...] = ("=", "<>", "<", "<=", ">", ">=")
PAIRS = [("i", "j"), ("i", "u"), ("i", "d"), ("d", "e"), ("f", "g"), ("f", "i"), ("f", "d"), ("s", "t"), ("s", "c"), ("day", "start")]
PAIRS += [("day", "at"), ("at", "seen"), ("at", "here"), ("here", "utc"), ("utc", "ny"), ("day", "ny")]
CONSTANTS: list[tuple[str, Any]] = [
    ("i", 5),
    ("i", 4.5),
    ("i", 2**70),
    ("u", 2**63),
    ("f", 0.1),
    ("f", 5),
    ("d", 4.99),
    ("s", "a"),
    ("s", ""),
]
CONSTANTS += [("day", "2026-07-01"), ("at", "2026-03-29T02:30"), ("here", "2026-10-25T02:30"), ("utc", "2026-07-02"), ("ny", "2026-07-01")]


def kinds() -> Iterator[tree.Node]:
    """Some nodes of every kind."""
    for op in OPERATORS:
        yield from (is_(op, col(one), col(two)) for one, two in PAIRS)
        yield from (is_(op, col(name), value) for name, value in CONSTANTS)
    b, less = tree.Truth(col("b")), is_("<", col("i"), col("j"))
    yield from (b, tree.Not(b), tree.And((b, less)), tree.Or((b, less)), tree.Except(less, b), tree.Except(b, less), tree.Everybody())
    for name, value in CONSTANTS:
        yield from (tree.IsNull(col(name)), tree.IsEmpty(col(name)), tree.In(col(name), (node(value), node(None))))
        yield tree.Between(col(name), node(value), col(name))
    yield from (tree.In(col("s"), (node("a"), node("É"))), tree.In(col("s"), (node("a"), col("t"))), tree.In(col("i"), ()))
    for pattern in [*PATTERNS, "ı", "K%", "S", "%ss%", "i", "[x]", "a$", "^a", "-", "\\"]:
        yield from (tree.Like(col("s"), node(pattern), case) for case in (True, False))
    for test in ("starts_with", "ends_with", "contains"):
        yield from (tree.TextMatch(test, col("s"), part) for part in (col("t"), node("a"), node("")))
    yield tree.Case(((b, col("i")), (less, col("d"))), col("f"))
    yield tree.Case(((b, col("day")),), col("here"))
    yield from (tree.Variable("least"), tree.Parameter("x", tree.Constant(5)))


def calls() -> Iterator[tree.Node]:
    """The calls whose values are worked out by hand for Polars, and some on instants and on text beyond ASCII."""
    yield from (tree.Call(one.name, call("", *one.args).args) for one in EXAMPLES if one.columns)
    for name in ("escape_html", "header_text", "is_email", "trim", "ltrim", "rtrim", "lower", "upper", "length"):
        yield from (call(name, col(column)) for column in ("s", "t", "c"))
    yield from (call("money", col(column)) for column in ("i", "f", "d", "e", "j"))
    yield from (call("to_string", col(column)) for column in ("i", "d", "e", "b", "day", "at", "here", "ny", "utc", "s"))
    for name in ("year", "hour", "week_day", "date_only", "trunc_week", "trunc_year", "days_old", "years_old"):
        yield from (call(name, col(column)) for column in ("at", "here", "ny", "day"))
    for name in ("add_days", "sub_days", "add_hours"):
        yield from (call(name, col(column), col("j")) for column in ("at", "here", "ny", "day"))
    for column in ("at", "here", "ny", "day", "utc"):
        yield from (call("trunc_date", col(column), seconds) for seconds in (900, 86_400, 0))
        yield from (call("to_time_zone", col(column), "America/New_York"), call("convert_ntz", col(column)))
        yield call("trunc_date_tz", col(column), 3600, "Asia/Kolkata")
    yield from (call("distance", col("f"), col(one), col("g"), col(two)) for one in ("i", "d") for two in ("f", "j", "e"))
    for name in ("add_months", "sub_years"):  # not beyond 2099, where Polars knows no summer time any more
        yield from (call(name, col(column), n) for column in ("at", "here", "ny", "day") for n in (1, -1, 13))


def runs(one: tree.Node) -> bool:
    """Whether a node runs on Spark."""

    def resolve(leaf: tree.Node) -> tuple[nw.Expr, Field]:
        assert isinstance(leaf, tree.Column)
        return nw.col(leaf.name), FIELDS[leaf.name]

    try:
        (compile_rule if tree.is_rule(one) else compile_operand)(one, resolve, CONTEXT)
    except Refusal:
        return False
    return True


def disagreement(session: Any, nodes: list[tree.Node]) -> str:
    """Where the engines differ on those that run on both: a line for each node, with the first rows."""
    named = {f"n{at}": one for at, one in enumerate(nodes) if runs(one)}
    assert len(named) > len(nodes) // 2
    found = golden.differences(golden.here(named), golden.there(session, named), list(named))
    return "\n".join(f"{named[name]}: {rows}" for name, rows in found.items())


def test_every_kind_of_node_is_equal_on_both_engines(spark: Any) -> None:
    assert disagreement(spark, list(kinds())) == ""


def test_every_function_that_runs_is_equal_on_both_engines(spark: Any) -> None:
    assert disagreement(spark, list(calls())) == ""


def test_rules_made_by_chance_are_equal_on_both_engines(spark: Any) -> None:
    found: list[tree.Node] = []

    @hypothesis.settings(max_examples=80, database=None, derandomize=True, phases=[hypothesis.Phase.generate])
    @hypothesis.given(rules())
    def gather(rule: tree.Node) -> None:
        found.append(rule)

    gather()
    assert disagreement(spark, found) == ""


def test_money_rounds_floats_in_the_same_way_at_every_half_cent(spark: Any) -> None:
    halves = [number / 1000 + whole for number in range(5, 1000, 10) for whole in (0, 1, 7, 1234567, 10**9)]
    frame = pl.DataFrame({"f": [sign * half for half in halves for sign in (1, -1)] + [0.0, 1e15, 999999999999999.9, float("nan")]})
    here = frame.select("f", m=compile_here(call("money", col("f")), resolver(frame), CONTEXT).expr)
    made = compile_operand(call("money", col("f")), lambda leaf: (nw.col(leaf.name), FIELDS[leaf.name]), CONTEXT)
    there = golden.collected(sources.sent(spark, frame).select(nw.col("f"), made.expr.alias("m")))
    assert dict(there.drop_nans("f").iter_rows()) == dict(here.drop_nans("f").iter_rows())


def test_the_stable_hash_is_bit_for_bit_the_same(spark: Any) -> None:
    keys = ["i", "j", "s", "day", "at", "utc", "b", "d"]
    frame = golden.table().select("row", *keys)
    for key in [["i"], ["j"], ["s"], ["day"], ["at"], ["utc"], ["b"], ["d"], ["i", "s"]]:
        here = with_bucket(frame.lazy(), key, frame.schema, seed_of("x"), "n").collect().sort("row")["n"]
        there = golden.hashed(spark, frame, key, seed_of("x")).sort("row")["n"]
        assert there.to_list() == here.to_list(), key
        assert here.drop_nulls().is_between(0, SPAN - 1).all()


def differing(session: Any, one: tree.Node, values: pl.Series) -> list[Any]:
    """For which values of a column x a node is not the same on both engines: the value and what both make of it."""
    frame = pl.DataFrame({"row": range(len(values)), "x": values})
    fields = fields_of(frame.schema)
    here = frame.select("row", x=compile_here(one, resolver(frame), CONTEXT).expr)
    made = compile_operand(one, lambda leaf: (nw.col("x"), fields["x"]), CONTEXT)
    there = golden.collected(sources.sent(session, frame).select(nw.col("row"), made.expr.alias("x"))).sort("row")
    return [(values[row], *both) for row, *both in golden.differences(here, there, ["x"]).get("x", [])]


TEXTS = [
    *("o'neil mary-jane", "ΟΔΟΣ ΣΑΣ", "ΑΣ.α", "É élan", "ǆ x", "ß straße", "a1b 1ab ١a", "İI ı", "xİI", "i\u0307I"),
    *("a_b", "ⅷx", "x\u0301y", "ﬁx", "²b", "", " ", None),
]
STAMPS = [
    *("2026-07-01", "2026-07-01 09:30", "2026-07-01T09:30:15", "2026-07-01 09:30:15.5", "2026-07-01T09:30:15.123456", None, ""),
    *("2026-02-30", "2026-7-1", "20260701", " 2026-07-01", "2026-07-01 ", "2026-07-01\n", "2026-07-01 24:00", "2026-07-01 9:30", "x"),
    *("2026-07-01T09:30:15.1234567", "2026-07-01T09", "2026-07-01  09:30", "2026-07-01t09:30", "2026-07-01 09:30:60", "2026-13-01"),
    *("2026-07-01 09:30Z", "2026-07-01T09:30+0200", "2026-07-01T09:30:15-05:30", "2026-07-01+02:00", "+02:00", "2026-07-01Z", "09:30"),
    *("2026-07-01T09:30+99:99", "2026-07-01T09:30:15.5Z", "2026-03-29T02:30", "2026-10-25T02:30", "2026-10-25T02:30Z", "١٢٣٤-01-01"),
    *("2026-07-01T09:30+2", "2026-07-01T09:30 +02:00", "2026-07-01T09:30UTC", "0002-01-01", "9998-12-31 23:59:59.999999", "epoch", "now"),
]


def test_texts_are_written_with_capitals_in_the_same_way(spark: Any) -> None:
    assert differing(spark, call("smart", col("x")), pl.Series(TEXTS)) == []


def test_characters_of_every_length_are_the_same(spark: Any) -> None:
    edges = [0, 1, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFEFF, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF, 0x110000]
    assert differing(spark, call("char", col("x")), pl.Series([*edges, -1, 65, 233, 8364, 2**40, None])) == []


@pytest.mark.parametrize("name", ["to_date_time", "to_timestamp"])
def test_the_same_texts_are_accepted_as_dates(spark: Any, name: str) -> None:
    assert differing(spark, call(name, col("x")), pl.Series(STAMPS)) == []


NUMBERS = [1.15, -1.159, 0.29, 2.3499, 1e300, -1e17, 0.0, -0.5, 2.5, 4503599627370497.5, 123456.789, float("inf"), float("nan"), None]
DECIMALS = [Decimal(text) for text in ("1.95", "-1.95", "0.05", "-0.04", "99999.99", "0", "0.01", "-0.01")]


@pytest.mark.parametrize("name", ["trunc", "round"])
@pytest.mark.parametrize("decimals", [0, 1, 2, 4])
def test_numbers_are_cut_and_rounded_in_the_same_way(spark: Any, name: str, decimals: int) -> None:
    assert differing(spark, call(name, col("x"), decimals), pl.Series(NUMBERS)) == []
    assert differing(spark, call(name, col("x"), decimals), pl.Series([*DECIMALS, None], dtype=pl.Decimal(12, 2))) == []


@pytest.mark.parametrize("name", ["trunc", "round"])
def test_tens_are_cut_and_rounded_in_the_same_way(spark: Any, name: str) -> None:
    whole = pl.Series([199, -199, 150, -150, 149, 5, 0, 2**63 - 1, -(2**63), None])
    for values in (whole, pl.Series(NUMBERS)):
        assert differing(spark, call(name, col("x"), -2), values) == []


def test_decimals_keep_their_decimals_as_text(spark: Any) -> None:
    values = pl.Series([*DECIMALS, Decimal("1E-9"), Decimal("-2.5E-7"), None], dtype=pl.Decimal(38, 9))
    for inner in (col("x"), call("round", col("x"), 1), call("trunc", col("x"), 1), call("add", col("x"), col("x"))):
        assert differing(spark, call("to_string", inner), values) == []


REFUSED = {"first_of", "item_of", "now", "today", "trunc_time"}
"""No value of a row goes into now and today, which are computed before; first_of and item_of are compiled apart.

What trunc_time makes is a time of day, a type that Spark does not have.
"""


def test_the_functions_that_are_refused_are_these() -> None:
    assert set(ALL) - set(IMPLEMENTATIONS) == REFUSED


@pytest.mark.parametrize(
    ("one", "what"),
    [
        (call("trunc_time", col("at"), 900), "the function trunc_time"),
        (call("multiply", col("d"), col("e")), "multiply of decimals"),
        (call("to_string", col("f")), "a number as text"),
        (tree.Like(col("s"), col("t")), "a pattern that differs from row to row"),
    ],
    ids=str,
)
def test_what_has_no_counterpart_is_refused(one: tree.Node, what: str) -> None:
    with pytest.raises(Refusal, match=what):
        (compile_rule if tree.is_rule(one) else compile_operand)(one, lambda leaf: (nw.col("x"), FIELDS[leaf.name]), CONTEXT)


def test_the_golden_table_has_every_value_and_a_null_in_every_column() -> None:
    table = golden.table()
    assert table.columns == ["row", *SCHEMA]
    assert all(table[name].null_count() for name in SCHEMA)
    assert table.select(pl.col("f").is_nan().any(), (pl.col("s") == "").any()).row(0) == (True, True)
