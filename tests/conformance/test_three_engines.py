"""One table, one list of rules with every node of the tree, three engines: Polars, DuckDB through SQL, Spark.

What is wanted is worked out by the judge, a plain-Python evaluator that knows nothing of the engines.
"""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

import polars as pl
import pytest

from campaign_nb.engine.backends.narwhals.lowering import Lowering
from campaign_nb.engine.backends.narwhals.sources import ClusterSources, sent
from campaign_nb.engine.backends.narwhals.steps import LOWER
from campaign_nb.engine.optimise.columns import Columns, Output
from campaign_nb.rules import tree
from campaign_nb.rules.tree import (
    Aggregate,
    And,
    Between,
    Call,
    Case,
    Column,
    Compare,
    Constant,
    Exists,
    In,
    Like,
    Linked,
    LinkStep,
    Not,
    Or,
)
from campaign_nb.steps import Attach
from tests.differential.corpus import duckdb_says
from tests.differential.world import EVENT, Ground, tables_of
from tests.spark.golden import collected

Truths: TypeAlias = list[bool | None]
I, D, F, S, DAY, AT, UTC, B = (Column(name) for name in ("i", "d", "f", "s", "day", "at", "utc", "b"))  # noqa: E741 # the column's name
TEAM, BOSS = Linked((LinkStep("team"),)), Column("s", ("boss",))
SEED = 94
CHANGE = dt.datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 # a wall's hour that comes twice
LATE = Linked((LinkStep("orders", (Compare("<", Column("on"), Call("days_ago", (Constant(30),))),)),))
DEEP = Linked((LinkStep("orders", (Compare(">=", Column("m"), Constant(Decimal(0))),)), LinkStep("place", (tree.IsNull(Column("since")),))))
POSITIVE = Compare(">", I, Constant(0))
FIRST = Call("first_of", (tree.Lines(Linked((LinkStep("orders"),)), (tree.Order(Column("n"), True),), ("w",), 1),))

RULES: dict[str, tree.Node] = {
    **{f"whole {op}": Compare(op, I, Constant(-7)) for op in ("=", "<>", "<", "<=", ">", ">=")},  # type: ignore[arg-type] # operators
    "exact decimals": Compare("<", D, Constant(Decimal("4.99"))),
    "fractions, NaN among them": Compare(">=", F, Constant(0.1)),
    "texts by code point": Compare("<", S, Column("t")),
    "a Turkish i is no i": Compare("=", S, Constant("i")),
    "days and walls": Compare("<=", DAY, AT),
    "the hour that comes twice": Compare("=", AT, Constant(CHANGE)),
    "instants": Compare("<", UTC, Constant(dt.datetime(2026, 10, 25, 0, 45, tzinfo=dt.UTC))),
    "a preset": Compare(">=", DAY, Call("days_ago", (Constant(5),))),
    "in, null among the options": In(I, (Constant(0), Constant(5), Constant(None))),
    "not in, null among the options": Not(In(I, (Constant(0), Constant(5), Constant(None)))),
    "between": Between(I, Constant(-1), Column("j")),
    "null": tree.IsNull(F),
    "empty": tree.IsEmpty(S),
    "like": Like(S, Constant("%a_%")),
    "like in any case": Like(S, Constant("%A%"), ignore_case=True),
    "starts": tree.TextMatch("starts_with", S, Constant("é")),
    "ends": tree.TextMatch("ends_with", S, Constant("\u0301")),
    "contains": tree.TextMatch("contains", S, Constant("b")),
    "a truth": tree.Truth(B),
    "everybody": tree.Everybody(),
    "and": And((tree.Truth(B), POSITIVE)),
    "or": Or((tree.Truth(B), POSITIVE)),
    "not": Not(tree.Truth(B)),
    "except": tree.Except(tree.Truth(B), POSITIVE),
    "except of everybody": tree.Except(tree.Everybody(), POSITIVE),
    "groups in groups": Or((And((tree.Truth(B), Not(POSITIVE))), tree.Except(tree.IsNull(D), Or((tree.IsEmpty(S), tree.Truth(B)))))),
    "one linked row": Compare("<>", BOSS, Constant("a")),
    "two links": tree.IsNull(Column("name", ("boss", "home"))),
    "exists": Exists(TEAM),
    "not exists": Not(Exists(LATE)),
    "a chain of links": Exists(DEEP),
    **{f"{name} of rows": Compare(">", Aggregate(name, TEAM, Column("j")), Constant(0)) for name in ("count", "sum", "avg", "min", "max")},  # type: ignore[arg-type] # names
    "count of rows": Compare("=", Aggregate("count", TEAM), Constant(0)),
    "count of different values": Compare(">", Aggregate("count_distinct", TEAM, Column("c")), Constant(1)),
    "deviation": Compare(">", Aggregate("std_dev", TEAM, Column("j")), Constant(1.5)),
    "texts of rows": Compare(">", Aggregate("string_agg", Linked((LinkStep("orders"),)), Column("w"), "; "), Constant("b")),
    "an aggregate of some rows": Compare(">", Aggregate("max", LATE, Column("m")), Constant(Decimal("1.00"))),
    "the first row": Compare("<>", FIRST, Constant("a")),
    "a window": Compare("<=", tree.Window("row_num", None, (B,), (tree.Order(I),)), Constant(2)),
    "a case": Compare("=", Case(((tree.Truth(B), S), (POSITIVE, Column("t"))), Constant("é")), Constant("é")),
    "a call": Compare(">", Call("coalesce", (Column("j"), Constant(1))), Constant(0)),
    "a variable": Compare("<", Column("j"), tree.Variable("least")),
    "an empty variable": Compare("<", Column("j"), tree.Variable("nothing")),
    "a parameter": Compare("=", S, tree.Parameter("word", Constant("a"))),
    "an event": tree.Behaviour(*EVENT),
    "no event": Not(tree.Behaviour("clicked", "Mail", "Spring")),
}
OF_NO_ROW = {"Size": "how many rows a transition has: known before any engine is asked"}
"""Nodes that no row is tested by, with why."""


