"""What a list of campaigns shows beside their rows, in a few queries however many there are; who made them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, or_, select

from campaign_nb.graph.lifecycle import Status
from campaign_nb.store import meta
from campaign_nb.store.campaigns import CampaignRecord, VersionRecord, list_campaigns
from campaign_nb.store.runs import RunRecord
from campaign_nb.store.schema import campaigns, runs, tasks, versions
from campaign_nb.store.schema import meta as _META

_AUTHOR = "created_by:"


@dataclass(frozen=True, slots=True)
class Listed:
    """A campaign as a list shows it.

    Nulls: no version before the first was saved; no run before the first one; no author where none was named.
    """

    record: CampaignRecord
    version: VersionRecord | None
    """The version that launches use; of a draft the one that is being written."""
    last_run: dt.datetime | None
    failed: str
    """The last activity that failed, in any run."""
    author: str


def listed(connection: Connection) -> list[Listed]:
    """Return all campaigns by name."""
    found = list_campaigns(connection)
    newest = select(versions).join(campaigns, and_(campaigns.c.id == versions.c.campaign_id, campaigns.c.version == versions.c.version))
    numbers = func.max(versions.c.version).label("number")
    last = select(versions.c.campaign_id, numbers).where(versions.c.published_at.is_not(None)).group_by(versions.c.campaign_id).subquery()
    published = select(versions).join(last, and_(last.c.campaign_id == versions.c.campaign_id, last.c.number == versions.c.version))
    drafts, used = _versions(connection, newest), _versions(connection, published)
    newest_runs = select(runs.c.campaign_id, func.max(runs.c.started_at)).group_by(runs.c.campaign_id)
    started = {str(campaign): at for campaign, at in connection.execute(newest_runs)}
    failures = select(runs.c.campaign_id, tasks.c.activity).join(tasks, tasks.c.run_id == runs.c.id).where(tasks.c.state == "failed")
    in_order = failures.order_by(runs.c.started_at, tasks.c.ended_at, tasks.c.activity)
    failed = {str(campaign): str(activity) for campaign, activity in connection.execute(in_order)}
    authors = _authors(connection)
    return [
        Listed(
            record,
            drafts.get(record.id) if record.status == Status.DRAFT else used.get(record.id),
            started.get(record.id),
            failed.get(record.id, ""),
            authors.get(record.id, ""),
        )
        for record in found
    ]


def runs_between(connection: Connection, first: dt.datetime, last: dt.datetime) -> list[RunRecord]:
    """Return the runs that went on at some time from one instant to before another, oldest first."""
    inside = and_(runs.c.started_at < last, or_(runs.c.ended_at.is_(None), runs.c.ended_at >= first))
    query = select(runs).where(inside).order_by(runs.c.started_at, runs.c.id)
    return [RunRecord(**row) for row in connection.execute(query).mappings()]


def note_author(connection: Connection, campaign_id: str, author: str) -> None:
    """Remember who made a campaign; nobody named is nothing to remember."""
    if author:
        meta.put(connection, f"{_AUTHOR}{campaign_id}", author)


def forget_author(connection: Connection, campaign_id: str) -> None:
    """Forget who made a campaign that is gone."""
    connection.execute(delete(_META).where(_META.c.key == f"{_AUTHOR}{campaign_id}"))


def _authors(connection: Connection) -> Mapping[str, str]:
    query = select(_META.c.key, _META.c.value).where(_META.c.key.startswith(_AUTHOR, autoescape=True))
    return {str(key).removeprefix(_AUTHOR): str(value) for key, value in connection.execute(query)}


def _versions(connection: Connection, query: Select[Any]) -> dict[str, VersionRecord]:
    return {row["campaign_id"]: VersionRecord(**row) for row in connection.execute(query).mappings()}
