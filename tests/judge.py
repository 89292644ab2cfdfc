"""An independent judge of rules: three-valued logic in plain Python, one row at a time, nothing of the package imported.

It is handed a tree as objects and reads the names of their classes and their fields. True, False, None for unknown.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.differential import calls, dates
from tests.differential.patterns import fold, matches, wildcards

COMPARE = {"=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
LEAST, MOST = -(2**63), 2**63 - 1
PLAIN = {**calls.PLAIN, **dates.PLAIN}


@dataclass(frozen=True)
class World:
    """Tables as lists of rows, links as (table, name) to (table, pairs of columns), keys, and who has which event."""

    tables: Mapping[str, list[dict[str, Any]]]
    links: Mapping[tuple[str, str], tuple[str, tuple[tuple[str, str], ...]]]
    keys: Mapping[str, str]
    events: Mapping[tuple[str, str, str], set[Any]] = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict)


def inverse(one: bool | None) -> bool | None:
    """The opposite; unknown stays."""
    return None if one is None else not one


def both(one: bool | None, two: bool | None) -> bool | None:
    """False wins over unknown."""
    return False if one is False or two is False else None if one is None or two is None else True


def either(one: bool | None, two: bool | None) -> bool | None:
    """True wins over unknown."""
    return inverse(both(inverse(one), inverse(two)))


class Judge:
    """Evaluates rules and values on one row: a mapping from column names to Python values."""

    def __init__(
        self,
        row: dict[str, Any],
        as_of: dt.datetime,
        zone: str,
        variables: dict[str, Any] | None = None,
        world: World | None = None,
        table: str = "",
    ) -> None:
        self.row, self.zone, self.variables = row, ZoneInfo(zone), variables or {}
        self.now = as_of.astimezone(self.zone)
        self.world, self.table = world or World({}, {}, {}), table

    def rule(self, node: Any) -> bool | None:
        """Return the truth of a rule."""
        return getattr(self, "rule_" + type(node).__name__)(node)

    def value(self, node: Any) -> Any:
        """Return a value; NaN is null."""
        name = type(node).__name__
        if hasattr(self, "rule_" + name):
            return self.rule(node)
        found = getattr(self, "value_" + name)(node)
        return None if isinstance(found, float) and math.isnan(found) else found

    def rule_Everybody(self, _: Any) -> bool:
        return True

    def rule_Not(self, node: Any) -> bool | None:
        return inverse(self.rule(node.item))

    def rule_And(self, node: Any) -> bool | None:
        found: bool | None = True
        for item in node.items:
            found = both(found, self.rule(item))
        return found

    def rule_Or(self, node: Any) -> bool | None:
        found: bool | None = False
        for item in node.items:
            found = either(found, self.rule(item))
        return found

    def rule_Except(self, node: Any) -> bool | None:
        return False if self.rule(node.right) is True else self.rule(node.left)

    def rule_Compare(self, node: Any) -> bool | None:
        return self.compare(node.op, node.left, node.right)

    def rule_Between(self, node: Any) -> bool | None:
        return both(self.compare(">=", node.value, node.low), self.compare("<=", node.value, node.high))

    def rule_In(self, node: Any) -> bool | None:
        found: bool | None = False
        for option in node.options:
            found = either(found, self.compare("=", node.value, option))
        return found

    def rule_IsNull(self, node: Any) -> bool:
        return self.value(node.value) is None

    def rule_IsEmpty(self, node: Any) -> bool:
        return self.value(node.value) in (None, "")

    def rule_Truth(self, node: Any) -> bool | None:
        return self.value(node.value)

    def rule_TextMatch(self, node: Any) -> bool | None:
        value, part = self.value(node.value), self.value(node.part)
        if value is None or part is None:
            return None
        return {"starts_with": value.startswith, "ends_with": value.endswith, "contains": value.__contains__}[node.test](part)

    def rule_Like(self, node: Any) -> bool | None:
        value, pattern = self.value(node.value), self.value(node.pattern)
        if value is None or pattern is None:
            return None
        return matches([fold(c) for c in value] if node.ignore_case else list(value), wildcards(pattern, node.ignore_case))

    def rule_Behaviour(self, node: Any) -> bool:
        people = self.world.events.get((node.event, node.activity, node.campaign), set())
        return self.row[self.world.keys[self.table]] in people

    def compare(self, op: str, one: Any, two: Any) -> bool | None:
        left, right = self.value(one), self.value(two)
        if left is None or right is None:
            return None
        if isinstance(left, dt.date):
            left, right = dates.alike(self.zone, left, right)
        elif isinstance(left, float) != isinstance(right, float):
            left, right = self.numbers(left, right, known(one) or known(two))
        return COMPARE[op](left, right)

    def numbers(self, left: Any, right: Any, literal: bool) -> tuple[Any, Any]:
        """A float column makes floats of both; a known float is the decimal that it prints as."""
        if isinstance(left, Decimal) or isinstance(right, Decimal) or not literal:
            if not literal or isinstance(left, float):
                return float(left), float(right)
            return left, Decimal(repr(right)) if math.isfinite(right) else right
        return left, right

    def value_Column(self, node: Any) -> Any:
        return self.cell(*node.path, node.name)

    def value_Constant(self, node: Any) -> Any:
        return node.value

    def value_Parameter(self, node: Any) -> Any:
        return node.default.value

    def value_Variable(self, node: Any) -> Any:
        return self.variables[node.name]

    def value_Case(self, node: Any) -> Any:
        return next((self.value(value) for condition, value in node.whens if self.rule(condition) is True), self.value(node.otherwise))

    def value_Call(self, node: Any) -> Any:
        if node.name in ("if_equals", "decode"):
            a, b, then, otherwise = node.args
            same = self.compare("=", a, b) is True or (node.name == "decode" and self.value(a) is None and self.value(b) is None)
            return self.value(then if same else otherwise)
        args = [self.value(arg) for arg in node.args]
        if node.name in calls.TAKES_NULL:
            return calls.TAKES_NULL[node.name](*args)
        if any(arg is None for arg in args):
            return None
        found = dates.OF_RUN[node.name](self, *args) if node.name in dates.OF_RUN else PLAIN[node.name](*args)
        return found if node.name in ("greatest", "least") else fitting(found)

    # ------------------------------------------------------------------------------------------------------ linked rows

    def on(self, row: dict[str, Any], table: str) -> Judge:
        """The judge of another row."""
        return Judge(row, self.now, self.zone.key, self.variables, self.world, table)

    def beyond(self, link: str) -> list[Judge]:
        """The rows that a link leads to; a null leads nowhere."""
        to, pairs = self.world.links[self.table, link]
        wanted = [(self.row[here], there) for here, there in pairs]
        return [self.on(row, to) for row in self.world.tables[to] if all(mine is not None and row[there] == mine for mine, there in wanted)]

    def cell(self, *path: str) -> Any:
        """A column at the end of a path to one row; NaN is null."""
        if len(path) > 1:
            reached = self.beyond(path[0])
            return reached[0].cell(*path[1:]) if reached else None
        found = self.row[path[0]]
        return None if found != found else found

    def linked(self, rows: Any) -> list[Judge]:
        """The rows at the end of a path, each step's conditions on its own row."""
        reached = [self]
        for step in rows.steps:
            beyond = [row for one in reached for row in one.beyond(step.link)]
            reached = [row for row in beyond if all(row.rule(condition) is True for condition in step.where)]
        return reached

    def rule_Exists(self, node: Any) -> bool:
        return bool(self.linked(node.rows))

    def value_Aggregate(self, node: Any) -> Any:
        rows = self.linked(node.rows)
        if node.value is None:
            return len(rows)
        return aggregated(node.function, [row.value(node.value) for row in rows], node.separator)

    def value_Lines(self, node: Any) -> Any:
        rows = self.sorted(self.linked(node.rows), node.order)
        return [tuple(row.cell(*name.split(".")) for name in node.columns) for row in rows[: node.n]]

    def value_Window(self, node: Any) -> Any:
        key = self.world.keys[self.table]
        if (self.table, node) not in self.world.kept:
            rows = self.sorted([self.on(row, self.table) for row in self.world.tables[self.table]], node.order)
            groups: dict[tuple[Any, ...], list[Judge]] = {}
            for row in rows:
                groups.setdefault(tuple(row.value(item) for item in node.partition), []).append(row)
            found: dict[Any, Any] = {}
            for group in groups.values():
                for at, row in enumerate(group):
                    until = group[: at + 1] if node.function == "row_num" or node.order else group
                    count = node.function == "row_num" or node.value is None
                    found[row.row[key]] = len(until) if count else aggregated(node.function, [one.value(node.value) for one in until])
            self.world.kept[self.table, node] = found
        return self.world.kept[self.table, node][self.row[key]]

    def sorted(self, rows: Iterable[Judge], order: Any) -> list[Judge]:
        """Rows in an order; nulls last, ties by the key."""
        found = list(rows)
        key = self.world.keys[found[0].table] if found else ""
        found.sort(key=lambda row: row.row[key])
        for item in reversed(order):
            value = {id(row): row.value(item.value) for row in found}
            there = [row for row in found if value[id(row)] is not None]
            there.sort(key=lambda row: value[id(row)], reverse=item.descending)
            found = there + [row for row in found if value[id(row)] is None]
        return found


def aggregated(function: str, values: list[Any], separator: str = ",") -> Any:
    """One value of the known ones among some; null where there is none, save for counts."""
    known = [value for value in values if value is not None]
    if function in ("count", "count_distinct"):
        return len(known if function == "count" else set(known))
    if not known or (function == "std_dev" and len(known) < 2):
        return None
    numbers = [float(value) for value in known] if function in ("avg", "std_dev") else known
    return {
        "sum": lambda: fitting(sum(known[1:], known[0])),
        "min": lambda: min(known),
        "max": lambda: max(known),
        "avg": lambda: sum(numbers) / len(numbers),
        "std_dev": lambda: statistics.stdev(numbers) if all(map(math.isfinite, numbers)) else None,
        "string_agg": lambda: separator.join(sorted(known)),
    }[function]()


def fitting(found: Any) -> Any:
    """A whole number that does not fit 64 bits is null."""
    return None if type(found) is int and not LEAST <= found <= MOST else found


def known(node: Any) -> bool:
    """Whether a value depends on no row."""
    return type(node).__name__ not in ("Column", "Aggregate", "Window", "Lines") and all(known(child) for child in node.children())
