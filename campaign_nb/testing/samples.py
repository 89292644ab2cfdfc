"""Real data for lessons, from packages that hold it; nothing is downloaded."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import NamedTuple

import polars as pl

from campaign_nb.engine.compute import computed
from campaign_nb.errors import DataError, Problem


class Cdnow(NamedTuple):
    """A shop's customers and their purchases."""

    customers: pl.DataFrame
    purchases: pl.DataFrame


def cdnow() -> Cdnow:
    """Return the CDNOW data.

    23,570 real customers of an online shop and their 69,659 purchases, 1997 to mid 1998.

    Shape: customers with `customer_id, email, email_opt_in`; purchases with `customer_id, date, number_of_cds,
    dollar_value`. The data has no contact columns: addresses are made up at example.com from the customer number, two
    in a hundred are left out or malformed, and three in ten have not agreed or did not say, so that there is something
    to exclude.
    Errors: the package that holds the file is missing; the message has the line that installs it.
    """
    found = importlib.util.find_spec("lifetimes")
    folder = found.submodule_search_locations if found is not None else None
    file = Path(folder[0]) / "datasets" / "CDNOW_master.txt" if folder else None
    if file is None or not file.is_file():
        raise DataError(
            Problem("CDNOW data", "the package that holds it is missing", "lifetimes 0.11.3", "pip install --no-deps lifetimes==0.11.3")
        )
    parts = pl.col("raw").str.extract_all(r"\S+")
    purchases = (
        pl.scan_csv(file, separator="|", has_header=True, new_columns=["raw"])
        .select(parts.alias("p"))
        .select(
            customer_id=pl.col("p").list.get(0),
            date=pl.col("p").list.get(1).str.to_date("%Y%m%d"),
            number_of_cds=pl.col("p").list.get(2).cast(pl.Int32),
            dollar_value=pl.col("p").list.get(3).cast(pl.Decimal(10, 2)),
        )
    )
    number = pl.col("customer_id").cast(pl.Int64)
    address = pl.format("customer.{}@example.com", "customer_id")
    customers = (
        purchases.select("customer_id")
        .unique()
        .sort("customer_id")
        .with_columns(
            email=pl.when(number % 100 == 7).then(None).when(number % 100 == 13).then(pl.lit("no address given")).otherwise(address),
            email_opt_in=pl.when(number % 10 == 3).then(None).otherwise(number % 10 < 7),
        )
    )
    people, rows = computed([customers, purchases])
    return Cdnow(people, rows)
