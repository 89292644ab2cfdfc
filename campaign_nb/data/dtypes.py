"""Polars types as JSON values and as code, for the columns that activities declare."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias, cast
from zoneinfo import ZoneInfo

import polars as pl

Json: TypeAlias = Any

MOST_DIGITS = 38

_SIMPLE: dict[str, type[pl.DataType]] = {
    kind.__name__: kind
    for kind in (
        pl.Boolean,
        pl.Int8,
        pl.Int16,
        pl.Int32,
        pl.Int64,
        pl.UInt8,
        pl.UInt16,
        pl.UInt32,
        pl.UInt64,
        pl.Float32,
        pl.Float64,
        pl.String,
        pl.Binary,
        pl.Date,
        pl.Time,
        pl.Categorical,
    )
}


def is_dtype(value: object) -> bool:
    """Tell whether a value is a Polars type, as a class or an instance.

    >>> is_dtype(pl.Float64), is_dtype(pl.Datetime("us")), is_dtype("Float64")
    (True, True, False)
    """
    return isinstance(value, pl.DataType) or (isinstance(value, type) and issubclass(value, pl.DataType))


def dtype_document(dtype: Any) -> Json:
    """Write a Polars type as JSON; TypeError for one that declared columns don't have.

    >>> dtype_document(pl.Float64), dtype_document(pl.List(pl.Datetime("us", "UTC")))
    ('Float64', ['List', ['Datetime', 'us', 'UTC']])
    """
    found: pl.DataType = dtype() if isinstance(dtype, type) else dtype
    name = type(found).__name__
    match found:
        case pl.Datetime():
            return [name, found.time_unit, found.time_zone]
        case pl.Duration():
            return [name, found.time_unit]
        case pl.Decimal():
            return [name, found.precision, found.scale]
        case pl.List():
            return [name, dtype_document(found.inner)]
        case pl.Struct():
            return [name, {item.name: dtype_document(item.dtype) for item in found.fields}]
        case pl.Enum():
            return [name, found.categories.to_list()]
        case _ if name in _SIMPLE:
            return name
        case _:
            raise TypeError(f"{name} is no type of a declared column")


def dtype_of(document: Json) -> Any:
    """Read a Polars type from JSON; ValueError for anything else.

    >>> dtype_of(["List", ["Datetime", "us", "UTC"]])
    List(Datetime(time_unit='us', time_zone='UTC'))
    """
    given: Json = document
    if isinstance(document, str) and document in _SIMPLE:
        return _SIMPLE[document]
    try:
        name, *arguments = cast("list[Json]", document) if isinstance(document, list) else [""]
        return _READERS[str(name)](*arguments)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, pl.exceptions.PolarsError) as error:
        raise ValueError(f"{given!r:.80} is no Polars type") from error


def dtype_code(dtype: Any) -> str:
    """Write a Polars type as Python code, with `pl` for Polars.

    >>> dtype_code(pl.Float64), dtype_code(pl.List(pl.Int64))
    ('pl.Float64', 'pl.List(pl.Int64)')
    """
    document = dtype_document(dtype)
    return f"pl.{document}" if isinstance(document, str) else f"pl.{document[0]}({_arguments(document)})"


def _arguments(document: list[Json]) -> str:
    match document:
        case ["List", inner]:
            return dtype_code(dtype_of(inner))
        case ["Struct", parts]:
            return (
                "{"
                + ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {dtype_code(dtype_of(part))}" for name, part in parts.items())
                + "}"
            )
        case [_, *arguments]:
            return ", ".join(json.dumps(item, ensure_ascii=False) for item in arguments if item is not None)
        case _:
            return ""


def _datetime(unit: Any, zone: str | None) -> pl.DataType:
    return pl.Datetime(unit, None if zone is None else ZoneInfo(zone).key)


def _decimal(precision: int, scale: int) -> pl.DataType:
    if not 0 <= scale <= precision <= MOST_DIGITS:
        raise ValueError(precision)
    return pl.Decimal(precision, scale)


def _list(inner: Json) -> pl.DataType:
    return pl.List(dtype_of(inner))


def _struct(parts: dict[str, Json]) -> pl.DataType:
    return pl.Struct({name: dtype_of(part) for name, part in parts.items()})


_READERS: dict[str, Callable[..., Any]] = {
    "Datetime": _datetime,
    "Duration": pl.Duration,
    "Decimal": _decimal,
    "List": _list,
    "Struct": _struct,
    "Enum": pl.Enum,
}
