"""Windows on a cluster: values of each row that all rows of its table decide, computed beside the table and joined by its key."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from campaign_nb.engine.backends.narwhals import hashing, spark_hash, spark_window
from campaign_nb.engine.backends.narwhals.expressions import Resolve, compile_operand
from campaign_nb.engine.backends.narwhals.flow import Frame
from campaign_nb.engine.backends.narwhals.operand import Context
from campaign_nb.engine.backends.narwhals.refusal import Refusal
from campaign_nb.engine.backends.polars.hashing import SPAN, seed_of
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type

DRAWS = ("random", "new_uuid")
"""Windows that are drawn by the key; their value is the seed."""


def with_window(frame: Frame, node: tree.Window, key: Sequence[Field], name: str, resolve: Resolve, context: Context) -> Frame:
    """Add the column of a window to all rows of a table.

    Errors: what is computed otherwise there.
    """
    if isinstance(node.value, tree.Constant) and node.function in DRAWS:
        return _drawn(frame, node.function, str(node.value.value), key, name)
    value = None if node.value is None else compile_operand(node.value, resolve, context)
    if value is not None:
        check_window(node, value.type)
    parts = {f"{name}p{i}": compile_operand(item, resolve, context).expr for i, item in enumerate(node.partition)}
    sorts = {f"{name}o{i}": compile_operand(item.value, resolve, context).expr for i, item in enumerate(node.order)}
    values = {} if value is None else {f"{name}v": value.expr}
    orders = [(sort, item.descending) for sort, item in zip(sorts, node.order, strict=True)]
    if orders or node.function == "row_num":
        orders += [(field.name, False) for field in key]
    made = {**parts, **sorts, **values}
    native = (frame.with_columns(**made) if made else frame).to_native()
    whole = value is not None and value.type is Type.INTEGER
    return nw.from_native(spark_window.with_window(native, node.function, list(values), list(parts), orders, whole, name, list(made)))


def check_window(node: tree.Window, kind: Type) -> None:
    """Refuse a window that is computed otherwise there."""
    if node.function == "avg" and node.order and kind is Type.DECIMAL:
        raise Refusal("an average of decimals up to a row", "cn.fn.to_double(…) of them")


def _drawn(frame: Frame, function: str, seed: str, key: Sequence[Field], name: str) -> Frame:
    if function == "random":
        drawn = hashing.with_bucket(frame, key, seed_of(seed), name)
        return drawn.with_columns((nw.col(name).cast(nw.Float64) / nw.lit(float(SPAN))).alias(name))
    hashing.check_key(key)
    texts = [spark_hash.key_text(field.name, field.type, field.zone) for field in key]
    return nw.from_native(spark_hash.named_by(frame.to_native(), [field.name for field in key], texts, seed, name))
