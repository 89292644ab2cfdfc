"""The log: what happened to a campaign and its runs, one line each, in order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, insert, select

from campaign_nb.store.schema import log

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log; ids grow with time and are never used twice.

    Nulls: no campaign for what concerns the whole workspace; no run, no activity for what concerns the campaign.
    """

    id: int
    campaign_id: str | None
    run_id: str | None
    activity: str | None
    at: dt.datetime
    level: Level
    message: str


def append(
    connection: Connection,
    message: str,
    at: dt.datetime,
    *,
    campaign_id: str | None = None,
    run_id: str | None = None,
    activity: str | None = None,
    level: Level = "info",
) -> int:
    """Write one line and return its id. Messages name columns and counts, never people."""
    done = connection.execute(
        insert(log).values(campaign_id=campaign_id, run_id=run_id, activity=activity, at=at, level=level, message=message)
    )
    key = done.inserted_primary_key
    return int(key[0]) if key else 0


def read(
    connection: Connection,
    *,
    campaign_id: str | None = None,
    run_id: str | None = None,
    level: Level | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[LogLine]:
    """Return lines, oldest first; with `limit`, the newest ones of those that fit; `after` is the id last seen."""
    query = select(log).where(log.c.id > after).order_by(log.c.id.desc())
    for column, value in ((log.c.campaign_id, campaign_id), (log.c.run_id, run_id), (log.c.level, level)):
        if value is not None:
            query = query.where(column == value)
    rows = connection.execute(query.limit(limit)).mappings().all()
    return [LogLine(**row) for row in reversed(rows)]


def purge(connection: Connection, campaign_id: str, before: dt.datetime) -> int:
    """Forget the lines of a campaign that are older than an instant; return how many."""
    return connection.execute(delete(log).where(log.c.campaign_id == campaign_id, log.c.at < before)).rowcount
