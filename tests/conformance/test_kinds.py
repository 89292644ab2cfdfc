"""Every kind of the catalogue keeps the promises of all, with several options each."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

import campaign_nb as cn
from campaign_nb.activity import CATALOGUE
from campaign_nb.graph.code import to_python
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.rules import tree
from tests.conformance.examples import EXAMPLES, SHOP, Example

ALL = [(kind, name) for kind, named in EXAMPLES.items() for name in named]


def test_every_kind_of_the_catalogue_has_an_example_and_no_other() -> None:
    ours = {kind for kind, cls in CATALOGUE.items() if cls.__module__.startswith("campaign_nb.activities.")}
    assert ours == set(EXAMPLES), "options of a new kind belong in tests/conformance/examples.py"
    assert all(type(example.activity).kind == kind for kind, named in EXAMPLES.items() for example in named.values())


TWO_DIMENSIONS = {"combine": {"on", "via"}}
"""Options that need inputs of two dimensions: they are tried in tests/activities."""


@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_option_of_a_kind_is_tried_with_another_value_than_its_default(kind: str) -> None:
    tried = [{name for name, _ in example.activity.options()} for example in EXAMPLES[kind].values()]
    options = {item.name.replace("_", " ") for item in dataclasses.fields(CATALOGUE[kind])}  # type: ignore[arg-type] # a dataclass
    assert set().union(*tried) | TWO_DIMENSIONS.get(kind, set()) == options


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_kind_keeps_what_all_activities_promise(kind: str, name: str) -> None:
    example = EXAMPLES[kind][name]
    cn.testing.conformance(example.activity, *example.inputs, audiences=example.audiences, row_wise=example.row_wise)


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_the_code_of_an_activity_gives_it_back(kind: str, name: str) -> None:
    definition = campaign_of(EXAMPLES[kind][name])
    found: dict[str, Any] = {"shop": SHOP}
    exec(to_python(definition), found)  # noqa: S102 # the code under test
    (made,) = (item for item in found.values() if isinstance(item, cn.Campaign))
    assert made.definition == definition


def campaign_of(example: Example) -> Definition:
    """A campaign with the activity in it, each of its inputs an audience."""
    least = max(type(example.activity).inputs[0], len(example.inputs) - 1, 0 if type(example.activity).inputs[1] == 0 else 1)
    refs = tuple(Ref(f"Input {number}") for number in range(least))
    everybody = CATALOGUE["build_audience"]
    nodes = {ref.label: Node(ref.label, everybody(dimension="people", rule=tree.Everybody())) for ref in refs}  # type: ignore[call-arg] # a dataclass
    return Definition("Tried", nodes={**nodes, "Tested": Node("Tested", example.activity, refs)})
