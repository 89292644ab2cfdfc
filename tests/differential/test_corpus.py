"""Thousands of rules on awkward rows: Polars in memory, Polars streaming, DuckDB and plain Python say the same."""

from __future__ import annotations

from collections import Counter

import pytest

from campaign_nb.rules import tree
from campaign_nb.rules.functions import REGISTRY
from tests.differential.corpus import BLOCK, BLOCKS, FRAMES, FULL, LEAST, RULES, against_duckdb, against_partition, against_polars, pairs
from tests.differential.generate import AGGREGATES, JUDGED, OPERATORS, TESTS
from tests.differential.world import KEYS
from tests.rules.functions.test_catalogue import BY_HAND, ELSEWHERE

pytestmark = pytest.mark.timeout(600)
NODES = {item.__name__ for item in (*tree.RULES, *tree.VALUES, tree.Lines)}


def blocks(start: int) -> range:
    return range(start, min(start + BLOCK, FRAMES))


@pytest.mark.parametrize("start", BLOCKS)
def test_polars_in_memory_and_streaming_mean_what_the_judge_means(start: int) -> None:
    for frame, ground, rules in pairs(blocks(start)):
        assert against_polars(ground, rules) is None, frame


@pytest.mark.parametrize("start", BLOCKS)
def test_true_false_and_unknown_share_all_rows_between_them(start: int) -> None:
    for frame, ground, rules in pairs(blocks(start)):
        assert against_partition(ground, rules) is None, frame


@pytest.mark.parametrize("start", BLOCKS)
def test_duckdb_selects_the_same_people_but_for_named_quirks(start: int) -> None:
    seen: Counter[bool | None] = Counter()
    for frame, ground, rules in pairs(blocks(start)):
        assert against_duckdb(ground, rules, lambda _, agrees: seen.update([agrees])) is None, frame
    assert seen[True] >= 0.85 * (seen[True] + seen[False]), seen


def test_the_corpus_is_large_and_every_operator_and_function_is_frequent_in_it() -> None:
    seen: Counter[str] = Counter()
    for _, _, rules in pairs(range(FRAMES)):
        for rule in rules:
            names = [name for node in rule.walk() for name in names_of(node)]
            seen.update(set(names))
    assert (20_000 if FULL else 1_000) <= FRAMES * RULES
    wanted = {*NODES, *OPERATORS, *TESTS, *(f"{name} of rows" for name in AGGREGATES), *JUDGED & set(REGISTRY)}
    assert {name: seen[name] for name in wanted if seen[name] < LEAST} == {}


def test_a_function_that_the_judge_does_not_know_has_cases_by_hand() -> None:
    assert set(REGISTRY) - JUDGED - BY_HAND - ELSEWHERE == set()


def test_a_third_of_the_cells_is_null() -> None:
    for _, ground, _ in pairs(range(3)):
        for name, frame in ground.tables.items():
            cells = frame.drop(KEYS[name])
            assert sum(cells.null_count().row(0)) >= 0.25 * cells.height * cells.width
    cells = [ground.tables["people"].drop("id") for _, ground, _ in pairs(range(FRAMES))]
    assert sum(sum(frame.null_count().row(0)) for frame in cells) >= 0.3 * sum(frame.height * frame.width for frame in cells)


def names_of(node: tree.Node) -> list[str]:
    """What a node counts as."""
    found = [type(node).__name__]
    if isinstance(node, tree.Call):
        found.append(node.name)
    elif isinstance(node, tree.Compare):
        found.append(node.op)
    elif isinstance(node, tree.TextMatch):
        found.append(node.test)
    elif isinstance(node, tree.Aggregate):
        found.append(f"{node.function} of rows")
    return found
