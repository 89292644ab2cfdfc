"""Null and repeated keys are counted exactly, whatever the key is made of."""

from __future__ import annotations

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.engine.executor import key_faults


def faults(frame: pl.DataFrame, key: list[str]) -> tuple[int, int, int]:
    model = cn.DataModel("keys")
    model.table("rows", frame, key=key)
    return key_faults(model.infos["rows"])


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([1, 2, 3], (0, 0, 3)),
        ([3, 1, 2, 1, 1, None], (1, 2, 6)),
        (["b", "a", "b", None, None], (2, 1, 5)),
        ([1.5, 1.5], (0, 1, 2)),
        ([None], (1, 0, 1)),
        ([7], (0, 0, 1)),
    ],
)
def test_a_key_of_one_column(column: list[object], expected: tuple[int, int, int]) -> None:
    frame = pl.DataFrame({"id": column})
    assert faults(frame.cast({"id": pl.Int64}) if column == [None] else frame, ["id"]) == expected


def test_a_key_of_two_columns_repeats_where_both_do() -> None:
    frame = pl.DataFrame({"shop": [1, 1, 2, 2, None], "day": ["x", "y", "x", "x", "x"]})
    assert faults(frame, ["shop", "day"]) == (1, 1, 5)
