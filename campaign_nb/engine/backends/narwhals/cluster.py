"""A dry run on a cluster: everything computed and counted there; nothing but counts comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary, finalize

import narwhals as nw
from pyspark.errors import PySparkException

from campaign_nb.data.fault import reason_of
from campaign_nb.data.model import TableInfo
from campaign_nb.engine.backends.narwhals import spark, spark_frames
from campaign_nb.engine.backends.narwhals.flow import Base, Flow, every
from campaign_nb.engine.backends.narwhals.lowering import Lowering
from campaign_nb.engine.backends.narwhals.refusal import ENGINE, Refusal
from campaign_nb.engine.backends.narwhals.sources import ClusterSources, sent
from campaign_nb.engine.backends.narwhals.steps import LOWER
from campaign_nb.engine.backends.narwhals.validate import problem, refusals
from campaign_nb.engine.backends.polars.steps_filter import reasons_of
from campaign_nb.engine.compute import Counted, account
from campaign_nb.engine.dry import DryResult
from campaign_nb.engine.optimise.columns import Columns, Output
from campaign_nb.engine.plan import Plan, Task, counted_steps
from campaign_nb.engine.program import Program
from campaign_nb.engine.sources import refuse_drift
from campaign_nb.errors import CampaignError, DataError, Problem, RunError
from campaign_nb.graph.definition import Ref
from campaign_nb.messages.content import WITHOUT
from campaign_nb.rules import tree
from campaign_nb.steps import Render, Scan, Step, order_of_steps


class Cluster:
    """A campaign on a session of a cluster, for one instant."""

    def __init__(self, connect: Callable[[], Any], program: Program) -> None:
        """Check the campaign, then take over a session: it is set to UTC, and to null where something does not fit.

        Errors: everything that does not run there, by activity, all together.
        """
        self._program = program
        self._plan = program.plan(staged=False)
        self._tasks = self._plan.stages[0].tasks
        problems = refusals(self._plan, self._tasks)
        if problems:
            raise RunError(*problems, subject=f"campaign {self._plan.definition.name!r} on {ENGINE}" if len(problems) > 1 else "")
        self._kept: tuple[Lowering, dict[str, Render]] | None = None
        self._session = connect()
        for name, value in spark.SETTINGS.items():
            self._session.conf.set(name, value)

    def dry_run(self, *, count: bool = True) -> DryResult:
        """Count every transition, every reason and what messages show, in one job.

        The cluster keeps the frames that several read while this object lives, so that messages are written without counting anew.
        Errors: null or repeated keys, a source that the cluster can't read, a contract that does not hold.
        """
        counted = counted_steps(self._tasks) if count else []
        renders = self._renders()
        lowered = self._lowered([*counted, *renders.values()], counted)
        counters, unchecked = _Counters(), self._unchecked(lowered)

        def gathered() -> dict[object, int]:
            for step in counted:
                counters.add(step, lowered.flows[step])
            for step in (step for task in self._tasks for step in task.compiled.drops if count):
                _count_reasons(counters, lowered, step)
            for step in renders.values():
                counters.summarise(step, lowered)
            for label, (_, key) in unchecked.items():
                counters.keys(label, lowered.sources.scan(label), key)
            return counters.read(lowered)

        try:
            found = self._computed(gathered)
        except BaseException:
            lowered.release()
            raise
        self._keep(lowered, renders)
        _check_keys(found, {label: key for label, (_, key) in unchecked.items()})
        _checked.update({self._program.model.infos[label]: state for label, (state, _) in unchecked.items()})
        result = Counted()
        for task in self._tasks if count else ():
            account(task, found, result)
        return DryResult(result, {label: counters.summary(step, found) for label, step in renders.items()})

    def frame(self, ref: Ref, columns: Sequence[str] = ()) -> Any:
        """Return the rows of a transition as the cluster's own frame."""
        output = self._output(ref, columns)
        return self._lowered([output], [], keeping=False).delivered[output]().to_native()

    def messages(self, label: str) -> Any:
        """Return the messages of an activity as the cluster's own frame."""
        step = self._renders().get(label)
        if step is None:
            raise RunError(Problem(f"activity {label!r}", "it sends no messages", "a message activity", "run.messages lists them"))
        return _parts(self._lowered([step], [], keeping=False).delivered[step](), step)

    def write(self, folder: str, *, messages: bool = True, populations: bool = True) -> list[str]:
        """Let the cluster write populations, messages or both, in one pass over frames that it keeps meanwhile; return the folders."""
        renders = self._renders() if messages else {}
        refs = [Ref(task.label, port) for task in self._tasks for port in task.compiled.ports] if populations else []
        outputs = {ref: self._output(ref) for ref in refs}
        if not renders and not outputs:
            return []
        if not outputs and self._kept is not None:
            lowered, renders = self._kept
            frames = {_place(folder, "messages", label): _parts(lowered.delivered[step](), step) for label, step in renders.items()}
            self._write(frames)
            return list(frames)
        lowered = self._lowered([*outputs.values(), *renders.values()], [])
        frames = {_place(folder, "messages", label): _parts(lowered.delivered[step](), step) for label, step in renders.items()}
        for ref, step in outputs.items():
            frames[_place(folder, "populations", ref.label, ref.port)] = lowered.delivered[step]().to_native()
        try:
            self._computed(lowered.hold)
            self._write(frames)
        finally:
            lowered.release()
        return list(frames)

    def _write(self, frames: Mapping[str, Any]) -> None:
        for where, rows in frames.items():
            self._computed(partial(rows.write.mode("overwrite").parquet, where))

    def _keep(self, lowered: Lowering, renders: dict[str, Render]) -> None:
        if self._kept is not None:
            self._kept[0].release()
        self._kept = (lowered, renders)
        finalize(self, _released, lowered)

    def _renders(self) -> dict[str, Render]:
        steps = ((task.label, effect.step) for task in self._tasks for effect in task.compiled.effects)
        return {label: step for label, step in steps if isinstance(step, Render)}

    def _output(self, ref: Ref, columns: Sequence[str] = ()) -> Output:
        step = self._plan.whole[ref.label].compiled.ports[ref.port]
        known = step.population
        names = [name for name in known.extra if not name.startswith("_")] + [name for name in columns if name not in known.table.key]
        output = Output(step, tuple(dict.fromkeys(names)))
        self._plan.moments[output] = self._plan.whole[ref.label].moment
        return output

    def _lowered(self, ends: Sequence[Step], counted: Sequence[Step], *, keeping: bool = True) -> Lowering:
        sources = ClusterSources(self._session, self._program.model, self._program.stored)
        lowered = Lowering(Columns(ends, self._plan.moment_of), self._program.model, sources, counted, LOWER, self._events, keeping=keeping)
        try:
            self._computed(lowered.run)
        except Refusal as refusal:
            lowered.release()
            raise RunError(problem(self._task_of(self._plan, lowered.doing), refusal)) from None
        except BaseException:
            lowered.release()
            raise
        return lowered

    def _events(self, node: tree.Behaviour, lowered: Lowering) -> nw.LazyFrame[Any] | None:
        """Return people with an event: those of this run whom it would send to, or what was recorded, sent there."""
        if node.campaign == self._plan.definition.name and node.activity in self._plan.whole:
            if node.event != "sent":
                return None
            step = self._plan.whole[node.activity].compiled.ports["out"]
            key = step.population.table.key
            return lowered.flows[step].rows().select(*(nw.col(name).alias(f"key_{i}") for i, name in enumerate(key)))
        recorded = None if self._program.events is None else self._program.events(node, lowered)  # type: ignore[arg-type] # unread
        return None if recorded is None else sent(self._session, recorded.collect(engine="streaming"))

    def _computed(self, make: Callable[[], Any]) -> Any:
        """Call something of the cluster's; a source that has changed is blamed first."""
        try:
            return _computed(make, self._tasks)
        except RunError as error:
            refuse_drift(self._program.model.infos.values(), error)
            raise

    def _task_of(self, plan: Plan, step: Step | None) -> Task:
        for task in plan.whole.values():
            ends = [*task.compiled.ports.values(), *task.compiled.drops, *(effect.step for effect in task.compiled.effects)]
            if step in order_of_steps(ends):
                return task
        return next(iter(plan.whole.values()))

    def _unchecked(self, lowered: Lowering) -> dict[str, tuple[object, tuple[str, ...]]]:
        """Return the state and the key of the tables whose keys were not yet checked in that state."""
        tables = {step.rows.table.label: step.rows.table.key for step in lowered.columns.steps if isinstance(step, Scan)}
        infos = self._program.model.infos
        states = {label: infos[label].source.fingerprint() for label in tables}
        return {label: (state, tables[label]) for label, state in states.items() if _checked.get(infos[label], None) != state}


