"""Rules drawn from a seed: each is about some named part of the language, whatever else it is made of."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, get_args

from campaign_nb.rules import tree
from campaign_nb.rules.functions import REGISTRY
from campaign_nb.rules.tree import Call, Column, Constant, Linked, LinkStep
from tests.differential.shapes import BY_NAME, COARSE, COLUMNS, GIVEN, GIVES, LITERALS, SMALL
from tests.differential.world import EVENT, LINKS
from tests.engine.polars.random_rules import PATTERNS, constant
from tests.judge import Judge

OPERATORS = get_args(tree.Operator)
TESTS = get_args(tree.TextTest)
AGGREGATES = get_args(tree.AggregateName)
FAMILIES = [["whole", "decimal", "float"], ["date", "naive", "instant"], ["text"], ["time"]]
PATHS = {
    "people": [
        ("orders",),
        ("team",),
        ("orders", "place"),
        ("team", "orders"),
        ("boss", "orders"),
        ("home", "sales"),
        ("home", "residents"),
    ],
    "orders": [("place", "residents"), ("owner", "team"), ("place", "sales")],
    "places": [("residents",), ("sales",), ("sales", "owner"), ("residents", "orders")],
}
ONES = {
    "people": [("boss",), ("home",), ("boss", "home"), ("boss", "boss")],
    "orders": [("owner",), ("place",), ("owner", "home"), ("owner", "boss")],
    "places": [],
}
JUDGED = {*BY_NAME, *COARSE, "first_of"}
"""Functions that the judge knows; the cases of any other are written by hand."""


def target(table: str, path: Sequence[str]) -> str:
    """The table that a path leads to."""
    for link in path:
        table = LINKS[table, link][0]
    return table


class Maker:
    """Draws values and rules on a row of a table."""

    def __init__(self, draw: random.Random, judges: Sequence[Judge], table: str = "people", links: int = 2) -> None:
        self.draw, self.judges, self.table, self.links = draw, judges, table, links

    def of(self, *items: Any) -> Any:
        return self.draw.choice(items)

    def inside(self, table: str) -> Maker:
        """Draw on the rows that a link leads to; no row of them is at hand."""
        return Maker(self.draw, (), table, self.links - 1)

    # ---------------------------------------------------------------------------------------------------------- values

    def value(self, kind: str, depth: int = 1) -> tree.Node:
        """Draw a value of a kind."""
        if kind in GIVEN:
            own = [SMALL[kind]] if kind in SMALL and self.table == "people" else []
            return self.draw.choice([*GIVEN[kind], *own, *own])
        if kind.startswith("own "):
            return self.column(kind.removeprefix("own "))
        form = self.of("column", "column", "column", "literal", "call", "case", "link") if depth else self.of("column", "column", "literal")
        if form == "call":
            return self.call(self.draw.choice(GIVES[kind]), depth)
        if form == "case":
            return tree.Case(((self.simple(), self.value(kind, 0)),), self.value(kind, 0))
        if form == "link" and self.links and self.draw.random() < 0.3:
            return self.aggregate_of(kind) or self.column(kind)
        return self.literal(kind) if form == "literal" else self.column(kind)

    def literal(self, kind: str) -> tree.Node:
        found = constant(self.draw.choice([None, *LITERALS[kind]]))
        return tree.Parameter("p", found) if self.draw.random() < 0.03 else found

    def column(self, kind: str) -> tree.Node:
        if self.links and ONES[self.table] and self.draw.random() < 0.12:
            path = self.draw.choice(ONES[self.table])
            names = COLUMNS[target(self.table, path)].get(kind)
            if names:
                return Column(self.draw.choice(names), path)
        names = COLUMNS[self.table].get(kind)
        return Column(self.draw.choice(names)) if names else constant(self.draw.choice(LITERALS[kind]))

    def call(self, shape: tuple[str, str, tuple[str, ...]], depth: int = 1) -> tree.Node:
        return Call(shape[0], tuple(self.value(kind, max(0, depth - 1)) for kind in shape[2]))

    def aggregate_of(self, kind: str) -> tree.Node | None:
        names = {"whole": ("count", "count_distinct", "sum", "min", "max"), "float": ("avg", "sum", "min"), "decimal": ("sum", "max")}
        return self.aggregate(self.draw.choice(names.get(kind, ("min", "max"))), kind)

    def aggregate(self, function: str, kind: str = "") -> tree.Node | None:
        """Draw an aggregate that gives a kind, or any; None where the linked table has no such column."""
        rows = self.rows()
        there = self.inside(target(self.table, [step.link for step in rows.steps]))
        if function == "count" and self.draw.random() < 0.5:
            return tree.Aggregate("count", rows)
        numeric = [one for one in ("whole", "float", "decimal") if one in COLUMNS[there.table]]
        if function in ("count", "count_distinct"):
            kind = self.draw.choice(list(COLUMNS[there.table]))
        elif function == "string_agg":
            kind = "text"
        elif function in ("avg", "std_dev") or not kind:
            kind = self.draw.choice(numeric)
        names = COLUMNS[there.table].get(kind)
        if not names or (there.table == "people" and kind == "float" and function in ("sum", "avg", "std_dev")):
            return None
        if function == "std_dev":
            names = tuple(name for name in names if name in ("n", "m", "rate", "x")) or names
        value: tree.Node = Column(self.draw.choice(names))
        if kind == "whole" and function in ("sum", "min", "max") and self.draw.random() < 0.3:
            value = Call(self.of("add", "multiply"), (value, Constant(self.of(1, 2, -3))))
        return tree.Aggregate(function, rows, value, self.of(",", "; "))  # type: ignore[arg-type] # a name of an aggregate

    def rows(self) -> Linked:
        """Draw a path to many rows, with conditions."""
        path = self.draw.choice(PATHS[self.table])
        steps: list[LinkStep] = []
        for at, link in enumerate(path):
            there = self.inside(target(self.table, path[: at + 1]))
            steps.append(LinkStep(link, tuple(there.condition() for _ in range(self.of(0, 0, 1, 1, 2)))))
        return Linked(tuple(steps))

    def window(self) -> tree.Node:
        function = self.of("row_num", "count", "sum", "avg", "min", "max", "std_dev")
        value = None if function == "row_num" else Column(self.of("j", "j", "d" if function not in ("sum", "avg", "std_dev") else "j"))
        partition = tuple(Column(self.of("b", "home_code", "c", "start")) for _ in range(self.of(0, 1, 1, 2)))
        running = function != "std_dev" and self.of(True, False)
        order = tuple(
            tree.Order(self.column_here(self.of("whole", "date", "text")), self.of(True, False)) for _ in range(running * self.of(1, 2))
        )
        return tree.Window(function, value, partition, order)

    def column_here(self, kind: str) -> tree.Node:
        return Column(self.draw.choice(COLUMNS[self.table][kind]))

    def first(self) -> tree.Node:
        path = self.draw.choice(
            [path for path in PATHS["people"] if target("people", path) == "orders" and len(path) == 1] or [("orders",)]
        )
        order = (tree.Order(Column(self.of("n", "on", "w")), self.of(True, False)),)
        there = self.inside("orders")
        where = tuple(there.condition() for _ in range(self.of(0, 1)))
        return Call("first_of", (tree.Lines(Linked((LinkStep(path[0], where),)), order, (self.of("w"),), 1),))

    # ----------------------------------------------------------------------------------------------------------- rules

    def condition(self) -> tree.Node:
        """Draw a condition on a linked row, at times about rows linked to it."""
        if self.links > 0 and self.draw.random() < 0.15:
            return tree.Exists(self.rows())
        return self.simple()

    def simple(self) -> tree.Node:
        kind = self.of(*COLUMNS[self.table])
        if kind == "boolean":
            return tree.Truth(self.column_here(kind))
        value = self.column_here(kind)
        form = self.of("compare", "compare", "in", "null", "between")
        if form == "null":
            return tree.IsNull(value)
        if form == "in":
            return tree.In(value, tuple(self.literal(kind) for _ in range(self.of(1, 2))))
        if form == "between":
            return tree.Between(value, self.value(kind, 0), self.value(kind, 0))
        return tree.Compare(self.draw.choice(OPERATORS), value, self.value(kind, 0))

    def tested(self, value: tree.Node, kind: str) -> tree.Node:
        """Draw a test of a value, often with what it is for some row."""
        if kind == "boolean":
            return self.of(tree.Truth, tree.Truth, tree.IsNull)(value)
        form = self.of("met", "met", "met", "compare", "in", "between", "null")
        if form == "met" and self.judges:
            met = literal_of(self.draw.choice(self.judges).value(value), kind)
            if met is not None:
                op = self.of("=", "=", "<>", "<", "<=", ">", ">=")
                return self.of(
                    lambda: tree.Compare(op, value, met),
                    lambda: tree.Compare(op, value, met),
                    lambda: tree.In(value, (met, self.literal(kind))),
                    lambda: tree.Between(value, met, self.value(kind, 0)),
                )()
        if form == "in":
            return tree.In(value, tuple(self.value(kind, 0) for _ in range(self.of(1, 2, 3))))
        if form == "between":
            return tree.Between(value, self.value(kind, 0), self.value(kind, 0))
        if form == "null":
            return self.of(tree.IsNull, tree.IsEmpty)(value)
        return tree.Compare(self.draw.choice(OPERATORS), value, self.value(kind, 0))

    def about(self, name: str) -> tree.Node:
        """Draw a condition about a function or a part of the language."""
        if name in COARSE:
            kinds, limits = COARSE[name]
            call = Call(name, tuple(self.of(self.value(kind), self.column_here("float")) for kind in kinds))
            return tree.Compare(self.of("<", ">", "<=", ">="), call, constant(self.draw.choice(limits)))
        if name in BY_NAME:
            shape = self.draw.choice(BY_NAME[name])
            return self.tested(self.call(shape, self.of(1, 1, 2)), shape[1])
        if name == "first_of":
            return tree.Compare(self.draw.choice(OPERATORS), self.first(), self.literal("text"))
        return PARTS[name](self)

    def compared(self, op: str) -> tree.Node:
        kinds = self.draw.choice(FAMILIES)
        return tree.Compare(op, self.value(self.draw.choice(kinds)), self.value(self.draw.choice(kinds)))  # type: ignore[arg-type] # an operator

    def membership(self) -> tree.Node:
        kinds = self.draw.choice(FAMILIES)
        options = [self.value(self.draw.choice(kinds), 0) for _ in range(self.of(1, 2, 4))]
        found = tree.In(self.value(self.draw.choice(kinds)), tuple(self.draw.sample([*options, Constant(None)], self.of(1, len(options)))))
        return self.of(found, tree.Not(found))

    def between(self) -> tree.Node:
        kinds = self.draw.choice(FAMILIES)
        return tree.Between(*(self.value(self.draw.choice(kinds)) for _ in range(3)))

    def like(self, ignore_case: bool) -> tree.Node:
        pattern = self.of(*map(constant, PATTERNS), *map(constant, PATTERNS), self.value("text", 0))
        return tree.Like(self.value("text"), pattern, ignore_case)

    def aggregated(self, function: str) -> tree.Node:
        found = self.aggregate(function)
        while found is None:
            found = self.aggregate(function)
        assert isinstance(found, tree.Aggregate)
        if function in ("std_dev", "avg"):
            return tree.Compare(self.of("<", ">"), found, constant(self.of(0.3, 2.2, 100.7, -0.4)))
        return self.tested(found, "text" if function == "string_agg" else self._kind(found))

    def _kind(self, node: tree.Aggregate) -> str:
        if node.function in ("count", "count_distinct") or not isinstance(node.value, Column):
            return "whole"
        there = target(self.table, [step.link for step in node.rows.steps])
        return next(kind for kind, names in COLUMNS[there].items() if node.value.name in names)

    def rule(self, names: Sequence[str]) -> tree.Node:
        """Draw a rule about some parts of the language."""
        found = [self.about(name) for name in names]
        while len(found) > 1:
            one, two = found.pop(self.draw.randrange(len(found))), found.pop(self.draw.randrange(len(found)))
            found.append(self.of(tree.And((one, two)), tree.Or((one, two)), tree.Except(one, two), tree.And((one, tree.Not(two)))))
        return tree.Not(found[0]) if self.draw.random() < 0.25 else found[0]


def literal_of(value: Any, kind: str) -> Constant | None:
    """A value as a literal of its kind; None where rules can't write it."""
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > 30:
        return None
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return Constant(value.astimezone(dt.UTC))
    return None if value is None else Constant(value)


