"""The stable hash on Spark: bit operations on native columns, one column a step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pyspark.sql.connect import functions as F

from campaign_nb.engine.backends.narwhals.spark_text import decimal_text
from campaign_nb.rules.tree import Type

_MASK, _FIRST, _SECOND = 2**32 - 1, 0x21F0AAAD, 0x735A2D97

_STAMP = "yyyy-MM-dd'T'HH:mm:ss.SSSSSS"


def key_text(name: str, kind: Type, zone: str | None) -> Any:
    """Return the one text of a key's value."""
    column = F.col(f"`{name}`")
    if kind is Type.DATETIME:
        stamp = F.date_format(column.cast("timestamp_ntz"), _STAMP)
        return stamp if zone is None else F.concat(stamp, F.lit("Z"))
    if kind is Type.DECIMAL:
        text = decimal_text(column)
        return F.when(F.contains(text, F.lit(".")), F.regexp_replace(text, r"\.?0+\z", "")).otherwise(text)
    return column.cast("string")


def _all_known(key: Sequence[str]) -> Any:
    known = F.lit(True)
    for column in key:
        known = known & F.col(f"`{column}`").isNotNull()
    return known


def named_by(frame: Any, key: Sequence[str], texts: Iterable[Any], seed: str, name: str) -> Any:
    """Add the name that a key and a seed give to a row, as `backends.polars.over` writes it; null where the key is."""
    digest = F.sha2(F.concat(F.lit(f"{seed}\x1f"), F.concat_ws("\x1f", *texts)), 256)
    frame = frame.withColumn(name, F.when(_all_known(key), digest))
    one, two, three, four, five = (F.substring(F.col(name), at + 1, n) for at, n in ((0, 8), (8, 4), (13, 3), (17, 3), (20, 12)))
    dash = F.lit("-")
    return frame.withColumn(name, F.concat(one, dash, two, F.lit("-8"), three, F.lit("-a"), four, dash, five))


def drawn(frame: Any, key: Sequence[str], whole_number: bool, texts: Iterable[Any], seed: int, name: str) -> Any:
    """Add the stable hash of a key, as `backends.polars.hashing` says: one column a step, since each reads its input twice."""
    if whole_number:
        number = F.col(key[0]).cast("bigint")
        upper, lower = F.shiftrightunsigned(number, 32), number.bitwiseAND(F.lit(_MASK).cast("bigint"))
    else:
        digest = F.sha2(F.concat_ws("\x1f", *texts), 256)
        upper, lower = F.when(_all_known(key), F.conv(F.substring(digest, 1, 8), 16, 10).cast("bigint")), None
    frame = _mixed(frame.withColumn(name, upper.bitwiseXOR(F.lit(seed & _MASK).cast("bigint"))), name)
    if lower is not None:
        frame = frame.withColumn(name, F.col(name).bitwiseXOR(lower))
    return _mixed(frame, name)


def _mixed(frame: Any, name: str) -> Any:
    x = F.col(name)
    for bits, factor in ((16, _FIRST), (15, _SECOND)):
        frame = frame.withColumn(name, x.bitwiseXOR(F.shiftrightunsigned(x, bits)))
        frame = frame.withColumn(name, (x * F.lit(factor).cast("bigint")).bitwiseAND(F.lit(_MASK).cast("bigint")))
    return frame.withColumn(name, x.bitwiseXOR(F.shiftrightunsigned(x, 15)))
