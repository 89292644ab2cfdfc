"""The bar above the canvas: name, state and legend of a campaign; in the page it keeps theme, fit and zoom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from campaign_nb.render.header import chips, state_names
from campaign_nb.render.view import Picture
from campaign_nb.widgets.panel import Panel, source


class CanvasBar(Panel):
    """The bar of one canvas; `dark` tells which theme the page shows."""

    _esm = source("dom.js", "bar.js")

    state = traitlets.Dict().tag(sync=True)
    themes = traitlets.Dict().tag(sync=True)
    dark = traitlets.Bool(False).tag(sync=True)

    def tell(self, picture: Picture, zoom: bool = True) -> None:
        """Show a picture's name, status, schedule, run and the states that occur; `zoom` keeps the buttons."""
        present = {node.state for node in picture.nodes}
        self.state = {
            "name": picture.name,
            "chips": chips(picture),
            "lines": [line for line in (picture.sentence, picture.run) if line],
            "progress": picture.progress,
            "zoom": zoom,
            "legend": [[name, state] for state, name in state_names().items() if state in present],
        }

    def listen(self, callback: Callable[[str], None]) -> None:
        """Call `callback` with the name of an element that is chosen with the keyboard."""

        def heard(message: dict[str, Any]) -> None:
            if isinstance(message.get("select"), str):
                callback(message["select"])

        self.on_message(heard)
