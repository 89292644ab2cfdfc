"""A table with a column of every type, and the shortest ways to evaluate rules and values on its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from campaign_nb.data.types import fields_of
from campaign_nb.engine.backends.polars import Context, compile_rule, compile_value
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field

AS_OF = dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)  # 2 July, half past midnight, in Paris
PARIS = "Europe/Paris"
CONTEXT = Context(AS_OF, PARIS, {"least": 5, "nothing": None, "day": "2026-06-30", "yes": True})

SCHEMA = pl.Schema(
    {
        "i": pl.Int64(),
        "j": pl.Int8(),
        "u": pl.UInt64(),
        "f": pl.Float64(),
        "g": pl.Float64(),
        "d": pl.Decimal(12, 2),
        "e": pl.Decimal(14, 3),
        "s": pl.String(),
        "t": pl.String(),
        "c": pl.Enum(["", "b", "a", "É", "é"]),
        "b": pl.Boolean(),
        "day": pl.Date(),
        "start": pl.Date(),
        "at": pl.Datetime("us"),
        "seen": pl.Datetime("ms"),
        "here": pl.Datetime("us", PARIS),
        "utc": pl.Datetime("us", "UTC"),
        "ny": pl.Datetime("us", "America/New_York"),
    }
)


def wall(text: str) -> dt.datetime:
    """A datetime without zone."""
    return dt.datetime.fromisoformat(text)


def resolver(frame: pl.DataFrame | pl.LazyFrame) -> Any:
    """Resolve the columns of a frame."""
    fields = fields_of(frame.collect_schema())

    def resolve(node: tree.Node) -> tuple[pl.Expr, Field]:
        assert isinstance(node, tree.Column)
        return pl.col(node.name), fields[node.name]

    return resolve


def rows(columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """Make a frame from some columns of the table."""
    return pl.DataFrame(dict(columns), schema={name: SCHEMA[name] for name in columns})


def truths(rule: tree.Node, columns: Mapping[str, Sequence[Any]], context: Context = CONTEXT) -> list[bool | None]:
    """Evaluate a rule on rows of the table."""
    frame = rows(columns)
    return frame.lazy().with_columns(_=compile_rule(rule, resolver(frame), context)).collect()["_"].to_list()


def values(node: tree.Node, columns: Mapping[str, Sequence[Any]], context: Context = CONTEXT) -> list[Any]:
    """Evaluate a value on rows of the table; instants come in UTC, where Python compares them without surprises."""
    frame = rows(columns)
    found = frame.lazy().with_columns(_=compile_value(node, resolver(frame), context)).collect()["_"].to_list()
    return [one.astimezone(dt.UTC) if isinstance(one, dt.datetime) and one.tzinfo else one for one in found]


def node(value: Any) -> tree.Node:
    """A node as it is, anything else as a constant."""
    return value if isinstance(value, tree.Node) else tree.Constant(value)


def col(name: str) -> tree.Column:
    """A column of the row under test."""
    return tree.Column(name)


def call(name: str, *args: Any) -> tree.Call:
    """A function applied to columns and constants."""
    return tree.Call(name, tuple(node(arg) for arg in args))


def is_(op: tree.Operator, left: Any, right: Any) -> tree.Compare:
    """A comparison of columns and constants."""
    return tree.Compare(op, node(left), node(right))
