"""What the corpus found, each as the smallest case with values by hand."""

from __future__ import annotations

import math
from itertools import product

import pytest

from campaign_nb.errors import DefinitionError
from campaign_nb.rules import tree
from campaign_nb.rules.tree import Aggregate, Column, Compare, Constant, In, Linked, LinkStep, Not
from tests.differential.corpus import against_polars, duckdb_says, ground_of
from tests.differential.generate import OPERATORS
from tests.differential.shapes import COLUMNS
from tests.engine.polars.world import call, col, truths, values

TEAM = Linked((LinkStep("team"),))
ALIKE = [{"whole", "decimal", "float"}, {"date", "naive", "instant"}, {"text"}, {"boolean"}, {"time"}]


def test_a_fraction_is_the_same_by_a_known_number_as_by_a_column() -> None:
    assert values(call("divide", col("f"), 10), {"f": [3.0, 7.0, None]}) == [0.3, 0.7, None]
    assert truths(Compare("=", call("divide", col("f"), 10.0), Constant(0.3)), {"f": [3.0, 4.0]}) == [True, False]
    assert values(call("percent", col("f"), 49.0), {"f": [49.0, 7.0]}) == [100.0, 700 / 49]


def test_a_remainder_by_infinity_is_the_number_itself() -> None:
    assert values(call("mod", col("f"), col("g")), {"f": [5.0, -1.5, 5.0], "g": [math.inf, -math.inf, 0.0]}) == [5.0, -1.5, None]


def test_a_known_text_is_searched_for_the_part_of_each_row() -> None:
    assert values(call("charindex", "(ab", col("t")), {"t": ["b", "a", "x", None]}) == [3, 2, 0, None]
    assert values(call("replace", "a-b", col("t"), "+"), {"t": ["-", "a", "", None]}) == ["a+b", "+-b", "a-b", None]
    assert values(call("replace", "a-b", "-", col("t")), {"t": ["_", "", None]}) == ["a_b", "ab", None]


def test_what_is_known_stays_known_however_deep() -> None:
    deep = call("trunc_year", call("sub_months", Constant(None), 1))
    assert values(deep, {"i": [1, 2]}) in ([None], [None, None])


def test_a_sum_that_does_not_fit_is_null_and_no_wrapped_number() -> None:
    sums = [Compare(op, Aggregate("sum", TEAM, Column("u")), Constant(0)) for op in OPERATORS]
    assert all(against_polars(ground_of(frame), sums) is None for frame in range(40))


@pytest.mark.parametrize(
    "rule",
    [
        Compare("=", Column("t"), Constant("a")),
        tree.Exists(Linked((LinkStep("orders", (Compare("=", Column("w"), Constant("a")),)),))),
        Not(In(Column("day"), (Column("since", ("home",)),))),
        Compare("<", Column("f"), Constant(math.inf)),
        Compare(">", Aggregate("max", TEAM, Column("f")), Constant(-math.inf)),
    ],
    ids=["a column t", "a column t beside a sub-query", "one option that is a sub-query", "infinity", "less than nothing"],
)
def test_sql_selects_whom_plain_python_selects(rule: tree.Node) -> None:
    for frame in range(5):
        ground = ground_of(frame)
        wanted = {row["id"] for row, truth in zip(ground.world.tables["people"], ground.judged(rule), strict=True) if truth is True}
        with ground.connect() as connection:
            assert duckdb_says(ground, connection, rule) == wanted


def test_every_pair_of_types_is_compared_or_refused() -> None:
    ground, columns = ground_of(0), COLUMNS["people"]
    for one, two in product(columns, columns):
        rules: list[tree.Node] = [Compare(op, Column(a), Column(b)) for op in OPERATORS for a in columns[one] for b in columns[two]]
        if any({one, two} <= kinds for kinds in ALIKE):
            assert against_polars(ground, rules) is None, (one, two)
        else:
            with pytest.raises(DefinitionError, match=r"rule"):
                ground.asked(rules[:1])
