"""Any rule or value that fits its table is written as Python that builds the same tree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import campaign_nb
from campaign_nb.activities.build_audience import BuildAudience
from campaign_nb.activities.enrich import Enrich
from campaign_nb.activities.filter import FilterRows
from campaign_nb.activity import Activity
from campaign_nb.graph.code import to_python
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.graph.document import from_json, to_json
from campaign_nb.rules import build, tree
from campaign_nb.rules.check import Misfit, check_rule, type_of
from campaign_nb.rules.functions import namespace as fn
from campaign_nb.rules.parse import rule
from tests.graph.shop import Campaign
from tests.rules.shop import CUSTOMERS, ITEMS, ORDERS, FakeShop, Table, scope_of
from tests.rules.trees import rules, values


class Shop(FakeShop):
    """The shop of the rules' tests, with handles of its tables."""

    def __getitem__(self, label: str) -> Table:
        return Table(self, label)


SHOP = Shop(CUSTOMERS, ORDERS, ITEMS)
BOUND = st.sampled_from([st.just(False), st.just(True), st.booleans()])


def fits(node: tree.Node) -> bool:
    try:
        check_rule(scope_of(), node) if tree.is_rule(node) else type_of(scope_of(), node)
    except Misfit:
        return False
    return True


def of(activity: Activity) -> Definition:
    everybody = Node("All", BuildAudience(dimension="customers", rule=tree.Everybody()))
    return Definition("Spring", nodes={"All": everybody, "Next": Node("Next", activity, (Ref("All"),))})


def rebuilt(definition: Definition) -> Definition:
    found: dict[str, Any] = {"shop": SHOP}
    exec(to_python(definition), found)  # noqa: S102 # the code under test
    return found["spring"].definition


@pytest.fixture(autouse=True)
def _package(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {name: item for name, item in vars(build).items() if not name.startswith("_")}
    for name, value in {**names, "Campaign": Campaign, "fn": fn, "rule": rule}.items():
        monkeypatch.setattr(campaign_nb, name, value, raising=False)


once = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow])


@once
@given(BOUND.flatmap(rules))
def test_any_rule_comes_back_from_code_and_from_its_document(node: tree.Node) -> None:
    assume(fits(node))
    definition = of(FilterRows(rule=node))
    assert rebuilt(definition) == definition == from_json(to_json(definition))


@once
@given(BOUND.flatmap(values))
def test_any_value_comes_back_from_code_and_from_its_document(node: tree.Node) -> None:
    assume(fits(node))
    definition = of(Enrich(columns={"column": node}))
    assert rebuilt(definition) == definition == from_json(to_json(definition))
