"""One campaign as the inventory lists it: what its row and its document say, and its next launch."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from campaign_nb.activity import CATALOGUE
from campaign_nb.errors import CampaignError
from campaign_nb.graph.lifecycle import Status
from campaign_nb.schedule import Schedule
from campaign_nb.store import Store, audiences, inventory
from campaign_nb.store.inventory import Listed
from campaign_nb.workspace.life import schedule_of

Row = dict[str, Any]

_INSTANT = pl.Datetime("us", "UTC")
COLUMNS: Mapping[str, Any] = {
    "name": pl.String,
    "status": pl.String,
    "paused": pl.Boolean,
    "error": pl.Boolean,
    "channels": pl.String,
    "tags": pl.String,
    "folder": pl.String,
    "targeting": pl.String,
    "version": pl.Int64,
    "activities": pl.Int64,
    "created_at": _INSTANT,
    "created_by": pl.String,
    "modified_at": _INSTANT,
    "last_run": _INSTANT,
    "next_launch": _INSTANT,
    "starts": pl.String,
    "ends": pl.String,
    "failed_activity": pl.String,
    "pause_reason": pl.String,
    "description": pl.String,
}
RUNNING = (Status.SCHEDULED, Status.LIVE)


def rows(store: Store, now: dt.datetime) -> list[Row]:
    """Return the campaigns by name, with what the frame shows and, beside it, id, lists and schedule."""
    with store.read() as connection:
        found = inventory.listed(connection)
        saved = {item.name: item.table_name for item in audiences.list_audiences(connection)}
    return [_row(item, saved, now) for item in found]


def _row(item: Listed, saved: Mapping[str, str], now: dt.datetime) -> Row:
    record, version = item.record, item.version
    shape = _Shape((), (), (), 0) if version is None else _shape(version.definition)
    schedule = None if version is None or version.schedule is None else _schedule(version.schedule)
    active = record.status in RUNNING and not record.paused
    tables = [*shape.tables, *(saved.get(name, "") for name in shape.audiences)]
    return {
        "id": record.id,
        "tag_list": record.tags,
        "channel_list": shape.channels,
        "schedule": schedule,
        "name": record.name,
        "status": str(record.status),
        "paused": record.paused,
        "error": record.error,
        "channels": ", ".join(shape.channels),
        "tags": ", ".join(record.tags),
        "folder": record.folder,
        "targeting": ", ".join(dict.fromkeys(name for name in tables if name)),
        "version": record.version,
        "activities": shape.activities,
        "created_at": record.created_at,
        "created_by": item.author,
        "modified_at": record.modified_at,
        "last_run": item.last_run,
        "next_launch": _next(schedule, now) if schedule is not None and active else None,
        "starts": _bound(schedule, "valid_from", "at"),
        "ends": _bound(schedule, "valid_until"),
        "failed_activity": item.failed,
        "pause_reason": record.pause_reason,
        "description": record.description,
    }


class _Shape:
    """What a document says of a campaign: its channels, the tables and the audiences that it starts with, its size."""

    def __init__(self, channels: tuple[str, ...], tables: tuple[str, ...], audiences: tuple[str, ...], activities: int) -> None:
        self.channels, self.tables, self.audiences, self.activities = channels, tables, audiences, activities


@functools.lru_cache(maxsize=256)
def _shape(definition: str) -> _Shape:
    nodes: list[dict[str, Any]] = json.loads(definition).get("activities", [])
    kinds = [CATALOGUE.get(str(node.get("kind"))) for node in nodes]
    channels = sorted({kind.channel for kind in kinds if kind is not None and kind.channel})
    options: list[tuple[str, str, dict[str, Any]]] = [(node["kind"], node["label"], node.get("options", {})) for node in nodes]
    tables = tuple(str(given["dimension"]) for _, _, given in options if isinstance(given.get("dimension"), str))
    read = tuple(str(given.get("audience") or label) for kind, label, given in options if kind == "read_audience")
    return _Shape(tuple(channels), tables, read, len(nodes))


def _schedule(document: str) -> Schedule | None:
    try:
        return schedule_of(document)
    except CampaignError:  # of a kind that this kernel does not know: one campaign must not hide the others
        return None


def _next(schedule: Schedule, now: dt.datetime) -> dt.datetime | None:
    slot = next(iter(schedule.slots(now)), None)
    return None if slot is None else slot.at.astimezone(dt.UTC)


def _bound(schedule: Schedule | None, *names: str) -> str | None:
    """Return the first of some options that is a date or a date and time, as it was written."""
    found = [getattr(schedule, name, None) for name in names]
    return next((str(value) for value in found if value is not None and str(value)[:4].isdigit() and len(str(value)) >= 10), None)
