"""Runs with messages and events, written into a store by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from campaign_nb.store import Store, campaigns, files, runs
from campaign_nb.store.files import Slot

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Sent:
    """What one message activity did in a run: the excluded by reason, the people, and their events (None: not recorded)."""

    people: Sequence[int] = ()
    events: Mapping[str, Sequence[int]] | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)
    state: runs.TaskState = "done"
    kind: str = "email"
    table: str = "people"
    simulated: bool = False


def a_run(store: Store, messages: Mapping[str, Sent], *, day: int = 0, end: runs.End | None = "done", name: str = "Spring") -> str:
    """A run of a campaign, with the tasks, counts and files of its message activities."""
    at = NOON + dt.timedelta(days=day)
    with store.begin() as connection:
        found = campaigns.find(connection, name) or campaigns.create(connection, name, NOON)
        campaigns.save_version(connection, found.id, "{}", NOON)
        run = runs.start(connection, found.id, 1, at, at)
        for label, sent in messages.items():
            _keep(store, connection, run.id, label, sent, at)
        tasks = [_task(label, sent, at) for label, sent in messages.items()]
        others = [runs.Task("All", "build_audience", "done", at, 0, 1_000)]
        reasons = {(label, reason): rows for label, sent in messages.items() for reason, rows in sent.excluded.items()}
        runs.commit_stage(connection, run.id, 0, at, at, tasks=[*others, *tasks], exclusions={**reasons, ("All", "rule"): 9})
        if end is not None:
            runs.finish(connection, run.id, end, at)
    return run.id


def _task(label: str, sent: Sent, at: dt.datetime) -> runs.Task:
    inbound = len(sent.people) + sum(sent.excluded.values())
    return runs.Task(label, sent.kind, sent.state, at, inbound, len(sent.people))


def _keep(store: Store, connection: runs.Connection, run: str, label: str, sent: Sent, at: dt.datetime) -> None:
    if sent.kind != "email":
        return
    ids = {person: f"{run}/{label}/{person}" for person in sent.people}
    rows = {"message_id": list(ids.values()), "run": run, "activity": label, "table": sent.table}
    outbox = pl.DataFrame(rows | {"person": [str(person) for person in ids]}, schema=dict.fromkeys([*rows, "person"], pl.String))
    _put(store, connection, Slot("outbox", run, label, "email"), outbox, at)
    if sent.events is None:
        return
    pairs = [(ids[person], event) for event, people in sent.events.items() for person in people]
    events = pl.DataFrame(pairs, schema={"message_id": pl.String, "event": pl.String}, orient="row")
    _put(store, connection, Slot("feedback", run, label, "email"), events.with_columns(simulated=pl.lit(sent.simulated)), at)


def _put(store: Store, connection: runs.Connection, slot: Slot, rows: pl.DataFrame, at: dt.datetime) -> None:
    def fill(path: Path) -> int:
        rows.write_parquet(path)
        return rows.height

    files.put(connection, store.folder, slot, fill, at)


def answered(
    people: Sequence[int], *, bounced: int = 0, opened: Sequence[int] = (), clicked: Sequence[int] = ()
) -> Mapping[str, Sequence[int]]:
    """Events of messages of which the first few bounced and the others were delivered."""
    return {"bounced": people[:bounced], "delivered": people[bounced:], "opened": opened, "clicked": clicked}
