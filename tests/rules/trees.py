"""Random trees of every kind of node; names fit the shop, types need not."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

from campaign_nb.rules import tree
from campaign_nb.rules.functions import REGISTRY
from tests.rules.shop import SHOP, FakeTable

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

short = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
zones = st.sampled_from([None, dt.UTC, dt.timezone(dt.timedelta(hours=5, minutes=30))])
scalars: st.SearchStrategy[tree.Scalar] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    short,
    st.dates(),
    st.builds(
        lambda day, time, zone: dt.datetime.combine(day, time, zone), st.dates(dt.date(2, 1, 1), dt.date(9998, 1, 1)), st.times(), zones
    ),
    st.times(),
    st.timedeltas(dt.timedelta(days=-9_999), dt.timedelta(days=9_999)),
)
constants = scalars.map(tree.Constant)
operators = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
_FUNCTIONS = [function for name, function in REGISTRY.items() if name not in ("first_of", "item_of")]


class Trees:
    """Draws trees whose columns belong to a table; `bound` tells whether they say so."""

    def __init__(self, draw: Draw[object], bound: st.SearchStrategy[bool]) -> None:
        self._draw, self._bound = draw, bound

    def one(self, strategy: st.SearchStrategy[T]) -> T:
        return self._draw(strategy)  # type: ignore[return-value] # hypothesis' own draw is generic

    def label(self, table: FakeTable) -> str | None:
        return table.label if self.one(self._bound) else None

    def pick(self, *choices: Callable[[], tree.Node]) -> tree.Node:
        """Draw one of several ways to go on; only that one is followed."""
        return self.one(st.sampled_from(choices))()

    def rule(self, table: FakeTable, depth: int) -> tree.Node:
        """Draw a condition."""
        kinds = [self.leaf, self.compare, self.unary] + ([self.text, self.group, self.group] if depth > 0 else [])
        return self.one(st.sampled_from(kinds))(table, depth - 1)

    def compare(self, table: FakeTable, depth: int) -> tree.Node:
        first, second = self.value(table, depth), self.value(table, depth)
        return self.pick(
            lambda: tree.Compare(self.one(operators), first, second),
            lambda: tree.In(first, (second, self.value(table, depth))[: self.one(st.integers(1, 2))]),
            lambda: tree.Between(first, second, self.value(table, depth)),
        )

    def unary(self, table: FakeTable, depth: int) -> tree.Node:
        return self.one(st.sampled_from([tree.IsNull, tree.IsEmpty, tree.Truth]))(self.value(table, depth))

    def text(self, table: FakeTable, depth: int) -> tree.Node:
        value, part = self.value(table, depth), self.value(table, depth)
        test = st.sampled_from(["starts_with", "ends_with", "contains"])
        return self.pick(lambda: tree.TextMatch(self.one(test), value, part), lambda: tree.Like(value, part, self.one(st.booleans())))

    def group(self, table: FakeTable, depth: int) -> tree.Node:
        def items() -> tuple[tree.Node, ...]:
            return tuple(self.rule(table, depth) for _ in range(self.one(st.integers(2, 3))))

        return self.pick(
            lambda: tree.Not(self.rule(table, depth)),
            lambda: tree.And(items()),
            lambda: tree.Or(items()),
            lambda: tree.Except(self.rule(table, depth), self.rule(table, depth)),
        )

    def leaf(self, table: FakeTable, depth: int) -> tree.Node:
        events = st.sampled_from(tree.EVENTS)
        return self.pick(
            lambda: tree.Everybody(),
            lambda: tree.Behaviour(self.one(events), self.one(short) or "Offer", self.one(short)),
            lambda: tree.Exists(self.rows(table, depth)),
        )

    def value(self, table: FakeTable, depth: int) -> tree.Node:
        """Draw a value; now and then a condition in its place."""
        kinds = [self.plain, self.plain] + ([self.call, self.case, self.aggregate, self.window, self.rule] if depth > 0 else [])
        return self.one(st.sampled_from(kinds))(table, depth - 1)

    def plain(self, table: FakeTable, depth: int) -> tree.Node:
        return self.pick(
            lambda: self.one(constants),
            lambda: self.column(table),
            lambda: tree.Parameter(self.one(short), self.one(constants)),
            lambda: tree.Variable(self.one(short)),
            lambda: tree.Size(self.one(short), self.one(st.sampled_from(["out", "A"])), self.one(st.booleans())),
        )

    def column(self, table: FakeTable) -> tree.Column:
        label, path = self.label(table), list[str]()
        while self.one(st.integers(0, 3)) == 0 and (single := [link for link in table.links.values() if not link.many]):
            link = self.one(st.sampled_from(single))
            table = SHOP.tables[link.to]
            path.append(link.name)
        return tree.Column(self.one(st.sampled_from(list(table.columns))), tuple(path), label)

    def call(self, table: FakeTable, depth: int) -> tree.Node:
        function = self.one(st.sampled_from(_FUNCTIONS))
        most = len(function.parameters) + (2 if function.variadic else 0)
        counts = st.integers(function.least, most)
        return self.pick(
            lambda: tree.Call(function.name, tuple(self.value(table, depth) for _ in range(self.one(counts)))),
            lambda: tree.Call("first_of", (self.lines(table, depth),)),
        )

    def case(self, table: FakeTable, depth: int) -> tree.Node:
        whens = tuple((self.rule(table, depth), self.value(table, depth)) for _ in range(self.one(st.integers(1, 2))))
        return tree.Case(whens, self.value(table, depth))

    def aggregate(self, table: FakeTable, depth: int) -> tree.Node:
        rows, inside = self.rows(table, depth), self._last
        function = self.one(st.sampled_from(["count", "sum", "avg", "min", "max", "count_distinct", "std_dev", "string_agg"]))
        if function == "count":
            return tree.Aggregate("count", rows, self.column(inside) if self.one(st.booleans()) else None)
        separator = self.one(st.sampled_from([",", "; ", "'"])) if function == "string_agg" else ","
        return tree.Aggregate(function, rows, self.value(inside, depth), separator)

    def window(self, table: FakeTable, depth: int) -> tree.Node:
        function = self.one(st.sampled_from(["row_num", "count", "sum", "avg", "min", "max", "std_dev", "random", "new_uuid"]))
        if function in ("random", "new_uuid"):
            return tree.Window(function, tree.Constant(self.one(short)))
        none = function == "row_num" or (function == "count" and self.one(st.booleans()))
        partition = tuple(self.value(table, depth) for _ in range(self.one(st.integers(0, 2))))
        order = tuple(tree.Order(self.value(table, depth), self.one(st.booleans())) for _ in range(self.one(st.integers(0, 2))))
        return tree.Window(function, None if none else self.value(table, depth), partition, order)

    def lines(self, table: FakeTable, depth: int) -> tree.Lines:
        rows, inside = self.rows(table, depth), self._last
        order = tuple(tree.Order(self.value(inside, depth), self.one(st.booleans())) for _ in range(self.one(st.integers(0, 2))))
        linked = [f"{link.name}.{name}" for link in inside.links.values() if not link.many for name in SHOP.tables[link.to].columns]
        columns = self.one(st.lists(st.sampled_from([*inside.columns, *linked]), min_size=1, max_size=3))
        return tree.Lines(rows, order, tuple(columns), self.one(st.integers(1, 9)))

    def rows(self, table: FakeTable, depth: int) -> tree.Linked:
        """Draw a path with at least one link to many rows."""
        label, steps, many, here = self.label(table), list[tree.LinkStep](), False, table
        while not many or self.one(st.integers(0, 3)) == 0:
            link = self.one(st.sampled_from(list(here.links.values())))
            here, many = SHOP.tables[link.to], many or link.many
            where = tuple(self.rule(here, depth) for _ in range(self.one(st.integers(0, 2)))) if depth > 0 else ()
            steps.append(tree.LinkStep(link.name, where))
        self._last = here
        return tree.Linked(tuple(steps), label)


def _drawn(build: Callable[[Trees], tree.Node], bound: st.SearchStrategy[bool]) -> st.SearchStrategy[tree.Node]:
    @st.composite
    def strategy(draw: Draw[object]) -> tree.Node:
        return build(Trees(draw, bound))

    return strategy()


def rules(bound: st.SearchStrategy[bool], depth: int = 3, table: str = "customers") -> st.SearchStrategy[tree.Node]:
    """Random conditions on a row of a table."""
    return _drawn(lambda trees: trees.rule(SHOP.tables[table], depth), bound)


def values(bound: st.SearchStrategy[bool], depth: int = 3, table: str = "customers") -> st.SearchStrategy[tree.Node]:
    """Random values of a row of a table."""
    return _drawn(lambda trees: trees.value(SHOP.tables[table], depth), bound)


@functools.cache
def every_kind() -> frozenset[type[tree.Node]]:
    """The kinds of node that a tree may hold."""
    return frozenset((*tree.RULES, *tree.VALUES, *tree.OF_RUNS, tree.Lines, tree.Order, tree.Linked, tree.LinkStep))
