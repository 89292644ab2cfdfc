"""What every function of the language is in SQL, and what a dialect has to say where dialects do not agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlglot import exp

from campaign_nb.rules.sql.nodes import (
    Node,
    case,
    cast,
    fn,
    group,
    nullif,
    number,
    operator,
    part,
    quotient,
    text,
)
from campaign_nb.rules.tree import Type


@dataclass(frozen=True, slots=True)
class Call:
    """A call about to be written: its arguments with their types, and the run's day and instant."""

    args: Sequence[Node]
    kinds: Sequence[Type]
    today: Node
    now: Node
    flavour: Flavour
    instants: bool = False
    """Whether all arguments are known to be instants, which no clock has to say anything about."""

    @property
    def whole(self) -> bool:
        """Whether all arguments are whole numbers."""
        return all(kind is Type.INTEGER for kind in self.kinds)


class Formless(Exception):
    """A function has no form in a dialect."""


Build: TypeAlias = Callable[[Call], Node]
Join: TypeAlias = Callable[[Node, Node], Node]


@dataclass(frozen=True, slots=True)
class Flavour:
    """One dialect: how it writes what dialects do not agree on."""

    name: str
    whole_quotient: Join
    add_days: Callable[[Node, Node, Type], Node]
    add_months: Callable[[Node, Node, Type], Node]
    days_between: Join
    contains: Join
    starts_with: Join
    ends_with: Join
    string_agg: Join
    functions: Mapping[str, Build] = field(default_factory=dict[str, Build])
    escape: Callable[[Node], Node] = lambda like: like
    of_truths: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the least and the greatest of truths are called where they are not `MIN` and `MAX`."""
    no_nan: Callable[[Node], Node] = lambda node: nullif(node, cast(text("NaN"), "DOUBLE"))


# ------------------------------------------------------------------------------------------------------ shared writing


def named(name: str) -> Build:
    """Write a function by its name in SQL."""
    return lambda call: fn(name, *call.args)


def per(default: Build | None = None, **dialects: Build | None) -> Build:
    """Write a function by dialect; None stands for a dialect that has no form for it."""

    def build(call: Call) -> Node:
        found = dialects.get(call.flavour.name, default)
        if found is None:
            raise Formless
        return found(call)

    return build


def _binary(kind: type[exp.Binary]) -> Build:
    return lambda call: operator(kind, *call.args)


def _divide(call: Call) -> Node:
    a, b = call.args[0], nullif(call.args[1], number(0))
    return call.flavour.whole_quotient(a, b) if call.whole else quotient(a, b)


def date_part(name: str) -> Build:
    """Take a part of a date by its name in SQL."""
    return lambda call: part(name, call.args[0])


def _time_part(name: str) -> Build:
    return lambda call: part(name, cast(call.args[0], "TIMESTAMP") if call.kinds[0] is Type.DATE else call.args[0])


def _days_from_today(sign: int) -> Build:
    return lambda call: call.flavour.add_days(call.today, signed(call.args[0], sign), Type.DATE)


def _months_from_today(months: int) -> Build:
    def build(call: Call) -> Node:
        n = call.args[0] if abs(months) == 1 else operator(exp.Mul, call.args[0], number(abs(months)))
        return call.flavour.add_months(call.today, signed(n, months), Type.DATE)

    return build


def signed(node: Node, sign: int) -> Node:
    """Return a number with a sign."""
    return node if sign > 0 else exp.Neg(this=group(node))


def months_and_days(date: Node) -> Node:
    """A number that grows by 32 a month and by 1 a day: whole months are its differences by 32."""
    months = operator(exp.Add, operator(exp.Mul, part("YEAR", date), number(12)), part("MONTH", date))
    return operator(exp.Add, operator(exp.Mul, months, number(32)), part("DAY", date))


def _age(step: int) -> Build:
    def build(call: Call) -> Node:
        gone = operator(exp.Sub, months_and_days(call.today), months_and_days(cast(call.args[0], "DATE")))
        return cast(call.flavour.whole_quotient(gone, number(step)), "BIGINT")

    return build


def _extreme(kind: type[exp.Binary], other: type[exp.Binary]) -> Build:
    """Choose by comparing: the dialects' own functions skip nulls in some places."""

    def build(call: Call) -> Node:
        a, b = call.args
        return case([(operator(kind, a, b), a), (operator(other, a, b), b)])

    return build


