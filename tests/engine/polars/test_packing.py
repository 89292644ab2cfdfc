"""One number orders rows as a sort by value and key would."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_nb.engine.backends.polars.packing import packable, packed

values = st.one_of(st.none(), st.integers(-(2**63) + 1, 2**63 - 2), st.integers(-2, 2))
keys = st.lists(st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-3, 3)), min_size=1, max_size=8, unique=True)


@given(keys, st.data(), st.booleans(), st.booleans())
def test_the_largest_number_is_the_first_row_of_a_sort(ids: list[int], data: st.DataObject, descending: bool, last: bool) -> None:
    column = data.draw(st.lists(values, min_size=len(ids), max_size=len(ids)))
    frame = pl.DataFrame({"id": ids, "value": column}, schema={"id": pl.Int64, "value": pl.Int64})
    first = frame.sort(["value", "id"], descending=[descending, last], nulls_last=True)["id"][0]
    number = packed(pl.col("value"), pl.col("id"), descending=descending, last_tie=last)
    assert frame.select(pl.col("id").max_by(number)).item() == first


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_each_group_has_its_first_row_in_both_engines(engine: str) -> None:
    days = [dt.date(2026, 7, 1), dt.date(2026, 7, 2), dt.date(2026, 7, 2), None]
    frame = pl.LazyFrame({"group": ["a", "a", "a", "b"], "day": days, "id": [1, 3, 2, 4]})
    number = packed(pl.col("day"), pl.col("id"), descending=True)
    found = frame.with_columns(number.alias("n")).group_by("group").agg(pl.col("id").max_by("n"))
    assert dict(found.collect(engine=engine).iter_rows()) == {"a": 2, "b": 4}  # type: ignore[call-overload] # its name is a parameter


@pytest.mark.parametrize("dtype", [pl.String(), pl.UInt64(), pl.Float64(), pl.Int128(), pl.Decimal(10, 2)])
def test_what_does_not_fit_64_bits_in_its_own_order_is_not_packed(dtype: pl.DataType) -> None:
    assert not packable(dtype)
