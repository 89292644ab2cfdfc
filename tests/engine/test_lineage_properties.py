"""Random campaigns: where everybody is agrees with plain Python, with the counts of the run, and with each person's path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign_nb.activity import COMPLEMENT
from campaign_nb.campaign.explanation import explanation
from campaign_nb.engine.dry import dry_run, explain, lineage
from campaign_nb.engine.lineage_everybody import on_the_way
from campaign_nb.engine.program import Program
from campaign_nb.graph.definition import Definition, Ref
from tests.properties.oracle import KEYS, Oracle
from tests.properties.plans import definitions
from tests.properties.test_campaigns import program_of
from tests.properties.world import Tables, tables

RELAXED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])


def agree_with_the_exclusions(program: Program, ref: Ref, left: pl.DataFrame) -> None:
    """On an only path the reasons have the numbers of the run."""
    plan, reasons = program.plan(staged=False), dry_run(program).counted.reasons
    way = on_the_way(plan, ref)
    if any(len(plan.whole[label].refs) > 1 for label in way):
        return
    found = Counter(left.select("activity", "reason").rows())
    for label, ports in way.items():
        if plan.whole[label].compiled.drops and COMPLEMENT not in ports:
            expected = {(label, reason): number for reason, number in reasons[label].items() if number}
            assert {pair: number for pair, number in found.items() if pair[0] == label} == expected


def _place(row: Mapping[str, Any]) -> tuple[str, str] | None:
    return None if row["reached"] else (row["activity"], row["reason"])


def check(definition: Definition, found: Tables, table: str, data: st.DataObject) -> None:
    program, oracle = program_of(definition, found), Oracle(definition, found, table)
    ref = data.draw(st.sampled_from(sorted(oracle.found, key=str)))
    frame = lineage(program, ref).collect()
    key = KEYS[table]
    assert sorted(frame[key]) == sorted(row[key] for row in found[table])
    assert set(frame.filter("reached")[key]) == set(oracle.found[ref])
    assert frame.filter(pl.col("activity").is_null() != pl.col("reached")).is_empty()
    agree_with_the_exclusions(program, ref, frame.filter(~pl.col("reached")))
    for row in data.draw(st.lists(st.sampled_from(frame.rows(named=True)), min_size=1, max_size=2)):
        told = explanation(explain(program, (row[key],), at=ref), ref)
        assert told.reached is row["reached"]
        dropped = told.dropped
        assert (None if dropped is None else (dropped.activity, dropped.reason)) == _place(row)


@pytest.mark.parametrize("table", ["people", "orders"])
@RELAXED
@given(data=st.data())
def test_everybody_is_somewhere_once_and_each_path_says_the_same(table: str, data: st.DataObject) -> None:
    found = data.draw(tables())
    if not found[table]:
        found["orders"] = [{"order": 10, "person": None, "amount": 1, "day": None, "item": None}]
    check(data.draw(definitions(table)), found, table, data)
