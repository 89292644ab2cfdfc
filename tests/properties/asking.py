"""Several questions about the same rows in one pass: who is in each population of a small campaign."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import polars as pl
from hypothesis import HealthCheck, settings

import campaign_nb as cn
from campaign_nb import activities
from campaign_nb.activity import OUT, Activity, Context
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.program import Program
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.graph.problems import compile_definition
from campaign_nb.rules import tree
from tests.properties.oracle import KEYS
from tests.properties.test_campaigns import everything
from tests.properties.world import AS_OF, SCHEMAS, Tables, frame_of, model_of

SOME = settings(
    max_examples=max(25, settings().max_examples // 4),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
"""A quarter of the examples: each of these asks many questions at once."""


def answers(nodes: Mapping[str, Node], model: cn.DataModel) -> Mapping[Ref, pl.DataFrame]:
    """The rows of every transition, in one pass."""
    definition = Definition("asked", seed="s", nodes=dict(nodes))
    contexts = {label: Context("asked", label, "s", model) for label in nodes}
    program = Program(compile_definition(definition, model), contexts, model, Moment(AS_OF))
    return everything(program.plan(staged=False), program)


def chosen(rules: Mapping[str, tree.Node], tables: Tables | cn.DataModel, table: str) -> dict[str, set[int]]:
    """Who each of some rules selects."""
    model = tables if isinstance(tables, cn.DataModel) else model_of(tables)
    nodes = {label: Node(label, activities.BuildAudience(dimension=table, rule=rule)) for label, rule in rules.items()}
    found = answers(nodes, model)
    return {label: set(found[Ref(label)][KEYS[table]]) for label in rules}


def after(first: tree.Node, activity: Activity, tables: Tables, table: str, *more: tree.Node) -> dict[str, pl.DataFrame]:
    """The outputs of an activity whose inputs are chosen by rules; `first` and on are its inputs' own outputs."""
    inputs = {str(number): rule for number, rule in enumerate((first, *more))}
    nodes = {label: Node(label, activities.BuildAudience(dimension=table, rule=rule)) for label, rule in inputs.items()}
    nodes["asked"] = Node("asked", activity, tuple(Ref(label) for label in inputs))
    found = answers(nodes, model_of(tables))
    ports = {port.name: found[Ref("asked", port.name)] for port in activity.ports()}
    return {**ports, **{f"input {label}": found[Ref(label, OUT)] for label in inputs}}


def rearranged(tables: Tables, way: str) -> cn.DataModel:
    """The same rows, lying otherwise: in another order, in pieces, their columns the other way round."""
    ways: dict[str, Any] = {
        "order": lambda frame: frame.reverse(),
        "chunks": lambda frame: pl.concat([frame.slice(at, 1) for at in range(frame.height)] or [frame], rechunk=False),
        "columns": lambda frame: frame.select(reversed(frame.columns)),
    }
    return model_of(tables, {name: ways[way](frame_of(tables, name)) for name in SCHEMAS})


def renamed(node: Any, before: str, now: str) -> Any:
    """The same tree with a column under another name."""
    if isinstance(node, tuple):
        return tuple(renamed(item, before, now) for item in node)
    if isinstance(node, tree.Column) and node.name == before:
        return dataclasses.replace(node, name=now)
    if isinstance(node, tree.Node):
        parts = {item.name: renamed(getattr(node, item.name), before, now) for item in dataclasses.fields(node)}  # type: ignore[arg-type] # a dataclass
        return dataclasses.replace(node, **parts)  # type: ignore[type-var] # a dataclass
    return node
