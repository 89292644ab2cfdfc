"""One number that orders rows by a value, then by a key: what comes first is found by one reduction, without a sort."""

from __future__ import annotations

import polars as pl

_HALF = 2**63
_WHOLE = 2**64
_SIGNED = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Date, pl.Datetime, pl.Duration, pl.Time)
_SMALL = (pl.UInt8, pl.UInt16, pl.UInt32, pl.Boolean)


def packable(dtype: pl.DataType) -> bool:
    """Tell whether values of a type fit into 64 bits in their own order.

    >>> packable(pl.Date()), packable(pl.String())
    (True, False)
    """
    return isinstance(dtype, (*_SIGNED, *_SMALL))


def packed(value: pl.Expr | None, tie: pl.Expr, *, descending: bool, last_tie: bool = False) -> pl.Expr:
    """Return a number whose largest is the first row: by value, nulls last, then by the smaller tie, or by the larger.

    Nulls: a null value counts as the most distant one, -2**63 or 2**63 - 1, of its direction.

    >>> frame = pl.DataFrame({"day": [1, 3, 3, None], "id": [7, 9, 8, 6]})
    >>> frame.select(pl.col("id").max_by(packed(pl.col("day"), pl.col("id"), descending=True))).item()
    8
    """
    low = _wide(tie) + _whole(_HALF) if last_tie else _whole(_HALF - 1) - _wide(tie)
    if value is None:
        return low
    high = _wide(value).fill_null(_whole(-_HALF if descending else _HALF - 1))
    return (high if descending else _whole(-1) - high) * _whole(_WHOLE) + low


def _wide(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.Int64).cast(pl.Int128)


def _whole(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.Int128)