def as_text(node: Node, kind: Type) -> Node:
    """Cast a value to text unless it is one."""
    return node if kind is Type.TEXT else cast(node, "TEXT")


def _joined(call: Call) -> Node:
    parts = [as_text(arg, kind) for arg, kind in zip(call.args, call.kinds, strict=True)]
    joined = parts[0]
    for item in parts[1:]:
        joined = exp.DPipe(this=group(joined) if not isinstance(joined, exp.DPipe) else joined, expression=group(item))
    return joined


def trim(*flags: str) -> Build:
    """Take white space off both ends.

    Some dialects need to be told to do it more than once.
    """
    return lambda call: fn("REGEXP_REPLACE", call.args[0], text(r"^\s+|\s+$"), text(""), *(text(flag) for flag in flags))


def decimals(call: Call) -> list[Node]:
    """Return the decimals to round to, where some are given: as an INT where rows decide, which databases ask for."""
    return [cast(arg, "INT") if arg.find(exp.Column, exp.Null) else arg for arg in call.args[1:]]


def _domain(last: Callable[[Node], Node]) -> Build:
    def build(call: Call) -> Node:
        address = call.args[0]
        has_at = exp.Like(this=group(address), expression=text("%@%"))
        return case([(has_at, last(address))])

    return build


def exact(call: Call) -> tuple[Node, Node]:
    """Compute remainders of numbers as decimals, where floats have none."""
    a, b = call.args if call.whole else (cast(arg, "DECIMAL") for arg in call.args)
    return a, nullif(b, number(0))


COMMON: Mapping[str, Build] = {
    "add": _binary(exp.Add),
    "subtract": _binary(exp.Sub),
    "multiply": _binary(exp.Mul),
    "divide": _divide,
    "mod": lambda call: operator(exp.Mod, call.args[0], nullif(call.args[1], number(0))),
    "negate": lambda call: exp.Neg(this=group(call.args[0])),
    "now": lambda call: call.now,
    "today": lambda call: call.today,
    "days_ago": _days_from_today(-1),
    "days_ahead": _days_from_today(1),
    "months_ago": _months_from_today(-1),
    "years_ago": _months_from_today(-12),
    "year": date_part("YEAR"),
    "quarter": date_part("QUARTER"),
    "month": date_part("MONTH"),
    "day": date_part("DAY"),
    "day_of_year": date_part("DOY"),
    "week_day": lambda call: operator(exp.Sub, part("ISODOW", call.args[0]), number(1)),
    "hour": _time_part("HOUR"),
    "minute": _time_part("MINUTE"),
    "days_old": lambda call: call.flavour.days_between(call.today, cast(call.args[0], "DATE")),
    "months_old": _age(32),
    "years_old": _age(12 * 32),
    "lower": named("LOWER"),
    "upper": named("UPPER"),
    "smart": named("INITCAP"),
    "trim": trim(),
    "length": named("LENGTH"),
    "left": named("LEFT"),
    "substring": named("SUBSTRING"),
    "charindex": named("STRPOS"),
    "replace": named("REPLACE"),
    "concat": _joined,
    "get_email_domain": _domain(lambda address: fn("SPLIT_PART", address, text("@"), exp.Neg(this=exp.Literal.number("1")))),
    "coalesce": named("COALESCE"),
    "abs": named("ABS"),
    "ceil": named("CEIL"),
    "floor": named("FLOOR"),
    "round": lambda call: fn("ROUND", call.args[0], *decimals(call)),
    "greatest": _extreme(exp.GTE, exp.LT),
    "least": _extreme(exp.LTE, exp.GT),
    "sign": named("SIGN"),
    "percent": lambda call: quotient(
        operator(exp.Mul, cast(call.args[0], "DOUBLE"), number(100)), nullif(cast(call.args[1], "DOUBLE"), number(0))
    ),
}
"""What most dialects share."""