PARTS: dict[str, Callable[[Maker], tree.Node]] = {
    **{op: (lambda maker, op=op: maker.compared(op)) for op in OPERATORS},
    **{test: (lambda maker, test=test: tree.TextMatch(test, maker.value("text"), maker.value("text"))) for test in TESTS},
    **{f"{name} of rows": (lambda maker, name=name: maker.aggregated(name)) for name in AGGREGATES},
    "in": Maker.membership,
    "between": Maker.between,
    "is null": lambda maker: tree.IsNull(maker.value(maker.draw.choice(list(LITERALS)))),
    "is empty": lambda maker: tree.IsEmpty(maker.value("text")),
    "like": lambda maker: maker.like(False),
    "ilike": lambda maker: maker.like(True),
    "truth": lambda maker: tree.Truth(maker.value("boolean", 0)),
    "exists": lambda maker: tree.Exists(maker.rows()),
    "not exists": lambda maker: tree.Not(tree.Exists(maker.rows())),
    "case": lambda maker: maker.tested(
        tree.Case(((maker.simple(), maker.value("text")), (maker.simple(), maker.value("text"))), maker.value("text", 0)), "text"
    ),
    "window": lambda maker: tree.Compare(maker.draw.choice(OPERATORS), maker.window(), Constant(maker.of(0, 1, 2, 5))),
    "behaviour": lambda maker: tree.Behaviour(*maker.of(EVENT, ("sent", "Mail", "Spring"))),
    "variable": lambda maker: tree.Compare(
        maker.draw.choice(OPERATORS), maker.value("whole"), tree.Variable(maker.of("least", "least", "nothing"))
    ),
    "parameter": lambda maker: tree.Compare(maker.draw.choice(OPERATORS), maker.value("text"), tree.Parameter("p", constant("a"))),
    "everybody": lambda maker: tree.Everybody(),
    "and": lambda maker: tree.And(tuple(maker.condition() for _ in range(maker.of(2, 3)))),
    "or": lambda maker: tree.Or(tuple(maker.condition() for _ in range(maker.of(2, 3)))),
    "not": lambda maker: tree.Not(maker.condition()),
    "except": lambda maker: tree.Except(maker.condition(), maker.condition()),
}
"""Parts of the language that are no functions."""

TOPICS = [*PARTS, *sorted(JUDGED & set(REGISTRY))]
