"""The bar above the canvas: name, state and legend of a campaign; in the page it keeps theme, fit and zoom."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import traitlets

from campaign_nb.render.header import chips, state_names
from campaign_nb.render.view import Picture
from campaign_nb.widgets.panel import Panel, source

BUTTONS = {
    "resume": ("Resume", "Let the campaign and its runs go on"),
    "retry": ("Retry", "Go on from the stage that failed"),
    "pause": ("Pause", "No launch and no further stage until it is resumed"),
    "stop": ("Stop", "End the campaign for good, after the stage that computes"),
    "log": ("Log and tasks", "Show or hide the log and the tasks of the runs"),
}
MOST_PROBLEMS = 10
ACTIONS = ("resume", "retry", "pause", "stop")
"""What the buttons ask of a campaign."""


class CanvasBar(Panel):
    """The bar of one canvas; `dark` tells which theme the page shows."""

    _esm = source("dom.js", "bar.js")

    state = traitlets.Dict().tag(sync=True)
    themes = traitlets.Dict().tag(sync=True)
    dark = traitlets.Bool(False).tag(sync=True)

    def __init__(self, *, offers: Collection[str] = (), **traits: Any) -> None:
        """Make a bar that offers some of the buttons, where the campaign's state allows them."""
        super().__init__(**traits)
        self._offers = frozenset(offers) & BUTTONS.keys()

    def tell(self, picture: Picture, zoom: bool = True) -> None:
        """Show a picture's name, status, schedule, run, problems and the states that occur; `zoom` keeps the buttons."""
        present = {node.state for node in picture.nodes}
        self.state = {
            "name": picture.name,
            "chips": chips(picture),
            "lines": [line for line in (picture.sentence, picture.run, picture.amount, _nothing(picture)) if line],
            "problems": _problems(picture),
            "why": picture.why,
            "failed": picture.failed,
            "kind": "error" if picture.failed else "halted" if picture.why else "running",
            "actions": [[action, *BUTTONS[action]] for action in (*picture.actions, "log") if action in self._offers],
            "progress": picture.progress,
            "zoom": zoom,
            "legend": [[name, state] for state, name in state_names().items() if state in present],
        }

    def on_action(self, callback: Callable[[str], None]) -> None:
        """Call `callback` with the action of a button that is pressed: pause, resume, retry, stop or log."""

        def heard(message: dict[str, Any]) -> None:
            if message.get("action") in self._offers:
                callback(str(message["action"]))

        self.on_message(heard)

    def listen(self, callback: Callable[[str], None]) -> None:
        """Call `callback` with the name of an element that is chosen with the keyboard."""

        def heard(message: dict[str, Any]) -> None:
            if isinstance(message.get("select"), str):
                callback(message["select"])

        self.on_message(heard)


def _nothing(picture: Picture) -> str:
    return "" if picture.nodes else "No activity yet"


def _problems(picture: Picture) -> list[str]:
    """List what the chip counts, each problem of an activity behind its label."""
    found = [*picture.problems, *(f"{node.label}: {text}" for node in picture.nodes for text in node.problems)]
    rest = len(found) - MOST_PROBLEMS
    return found if rest <= 0 else [*found[:MOST_PROBLEMS], f"and {rest:,} more"]
