"""End: a branch ends, and the rows that reach it are counted."""

from __future__ import annotations

import polars as pl

import campaign_nb as cn
from campaign_nb.activities import End


def test_an_end_has_no_output_and_counts_what_arrives() -> None:
    outputs, counted = cn.testing.counted(End.of(), pl.DataFrame({"id": [1, 2]}))
    assert outputs == {}
    assert counted.rows_in == {"Tested": 2}
