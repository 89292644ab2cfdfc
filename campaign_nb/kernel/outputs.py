"""Outputs of a cell: a live widget beside what stands in its place where no kernel runs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from IPython.display import display  # pyright: ignore[reportUnknownVariableType] it is untyped

from campaign_nb.graph import cells
from campaign_nb.render import html
from campaign_nb.widgets.throttle import Throttle

WIDGET = "application/vnd.jupyter.widget-view+json"
Bundle = dict[str, Any]


class View(NamedTuple):
    """A live view: what closes it, and what shows changes that are held back."""

    close: Callable[[], None]
    flush: Callable[[], None]


class Shown:
    """Live views by cell: a cell that runs again closes what it had shown."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[int, list[View]]] = {}

    def add(self, close: Callable[[], None], flush: Callable[[], None]) -> None:
        """Keep a view of the running cell, and close those of the cell's execution before this one."""
        cell = cells.current()
        name, execution = (cell.id, cell.execution) if cell is not None else ("", 0)
        before, views = self._open.get(name, (execution, []))
        if before != execution:
            _close_all(views)
            views = []
        self._open[name] = (execution, [*views, View(close, flush)])

    def flush(self) -> None:
        """Show what is held back, now."""
        for _, views in list(self._open.values()):
            for view in views:
                view.flush()

    def close(self) -> None:
        """Close every view."""
        opened, self._open = list(self._open.values()), {}
        for _, views in opened:
            _close_all(views)


class Output:
    """A static output that is updated in place, and a live widget in an output of its own."""

    def __init__(self, bundle: Bundle, widget: Any, metadata: Bundle | None = None) -> None:
        self._shown, self._metadata = _key(bundle), metadata or {}
        self._handle: Any = display(bundle, raw=True, metadata=self._metadata, display_id=True)
        show_live(widget)

    def update(self, bundle: Bundle) -> None:
        """Put something else in the place of the static output; sends nothing where it is the same."""
        key = _key(bundle)
        if key != self._shown:
            self._shown = key
            self._handle.update(bundle, raw=True, metadata=self._metadata)


def show_live(widget: Any) -> None:
    """Put out a live widget alone, with no text of its own for places that show no widgets."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    display({WIDGET: view, "text/plain": ""}, raw=True)


def beside(markup: str, widget: Any) -> html.Markup:
    """Make markup that shows only where a widget does not, and then hides the output that the widget left behind."""
    static, live = f"campaign-nb-static-{widget.model_id}", f"campaign-nb-live-{widget.model_id}"
    widget.add_class(live)
    child, mine = ".jp-OutputArea-child", f".jp-OutputArea-child:has(.{static})"
    rules = f".jp-OutputArea:has(.{live}) {mine},.jp-OutputArea:not(:has(.{live})) {mine}+{child}{{display:none}}"
    return html.element("div", {"class": static}, html.stylesheet(rules), markup)


def throttled(draw: Callable[[], None]) -> Throttle[None]:
    """Draw at most ten times a second and after the last change, from whichever thread; a failure is not told there."""

    def send(_: None) -> None:
        with contextlib.suppress(Exception):  # its thread would write into whichever cell runs; the next change draws again
            draw()

    return Throttle(send)


def _close_all(views: list[View]) -> None:
    for view in views:
        view.close()


def _key(bundle: Bundle) -> str:
    return json.dumps(bundle, sort_keys=True, default=str)
