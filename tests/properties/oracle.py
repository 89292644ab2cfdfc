"""What every activity does to a population, in plain Python, one row at a time: the judge of whole campaigns."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from campaign_nb import activities
from campaign_nb.activity import COMPLEMENT, OUT
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.rules import tree
from tests.properties.world import AS_OF, LinkedJudge, Row, Tables

KEYS = {"people": "id", "orders": "order"}
LINE = 2**32
People: TypeAlias = dict[int, Row]
"""The rows of a population by key: the columns that were added."""


def mixed(x: int) -> int:
    """The 32-bit mixer, written out a second time."""
    for shift, factor in ((16, 0x21F0AAAD), (15, 0x735A2D97)):
        x = ((x ^ (x >> shift)) * factor) % LINE
    return x ^ (x >> 15)


def drawn(key: int, seed: str) -> int:
    """The stable hash of a whole number and a seed."""
    number = int(hashlib.sha256(seed.encode()).hexdigest()[:8], 16)
    whole = key % 2**64
    return mixed(mixed((whole >> 32) ^ number) ^ (whole % LINE))


class Added(dict[str, Any]):
    """A row with what was added to it; an input of a union that lacks a column has null there."""

    def __missing__(self, name: str) -> None:
        return None


class Oracle:
    """Plays a definition through, activity by activity."""

    def __init__(self, definition: Definition, tables: Tables, table: str) -> None:
        self.definition, self.tables, self.table = definition, tables, table
        self.rows = {row[KEYS[table]]: row for row in tables[table]}
        self.found: dict[Ref, People] = {}
        self.now: dict[str, dt.datetime] = {}
        self.waits: dict[str, dt.timedelta] = {}
        for label in definition.dag.order():
            self._play(definition.nodes[label])

    def _play(self, node: Node) -> None:
        times = [self.now[ref.label] + self.waits.get(ref.label, dt.timedelta(0)) for ref in node.inputs]
        self.now[node.label] = max([AS_OF, *times])
        inputs = [self.found[ref] for ref in node.inputs]
        play = getattr(self, "_" + node.activity.kind)
        for port, people in play(node, *inputs).items():
            self.found[Ref(node.label, port)] = people

    def judge(self, node: Node, key: int, added: Row) -> LinkedJudge:
        """Return a judge of one row with its added columns."""
        return LinkedJudge(self.tables, self.table, Added(self.rows[key], **added), self.now[node.label])

    def _true(self, node: Node, rule: tree.Node, people: People) -> set[int]:
        return {key for key, added in people.items() if self.judge(node, key, added).rule(rule) is True}

    def _rank(self, node: Node, order: tuple[tree.Order, ...], people: People, seed: str) -> list[int]:
        """Return the keys in an order: by the values, nulls last, then by the key; or by the draw."""
        ranked = sorted(people) if order else sorted(people, key=lambda key: (drawn(key, seed), key))
        for item in reversed(order):
            value = {key: self.judge(node, key, people[key]).value(item.value) for key in people}
            there = [key for key in ranked if value[key] is not None]
            ranked = sorted(there, key=_by(value), reverse=item.descending) + [key for key in ranked if value[key] is None]
        return ranked

    # ------------------------------------------------------------------------------------------------------ activities

    def _build_audience(self, node: Node) -> Mapping[str, People]:
        activity = _as(node, activities.BuildAudience)
        everybody: People = {key: {} for key in self.rows}
        return {OUT: {key: {} for key in self._true(node, activity.rule, everybody)}}

    def _filter(self, node: Node, people: People) -> Mapping[str, People]:
        kept = self._true(node, _as(node, activities.FilterRows).rule, people)
        return _parted(people, kept, "rule")

    def _enrich(self, node: Node, people: People) -> Mapping[str, People]:
        columns = _as(node, activities.Enrich).columns
        rich = {
            key: added | {name: self.judge(node, key, added).value(value) for name, value in columns.items()}
            for key, added in people.items()
        }
        return {OUT: rich}

    def _wait(self, node: Node, people: People) -> Mapping[str, People]:
        self.waits[node.label] = _as(node, activities.Wait).duration
        return {OUT: people}

    def _python(self, node: Node, people: People) -> Mapping[str, People]:
        names = list(_as(node, activities.PythonCode).adds)
        kept = {key: added | dict.fromkeys(names, key % 5) for key, added in people.items() if key % 2 == 0}
        return {OUT: kept, COMPLEMENT: {key: added for key, added in people.items() if key not in kept}}

    def _deduplicate(self, node: Node, people: People) -> Mapping[str, People]:
        activity = _as(node, activities.Deduplicate)
        groups: dict[tuple[Any, ...], list[int]] = {}
        for key in self._rank(node, activity.order, people, f"{self.definition.seed}/{node.label}"):
            values = tuple(self.judge(node, key, people[key]).value(value) for value in activity.by)
            alone = None in values and activity.nulls == "distinct"
            groups.setdefault((*values, key) if alone else values, []).append(key)
        kept = {key for keys in groups.values() for key in (keys[: activity.keep] if activity.keep else keys)}
        return _parted(people, kept, "duplicate")

    def _combine(self, node: Node, *inputs: People) -> Mapping[str, People]:
        mode = _as(node, activities.Combine).mode
        joined: People = {}
        for people in inputs:
            for key, added in people.items():
                joined.setdefault(key, added)
        if mode == "union":
            return {OUT: joined}
        first, others = inputs[0], inputs[1:]
        if mode == "intersection":
            both = {key for key in first if all(key in other for other in others)}
            return {OUT: {key: first[key] for key in both}, COMPLEMENT: {key: added for key, added in joined.items() if key not in both}}
        return _parted(first, {key for key in first if not any(key in other for other in others)}, "in an excluded population")

    def _split(self, node: Node, people: People) -> Mapping[str, People]:
        activity = _as(node, activities.Split)
        seed = activity.seed or f"{self.definition.seed}/{node.label}"
        taken, at = set[int](), 0.0
        found: dict[str, People] = {}
        for name, part in activity.parts.items():
            left = {key: added for key, added in people.items() if activity.overlap or key not in taken}
            if isinstance(part, activities.Subset):
                group = self._subset(node, part, left, f"{seed}/{name}")
            else:
                low, high = round(at * LINE), round(min(1.0, at + part.share) * LINE)
                at += part.share
                group = {key for key in left if low <= drawn(key, seed) < high}
            taken |= group
            found[name] = {key: people[key] | {"segment_code": part.code or name} for key in group}
        rest = {key: added for key, added in people.items() if key not in taken}
        if not activity.one_table:
            return {**found, COMPLEMENT: rest}
        together: People = {}
        for group in found.values():
            for key, added in group.items():
                together.setdefault(key, added)
        return {OUT: together, COMPLEMENT: rest}

    def _subset(self, node: Node, part: activities.Subset, people: People, seed: str) -> set[int]:
        fitting = {key: people[key] for key in self._true(node, part.rule, people)}
        if part.share is not None:
            return {key for key in fitting if drawn(key, seed) < round(part.share * LINE)}
        return set(self._rank(node, part.by, fitting, seed)[: part.top])


def _by(value: Mapping[int, Any]) -> Callable[[int], Any]:
    return lambda key: value[key]


def _parted(people: People, kept: set[int], reason: str) -> Mapping[str, People]:
    dropped = {key: added | {"reason": reason} for key, added in people.items() if key not in kept}
    return {OUT: {key: added for key, added in people.items() if key in kept}, COMPLEMENT: dropped}


def _as(node: Node, kind: type[Any]) -> Any:
    assert isinstance(node.activity, kind)
    return node.activity
