"""Layered layout from left to right: activities and transitions in, positions and lines out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from campaign_nb.render.columns import MARGIN, TRACK, Columns, place
from campaign_nb.render.layers import Link, assign_layers
from campaign_nb.render.order import PILL, Grid, Item, build_grid, reduce_crossings

CARD = (200.0, 58.0)
PILL_HEIGHT, DOT = 22.0, 28.0
WIDTH = 1240.0
_MOST_DUMMIES = 12_000
_CORRIDOR = 24.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, by its top left corner and size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """Return the middle.

        >>> Box(0, 0, 10, 4).centre
        (5.0, 2.0)
        """
        return (self.x + self.width / 2, self.y + self.height / 2)


@dataclass(frozen=True, slots=True)
class Route:
    """The line of one transition: corner points, the box of its pill, and whether it closes a cycle."""

    points: tuple[Point, ...]
    pill: Box
    back: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands, in pixels from the top left."""

    boxes: Mapping[str, Box]
    routes: Mapping[str, Route]
    layers: Mapping[str, int]
    width: float
    height: float


def layout(nodes: Sequence[str], links: Sequence[Link], width: float = WIDTH) -> Layout:
    """Place activities in layers from left to right and route the transitions between them.

    Wider pictures are folded into rows. The same input gives the same layout. Cycles are drawn, underneath.
    Cost: linear in nodes and links, times the layers that long links cross.

    >>> placed = layout(["a", "b"], [Link("t", "a", "b", pill=40)])
    >>> placed.boxes["a"].x < placed.routes["t"].pill.x < placed.boxes["b"].x
    True
    """
    known = set(nodes)
    links = [link for link in links if link.source in known and (link.target is None or link.target in known)]
    layers, back = assign_layers(nodes, links)
    around = back | _too_long(layers, links)
    detours = [link for link in links if link.id in around]
    grid = build_grid(layers, [link for link in links if link.id not in around], CARD, PILL_HEIGHT, DOT)
    reduce_crossings(grid)
    columns = place(grid, float("inf") if detours else width)
    return _Drawing(grid, columns, layers).result(links, detours)


def _too_long(layers: Mapping[str, int], links: Sequence[Link]) -> set[str]:
    """Name the longest links when all of them together would need too many dummies."""
    spans = sorted((max(0, layers[link.target] - layers[link.source]), link.id) for link in links if link.target is not None)
    room, many = _MOST_DUMMIES, set[str]()
    for span, name in spans:
        room -= 2 * span
        if room < 0 and span > 1:
            many.add(name)
    return many


