"""The stable hash of a key and a seed: who is in which group of a split, the same on every engine, for ever.

With `low` the 32-bit mixer lowbias32 (`x ^= x >> 16; x *= 0x21F0AAAD; x ^= x >> 15; x *= 0x735A2D97; x ^= x >> 15`,
each product modulo 2**32) and `seed` a number below 2**32, the hash of a key with an upper and a lower half of 32 bits is

    low(low(upper ^ seed) ^ lower)

- One column of whole numbers: the halves of the number in two's complement, modulo 2**64.
- Anything else: the upper half is the first eight hexadecimal digits of the SHA-256 of the key's text in UTF-8, the
  lower half 0. The text is that of the value: a text as it is; true, false; a date `2026-07-01`; a naive datetime
  `2026-07-01T09:00:00.000000`, an instant the same in UTC with a Z; a decimal without trailing zeros (`12.5`, `-3`, `0`).
  Several columns are joined by U+001F, whole numbers in digits.

Every product stays below 2**63, so nothing relies on wrap-around. Each step reads its input twice, therefore it is one
`with_columns` per step: as one expression the tree would grow out of bounds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import polars as pl
from polars_hash import CryptographicHashingNameSpace

from campaign_nb.errors import DefinitionError, Problem

SPAN = 2**32
"""The number of different hashes: 0 to 2**32 - 1."""

_MASK, _FIRST, _SECOND = SPAN - 1, 0x21F0AAAD, 0x735A2D97
_SEPARATOR = "\x1f"


def seed_of(text: str) -> int:
    """Return the 32-bit seed of a text.

    It is the first eight hexadecimal digits of the SHA-256.

    >>> seed_of("Spring win-back/Offer")
    3711816675
    """
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def with_bucket(frame: pl.LazyFrame, key: Sequence[str], types: Mapping[str, pl.DataType], seed: int, name: str) -> pl.LazyFrame:
    """Add the stable hash of a key, spread evenly.

    Shape: one column more, Int64, a whole number from 0 to 2**32 - 1; the rows stay. Nulls: a null in the key gives null.
    Errors: no key column, a key column that is missing or of a type that has no canonical text, such as a float.

    >>> people = pl.LazyFrame({"id": [1, 2]})
    >>> with_bucket(people, ["id"], people.collect_schema(), seed=1, name="bucket").collect()["bucket"].to_list()
    [306117789, 1870567865]
    """
    if not key:
        raise DefinitionError(Problem("split", "the rows have no key", "a key column", 'shop.table("customers", …, key="customer_id")'))
    if len(key) == 1 and types[key[0]].is_integer():
        wide = isinstance(types[key[0]], pl.UInt64 | pl.Int128 | pl.UInt128)
        number = pl.col(key[0]) if wide else pl.col(key[0]).cast(pl.Int64)
        upper, lower = (number // SPAN % SPAN).cast(pl.Int64), (number % SPAN).cast(pl.Int64)
    else:
        upper, lower = _digest(key_text(key, types)), None
    frame = frame.with_columns((upper ^ (seed & _MASK)).alias(name))
    frame = _mixed(frame, name)
    if lower is not None:
        frame = frame.with_columns((pl.col(name) ^ lower).alias(name))
    return _mixed(frame, name)


def key_text(key: Sequence[str], types: Mapping[str, pl.DataType]) -> pl.Expr:
    """Return the one text of a key; null where a part is."""
    return pl.concat_str([_text(column, types[column]) for column in key], separator=_SEPARATOR)


def _mixed(frame: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Apply lowbias32 in place."""
    x = pl.col(name)
    for divisor, factor in ((2**16, _FIRST), (2**15, _SECOND)):
        frame = frame.with_columns((((x ^ (x // divisor)) * factor) & _MASK).alias(name))
    return frame.with_columns((x ^ (x // 2**15)).alias(name))


def _digest(text: pl.Expr) -> pl.Expr:
    """The first 32 bits of a text's SHA-256."""
    digest = CryptographicHashingNameSpace(text).sha2_256()
    return digest.str.head(8).str.to_integer(base=16, dtype=pl.Int64)


def _text(column: str, dtype: pl.DataType) -> pl.Expr:
    """The one text of a key's value, whatever the width or the scale of its column."""
    value = pl.col(column)
    if dtype.is_integer() or isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Boolean):
        return value.cast(pl.String)
    if isinstance(dtype, pl.Date):
        return value.dt.to_string("%Y-%m-%d")
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is None:
            return value.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f")
        return value.dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")
    if isinstance(dtype, pl.Decimal):
        text = value.cast(pl.String)
        return pl.when(text.str.contains(".", literal=True)).then(text.str.strip_chars_end("0").str.strip_suffix(".")).otherwise(text)
    raise DefinitionError(
        Problem("split", f"key column {column!r} is {dtype}", "whole numbers, text, dates or decimals", "a key of another type")
    )
