"""The numbers of a publication with the button that confirms them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets  # pyright: ignore[reportMissingTypeStubs] it ships no types

from campaign_nb.errors import CampaignError
from campaign_nb.render import html

_widgets: Any = ipywidgets


class PublishButton:
    """Shows what publishing would send; the button calls back, and what follows takes its place.

    >>> button = PublishButton(html.element("p", {}, "Spring would send 3 messages"), 3)
    >>> button.close()
    """

    def __init__(self, about: html.Markup, total: int) -> None:
        self._about = _widgets.HTML(value=str(about))
        self._button = _widgets.Button(
            description=f"Publish: {total:,} messages", button_style="primary", layout={"width": "auto", "align_self": "flex-start"}
        )
        self._problem = _widgets.HTML(value="")
        self._box = _widgets.VBox([self._about, self._button, self._problem])
        self._listeners: list[Callable[[], object]] = []
        self._button.on_click(self._clicked)

    @property
    def widget(self) -> Any:
        """Return the widget that is displayed."""
        return self._box

    def on_confirm(self, callback: Callable[[], object]) -> None:
        """Call `callback` when the button is pressed; an error that it raises is shown, and the button stays."""
        self._listeners.append(callback)

    def show(self, about: html.Markup, widget: Any) -> None:
        """Tell what has happened, and put a widget in the place of the button."""
        self._about.value = str(about)
        self._box.children = (self._about, widget)

    def close(self) -> None:
        """Close the widgets."""
        self._box.children = ()
        for widget in (self._button, self._about, self._problem, self._box):
            widget.close()

    def _clicked(self, _: object) -> None:
        self._button.disabled = True
        self._problem.value = ""
        try:
            for listener in list(self._listeners):
                listener()
        except CampaignError as error:
            self._problem.value = str(html.fragment(html.element("pre", {}, str(error))))
            self._button.disabled = False
            self._button.focus()
