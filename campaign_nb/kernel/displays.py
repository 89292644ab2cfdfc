"""What a notebook shows of campaigns and schedulers: live views, each beside what stands where no kernel runs."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any

from campaign_nb.campaign import Campaign
from campaign_nb.campaign.publication import Panel, Publication
from campaign_nb.engine.events import RunEvent
from campaign_nb.errors import CampaignError
from campaign_nb.kernel import acting
from campaign_nb.kernel.details import details
from campaign_nb.kernel.doing import Doing
from campaign_nb.kernel.history import history_in, history_of, markup_of
from campaign_nb.kernel.outputs import Bundle, Output, Shown, View, beside, throttled
from campaign_nb.kernel.panels import PanelData
from campaign_nb.render import mime
from campaign_nb.widgets.history import HistoryPanel
from campaign_nb.widgets.live import LiveCampaign
from campaign_nb.widgets.panels import SchedulerPanel
from campaign_nb.widgets.publish import PublishButton
from campaign_nb.workspace import Listing

_ACTIONS = ("start", "pause", "resume", "stop")
# A picture that changes while a run goes on would be saved anew with every change.
_GOING = ("running", "paused")
_shown = Shown()


def close_all() -> None:
    """Close every live view."""
    _shown.close()


def flush_all(*_: object) -> None:
    """Show what is held back, before the cell ends: programs that run notebooks lose what comes between two cells."""
    _shown.flush()


def show_campaign(campaign: Campaign) -> None:
    """Display a campaign: the static picture, updated when a run ends, and the live graph in an output of its own."""
    view = campaign.view()
    act, history = functools.partial(acting.act, campaign), functools.partial(history_of, campaign)
    live = LiveCampaign(view, functools.partial(details, campaign), act=act, history=history)
    output = Output(mime.bundle(view), live.widget, {mime.MIME: {"live": live.widget.model_id}})

    doing = Doing()

    def draw() -> None:
        view = doing.added(campaign.view())
        live.show(view)
        run = view["run"]
        if run is None or run["state"] not in _GOING or run.get("held_at"):
            output.update(mime.bundle(view))

    def heard(event: RunEvent) -> None:
        if event.campaign == campaign.name:
            doing.hear(event)
            changes.put(None)

    changes = throttled(draw)
    ends = [campaign.workspace.listen(heard), campaign.on_change(lambda: changes.put(None))]
    _shown.add(lambda: _call(ends, changes.close, live.close), changes.flush)


def show_panel(panel: Panel) -> None:
    """Display the scheduler: next launches, the run in progress, last runs, and buttons that call the same methods."""
    widget, view, draw = _panel(panel)
    output = Output(_static(panel, widget), widget)
    draw.append(lambda: output.update(_static(panel, widget)))
    _shown.add(view.close, view.flush)


def show_publication(publication: Publication) -> None:
    """Display what publishing would send, with a button that confirms it; the panel takes the button's place."""
    button = PublishButton(publication.about(), publication.total)
    views: list[View] = []

    def confirm() -> None:
        widget, view, draw = _panel(publication.confirm())
        views.append(view)
        widget.take_focus = True  # else it is lost with the button
        button.show(publication.about(), widget)
        tell()
        draw.append(tell)

    def tell() -> None:
        output.update(_static(publication, button.widget))

    button.on_confirm(confirm)
    output = Output(_static(publication, button.widget), button.widget)
    _shown.add(lambda: _call([view.close for view in views], button.close), lambda: _call([view.flush for view in views]))


def show_listing(listing: Listing) -> None:
    """Display a log or a list of tasks as a panel with filters; other listings are shown as they are."""
    history = history_in(listing)
    if history is None:
        raise NotImplementedError  # IPython goes on to the next way of showing it
    widget = HistoryPanel()
    widget.show(history)
    Output({"text/html": beside(markup_of(history), widget), "text/plain": repr(listing)}, widget)
    _shown.add(widget.close, lambda: None)


def _panel(panel: Panel) -> tuple[SchedulerPanel, View, list[Callable[[], None]]]:
    """Return the live panel, what closes and flushes it, and what else is drawn when something has changed."""
    campaign, data = panel.campaign, PanelData(panel)
    widget = SchedulerPanel(data.read())
    others: list[Callable[[], None]] = []

    def draw() -> None:
        widget.show(data.read())
        for other in others:
            other()

    def act(action: str, name: str) -> None:
        if action == "go_on":
            with contextlib.suppress(CampaignError):  # it goes on already; the panel shows how it stands
                acting.resume(campaign, name)
        elif action in _ACTIONS:
            held: list[Any] = panel.workspace.held(name) if name else [panel.workspace.scheduler]
            for one in held:
                with contextlib.suppress(CampaignError):  # it has ended meanwhile; the panel shows how it stands
                    getattr(one, action)()
        changes.put(None)

    changes = throttled(draw)
    widget.on_action(act)
    ends = [campaign.on_change(lambda: changes.put(None)), panel.workspace.scheduler.on_change(lambda: changes.put(None))]
    return widget, View(lambda: _call(ends, changes.close, widget.close), changes.flush), others


def _static(shown: Panel | Publication, widget: Any) -> Bundle:
    markup = shown._repr_html_()  # pyright: ignore[reportPrivateUsage] # IPython's protocol
    return {"text/html": beside(markup, widget), "text/plain": repr(shown)}


def _call(first: list[Callable[[], None]], *then: Callable[[], None]) -> None:
    for call in [*first, *then]:
        call()
