"""Which way a random campaign goes, in plain Python: who is where, what does not run, and what is told about it."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Mapping
from typing import Any

from campaign_nb import activities
from campaign_nb.activity import COMPLEMENT, OUT
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.rules import tree
from tests.properties.oracle import Oracle, People
from tests.properties.world import AS_OF, Tables

_SIGNS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "=": operator.eq}


class FlowOracle(Oracle):
    """Plays a definition through with its decisions."""

    def __init__(self, definition: Definition, tables: Tables, variables: Mapping[str, Any], before: Mapping[Ref, int]) -> None:
        self.variables, self.before = variables, before
        self.shut: set[Ref] = set()
        self.states: dict[str, str] = {}
        super().__init__(definition, tables, "people")

    def _play(self, node: Node) -> None:
        ports = [Ref(node.label, port.name) for port in node.activity.ports()]
        missing = [ref for ref in node.inputs if ref in self.shut]
        joins = node.activity.kind == "and_join"
        self._reached(node)
        if not node.handling.enabled or (node.inputs and len(missing) == len(node.inputs)) or (joins and missing):
            self.states[node.label] = "warning" if joins and node.handling.enabled else "skipped"
            self.found |= {ref: {} for ref in ports}
            self.shut |= set(ports)
            return
        self.states[node.label] = "done"
        if joins:
            self.found[ports[0]] = self.found[node.inputs[0]]
        elif node.activity.kind == "test":
            self._decide(node)
        else:
            super()._play(node)
        if node.handling.when_empty == "stop":
            self.shut |= {ref for ref in ports if not self.found[ref]}

    def _reached(self, node: Node) -> None:
        """Note when an activity is reached: after what it reads, and after what its conditions ask about."""
        labels = [ref.label for ref in node.inputs]
        if isinstance(node.activity, activities.ConditionTest):
            labels += [item.activity for way in node.activity.ways.values() for item in way.walk() if _asks(item)]
        self.now[node.label] = max([AS_OF, *(self.now[label] + self.waits.get(label, dt.timedelta(0)) for label in labels)])
        if node.activity.kind == "wait":
            self.waits[node.label] = node.activity.duration  # type: ignore[attr-defined] # a wait

    def _decide(self, node: Node) -> None:
        ways: Mapping[str, tree.Node] = node.activity.ways  # type: ignore[attr-defined] # a test
        taken = next((name for name, way in ways.items() if self._holds(way) is True), "otherwise")
        for name in (*ways, "otherwise"):
            self.found[Ref(node.label, name)] = self.found[node.inputs[0]] if name == taken else {}
            self.shut |= {Ref(node.label, name)} if name != taken else set()

    def _holds(self, node: Any) -> bool | None:
        if isinstance(node, tree.Not):
            held = self._holds(node.item)
            return None if held is None else not held
        left, right = self._number(node.left), self._number(node.right)
        return None if left is None or right is None else _SIGNS[node.op](left, right)

    def _number(self, node: Any) -> Any:
        if isinstance(node, tree.Size):
            ref = Ref(node.activity, node.port)
            return self.before.get(ref) if node.previous else len(self.found[ref])
        return self.variables[node.name] if isinstance(node, tree.Variable) else node.value

    def _fork(self, node: Node, people: People) -> Mapping[str, People]:
        return dict.fromkeys(node.activity.ways, people)  # type: ignore[attr-defined] # a fork

    def _alert(self, node: Node, people: People) -> Mapping[str, People]:
        return {OUT: people}

    def _email(self, node: Node, people: People) -> Mapping[str, People]:
        there = {key: added for key, added in people.items() if self.rows[key]["email"] is not None}
        return {OUT: there, COMPLEMENT: {key: added | {"reason": "no address"} for key, added in people.items() if key not in there}}


def _asks(item: tree.Node) -> bool:
    return isinstance(item, tree.Size) and not item.previous
