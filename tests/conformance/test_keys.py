"""Every kind keeps its promises whatever the key: text, or several columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.testing.conformance import findings, least_inputs
from campaign_nb.testing.trial import Trial
from campaign_nb.testing.world import World, world_of
from tests.conformance.examples import EXAMPLES

ALL = [(kind, name) for kind, named in EXAMPLES.items() for name, example in named.items() if kind != "python" and example.any_key]
"""The functions of the examples for python reckon with the key."""


def text(world: World) -> World:
    """The same people, known by a text."""
    return world.mapped(
        lambda frame, _: frame.with_columns(pl.col(name).cast(pl.String) for name in frame.columns if name in ("id", "person"))
    )


def pair(world: World) -> World:
    """The same people, known by a shop and a number in it."""
    made = world.mapped(lambda frame, _: frame.select((pl.col("id") % 3).alias("shop"), pl.all()) if "id" in frame.columns else frame)
    links = {"buyer": cn.Link("people", on={"person": "id"})}
    people, orders = replace(made.sheets["people"], key=("shop", "id")), replace(made.sheets["orders"], links=links)
    return replace(made, sheets={"people": people, "orders": orders})


@pytest.mark.parametrize("keyed", [text, pair])
@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_kind_keeps_its_promises_with_another_key(kind: str, name: str, keyed: Callable[[World], World]) -> None:
    example = EXAMPLES[kind][name]
    world = world_of(example.inputs, "", example.audiences, least_inputs(type(example.activity)))
    assert findings(Trial(example.activity, keyed(world), row_wise=example.row_wise)) == []
