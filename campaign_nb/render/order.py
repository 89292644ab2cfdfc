"""The order of what stands in each column: items, dummies of long transitions, and few crossings."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from campaign_nb.render.layers import Link

NODE, PILL, DUMMY = "node", "pill", "dummy"
_ROUNDS, _SWAP_LIMIT = 12, 1500


@dataclass(slots=True)
class Item:
    """One thing in a column: a node, the pill of a transition, or a place where a long one passes."""

    kind: str
    key: str
    rank: int
    width: float
    height: float
    before: list[int] = field(default_factory=list[int])
    after: list[int] = field(default_factory=list[int])
    y: float = 0.0


@dataclass(slots=True)
class Grid:
    """All items, and by rank their order from top to bottom; nodes have even ranks, pills odd ones."""

    items: list[Item]
    ranks: list[list[int]]
    nodes: dict[str, int]
    trails: dict[str, list[int]]


def build_grid(layers: Mapping[str, int], links: Sequence[Link], card: tuple[float, float], pill_height: float, dot: float) -> Grid:
    """Make the items of a layout: one rank per layer of nodes, one between for the pills of transitions."""
    items = [Item(NODE, node, 2 * layer, *card) for node, layer in layers.items()]
    nodes = {item.key: index for index, item in enumerate(items)}
    trails: dict[str, list[int]] = {}
    for link in links:
        start, end = 2 * layers[link.source], 2 * layers[link.target] if link.target is not None else None
        room = link.pill + (dot if end is None else 0)
        trail = [nodes[link.source], len(items)]
        items.append(Item(PILL, link.id, start + 1, room, pill_height if link.pill else (dot if end is None else 6)))
        for rank in range(start + 2, end or 0):
            trail.append(len(items))
            items.append(Item(DUMMY, link.id, rank, 0, 4))
        if link.target is not None:
            trail.append(nodes[link.target])
        for left, right in pairwise(trail):
            items[left].after.append(right)
            items[right].before.append(left)
        trails[link.id] = trail
    ranks: list[list[int]] = [[] for _ in range(max((item.rank for item in items), default=0) + 1)]
    for index in _depth_first(items):
        ranks[items[index].rank].append(index)
    return Grid(items, ranks, nodes, trails)


def reduce_crossings(grid: Grid) -> None:
    """Order each rank by the mean place of its neighbours, to and fro, and keep the best order found."""
    best, fewest, stale = [list(rank) for rank in grid.ranks], count_crossings(grid), 0
    for turn in range(_ROUNDS):
        if fewest == 0 or stale > 3:
            break
        _sweep(grid, forward=turn % 2 == 0)
        if len(grid.items) <= _SWAP_LIMIT:
            _swap_neighbours(grid)
        crossings = count_crossings(grid)
        stale += 1
        if crossings < fewest:
            best, fewest, stale = [list(rank) for rank in grid.ranks], crossings, 0
    grid.ranks[:] = best


def count_crossings(grid: Grid) -> int:
    """Count how often two lines cross between neighbouring ranks."""
    total = 0
    for left, right in pairwise(grid.ranks):
        place = {index: position for position, index in enumerate(right)}
        seen: list[int] = []
        for index in left:
            ends = sorted(place[after] for after in grid.items[index].after)
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _depth_first(items: Sequence[Item]) -> list[int]:
    """Visit the items along the transitions, in the order in which they were written."""
    seen: set[int] = set()
    visited: list[int] = []
    for root in [index for index, item in enumerate(items) if not item.before] + list(range(len(items))):
        stack = [root]
        while stack:
            index = stack.pop()
            if index in seen:
                continue
            seen.add(index)
            visited.append(index)
            stack.extend(reversed(items[index].after))
    return visited


def _sweep(grid: Grid, forward: bool) -> None:
    ranks = grid.ranks if forward else grid.ranks[::-1]
    for fixed, moving in pairwise(ranks):
        place = {index: float(position) for position, index in enumerate(fixed)}
        keys: dict[int, float] = {}
        for position, index in enumerate(moving):
            item = grid.items[index]
            ends = [place[end] for end in (item.before if forward else item.after)]
            keys[index] = sum(ends) / len(ends) if ends else float(position)
        moving.sort(key=keys.__getitem__)


def _swap_neighbours(grid: Grid) -> None:
    """Swap two neighbours where that alone removes crossings, until no swap does."""
    for _ in range(4):
        swapped = False
        for number, rank in enumerate(grid.ranks):
            before = _places(grid, number - 1)
            after = _places(grid, number + 1)
            for position in range(len(rank) - 1):
                upper, lower = grid.items[rank[position]], grid.items[rank[position + 1]]
                now = _pair(upper.before, lower.before, before) + _pair(upper.after, lower.after, after)
                then = _pair(lower.before, upper.before, before) + _pair(lower.after, upper.after, after)
                if then < now:
                    rank[position], rank[position + 1] = rank[position + 1], rank[position]
                    swapped = True
        if not swapped:
            return


def _places(grid: Grid, number: int) -> dict[int, int]:
    return {index: position for position, index in enumerate(grid.ranks[number])} if 0 <= number < len(grid.ranks) else {}


def _pair(upper: Sequence[int], lower: Sequence[int], place: Mapping[int, int]) -> int:
    return sum(place[one] > place[two] for one in upper for two in lower)
