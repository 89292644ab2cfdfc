"""Launches: one row for each instant that a schedule fires; the row, not a timer, makes it happen once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, select, update

from campaign_nb.errors import Problem, StoreError
from campaign_nb.store.schema import launches
from campaign_nb.store.sqlite import insert_new

State = Literal["pending", "running", "done", "failed", "skipped", "missed", "cancelled"]
End = Literal["done", "failed", "skipped", "missed", "cancelled"]
OPEN = ("pending", "running")


@dataclass(frozen=True, slots=True)
class LaunchRecord:
    """One launch, or one gap of missed ones.

    Time: `nominal` is the local date-time of the schedule's zone as text, `due_at` the instant that it stands for.
    Shape: a gap has `first`, `last` and `count` of what was missed, `estimated` when not counted one by one; a launch has count 1.
    """

    id: str
    campaign_id: str
    version: int
    nominal: str
    fold: int
    zone: str
    due_at: dt.datetime
    state: State
    fired_at: dt.datetime | None
    ended_at: dt.datetime | None
    run_id: str | None
    tzdata: str
    reason: str
    first: dt.datetime | None
    last: dt.datetime | None
    count: int
    estimated: bool
    variables: str | None = None


def claim(
    connection: Connection,
    campaign_id: str,
    version: int,
    nominal: str,
    zone: str,
    due_at: dt.datetime,
    at: dt.datetime,
    *,
    fold: int = 0,
    state: Literal["pending", "running", "skipped", "missed", "cancelled"] = "running",
    tzdata: str = "",
    reason: str = "",
    variables: str | None = None,
) -> str | None:
    """Take a launch, and return its id; None when it was taken before or lies in a gap that was recorded as missed.

    Of several kernels that try at once, one gets the id.
    """
    inside = select(launches.c.id).where(
        launches.c.campaign_id == campaign_id,
        launches.c.version == version,
        launches.c.state == "missed",
        launches.c.first <= due_at,
        launches.c.last >= due_at,
    )
    if connection.execute(inside.limit(1)).first() is not None:
        return None
    identity = {"campaign_id": campaign_id, "version": version, "nominal": nominal, "fold": fold, "zone": zone}
    times = {"due_at": due_at, "fired_at": at if state == "running" else None, "ended_at": None if state in OPEN else at}
    return _insert(connection, {**identity, **times, "state": state, "tzdata": tzdata, "reason": reason, "variables": variables})


def record_missed(
    connection: Connection,
    campaign_id: str,
    version: int,
    nominal: str,
    zone: str,
    first: dt.datetime,
    last: dt.datetime,
    count: int,
    at: dt.datetime,
    *,
    fold: int = 0,
    estimated: bool = False,
    tzdata: str = "",
    reason: str = "",
) -> str | None:
    """Record a gap in one row, under the label of its first launch; None when that launch has a row already.

    Errors: a gap without launches, or one that ends before it begins.
    """
    if count < 1 or last < first:
        raise StoreError(Problem("launches", f"a gap of {count} launches from {first} to {last}", "one launch or more, in order"))
    identity = {"campaign_id": campaign_id, "version": version, "nominal": nominal, "fold": fold, "zone": zone}
    gap = {"due_at": first, "ended_at": at, "first": first, "last": last, "count": count, "estimated": estimated}
    return _insert(connection, {**identity, **gap, "state": "missed", "tzdata": tzdata, "reason": reason})


def get(connection: Connection, launch_id: str) -> LaunchRecord:
    """Return the launch of that id.

    Errors: no such id.
    """
    row = connection.execute(select(launches).where(launches.c.id == launch_id)).mappings().one_or_none()
    if row is None:
        raise StoreError(Problem("launches", f"no launch has the id {launch_id!r}"))
    return LaunchRecord(**row)


def list_launches(
    connection: Connection,
    campaign_id: str | None = None,
    states: Collection[str] | None = None,
    *,
    due_until: dt.datetime | None = None,
    limit: int | None = None,
) -> list[LaunchRecord]:
    """Return launches in the order in which they are due; with `limit`, the last ones of those that fit."""
    query = select(launches).order_by(launches.c.due_at.desc(), launches.c.id)
    if campaign_id is not None:
        query = query.where(launches.c.campaign_id == campaign_id)
    if states is not None:
        query = query.where(launches.c.state.in_(sorted(states)))
    if due_until is not None:
        query = query.where(launches.c.due_at <= due_until)
    rows = connection.execute(query.limit(limit)).mappings().all()
    return [LaunchRecord(**row) for row in reversed(rows)]


def fire(connection: Connection, launch_id: str, at: dt.datetime) -> bool:
    """Turn a pending launch into a running one; tell whether it was pending.

    Of several kernels that try at once, one gets True.
    """
    pending = (launches.c.id == launch_id, launches.c.state == "pending")
    return connection.execute(update(launches).where(*pending).values(state="running", fired_at=at)).rowcount == 1


def finish(connection: Connection, launch_id: str, state: End, at: dt.datetime, reason: str = "") -> LaunchRecord:
    """End a pending or running launch.

    Errors: a launch that has ended before, no such id.
    """
    going = (launches.c.id == launch_id, launches.c.state.in_(OPEN))
    if connection.execute(update(launches).where(*going).values(state=state, ended_at=at, reason=reason)).rowcount != 1:
        found = get(connection, launch_id)
        raise StoreError(
            Problem(f"launch {found.nominal} {found.zone}", f"it is {found.state} and can't become {state}", "a launch that is going on")
        )
    return get(connection, launch_id)


def _insert(connection: Connection, values: dict[str, Any]) -> str | None:
    launch_id = str(uuid.uuid4())
    return launch_id if insert_new(connection, launches, {"id": launch_id, **values}) else None
