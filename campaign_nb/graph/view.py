"""The view of a campaign that canvas, picture and panels draw: plain JSON values from a definition and, if any, a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from campaign_nb.activity import OUT, Port
from campaign_nb.errors import Problem
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.graph.located import label_of

VERSION = 1

Columns = Mapping[Ref, Mapping[str, str]]


@dataclass(frozen=True)
class Standing:
    """Where a campaign stands: its status and flags, the version of its definition, its schedule, its latest run."""

    status: str = "draft"
    paused: bool = False
    error: bool = False
    definition_version: int = 1
    schedule: Mapping[str, Any] | None = None
    """The schedule's sentence and its next launches."""
    run: Mapping[str, Any] | None = None
    """The run's id, mode, state, instants and progress; while it goes on, its rows and an estimate of the time left."""
    reason: str = ""
    """Why it is paused, where something else than its author paused it."""


@dataclass(frozen=True)
class Progress:
    """What a run has made known so far: states and notes of activities, counts of transitions, reasons, ways not taken."""

    states: Mapping[str, str] = field(default_factory=dict[str, str])
    counts: Mapping[Ref, int] = field(default_factory=dict[Ref, int])
    reasons: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict[str, Sequence[tuple[str, int]]])
    notes: Mapping[str, str] = field(default_factory=dict[str, str])
    """What a test chose, why an activity did not run, what it waits for, its error."""
    closed: Set[Ref] = frozenset()
    """The transitions that the run does not go through."""
    passed: Set[str] = frozenset()
    """The activities that the run passed by."""
    halted: str = ""
    """The activity before which the run has halted."""


DRAFT = Standing()
NOTHING = Progress()
NO_COLUMNS: Columns = {}
NO_CELLS: Mapping[str, int] = {}


def view_of(
    definition: Definition,
    problems: Sequence[Problem] = (),
    standing: Standing = DRAFT,
    progress: Progress = NOTHING,
    columns: Columns = NO_COLUMNS,
    executions: Mapping[str, int] = NO_CELLS,
) -> dict[str, Any]:
    """Return the view: activities with states, options and problems; transitions with counts and columns.

    States of edges: idle before the run got there, active with people, empty without, closed where the run does not go.
    An output that nothing reads is an edge with an open end. A complement is shown where something reads it; that of
    a message, who was excluded, also once it is counted and somebody was.

    >>> view_of(Definition("Spring"))["nodes"]
    []
    """
    return {
        "version": VERSION,
        "name": definition.name,
        "description": definition.description,
        "tags": list(definition.tags),
        "status": standing.status,
        "paused": standing.paused,
        "error": standing.error,
        **({"reason": standing.reason} if standing.reason else {}),
        "time_zone": definition.time_zone,
        "definition_version": standing.definition_version,
        "schedule": None if standing.schedule is None else dict(standing.schedule),
        "run": None if standing.run is None else dict(standing.run),
        "nodes": [_node(node, problems, progress, executions) for node in definition.nodes.values()],
        "edges": list(_edges(definition, progress, columns)),
        "problems": [str(problem) for problem in problems if label_of(problem) not in definition.nodes],
    }


def _node(node: Node, problems: Sequence[Problem], progress: Progress, executions: Mapping[str, int]) -> dict[str, Any]:
    activity = node.activity
    own = [str(problem) for problem in problems if label_of(problem) == node.label]
    options = [["description", node.description]] if node.description else []
    return {
        "id": node.label,
        "label": node.label,
        "kind": activity.kind,
        "kind_label": activity.label,
        "family": activity.family,
        "icon": activity.icon,
        "state": progress.states.get(node.label, "error" if own else "idle") if node.handling.enabled else "disabled",
        "options": [*options, *([name, text] for name, text in (*activity.options(), *node.handling.options()))],
        "reasons": [[reason, count] for reason, count in progress.reasons.get(node.label, ())],
        "problems": own,
        "cell": None if node.cell is None else executions.get(node.cell),
        **_told(node.label, progress),
    }


def _told(label: str, progress: Progress) -> dict[str, Any]:
    """Return what a run tells of an activity beside its state; only what there is."""
    note, flags = progress.notes.get(label, ""), {"passed": label in progress.passed, "halted": label == progress.halted}
    return ({"note": note} if note else {}) | {name: True for name, is_so in flags.items() if is_so}


def _edges(definition: Definition, progress: Progress, columns: Columns) -> Iterator[dict[str, Any]]:
    """Yield the transitions in the order of activities, ports and readers."""
    for node in definition.nodes.values():
        for port in node.activity.ports():
            ref = Ref(node.label, port.name)
            count = progress.counts.get(ref)
            readers = definition.readers(ref)
            if readers or _open(node, port, count):
                for target in readers or (None,):
                    yield _edge(ref, target, count, columns, ref in progress.closed)


def _open(node: Node, port: Port, count: int | None) -> bool:
    """Tell whether an output that nothing reads is shown."""
    return not port.complement or (bool(node.activity.channel) and bool(count))


def _edge(ref: Ref, target: str | None, count: int | None, columns: Columns, closed: bool) -> dict[str, Any]:
    return {
        "id": "/".join(quote(part, safe="", errors="surrogatepass") for part in (ref.label, ref.port, target or "")),
        "source": ref.label,
        "port": ref.port,
        "target": target,
        "label": "" if ref.port == OUT else ref.port,
        "count": count,
        "state": "closed" if closed else "idle" if count is None else "active" if count else "empty",
        "columns": [[name, kind] for name, kind in columns.get(ref, {}).items()],
    }
