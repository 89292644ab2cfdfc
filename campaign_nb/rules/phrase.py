"""Values in words: columns, literals, functions, and what is taken from linked rows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, Scope, follow, type_of
from campaign_nb.rules.functions import REGISTRY
from campaign_nb.rules.tree import Type

_DATES = frozenset(name for name, function in REGISTRY.items() if function.returns in (Type.DATE, Type.DATETIME))
_BINARY = frozenset(("add", "subtract", "multiply", "divide", "mod", "percent"))
_AGGREGATES = {
    "sum": "total",
    "avg": "average",
    "min": "smallest",
    "max": "largest",
    "count_distinct": "number of different values of",
    "std_dev": "standard deviation of",
    "string_agg": "list of",
}


def listed(items: Sequence[str], word: str) -> str:
    """Join phrases with commas and a last word.

    >>> listed(["a", "b", "c"], "or")
    'a, b or c'
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"


def plain(name: str) -> str:
    """Write a name as words.

    >>> plain("last_order")
    'last order'
    """
    return " ".join(name.replace("_", " ").split()) or "(no name)"


def singular(noun: str) -> str:
    """Guess the singular of an English noun by its ending.

    >>> singular("orders"), singular("categories"), singular("address")
    ('order', 'category', 'address')
    """
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun


