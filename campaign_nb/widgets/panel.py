"""What all panels share: one small script each, one style sheet, state as plain data."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import anywidget

_STATIC = files("campaign_nb.widgets") / "static"


def source(*names: str) -> str:
    """Read scripts or style sheets of this package as one text."""
    return "\n".join((_STATIC / name).read_text("utf-8") for name in names)


class Panel(anywidget.AnyWidget):
    """A panel drawn by a hand-written script from its traits, by text only."""

    _esm = "export default { render() {} }"
    _css = source("panels.css")

    def on_message(self, heard: Callable[[dict[str, Any]], None]) -> None:
        """Call `heard` with every message that the page sends, if it is a dictionary."""

        def check(_widget: object, content: object, _buffers: object) -> None:
            if isinstance(content, dict):
                heard(dict[str, Any](content))  # pyright: ignore[reportUnknownArgumentType] the page sends any JSON

        self.on_msg(check)  # pyright: ignore[reportUnknownMemberType] the library is untyped