def _released(lowered: Lowering) -> None:
    """Let the cluster forget what it kept for a run that nobody holds any more; a session that is over has forgotten it."""
    with suppress(Exception):
        lowered.release()


_checked: WeakKeyDictionary[TableInfo, object] = WeakKeyDictionary()
"""The state in which each table's keys were found to be in order."""


class _Counters:
    """Gathers counts per frame, so that all counts of a frame are one row of one job."""

    def __init__(self) -> None:
        self._selects: dict[Base, dict[str, nw.Expr]] = {}
        self._before: dict[Base, list[nw.Expr]] = {}
        self._places: dict[object, tuple[Base, str]] = {}

    def _put(self, name: object, base: Base, expr: nw.Expr) -> None:
        selects = self._selects.setdefault(base, {})
        column = f"n{len(selects)}"
        selects[column], self._places[name] = expr, (base, column)

    def add(self, name: object, flow: Flow, *extra: nw.Expr) -> None:
        """Count the rows of a flow, or those of them that meet further conditions."""
        where = every([*flow.masks, *extra])
        self._put(name, flow.base, nw.len() if where is None else _number(where))

    def summarise(self, step: Render, lowered: Lowering) -> None:
        """Count messages, empty parts and empty columns, and find the longest parts.

        Every part is one more column of the frame that the messages share with others, null for those who get none.
        """
        flow, resolver = lowered.flows[step], lowered.resolver(step, step.source)
        self.add((step, "messages"), flow)
        texts, where = self._before.setdefault(flow.base, []), flow.where()
        for name, node in step.parts:
            part, value = f"__text{len(texts)}", resolver.value(node)
            texts.append((value if where is None else nw.when(where).then(value)).alias(part))
            if name.startswith(WITHOUT):
                self.add((step, f"without {name.removeprefix(WITHOUT)}"), flow, nw.coalesce(nw.col(part), nw.lit(False)))
                continue
            self._put((step, f"{name} longest"), flow.base, nw.col(part).str.len_chars().max())
            nothing = nw.col(part).is_null() | nw.coalesce(nw.col(part) == "", nw.lit(False))
            self.add((step, f"{name} empty"), flow, nothing)

    def summary(self, step: Step, found: Mapping[object, int]) -> dict[str, Any]:
        """Return what was counted of messages."""
        names = [place[1] for place in self._places if isinstance(place, tuple) and place[0] is step and isinstance(place[1], str)]
        longest = [name for name in names if name.endswith(" longest")]
        empty = [name for name in names if name.endswith(" empty")]
        known: dict[str, Any] = dict.fromkeys(longest) if not found[step, "messages"] else {name: found[step, name] for name in longest}
        others = {name: found[step, name] for name in (*empty, *(name for name in names if name.startswith("without ")))}
        return {"messages": found[step, "messages"], **known, **others}

    def keys(self, label: str, rows: nw.LazyFrame[Any], key: Sequence[str]) -> None:
        """Count rows, null keys and different keys of a table."""
        known = nw.all_horizontal(*(~nw.col(name).is_null() for name in key), ignore_nulls=False)
        self._put(("keys", label), Base(rows), nw.len())
        self._put(("null", label), Base(rows), _number(~known))
        self._put(("distinct", label), Base(rows.filter(known).select(*key).unique()), nw.len())

    def read(self, lowered: Lowering) -> dict[object, int]:
        """Compute all counts in one job."""
        parts: list[tuple[Any, list[str]]] = []
        for base, exprs in self._selects.items():
            frame, before = base.read(), self._before.get(base)
            frame = frame.with_columns(*before) if before else frame
            parts.append((frame.select(*(expr.alias(name) for name, expr in exprs.items())).to_native(), list(exprs)))
        lowered.hold()
        rows = dict(zip(self._selects, spark_frames.counted(parts), strict=True))
        return {name: rows[base][int(column[1:])] or 0 for name, (base, column) in self._places.items()}


