"""The canonical campaign in pandas, column by column as a careful notebook would: another library beside the yardstick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tests.bench.hand_written import A_ENDS, ADULT, C1, C2, COLUMNS, CONTROL, D7, D30, D90, MASK, SEED

NAMES = ("messages_a", "messages_b")


def prepare(data: Path, tiers: Sequence[str]) -> Callable[[], dict[str, int]]:
    """Return the campaign as a side of the benchmark: only the columns that it needs are read."""
    return lambda: figures(data, tiers)


def figures(data: Path, tiers: Sequence[str]) -> dict[str, int]:
    """Compute everything, the counts of every transition included, and the figures of what leaves the campaign."""
    people: Any = pd.read_parquet(data / "profiles", columns=[*COLUMNS, "birth_date", "country", "loyalty_tier"])
    orders: Any = pd.read_parquet(data / "orders", columns=["profile_id", "order_ts", "amount", "product_id", "status"])
    events: Any = pd.read_parquet(data / "events", columns=["profile_id", "ts", "type"])
    products: Any = pd.read_parquet(data / "products.parquet")
    paid = orders[orders["status"] == "paid"]
    recent = paid[(paid["order_ts"] >= D90) & (paid["amount"] > 50)].groupby("profile_id").size()
    adults = people[(people["birth_date"] <= ADULT) & people["country"].isin(["FR", "DE", "ES"])]
    q1 = adults[adults["profile_id"].isin(recent[recent >= 2].index)][COLUMNS]
    q2 = people[people["loyalty_tier"].isin(tiers)][COLUMNS]
    union = pd.concat([q2, q1[~q1["profile_id"].isin(q2["profile_id"])]])
    sent = events[(events["type"] == "sent") & (events["ts"] >= D30)].groupby("profile_id")["ts"].agg(["size", "max"])
    known = union.join(sent, on="profile_id")
    rested = known[known["max"].isna() | (known["max"] < D7)]
    unique = rested.sort_values(["updated_at", "profile_id"], ascending=False).drop_duplicates("email")
    unique = unique.assign(b=bucket(unique["profile_id"]))
    found = {"Q1": len(q1), "Q2": len(q2), "U": len(union), "X": len(rested), "D": len(unique), "E": len(unique)}
    return found | _leaving(unique, paid, products)


def bucket(ids: Any) -> Any:
    """Return the stable hash of the yardstick, from 0 to 2**32 - 1."""
    b = ((ids // 2**32) & MASK) ^ SEED
    for low_half in (False, True):
        if low_half:
            b = b ^ (ids & MASK)
        b = ((b ^ (b // 65536)) * C1) & MASK
        b = ((b ^ (b // 32768)) * C2) & MASK
        b = b ^ (b // 32768)
    return b


def _leaving(unique: Any, paid: Any, products: Any) -> dict[str, int]:
    b, consent = unique["b"], unique["consent_email"]
    capped = unique["size"].fillna(0) < 2
    is_a, is_b = (b >= CONTROL) & (b < A_ENDS), b >= A_ENDS
    control = unique[b < CONTROL]
    found = {"SC": len(control), "SA": is_a.sum(), "SB": is_b.sum(), "CA": (is_a & consent).sum(), "CB": (is_b & consent).sum()}
    found |= {"FA": (is_a & consent & capped).sum(), "FB": (is_b & consent & capped).sum()}
    final = unique[(b >= CONTROL) & consent & capped][["profile_id", "email", "first_name", "b"]]
    theirs = paid[paid["profile_id"].isin(final["profile_id"])]
    total = theirs.groupby("profile_id")["amount"].sum().rename("total")
    last = theirs.loc[theirs.groupby("profile_id")["order_ts"].idxmax()].set_index("profile_id")["product_id"].rename("last_id")
    rich = (
        final.join(total, on="profile_id").join(last, on="profile_id").merge(products, left_on="last_id", right_on="product_id", how="left")
    )
    found |= {"control.rows": len(control), "control.ids": control["profile_id"].sum()}
    for name, group, tag in zip(NAMES, (rich["b"] < A_ENDS, rich["b"] >= A_ENDS), "AB", strict=True):
        found |= _messages(name, rich[group], tag)
    return {name: int(number) for name, number in found.items()}


def _messages(name: str, rows: Any, tag: str) -> dict[str, int]:
    spent = rows["total"].fillna(0.0).round(2).astype(str)
    body = "Hi " + rows["first_name"] + ", you spent " + spent + " EUR with us. Last: " + rows["product_name"].fillna("nothing yet")
    body = body + ". " + tag
    size = body.str.encode("utf-8").str.len().sum() + rows["email"].str.encode("utf-8").str.len().sum()
    return {f"{name}.rows": len(rows), f"{name}.ids": rows["profile_id"].sum(), f"{name}.bytes": size}
