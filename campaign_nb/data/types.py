"""How the types of a frame's columns map to the types that rules know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type

_TEXT = (pl.String, pl.Categorical, pl.Enum)
_SIMPLE: dict[type[pl.DataType], Type] = {
    pl.Boolean: Type.BOOLEAN,
    pl.Date: Type.DATE,
    pl.Time: Type.TIME,
    pl.Duration: Type.DURATION,
    pl.Decimal: Type.DECIMAL,
    pl.List: Type.LIST,
    pl.Array: Type.LIST,
    pl.Struct: Type.LIST,
}


def field_of(name: str, dtype: pl.DataType) -> Field:
    """Return a column as rules see it; a date with a time keeps its zone.

    >>> field_of("age", pl.Int32()).type
    <Type.INTEGER: 'integer'>
    """
    if isinstance(dtype, pl.Datetime):
        return Field(name, Type.DATETIME, dtype.time_zone)
    if dtype.is_integer():
        return Field(name, Type.INTEGER)
    if dtype.is_float():
        return Field(name, Type.NUMBER)
    if isinstance(dtype, _TEXT):
        return Field(name, Type.TEXT)
    return Field(name, _SIMPLE.get(type(dtype), Type.UNKNOWN))


def fields_of(schema: pl.Schema) -> dict[str, Field]:
    """Return all columns of a frame as rules see them, in order."""
    return {name: field_of(name, dtype) for name, dtype in schema.items()}


def declared_fields(types: Mapping[str, Any]) -> dict[str, Field]:
    """Return declared columns as rules see them, from names and Polars types.

    >>> declared_fields({"score": pl.Float64})["score"].type
    <Type.NUMBER: 'number'>
    """
    return {name: field_of(name, dtype() if isinstance(dtype, type) else dtype) for name, dtype in types.items()}
