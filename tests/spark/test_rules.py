"""Every node of rules and every function that runs there: Polars and Spark agree on one awkward table."""

from __future__ import annotations

from collections.abc import Iterator
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


REFUSED = {"char", "distance", "first_of", "item_of", "now", "smart", "to_date_time", "to_timestamp", "today", "trunc", "trunc_time"}
"""No value of a row goes into now and today, which are computed before; first_of is compiled apart; the others are refused."""


def test_the_functions_that_are_refused_are_these() -> None:
    assert set(ALL) - set(IMPLEMENTATIONS) == REFUSED


@pytest.mark.parametrize(
    ("one", "what"),
    [
        (call("smart", col("s")), "the function smart"),
        (call("multiply", col("d"), col("e")), "multiply of decimals"),
        (call("to_string", col("f")), "a number as text"),
        (tree.Like(col("s"), col("t")), "a pattern that differs from row to row"),
        (tree.Window("row_num"), "a value of each row that all rows of its table decide"),
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
