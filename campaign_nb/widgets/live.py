"""A campaign's live view: its canvas, and under it the details of what is selected, its log and its tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets  # pyright: ignore[reportMissingTypeStubs] it ships no types

from campaign_nb.render.view import View
from campaign_nb.widgets.bar import ACTIONS
from campaign_nb.widgets.canvas import CampaignCanvas
from campaign_nb.widgets.history import History, HistoryPanel
from campaign_nb.widgets.panels import DetailsPanel, Payload, payload
from campaign_nb.widgets.throttle import Throttle

_widgets: Any = ipywidgets


class LiveCampaign:
    """The live view of a campaign; the front end hides the static picture where its class is on the page.

    `details` is called with the id of what is selected and returns what the panel shows (see
    `campaign_nb.widgets.panels.payload`); without it the panel shows what the view knows. `act` is called with what the
    bar's buttons ask for, `history` returns what the log and the tasks show; without them the buttons are not there.

    >>> live = LiveCampaign({"name": "Spring", "nodes": [], "edges": []})
    >>> live.css_class == f"campaign-nb-live-{live.widget.model_id}"
    True
    >>> live.close()
    """

    def __init__(
        self,
        view: View,
        details: Callable[[str], Payload] | None = None,
        *,
        act: Callable[[str], None] | None = None,
        history: Callable[[], History] | None = None,
    ) -> None:
        self._view, self._details, self._act, self._history = view, details, act, history
        offers = [*(ACTIONS if act is not None else ()), *(["log"] if history is not None else [])]
        self._canvas, self._panel, self._log = CampaignCanvas(view, offers=offers), DetailsPanel(), HistoryPanel()
        self._run_state = _run_state(view)
        self._throttle: Throttle[View] = Throttle(self._take)
        self._box: Any = _widgets.VBox([self._canvas.widget, self._panel, self._log])
        self.css_class = f"campaign-nb-live-{self._box.model_id}"
        self._box.add_class("campaign-nb-live")
        self._box.add_class(self.css_class)
        self._canvas.on_select(self._show_details)
        self._canvas.on_action(self._pressed)

    @property
    def widget(self) -> Any:
        """Return the widget that is displayed."""
        return self._box

    @property
    def selected(self) -> str | None:
        """Return the id of the activity or transition that is selected."""
        return self._canvas.selected

    def show(self, view: View) -> None:
        """Show a new state now; for those who hold changes back before they read the campaign. From any thread."""
        self._throttle.put(view)
        self._throttle.flush()

    def update(self, view: View) -> None:
        """Show a new state of the campaign, at most ten times a second; the last always arrives. From any thread."""
        self._throttle.put(view)

    def on_select(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call `callback` with the id of an activity or transition that is clicked; return a function that ends it."""
        return self._canvas.on_select(callback)

    def select(self, name: str | None) -> None:
        """Select an activity or a transition by its id, as a click does; None for nothing."""
        self._canvas.select(name)
        self._show_details(name)

    def close(self) -> None:
        """Close the view and everything that belongs to it."""
        self._throttle.close()
        self._box.children = ()
        self._canvas.close()
        for widget in (self._panel, self._log, self._box):
            widget.layout.close()  # pyright: ignore[reportUnknownMemberType] the library is untyped
            widget.close()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self._box._repr_mimebundle_(**options)

    def _take(self, view: View) -> None:
        self._view = view
        self._canvas.show(view)
        before, self._run_state = self._run_state, _run_state(view)
        if self._canvas.selected is None:
            self._panel.show({})
        elif before != self._run_state:
            self._show_details(self._canvas.selected)
        if self._log.is_shown and self._history is not None:
            self._log.show(self._history(), activity=self._log.state["activity"])

    def _pressed(self, action: str) -> None:
        if action != "log":
            if self._act is not None:
                self._act(action)
        elif self._log.is_shown or self._history is None:
            self._log.show({})
        else:
            self._log.show(self._history(), activity=self._chosen_activity())

    def _chosen_activity(self) -> str:
        """Return the label of the activity that is selected; empty for a transition or nothing."""
        nodes = {node.get("id"): str(node.get("label") or "") for node in self._view.get("nodes") or ()}
        return nodes.get(self._canvas.selected, "")

    def _show_details(self, name: str | None) -> None:
        """Fill the panel; what goes wrong in a callback is told there, not lost in the page."""
        if name is None:
            self._panel.show({})
            return
        try:
            found = self._details(name) if self._details is not None else payload(self._view, name)
        except Exception as error:
            found = {**payload(self._view, name), "note": f"Details can't be shown: {type(error).__name__}"}
        self._panel.show(found)


def _run_state(view: View) -> tuple[object, object]:
    run: View = view.get("run") or {}
    return run.get("id"), run.get("state")
