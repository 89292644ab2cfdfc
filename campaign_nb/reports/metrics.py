"""The figures of messages: what each activity targeted, sent and was answered, in every run and over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import polars as pl

INBOUND = {
    "activity": pl.String,
    "run": pl.String,
    "place": pl.Int64,
    "turn": pl.Int64,
    "targeted": pl.Int64,
    "excluded": pl.Int64,
    "recorded": pl.Boolean,
}
"""One row per message activity and run; `place` and `turn` order them, `recorded` tells that its events are kept."""
OUTBOX = {"message_id": pl.String, "activity": pl.String, "run": pl.String, "table": pl.String, "person": pl.String}
"""One row per message that was sent."""
FEEDBACK = {"message_id": pl.String, "event": pl.String}
"""One row per event of a message."""

EVENTS = ("bounced", "opened", "clicked", "unsubscribed", "complained")
COUNTS = ("sent", "tracked", "delivered", *EVENTS)
RATES: Mapping[str, tuple[str, str]] = {
    "delivery_rate": ("delivered", "tracked"),
    "bounce_rate": ("bounced", "tracked"),
    "unique_bounce_rate": ("unique_bounced", "unique_tracked"),
    "open_rate": ("opened", "delivered"),
    "unique_open_rate": ("unique_opened", "unique_delivered"),
    "ctr": ("clicked", "delivered"),
    "unique_ctr": ("unique_clicked", "unique_delivered"),
    "ctor": ("clicked", "opened"),
    "unique_ctor": ("unique_clicked", "unique_opened"),
    "unsubscribe_rate": ("unsubscribed", "delivered"),
    "complaint_rate": ("complained", "delivered"),
}
"""Each rate as the count that is divided by another."""

_BOTH = ["activity", "run"]


def metrics(inbound: pl.LazyFrame, outbox: pl.LazyFrame, feedback: pl.LazyFrame) -> pl.LazyFrame:
    """Return counts and rates by activity and run, by activity, by run, and of everything.

    Shape: a null `run` is the row of all runs together, a null `activity` that of all messages together. Counts are of
    messages and events (a person who opens twice counts twice in `opened`); `unique_…` counts people, once however many
    messages and runs they are in. `delivered` is what was delivered and did not bounce afterwards. `tracked` is how
    many of the sent have their events recorded: rates of the sent refer to those.
    Nulls: what happened to messages is null where no event is recorded; a rate is null when it is divided by 0.

    >>> inbound = pl.LazyFrame([("Offer", "r1", 0, 0, 3, 1, True)], schema=INBOUND, orient="row")
    >>> outbox = pl.LazyFrame([(who, "Offer", "r1", "people", who) for who in "ab"], schema=OUTBOX, orient="row")
    >>> events = pl.LazyFrame([("a", "delivered"), ("b", "delivered"), ("a", "opened")], schema=FEEDBACK, orient="row")
    >>> metrics(inbound, outbox, events).select("activity", "run", "sent", "unique_open_rate").collect().row(0)
    ('Offer', None, 2, 0.5)
    """
    messages = _messages(inbound, outbox, feedback).cache()  # every grouping reads it
    sets: list[tuple[str, ...]] = [("activity", "run"), ("activity",), ("run",), ()]
    found = pl.concat([_grouped(inbound, messages, kept) for kept in sets])
    return found.sort("place", "turn", nulls_last=[True, False]).drop("place", "turn", "unique_tracked")


def _messages(inbound: pl.LazyFrame, outbox: pl.LazyFrame, feedback: pl.LazyFrame) -> pl.LazyFrame:
    """One row per message: how often each event happened to it, and whether events are recorded at all."""
    events = feedback.group_by("message_id").agg((pl.col("event") == event).sum().alias(event) for event in ("delivered", *EVENTS))
    known = outbox.join(inbound.select(*_BOTH, "recorded"), on=_BOTH, how="left").join(events, on="message_id", how="left")
    counts = [pl.col(event).fill_null(0).cast(pl.Int64) for event in EVENTS]
    delivered = (pl.col("delivered").fill_null(0) > 0) & (pl.col("bounced").fill_null(0) == 0)
    return known.select(
        *_BOTH,
        "table",
        "person",
        pl.lit(1, dtype=pl.Int64).alias("sent"),
        pl.col("recorded").fill_null(False).cast(pl.Int64).alias("tracked"),
        delivered.cast(pl.Int64).alias("delivered"),
        *counts,
    )


def _grouped(inbound: pl.LazyFrame, messages: pl.LazyFrame, kept: Sequence[str]) -> pl.LazyFrame:
    """The figures of one grouping: the columns that are not kept become null, which stands for all."""
    together = {name: pl.lit(None, dtype=pl.String) for name in _BOTH if name not in kept}
    order = {"activity": "place", "run": "turn"}
    least = [(pl.col(at).min() if name in kept else pl.lit(None, dtype=pl.Int64)).alias(at) for name, at in order.items()]
    base = inbound.with_columns(**together).group_by(_BOTH).agg(*least, pl.col("targeted", "excluded").sum())
    rows = messages.with_columns(**together)
    totals = rows.group_by(_BOTH).agg(pl.col(COUNTS).sum())
    people = rows.group_by(*_BOTH, "table", "person").agg(pl.col(COUNTS).max().clip(0, 1))
    uniques = people.group_by(_BOTH).agg(pl.col(COUNTS).sum().name.prefix("unique_"))
    whole = base.join(totals, on=_BOTH, how="left", nulls_equal=True).join(uniques, on=_BOTH, how="left", nulls_equal=True)
    return _with_rates(_known(whole))


def _known(whole: pl.LazyFrame) -> pl.LazyFrame:
    """Nothing sent is 0; what became of messages without recorded events is null."""
    counts = [prefix + name for prefix in ("", "unique_") for name in COUNTS]
    filled = whole.with_columns(pl.col(counts).fill_null(0))
    unknown = (pl.col("sent") > 0) & (pl.col("tracked") == 0)
    answers = [name for name in counts if not name.endswith(("sent", "tracked"))]
    return filled.with_columns(pl.when(~unknown).then(pl.col(answers)).name.keep())


def _with_rates(counted: pl.LazyFrame) -> pl.LazyFrame:
    def rate(count: str, base: str) -> pl.Expr:
        return pl.when(pl.col(base) > 0).then(pl.col(count) / pl.col(base))

    return counted.with_columns(rate(count, base).alias(name) for name, (count, base) in RATES.items())


STAGES = ("targeted", "sent", "delivered", "opened", "clicked")


def funnel(figures: pl.LazyFrame) -> pl.LazyFrame:
    """Return how many messages of each activity got to each stage, from the figures of `metrics`.

    Shape: activity, stage, messages, of_targeted, of_previous; an opened message is one that was opened at least once.
    Several runs are added up, so the stages compare even where people are in many runs.
    Nulls: a stage without recorded events is left out; a share is null when it is of 0.
    """
    single = figures.filter(pl.col("activity").is_not_null() & pl.col("run").is_not_null())
    # within one run and activity a person has one message: people are messages there
    names = {stage: stage if stage in ("targeted", "sent") else f"unique_{stage}" for stage in STAGES}
    known = [pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(stage) for stage, name in names.items()]
    wide = single.group_by("activity", maintain_order=True).agg(known)
    previous = {later: earlier for earlier, later in pairwise(STAGES)}
    parts = [
        wide.select(
            "activity",
            pl.lit(stage).alias("stage"),
            pl.col(stage).alias("messages"),
            _share(stage, "targeted").alias("of_targeted"),
            (_share(stage, previous[stage]) if stage in previous else pl.lit(None, dtype=pl.Float64)).alias("of_previous"),
        )
        for stage in STAGES
    ]
    return pl.concat(parts).filter(pl.col("messages").is_not_null())


def _share(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))
