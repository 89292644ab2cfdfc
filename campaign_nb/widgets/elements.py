"""What the canvas is made of: the data, classes and places of its nodes and edges, without a widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

from campaign_nb.render.cards import face_image, mark_image, pill_image
from campaign_nb.render.layout import Layout, Point
from campaign_nb.render.lines import toward
from campaign_nb.render.palette import DARK, LIGHT, Palette
from campaign_nb.render.scene import arrange, pill_caption, pill_width
from campaign_nb.render.view import Edge, Node, Picture

Data = dict[str, object]
_THEMES: dict[str, Palette] = {"light": LIGHT, "dark": DARK}
_FACES = ("disabled", "skipped")


@dataclass(frozen=True, slots=True)
class Element:
    """One node or edge of the canvas; edges have no place."""

    data: Data
    classes: str
    place: Point | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture in its layout, under names of the canvas's own: labels are never identifiers there."""

    picture: Picture
    layout: Layout

    @classmethod
    def of(cls, picture: Picture) -> Scene:
        """Lay a picture out, with room for counts that are still to come."""
        return cls(picture, arrange(picture, reserve=True))

    def with_picture(self, picture: Picture) -> Scene:
        """Return the same layout with new states and counts."""
        return replace(self, picture=picture)

    def same_structure(self, picture: Picture) -> bool:
        """Tell whether a picture differs in states and counts only."""
        return _structure(self.picture) == _structure(picture)

    def owner(self, name: str) -> str | None:
        """Return the id, in the view, of what an element belongs to."""
        kind, place = name[:1], name[1:]
        items: Sequence[Node | Edge] = self.picture.nodes if kind == "n" else self.picture.edges
        return items[int(place)].id if kind in "nepo" and place.isdigit() and int(place) < len(items) else None

    def elements(self, selected: str | None = None) -> dict[str, Element]:
        """List every element by its name: cards, pills, open ends, then lines."""
        names = {node.id: f"n{number}" for number, node in enumerate(self.picture.nodes)}
        found: dict[str, Element] = {}
        for node in self.picture.nodes:
            found[names[node.id]] = self._card(names[node.id], node, node.id == selected)
        chosen = None if selected in names else selected
        running = {node.id for node in self.picture.nodes if node.state == "running"}
        for number, edge in enumerate(self.picture.edges):
            found[f"p{number}"] = self._pill(f"p{number}", edge, edge.id == chosen)
            if edge.target is None:
                end = self.layout.routes[edge.id].points[-1]
                found[f"o{number}"] = Element({"id": f"o{number}"}, f"open {edge.state}", end)
        for number, edge in enumerate(self.picture.edges):
            target = names[edge.target] if edge.target is not None else f"o{number}"
            found[f"e{number}"] = self._line(f"e{number}", edge, (names[edge.source], target), running, edge.id == chosen)
        return found

    def _card(self, name: str, node: Node, selected: bool) -> Element:
        data: Data = {"id": name, "label": node.label[:80], "kind": node.kind_label}
        # What a card's face doesn't show must not be part of what is remembered for it.
        plain = replace(node, id="", problems=(), state=node.state if node.state in _FACES or node.note else "idle")
        data |= {theme: [_face(plain, theme), *_mark(node.state, theme)] for theme in _THEMES}
        return Element(data, _classes("card", node.family, node.state, selected), self.layout.boxes[node.id].centre)

    def _pill(self, name: str, edge: Edge, selected: bool) -> Element:
        data: Data = {"id": name, "label": pill_caption(edge), "width": max(1.0, pill_width(edge))}
        plain = replace(edge, id="", source="", target=None)
        data |= {theme: [_pill(plain, theme)] for theme in _THEMES}
        hidden = "" if pill_width(edge) else "hidden"
        return Element(data, _classes("pill", edge.state, hidden, selected), self.layout.routes[edge.id].pill.centre)

    def _line(self, name: str, edge: Edge, ends: tuple[str, str], running: set[str], selected: bool) -> Element:
        route = self.layout.routes[edge.id]
        data: Data = {"id": name, "source": ends[0], "target": ends[1]}
        bent = len(route.points) > 2
        if bent:
            data |= _control_points(route.points, self._centre(edge.source), self._end(edge, route.points[-1]))
        shape = "bent" if bent else "straight"
        end = "ended" if edge.target is None else "flow" if edge.target in running and edge.state == "active" else ""
        return Element(data, _classes("line", edge.state, shape, "back" if route.back else "", end, selected))

    def _centre(self, node: str) -> Point:
        return self.layout.boxes[node].centre

    def _end(self, edge: Edge, point: Point) -> Point:
        return point if edge.target is None else self._centre(edge.target)


def _structure(picture: Picture) -> tuple[object, ...]:
    nodes = tuple((node.id, node.label, node.kind_label, node.family, node.icon) for node in picture.nodes)
    return nodes, tuple((edge.id, edge.source, edge.target, edge.label) for edge in picture.edges)


def _classes(*parts: str | bool) -> str:
    """Join class names; a last `True` means selected."""
    return " ".join("selected" if part is True else part for part in parts if part)


@lru_cache(maxsize=1024)
def _face(node: Node, theme: str) -> str:
    return _uri(face_image(node, _THEMES[theme]))


@lru_cache(maxsize=1024)
def _pill(edge: Edge, theme: str) -> str:
    return _uri(pill_image(edge, _THEMES[theme]))


@lru_cache(maxsize=64)
def _mark(state: str, theme: str) -> tuple[str, ...]:
    image = mark_image(state, _THEMES[theme])
    return (_uri(image),) if image else ()


def _uri(svg: str) -> str:
    """Write a picture as an address that holds it; quotes in data are entities already."""
    return "data:image/svg+xml," + quote(svg.replace('"', "'"), safe="/:;=,.'()!*-_")


def _control_points(points: Sequence[Point], source: Point, target: Point) -> Data:
    """Write a line with round corners as control points relative to the straight line between two centres."""
    corners: list[Point] = []
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        corners += [toward(corner, before, 14), corner, toward(corner, after, 14)]
    (x1, y1), (x2, y2) = source, target
    across, down = x2 - x1, y2 - y1
    long = (across * across + down * down) or 1.0
    weights = [((x - x1) * across + (y - y1) * down) / long for x, y in corners]
    distances = [((y - y1) * across - (x - x1) * down) / long**0.5 for x, y in corners]
    return {"weights": [round(weight, 5) for weight in weights], "distances": [round(distance, 2) for distance in distances]}
