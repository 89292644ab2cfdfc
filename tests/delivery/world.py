"""A run with one message activity, without a campaign: what handlers are given."""

from __future__ import annotations

import datetime as dt

import polars as pl

from campaign_nb.activities import Email
from campaign_nb.activity import Compiled, Effect
from campaign_nb.data.model import DataModel
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.plan import Task
from campaign_nb.rules import tree
from campaign_nb.steps import Population, Render, Scan
from campaign_nb.store import Store, campaigns, runs
from campaign_nb.store.runs import RunRecord

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def a_run(store: Store, name: str = "Spring", as_of: dt.datetime = NOON) -> RunRecord:
    """A run of a campaign, which is made if it is not there."""
    with store.begin() as connection:
        found = campaigns.find(connection, name) or campaigns.create(connection, name, NOON)
        campaigns.save_version(connection, found.id, "{}", NOON)
        return runs.start(connection, found.id, 1, as_of, as_of)


def a_task(label: str = "Offer") -> Task:
    """A message activity of a plan."""
    return Task(label, Email.of(subject="Hi", text="Hello"), (), (), Compiled({}), Moment(NOON))


def an_effect(kind: str = "send", name: str = "email", table: str = "people") -> Effect:
    """What leaves that activity."""
    model = DataModel("shop")
    model.table(table, pl.DataFrame({"id": [1]}), key="id")
    scan = Scan(Population(model, model.schema_of(table)))
    return Effect(kind, name, Render(scan, "email", tree.Column("id"), ()))


def rows(*people: int) -> pl.DataFrame:
    """Messages as the engine delivers them."""
    return pl.DataFrame(
        {
            "key_0": people,
            "address": [f"p{person}@example.com" for person in people],
            "subject": [f"Hi {person}" for person in people],
            "without:name": [False for _ in people],
            "text": ["Hello" for _ in people],
        },
        schema={"key_0": pl.Int64, "address": pl.String, "subject": pl.String, "without:name": pl.Boolean, "text": pl.String},
    )
