"""Random campaigns that choose their way: a dry run, plain Python and a live run in pieces agree on all of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, update

import campaign_nb as cn
from campaign_nb.activity import Context, Effect, Notice
from campaign_nb.engine.dry import DryResult, dry_run, population
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.pace import way_of
from campaign_nb.engine.plan import Task
from campaign_nb.engine.program import Program
from campaign_nb.engine.runner import STEPS, Runner
from campaign_nb.graph.definition import Definition, Ref
from campaign_nb.graph.document import to_json
from campaign_nb.graph.problems import compile_definition
from campaign_nb.store import campaigns, files, runs, schema
from campaign_nb.store.database import Store
from campaign_nb.store.files import Written
from campaign_nb.store.runs import RunRecord
from tests.properties.asking import SOME
from tests.properties.flow_oracle import FlowOracle
from tests.properties.flows import VARIABLES, flows
from tests.properties.world import AS_OF, Tables, model_of, tables

FEW = settings(parent=SOME, deadline=None)


def program_of(definition: Definition, found: Tables, before: Mapping[Ref, int]) -> Program:
    """The program of a run that comes after one with these numbers."""
    model = model_of(found)
    contexts = {label: Context(definition.name, label, definition.seed, model) for label in definition.nodes}
    start = Moment(AS_OF, variables=tuple(VARIABLES.items()))
    return Program(compile_definition(definition, model), contexts, model, start, previous=before)


@dataclass
class Told:
    """Keeps what a run would send and tell."""

    messages: dict[str, int] = field(default_factory=dict[str, int])
    alerts: list[str] = field(default_factory=list[str])

    def write(self, run: RunRecord, task: Task, effect: Effect, rows: pl.DataFrame) -> list[Written]:
        self.messages[task.label] = rows.height
        return []

    def commit(self, connection: Connection, run: RunRecord, task: Task, effect: object, *written: object) -> None:
        if isinstance(effect, Notice):
            self.alerts.append(task.label)


@dataclass
class Live:
    """A live run that is over."""

    ports: Mapping[Ref, int]
    shut: set[Ref]
    states: Mapping[str, str]
    notes: Mapping[str, str]
    told: Told
    rows: Mapping[Ref, pl.DataFrame]


@contextmanager
def store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        made = Store.open(Path(folder))
        yield made
        made.close()


def live(program: Program, *, mode: str = "live", at_a_time: int | None = None) -> Live:
    """A live run of a program; some stages at a time, each time by a runner that knows nothing of the one before."""
    definition, clock, told = program.campaign.definition, cn.ManualClock(AS_OF), Told()
    with store() as kept:
        with kept.begin() as connection:
            record = campaigns.create(connection, definition.name, AS_OF)
            campaigns.save_version(connection, record.id, to_json(definition, strict=False), AS_OF)
            run = runs.start(connection, record.id, 1, AS_OF, AS_OF)
            connection.execute(update(schema.runs).values(mode=mode))
        for _ in range(200):
            runner = Runner(kept, clock, {"send": told}, lambda event: None, notifiers={"alert": told})
            run = runner.advance(run.id, program, stop=stopping(at_a_time))
            if run.state == "waiting" and run.due_at is not None:
                clock.set(max(run.due_at, clock.now()))
            if run.state not in ("running", "waiting"):
                break
        assert run.state == "done"
        with kept.read() as connection:
            way, counts = way_of(connection, run.id)
            tasks = runs.list_tasks(connection, run.id)
            found = {Ref(file.activity, file.channel): files.path_of(kept.folder, file) for file in files.list_files(connection)}
        rows = {ref: pl.read_parquet(path) for ref, path in found.items()}
        return Live(counts, way.ports, {task.activity: task.state for task in tasks}, way.notes, told, rows)


def stopping(after: int | None) -> Any:
    """What asks a runner to stop after some stages."""
    left = [0 if after is None else after]

    def stop() -> bool:
        left[0] -= 1
        return after is not None and left[0] < 0

    return stop


def befores(definition: Definition, data: st.DataObject) -> Mapping[Ref, int]:
    """Numbers of an earlier run, which may not have got everywhere."""
    refs = [Ref(label, port.name) for label, node in definition.nodes.items() for port in node.activity.ports()]
    return {ref: data.draw(st.sampled_from([0, 1, 3])) for ref in refs if data.draw(st.booleans())}


def check(program: Program, dry: DryResult, found: Live) -> None:
    assert found.ports == dry.counted.ports
    assert found.states == states(program, dry)
    assert found.notes == dry.way.notes
    assert found.shut == dry.way.ports
    assert found.told.messages == {label: item["messages"] for label, item in dry.messages.items()}
    told = [label for label, item in program.campaign.compiled.items() if item.notices and label not in dry.way.labels]
    assert sorted(found.told.alerts) == sorted(told)
    assert dry.program is not None
    for ref, rows in found.rows.items():
        names = population(dry.program, ref).columns
        assert sorted(rows.select(names).rows(), key=str) == sorted(population(dry.program, ref).rows(), key=str), ref


def states(program: Program, dry: DryResult) -> Mapping[str, str]:
    passed = {label: "warning" if label in dry.way.unfired else "skipped" for label in dry.way.labels}
    return {label: passed.get(label, "done") for label in program.campaign.order}


@FEW
@given(data=st.data())
def test_a_dry_run_goes_the_way_of_plain_python(data: st.DataObject) -> None:
    found, definition = data.draw(tables()), data.draw(flows())
    before = befores(definition, data)
    program = program_of(definition, found, before)
    dry, oracle = dry_run(program), FlowOracle(definition, found, VARIABLES, before)
    assert dry.counted.ports == {ref: len(people) for ref, people in oracle.found.items()}
    assert states(program, dry) == oracle.states
    assert dry.way.ports == oracle.shut


@FEW
@given(data=st.data())
def test_of_a_test_that_was_reached_one_way_is_open(data: st.DataObject) -> None:
    found, definition = data.draw(tables()), data.draw(flows())
    dry = dry_run(program_of(definition, found, befores(definition, data)))
    for label, node in definition.nodes.items():
        if node.activity.kind == "test" and label not in dry.way.labels and node.handling.when_empty != "stop":
            (way,) = [port.name for port in node.activity.ports() if Ref(label, port.name) not in dry.way.ports]
            assert dry.way.notes[label].partition(" (")[0] == way


@FEW
@given(data=st.data())
def test_a_live_run_in_pieces_and_one_in_single_steps_go_the_way_of_the_dry_run(data: st.DataObject) -> None:
    found, definition = data.draw(tables()), data.draw(flows())
    program = program_of(definition, found, befores(definition, data))
    dry = dry_run(program)
    check(program, dry, live(program))
    check(program, dry, live(program, at_a_time=data.draw(st.sampled_from([1, 1, 2]))))
    check(program, dry, live(program, mode=STEPS))
