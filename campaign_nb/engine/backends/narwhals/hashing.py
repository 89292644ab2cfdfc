"""The stable hash of a key on a cluster: bit for bit that of `backends.polars.hashing`."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from campaign_nb.engine.backends.narwhals import spark_hash
from campaign_nb.engine.backends.narwhals.flow import Frame
from campaign_nb.engine.backends.narwhals.refusal import Refusal
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type


def with_bucket(frame: Frame, key: Sequence[Field], seed: int, name: str) -> Frame:
    """Add the stable hash of a key, a whole number from 0 to 2**32 - 1; a null in the key gives null.

    Errors: a key of floats, lists or times of day.
    """
    check_key(key)
    whole = len(key) == 1 and key[0].type is Type.INTEGER
    texts = [] if whole else [spark_hash.key_text(field.name, field.type, field.zone) for field in key]
    return nw.from_native(spark_hash.drawn(frame.to_native(), [field.name for field in key], whole, texts, seed, name))


def check_key(key: Sequence[Field]) -> None:
    """Refuse keys without one text for each value."""
    for field in key:
        if field.type not in (Type.INTEGER, Type.TEXT, Type.BOOLEAN, Type.DATE, Type.DATETIME, Type.DECIMAL):
            raise Refusal(f"a draw by the key column {field.name!r}, which is {field.type}", "whole numbers, text, dates or decimals")
