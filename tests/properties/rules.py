"""Random rules and values on a row of people or orders: few constants and few aggregates, so that they meet again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from hypothesis import strategies as st

from campaign_nb.rules import tree
from campaign_nb.rules.tree import Aggregate, Call, Column, Compare, Constant, Exists, IsNull, Linked, LinkStep, Truth
from tests.properties.world import DAYS, NUMBERS, TEXTS

RECENT = Compare(">=", Column("day"), Call("days_ago", (Constant(7),)))
WHERES: dict[str, list[tree.Node]] = {
    "orders": [
        Compare(">", Column("amount"), Constant(1)),
        Compare("<=", Column("amount"), Constant(2)),
        IsNull(Column("amount")),
        RECENT,
        Compare("=", Column("item"), Constant("gold")),
        Compare(">", Column("age", ("buyer",)), Constant(1)),
        Compare(">=", Aggregate("count", Linked((LinkStep("lines"),))), Constant(1)),
        tree.Not(Exists(Linked((LinkStep("lines"),)))),
        tree.Everybody(),
    ],
    "lines": [Compare(">=", Column("pieces"), Constant(2)), Compare("=", Column("item", ("of",)), Constant("gold"))],
    "visits": [Compare("<", Column("seconds"), Constant(1.0)), IsNull(Column("page"))],
}
NUMBER = {"orders": "amount", "lines": "pieces", "visits": "seconds"}
WAYS: dict[str, list[tuple[str, ...]]] = {
    "people": [("orders",), ("orders",), ("orders",), ("liked",), ("visits",), ("orders", "lines")],
    "orders": [("lines",), ("buyer", "orders"), ("buyer", "visits")],
}
TARGET = {"orders": "orders", "liked": "orders", "lines": "lines", "visits": "visits", "buyer": "people"}
PLAIN: dict[str, list[tuple[Column, str]]] = {
    "people": [
        (Column("age"), "number"),
        (Column("tier"), "text"),
        (Column("email"), "text"),
        (Column("size", ("lives_in",)), "number"),
        (Column("region", ("lives_in",)), "text"),
        (Column("big", ("lives_in", "in_region")), "truth"),
    ],
    "orders": [
        (Column("amount"), "number"),
        (Column("item"), "text"),
        (Column("day"), "day"),
        (Column("age", ("buyer",)), "number"),
        (Column("size", ("buyer", "lives_in")), "number"),
    ],
}
KINDS = {"number": NUMBERS, "text": TEXTS, "day": DAYS}


def _of(draw: st.DrawFn, items: Any) -> Any:
    return draw(st.sampled_from(list(items)))


@st.composite
def linked(draw: st.DrawFn, table: str) -> Linked:
    """Return linked rows, mostly with a condition on the last of them."""
    steps: list[LinkStep] = []
    for name in _of(draw, WAYS[table]):
        pool = WHERES.get(TARGET[name], [])
        steps.append(LinkStep(name, tuple(draw(st.lists(st.sampled_from(pool), max_size=2, unique=True))) if pool else ()))
    return Linked(tuple(steps))


@st.composite
def aggregates(draw: st.DrawFn, table: str) -> Aggregate:
    """Return a number from linked rows."""
    rows = draw(linked(table))
    name = _of(draw, ("count", "count", "sum", "sum", "min", "max", "avg", "count_distinct"))
    value = Column(NUMBER[TARGET[rows.steps[-1].link]])
    return Aggregate(name, rows, None if name == "count" and draw(st.booleans()) else value)


@st.composite
def values(draw: st.DrawFn, table: str, extra: Mapping[str, str], kind: str = "") -> tuple[tree.Node, str]:
    """Return a value of a row with its kind; `extra` are the columns that were added, with theirs."""
    known = [(Column(name), found) for name, found in extra.items()] + PLAIN[table]
    form = _of(draw, ("column", "column", "added", "aggregate", "sum"))
    if form == "aggregate" and kind in ("", "number"):
        return draw(aggregates(table)), "number"
    numbers = [node for node, found in known if found == "number"]
    if form == "sum" and kind in ("", "number"):
        return Call("add", (_of(draw, numbers), draw(st.sampled_from(numbers) | st.just(Constant(1))))), "number"
    fitting = [(node, found) for node, found in known if found == kind] if kind else known
    added = [(node, found) for node, found in fitting if node.name in extra]
    return _of(draw, added if form == "added" and added else fitting)


@st.composite
def rules(draw: st.DrawFn, table: str, extra: Mapping[str, str], depth: int = 2) -> tree.Node:
    """Return a rule of at most two levels of logic."""
    if depth and draw(st.booleans()):
        build = _of(draw, (tree.And, tree.And, tree.Or, tree.Not, tree.Except))
        if build is tree.Not:
            return tree.Not(draw(rules(table, extra, depth - 1)))
        parts = [draw(rules(table, extra, depth - 1)) for _ in range(2 if build is tree.Except else _of(draw, (2, 3)))]
        return tree.Except(*parts) if build is tree.Except else build(tuple(parts))
    form = _of(draw, ("compare", "compare", "compare", "count", "exists", "null", "everybody"))
    if form == "exists":
        return Exists(draw(linked(table)))
    if form == "everybody":
        return tree.Everybody()
    if form == "count":
        return Compare(_of(draw, get_args(tree.Operator)), Aggregate("count", draw(linked(table))), Constant(_of(draw, (0, 1, 2))))
    value, kind = draw(values(table, extra))
    if form == "null":
        return IsNull(value)
    if kind == "truth":
        return Truth(value)
    other = Constant(_of(draw, KINDS[kind])) if draw(st.integers(0, 3)) else draw(values(table, extra, kind))[0]
    return Compare(_of(draw, get_args(tree.Operator)), value, other)