@cache
def ground() -> Ground:
    """The table and what is linked to it."""
    tables = tables_of(random.Random(SEED))
    return Ground(tables, set(tables["people"]["id"][:5]))


def by_polars() -> dict[str, Truths]:
    """What Polars makes of the rules."""
    (found,) = ground().asked(list(RULES.values()), ("in-memory",))
    return dict(zip(RULES, found, strict=True))


def by_duckdb() -> dict[str, Truths]:
    """Whom the SQL of each rule selects, and whom that of its opposite does: who is in neither is unknown."""
    keys, found = ground().tables["people"]["id"].to_list(), dict[str, Truths]()
    with ground().connect() as connection:
        for name, rule in RULES.items():
            yes, no = duckdb_says(ground(), connection, rule), duckdb_says(ground(), connection, Not(rule))
            assert not yes & no
            found[name] = [True if key in yes else False if key in no else None for key in keys]
    return found


def by_spark(session: Any, rules: dict[str, tree.Node]) -> dict[str, Truths]:
    """What Spark makes of the rules."""
    names = {name: f"r{at}" for at, name in enumerate(rules)}
    end = Output(Attach(ground().scan(), tuple((names[name], rule) for name, rule in rules.items())), tuple(names.values()))
    fans = sent(session, pl.DataFrame({"key_0": sorted(ground().fans)}))
    plan = Lowering(
        Columns([end], lambda _: ground().moment),
        ground().model,
        ClusterSources(session, ground().model, {}),
        [],
        LOWER,
        lambda node, _: fans if (node.event, node.activity, node.campaign) == EVENT else None,
        keeping=False,
    )
    plan.run()
    found = ground().tables["people"].select("id").join(collected(plan.delivered[end]()), on="id", how="left", maintain_order="left")
    return {name: found[column].to_list() for name, column in names.items()}


def wanted() -> dict[str, Truths]:
    """What plain Python makes of the rules."""
    return {name: ground().judged(rule) for name, rule in RULES.items()}


def test_polars_says_what_is_wanted() -> None:
    assert by_polars() == wanted()


def test_the_sql_for_duckdb_says_what_is_wanted() -> None:
    assert by_duckdb() == wanted()


@pytest.mark.requires("java")
@pytest.mark.timeout(300)
def test_spark_says_what_is_wanted(spark: Any) -> None:
    assert by_spark(spark, RULES) == wanted()


def test_every_node_of_the_tree_has_a_rule() -> None:
    nodes = {item.__name__ for item in tree.Node.__subclasses__() if item.__module__ == tree.__name__}
    assert {item.__name__ for item in (*tree.RULES, *tree.VALUES)} <= nodes
    assert nodes - {type(node).__name__ for rule in RULES.values() for node in rule.walk()} == set(OF_NO_ROW)


def test_the_table_is_awkward_and_most_rules_split_it() -> None:
    people = ground().tables["people"].drop("id")
    assert sum(people.null_count().row(0)) > 0.3 * people.height * people.width
    awkward = [pl.col("i") < 0, pl.col("f").is_nan(), pl.col("at") == CHANGE, pl.col("s").is_in(["İ", "ı"]), pl.col("s") == "e\u0301"]
    assert people.select(item.any().alias(str(at)) for at, item in enumerate(awkward)).row(0) == (True,) * len(awkward)
    assert {True, False} <= {truth for truths in wanted().values() for truth in truths}
    assert sum(len(set(truths)) > 1 for truths in wanted().values()) >= 0.8 * len(RULES)
