"""What differs between two definitions: settings, activities, options and transitions, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from campaign_nb.graph.definition import Definition, Node
from campaign_nb.graph.values import Json
from campaign_nb.schedule import Schedule

What: TypeAlias = Literal["campaign", "added", "removed", "changed"]

REGROUPS = "regroups people"
_SEEDS = ("seed",)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, in words; the label is empty for a setting of the campaign."""

    what: What
    label: str
    option: str
    before: str
    after: str
    note: str = ""

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        if self.what in ("added", "removed"):
            return f"{self.what} {self.before or self.after}{note}"
        place = f"{self.label!r}: " if self.label else ""
        return f"{place}{self.option.replace('_', ' ')} {self.before or 'nothing'} → {self.after or 'nothing'}{note}"


def diff(before: Definition, after: Definition, schedules: tuple[Schedule | None, Schedule | None] = (None, None)) -> list[Change]:
    """Return what changed from one definition to another: settings, then activities in order; empty when they are equal.

    `schedules` are those before and after.

    >>> [str(change) for change in diff(Definition("Spring"), Definition("Spring", seed="2"))]
    ['seed Spring → 2 (regroups people)']
    """
    found = list(_settings(before, after))
    if schedules[0] != schedules[1]:
        one, two = ("" if schedule is None else schedule.explain() for schedule in schedules)
        found.append(Change("campaign", "", "schedule", one, two))
    found += [Change("removed", node.label, "", _titled(node), "") for node in _only(before, after)]
    found += [Change("added", node.label, "", "", _titled(node)) for node in _only(after, before)]
    for label, node in after.nodes.items():
        if label in before.nodes:
            found += _node(before.nodes[label], node)
    return found


def _only(these: Definition, those: Definition) -> list[Node]:
    return [node for label, node in these.nodes.items() if label not in those.nodes]


def _titled(node: Node) -> str:
    return f"{node.activity.label.lower()} {node.label!r}"


def _settings(before: Definition, after: Definition) -> Iterator[Change]:
    for name in ("name", "description", "tags", "time_zone", "seed"):
        one, two = getattr(before, name), getattr(after, name)
        if one != two:
            yield Change("campaign", "", name, _words(one), _words(two), REGROUPS if name in _SEEDS else "")
    then, now = before.settings.words(), after.settings.words()
    for name in then:
        if then[name] != now[name]:
            yield Change("campaign", "", name, then[name], now[name])


def _node(one: Node, two: Node) -> Iterator[Change]:
    if one.activity.kind != two.activity.kind:
        yield Change("changed", two.label, "kind", one.activity.label.lower(), two.activity.label.lower())
    else:
        yield from _options(one, two)
    if one.inputs != two.inputs:
        yield Change("changed", two.label, "reads", _inputs(one), _inputs(two))
    if one.description != two.description:
        yield Change("changed", two.label, "description", one.description, two.description)
    before, after = dict(one.handling.options()), dict(two.handling.options())
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield Change("changed", two.label, name.replace(" ", "_"), before.get(name, ""), after.get(name, ""))


def _options(one: Node, two: Node) -> Iterator[Change]:
    before, after = _written(one), _written(two)
    shown_before, shown_after = dict(one.activity.options()), dict(two.activity.options())
    for name in dict.fromkeys([*before, *after]):
        if _same(before.get(name), after.get(name)):
            continue
        shown = name.replace("_", " ")
        texts = shown_before.get(shown, ""), shown_after.get(shown, "")
        if texts[0] == texts[1]:
            texts = _words(before.get(name)), _words(after.get(name))
        yield Change("changed", two.label, name, *texts, REGROUPS if name in _SEEDS else "")


def _written(node: Node) -> dict[str, Json]:
    definition = Definition("", nodes={node.label: node})
    return definition.document(strict=False)["activities"][0]["options"]


def _same(one: Json, two: Json) -> bool:
    """Compare JSON values with the order of names, which decides who is served first."""
    return repr(one) == repr(two)


def _inputs(node: Node) -> str:
    return ", ".join(ref.label if ref.port == "out" else f"{ref.port} of {ref.label}" for ref in node.inputs)


def _words(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(_words(item) for item in value)  # pyright: ignore[reportUnknownVariableType] # any option
    return "" if value is None else str(value)