class _Drawing:
    """Absolute positions, from the columns and the heights of their items."""

    def __init__(self, grid: Grid, columns: Columns, layers: Mapping[str, int]) -> None:
        self._grid, self._columns, self._layers = grid, columns, layers
        self._band_of = {rank: number for number, band in enumerate(columns.bands) for rank in range(band[0], band[1] + 1)}
        self._wraps = [self._cut_hops(last) for _, last in columns.bands[:-1]]
        most = max(map(len, self._wraps), default=0)
        self._side = MARGIN + (most * TRACK + TRACK if most else 0)
        self._tops, self._bottoms = self._stack()

    def result(self, links: Sequence[Link], detours: Sequence[Link]) -> Layout:
        """Return boxes and routes of everything."""
        boxes = {key: self._box(self._grid.items[index]) for key, index in self._grid.nodes.items()}
        routes = {key: self._route(trail) for key, trail in self._grid.trails.items()}
        bottom = (self._bottoms or [MARGIN])[-1]
        for link in detours:
            routes[link.id] = _detour(link, boxes[link.source], boxes[str(link.target)], bottom + _CORRIDOR)
            bottom += PILL_HEIGHT + 6
        bottom += MARGIN if detours else 0
        right = max((box.x + box.width for box in boxes.values()), default=0.0)
        right = max(
            [right, *(x for route in routes.values() for x, _ in route.points), *(r.pill.x + r.pill.width for r in routes.values())]
        )
        return Layout(boxes, {link.id: routes[link.id] for link in links}, self._layers, right + MARGIN, bottom + MARGIN)

    def _cut_hops(self, rank: int) -> list[tuple[int, int]]:
        """List the lines that a fold cuts, from top to bottom."""
        items = self._grid.items
        hops = [(left, right) for left in self._grid.ranks[rank] for right in items[left].after]
        return sorted(hops, key=lambda hop: (items[hop[0]].y, items[hop[1]].y))

    def _stack(self) -> tuple[list[float], list[float]]:
        """Stand the bands one under the other; return what to add to each item's y, and where each band ends."""
        shifts: list[float] = []
        bottoms: list[float] = []
        below = MARGIN
        for number, (first, last) in enumerate(self._columns.bands):
            items = [self._grid.items[index] for rank in self._grid.ranks[first : last + 1] for index in rank]
            low = min((item.y - item.height / 2 for item in items), default=0.0)
            high = max((item.y + item.height / 2 for item in items), default=0.0)
            shifts.append(below - low)
            bottoms.append(below + high - low)
            lines = len(self._wraps[number]) if number < len(self._wraps) else 0
            below = bottoms[-1] + 2 * _CORRIDOR + max(0, lines - 1) * TRACK
        return shifts, bottoms

    def _y(self, item: Item) -> float:
        return item.y + self._tops[self._band_of[item.rank]]

    def _box(self, item: Item) -> Box:
        column = self._columns.columns[item.rank]
        return Box(self._side + column.x + (column.width - item.width) / 2, self._y(item) - item.height / 2, item.width, item.height)

    def _route(self, trail: Sequence[int]) -> Route:
        items = self._grid.items
        first, last = items[trail[0]], items[trail[-1]]
        points: list[Point] = [(self._box(first).x + first.width, self._y(first))]
        for left, right in pairwise(trail):
            points.extend(self._hop(left, right))
        end = self._box(last)
        points.append((end.x + end.width - DOT / 4 if last.kind == PILL else end.x, self._y(last)))
        pill = self._box(items[trail[1]])
        if last.kind == PILL:
            pill = Box(pill.x, pill.y, pill.width - DOT, pill.height)
        return Route(_without_straight_corners(points), pill)

    def _hop(self, left: int, right: int) -> list[Point]:
        """Return the corners between two neighbouring ranks, or around a fold."""
        start, end = self._grid.items[left], self._grid.items[right]
        column = self._columns.columns[start.rank]
        band = self._band_of[start.rank]
        if self._band_of[end.rank] == band:
            turn = column.gap.turns.get((left, right))
            x = self._side + column.x + column.width + (turn or 0)
            return [] if turn is None else [(x, self._y(start)), (x, self._y(end))]
        place, lines = self._wraps[band].index((left, right)), len(self._wraps[band])
        outer = (lines - 1 - place) * TRACK
        right_x = self._side + column.x + column.width + 12 + outer
        y = self._bottoms[band] + _CORRIDOR + outer
        left_x = self._side - 14 - place * TRACK
        return [(right_x, self._y(start)), (right_x, y), (left_x, y), (left_x, self._y(end))]


def _detour(link: Link, source: Box, target: Box, y: float) -> Route:
    """Lead a link that can't go straight along the bottom of the picture."""
    start, end = (source.x + source.width, source.centre[1]), (target.x, target.centre[1])
    down, up = start[0] + 9, end[0] - 11
    pill = Box((down + up - link.pill) / 2, y - PILL_HEIGHT / 2, link.pill, PILL_HEIGHT)
    return Route((start, (down, start[1]), (down, y), (up, y), (up, end[1]), end), pill, back=True)


def _without_straight_corners(points: Sequence[Point]) -> tuple[Point, ...]:
    """Drop the points in the middle of a straight part, and level out steps too small to see."""
    kept: list[Point] = []
    for point in points:
        if kept and abs(kept[-1][0] - point[0]) < 0.01 and abs(kept[-1][1] - point[1]) < 0.01:
            continue
        while len(kept) >= 2 and (_level(kept[-2], kept[-1], point, 0) or _level(kept[-2], kept[-1], point, 1)):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _level(one: Point, two: Point, three: Point, axis: int) -> bool:
    return abs(one[axis] - two[axis]) < 0.01 and abs(two[axis] - three[axis]) < 0.01
