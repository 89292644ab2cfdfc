"""Columns of a layered layout: which activity stands in which layer, and which transitions lead back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """One transition to be laid out; an open end has no target, a pill has a width."""

    id: str
    source: str
    target: str | None
    pill: float = 0.0


def assign_layers(nodes: Sequence[str], links: Sequence[Link]) -> tuple[dict[str, int], set[str]]:
    """Give each node the length of its longest path from a source; return also the links that close a cycle.

    Cost: linear in nodes and links.

    >>> assign_layers(["a", "b", "c"], [Link("1", "a", "b"), Link("2", "b", "c"), Link("3", "c", "a")])
    ({'a': 0, 'b': 1, 'c': 2}, {'3'})
    """
    order, back = _topological(nodes, links)
    forward = [link for link in links if link.target is not None and link.id not in back]
    into: dict[str, list[str]] = {node: [] for node in nodes}
    out: dict[str, list[str]] = {node: [] for node in nodes}
    for link in forward:
        into[str(link.target)].append(link.source)
        out[link.source].append(str(link.target))
    layers: dict[str, int] = {}
    for node in order:
        layers[node] = max((layers[before] + 1 for before in into[node]), default=0)
    _pull_late(order, into, out, layers)
    return {node: layers[node] for node in nodes}, back


def _topological(nodes: Sequence[str], links: Sequence[Link]) -> tuple[list[str], set[str]]:
    """Order the nodes depth first; a link to a node that is still being visited closes a cycle."""
    out: dict[str, list[Link]] = {node: [] for node in nodes}
    has_input: set[str] = set()
    for link in links:
        if link.target is not None:
            out[link.source].append(link)
            has_input.add(link.target)
    done: list[str] = []
    state: dict[str, int] = {}
    back: set[str] = set()
    for root in [node for node in nodes if node not in has_input] + list(nodes):
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(out[root]))]
        while stack:
            node, rest = stack[-1]
            link = next(rest, None)
            if link is None:
                stack.pop()
                state[node] = 2
                done.append(node)
            elif (seen := state.get(str(link.target), 0)) == 1:
                back.add(link.id)
            elif seen == 0:
                state[str(link.target)] = 1
                stack.append((str(link.target), iter(out[str(link.target)])))
    return done[::-1], back


def _pull_late(order: Sequence[str], into: dict[str, list[str]], out: dict[str, list[str]], layers: dict[str, int]) -> None:
    """Move chains that begin at a source next to the activity that reads them."""
    free: set[str] = set()
    for node in order:
        if all(before in free and len(out[before]) == 1 for before in into[node]):
            free.add(node)
    for node in reversed(order):
        if node in free and out[node]:
            layers[node] = min(layers[after] for after in out[node]) - 1
