"""Lines with round corners, as path data."""

from __future__ import annotations

from campaign_nb.render.layout import Point

_RADIUS = 8.0


def path(points: tuple[Point, ...], radius: float = _RADIUS) -> str:
    """Write a line with round corners as path data.

    >>> path(((0, 0), (20, 0), (20, 30)))
    'M0 0L12 0Q20 0 20 8L20 30'
    """
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        enter, leave = toward(corner, before, radius), toward(corner, after, radius)
        parts.append(f"L{enter[0]:g} {enter[1]:g}Q{corner[0]:g} {corner[1]:g} {leave[0]:g} {leave[1]:g}")
    parts.append(f"L{points[-1][0]:g} {points[-1][1]:g}")
    return "".join(parts)


def toward(corner: Point, other: Point, radius: float) -> Point:
    """Return the point of a side that is `radius` away from its corner, at most half the side."""
    long = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    share = min(radius, long / 2) / long if long else 0.0
    return (round(corner[0] + (other[0] - corner[0]) * share, 2), round(corner[1] + (other[1] - corner[1]) * share, 2))