def _place(folder: str, *names: str) -> str:
    return "/".join([folder, *(quote(name, safe=" ") for name in names)])


def _parts(rows: nw.LazyFrame[Any], step: Render) -> Any:
    """Return messages without what was only counted."""
    keys = [f"key_{i}" for i in range(len(step.population.table.key))]
    return rows.select(*keys, "address", *(name for name, _ in step.parts if not name.startswith(WITHOUT))).to_native()


def _number(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def _count_reasons(counters: _Counters, lowered: Lowering, step: Step) -> None:
    reasons, checked = reasons_of(step), lowered.checked.get(step)
    if checked is None or len(checked[1]) != len(reasons):
        return
    flow, masks = checked
    for position, mask in enumerate(masks):
        counters.add((step, position), flow, *masks[:position], ~mask)


def _check_keys(found: Mapping[object, int], keys: Mapping[str, tuple[str, ...]]) -> None:
    problems: list[Problem] = []
    for label, key in keys.items():
        rows, nulls, distinct = found["keys", label], found["null", label], found["distinct", label]
        names, where = ", ".join(key), f"table {label!r}"
        if not rows:
            problems.append(Problem(where, "it has no rows", "at least one row", "check the source"))
        if nulls:
            problems.append(
                Problem(where, f"{_rows(nulls, 'has', 'have')} a null in the key {names}", "a value in every row", "repair the source")
            )
        if rows - nulls > distinct:
            what = f"{_rows(rows - nulls - distinct, 'repeats', 'repeat')} a key {names}"
            problems.append(Problem(where, what, "each key once", "another key, or a source without repeats"))
    if problems:
        raise DataError(*problems, subject="the data" if len(problems) > 1 else "")


def _rows(count: int, one: str, many: str) -> str:
    return f"1 row {one}" if count == 1 else f"{count:,} rows {many}"


def _computed(make: Callable[[], Any], tasks: Sequence[Task]) -> Any:
    """Call something of the cluster's; what it raises names the activities, never people's data."""
    try:
        return make()
    except (CampaignError, Refusal):
        raise
    except Exception as error:
        labels = ", ".join(repr(task.label) for task in tasks[:6])
        condition = error.getCondition() if isinstance(error, PySparkException) else None
        what = f"{ENGINE} can't compute them: {condition or reason_of(error)}"  # the text may quote people's data
        expected = "files that every node of the cluster can read, with the columns and types of their declaration"
        raise RunError(Problem(f"activities {labels} on {ENGINE}", what, expected, "shop.check()")) from error
