"""What an activity's rules ask for: message behaviours, also moved to another campaign's name, sizes and variables."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from campaign_nb.activity import Activity
from campaign_nb.rules import tree

T = TypeVar("T")


def behaviours(activity: Activity) -> list[tree.Behaviour]:
    """Return the behaviours that the rules of an activity ask for, each once, in order."""
    nodes = (node for item in dataclasses.fields(activity) for node in _nodes(getattr(activity, item.name)))  # pyright: ignore[reportArgumentType] # every activity is a dataclass
    return list(dict.fromkeys(node for node in nodes if isinstance(node, tree.Behaviour)))


def sizes(activity: Activity) -> list[tree.Size]:
    """Return the sizes of transitions that decide in an activity, each once, in order."""
    if not activity.decides:
        return []
    nodes = (node for item in dataclasses.fields(activity) for node in _nodes(getattr(activity, item.name)))  # pyright: ignore[reportArgumentType] # every activity is a dataclass
    return list(dict.fromkeys(node for node in nodes if isinstance(node, tree.Size)))


def variables(activity: Activity) -> list[str]:
    """Return the names of the variables that the rules of an activity ask for, each once, in order."""
    nodes = (node for item in dataclasses.fields(activity) for node in _nodes(getattr(activity, item.name)))  # pyright: ignore[reportArgumentType] # every activity is a dataclass
    return list(dict.fromkeys(node.name for node in nodes if isinstance(node, tree.Variable)))


def renamed(activity: Activity, old: str, new: str) -> Activity:
    """Return the activity with the behaviours of one campaign asked of another; itself when there is none."""
    if not any(item.campaign == old for item in behaviours(activity)):
        return activity
    return _renamed(activity, old, new)


def _nodes(value: Any) -> Iterator[tree.Node]:
    if isinstance(value, tree.Node):
        yield from value.walk()
    elif isinstance(value, Mapping | tuple) or (dataclasses.is_dataclass(value) and not isinstance(value, type)):
        for part in _parts(value):
            yield from _nodes(part)


def _parts(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] # any option
    if isinstance(value, tuple):
        return list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] # any option
    return [getattr(value, item.name) for item in dataclasses.fields(value)]


def _renamed(value: T, old: str, new: str) -> T:
    found: Any = value
    if isinstance(value, tree.Behaviour):
        found = tree.Behaviour(value.event, value.activity, new) if value.campaign == old else value
    elif isinstance(value, Mapping):
        found = {name: _renamed(item, old, new) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] # any option
    elif isinstance(value, tuple):
        found = tuple(_renamed(item, old, new) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] # any option
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = rebuilt(type(value), {item.name: _renamed(getattr(value, item.name), old, new) for item in dataclasses.fields(value)})
    return found


def rebuilt(kind: type[T], values: Mapping[str, Any]) -> T:
    """Build a frozen dataclass from its fields as they are, without its constructor, which may read what users write."""
    made = object.__new__(kind)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made
