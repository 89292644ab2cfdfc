"""The definition of a campaign: activities by label and what each reads, frozen and compared by content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from campaign_nb.activity import OUT, Activity, Port
from campaign_nb.errors import DefinitionError, Problem, did_you_mean, nearest
from campaign_nb.graph.behaviour import renamed, sizes
from campaign_nb.graph.dag import Dag
from campaign_nb.graph.handling import USUAL, Handling
from campaign_nb.graph.settings import USUAL as USUAL_SETTINGS
from campaign_nb.graph.settings import Settings
from campaign_nb.graph.values import written_options
from campaign_nb.render.html import is_printable

VERSION = 1
"""The version of the document's form."""
MOST_LABEL = 120
"""The longest label, in characters."""


def is_label(text: str) -> bool:
    """Tell whether a text can be the label of an activity: not blank, printable, not too long.

    >>> is_label("Lapsed buyers"), is_label(" "), is_label("two\\nlines")
    (True, False, False)
    """
    return bool(text.strip()) and is_printable(text) and len(text) <= MOST_LABEL


@dataclass(frozen=True, slots=True)
class Ref:
    """A transition: one outbound port of the activity with a label.

    >>> Ref("Offer", "A")
    Ref(label='Offer', port='A')
    """

    label: str
    port: str = OUT


@dataclass(frozen=True, slots=True)
class Node:
    """An activity in its place.

    Its label, what it reads (the primary input first), the cell that wrote it.
    """

    label: str
    activity: Activity
    inputs: tuple[Ref, ...] = ()
    description: str = ""
    cell: str | None = None
    operator: bool = False
    handling: Handling = USUAL

    def port(self, name: str) -> Port | None:
        """Return a port by name, None when the activity has none of that name."""
        return next((port for port in self.activity.ports() if port.name == name), None)


@dataclass(frozen=True, eq=False)
class Definition:
    """A campaign as defined: name, settings and activities by label, in order.

    Equal when the content is: neither the cells nor the order in which activities were written count; the order of
    the groups of a split does.

    >>> Definition("Spring") == Definition("Spring", seed="Spring"), Definition("Spring").seed
    (True, 'Spring')
    """

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    time_zone: str = "UTC"
    seed: str = ""
    """The seed of chance; by default the name."""
    nodes: Mapping[str, Node] = field(default_factory=dict[str, Node])
    settings: Settings = USUAL_SETTINGS

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", self.seed or self.name)
        object.__setattr__(self, "nodes", MappingProxyType(dict(self.nodes)))

    def __getitem__(self, label: str) -> Node:
        if label not in self.nodes:
            raise DefinitionError(
                Problem(
                    f"campaign {self.name!r}",
                    f"no activity {label!r}",
                    did_you_mean(label, self.nodes),
                    f"campaign[{nearest(label, self.nodes) or next(iter(self.nodes), '…')!r}]",
                )
            )
        return self.nodes[label]

    def with_node(self, node: Node) -> Definition:
        """Return the definition with one more activity.

        One of the same label is replaced in its place.
        """
        return replace(self, nodes={**self.nodes, node.label: node})

    def without(self, *labels: str) -> Definition:
        """Return the definition without some activities; what read them is left dangling."""
        return replace(self, nodes={label: node for label, node in self.nodes.items() if label not in labels})

    def renamed(self, name: str) -> Definition:
        """Return the definition under another name.

        Rules on its own messages follow, the seed stays.

        People stay in their groups, since the seed is kept.
        """
        nodes = {label: replace(node, activity=renamed(node.activity, self.name, name)) for label, node in self.nodes.items()}
        return replace(self, name=name, nodes=nodes)

    @cached_property
    def dag(self) -> Dag:
        """The labels and which reads which."""
        return Dag.of({label: [ref.label for ref in self.needs(label)] for label in self.nodes})

    def needs(self, label: str) -> tuple[Ref, ...]:
        """Return the transitions that an activity waits for.

        Those that it reads, and those whose size decides in it.
        """
        node = self.nodes[label]
        return tuple(dict.fromkeys([*node.inputs, *(Ref(size.activity, size.port) for size in sizes(node.activity) if not size.previous)]))

    @cached_property
    def _readers(self) -> Mapping[Ref, tuple[str, ...]]:
        found: dict[Ref, dict[str, None]] = {}
        for label, node in self.nodes.items():
            for ref in node.inputs:
                found.setdefault(ref, {})[label] = None
        return {ref: tuple(labels) for ref, labels in found.items()}

    def readers(self, ref: Ref) -> tuple[str, ...]:
        """Return the labels of the activities that read a transition, in order.

        Each once.
        """
        return self._readers.get(ref, ())

    def document(self, *, strict: bool = True) -> dict[str, Any]:
        """Return the definition as JSON values, with the version of their form.

        Not strict: functions that can't be imported are named by a fingerprint of their code, for comparison only.
        Errors: functions that another kernel could not import, all together.
        """
        problems: list[Problem] = []
        activities = [_written(self, node, problems, strict=strict) for node in self.nodes.values()]
        if problems:
            raise DefinitionError(*problems, subject=f"the document of campaign {self.name!r}" if len(problems) > 1 else "")
        return {
            "campaign_nb": VERSION,
            "name": self.name,
            "description": self.description,
            "tags": list(self.tags),
            "time_zone": self.time_zone,
            "seed": self.seed,
            **self.settings.document(),
            "activities": activities,
        }

    @cached_property
    def _digest(self) -> str:
        document = self.document(strict=False)
        document["activities"].sort(key=_label)
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def digest(self) -> str:
        """Return the SHA-256 of the canonical document.

        Equal for equal definitions, in every kernel.
        """
        return self._digest

    def __eq__(self, other: object) -> bool:
        return self.digest() == other.digest() if isinstance(other, Definition) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest())


def _label(item: dict[str, Any]) -> str:
    return item["label"]


def _written(definition: Definition, node: Node, problems: list[Problem], *, strict: bool) -> dict[str, Any]:
    where = f"{node.activity.kind} {node.label!r}"
    found: dict[str, Any] = {
        "label": node.label,
        "kind": node.activity.kind,
        "inputs": [{"from": ref.label} if ref.port == OUT else {"from": ref.label, "port": ref.port} for ref in node.inputs],
        "options": written_options(node.activity, where, problems, strict=strict),
    }
    if node.description:
        found["description"] = node.description
    if node.operator:
        found["operator"] = True
    return found | node.handling.document()
