"""The height at which each item stands: aligned with its neighbours, never closer than its room."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from campaign_nb.render.order import DUMMY, NODE, PILL, Grid, Item

_NODE_GAP, _MIXED_GAP, _LINE_GAP = 26.0, 14.0, 10.0
_PASSES, _BIG_BLOCK = 5, 48


@dataclass(slots=True)
class _Wish:
    """Where an item would like to stand, relative to its block, and how much that matters."""

    y: float
    weight: float


def place_vertically(grid: Grid, cuts: Collection[int] = ()) -> None:
    """Set `y` (the middle) of every item: straight chains, children around their parent, no overlap.

    A rank in `cuts` is the last of its row: what follows it stands elsewhere and is no neighbour.
    """
    for rank in grid.ranks:
        _settle(grid, rank, [_Wish(0.0, 1.0) for _ in rank])
    for _ in range(_PASSES):
        for forward in (False, True):
            for number in range(len(grid.ranks)) if forward else range(len(grid.ranks) - 1, -1, -1):
                alone = (number - 1 if forward else number) in cuts
                _settle(grid, grid.ranks[number], [_toward(grid, index, forward, alone) for index in grid.ranks[number]])
    _straighten(grid, cuts)
    for _ in range(2):
        levels: dict[int, float] = {}
        for trail in grid.trails.values():
            for part in _parts(grid, trail, cuts):
                levels.update(dict.fromkeys(part, _level(grid, part)))
        for rank in grid.ranks:
            _settle(grid, rank, [_level_wish(grid, index, levels) for index in rank], nodes_stand=True)


def separation(upper: Item, lower: Item) -> float:
    """Return how far apart the middles of two neighbours in a column must be."""
    if upper.kind == NODE and lower.kind == NODE:
        gap = _NODE_GAP
    elif NODE in (upper.kind, lower.kind):
        gap = _MIXED_GAP
    else:
        gap = _LINE_GAP
    return (upper.height + lower.height) / 2 + gap


def _toward(grid: Grid, index: int, forward: bool, alone: bool) -> _Wish:
    """Wish to stand at the median of the neighbours on one side."""
    item = grid.items[index]
    ends = [] if alone else item.before if forward else item.after
    if all(grid.items[end].kind == PILL and not grid.items[end].after for end in ends):
        return _Wish(item.y, 0.2)
    return _Wish(_median([grid.items[end].y for end in ends]), _weight(item))


def _weight(item: Item) -> float:
    """Long lines stay straight before all others, and open ends give way."""
    if item.kind == DUMMY:
        return 4.0
    return 1.0 if item.after else 0.25


def _straighten(grid: Grid, cuts: Collection[int]) -> None:
    """Take small steps out of chains: level every run of one-to-one neighbours for which there is room."""
    done: set[int] = set()
    bounds = _Bounds(grid)
    for start in (index for rank in grid.ranks for index in rank):
        chain = [] if start in done else [start]
        while chain and (after := _only_next(grid, chain[-1], cuts)) is not None and after not in done:
            chain.append(after)
        done.update(chain)
        low = max((bounds.low(index) for index in chain), default=0.0)
        high = min((bounds.high(index) for index in chain), default=0.0)
        heights = [grid.items[index].y for index in chain]
        if len(chain) > 1 and low <= high and max(heights) - min(heights) > 0.01:
            level = min(max(_median(heights), low), high)
            for index in chain:
                grid.items[index].y = level


def _only_next(grid: Grid, index: int, cuts: Collection[int]) -> int | None:
    """Return the neighbour to the right when each is the other's only one, open ends apart."""
    item = grid.items[index]
    after = [end for end in item.after if grid.items[end].after or grid.items[end].kind == NODE] or item.after
    if item.rank in cuts or len(after) != 1 or len(grid.items[after[0]].before) != 1:
        return None
    return after[0]


def _give(upper: Item, lower: Item) -> float:
    """Return how much nearer two activities may stand where that makes a line straight."""
    return _NODE_GAP / 3 if upper.kind == lower.kind == NODE else 0.0


class _Bounds:
    """Between which heights an item can move without touching its neighbours in the column."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._place = {index: (rank, position) for rank in grid.ranks for position, index in enumerate(rank)}

    def low(self, index: int) -> float:
        rank, position = self._place[index]
        if position == 0:
            return float("-inf")
        upper = self._grid.items[rank[position - 1]]
        return upper.y + separation(upper, self._grid.items[index]) - _give(upper, self._grid.items[index])

    def high(self, index: int) -> float:
        rank, position = self._place[index]
        if position + 1 == len(rank):
            return float("inf")
        lower = self._grid.items[rank[position + 1]]
        return lower.y - separation(self._grid.items[index], lower) + _give(self._grid.items[index], lower)


def _parts(grid: Grid, trail: Sequence[int], cuts: Collection[int]) -> list[list[int]]:
    """Split the items of a transition where its row ends."""
    parts: list[list[int]] = [[]]
    for index in trail:
        parts[-1].append(index)
        if grid.items[index].rank in cuts:
            parts.append([])
    return [part for part in parts if part]


def _level(grid: Grid, part: Sequence[int]) -> float:
    """Choose the height of a transition's level part: that of its dummies, else of the end that it alone belongs to."""
    items = [grid.items[index] for index in part]
    between = [item.y for item in items if item.kind == DUMMY]
    if between:
        return _median(between)
    if items[0].kind == NODE and len(items[0].after) == 1:
        return items[0].y
    return items[-1].y


def _level_wish(grid: Grid, index: int, levels: Mapping[int, float]) -> _Wish:
    """Let nodes stand; pills and dummies go to the level of their transition."""
    item = grid.items[index]
    return _Wish(item.y, 1000.0) if item.kind == NODE else _Wish(levels[index], _weight(item))


def _settle(grid: Grid, rank: Sequence[int], wishes: Sequence[_Wish], nodes_stand: bool = False) -> None:
    """Move the items of a rank as near to their wishes as their order and room allow.

    Blocks of touching items move as one, to the weighted median of what their members wish.
    """
    offsets = [0.0]
    for upper, lower in pairwise(rank):
        apart = separation(grid.items[upper], grid.items[lower])
        if nodes_stand and grid.items[upper].kind == grid.items[lower].kind == NODE:
            apart = min(apart, grid.items[lower].y - grid.items[upper].y)
        offsets.append(offsets[-1] + apart)
    blocks: list[tuple[float, list[_Wish]]] = []
    for offset, wish in zip(offsets, wishes, strict=False):
        members = [_Wish(wish.y - offset, wish.weight)]
        where = members[0].y
        while blocks and blocks[-1][0] >= where:
            members = blocks.pop()[1] + members
            where = _centre(members)
        blocks.append((where, members))
    position = 0
    for where, members in blocks:
        for _ in members:
            grid.items[rank[position]].y = where + offsets[position]
            position += 1


def _centre(members: Sequence[_Wish]) -> float:
    """Return the weighted median (the middle between the two when the weights balance); the mean of big blocks."""
    total = sum(wish.weight for wish in members)
    if len(members) > _BIG_BLOCK:
        return sum(wish.y * wish.weight for wish in members) / total
    half, passed = total / 2, 0.0
    ordered = sorted(members, key=lambda wish: wish.y)
    for index, wish in enumerate(ordered):
        passed += wish.weight
        if abs(passed - half) < 1e-9 and index + 1 < len(ordered):
            return (wish.y + ordered[index + 1].y) / 2
        if passed > half:
            return wish.y
    return ordered[-1].y


def _median(values: list[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
