"""The canonical campaign by hand, as the best known Polars plan: the yardstick for the engine. It may only ever be made faster.

Q1 adults in FR/DE/ES with at least 2 paid orders over 50 in 90 days | Q2 loyalty tier in TIERS | U union | X not sent to in 7 days |
D one per e-mail, most recent first, ties to the larger id | E total spend and last product | S split 10/45/45 by a stable hash | C consent
| F fewer than 2 sends in 30 days | one message row per person. Every transition is counted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

Engine = Literal["streaming", "in-memory"]

AS_OF = dt.datetime(2026, 11, 1)  # noqa: DTZ001 - the tables hold UTC instants without a zone
D90, D30, D7 = (AS_OF - dt.timedelta(days=days) for days in (90, 30, 7))
ADULT = dt.date(2008, 11, 1)
TIERS = {"narrow": ["gold"], "broad": ["gold", "silver", "bronze"]}
COLUMNS = ["profile_id", "email", "first_name", "consent_email", "updated_at"]
COUNTS = ("Q1", "Q2", "U", "X", "D", "E", "SC", "SA", "SB", "CA", "CB", "FA", "FB")
SEED = int(hashlib.sha256(b"canonical/Offer").hexdigest()[:8], 16)
CONTROL, A_ENDS = round(0.1 * 2**32), round(0.55 * 2**32)
MASK, C1, C2 = 0xFFFFFFFF, 0x21F0AAAD, 0x735A2D97


@dataclass(frozen=True)
class Plan:
    """The campaign before anything is computed: what leaves it, and what is counted on the way."""

    outputs: dict[str, pl.LazyFrame]  # control (profile_id), messages_a and messages_b (profile_id, email, body)
    branches: pl.LazyFrame  # one row: the counts after the deduplication
    sizes: dict[str, pl.LazyFrame]  # one cell each: the counts before it


def prepare(data: Path, tiers: Sequence[str]) -> Callable[[], dict[str, int]]:
    """Return the yardstick as a side of the benchmark: 13 counts and the statistics of what leaves the campaign."""
    return lambda: figures(plan(data, tiers))


def prepare_written(data: Path, tiers: Sequence[str]) -> Callable[[], dict[str, int]]:
    """Return the yardstick as a side that also writes its messages to Parquet, flushed to the disk."""

    def run() -> dict[str, int]:
        found, frames = campaign(data, tiers)
        with tempfile.TemporaryDirectory() as folder:
            for name in ("messages_a", "messages_b"):
                with (Path(folder) / f"{name}.parquet").open("wb") as file:
                    frames[name].write_parquet(file)
                    file.flush()
                    os.fsync(file.fileno())
        return found

    return run


def figures(plan: Plan, engine: Engine = "streaming") -> dict[str, int]:
    """Compute everything in one pass; the leaving frames are consumed column by column, not kept."""
    frames = [plan.branches, *plan.sizes.values(), *(statistics(name, frame) for name, frame in plan.outputs.items())]
    found: dict[str, int] = {}
    for frame in pl.collect_all(frames, engine=engine):
        found |= frame.row(0, named=True)
    return found | {"E": found["D"]}


def campaign(data: Path, tiers: Sequence[str], engine: Engine = "streaming") -> tuple[dict[str, int], dict[str, pl.DataFrame]]:
    """Compute everything in one pass and keep the leaving frames, as a person with a notebook would."""
    lazy = plan(data, tiers)
    branches, *rest = pl.collect_all([lazy.branches, *lazy.sizes.values(), *lazy.outputs.values()], engine=engine)
    found = branches.row(0, named=True)
    for frame in rest[: len(lazy.sizes)]:
        found |= frame.row(0, named=True)
    return found | {"E": found["D"]}, dict(zip(lazy.outputs, rest[len(lazy.sizes) :], strict=True))


def statistics(name: str, frame: pl.LazyFrame) -> pl.LazyFrame:
    """Reduce a leaving frame to three figures that need every column: rows, the sum of the ids, the bytes of text."""
    schema = frame.collect_schema()
    text = [pl.col(column).str.len_bytes().sum() for column, dtype in schema.items() if dtype == pl.String]
    figures = {f"{name}.rows": pl.len(), f"{name}.ids": pl.col("profile_id").sum()}
    return frame.select(**figures, **({f"{name}.bytes": pl.sum_horizontal(text)} if text else {}))


def plan(data: Path, tiers: Sequence[str]) -> Plan:
    """Write the campaign down over the tables of `data`; nothing is read but schemas."""
    people, orders, events = (pl.scan_parquet(data / name / "*.parquet") for name in ("profiles", "orders", "events"))
    q1 = _adults(people).join(_buyers(orders), on="profile_id", how="semi").cache()
    q2 = people.filter(pl.col("loyalty_tier").is_in(tiers)).select(COLUMNS).cache()
    union = pl.concat([q2, q1.join(q2.select("profile_id"), on="profile_id", how="anti")]).cache()
    sends = (
        events.filter((pl.col("type") == "sent") & (pl.col("ts") >= D30)).group_by("profile_id").agg(n30=pl.len(), last=pl.col("ts").max())
    )
    known = union.join(sends, on="profile_id", how="left")
    rested = known.filter(pl.col("last").is_null() | (pl.col("last") < D7)).drop("last").cache()
    unique = with_bucket(one_per_email(rested).drop("updated_at")).cache()
    b, consent, capped = pl.col("b"), pl.col("consent_email"), pl.col("n30").fill_null(0) < 2
    final = unique.filter((b >= CONTROL) & consent & capped).select("profile_id", "email", "first_name", "b").cache()
    rich = _enriched(final, orders, pl.scan_parquet(data / "products.parquet")).cache()
    messages = {
        name: rich.filter(group).select("profile_id", "email", _message(tag))
        for name, group, tag in (("messages_a", b < A_ENDS, "A"), ("messages_b", b >= A_ENDS, "B"))
    }
    return Plan(
        outputs={"control": unique.filter(b < CONTROL).select("profile_id"), **messages},
        branches=_branches(unique, consent, capped),
        sizes={name: node.select(pl.len().alias(name)) for name, node in {"Q1": q1, "Q2": q2, "U": union, "X": rested}.items()},
    )


def with_bucket(frame: pl.LazyFrame, seed: int = SEED) -> pl.LazyFrame:
    """lowbias32 over both halves of the 64-bit id, 0 to 2**32 - 1. Staged: as one expression it is 9 times slower."""
    b = pl.col("b")
    frame = frame.with_columns(b=(pl.col("profile_id") // 2**32 & MASK) ^ seed)
    for low_half in (False, True):
        if low_half:
            frame = frame.with_columns(b=b ^ (pl.col("profile_id") & MASK))
        frame = frame.with_columns(b=((b ^ (b // 65536)) * C1) & MASK)
        frame = frame.with_columns(b=((b ^ (b // 32768)) * C2) & MASK)
        frame = frame.with_columns(b=b ^ (b // 32768))
    return frame


def _adults(people: pl.LazyFrame) -> pl.LazyFrame:
    return people.filter((pl.col("birth_date") <= ADULT) & pl.col("country").is_in(["FR", "DE", "ES"])).select(COLUMNS)


def _buyers(orders: pl.LazyFrame) -> pl.LazyFrame:
    recent = orders.filter((pl.col("order_ts") >= D90) & (pl.col("amount") > 50) & (pl.col("status") == "paid"))
    return recent.group_by("profile_id").len("n90").filter(pl.col("n90") >= 2)


def one_per_email(people: pl.LazyFrame) -> pl.LazyFrame:
    """Winners by two reductions, then a semi-join: cheaper than a sort."""
    latest = people.group_by("email").agg(pl.col("updated_at").max())
    tied = people.select("email", "updated_at", "profile_id").join(latest, on=["email", "updated_at"], how="semi")
    winners = tied.group_by("email").agg(pl.col("profile_id").max())
    return people.join(winners.select("profile_id"), on="profile_id", how="semi")


def _branches(unique: pl.LazyFrame, consent: pl.Expr, capped: pl.Expr) -> pl.LazyFrame:
    b = pl.col("b")
    is_a, is_b = (b >= CONTROL) & (b < A_ENDS), b >= A_ENDS
    return unique.select(
        D=pl.len(),
        SC=(b < CONTROL).sum(),
        SA=is_a.sum(),
        SB=is_b.sum(),
        CA=(is_a & consent).sum(),
        CB=(is_b & consent).sum(),
        FA=(is_a & consent & capped).sum(),
        FB=(is_b & consent & capped).sum(),
    )


def _enriched(final: pl.LazyFrame, orders: pl.LazyFrame, products: pl.LazyFrame) -> pl.LazyFrame:
    """The people are pushed down into the orders before anything is summed."""
    theirs = orders.join(final.select("profile_id"), on="profile_id", how="semi").filter(pl.col("status") == "paid")
    last = pl.col("product_id").get(pl.col("order_ts").arg_max())
    spend = theirs.group_by("profile_id").agg(total=pl.col("amount").sum(), last_id=last)
    named = final.join(spend, on="profile_id", how="left").join(products, left_on="last_id", right_on="product_id", how="left")
    return named.with_columns(pl.col("total").fill_null(0.0))


def _message(tag: str) -> pl.Expr:
    name = pl.col("product_name").fill_null("nothing yet")
    return pl.format("Hi {}, you spent {} EUR with us. Last: {}. " + tag, "first_name", pl.col("total").round(2), name).alias("body")
