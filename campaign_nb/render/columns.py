"""Where the columns stand: room for the lines between them, and a fold where the picture would be too wide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaign_nb.render.coordinates import place_vertically
from campaign_nb.render.order import NODE, Grid

MARGIN, TRACK = 20.0, 10.0
_OUT, _IN, _CLEARANCE, _STRAIGHT = 13.0, 20.0, 60.0, 0.75
_MOST_TRACKS = 12
_TOLERANCE = 0.2  # a row a little too wide is better than one more row

Hop = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Gap:
    """The strip between two ranks: how wide it is, and how far in each bent line turns."""

    width: float
    turns: Mapping[Hop, float]


@dataclass(frozen=True, slots=True)
class Column:
    """One rank: its left edge, its width, and the strip that follows."""

    x: float
    width: float
    gap: Gap


@dataclass(frozen=True, slots=True)
class Columns:
    """All ranks from left to right.

    And the ranges of ranks that stand in one row of the picture.
    """

    columns: list[Column]
    bands: list[tuple[int, int]]


@dataclass(slots=True)
class _Trunk:
    """The vertical line that all bent lines from one node, or to one node, share."""

    hops: list[Hop]
    lefts: list[float]
    rights: list[float]

    @property
    def low(self) -> float:
        return min(self.lefts + self.rights)

    @property
    def high(self) -> float:
        return max(self.lefts + self.rights)


def place(grid: Grid, width: float) -> Columns:
    """Set the height of every item and the place of every rank; fold the picture where it is wider than `width`."""
    place_vertically(grid)
    columns = _columns(grid, width)
    if len(columns.bands) > 1:
        place_vertically(grid, {last for _, last in columns.bands})
        columns = _columns(grid, width, columns.bands)
    return columns


def _columns(grid: Grid, width: float, bands: list[tuple[int, int]] | None = None) -> Columns:
    sizes = [max((grid.items[index].width for index in rank), default=0.0) for rank in grid.ranks]
    gaps = [_gap(grid, number) for number in range(len(grid.ranks))]
    for number in range(0, len(gaps) - 1, 2):
        short = _CLEARANCE - gaps[number].width - sizes[number + 1] - gaps[number + 1].width
        if short > 0:
            gaps[number + 1] = Gap(gaps[number + 1].width + short, {hop: turn + short / 2 for hop, turn in gaps[number + 1].turns.items()})
    bands = bands or _bands(grid, sizes, gaps, width)
    columns: list[Column] = []
    for first, last in bands:
        x = 0.0
        for number in range(first, last + 1):
            columns.append(Column(x, sizes[number], gaps[number]))
            x += sizes[number] + gaps[number].width
    return Columns(columns, bands)


def _gap(grid: Grid, number: int) -> Gap:
    """Give each trunk between two ranks a track of its own where it would run over another."""
    trunks: dict[object, _Trunk] = {}
    for left in grid.ranks[number]:
        for right in grid.items[left].after:
            start, end = grid.items[left], grid.items[right]
            if abs(start.y - end.y) <= _STRAIGHT:
                continue
            shared = left if start.kind == NODE else right if end.kind == NODE else (left, right)
            trunk = trunks.setdefault(shared, _Trunk([], [], []))
            trunk.hops.append((left, right))
            trunk.lefts.append(start.y)
            trunk.rights.append(end.y)
    order = _from_left_to_right(list(trunks.values()))
    tracks: list[int] = []
    for position, trunk in enumerate(order):
        tracks.append(max((tracks[other] + 1 for other in range(position) if _overlap(order[other], trunk)), default=0))
    count = max(tracks, default=0) + 1
    step = TRACK if count <= _MOST_TRACKS else TRACK * _MOST_TRACKS / count
    lead, tail = (_OUT, _OUT) if number % 2 == 0 else (_OUT, _IN)
    turns = {hop: lead + track * step for track, trunk in zip(tracks, order, strict=True) for hop in trunk.hops}
    return Gap(lead + (count - 1) * step + tail, turns)


def _from_left_to_right(trunks: list[_Trunk]) -> list[_Trunk]:
    """Insert trunk after trunk where it makes the fewest crossings with those already there."""
    order: list[_Trunk] = []
    for trunk in sorted(trunks, key=lambda one: (one.low, one.high)):
        cost = sum(_crossings(trunk, other) for other in order)
        best, where = cost, 0
        for position, other in enumerate(order):
            cost += _crossings(other, trunk) - _crossings(trunk, other)
            if cost < best:
                best, where = cost, position + 1
        order.insert(where, trunk)
    return order


def _crossings(left: _Trunk, right: _Trunk) -> int:
    """Count the crossings when one trunk stands to the left of another."""
    if not _overlap(left, right):
        return 0
    return sum(right.low < y < right.high for y in left.rights) + sum(left.low < y < left.high for y in right.lefts)


def _overlap(one: _Trunk, other: _Trunk) -> bool:
    return one.low - 6 < other.high and other.low - 6 < one.high


def _bands(grid: Grid, sizes: Sequence[float], gaps: Sequence[Gap], width: float) -> list[tuple[int, int]]:
    """Cut the ranks into rows: few, even, within the width, and not where many lines would be cut."""
    last = len(sizes) - 1
    starts = list(range(0, len(sizes), 2))
    extent = [0.0]
    for size, gap in zip(sizes, gaps, strict=True):
        extent.append(extent[-1] + size + gap.width)
    if extent[-1] <= width or len(starts) < 2:
        return [(0, last)]
    cuts = {start: sum(len(grid.items[index].after) for index in grid.ranks[start - 1]) for start in starts[1:]}
    goal = extent[-1] / -(-extent[-1] // width)
    best: dict[int, tuple[float, int]] = {len(sizes): (0.0, 0)}
    for start in reversed(starts):
        choices: list[tuple[float, int]] = []
        for end in [other for other in starts if other > start] + [len(sizes)]:
            long, cut = extent[end] - extent[start], cuts.get(end, 0)
            uneven = (abs(min(long, width) - goal) / goal) ** 2
            beyond = max(0.0, long - width) / width
            too_wide = 1.5 * beyond + 12.0 * max(0.0, beyond - _TOLERANCE)
            too_many = 0.06 * cut + 0.02 * max(0, cut - 4) ** 2
            choices.append((uneven + too_wide + too_many + 1.0 + best[end][0], end))
        best[start] = min(choices)
    bands: list[tuple[int, int]] = []
    start = 0
    while start < len(sizes):
        end = best[start][1]
        bands.append((start, end - 1))
        start = end
    return bands
