"""Which condition of a rule costs how many rows: the rule with one condition alone, and with one taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from campaign_nb.render import bars, html
from campaign_nb.rules import tree
from campaign_nb.rules.check import Scope
from campaign_nb.rules.count import Count
from campaign_nb.rules.phrase import plain
from campaign_nb.rules.sentence import sentence


@dataclass(frozen=True, slots=True)
class Part:
    """One condition of a rule: the rule with it alone, and the rule without it."""

    alone: tree.Node
    without: tree.Node


@dataclass(frozen=True, slots=True)
class Cost:
    """What one condition costs: rows with only it, rows without it, and how many rows more that are."""

    condition: str
    alone: int
    without: int
    costs: int


class Costs:
    """What each condition of a rule costs, in the order of the rule.

    Shape: `.frame()` has condition, alone (rows with only it), without (rows of the rule without it), costs (without
    minus the rule's count). Negative costs: the condition stands in an *or* and brings rows.
    """

    def __init__(self, count: Count, rows: Sequence[Cost], frame: Any) -> None:
        self.count, self._rows, self._frame = count, tuple(rows), frame

    def frame(self) -> Any:
        """Return condition, alone, without and costs as a Polars DataFrame."""
        return self._frame

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Cost]:
        return iter(self._rows)

    def __getitem__(self, position: int) -> Cost:
        return self._rows[position]

    def _lines(self) -> list[bars.Line]:
        most = max((abs(row.costs) for row in self._rows), default=0) or 1
        return [
            bars.Line(row.condition, (f"{row.alone:,}", f"{row.without:,}", f"{row.costs:,}".replace("-", "\u2212")), row.costs / most)
            for row in self._rows
        ]

    def _caption(self) -> str:
        return f"The rule selects {html.one_line(self.count.text(), 160)}"

    def _notice(self) -> str:
        if not self._rows:
            return "The rule has no condition."
        brings = any(row.costs < 0 for row in self._rows)
        return "Below zero: the condition is one of several alternatives and brings rows." if brings else ""

    def __repr__(self) -> str:
        return bars.text(_HEADS, self._lines(), self._caption(), self._notice())

    def _repr_html_(self) -> str:
        return bars.table(_HEADS, self._lines(), self._caption(), self._notice())


_HEADS = ("condition", "only this", "without it", "costs")


def parts(node: tree.Node) -> list[Part]:
    """Return the conditions of a rule: those of its and, or, not and except groups, at any depth, in order.

    >>> from campaign_nb.rules.tree import And, Column, IsEmpty, IsNull, Or
    >>> a, b, c = IsNull(Column("a")), IsNull(Column("b")), IsEmpty(Column("c"))
    >>> [part.alone == one for part, one in zip(parts(And((a, Or((b, c))))), (a, b, c))]
    [True, True, True]
    >>> parts(And((a, Or((b, c)))))[1].without == And((a, c))
    True
    """
    found: list[Part] = []
    for path in _paths(node):
        rest = _without(node, path)
        found.append(Part(_alone(node, path), tree.Everybody() if rest is None else rest))
    return found


def spoken(node: tree.Node, scope: Scope) -> str:
    """Return a condition in words that follow the table's name: whose age is at least 18."""
    noun = plain(scope.row.table.label)
    return sentence(node, scope).removeprefix(f"all {noun}, ").removeprefix(f"{noun} ")


def _groups(node: tree.Node) -> tuple[tree.Node, ...]:
    """Return what a group consists of; nothing for a condition."""
    match node:
        case tree.And(items) | tree.Or(items):
            return items
        case tree.Except(left, right):
            return left, right
        case tree.Not(item) if _groups(item):
            return (item,)
        case _:
            return ()


def _paths(node: tree.Node) -> Iterator[tuple[int, ...]]:
    if isinstance(node, tree.Everybody):
        return
    items = _groups(node)
    if not items:
        yield ()
    for position, item in enumerate(items):
        for path in _paths(item):
            yield (position, *path)


def _alone(node: tree.Node, path: tuple[int, ...]) -> tree.Node:
    if not path:
        return node
    inner = _alone(_groups(node)[path[0]], path[1:])
    if isinstance(node, tree.Not):
        return tree.Not(inner)
    return tree.Except(tree.Everybody(), inner) if isinstance(node, tree.Except) and path[0] == 1 else inner


def _without(node: tree.Node, path: tuple[int, ...]) -> tree.Node | None:
    if not path:
        return None
    items, first = _groups(node), path[0]
    inner = _without(items[first], path[1:])
    if isinstance(node, tree.Not):
        return None if inner is None else tree.Not(inner)
    if isinstance(node, tree.Except):
        left, right = (inner, node.right) if first == 0 else (node.left, inner)
        return left if right is None else tree.Except(tree.Everybody() if left is None else left, right)
    rest = [*items[:first], *([] if inner is None else [inner]), *items[first + 1 :]]
    if len(rest) < 2:
        return rest[0] if rest else None
    return tree.And(tuple(rest)) if isinstance(node, tree.And) else tree.Or(tuple(rest))
