"""Whole rules mean the same in PostgreSQL: thousands of them on awkward rows, executed as `sql("postgres")` writes them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator

import polars as pl
import psycopg
import pytest
from sqlglot import exp

from campaign_nb.rules import tree
from campaign_nb.rules.sql import forms, query
from campaign_nb.rules.sql.nodes import fn
from tests.differential.corpus import FULL, RULES, chosen, ground_of, pairs, rules_of
from tests.differential.generate import AGGREGATES, OPERATORS, TESTS
from tests.differential.quirks import quirks_of
from tests.differential.test_corpus import NODES, names_of
from tests.differential.world import Ground, tables_of
from tests.engine.polars.world import PARIS, call, col
from tests.postgres.ground import against_postgres, load, says
from tests.postgres.quirks import QUIRKS

pytestmark = [pytest.mark.requires("postgres"), pytest.mark.timeout(300)]
Patch = pytest.MonkeyPatch
TEAM = tree.Linked((tree.LinkStep("team"),))
FRAMES = range(80 if FULL else 20)
LEAST = 20 if FULL else 3
"""How often each node, operator and aggregate is answered at the least."""


@pytest.fixture(scope="module")
def database(server: str) -> Iterator[psycopg.Connection]:
    """A connection on which a query that fails undoes nothing."""
    with psycopg.connect(server, autocommit=True) as own:
        yield own


def test_postgresql_selects_the_same_people_but_for_named_quirks(database: psycopg.Connection) -> None:
    seen, agreed = Counter[bool | None](), Counter[str]()

    def note(rule: tree.Node, agrees: bool | None) -> None:
        seen[agrees] += 1
        agreed.update({name for node in rule.walk() for name in names_of(node)} if agrees else ())

    for frame, ground, rules in pairs(FRAMES):
        assert against_postgres(database, ground, rules, note) is None, frame
    assert seen.total() == len(FRAMES) * RULES
    assert seen[True] >= 0.85 * (seen[True] + seen[False]), seen
    wanted = {*NODES, *OPERATORS, *TESTS, *(f"{name} of rows" for name in AGGREGATES)}
    assert {name: agreed[name] for name in wanted if agreed[name] < LEAST} == {}


@pytest.mark.parametrize("name", QUIRKS)
def test_postgresql_still_says_something_else(name: str, database: psycopg.Connection) -> None:
    quirk = QUIRKS[name]
    database.execute(f"SET TIME ZONE '{PARIS}'")
    try:
        found = database.execute(quirk.query).fetchone()  # type: ignore[call-overload] # a query of ours
    except psycopg.Error:
        return
    assert found is not None
    assert (str(found[0]) if isinstance(quirk.ours, str) else found[0]) != quirk.ours


def test_a_plain_rule_has_no_quirk() -> None:
    late = tree.Compare("<", tree.Aggregate("max", tree.Linked((tree.LinkStep("orders"),)), col("on")), call("days_ago", 3))
    rule = tree.And((tree.Compare("=", col("i"), tree.Constant(1)), tree.Like(col("s"), col("t")), tree.Not(tree.Truth(col("b"))), late))
    assert quirks_of(rule, quirks=QUIRKS) == set()


LOST: list[tree.Node] = [
    tree.Truth(tree.Aggregate("max", TEAM, col("b"))),
    tree.Truth(tree.Aggregate("min", TEAM, col("b"))),
    tree.Compare("=", call("left", col("s"), col("i")), tree.Constant("a")),
    tree.Compare("=", call("right", col("s"), col("boss_id")), tree.Constant("a")),
    tree.Compare("<", call("to_date_time", "straße"), col("at")),
    *(tree.IsNull(call(name, None)) for name in ("negate", "days_ago", "year", "hour", "trunc_week", "to_int64", "days_ago_int")),
    *(tree.IsNull(call(name, None, 1)) for name in ("add_days", "sub_months", "add_hours", "clear_bit", "round", "trunc")),
    tree.IsNull(call("round", col("d"), None)),
]


@pytest.mark.parametrize("rule", LOST, ids=str)
def test_what_postgresql_has_no_function_for_is_asked_otherwise(rule: tree.Node, database: psycopg.Connection) -> None:
    small = tables_of(random.Random(0))
    small["people"] = small["people"].with_columns(i=pl.col("j").cast(pl.Int64), boss_id=pl.lit(1, pl.Int64))
    ground = Ground(small)
    load(database, ground)
    assert says(ground, database, rule) == chosen(ground, rule)


FAULTS: dict[str, tuple[Callable[[Patch], None], tuple[str, ...]]] = {
    "less is less or equal": (lambda patch: patch.setitem(query._OPERATORS, "<", exp.LTE), ("<",)),  # pyright: ignore[reportPrivateUsage] # the table under test
    "the largest is the smallest": (lambda patch: patch.setitem(query._AGGREGATES, "max", "MIN"), ("max of rows",)),  # pyright: ignore[reportPrivateUsage] # the table under test
    "except is and-not": (
        lambda patch: patch.setattr(query, "fn", lambda name, *args: args[0] if name == "COALESCE" else fn(name, *args)),
        ("except",),
    ),
    "conditions of linked rows are forgotten": (
        lambda patch: patch.setattr(query.Query, "_on", lambda *_: exp.true()),
        ("exists", "not exists"),
    ),
    "months are days": (
        lambda patch: patch.setitem(forms.FORMS, "add_months", forms.FORMS["add_days"]),  # type: ignore[arg-type] # a dict
        ("add_months",),
    ),
    "texts end where they start": (lambda patch: patch.setattr(query.Query, "_test", _starting), ("ends_with",)),
}
RIGHT = query.Query._test  # pyright: ignore[reportPrivateUsage] # the function under test


def _starting(self: query.Query, node: tree.Node) -> exp.Expr:
    wrong = tree.TextMatch("starts_with", node.value, node.part) if isinstance(node, tree.TextMatch) else node
    return RIGHT(self, wrong)


def first(database: psycopg.Connection, topics: tuple[str, ...]) -> str | None:
    """What the suite says of some rules about some topics."""
    for frame in range(4):
        ground = ground_of(frame)
        found = against_postgres(database, ground, rules_of(frame, ground, list(topics)), lambda *_: None)
        if found is not None:
            return found
    return None


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_noticed(name: str, database: psycopg.Connection, monkeypatch: Patch) -> None:
    plant, topics = FAULTS[name]
    assert first(database, topics) is None
    plant(monkeypatch)
    assert "the judge: " in (first(database, topics) or "")
