"""The stable hash: frozen values, an independent computation of them, evenness, independence of seeds."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_nb.engine.backends.polars import SPAN, hashing, seed_of, with_bucket
from campaign_nb.errors import DefinitionError
from tests.engine.polars.world import wall

SEED = 12345


def low(x: int) -> int:
    """lowbias32 in plain Python."""
    x ^= x >> 16
    x = x * 0x21F0AAAD % 2**32
    x ^= x >> 15
    x = x * 0x735A2D97 % 2**32
    return x ^ (x >> 15)


def of_number(key: int, seed: int = SEED) -> int:
    return low(low(key % 2**64 // 2**32 ^ seed) ^ key % 2**32)


def of_text(key: str, seed: int = SEED) -> int:
    return low(low(int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) ^ seed))


def buckets(columns: dict[str, Any], seed: int = SEED, engine: Any = "in-memory") -> list[int | None]:
    frame = pl.LazyFrame(columns)
    found = with_bucket(frame, list(columns), frame.collect_schema(), seed, "bucket").collect(engine=engine)
    assert found.columns == [*columns, "bucket"]
    return found["bucket"].to_list()


def test_the_hash_of_a_number_is_frozen() -> None:
    keys = [0, 1, 2, 42, -1, 12_345_678_901, 2**63 - 1, -(2**63), None]
    golden = [1561514587, 3107405949, 4229323288, 2547905606, 521327224, 3982366897, 3374309259, 4190358821, None]
    assert buckets({"id": keys}) == golden
    assert [None if key is None else of_number(key) for key in keys] == golden


def test_the_hash_of_a_text_is_frozen() -> None:
    keys = ["", "a", "C-10472", "é", "e\u0301", "İ", None]
    golden = [945452718, 3243382201, 2579203732, 4057774121, 714474622, 483267790, None]
    assert buckets({"id": keys}) == golden
    assert [None if key is None else of_text(key) for key in keys] == golden


def test_the_seed_of_a_text_is_frozen() -> None:
    assert seed_of("Spring win-back/Offer") == 3711816675
    assert seed_of("") == 0xE3B0C442


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20), st.integers(0, 2**32 - 1))
def test_any_number_hashes_as_plain_python_says(keys: list[int | None], seed: int) -> None:
    wanted = [None if key is None else of_number(key, seed) for key in keys]
    column = pl.Series(keys, dtype=pl.Int64)
    assert buckets({"id": column}, seed) == wanted
    assert buckets({"id": column}, seed, "streaming") == wanted


@given(st.lists(st.none() | st.text(max_size=8), min_size=1, max_size=10), st.integers(0, 2**32 - 1))
def test_any_text_hashes_as_plain_python_says(keys: list[str | None], seed: int) -> None:
    wanted = [None if key is None else of_text(key, seed) for key in keys]
    assert buckets({"id": pl.Series(keys, dtype=pl.String)}, seed) == wanted


@pytest.mark.parametrize("dtype", [pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt64, pl.Int128])
def test_the_width_of_a_whole_number_changes_nothing(dtype: Any) -> None:
    assert buckets({"id": pl.Series([0, 1, 100, None], dtype=dtype)}) == [of_number(0), of_number(1), of_number(100), None]


def test_a_number_beyond_64_signed_bits_hashes_by_its_bits() -> None:
    assert buckets({"id": pl.Series([2**64 - 1, 2**63], dtype=pl.UInt64)}) == [of_number(-1), of_number(-(2**63))]


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pl.Series([dt.date(2026, 7, 1), dt.date(99, 1, 1), None]), ["2026-07-01", "0099-01-01", None]),
        (pl.Series([wall("2026-07-01 09:00"), None], dtype=pl.Datetime("ms")), ["2026-07-01T09:00:00.000000", None]),
        (
            pl.Series([wall("2026-07-01 09:00").replace(tzinfo=dt.UTC), None]).dt.convert_time_zone("Asia/Tokyo"),
            ["2026-07-01T09:00:00.000000Z", None],
        ),
        (pl.Series([Decimal(text) for text in ("12.50", "-0.50", "0.00", "120.00", "-3.00")]), ["12.5", "-0.5", "0", "120", "-3"]),
        (pl.Series([Decimal("120"), Decimal("0")], dtype=pl.Decimal(10, 0)), ["120", "0"]),
        (pl.Series([True, False, None]), ["true", "false", None]),
        (pl.Series(["a", None], dtype=pl.Categorical), ["a", None]),
    ],
)
def test_other_keys_hash_by_their_one_text(column: pl.Series, texts: list[str | None]) -> None:
    assert buckets({"id": column}) == [None if text is None else of_text(text) for text in texts]


def test_a_key_of_several_columns_is_their_texts_joined() -> None:
    columns = {"shop": ["a", "a", None, "b"], "number": [1, None, 1, -2], "day": [dt.date(2026, 7, 1)] * 4}
    assert buckets(columns) == [of_text("a\x1f1\x1f2026-07-01"), None, None, of_text("b\x1f-2\x1f2026-07-01")]


def test_rows_and_other_columns_stay_as_they_are() -> None:
    frame = pl.LazyFrame({"id": [3, 1, 2], "x": ["c", "a", "b"]})
    found = with_bucket(frame, ["id"], frame.collect_schema(), SEED, "bucket").collect()
    assert found.drop("bucket").equals(frame.collect())
    assert found.schema["bucket"] == pl.Int64


@pytest.mark.parametrize(("key", "message"), [([], "the rows have no key"), (["f"], "key column 'f' is Float64")])
def test_a_key_that_has_no_stable_hash_is_refused(key: list[str], message: str) -> None:
    frame = pl.LazyFrame({"f": [1.5]})
    with pytest.raises(DefinitionError, match=message):
        with_bucket(frame, key, frame.collect_schema(), SEED, "bucket")


@pytest.mark.parametrize("text", [False, True])
def test_the_hash_is_even_and_two_seeds_are_independent(text: bool) -> None:
    keys = pl.int_range(100_000, eager=True)
    frame = pl.LazyFrame({"id": keys.cast(pl.String) if text else keys})
    types = frame.collect_schema()
    both = with_bucket(with_bucket(frame, ["id"], types, seed_of("one"), "one"), ["id"], types, seed_of("two"), "two")
    shares = both.select(pl.col("one", "two") * 10 // SPAN).group_by("one", "two").len("n").collect()
    assert shares.height == 100
    chi_square = ((shares["n"] - 1000) ** 2 / 1000).sum()
    assert 45 < chi_square < 170  # 99 degrees of freedom: far beyond either end in one draw of a million


def test_golden_values_change_with_a_wrong_constant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_FIRST", 0x7FEB352D)
    assert buckets({"id": [1]}) != [of_number(1)]
