"""What steps name: columns, links, functions and conditions, found by a walk through everything that they hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, cast

from campaign_nb.data.model import DataModel
from campaign_nb.engine.plan import Task
from campaign_nb.rules import tree
from campaign_nb.rules.functions import REGISTRY
from campaign_nb.steps import Population, Step, order_of_steps


def names_in(ends: Iterable[Step], columns: Iterable[str] = ()) -> frozenset[str]:
    """Return every name in steps and all that they read: of columns and links, of whatever table, rather too many than too few."""
    found = {part for step in order_of_steps(list(ends)) for part in parts_of(step) if isinstance(part, str)}
    return frozenset(word for name in (*found, *columns) for word in name.split("."))


def ends_of(tasks: Iterable[Task]) -> list[Step]:
    """Return the steps that some activities end in: their transitions, what leaves rows out, and their effects."""
    return [step for task in tasks for step in _ends(task)]


def own_steps(task: Task) -> list[Step]:
    """Return the steps that belong to an activity, not to its inputs."""
    above = set(order_of_steps(list(task.inputs)))
    return [step for step in order_of_steps(_ends(task)) if step not in above]


def _ends(task: Task) -> list[Step]:
    compiled = task.compiled
    return [*compiled.ports.values(), *compiled.drops, *(effect.step for effect in compiled.effects)]


def parts_of(step: Step) -> Iterator[Any]:
    """Yield the names, nodes and functions that a step holds, without those of the steps that it reads."""
    stack: list[Any] = [getattr(step, item.name) for item in dataclasses.fields(step)]
    while stack:
        part = stack.pop()
        if isinstance(part, Step | Population | tree.Constant) or part is None:
            continue
        if isinstance(part, str):
            yield part
        elif isinstance(part, Mapping):
            held = cast("Mapping[Any, Any]", part)
            stack.extend((*held.keys(), *held.values()))
        elif isinstance(part, tuple | list | set | frozenset):
            stack.extend(cast("Collection[Any]", part))
        elif dataclasses.is_dataclass(part) and not isinstance(part, type):
            if isinstance(part, tree.Node):
                yield part
            stack.extend(getattr(part, item.name) for item in dataclasses.fields(part))
            stack.append(getattr(part, "names", None))
        elif callable(part) and not isinstance(part, type):
            yield part


def with_link_columns(model: DataModel, names: Collection[str]) -> set[str]:
    """Return names together with those of the columns by which the links among them find rows."""
    found = set(names)
    for info in model.infos.values():
        for name, link in info.links.items():
            if name in names:
                found.update(column for pair in link.on for column in pair)
    return found


def tables_in(model: DataModel, ends: Iterable[Step], names: Collection[str]) -> list[str]:
    """Return every table that steps may read: those of their rows, and all that a link of a name in them can lead to."""
    found = {step.population.table.label for step in ends}
    found |= {link.to for info in model.infos.values() for name, link in info.links.items() if name in names}
    return sorted(found & model.infos.keys())


def reads_time(nodes: Iterable[Any]) -> bool:
    """Tell whether an answer may be another one at another time: any function of dates counts as one."""
    return any(isinstance(node, tree.Call) and (node.name not in REGISTRY or REGISTRY[node.name].category == "date") for node in nodes)
