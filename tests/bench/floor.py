"""The physical limit: every needed column decoded once and reduced, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from tests.bench.hand_written import D30

NEEDED = {
    "profiles/*.parquet": ["profile_id", "email", "first_name", "country", "birth_date", "loyalty_tier", "consent_email", "updated_at"],
    "orders/*.parquet": ["profile_id", "order_ts", "amount", "product_id", "status"],
    "events/*.parquet": ["profile_id", "ts", "type"],
    "products.parquet": ["product_id", "product_name"],
}


def prepare(data: Path, tiers: Sequence[str]) -> Callable[[], dict[str, int]]:
    """Return the floor as a side of the benchmark; it decodes the same columns for every audience and counts nothing."""
    lazy = frames(data)

    def run() -> dict[str, int]:
        pl.collect_all(lazy, engine="streaming")
        return {}

    return run


def frames(data: Path) -> list[pl.LazyFrame]:
    """Reduce each table to one row, with a figure for each column that the campaign reads."""
    return [_reduced(pl.scan_parquet(data / files), columns) for files, columns in NEEDED.items()]


def _reduced(table: pl.LazyFrame, columns: Sequence[str]) -> pl.LazyFrame:
    if "ts" in columns:  # the other row groups are never decoded, by no plan
        table = table.filter(pl.col("ts") >= D30)
    schema = table.select(columns).collect_schema()
    return table.select(_figure(column, dtype) for column, dtype in schema.items())


def _figure(column: str, dtype: pl.DataType) -> pl.Expr:
    """The cheapest figure that needs each value."""
    if dtype == pl.String:
        return pl.col(column).str.len_bytes().sum()
    return pl.col(column).sum() if dtype.is_numeric() or dtype == pl.Boolean else pl.col(column).max()
