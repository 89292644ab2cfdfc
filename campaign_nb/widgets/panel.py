"""What all panels share: one small script each, one style sheet, state as plain data."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import anywidget

from campaign_nb.render.html import visible

_STATIC = files("campaign_nb.widgets") / "static"


def source(*names: str) -> str:
    """Read scripts or style sheets of this package as one text."""
    return "\n".join((_STATIC / name).read_text("utf-8") for name in names)


def paragraph(text: object, most: int = 400) -> str:
    """Make a text visible that may have several lines; a long one is cut behind a word.

    >>> paragraph("no list  today\\n→ ask again", 24)
    'no list today\\n→ ask…'
    """
    raw = "" if text is None else str(text)
    lines = (" ".join(visible(line).split()) for line in raw[: 4 * most].splitlines())
    whole = "\n".join(line for line in lines if line)
    if len(whole) <= most and len(raw) <= 4 * most:
        return whole
    cut = whole[: most - 1]
    last = max(cut.rfind(" "), cut.rfind("\n"))
    return cut[: last if last > most // 2 else len(cut)].rstrip() + "…"


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
