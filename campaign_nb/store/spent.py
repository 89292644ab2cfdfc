"""Campaigns that are archived: deleted some time after their last change, with everything that their runs left."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection

from campaign_nb.graph.lifecycle import Status
from campaign_nb.store import campaigns, inventory, log
from campaign_nb.store.campaigns import CampaignRecord
from campaign_nb.store.database import Store

KEPT = dt.timedelta(days=30)
"""How long an archived campaign stays after its last change."""


def is_spent(record: CampaignRecord, now: dt.datetime) -> bool:
    """Tell whether a campaign is archived and its last change is 30 days ago.

    >>> day = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    >>> old = CampaignRecord("1", "Spring", Status.ARCHIVED, False, False, "", "", (), 1, day, day, day)
    >>> is_spent(old, day + dt.timedelta(days=29)), is_spent(old, day + dt.timedelta(days=30))
    (False, True)
    """
    return record.status == Status.ARCHIVED and now - record.modified_at >= KEPT


def purge(store: Store, now: dt.datetime) -> list[str]:
    """Delete the archived campaigns that have not changed for 30 days; return their names.

    Each is a line in the log of the workspace. Audiences that they saved stay.
    """
    gone = list[str]()
    with store.read() as connection:
        spent = [record for record in campaigns.list_campaigns(connection, [Status.ARCHIVED]) if is_spent(record, now)]
    for record in spent:
        with store.begin() as connection:
            current = campaigns.known(connection, record.id)
            if current is not None and is_spent(current, now):
                remove(connection, current, now, f"campaign {current.name!r} deleted: archived, and not changed for {KEPT.days} days")
                gone.append(current.name)
    return gone


def remove(connection: Connection, record: CampaignRecord, now: dt.datetime, message: str) -> None:
    """Delete a campaign with its runs, and say so in the log of the workspace.

    Errors: a status that has changed meanwhile.
    """
    campaigns.remove(connection, record.id, [record.status])
    inventory.forget_author(connection, record.id)
    log.append(connection, message, now)
