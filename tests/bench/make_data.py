"""Made marketing data in Parquet: n people, 5n orders, 3n events and 5,000 products; the same bytes of meaning on every machine.

Keys are sparse 64-bit ids and tables are in append order (orders and events by time). 50 million people need about 6 GB of disk.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Array = npt.NDArray[Any]

AS_OF_US = int(dt.datetime(2026, 11, 1, tzinfo=dt.UTC).timestamp() * 1e6)
DAY_US = 86_400_000_000
CHUNK = 5_000_000
ROW_GROUP = 500_000
ORDERS_EACH, EVENTS_EACH, PRODUCTS = 5, 3, 5_000

COUNTRIES = np.array(
    ["FR", "DE", "ES", "IT", "GB", "US", "NL", "BE", "PL", "PT", "SE", "AT", "CH", "DK", "IE", "NO", "FI", "CZ", "GR", "RO"]
)
COUNTRY_WEIGHTS = np.array([14, 13, 9, 9, 11, 12, 4, 3, 5, 2, 3, 2, 2, 2, 1.5, 1.5, 1.5, 2, 1.5, 1.0])
TIERS, TIER_SHARES = np.array(["none", "bronze", "silver", "gold"]), [0.55, 0.25, 0.14, 0.06]
ZONES = np.array(["Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/London", "America/New_York", "Australia/Lord_Howe"])
EVENT_TYPES, EVENT_SHARES = np.array(["sent", "open", "click", "unsub"]), [0.6, 0.28, 0.11, 0.01]
HEADS = ["Al", "Be", "Ca", "Da", "El", "Fa", "Ga", "Ha", "Is", "Jo", "Ka", "Lu", "Ma", "No", "Ol", "Pa", "Ro", "Sa", "Ti", "Vi"]
FIRST_NAMES = np.array([head + tail for head in HEADS for tail in ["na", "ro", "lie", "s", "ne", "la", "min", "x", "tte", "do"]])


def make(folder: Path, people: int) -> None:
    """Write the four tables into `folder`, in files of at most five million rows."""
    for table, rows, chunk_of in (
        ("profiles", people, _profiles),
        ("orders", ORDERS_EACH * people, _orders),
        ("events", EVENTS_EACH * people, _events),
    ):
        (folder / table).mkdir(parents=True, exist_ok=True)
        for number, start in enumerate(range(0, rows, CHUNK)):
            frame = chunk_of(number, np.arange(start, min(start + CHUNK, rows)), people)
            frame.write_parquet(folder / table / f"part-{number:03d}.parquet", compression="zstd", row_group_size=ROW_GROUP)
    numbers = np.arange(1, PRODUCTS + 1).astype(np.int32)
    pl.DataFrame({"product_id": numbers, "product_name": [f"Product {n:04d}" for n in numbers]}).write_parquet(folder / "products.parquet")


def rows_in(folder: Path) -> dict[str, int]:
    """Count the rows of each table that is there."""
    found = {name: sorted((folder / name).glob("*.parquet")) for name in ("profiles", "orders", "events")}
    return {name: pl.scan_parquet(files).select(pl.len()).collect().item() for name, files in found.items() if files}


def ensure(folder: Path, people: int) -> None:
    """Make the data unless they are there already; refuse a folder that holds another number of people."""
    expected = {"profiles": people, "orders": ORDERS_EACH * people, "events": EVENTS_EACH * people}
    found = rows_in(folder)
    if not found:
        make(folder, people)
    elif found != expected or not (folder / "products.parquet").exists():
        raise SystemExit(f"{folder} holds {found}, not {expected}: give another folder, or empty this one")


def _key(number: Array) -> Array:
    """Sparse ids: strictly increasing, in steps of 5 to 29."""
    number = number.astype(np.int64)
    return number * 17 + 1000 + (number * 2654435761 % 13)


def _spread(number: Array, draw: Array, rows: int, days: int) -> Array:
    """Instants over the last `days`, in row order."""
    return (AS_OF_US - days * DAY_US + ((number + draw) * (days * DAY_US / rows)).astype(np.int64)).astype("datetime64[us]")


def _profiles(chunk: int, number: Array, people: int) -> pl.DataFrame:
    rng, rows = np.random.default_rng(100 + chunk), len(number)
    owner = np.where(rng.random(rows) < 0.03, rng.integers(0, people, rows), number)  # 3 % share somebody else's e-mail
    first = rng.integers(0, len(FIRST_NAMES), rows)
    frame = pl.DataFrame(
        {
            "profile_id": _key(number),
            "owner": owner,
            "owner_name": FIRST_NAMES[(owner * 7919) % len(FIRST_NAMES)],
            "first_name": FIRST_NAMES[first],
            "country": rng.choice(COUNTRIES, rows, p=COUNTRY_WEIGHTS / COUNTRY_WEIGHTS.sum()),
            "birth_date": np.datetime64("1936-01-01") + rng.integers(0, 365 * 80, rows).astype("timedelta64[D]"),
            "loyalty_tier": rng.choice(TIERS, rows, p=TIER_SHARES),
            "consent_email": rng.random(rows) < 0.72,
            "consent_sms": rng.random(rows) < 0.41,
            "tz": ZONES[rng.integers(0, len(ZONES), rows)],
            "household_id": _key(rng.integers(0, max(1, people // 3), rows)),
            "updated_at": (AS_OF_US - rng.integers(0, 900 * DAY_US, rows)).astype("datetime64[us]"),
        }
    )
    email = pl.concat_str(pl.col("owner_name").str.to_lowercase(), pl.lit("."), pl.col("owner").cast(pl.String), pl.lit("@example.com"))
    front = ["profile_id", "email", "first_name", "country", "birth_date", "loyalty_tier"]
    back = ["consent_email", "consent_sms", "tz", "household_id", "updated_at"]
    return frame.with_columns(pl.col("birth_date").cast(pl.Date), email=email).select(*front, *back)


def _orders(chunk: int, number: Array, people: int) -> pl.DataFrame:
    """Skewed buyers: 30 % of the orders come from 5 % of the people; three years, in time order."""
    rng, rows = np.random.default_rng(10_000 + chunk), len(number)
    many = rng.random(rows) < 0.3
    who = np.where(many, rng.integers(0, max(1, people // 20), rows) * 20 % people, rng.integers(0, people, rows))
    when = _spread(number, rng.random(rows), ORDERS_EACH * people, 1095)
    cents = np.minimum(np.exp(rng.normal(8.1, 0.8, rows)), 5e5).astype(np.int64) + 99
    return pl.DataFrame(
        {
            "order_id": number + 10**9,
            "profile_id": _key(who),
            "order_ts": when,
            "amount": cents / 100.0,
            "product_id": rng.zipf(1.3, rows).clip(1, PRODUCTS).astype(np.int32),
            "status": np.array(["paid", "refunded"])[(rng.random(rows) < 0.04).astype(int)],
        }
    )


def _events(chunk: int, number: Array, people: int) -> pl.DataFrame:
    rng, rows = np.random.default_rng(20_000 + chunk), len(number)
    when = _spread(number, rng.random(rows), EVENTS_EACH * people, 365)
    return pl.DataFrame(
        {
            "event_id": number + 5 * 10**9,
            "profile_id": _key(rng.integers(0, people, rows)),
            "ts": when,
            "type": rng.choice(EVENT_TYPES, rows, p=EVENT_SHARES),
            "campaign_id": rng.integers(1, 400, rows).astype(np.int32),
        }
    )
