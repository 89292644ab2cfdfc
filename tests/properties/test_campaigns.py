"""Random campaigns on random rows: the engine, in each way that it has of computing them, and plain Python say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign_nb import activities
from campaign_nb.activity import Context
from campaign_nb.engine.compute import compute
from campaign_nb.engine.dry import dry_run, explain, population
from campaign_nb.engine.handed import Handed
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Output
from campaign_nb.engine.plan import Plan, checkpoint_of
from campaign_nb.engine.program import Program
from campaign_nb.engine.sources import ModelSources
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.graph.problems import compile_definition
from campaign_nb.rules import tree
from campaign_nb.steps import Step
from tests.properties.oracle import KEYS, Oracle
from tests.properties.plans import definitions, scored
from tests.properties.world import AS_OF, Tables, model_of, tables

RELAXED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])


def program_of(definition: Definition, found: Tables) -> Program:
    model = model_of(found)
    contexts = {label: Context(definition.name, label, definition.seed, model) for label in definition.nodes}
    return Program(compile_definition(definition, model), contexts, model, Moment(AS_OF))


def wanted(oracle: Oracle, program: Program, ref: Ref) -> list[tuple[Any, ...]]:
    """The rows of a transition as they should be: the key and the added columns, sorted by key."""
    names = [name for name in program.campaign.population(ref).extra if not name.startswith("_")]
    return [(key, *(oracle.found[ref][key].get(name) for name in names)) for key in sorted(oracle.found[ref])]


def everything(plan: Plan, program: Program) -> Mapping[Ref, pl.DataFrame]:
    """All transitions of a plan in one pass."""
    outputs: dict[Ref, Step] = {}
    for task in plan.stages[0].tasks:
        for port, step in task.compiled.ports.items():
            names = tuple(name for name in step.population.extra if not name.startswith("_"))
            outputs[Ref(task.label, port)] = output = Output(step, names)
            plan.moments[output] = task.moment
    deliver = dict.fromkeys(outputs.values(), _same)
    found = compute(plan.stages[0].tasks, plan, program.model, ModelSources(program.model), deliver)
    return {ref: found.delivered[output] for ref, output in outputs.items()}


def staged(program: Program, hands: bool) -> Mapping[Ref, int]:
    """The counts of all transitions, stage by stage, each on what the earlier ones stored, or also on what they handed on."""
    plan, stored, counts, handed = program.plan(staged=True), dict[str, pl.LazyFrame](), dict[Ref, int](), Handed()
    for stage in plan.stages:
        names = {ref: (*columns, *(stage.hands.get(ref, ()) if hands else ())) for ref, columns in stage.keeps.items()}
        outputs = {ref: Output(stage.step_of(ref), tuple(dict.fromkeys(columns))) for ref, columns in names.items()}
        plan.moments |= {output: plan.whole[ref.label].moment for ref, output in outputs.items()}
        held = handed.rows(stage) if hands else {}
        sources = ModelSources(program.model, {**stored, **held}, present=held)
        found = compute(stage.tasks, plan, program.model, sources, dict.fromkeys(outputs.values(), _same))
        kept = {ref: [*stage.step_of(ref).population.table.key, *stage.keeps[ref]] for ref in outputs}
        stored |= {
            checkpoint_of(ref): found.delivered[output].select(list(dict.fromkeys(kept[ref]))).lazy() for ref, output in outputs.items()
        }
        handed.take(plan, stage, {ref: found.delivered[output] for ref, output in outputs.items()})
        counts |= found.ports
    return counts


def _same(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows


def rows_of(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return sorted(frame.rows())


def check(definition: Definition, found: Tables, table: str, data: st.DataObject) -> None:
    program, oracle = program_of(definition, found), Oracle(definition, found, table)
    counted = dry_run(program).counted
    assert counted.ports == {ref: len(people) for ref, people in oracle.found.items()}
    for single, hands in ((False, False), (False, True), (True, False), (True, True)):
        assert staged(replace(program, single=single), hands) == counted.ports
    for ref, frame in everything(program.plan(staged=False), program).items():
        assert rows_of(frame) == wanted(oracle, program, ref), ref
    ref = data.draw(st.sampled_from(sorted(oracle.found, key=str)))
    assert rows_of(population(program, ref)) == wanted(oracle, program, ref), ref
    key = data.draw(st.sampled_from([row[KEYS[table]] for row in found[table]]))
    for stop in explain(program, (key,)).stops:
        node = definition.nodes[stop.activity]
        main = [port.name for port in node.activity.ports() if not port.complement]
        assert [port for port in stop.outputs if port in main] == [port for port in main if key in oracle.found[Ref(stop.activity, port)]]


@pytest.mark.parametrize("table", ["people", "orders"])
@RELAXED
@given(data=st.data())
def test_counts_rows_and_paths_are_those_of_plain_python(table: str, data: st.DataObject) -> None:
    found = data.draw(tables())
    if not found[table]:
        found["orders"] = [{"order": 10, "person": None, "amount": 1, "day": None, "item": None}]
    check(data.draw(definitions(table)), found, table, data)


def test_a_reason_from_before_is_read_after_a_later_reason_has_its_name() -> None:
    """An intersection's complement has a reason; an enrichment keeps it, and a filter's complement has one of its own."""
    people = [{"id": number, "age": 0, "tier": "gold", "email": "a@x.org", "city": "P"} for number in (1, 2, 3)]
    found: Tables = {"people": people, "cities": [], "regions": [{"name": "N", "big": True}], "orders": [], "lines": [], "visits": []}
    age, orders = tree.Column("age"), tree.Linked((tree.LinkStep("orders"),))
    nodes = [
        Node("All", activities.BuildAudience(dimension="people", rule=tree.Everybody())),
        Node("One", activities.Deduplicate(by=(age,), keep=1, order=(tree.Order(age, True),)), (Ref("All"),)),
        Node("Both", activities.Combine(mode="intersection"), (Ref("One"), Ref("One", "complement"))),
        Node("Kept", activities.Enrich(columns={"why": tree.Column("reason")}), (Ref("Both", "complement"),)),
        Node("Bought", activities.FilterRows(rule=tree.Exists(orders)), (Ref("Kept"),)),
        Node(
            "None",
            activities.FilterRows(rule=tree.Compare("=", tree.Aggregate("count", orders), tree.Constant(0))),
            (Ref("Bought", "complement"),),
        ),
        Node("Scored", activities.PythonCode.of(scored("s"), adds={"s": pl.Int64}), (Ref("None"),)),
    ]
    program = program_of(Definition("world", seed="s", nodes={node.label: node for node in nodes}), found)
    rows = everything(program.plan(staged=False), program)[Ref("Scored")]
    assert rows.select("id", "reason", "why").sort("id").rows() == [(2, "rule", "duplicate")]
