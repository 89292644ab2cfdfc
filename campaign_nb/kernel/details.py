"""What a click on an activity or a transition shows: options, columns, and the first rows, masked."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from campaign_nb.campaign import Campaign, DryRun
from campaign_nb.data.model import DataModel
from campaign_nb.graph.definition import Ref
from campaign_nb.widgets.panels import payload
from campaign_nb.workspace.listing import masked

ROWS = 5
_PLAIN = (bool, int, float, dt.date, dt.time, dt.timedelta)


def details(campaign: Campaign, name: str) -> dict[str, Any]:
    """Return the details of an activity or a transition; keys, contacts and texts of the first rows are masked.

    Nulls: stay null.
    """
    view = campaign.view()
    found = payload(view, name)
    run = campaign.known_run()
    edge = next((edge for edge in view["edges"] if edge["id"] == name), None)
    if not found or run is None or edge is None:
        return found
    if isinstance(run, DryRun) and run.digest != campaign.definition.digest():
        return found
    rows = run.population(Ref(edge["source"], edge["port"]), first=ROWS)
    secret = _secret(campaign.data)
    values = [[_shown(value, hide=column in secret) for column, value in row.items()] for row in rows.iter_rows(named=True)]
    return {**found, "rows": {"columns": rows.columns, "rows": values}, "note": "Masked; .frame() has the values."}


def _secret(data: DataModel) -> set[str]:
    """List the columns that say who somebody is: keys, and where they are reached."""
    found: set[str] = set()
    for info in data.infos.values():
        found |= {*info.key, *filter(None, [info.roles.email, info.roles.phone])}
    return found


def _shown(value: object, *, hide: bool) -> object:
    if value is None:
        return None
    if isinstance(value, Decimal) and not hide:
        return float(value)
    return value if isinstance(value, _PLAIN) and not hide else masked(value)
