"""What activities do to rows: empty inputs, declared columns, accounts, order, repetition, chance, nulls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import polars as pl

from campaign_nb.data.types import field_of
from campaign_nb.errors import Problem, listed
from campaign_nb.rules.tree import Type
from campaign_nb.testing.run import EFFECT
from campaign_nb.testing.trial import Trial


def _columns(trial: Trial) -> Iterator[Problem]:
    """Yield outputs that are not as declared."""
    yield from _declared(trial, "columns", trial.outputs)


def _declared(trial: Trial, where: str, outputs: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    for port, rows in outputs.items():
        known = trial.populations[port].columns
        declared = {name: item.type for name, item in known.items() if not name.startswith("_")}
        found = {name: field_of(name, kind).type for name, kind in rows.schema.items()}
        if list(found) != list(declared):
            yield Problem(where, f"output {port!r} has the columns {listed(list(found))}", f"as declared: {listed(list(declared))}")
        for name, kind in declared.items():
            if Type.UNKNOWN not in (kind, found.get(name, kind)) and found.get(name, kind) is not kind:
                yield Problem(where, f"column {name!r} of output {port!r} is {found[name]}", f"as declared: {kind}")


def _empty(trial: Trial) -> Iterator[Problem]:
    """Yield rows that come from nothing."""
    outputs = {port: rows for port, rows in trial.play(trial.world.empty()).items() if not port.startswith(EFFECT)}
    for port, rows in outputs.items():
        if rows.height and trial.reads_tables():
            yield Problem("empty input", f"output {port!r} has {rows.height} rows", "no row")
    yield from _declared(trial, "empty input", outputs)


def _unique(trial: Trial) -> Iterator[Problem]:
    """Yield outputs with a key twice."""
    for port in trial.outputs:
        keys = trial.keys_of(port)
        if len(set(keys)) != len(keys):
            yield Problem("keys", f"{len(keys) - len(set(keys))} rows of output {port!r} repeat a key", "each key once")


def _accounted(trial: Trial) -> Iterator[Problem]:
    """Yield rows that are nowhere, or somewhere twice."""
    how, given = trial.activity.accounting(), trial.keys()
    if how == "creates" or not given:
        return
    where = "row-count contract"
    complement = any(port.complement for port in trial.activity.ports())
    if any(known.table.label != trial.world.main for known in trial.populations.values()):
        out, told = sum(rows.height for rows in trial.outputs.values()), 0 if complement else trial.reasons()
        if out + told != len(given[0]):
            yield Problem(where, f"{len(given[0])} rows came in, {out + told} went out or have a reason", "every row once, by number")
        return
    outputs: dict[str, set[object]] = {port: set(trial.keys_of(port)) for port in trial.outputs}
    for port, keys in outputs.items():
        if keys - set().union(*given):
            yield Problem(where, f"output {port!r} has keys that it was not given", 'keys of its inputs, or rows = "creates"')
        if how == "copies" and keys != given[0]:
            yield Problem(where, f"output {port!r} has {len(keys)} of {len(given[0])} rows", 'all of them, or rows = "partitions"')
    if how == "copies":
        return
    left = {key for keys in outputs.values() for key in keys}
    if sum(map(len, outputs.values())) != len(left):
        yield Problem(where, "a row leaves by two outputs", "one output for each row")
    lost = len(given[0] - left)
    told = 0 if complement else trial.reasons()
    if lost > told or (len(given) == 1 and not complement and lost != told):
        yield Problem(
            where, f"{lost} rows are in no output, {told} are counted with a reason", "a complement or a reason for each", "drops="
        )


def _unmoved(trial: Trial) -> Iterator[Problem]:
    """Yield what depends on how rows lie."""
    ways = {"the order of rows": trial.world.shuffled, "chunks": trial.world.chunked, "the order of columns": trial.world.turned}
    for what, way in ways.items():
        for port in _unlike(trial.first[0], trial.play(way())):
            yield Problem("order", f"{what} changes {_called(port)}", "rows told apart by their values and keys alone")


def _repeated(trial: Trial) -> Iterator[Problem]:
    """Yield what is different the second time."""
    for port in _unlike(trial.first[0], trial.play(trial.world)):
        yield Problem("repetition", f"{_called(port)} differs on a second run", "the same rows; chance from the seed", "a Bucket step")


def _seeded(trial: Trial) -> Iterator[Problem]:
    """Yield what depends on the seed although no chance has a part in it."""
    if trial.draws():
        return
    for port in _unlike(trial.first[0], trial.play(trial.world, "another seed")):
        yield Problem("seed", f"{_called(port)} depends on the seed", "chance by the stable hash of the key", "a Bucket step")


def _nulls(trial: Trial) -> Iterator[Problem]:
    """Yield what nulls break: the run, or the declared columns."""
    outputs = {port: rows for port, rows in trial.play(trial.world.nulled()).items() if not port.startswith(EFFECT)}
    yield from _declared(trial, "nulls", outputs)


def _apart(trial: Trial) -> Iterator[Problem]:
    """Yield what one more person changes for the others."""
    more = trial.world.joined_by_one() if trial.row_wise else None
    if more is None:
        return
    world, new = more
    name = trial.world.key[0]
    found = {port: rows.filter(pl.col(_first(rows, name)) != new) for port, rows in trial.play(world).items()}
    for port in _unlike(trial.first[0], found):
        yield Problem("one more person", f"{_called(port)} changes for the others", "what hangs on a row alone, or row_wise=False")


def _first(rows: pl.DataFrame, name: str) -> str:
    return name if name in rows.columns else rows.columns[0]


def _called(port: str) -> str:
    return port if port.startswith(EFFECT) else f"output {port!r}"


def _unlike(one: Mapping[str, pl.DataFrame], two: Mapping[str, pl.DataFrame]) -> list[str]:
    return [port for port, rows in one.items() if port not in two or not rows.equals(two[port]) or rows.schema != two[port].schema]


ROW_CHECKS: Mapping[str, Callable[[Trial], Iterator[Problem]]] = {
    "columns": _columns,
    "empty input": _empty,
    "keys": _unique,
    "row-count contract": _accounted,
    "order": _unmoved,
    "repetition": _repeated,
    "seed": _seeded,
    "nulls": _nulls,
    "one more person": _apart,
}
