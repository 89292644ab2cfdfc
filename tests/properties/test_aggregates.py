"""Numbers of linked rows, against plain Python that follows the links one row at a time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_nb import activities
from campaign_nb.rules import tree
from tests.properties.asking import SOME, after
from tests.properties.oracle import KEYS
from tests.properties.rules import aggregates
from tests.properties.world import LinkedJudge, tables


def near(value: Any) -> Any:
    """A number up to rounding; null as it is."""
    return value if value is None else pytest.approx(value)


@pytest.mark.parametrize("table", ["people", "orders"])
@SOME
@given(data=st.data())
def test_aggregates_of_linked_rows_are_those_of_plain_python(table: str, data: st.DataObject) -> None:
    found = data.draw(tables())
    columns = {f"n{at}": data.draw(aggregates(table)) for at in range(data.draw(st.integers(1, 4)))}
    rows = after(tree.Everybody(), activities.Enrich(columns=columns), found, table)["out"]
    by_key = {row[KEYS[table]]: row for row in rows.iter_rows(named=True)}
    assert by_key.keys() == {row[KEYS[table]] for row in found[table]}
    for row in found[table]:
        wanted = {name: near(LinkedJudge(found, table, row).value(node)) for name, node in columns.items()}
        assert {name: by_key[row[KEYS[table]]][name] for name in columns} == wanted


@pytest.mark.parametrize("table", ["people", "orders"])
@SOME
@given(data=st.data())
def test_counts_of_rows_with_and_without_a_condition_add_up(table: str, data: st.DataObject) -> None:
    found = data.draw(tables())
    link = {"people": "orders", "orders": "lines"}[table]
    column = {"orders": "amount", "lines": "pieces"}[link]
    there = tree.Not(tree.IsNull(tree.Column(column)))
    counts = {name: tree.Aggregate("count", _rows(link, where)) for name, where in _three(there).items()}
    counts["values"] = tree.Aggregate("count", _rows(link), tree.Column(column))
    rows = after(tree.Everybody(), activities.Enrich(columns=counts), found, table)["out"]
    for row in rows.iter_rows(named=True):
        assert row["all"] == row["with"] + row["without"]
        assert row["values"] == row["with"]


def _rows(link: str, *where: tree.Node) -> tree.Linked:
    return tree.Linked((tree.LinkStep(link, tuple(item for item in where if item != tree.Everybody())),))


def _three(rule: tree.Node) -> dict[str, tree.Node]:
    return {"all": tree.Everybody(), "with": rule, "without": tree.Not(rule)}
