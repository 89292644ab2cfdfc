"""Windows: values of each row that all rows of its table decide, computed beside the table and joined by its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import polars as pl
from polars_hash import CryptographicHashingNameSpace

from campaign_nb.engine.backends.polars.hashing import SPAN, key_text, seed_of, with_bucket
from campaign_nb.rules import tree


class Compile(Protocol):
    """Turns a value of a row of the table into an expression."""

    def __call__(self, node: tree.Node, /) -> pl.Expr:
        """Compile a value."""
        ...


def nodes_of(node: tree.Window) -> list[tree.Node]:
    """Return the values of a row that a window reads."""
    values = [] if node.value is None else [node.value]
    return [*values, *node.partition, *(item.value for item in node.order)]


def with_window(frame: pl.LazyFrame, node: tree.Window, key: Sequence[str], name: str, compile_one: Compile) -> pl.LazyFrame:
    """Add the column of a window to all rows of a table."""
    if isinstance(node.value, tree.Constant) and node.function in ("random", "new_uuid"):
        return _drawn(frame, node.function, str(node.value.value), key, name)
    parts = {f"{name}p{i}": compile_one(item) for i, item in enumerate(node.partition)}
    sorts = {f"{name}o{i}": compile_one(item.value) for i, item in enumerate(node.order)}
    value = {f"{name}v": compile_one(node.value)} if node.value is not None else {}
    frame = frame.with_columns(**parts, **sorts, **value)
    running = node.function == "row_num" or bool(node.order)
    if running:
        descending = [item.descending for item in node.order] + [False] * len(key)
        frame = frame.sort([*sorts, *key], descending=descending, nulls_last=True)
    summed = node.function == "sum" and frame.collect_schema()[f"{name}v"].is_integer()
    if summed:
        frame = frame.with_columns(pl.col(f"{name}v").cast(pl.Int128))
    found = (_up_to if running else _of_all)(node, pl.col(f"{name}v") if value else None)
    found = found.cast(pl.Int64, strict=False) if summed else found  # what does not fit is null, as in arithmetic
    made = frame.with_columns((found.over(list(parts)) if parts else found).alias(name))
    return made.drop([*parts, *sorts, *value])


def _of_all(node: tree.Window, value: pl.Expr | None) -> pl.Expr:
    if value is None:
        return pl.len().cast(pl.Int64)
    return {
        "count": value.count().cast(pl.Int64),
        "sum": pl.when(value.count() > 0).then(value.sum()),
        "avg": value.mean(),
        "min": value.min(),
        "max": value.max(),
        "std_dev": value.std(),
    }[node.function]


def _up_to(node: tree.Window, value: pl.Expr | None) -> pl.Expr:
    """Compute over the rows up to each one, in the order of the frame."""
    if value is None:
        return pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    known = value.cum_count()
    total = pl.when(known > 0).then(value.fill_null(0).cum_sum()) if node.function in ("sum", "avg") else value
    return {
        "count": known.cast(pl.Int64),
        "sum": total,
        "avg": total / known,
        "min": value.cum_min().forward_fill(),
        "max": value.cum_max().forward_fill(),
    }[node.function]


def _drawn(frame: pl.LazyFrame, function: str, seed: str, key: Sequence[str], name: str) -> pl.LazyFrame:
    types: Mapping[str, pl.DataType] = frame.select(key).collect_schema()
    if function == "random":
        return with_bucket(frame, key, types, seed_of(seed), name).with_columns((pl.col(name) / SPAN).alias(name))
    digest = CryptographicHashingNameSpace(pl.concat_str(pl.lit(f"{seed}\x1f"), key_text(key, types))).sha2_256()
    parts = [digest.str.slice(at, length) for at, length in ((0, 8), (8, 4), (13, 3), (17, 3), (20, 12))]
    one, two, three, four, five = parts
    written = pl.concat_str(one, pl.lit("-"), two, pl.lit("-8"), three, pl.lit("-a"), four, pl.lit("-"), five)  # version 8: our own
    return frame.with_columns(written.alias(name))
