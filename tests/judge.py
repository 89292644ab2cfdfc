"""An independent judge of rules: three-valued logic in plain Python, one row at a time, nothing of the package imported.

It is handed a tree as objects and reads the names of their classes and their fields. True, False, None for unknown.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

COMPARE = {"=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
LEAST, MOST = -(2**63), 2**63 - 1
NINE = Decimal("1E-9")


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

    def __init__(self, row: dict[str, Any], as_of: dt.datetime, zone: str, variables: dict[str, Any] | None = None) -> None:
        self.row, self.zone, self.variables = row, ZoneInfo(zone), variables or {}
        self.now = as_of.astimezone(self.zone)

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

    def compare(self, op: str, one: Any, two: Any) -> bool | None:
        left, right = self.value(one), self.value(two)
        if left is None or right is None:
            return None
        if isinstance(left, dt.date):
            left, right = self.times(left, right)
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

    def times(self, left: dt.date, right: dt.date) -> tuple[Any, Any]:
        """Two instants as such; anything else on the campaign's wall clock; a date is its midnight."""
        if type(left) is type(right) is dt.date:
            return left, right
        if all(isinstance(item, dt.datetime) and item.tzinfo is not None for item in (left, right)):
            return left.astimezone(dt.UTC), right.astimezone(dt.UTC)
        return self.wall(left), self.wall(right)

    def wall(self, value: dt.date) -> dt.datetime:
        if not isinstance(value, dt.datetime):
            return dt.datetime.combine(value, dt.time.min)
        return value if value.tzinfo is None else value.astimezone(self.zone).replace(tzinfo=None)

    def value_Column(self, node: Any) -> Any:
        return self.row[node.name]

    def value_Constant(self, node: Any) -> Any:
        return node.value

    def value_Parameter(self, node: Any) -> Any:
        return node.default.value

    def value_Variable(self, node: Any) -> Any:
        return self.variables[node.name]

    def value_Case(self, node: Any) -> Any:
        return next((self.value(value) for condition, value in node.whens if self.rule(condition) is True), self.value(node.otherwise))

    def value_Call(self, node: Any) -> Any:
        args = [self.value(arg) for arg in node.args]
        if node.name == "coalesce":
            return next((arg for arg in args if arg is not None), None)
        if any(arg is None for arg in args):
            return None
        found = (PLAIN.get(node.name) or getattr(self, "call_" + node.name))(*args)
        return None if type(found) is int and not LEAST <= found <= MOST else found

    def call_now(self) -> dt.datetime:
        return self.now

    def call_days_ago(self, n: int = 0) -> dt.date:
        return self.now.date() - dt.timedelta(days=n)

    call_today = call_days_ago

    def call_days_old(self, date: dt.date) -> int:
        return (self.now.date() - only_date(date)).days

    def call_multiply(self, a: Any, b: Any) -> Any:
        found = operator.mul(*alike(a, b))
        return found.quantize(NINE, ROUND_HALF_EVEN) if isinstance(found, Decimal) else found

    def call_divide(self, a: Any, b: Any) -> Any:
        a, b = alike(a, b)
        if b == 0:
            return None
        if isinstance(a, int):
            return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return (a / b).quantize(NINE, ROUND_HALF_EVEN) if isinstance(a, Decimal) else a / b

    def call_modulo(self, a: Any, b: Any) -> Any:
        return None if b == 0 else abs(a) % abs(b) * (1 if a > 0 else -1)

    def call_round(self, a: Any, decimals: int) -> Any:
        return a.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) if isinstance(a, Decimal) else a


def only_date(value: dt.date) -> dt.date:
    """The date part, in the value's own zone."""
    return value.date() if isinstance(value, dt.datetime) else value


def alike(a: Any, b: Any) -> tuple[Any, Any]:
    """Both as floats where one is a float."""
    return (float(a), float(b)) if isinstance(a, float) or isinstance(b, float) else (a, b)


def known(node: Any) -> bool:
    """Whether a value depends on no row."""
    return type(node).__name__ != "Column" and all(known(child) for child in node.children())


def fold(character: str) -> str:
    """Simple case folding: one character stays one character."""
    return next((form for form in (character.casefold(), character.lower()) if len(form) == 1), character)


def wildcards(pattern: str, ignore_case: bool) -> list[str | bool]:
    """A pattern as characters, True for any text, False for any one character."""
    found, rest = list[str | bool](), iter(pattern)
    for character in rest:
        taken = next(rest, "\\") if character == "\\" else None
        plain = taken if taken is not None else character if character not in "%_" else None
        found.append((fold(plain) if ignore_case else plain) if plain is not None else character == "%")
    return found


def matches(text: list[str], parts: list[str | bool]) -> bool:
    """Match by positions reached so far."""
    reached = {0}
    for part in parts:
        if part is True:
            reached = set(range(min(reached, default=len(text) + 1), len(text) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(text) and (part is False or text[at] == part)}
    return len(text) in reached


PLAIN = {
    "add": lambda a, b: operator.add(*alike(a, b)),
    "subtract": lambda a, b: operator.sub(*alike(a, b)),
    "greatest": lambda a, b: max(alike(a, b)),
    "date_only": only_date,
    "year": lambda date: date.year,
    "week_day": lambda date: date.weekday(),
    "negate": operator.neg,
    "abs": abs,
    "sign": lambda a: (a > 0) - (a < 0),
    "length": len,
    "left": lambda text, n: text[: max(n, 0)],
    "upper": str.upper,
    "concat": lambda *texts: "".join(texts),
}
