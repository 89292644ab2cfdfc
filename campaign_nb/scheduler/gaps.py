"""Launches that did not happen: one row for each gap, with the reason, and a line in the log."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import Any

from campaign_nb.errors import CampaignError
from campaign_nb.schedule import Missed, Schedule, tzdata_version
from campaign_nb.scheduler.launcher import Scheduled
from campaign_nb.store import Connection, campaigns, launches, log, meta
from campaign_nb.store.launches import LaunchRecord

OFF = "no scheduler was running"
PAUSED = "paused"


def record_gap(
    connection: Connection, campaign_id: str, version: int, schedule: Schedule, gap: Missed | None, at: dt.datetime, reason: str
) -> None:
    """Write the row of a gap and a line in the log; a gap that starts with a launch of its own row starts after it."""
    while gap is not None:
        first = gap.first
        made = launches.record_missed(
            connection,
            campaign_id,
            version,
            first.nominal,
            first.zone,
            first.at,
            gap.last.at,
            gap.count,
            at,
            fold=first.fold,
            estimated=gap.estimated,
            tzdata=tzdata_version(),
            reason=reason,
        )
        if made is not None:
            words = told(gap.count, gap.estimated, first.nominal, gap.last.nominal, first.zone)
            log.append(connection, f"{words}: {reason}", at, campaign_id=campaign_id, level="info" if reason == PAUSED else "warning")
            return
        gap = schedule.missed(first.at, gap.last.at)


def told(count: int, estimated: bool, first: str, last: str, zone: str) -> str:
    """Say what a gap holds.

    >>> told(20_000, True, "2026-03-02T09:00:00", "2026-03-09T09:00:00", "UTC")
    'about 20,000 launches missed, 2026-03-02T09:00:00 to 2026-03-09T09:00:00 UTC'
    """
    if count == 1:
        return f"1 launch missed, {first} {zone}"
    return f"{'about ' if estimated else ''}{count:,} launches missed, {first} to {last} {zone}"


def record_superseded(connection: Connection, item: Scheduled, at: dt.datetime) -> None:
    """Record what the version before left undone when a new one took over, in one row."""
    before = [old for old in campaigns.list_versions(connection, item.campaign_id) if old.version < item.version and old.published_at]
    old = before[-1] if before else None
    if old is None or old.schedule is None or old.published_at is None:
        return
    schedule = _read(old.schedule)
    rows = [row for row in launches.list_launches(connection, item.campaign_id) if row.version == old.version]
    after = considered(rows, old.published_at)
    withdrawn = meta.get(connection, _withdrawn(item.campaign_id))
    until = min(item.since, dt.datetime.fromisoformat(withdrawn)) if withdrawn else item.since
    if schedule is not None and after < until:
        gap = schedule.missed(after, until)
        record_gap(connection, item.campaign_id, old.version, schedule, gap, at, f"version {item.version} was published")


def note_withdrawn(connection: Connection, campaign_id: str, at: dt.datetime) -> None:
    """Remember when a campaign was brought back to draft: what its schedule names after that is not missed."""
    meta.put(connection, _withdrawn(campaign_id), at.isoformat())


def considered(rows: list[LaunchRecord], since: dt.datetime) -> dt.datetime:
    """Return the instant up to which every launch has its row."""
    return max([since, *(row.last or row.due_at for row in rows)])


def note_pause(connection: Connection, campaign_id: str, at: dt.datetime) -> None:
    """Remember that a campaign was seen paused, so that what it lets pass has that reason."""
    meta.put(connection, _key(campaign_id), at.isoformat())


def was_paused(connection: Connection, campaign_id: str) -> bool:
    """Tell whether a campaign was seen paused and its gap is not written yet."""
    return bool(meta.get(connection, _key(campaign_id)))


def noted_pauses(connection: Connection) -> set[str]:
    """Return the campaigns that were seen paused and whose gap is not written yet."""
    return {key.removeprefix(_key("")) for key, value in meta.starting(connection, _key("")).items() if value}


def forget_pause(connection: Connection, campaign_id: str) -> None:
    """Forget a pause whose gap is written."""
    meta.put(connection, _key(campaign_id), "")


def _key(campaign_id: str) -> str:
    return f"paused:{campaign_id}"


def _withdrawn(campaign_id: str) -> str:
    return f"withdrawn:{campaign_id}"


def _read(document: str) -> Schedule | None:
    with contextlib.suppress(CampaignError, ValueError):  # a kind of schedule that this kernel does not know
        found: dict[str, Any] = json.loads(document)
        return Schedule.from_json(found)
    return None
