"""History: logs, tasks, stages and the rows between activities, removed some time after their run has ended."""

from __future__ import annotations

import datetime as dt
import functools
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, select

from campaign_nb.activity import CATALOGUE
from campaign_nb.graph.settings import HISTORY
from campaign_nb.schedule.duration import duration, duration_words
from campaign_nb.store import campaigns, files, log, meta
from campaign_nb.store.database import Store
from campaign_nb.store.runs import UNFINISHED
from campaign_nb.store.schema import counts, runs, stages, tasks
from campaign_nb.store.schema import files as _FILES
from campaign_nb.store.schema import log as _LOG

EVERY = dt.timedelta(days=1)
_KEY = "history"


@dataclass(frozen=True, slots=True)
class Purged:
    """What was removed of a campaign: runs that lost something, and how many rows of each kind."""

    campaign_id: str
    runs: int
    lines: int
    tasks: int
    files: int


def purge(store: Store, now: dt.datetime) -> list[Purged]:
    """Remove what is older than its campaign keeps it, at most once a day whoever asks; return what was removed.

    Run rows, counts, exclusions, messages, events, memories, audiences, extracts, launches and alerts stay for good, and so
    do the tasks of messages, for reports count who came there.
    Time: a run's history ends when `now` is later than its end by the campaign's `history`.
    Each campaign is a transaction with a line in its log; files go after their rows, here or with the next sweep.
    """
    with store.read() as connection:
        if not is_due(meta.get(connection, _KEY), now):
            return []
        kept = {record.id: kept_for(_definition(connection, record)) for record in campaigns.list_campaigns(connection)}
    with store.begin() as connection:
        last = meta.get(connection, _KEY)
        if not is_due(last, now) or not meta.swap(connection, _KEY, last, now.isoformat()):
            return []
    found: list[Purged] = []
    for campaign_id, length in kept.items():
        with store.read() as connection:
            number = _number(connection, campaign_id, now - length)
        if number:
            with store.begin() as connection:
                found.append(_purge(connection, campaign_id, now, length))
    with store.begin() as connection:
        files.sweep(connection, store.folder)
    return found


def is_due(last: str | None, now: dt.datetime) -> bool:
    """Tell whether history is looked at again: never yet, a day ago, or by a clock that has gone back since.

    >>> noon = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    >>> [is_due(last, noon) for last in (None, "2026-06-30T12:00:00+00:00", "2026-06-30T12:00:01+00:00", "2027-01-01T00:00:00+00:00")]
    [True, True, False, True]
    """
    return last is None or not dt.timedelta(0) <= now - dt.datetime.fromisoformat(last) < EVERY


@functools.lru_cache(maxsize=256)
def kept_for(definition: str | None) -> dt.timedelta:
    """Return how long a campaign keeps history after a run, as its definition's document says.

    >>> kept_for('{"history": "90d"}').days, kept_for(None).days
    (90, 30)
    """
    found: dict[str, Any] = {} if definition is None else json.loads(definition)
    return duration(found["history"]) if "history" in found else HISTORY


def purged(connection: Connection, run_id: str) -> bool:
    """Tell whether a run's history was removed: it has ended and counted, and has no stage any more."""
    counted = exists().where(counts.c.run_id == runs.c.id)
    staged = exists().where(stages.c.run_id == runs.c.id)
    found = select(runs.c.id).where(runs.c.id == run_id, runs.c.state.not_in(UNFINISHED), counted, ~staged)
    return connection.execute(found).first() is not None


def _definition(connection: Connection, record: campaigns.CampaignRecord) -> str | None:
    version = campaigns.published(connection, record.id)
    return None if version is None else version.definition


def _ended(campaign_id: str, before: dt.datetime) -> Select[Any]:
    return select(runs.c.id).where(runs.c.campaign_id == campaign_id, runs.c.ended_at < before, runs.c.state.not_in(UNFINISHED))


def _number(connection: Connection, campaign_id: str, before: dt.datetime) -> int:
    """Count the runs that ended before an instant and still have history."""
    left = exists().where(stages.c.run_id == runs.c.id) | exists().where(_LOG.c.run_id == runs.c.id)
    old = _ended(campaign_id, before).where(left).subquery()
    return int(connection.execute(select(func.count()).select_from(old)).scalar_one())


def _purge(connection: Connection, campaign_id: str, now: dt.datetime, length: dt.timedelta) -> Purged:
    old, number = _ended(campaign_id, now - length), _number(connection, campaign_id, now - length)
    messages = sorted(kind for kind, activity in CATALOGUE.items() if activity.channel)
    sent = exists().where(_FILES.c.run_id == tasks.c.run_id, _FILES.c.activity == tasks.c.activity, _FILES.c.kind == "outbox")
    between = delete(_FILES).where(_FILES.c.kind == "checkpoint", _FILES.c.run_id.in_(old))
    done = Purged(
        campaign_id,
        number,
        connection.execute(delete(_LOG).where(_LOG.c.run_id.in_(old))).rowcount,
        connection.execute(delete(tasks).where(tasks.c.run_id.in_(old), tasks.c.kind.not_in(messages), ~sent)).rowcount,
        connection.execute(between).rowcount,
    )
    connection.execute(delete(stages).where(stages.c.run_id.in_(old)))
    if number:
        what = f"{done.lines:,} lines of the log, {done.tasks:,} tasks and {done.files:,} files of {number:,} runs"
        log.append(connection, f"history: removed {what} that ended more than {duration_words(length)} ago", now, campaign_id=campaign_id)
    return done
