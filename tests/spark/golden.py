"""One table with every kind of awkward value, and rules and values evaluated on it by both engines."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import polars as pl

from campaign_nb.data.types import fields_of
from campaign_nb.engine.backends.narwhals import hashing, sources
from campaign_nb.engine.backends.narwhals.expressions import compile_operand, compile_rule
from campaign_nb.engine.backends.polars import compile_operand as compile_here
from campaign_nb.engine.backends.polars import compile_rule as rule_here
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field
from tests.engine.polars.random_rules import POOLS
from tests.engine.polars.world import CONTEXT, SCHEMA, resolver

ROWS = 48
STEPS = {name: 1 + 2 * at for at, name in enumerate(POOLS)}


def table() -> pl.DataFrame:
    """Every value of every column, nulls among them, in an order of its own per column."""
    columns = {
        name: [[None, *pool][(row * STEPS[name] + row // 7) % (len(pool) + 1)] for row in range(ROWS)] for name, pool in POOLS.items()
    }
    return pl.DataFrame({"row": range(ROWS), **columns}, schema={"row": pl.Int64(), **SCHEMA})


def here(nodes: Mapping[str, tree.Node]) -> pl.DataFrame:
    """What Polars makes of rules and values."""
    frame = table()
    resolve = resolver(frame)
    made = {
        name: rule_here(node, resolve, CONTEXT) if tree.is_rule(node) else compile_here(node, resolve, CONTEXT).expr
        for name, node in nodes.items()
    }
    return frame.with_columns(**made).select("row", *made).sort("row")


def there(session: Any, nodes: Mapping[str, tree.Node]) -> pl.DataFrame:
    """What Spark makes of them."""
    frame = table()
    fields = fields_of(frame.schema)

    def resolve(node: tree.Node) -> tuple[nw.Expr, Field]:
        assert isinstance(node, tree.Column)
        return nw.col(node.name), fields[node.name]

    made = {
        name: compile_rule(node, resolve, CONTEXT) if tree.is_rule(node) else compile_operand(node, resolve, CONTEXT).expr
        for name, node in nodes.items()
    }
    rows = sources.sent(session, frame)
    found = rows.select(nw.col("row"), *(expr.alias(name) for name, expr in made.items()))
    return collected(found).sort("row")


def collected(frame: nw.LazyFrame[Any]) -> pl.DataFrame:
    """Bring rows here: for tests alone."""
    return pl.from_arrow(frame.to_native().toArrow())  # type: ignore[return-value] # of a table


def plain(value: Any) -> Any:
    """A value as both engines should hold it: instants in UTC, numbers by value, NaN as none."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC)
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return value


def differences(one: pl.DataFrame, two: pl.DataFrame, names: Sequence[str]) -> dict[str, list[tuple[int, Any, Any]]]:
    """Return where two frames differ, by column: the row and both values."""
    found: dict[str, list[tuple[int, Any, Any]]] = {}
    for name in names:
        pairs = zip(map(plain, one[name].to_list()), map(plain, two[name].to_list()), strict=True)
        bad = [(row, left, right) for row, (left, right) in enumerate(pairs) if left != right and not _close(left, right)]
        if bad:
            found[name] = bad[:3]
    return found


def _close(left: Any, right: Any) -> bool:
    return isinstance(left, float) and isinstance(right, float) and math.isclose(left, right, rel_tol=1e-14)


def hashed(session: Any, frame: pl.DataFrame, key: Sequence[str], seed: int) -> pl.DataFrame:
    """The rows of a frame with their stable hash as Spark draws it."""
    fields = fields_of(frame.schema)
    return collected(hashing.with_bucket(sources.sent(session, frame), [fields[name] for name in key], seed, "n"))
