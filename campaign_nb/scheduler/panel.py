"""What panels show of a scheduler: plain data from the store, never from a thread's memory alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from campaign_nb.activity import CATALOGUE
from campaign_nb.scheduler.progress import Running
from campaign_nb.store import Connection, campaigns, launches, runs
from campaign_nb.store.campaigns import CampaignRecord
from campaign_nb.store.launches import LaunchRecord

_MOST = 10
_shapes: dict[tuple[str, str, int], tuple[int, list[str]]] = {}


def snapshot(
    connection: Connection,
    identity: str,
    state: str,
    running: Sequence[Running],
    nexts: Mapping[str, dt.datetime],
    ahead: Sequence[tuple[str, dt.datetime]],
    since: dt.datetime | None,
) -> dict[str, Any]:
    """Return a workspace's scheduler and campaigns as data that JSON can hold.

    Shape: {"scheduler": {"state", "next", "running": [{"campaign", "run", "progress", "activity"}]}, "campaigns": [{"name",
    "status", "paused", "error", "next", "last": {"run", "state", "at"}, "tags", "channels", "activities"}], "launches":
    [{"campaign", "at", "note"}], "runs": [{"campaign", "run", "state", "at"}], "missed": [{"campaign", "first", "last",
    "count", "estimated", "reason"}]}; instants are ISO 8601 in UTC; missed are those written since an instant.
    """
    found = campaigns.list_campaigns(connection)
    names = {record.id: record.name for record in found}
    queued = launches.list_launches(connection, states=["pending"])
    coming = [{"campaign": names[row.campaign_id], "at": row.due_at.isoformat(), "note": "queued"} for row in queued]
    coming += [{"campaign": name, "at": at.isoformat(), "note": ""} for name, at in ahead]
    return {
        "scheduler": {
            "state": state,
            "next": _iso(min(nexts.values(), default=None)),
            "running": [{"campaign": one.campaign, "run": one.run, "progress": one.progress, "activity": one.activity} for one in running],
        },
        "campaigns": [_campaign(connection, identity, record, nexts.get(record.id)) for record in found],
        "launches": coming,
        "runs": [
            {"campaign": names[run.campaign_id], "run": run.id, "state": run.state, "at": (run.ended_at or run.started_at).isoformat()}
            for run in runs.list_runs(connection, limit=_MOST)
        ],
        "missed": [_missed(row, names) for row in missed_since(connection, since)],
    }


def missed_since(connection: Connection, since: dt.datetime | None) -> list[LaunchRecord]:
    """Return the gaps that were written since an instant, at most ten; None when there is no instant."""
    if since is None:
        return []
    rows = launches.list_launches(connection, states=["missed"], limit=_MOST)
    return [row for row in rows if row.ended_at is not None and row.ended_at >= since]


def _campaign(connection: Connection, identity: str, record: CampaignRecord, at: dt.datetime | None) -> dict[str, Any]:
    newest = runs.list_runs(connection, record.id, limit=1)
    last = (
        {"run": newest[0].id, "state": newest[0].state, "at": (newest[0].ended_at or newest[0].started_at).isoformat()} if newest else None
    )
    activities, channels = _shape(connection, identity, record)
    return {
        "name": record.name,
        "status": str(record.status),
        "paused": record.paused,
        "error": record.error,
        "next": _iso(at),
        "last": last,
        "tags": list(record.tags),
        "channels": channels,
        "activities": activities,
    }


def _shape(connection: Connection, identity: str, record: CampaignRecord) -> tuple[int, list[str]]:
    """Return how many activities a campaign has and which channels they use; read once for each version."""
    published = campaigns.published(connection, record.id)
    if published is None:
        return 0, []
    key = (identity, record.id, published.version)
    if key not in _shapes:
        nodes: list[dict[str, Any]] = json.loads(published.definition).get("activities", [])
        kinds = [str(node.get("kind")) for node in nodes]
        channels = sorted({kind for kind in kinds if kind in CATALOGUE and CATALOGUE[kind].family == "channel"})
        _shapes[key] = (len(nodes), channels)
    return _shapes[key]


def _iso(at: dt.datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _missed(row: LaunchRecord, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "campaign": names[row.campaign_id],
        "first": (row.first or row.due_at).isoformat(),
        "last": (row.last or row.due_at).isoformat(),
        "count": row.count,
        "estimated": row.estimated,
        "reason": row.reason,
    }
