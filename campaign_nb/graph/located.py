"""A problem that knows which activity of a campaign it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from campaign_nb.errors import Problem
from campaign_nb.graph import cells
from campaign_nb.graph.definition import Node
from campaign_nb.render import html


@dataclass(frozen=True, slots=True)
class Located(Problem):
    """A problem of one activity of a campaign, or of the campaign itself when the label is empty.

    >>> Located("filter 'Adults'", "no column 'ag'", label="Adults").label
    'Adults'
    """

    label: str = ""


class Problems(list[Problem]):
    """Problems as people are shown them: one below the other, or a table.

    A list like any other.
    """

    def __repr__(self) -> str:
        return "\n\n".join(map(str, self)) or "no problem"

    def _repr_html_(self) -> str:
        rows = [(problem.where, problem.what, problem.expected, problem.do) for problem in self]
        caption = f"{len(self)} problem{'s' if len(self) > 1 else ''}"
        return html.table(["where", "what", "expected", "do"], rows, caption=caption) if self else html.card("no problem", [])


def placed(problem: Problem, node: Node) -> Located:
    """Return a problem with the activity and the cell that it is about."""
    name = f"{node.activity.kind} {node.label!r}"
    cell = f" (cell {cells.short(node.cell)})" if node.cell else ""
    rest = problem.where.removeprefix(name) if problem.where.startswith(name) else f", {problem.where}" if problem.where else ""
    return Located(f"{name}{cell}{rest}", problem.what, problem.expected, problem.do, node.label)


def label_of(problem: Problem) -> str:
    """Return the label of the activity that a problem is about; empty for the campaign's own."""
    return problem.label if isinstance(problem, Located) else ""


def once(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems without repetitions, in order."""
    return list(dict.fromkeys(problems))