class Phrases:
    """Turns values into phrases; the table in scope tells which of them are dates."""

    def __init__(self, scope: Scope | None) -> None:
        self.scope = scope

    def condition(self, node: tree.Node) -> str:
        """Return a condition on its own."""
        raise NotImplementedError

    def narrowed(self, conditions: Sequence[tree.Node]) -> str:
        """Return the conditions on linked rows, after their noun."""
        raise NotImplementedError

    def _inside(self, scope: Scope | None) -> Phrases:
        raise NotImplementedError

    def temporal(self, node: tree.Node) -> bool:
        """Whether a value is known to be a date or a date with a time."""
        if isinstance(node, tree.Constant):
            return isinstance(node.value, dt.date)
        if isinstance(node, tree.Call) and node.name in _DATES:
            return True
        if self.scope is None:
            return isinstance(node, tree.Parameter) and isinstance(node.default.value, dt.date)
        try:
            return type_of(self.scope, node).temporal
        except Misfit:
            return False

    def value(self, node: tree.Node) -> str:
        """Return a value as a phrase."""
        match node:
            case tree.Column(name, path):
                return "".join(f"{plain(link)}'s " for link in path) + plain(name)
            case tree.Constant(value):
                return literal(value)
            case tree.Parameter(name, default):
                return f"{plain(name)} ({literal(default.value)} unless given)"
            case tree.Variable(name):
                return f"the variable {plain(name)}"
            case tree.Size(activity, port, previous):
                of = f"'{activity}'" if port == "out" else f"{plain(port)} of '{activity}'"
                return f"size of {of}" + (" in the run before" if previous else "")
            case tree.Call():
                return self._call(node)
            case tree.Case(whens, otherwise):
                parts = [f"{self.value(value)} if {self.condition(test)}" for test, value in whens]
                return f"({', '.join(parts)}, otherwise {self.value(otherwise)})"
            case tree.Aggregate():
                return self._aggregate(node)
            case tree.Window():
                return self._window(node)
            case tree.Lines(rows, order, columns, n):
                inside = self._inside(self._scope_of(rows))
                keys = [inside.value(item) for item in order]
                by = f" by {listed(keys, 'then')}" if keys else ""
                return f"first {n} {self.rows(rows)}{by} ({', '.join(inside.value(tree.collected(name)) for name in columns)})"
            case tree.Order(value, descending):
                return self.value(value) + (" descending" if descending else "")
            case _ if tree.is_rule(node):
                return f"whether {self.condition(node)}"
            case _:
                raise TypeError(f"{type(node).__name__} is no value")

    def _call(self, node: tree.Call) -> str:
        args = [self._argument(node, arg) for arg in node.args]
        function = REGISTRY.get(node.name)
        if function is None or not function.phrase or len(args) < function.least:
            return f"{plain(node.name)} of {listed(args, 'and')}" if args else plain(node.name)
        if "{all}" in function.phrase:
            return function.phrase.format(all=listed(args, "and"))
        said, *optional = function.phrase.split("|")
        template = said + "".join(optional[: len(args) - function.least])
        return re.sub(r"\b1 (day|month|year|hour|minute|second)s\b", r"1 \1", template.format(*args))

    def _argument(self, node: tree.Call, arg: tree.Node) -> str:
        inner = isinstance(arg, tree.Call) and arg.name in _BINARY
        return f"({self.value(arg)})" if inner and (node.name in _BINARY or node.name == "negate") else self.value(arg)

    def _aggregate(self, node: tree.Aggregate) -> str:
        if node.value is None:
            return f"number of {self.rows(node.rows)}"
        if node.function == "count":
            *before, last = node.rows.steps
            known = tree.LinkStep(last.link, (*last.where, tree.Not(tree.IsNull(node.value))))
            return f"number of {self.rows(tree.Linked((*before, known), node.rows.table))}"
        inside = self._inside(self._scope_of(node.rows))
        word = _AGGREGATES[node.function]
        if node.function in ("min", "max") and inside.temporal(node.value):
            word = "earliest" if node.function == "min" else "latest"
        by = f", separated by {literal(node.separator)}" if node.separator != "," else ""
        return f"{word} {inside.value(node.value)} of {self.rows(node.rows)}{by}"

    def _window(self, node: tree.Window) -> str:
        """Return what other rows decide: among which of them, in which order."""
        if node.function in ("random", "new_uuid"):
            seed = node.value.value if isinstance(node.value, tree.Constant) else ""
            return ("random number" if node.function == "random" else "unique id") + (f" of seed '{seed}'" if seed else "")
        noun = "rows" if self.scope is None else plain(self.scope.row.table.label)
        among = f"{noun} with the same {listed([self.value(item) for item in node.partition], 'and')}" if node.partition else f"all {noun}"
        by = listed([self.value(item) for item in node.order], "then") if node.order else ""
        if node.function == "row_num":
            return f"number among {among} by {by or 'the key'}"
        what = f"{_AGGREGATES[node.function]} {self.value(node.value)}" if node.value is not None and node.function != "count" else "number"
        known = f" with {self.value(node.value)} known" if node.value is not None and node.function == "count" else ""
        return f"{what} of {among}{known}" + (f", up to this one by {by}" if by else "")

    def rows(self, rows: tree.Linked, *, one: bool = False) -> str:
        """Return linked rows as a noun with its conditions, the last link first."""
        here, said = self.scope, ""
        for position, step in enumerate(rows.steps):
            here = None if here is None else _over(here, step.link)
            noun = plain(step.link)
            if one and position == len(rows.steps) - 1:
                noun = singular(noun)
            said = noun + self._inside(here).narrowed(step.where) + (f" of {said}" if said else "")
        return said

    def _scope_of(self, rows: tree.Linked) -> Scope | None:
        here = self.scope
        for step in rows.steps:
            here = None if here is None else _over(here, step.link)
        return here


def _over(scope: Scope, link: str) -> Scope | None:
    try:
        table, _ = follow(scope, (link,))
    except Misfit:
        return None
    return scope.inside(table)


def literal(value: tree.Scalar) -> str:
    """Write a literal for people; large whole numbers get separators, years do not.

    >>> literal(12340), literal(2026), literal(50.0), literal("FR")
    ('12,340', '2026', '50', "'FR'")
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, int | float):
        exact = repr(value).removesuffix(".0")
        return f"{int(exact):,}" if exact.lstrip("-").isdecimal() and abs(int(exact)) >= 10_000 else exact
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "minutes" if not value.second and not value.microsecond else "auto")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
