"""Columns of flat files: from text to typed values, with what is wrong where that fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import polars as pl

from campaign_nb.rules.tree import Type

Kind: TypeAlias = Literal["text", "integer", "number", "decimal", "boolean", "date", "datetime", "time"]
EMPTY, LONG, UNMAPPED = "empty", "too long", "no such value in remap"

TYPES: Mapping[str, tuple[Type, pl.DataType]] = {
    "text": (Type.TEXT, pl.String()),
    "integer": (Type.INTEGER, pl.Int64()),
    "number": (Type.NUMBER, pl.Float64()),
    "decimal": (Type.DECIMAL, pl.Decimal(38, 6)),
    "boolean": (Type.BOOLEAN, pl.Boolean()),
    "date": (Type.DATE, pl.Date()),
    "datetime": (Type.DATETIME, pl.Datetime("us")),
    "time": (Type.TIME, pl.Time()),
}
_NUMBERS = ("integer", "number", "decimal")
_FORMATS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M:%S", "time": "%H:%M:%S"}
_TRUE, _FALSE = ["true", "t", "yes", "y", "1"], ["false", "f", "no", "n", "0"]


@dataclass(frozen=True, slots=True)
class FileColumn:
    """How one column of a file is read.

    Nulls: `nulls` is "default" (an empty field is wrong for a number, otherwise allowed), "allowed" or "required".
    Faults: `on_error` rejects the line, ignores the value (null), or puts `default` there.
    Values: `remap` replaces texts; one that is not in it stays ("keep"), becomes the default, or rejects the line. `strip`
    and `case` come before, `width` is the longest text, or the width in a file of fixed widths. `decimal` and `thousands`
    separate numbers, `format` is a date's (strftime). `ignore` leaves the column out.
    """

    type: Kind = "text"
    ignore: bool = False
    nulls: Literal["default", "allowed", "required"] = "default"
    on_error: Literal["reject", "ignore", "default"] = "reject"
    default: str | None = None
    remap: Mapping[str, str] = field(default_factory=dict[str, str])
    unmapped: Literal["keep", "default", "reject"] = "keep"
    width: int | None = None
    case: Literal["none", "upper", "lower", "capital"] = "none"
    strip: Literal["none", "left", "right", "both"] = "none"
    decimal: str = "."
    thousands: str = ""
    format: str | None = None

    @property
    def faults(self) -> list[str]:
        """What can be wrong with a value so that its line is rejected."""
        found = [UNMAPPED] if self.remap and self.unmapped == "reject" else []
        if self.ignore or self.on_error != "reject":
            return [] if self.ignore else found
        found += [EMPTY, LONG] if self.type == "text" else [EMPTY, f"no {self.type}"]
        return found


def read_column(name: str, column: FileColumn, time_zone: str | None) -> tuple[pl.Expr, pl.Expr]:
    """Return the typed value of a text column, and what is wrong with it as a text, or null."""
    text, unmapped = _prepared(pl.col(name), column)
    empty = text.is_null() | (text == "")
    value = _value(text, column, time_zone)
    faults = [(unmapped, UNMAPPED)] if column.remap and column.unmapped == "reject" else []
    wrong = pl.lit(False)
    if column.nulls == "required" or (column.nulls == "default" and column.type in _NUMBERS):
        faults, wrong = [*faults, (empty, EMPTY)], empty
    if column.type == "text":
        if column.width is not None:
            long = text.str.len_chars() > column.width
            faults, wrong = [*faults, (long, LONG)], wrong | long
        value = text if column.nulls != "allowed" else pl.when(text != "").then(text)
    else:
        unread = ~empty & value.is_null()
        faults, wrong = [*faults, (unread, f"no {column.type}")], wrong | unread
    if column.on_error != "reject":
        faults = [item for item in faults if item[1] == UNMAPPED]
        instead = pl.lit(None) if column.on_error == "ignore" else _value(pl.lit(column.default, dtype=pl.String), column, time_zone)
        value = pl.when(wrong).then(instead.cast(_dtype(column, time_zone))).otherwise(value)
    fault = pl.lit(None, dtype=pl.String)
    for test, what in reversed(faults):
        fault = pl.when(test).then(pl.lit(f"{name}: {what}")).otherwise(fault)
    return value, fault


def _prepared(text: pl.Expr, column: FileColumn) -> tuple[pl.Expr, pl.Expr]:
    """Return the text after white space, case and remapping, and whether it is not in the map."""
    match column.strip:
        case "left":
            text = text.str.strip_chars_start()
        case "right":
            text = text.str.strip_chars_end()
        case "both":
            text = text.str.strip_chars()
        case "none":
            pass
    match column.case:
        case "upper":
            text = text.str.to_uppercase()
        case "lower":
            text = text.str.to_lowercase()
        case "capital":
            text = text.str.slice(0, 1).str.to_uppercase() + text.str.slice(1).str.to_lowercase()
        case "none":
            pass
    if not column.remap:
        return text, pl.lit(False)
    known = text.is_in(list(column.remap))
    mapped = text.replace(dict(column.remap))
    if column.unmapped == "default":
        mapped = pl.when(known).then(mapped).otherwise(pl.lit(column.default, dtype=pl.String))
    return mapped, ~known


def _value(text: pl.Expr, column: FileColumn, time_zone: str | None) -> pl.Expr:
    match column.type:
        case "text":
            return text
        case "boolean":
            small = text.str.to_lowercase().str.strip_chars()
            return pl.when(small.is_in(_TRUE)).then(True).when(small.is_in(_FALSE)).then(False)
        case "date":
            return text.str.strip_chars().str.to_date(column.format or _FORMATS["date"], strict=False)
        case "time":
            return text.str.strip_chars().str.to_time(column.format or _FORMATS["time"], strict=False)
        case "datetime":
            plain = text.str.strip_chars()
            read = (plain.str.replace(" ", "T", literal=True) if column.format is None else plain).str.to_datetime(
                column.format or _FORMATS["datetime"], time_unit="us", strict=False
            )
            return read if time_zone is None else read.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
        case _:
            plain = text.str.strip_chars()
            plain = plain.str.replace_all(column.thousands, "", literal=True) if column.thousands else plain
            plain = plain.str.replace(column.decimal, ".", literal=True) if column.decimal != "." else plain
            shaped = pl.when(
                plain.str.contains(r"^[+-]?[0-9]+$" if column.type == "integer" else r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$")
            ).then(plain)
            return shaped.str.strip_prefix("+").cast(TYPES[column.type][1], strict=False)


def _dtype(column: FileColumn, time_zone: str | None) -> pl.DataType:
    return pl.Datetime("us", time_zone) if column.type == "datetime" else TYPES[column.type][1]


def guessed(values: Sequence[str]) -> Kind:
    """Return the narrowest type that every value fits that is not empty; text when there is none.

    >>> guessed(["1", "", "20"]), guessed(["1", "x"]), guessed(["2026-07-01"]), guessed(["007"])
    ('integer', 'text', 'date', 'text')
    """
    known = [value for value in values if value.strip()]
    if not known or any(len(value) > 1 and value[0] == "0" and value[1].isdigit() for value in known):
        return "text"
    frame = pl.DataFrame({"value": known})
    kinds: tuple[Kind, ...] = ("integer", "number", "date", "datetime")
    for kind in kinds:
        read = _value(pl.col("value"), FileColumn(type=kind), None)
        if frame.select(read.is_not_null().all()).item():
            return kind
    return "boolean" if {value.lower() for value in known} <= {"true", "false"} else "text"


def default_faults(column: FileColumn) -> bool:
    """Tell whether the default of a column is a value of its type.

    >>> default_faults(FileColumn(type="integer", on_error="default", default="none"))
    True
    """
    needed = column.on_error == "default" or column.unmapped == "default"
    if not needed or column.type == "text" or column.default is None:
        return False
    return pl.select(_value(pl.lit(column.default), column, None).is_null()).item() is True
