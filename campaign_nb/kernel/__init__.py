"""Jupyter's entry points: live displays, the running cell, and the comms of the side panels."""

from __future__ import annotations

import functools
from typing import Any

from IPython.core.getipython import get_ipython

from campaign_nb.campaign import Campaign, living
from campaign_nb.campaign.publication import Panel, Publication
from campaign_nb.graph import cells
from campaign_nb.graph.cells import Cell
from campaign_nb.kernel.comms import Registry
from campaign_nb.kernel.displays import close_all, flush_all, show_campaign, show_listing, show_panel, show_publication
from campaign_nb.workspace import Listing

_registry: list[Registry] = []


def load() -> None:
    """Make campaigns live in this kernel; does nothing outside a kernel, and nothing the second time."""
    shell: Any = get_ipython()
    if shell is None or _registry or not hasattr(shell, "kernel"):
        return
    cells.provide(functools.partial(_cell, shell))
    shell.events.register("pre_run_cell", living.settle)
    shell.events.register("post_run_cell", flush_all)
    formatter = shell.display_formatter.ipython_display_formatter
    formatter.for_type(Campaign, show_campaign)
    formatter.for_type(Panel, show_panel)
    formatter.for_type(Publication, show_publication)
    formatter.for_type(Listing, show_listing)
    registry = Registry()
    registry.open()
    _registry.append(registry)


def unload() -> None:
    """Take everything back that `load` did."""
    shell: Any = get_ipython()
    cells.provide(None)
    if shell is not None:
        shell.events.unregister("pre_run_cell", living.settle)
        shell.events.unregister("post_run_cell", flush_all)
        for kind in (Campaign, Panel, Publication, Listing):
            shell.display_formatter.ipython_display_formatter.pop(kind, None)
    while _registry:
        _registry.pop().close()
    close_all()


def load_ipython_extension(_: object) -> None:
    """Make campaigns live: `%load_ext campaign_nb.kernel`."""
    load()


def unload_ipython_extension(_: object) -> None:
    """Take it back: `%unload_ext campaign_nb.kernel`."""
    unload()


def _cell(shell: Any) -> Cell | None:
    parent: dict[str, Any] = shell.get_parent() or {}
    name: Any = parent.get("metadata", {}).get("cellId")
    return Cell(str(name), shell.execution_count) if name else None
