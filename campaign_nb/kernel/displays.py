"""What a notebook shows: live views beside static pictures, one of each per cell."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from IPython.display import display

from campaign_nb.campaign import Campaign, DryRun, LiveRun
from campaign_nb.campaign.publication import Panel, Publication
from campaign_nb.engine.events import RunEvent
from campaign_nb.graph import cells
from campaign_nb.graph.definition import Ref
from campaign_nb.render import mime
from campaign_nb.widgets.live import LiveCampaign
from campaign_nb.widgets.panels import SchedulerPanel, payload
from campaign_nb.widgets.publish import PublishButton
from campaign_nb.workspace.listing import masked

CAMPAIGN = "application/vnd.campaign+json"
_ROWS = 5
_shown: dict[tuple[str, str], Callable[[], None]] = {}


def close_all() -> None:
    """Close every live view."""
    for close in list(_shown.values()):
        close()
    _shown.clear()


def _replace(kind: str, name: str, close: Callable[[], None]) -> None:
    """Keep one live view per cell and campaign: a cell run again closes the one that it had shown."""
    cell = cells.current()
    key = (kind + name, cell.id if cell is not None else "")
    if key in _shown:
        _shown.pop(key)()
    _shown[key] = close


def show_campaign(campaign: Campaign) -> None:
    """Display a campaign: the static picture, updated when a run ends, and the live graph in an output of its own."""
    view = campaign.view()
    live = LiveCampaign(view, functools.partial(_details, campaign))
    metadata = {CAMPAIGN: {"live": live.widget.model_id}}
    handle: Any = display(mime.bundle(view), raw=True, metadata=metadata, display_id=True)
    display(live.widget)

    def refresh() -> None:
        live.update(campaign.view())

    def heard(event: RunEvent) -> None:
        if event.campaign == campaign.name:
            refresh()
            if event.state not in ("running", "paused"):
                handle.update(mime.bundle(campaign.view()), raw=True, metadata=metadata)

    def changed() -> None:
        refresh()
        handle.update(mime.bundle(campaign.view()), raw=True, metadata=metadata)

    ends = [campaign.workspace.listen(heard), campaign.on_change(changed)]
    _replace("campaign:", campaign.name, lambda: _close(live.close, *ends))


def _close(*ends: Callable[[], object]) -> None:
    for end in ends:
        end()


def _details(campaign: Campaign, name: str) -> dict[str, Any]:
    """Return the details of an activity or a transition, with its first rows masked."""
    view = campaign.view()
    found = payload(view, name)
    run = campaign.known_run()
    edge = next((edge for edge in view["edges"] if edge["id"] == name), None)
    if not found or run is None or edge is None:
        return found
    if isinstance(run, DryRun) and run.digest != campaign.definition.digest():
        return found
    rows = run.population(Ref(edge["source"], edge["port"]), first=_ROWS)
    keys = {name for info in campaign.data.infos.values() for name in info.key}
    values = [[_safe(value, hide=column in keys) for column, value in row.items()] for row in rows.iter_rows(named=True)]
    return {**found, "rows": {"columns": rows.columns, "rows": values}, "note": "masked; .frame() has the values"}


def _safe(value: object, *, hide: bool) -> object:
    return value if isinstance(value, bool | int | float) and not hide else masked(value)


def show_panel(panel: Panel) -> None:
    """Display the scheduler: next launches, the run in progress, last runs, and buttons that call the same methods."""
    campaign, workspace = panel.campaign, panel.workspace
    widget = SchedulerPanel(_panel(panel))

    def act(action: str, name: str) -> None:
        if name == campaign.name:
            getattr(campaign, action)()
        elif not name:
            getattr(workspace.scheduler, action)()

    def refresh(*_: object) -> None:
        widget.update(_panel(panel))

    widget.on_action(act)
    ends = [workspace.listen(refresh), workspace.scheduler.on_change(refresh), campaign.on_change(refresh)]
    display(widget)
    _replace("panel:", campaign.name, lambda: _close(widget.close, *ends))


def _panel(panel: Panel) -> dict[str, Any]:
    campaign = panel.campaign
    snapshot = panel.workspace.scheduler.snapshot()
    launches = [{"campaign": campaign.name, "at": launch.isoformat()} for launch in campaign.launches(5)]
    past = [campaign.runs[index] for index in range(min(5, len(campaign.runs)))]
    told = [
        {"campaign": campaign.name, "state": run.state, "at": run.started_at.isoformat(), "counts": _messages(campaign, run)}
        for run in past
    ]
    return {**snapshot, "time_zone": campaign.time_zone, "launches": launches, "runs": told}


def _messages(campaign: Campaign, run: LiveRun) -> list[list[Any]]:
    channels = [label for label, node in campaign.definition.nodes.items() if node.activity.channel]
    return [[ref.label, rows] for ref, rows in run.ports().items() if ref.label in channels and ref.port == "out"]


def show_publication(publication: Publication) -> None:
    """Display what publishing would send, with a button that confirms it."""
    button = PublishButton(publication.campaign.name, publication.total, [[*row] for row in publication.rows()])
    button.on_confirm(lambda: display(publication.confirm()))
    display(button.widget)
    _replace("publication:", publication.campaign.name, button.close)
