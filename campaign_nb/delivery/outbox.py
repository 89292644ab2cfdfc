"""The sandbox outbox: every message of a run as one row of a file, unique by run, activity, person and channel."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
from polars_hash import CryptographicHashingNameSpace

from campaign_nb.activity import Effect
from campaign_nb.clock import Clock
from campaign_nb.engine.kept import write_rows
from campaign_nb.engine.plan import Task
from campaign_nb.errors import DeliveryError, Problem
from campaign_nb.messages.content import WITHOUT
from campaign_nb.steps import SEND_AT
from campaign_nb.store import Connection, files
from campaign_nb.store.files import Slot, Written
from campaign_nb.store.runs import RunRecord

SEPARATOR = "\x1f"
Respond = Callable[[RunRecord, Task, pl.DataFrame], pl.DataFrame | None]
"""Returns simulated events of messages, or None."""


class Outbox:
    """Puts messages into the sandbox; nothing leaves the machine."""

    def __init__(self, folder: Path, clock: Clock, identity: str, respond: Respond) -> None:
        self._folder, self._clock, self._identity, self._respond = folder, clock, identity, respond

    def write(self, run: RunRecord, task: Task, effect: Effect, rows: pl.DataFrame) -> list[Written]:
        """Write the messages, and the events that a response model gives them, marked as simulated."""
        messages = self.messages(run, task, effect, rows)
        written = [self._write("outbox", run, task, effect.name, messages)]
        events = self._respond(run, task, messages)
        if events is not None:
            marked = events.with_columns(pl.lit(True).alias("simulated"))
            written.append(self._write("feedback", run, task, effect.name, marked))
        return written

    def messages(self, run: RunRecord, task: Task, effect: Effect, rows: pl.DataFrame) -> pl.DataFrame:
        """Return messages as the outbox keeps them: who, where to, what, when, under which id.

        Shape: one row per message, sorted by its id; the id depends on workspace, run, activity, channel and person
        only, so a stage that is repeated after a crash makes the same ones. `table` is the targeting dimension of
        `person`.
        Errors: a person with two messages of one activity and channel.
        """
        keys = [name for name in rows.columns if name.startswith("key_")]
        parts = [name for name in rows.columns if name not in (*keys, "address", SEND_AT) and not name.startswith(WITHOUT)]
        now = pl.lit(self._clock.now())
        person = person_of(rows.schema, keys)
        about = json.dumps([self._identity, run.id, task.label, effect.name], ensure_ascii=False)
        token = CryptographicHashingNameSpace(pl.concat_str([pl.lit(about), person], separator=SEPARATOR)).sha2_256()
        messages = rows.select(
            token.str.slice(0, 32).alias("message_id"),
            pl.lit(run.id).alias("run"),
            pl.lit(task.label).alias("activity"),
            pl.lit(effect.name).alias("channel"),
            pl.lit(effect.step.population.table.label).alias("table"),
            person.alias("person"),
            *keys,
            "address",
            *parts,
            (pl.max_horizontal(pl.col(SEND_AT), now) if SEND_AT in rows.columns else now).alias("at"),
        )
        if messages["message_id"].n_unique() != messages.height:
            raise DeliveryError(
                Problem(f"activity {task.label!r}", "a person would get two messages", "one per run, activity, person and channel")
            )
        return messages.sort("message_id")

    def _write(self, kind: files.Kind, run: RunRecord, task: Task, channel: str, rows: pl.DataFrame) -> Written:
        return write_rows(self._folder, Slot(kind, run.id, task.label, channel), rows)

    def commit(self, connection: Connection, run: RunRecord, task: Task, effect: Effect, written: list[Written]) -> None:
        """Make the messages count."""
        for item in written:
            files.record(connection, self._folder, item, self._clock.now())


def person_of(schema: Mapping[str, pl.DataType], keys: Sequence[str]) -> pl.Expr:
    """Return a key as one text; columns of a key that has several can't run into one another."""
    texts = [pl.col(name).cast(pl.String) for name in keys]
    if len(keys) == 1:
        return texts[0]
    mixed = [
        text.str.replace_all("\\", "\\\\", literal=True).str.replace_all(SEPARATOR, "\\u001f", literal=True)
        if isinstance(schema[name], pl.String | pl.Categorical | pl.Enum)
        else text
        for name, text in zip(keys, texts, strict=True)
    ]
    return pl.concat_str(mixed, separator=SEPARATOR)
