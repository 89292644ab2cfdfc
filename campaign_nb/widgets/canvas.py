"""The live graph of a campaign: the only file that knows which drawing library stands behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from typing import Any

import ipycytoscape  # pyright: ignore[reportMissingTypeStubs] it ships no types
import ipywidgets  # pyright: ignore[reportMissingTypeStubs] it ships no types
import traitlets

from campaign_nb.render.svg import svg
from campaign_nb.render.view import View, read_view
from campaign_nb.widgets.bar import CanvasBar
from campaign_nb.widgets.elements import Element, Scene
from campaign_nb.widgets.styles import styles
from campaign_nb.widgets.throttle import Throttle

MOST_NODES = 200
_HEIGHT = (180.0, 900.0)
# The library's own words for "keep several lines between the same two nodes, each with a direction".
_LINE_CLASSES = " directed multiple_edges"
# Both sides of the comm are untyped.
_library: Any = ipycytoscape
_widgets: Any = ipywidgets


class _Graph(ipycytoscape.CytoscapeWidget):
    """The library's widget; it opens two graphs and keeps one, so that the first has to be remembered to be closed."""

    @traitlets.default("graph")
    def _first_graph(self) -> Any:
        self.spare: Any = _library.Graph()
        return self.spare


class CampaignCanvas:
    """A campaign's graph in a notebook: states and counts change in place, a new structure is a new graph.

    Above 200 activities it is the static picture, which is redrawn instead.
    Errors: none of its own; a view is read tolerantly.

    >>> canvas = CampaignCanvas({"name": "Spring", "nodes": [], "edges": []})
    >>> canvas.close()
    """

    def __init__(self, view: View | None = None, *, offers: Collection[str] = ()) -> None:
        """Show a view; `offers` are the buttons of its bar that somebody listens to."""
        self._lock = threading.RLock()
        self._listeners: list[Callable[[str], None]] = []
        self._throttle: Throttle[View] = Throttle(self._apply)
        self._selected: str | None = None
        self._scene: Scene | None = None
        self._drawn: dict[str, Element] = {}
        self._parts: dict[str, Any] = {}
        self._graph: Any = None
        self._themes = styles()
        self._bar = CanvasBar(themes=self._themes, offers=offers)
        self._bar.listen(self._chosen)
        self._box: Any = _widgets.VBox([self._bar])
        self._box.add_class("campaign-nb-canvas")
        if view is not None:
            self.show(view)

    @property
    def widget(self) -> Any:
        """Return what is displayed; it stays the same through every change."""
        return self._box

    @property
    def selected(self) -> str | None:
        """Return the id of the activity or transition that is selected."""
        return self._selected

    def show(self, view: View) -> None:
        """Draw a view now: in place where the structure is the same, else as a new graph."""
        self._throttle.put(view)
        self._throttle.flush()

    def patch(self, view: View) -> None:
        """Show new states and counts, at most ten times a second; the last always arrives. From any thread."""
        self._throttle.put(view)

    def select(self, name: str | None) -> None:
        """Mark an activity or a transition as selected, by its id; None for nothing."""
        with self._lock:
            self._selected = name
            if self._scene is not None:
                self._update(self._scene.elements(name))

    def on_select(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call `callback` with the id of an activity or transition that is clicked; return a function that ends it."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback) if callback in self._listeners else None

    def on_action(self, callback: Callable[[str], None]) -> None:
        """Call `callback` with the action of a button of the bar: pause, resume, retry, stop or log."""
        self._bar.on_action(callback)

    def close(self) -> None:
        """Close everything that was opened in the kernel and in the page."""
        self._throttle.close()
        with self._lock:
            self._listeners.clear()
            self._swap(None)
            _close_all([self._bar, self._box])

    def _apply(self, view: View) -> None:
        picture = read_view(view)
        with self._lock:
            if self._box.comm is None:
                return
            big = len(picture.nodes) > MOST_NODES
            self._bar.tell(picture, zoom=not big)
            if big:
                self._show_picture(view)
            elif self._scene is not None and self._scene.same_structure(picture):
                self._scene = self._scene.with_picture(picture)
                self._update(self._scene.elements(self._selected))
            else:
                self._build(Scene.of(picture))

    def _build(self, scene: Scene) -> None:
        """Swap in a new graph: taking nodes out of one that is shown breaks its other nodes."""
        known = {node.id for node in scene.picture.nodes} | {edge.id for edge in scene.picture.edges}
        self._selected = self._selected if self._selected in known else None
        elements = scene.elements(self._selected)
        parts = {name: _part(element) for name, element in elements.items()}
        low, high = _HEIGHT
        height = min(high, max(low, scene.layout.height))
        graph: Any = _Graph(
            cytoscape_layout={"name": "preset", "fit": True, "padding": 12, "animate": False},
            cytoscape_style=self._themes["dark" if self._bar.dark else "light"],
            layout=_widgets.Layout(width="100%", height=f"{height:.0f}px"),
            min_zoom=0.2,
            max_zoom=1.6,
            user_zooming_enabled=False,
            auto_ungrabify=True,
            tooltip_source="",
        )
        graph.graph.add_nodes([part for name, part in parts.items() if elements[name].place is not None])
        graph.graph.add_edges([part for name, part in parts.items() if elements[name].place is None], directed=True, multiple_edges=True)
        graph.on("node", "click", self._clicked)
        graph.on("edge", "click", self._clicked)
        self._swap(graph)
        self._scene, self._drawn, self._parts = scene, elements, parts

    def _show_picture(self, view: View) -> None:
        """Draw a big campaign as the static picture, redrawn in place."""
        if self._scene is None and self._graph is not None:
            self._graph.value = svg(view, heading=False)
        else:
            self._swap(_widgets.HTML(svg(view, heading=False)))

    def _swap(self, graph: Any) -> None:
        before, parts = self._graph, self._parts
        self._graph, self._scene, self._drawn, self._parts = graph, None, {}, {}
        self._box.children = () if graph is None else (self._bar, graph)
        _close_all([*parts.values(), getattr(before, "graph", None), getattr(before, "spare", None), before])

    def _update(self, elements: dict[str, Element]) -> None:
        """Send what differs: data as a whole dictionary, since a change inside one is lost."""
        for name, element in elements.items():
            if element == self._drawn.get(name):
                continue
            part = self._parts[name]
            with part.hold_sync():
                part.classes = _class_names(element)
                part.data = element.data
        self._drawn = elements

    def _clicked(self, event: dict[str, Any]) -> None:
        self._chosen(str(event.get("data", {}).get("id", "")))

    def _chosen(self, name: str) -> None:
        """Take a choice made in the page: mark it, and tell who listens."""
        owner = self._scene.owner(name) if self._scene is not None else None
        if owner is None:
            return
        self.select(owner)
        for listener in list(self._listeners):
            listener(owner)


def _part(element: Element) -> Any:
    if element.place is None:
        return _library.Edge(data=element.data, classes=_class_names(element))
    x, y = element.place
    return _library.Node(data=element.data, classes=_class_names(element), position={"x": x, "y": y}, grabbable=False)


def _class_names(element: Element) -> str:
    return element.classes + ("" if element.place is not None else _LINE_CLASSES)


def _close_all(widgets: list[Any]) -> None:
    """Close widgets and the layouts that they own; closing the graph alone leaves its parts open."""
    for widget in widgets:
        if widget is not None:
            layout = getattr(widget, "layout", None)
            widget.close()
            if layout is not None:
                layout.close()
