"""Random campaigns with random changes: what is reused, what is kept in memory and what is staged give the same."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import campaign_nb as cn
from campaign_nb import activities
from campaign_nb.activity import Activity, Context
from campaign_nb.engine.dry import dry_run, population
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.program import Program
from campaign_nb.engine.resident import RESIDENT
from campaign_nb.engine.reuse import Reuse
from campaign_nb.graph.definition import Definition, Ref
from campaign_nb.graph.problems import compile_definition
from tests.properties.asking import SOME
from tests.properties.plans import definitions, even, scored
from tests.properties.rules import rules
from tests.properties.test_campaigns import rows_of, staged
from tests.properties.world import AS_OF, SCHEMAS, Tables, frame_of, model_of, tables

FEW = settings(parent=SOME, deadline=None)
HOT = {"orders": ("amount", "day", "item"), "people": ("age", "tier"), "visits": ("seconds",), "lines": ("pieces",)}


def later() -> dt.datetime:
    """An hour after every change of a file."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)


@pytest.fixture(autouse=True, scope="module")
def settled() -> Iterator[None]:
    """Files that were just written count as settled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RESIDENT, "_now", later)
        yield


def written(folder: Path, found: Tables) -> cn.DataModel:
    """Return the data model of tables that lie in files."""
    paths = {name: str(folder / f"{name}.parquet") for name in SCHEMAS}
    for name, path in paths.items():
        frame_of(found, name).write_parquet(path)
    return model_of(found, paths)


def program_of(definition: Definition, model: cn.DataModel, as_of: dt.datetime = AS_OF) -> Program:
    """Return the program of a definition on a data model."""
    contexts = {label: Context(definition.name, label, definition.seed, model) for label in definition.nodes}
    return Program(compile_definition(definition, model), contexts, model, Moment(as_of))


def changed(data: st.DataObject, activity: Activity, label: str, table: str) -> Activity:
    """Return an activity with one other option, of those that leave the columns of its rows as they are."""
    match activity:
        case activities.BuildAudience() | activities.FilterRows():
            return replace(activity, rule=data.draw(rules(table, {})))
        case activities.Deduplicate():
            return replace(activity, keep=data.draw(st.integers(0, 3)))
        case activities.Wait():
            return replace(activity, duration=dt.timedelta(days=data.draw(st.sampled_from([1, 2, 60, 90]))))
        case activities.PythonCode():
            function = data.draw(st.sampled_from([scored(f"{label}s"), lambda rows: scored(f"{label}s")(even(rows))]))
            return replace(activity, function=function)
        case activities.Split():
            parts: dict[str, Any] = dict(activity.parts)
            shares = [name for name, part in parts.items() if type(part) is activities.Share]
            parts |= {name: activities.Share(0.05) for name in shares[:1]}
            return replace(activity, parts=parts)
        case _:
            return activity


def next_step(data: st.DataObject, definition: Definition, folder: Path, table: str) -> tuple[Definition, dt.datetime]:
    """Change one thing: an activity, the seed, what *now* means, or the rows of a file."""
    what = data.draw(st.sampled_from(["activity", "activity", "activity", "activity", "seed", "now", "rows"]))
    if what == "activity":
        label = data.draw(st.sampled_from(sorted(definition.nodes)))
        node = definition.nodes[label]
        definition = definition.with_node(replace(node, activity=changed(data, node.activity, label, table)))
    elif what == "seed":
        definition = replace(definition, seed=definition.seed + "x")
    elif what == "rows":
        name = data.draw(st.sampled_from(["people", "orders"]))
        rows = pl.read_parquet(folder / f"{name}.parquet")
        part = folder / "part"
        (rows.head(max(1, rows.height - 1)) if name == "people" else rows.head(rows.height // 2)).write_parquet(part)
        os.replace(part, folder / f"{name}.parquet")
    return definition, AS_OF + dt.timedelta(days=60) if what == "now" else AS_OF


@pytest.mark.parametrize("table", ["people", "orders"])
@FEW
@given(data=st.data())
def test_what_is_reused_is_what_is_computed_and_what_is_staged(table: str, data: st.DataObject) -> None:
    found = data.draw(tables())
    found["orders"] = found["orders"] or [{"order": 10, "person": None, "amount": 1, "day": None, "item": None}]
    definition, as_of, reuse = data.draw(definitions(table)), AS_OF, Reuse(later)
    with tempfile.TemporaryDirectory() as name:
        model = written(Path(name), found)
        for _ in range(4):
            program = program_of(definition, model, as_of)
            plan = program.plan(staged=False)
            for reference, rows in reuse.part(program, plan).stored.items():
                label, port = reference.removeprefix("reuse:").split("\x1f")
                known = rows.collect()
                asked = population(program, Ref(label, port), [column for column in known.columns if column in SCHEMAS[table]])
                assert rows_of(known.select(asked.columns)) == rows_of(asked)
            again, alone = dry_run(program, reuse=reuse), dry_run(program, reuse=None)
            assert (again.counted, again.messages) == (alone.counted, alone.messages)
            assert staged(program, hands=True) == again.counted.ports
            if not again.counted.ports[next(iter(again.counted.ports))]:
                break
            definition, as_of = next_step(data, definition, Path(name), table)
            if definition.nodes and not pl.read_parquet(Path(name) / f"{table}.parquet").height:
                break


@pytest.mark.parametrize("table", ["people", "orders"])
@FEW
@given(data=st.data())
def test_columns_kept_in_memory_change_no_count_and_no_row(table: str, data: st.DataObject) -> None:
    found = data.draw(tables())
    found["orders"] = found["orders"] or [{"order": 10, "person": None, "amount": 1, "day": None, "item": None}]
    definition, hot = data.draw(definitions(table)), data.draw(st.sets(st.sampled_from(sorted(HOT)), min_size=1))
    with tempfile.TemporaryDirectory() as name:
        model = written(Path(name), found)
        program = program_of(definition, model)
        alone = dry_run(program, reuse=None)
        ref = data.draw(st.sampled_from(sorted(alone.counted.ports, key=str)))
        rows = rows_of(population(program, ref))
        whole = data.draw(st.booleans())
        for label in hot:
            model.keep_in_memory(label, *(() if whole else HOT[label]))
        kept = dry_run(program, reuse=None)
        assert (kept.counted, kept.messages) == (alone.counted, alone.messages)
        assert rows_of(population(program, ref)) == rows
        model.drop_from_memory()
