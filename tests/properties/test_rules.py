"""Relations between rules that hold whatever the rows and whatever the rules: no expected value is needed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_nb.rules import tree
from tests.properties.asking import SOME, chosen, rearranged, renamed
from tests.properties.oracle import KEYS
from tests.properties.rules import rules
from tests.properties.world import LinkedJudge, frame_of, model_of, tables

ALL = tree.Everybody()
TABLES = pytest.mark.parametrize("table", ["people", "orders"])


@TABLES
@SOME
@given(data=st.data())
def test_a_rule_its_opposite_and_what_is_unknown_part_everybody(table: str, data: st.DataObject) -> None:
    found, p = data.draw(tables()), data.draw(rules(table, {}))
    no = tree.Not(p)
    asked = chosen({"all": ALL, "yes": p, "no": no, "unknown": tree.Except(ALL, tree.Or((p, no)))}, found, table)
    assert asked["all"] == {row[KEYS[table]] for row in found[table]}
    assert asked["yes"] | asked["no"] | asked["unknown"] == asked["all"]
    assert len(asked["yes"]) + len(asked["no"]) + len(asked["unknown"]) == len(asked["all"])


@TABLES
@SOME
@given(data=st.data())
def test_and_or_and_not_are_those_of_logic(table: str, data: st.DataObject) -> None:
    found, p, q = data.draw(tables()), data.draw(rules(table, {})), data.draw(rules(table, {}))
    both, either = tree.And((p, q)), tree.Or((p, q))
    neither, lacking = tree.Or((tree.Not(p), tree.Not(q))), tree.And((tree.Not(p), tree.Not(q)))
    asked = chosen(
        {
            **{"p": p, "q": q, "both": both, "either": either, "p twice denied": tree.Not(tree.Not(p))},
            **{"not both": tree.Not(both), "one not": neither, "not either": tree.Not(either), "both not": lacking},
            **{"except": tree.Except(p, q)},
        },
        found,
        table,
    )
    assert asked["both"] == asked["p"] & asked["q"]
    assert asked["either"] == asked["p"] | asked["q"]
    assert asked["p twice denied"] == asked["p"]
    assert (asked["not both"], asked["not either"]) == (asked["one not"], asked["both not"])
    assert asked["except"] == asked["p"] - asked["q"]


@SOME
@given(data=st.data())
def test_one_more_person_changes_nothing_for_the_others(data: st.DataObject) -> None:
    found, p = data.draw(tables()), data.draw(rules("people", {}))
    new = {**data.draw(st.sampled_from(found["people"])), "id": 77}
    more = {**found, "people": [new, *found["people"]]}
    before, now = chosen({"p": p}, found, "people")["p"], chosen({"p": p}, more, "people")["p"]
    assert now - {77} == before
    assert (77 in now) is (LinkedJudge(more, "people", new).rule(p) is True)


@pytest.mark.parametrize("way", ["order", "chunks", "columns"])
@SOME
@given(data=st.data())
def test_how_rows_lie_changes_nothing(way: str, data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(["people", "orders"]))
    found, p = data.draw(tables()), data.draw(rules(table, {}))
    assert chosen({"p": p}, rearranged(found, way), table) == chosen({"p": p}, found, table)


@TABLES
@SOME
@given(data=st.data())
def test_the_name_of_a_column_changes_nothing(table: str, data: st.DataObject) -> None:
    found, p = data.draw(tables()), data.draw(rules(table, {}))
    other = model_of(found, {"people": frame_of(found, "people").rename({"age": "years of life"})})
    assert chosen({"p": renamed(p, "age", "years of life")}, other, table) == chosen({"p": p}, found, table)
