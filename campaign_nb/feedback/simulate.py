"""A response model: seeded opens and clicks for messages of the sandbox, for lessons and dry runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import polars as pl

from campaign_nb.engine.backends.polars.hashing import SPAN, seed_of, with_bucket
from campaign_nb.errors import DefinitionError, Problem

Rate = float | Mapping[str, float]
EVENTS = ("bounced", "delivered", "opened", "clicked", "unsubscribed", "complained")


@dataclass(frozen=True)
class ResponseModel:
    """Who bounces, opens and clicks, drawn from a stable hash of person.

    Message and seed.

    Units: `bounce` is a share of the sent, `open` of the delivered, `click`, `unsubscribe` and `complain` of those who
    opened; each a number, or numbers by activity. The same person responds the same way when the run is repeated with
    the same `as_of`. Simulated responses say nothing about real people.
    Errors: a rate outside 0 to 1.

    >>> ResponseModel(seed=7, open=0.4, click=0.25).open
    0.4
    """

    seed: int | str = 0
    open: Rate = 0.3
    click: Rate = 0.2
    bounce: Rate = 0.0
    unsubscribe: Rate = 0.0
    complain: Rate = 0.0

    def __post_init__(self) -> None:
        for name in ("open", "click", "bounce", "unsubscribe", "complain"):
            given = getattr(self, name)
            many = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else None
            rates: list[Any] = [given] if many is None else list(many.values())
            if any(isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1 for rate in rates):
                do = f"cn.ResponseModel({name}=0.3)"
                raise DefinitionError(Problem("response model", f"{name}={given!r}", "a share from 0 to 1", do))
            if many is not None:
                object.__setattr__(self, name, dict(many))  # a copy, so that the model stays as it was checked

    def rate(self, name: str, activity: str) -> float:
        """Return a rate for one activity.

        0 where rates are given by activity and it is not among them.
        """
        given: Rate = getattr(self, name)
        return float(given.get(activity, 0.0)) if isinstance(given, Mapping) else float(given)

    def flags(self, people: pl.LazyFrame, key: Sequence[str], campaign: str, activity: str, as_of: dt.datetime) -> pl.LazyFrame:
        """Add one boolean column per event to people who were sent a message.

        Shape: rows and columns unchanged, and `bounced, delivered, opened, clicked, unsubscribed, complained`.
        """
        types = people.select(key).collect_schema()
        draws = {"bounce": "__b", "open": "__o", "click": "__c", "unsubscribe": "__u", "complain": "__p"}
        frame = people
        for name, column in draws.items():
            seed = seed_of(f"{self.seed}/{campaign}/{activity}/{name}/{as_of.astimezone(dt.UTC).isoformat()}")
            frame = with_bucket(frame, list(key), types, seed, column)

        def hit(name: str) -> pl.Expr:
            return pl.col(draws[name]) < round(self.rate(name, activity) * SPAN)

        return (
            frame.with_columns(bounced=hit("bounce"))
            .with_columns(delivered=~pl.col("bounced"))
            .with_columns(opened=pl.col("delivered") & hit("open"))
            .with_columns(
                clicked=pl.col("opened") & hit("click"),
                unsubscribed=pl.col("opened") & hit("unsubscribe"),
                complained=pl.col("opened") & hit("complain"),
            )
            .drop(list(draws.values()))
        )

    def events(self, people: pl.LazyFrame, key: Sequence[str], campaign: str, activity: str, as_of: dt.datetime) -> pl.LazyFrame:
        """Return one row per person and event: the key and `event`."""
        flagged = self.flags(people, key, campaign, activity, as_of)
        return pl.concat([flagged.filter(event).select(*key, pl.lit(event).alias("event")) for event in EVENTS])
