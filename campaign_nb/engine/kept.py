"""Rows that a run keeps: one file of Parquet beside the store."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from campaign_nb.store import files
from campaign_nb.store.files import Slot, Written


def write_rows(folder: Path, slot: Slot, rows: pl.DataFrame) -> Written:
    """Write rows into a slot of the store's folder; they count once the file is recorded.

    Errors: what the disk refuses.
    """

    def fill(path: Path) -> int:
        rows.write_parquet(path, compression_level=1)  # read once or never: quick to write comes first
        return rows.height

    return files.write(folder, slot, fill)
