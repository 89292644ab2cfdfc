"""Alerts: what people are told of a run, once each."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from campaign_nb.store import log
from campaign_nb.store.schema import alerts
from campaign_nb.store.sqlite import insert_new


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """One alert of a campaign, and the run and the activity that told it."""

    id: int
    campaign_id: str
    run_id: str | None
    activity: str
    at: dt.datetime
    title: str
    message: str


def tell(connection: Connection, campaign_id: str, run_id: str | None, activity: str, at: dt.datetime, title: str, message: str) -> bool:
    """Keep an alert and write it into the log; False when that run and activity have told it before."""
    values = {"campaign_id": campaign_id, "run_id": run_id, "activity": activity, "at": at, "title": title, "message": message}
    if not insert_new(connection, alerts, values):
        return False
    log.append(connection, f"alert: {title}: {message}", at, level="warning", campaign_id=campaign_id, run_id=run_id, activity=activity)
    return True


def trouble(connection: Connection, campaign_id: str, run_id: str | None, activity: str, at: dt.datetime, title: str, message: str) -> None:
    """Keep an alert of what went wrong, also when the same went wrong before; whoever notes it writes the log."""
    place = {"campaign_id": campaign_id, "run_id": run_id, "activity": activity}
    for number in itertools.count(1):
        named = title if number == 1 else f"{title} ({number})"
        if insert_new(connection, alerts, {**place, "at": at, "title": named, "message": message}):
            return


def newest(connection: Connection) -> int:
    """Return the id of the newest alert, 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(alerts.c.id), 0))).scalar_one())


def list_alerts(connection: Connection, campaign_id: str | None = None, *, after: int = 0, limit: int | None = None) -> list[AlertRecord]:
    """Return alerts, oldest first; those after an id, if one is named, and the first of them."""
    query = select(alerts).where(alerts.c.id > after).order_by(alerts.c.id).limit(limit)
    if campaign_id is not None:
        query = query.where(alerts.c.campaign_id == campaign_id)
    return [AlertRecord(**row) for row in connection.execute(query).mappings()]
