"""Why one person is where they are: the path through a run, and the first thing that dropped them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from campaign_nb.engine.backends.polars.flow import Base, Flow
from campaign_nb.engine.backends.polars.links import rows_of
from campaign_nb.engine.backends.polars.lower import lower
from campaign_nb.engine.backends.polars.lowering import Lowering
from campaign_nb.engine.backends.polars.steps_filter import reasons_of
from campaign_nb.engine.compute import computed
from campaign_nb.engine.optimise.columns import Columns
from campaign_nb.engine.plan import Plan, Task, counted_steps
from campaign_nb.engine.sources import ModelSources
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.schema import Schema
from campaign_nb.rules.sentence import sentence
from campaign_nb.steps import Filter, Step


@dataclass(frozen=True, slots=True)
class Stop:
    """One activity on a person's path.

    The outputs that they left by, or why they did not.
    """

    activity: str
    outputs: tuple[str, ...]
    reason: str = ""
    rule: str = ""
    values: tuple[tuple[str, Any], ...] = ()


def path_of(plan: Plan, schema: Schema, sources: ModelSources, key: tuple[Any, ...]) -> list[Stop]:
    """Return the activities that a person reached, in order; where they were left out, the reason and the values seen.

    Shape: one entry per activity whose input holds the key, or which starts with it. Cost: as a run.
    Errors: a key of another shape than that of the tables.
    """
    tasks = list(plan.whole.values())
    counted = counted_steps(tasks)
    columns = Columns(counted, plan.moment_of)
    lowered = lower(columns, schema, sources, counted, explain=True)
    seen = _Seen(lowered, key)
    for step in counted:
        seen.ask(step, lowered.flows[step])
    drops = [step for task in tasks for step in task.compiled.drops]
    for step in drops:
        if step in lowered.checked:
            flow, masks = lowered.checked[step]
            for position, mask in enumerate(masks):
                seen.ask((step, position), Flow(flow.base), mask.expr)
    seen.find()
    return [stop for task in tasks if (stop := _stop(seen, columns, lowered, task)) is not None]


class _Seen:
    """One person's row of each frame, and which conditions it meets."""

    def __init__(self, lowered: Lowering, key: tuple[Any, ...]) -> None:
        self._lowered, self._key = lowered, key
        self._asked: dict[Base, dict[str, pl.Expr]] = {}
        self._places: dict[object, tuple[Base, str]] = {}
        self._keys: dict[Base, tuple[str, ...]] = {}
        self.rows: dict[Base, Mapping[str, Any]] = {}

    def ask(self, name: object, flow: Flow, extra: pl.Expr | None = None) -> None:
        """Ask whether the person is in a flow, or meets a condition on its frame."""
        step = name if isinstance(name, Step) else name[0] if isinstance(name, tuple) else None  # pyright: ignore[reportUnknownVariableType] # a step, or a step and a position
        assert isinstance(step, Step)
        table = step.population.table
        if len(table.key) != len(self._key):
            raise DefinitionError(
                Problem(
                    "explain",
                    f"a key of {len(self._key)} values",
                    f"the key of {table.label!r}: {', '.join(table.key)}",
                    "run.explain(key)",
                )
            )
        self._keys[flow.base] = table.key
        where = flow.where()
        parts = [part for part in (where, extra) if part is not None]
        asked = self._asked.setdefault(flow.base, {})
        column = f"__a{len(asked)}"
        asked[column] = pl.all_horizontal(parts) if parts else pl.lit(True)
        self._places[name] = (flow.base, column)

    def find(self) -> None:
        """Read the person's row of every frame in one pass."""
        frames: list[pl.LazyFrame] = []
        for base, asked in self._asked.items():
            same = [pl.col(name) == pl.lit(value) for name, value in zip(self._keys[base], self._key, strict=True)]
            frames.append(base.frame.filter(same).with_columns(expr.alias(name) for name, expr in asked.items()))
        for base, found in zip(self._asked, computed(frames), strict=True):
            if found.height:
                self.rows[base] = found.row(0, named=True)

    def holds(self, name: object) -> bool:
        """Tell whether the person is there, or meets the condition."""
        base, column = self._places[name]
        return bool(self.rows.get(base, {}).get(column))

    def asked(self, name: object) -> bool:
        """Tell whether a condition was asked for."""
        return name in self._places


def _stop(seen: _Seen, columns: Columns, lowered: Lowering, task: Task) -> Stop | None:
    ports = task.compiled.ports
    outputs = tuple(port for port, step in ports.items() if seen.asked(step) and seen.holds(step))
    inside = any(seen.holds(step) for step in task.inputs)
    main = [port.name for port in task.activity.ports() if not port.complement]
    if outputs and (not main or any(port in main for port in outputs)):
        return Stop(task.label, outputs)
    if task.inputs and not inside:
        return None
    for step in task.compiled.drops:
        stop = _dropped(seen, columns, lowered, task, step)
        if stop is not None:
            return stop
    if not task.inputs:
        return _not_taken(seen, columns, lowered, task)
    return Stop(task.label, outputs, "" if not main else "in no output")


def _dropped(seen: _Seen, columns: Columns, lowered: Lowering, task: Task, step: Step) -> Stop | None:
    reasons = reasons_of(step)
    if step not in lowered.checked:
        return None if seen.holds(step) else Stop(task.label, (), reasons[-1])
    for position, reason in enumerate(reasons[: len(lowered.checked[step][1])]):
        if not seen.holds((step, position)):
            rule = step.checks[position].rule if isinstance(step, Filter) else None
            values = _values(seen, columns, lowered, step, position)
            return Stop(task.label, (), reason, sentence(rule) if rule is not None else "", values)
    return None


def _not_taken(seen: _Seen, columns: Columns, lowered: Lowering, task: Task) -> Stop:
    step = next(iter(task.compiled.ports.values()))
    if isinstance(step, Filter) and step in lowered.checked:
        flow, masks = lowered.checked[step]
        row = seen.rows.get(flow.base)
        if row is None:
            return Stop(task.label, (), "no such key in the table")
        values = _values(seen, columns, lowered, step, 0)
        del masks
        return Stop(task.label, (), "rule", sentence(step.checks[0].rule), values)
    return Stop(task.label, (), "not a member")


def _values(seen: _Seen, columns: Columns, lowered: Lowering, step: Step, position: int) -> tuple[tuple[str, Any], ...]:
    """Return what the failed check saw: the columns it read and the values of linked rows."""
    if not isinstance(step, Filter):
        return ()
    flow = lowered.checked[step][0]
    row = seen.rows.get(flow.base, {})
    reading = columns.read(step.checks[position].rule, step.source, columns.moment_of(step))
    found: list[tuple[str, Any]] = [(name, row[name]) for name in sorted(reading.columns) if name in row]
    for leaf in reading.leaves:
        name = flow.base.derived.get(leaf)
        if name is not None and name in row:
            linked = rows_of(leaf.node)
            text = (
                sentence(leaf.node) if linked is not None else ".".join((*getattr(leaf.node, "path", ()), getattr(leaf.node, "name", "")))
            )
            found.append((text, row[name]))
    return tuple(found)


def stops_frame(stops: Sequence[Stop]) -> pl.DataFrame:
    """Return a path as a frame: activity, outputs, reason, rule, values."""
    rows = [
        (stop.activity, ", ".join(stop.outputs), stop.reason, stop.rule, "; ".join(f"{name} = {value}" for name, value in stop.values))
        for stop in stops
    ]
    names: list[str] = ["activity", "outputs", "reason", "rule", "values"]
    schema = dict.fromkeys(names, pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
