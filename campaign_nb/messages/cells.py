"""What templates do with the values of one row: the same texts and truths that the engine gives for whole columns."""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, TypeAlias, cast

from campaign_nb.messages.places import BEFORE_COLON, SCHEMES

Cell: TypeAlias = Any

CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029"
"""What can end a line of a header or hide in one, as a character class."""
SPACES = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
MOST_MONEY = 10**15
NUDGE, NUDGED = 100 * 2**-52, 1e11
"""What lifts a float that is meant to be a half, such as 1.005, over its error; from 10**11 on it would lift too far."""

_EXACT, _CENT = Context(prec=80, rounding=ROUND_HALF_UP), Decimal("0.01")
_LIKE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}


_COMPUTE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda one, two: one / two,
}


class Wrong(Exception):
    """A template does something with a row's values that has no meaning; what, what is expected, what to do."""

    def __init__(self, what: str, expected: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.expected, self.do = what, expected, do


def known(value: Cell) -> Cell:
    """Return a value; NaN is null."""
    return None if isinstance(value, float) and value != value else value


def kind_of(value: object) -> str:
    """Name the type of a value as rules name it."""
    if value is None:
        return "null"
    kinds: tuple[tuple[Any, str], ...] = (
        (bool, "boolean"),
        ((int, float, Decimal), "number"),
        (str, "text"),
        ((dt.date, dt.datetime), "date"),
        (dt.time, "time"),
        (dt.timedelta, "duration"),
        ((list, tuple), "list"),
        (Mapping, "row"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), type(value).__name__)


# ------------------------------------------------------------------------------------------------------------ printing


def printed(value: Cell) -> str:
    """Print a value: nothing for null, `true`, `1.5`, `2026-07-01`, `2026-07-01 09:00:00`.

    Errors: a list or a row of several columns.

    >>> printed(None), printed(True), printed(1e-7), printed(Decimal("12.50"))
    ('', 'true', '1e-7', '12.50')
    """
    match known(value):
        case None:
            return ""
        case str() as text:
            return str(text)
        case bool() as truth:
            return "true" if truth else "false"
        case int() as number:
            return str(number)
        case float() as number:
            return _float(number)
        case Decimal() as number:
            return format(number, "f")
        case dt.datetime() as instant:
            return instant.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
        case dt.date() as day:
            return day.isoformat()
        case dt.time() as time:
            return time.isoformat(timespec="seconds")
        case dt.timedelta() as duration:
            return _duration(duration)
        case _:
            do = "{% for line in lines %}{{ line.product }}{% endfor %}"
            raise Wrong(f"a {kind_of(value)} can't be printed", "one value: loop over a list, name a column of a row", do)


def _float(value: float) -> str:
    """Print a float as the engine casts it to text."""
    text = repr(value)
    mantissa, mark, exponent = text.partition("e-")
    if not mark:
        return text
    if int(exponent) > 5:
        return f"{mantissa}e-{int(exponent)}"
    return ("-" if value < 0 else "") + "0.0000" + mantissa.lstrip("-").replace(".", "")


def _duration(value: dt.timedelta) -> str:
    """Print a duration in ISO 8601."""
    microseconds = value // dt.timedelta(microseconds=1)
    sign, microseconds = ("-" if microseconds < 0 else ""), abs(microseconds)
    seconds, fraction = divmod(microseconds, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    exact = f"{second}.{fraction:06d}".rstrip("0").rstrip(".") if fraction else str(second)
    clock = "".join(f"{number}{unit}" for number, unit in ((hour, "H"), (minute, "M")) if number) + (f"{exact}S" if exact != "0" else "")
    return sign + "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "") + ("T0S" if not days and not clock else "")


def money(value: Cell) -> str | None:
    """Print a number with two decimals, halves away from zero.

    Null for null and from 10**15 on.

    >>> money(12.5), money(1.005), money(Decimal("-0.001")), money(None)
    ('12.50', '1.01', '0.00', None)
    """
    value = known(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Wrong(f"money of a {kind_of(value)}", "a number", "{{ spend|money }}")
    if not abs(value) < MOST_MONEY:
        return None
    cents = (
        _float_cents(abs(value)) if isinstance(value, float) else int(_EXACT.scaleb(_EXACT.quantize(Decimal(value).copy_abs(), _CENT), 2))
    )
    whole, rest = divmod(cents, 100)
    return f"{'-' if value < 0 and cents else ''}{whole}.{rest:02d}"


def _float_cents(size: float) -> int:
    whole = math.floor(size)
    return whole * 100 + math.floor((size - whole) * 100 + (size * NUDGE if size < NUDGED else 0) + 0.5)


def link(value: Cell) -> str | None:
    """Print a link; null for one with a scheme that runs code, such as javascript.

    >>> link("https://shop.example/?a=1:2"), link("java\tscript:alert(1)")
    ('https://shop.example/?a=1:2', None)
    """
    text = printed(value)
    scheme, colon, _ = text.partition(":")
    return text if not colon or scheme.lower() in SCHEMES or any(mark in scheme for mark in BEFORE_COLON) else None


# ------------------------------------------------------------------------------------------------------------- filters


def default(value: Cell, other: Cell = "", empty: Cell = False) -> Cell:
    """Return a value, or another where it is null; with `true` as second argument also where it is empty."""
    value = known(value)
    return other if value is None or (empty and not value) else value


def upper(value: Cell) -> str | None:
    """Print in upper case; null stays null."""
    return None if known(value) is None else printed(value).upper()


def lower(value: Cell) -> str | None:
    """Print in lower case; null stays null."""
    return None if known(value) is None else printed(value).lower()


def trim(value: Cell) -> str | None:
    """Print without white space at both ends; null stays null."""
    return None if known(value) is None else printed(value).strip(SPACES)


def length(value: Cell) -> int | None:
    """Count the lines of a list or the characters of a text."""
    if value is None:
        return None
    if not isinstance(value, list | str):
        raise Wrong(f"the length of a {kind_of(value)}", "a list or a text")
    return len(cast("list[Cell] | str", value))


def first(value: Cell) -> Cell:
    """Return the first line of a list; null of an empty one."""
    return item(value, 0)


def last(value: Cell) -> Cell:
    """Return the last line of a list; null of an empty one."""
    return item(value, -1)


def join(value: Cell, separator: Cell = "", attribute: Cell = None) -> str:
    """Print the lines of a list one after the other; `attribute` names the column where lines are rows."""
    return printed(separator).join(printed(line if attribute is None else column(line, attribute)) for line in lines(value))


# --------------------------------------------------------------------------------------------------------- parts of one


def lines(value: Cell) -> list[Cell]:
    """Return the lines of a list; none of null."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Wrong(f"a loop over a {kind_of(value)}", "a list, such as collected lines", 'enrich("Last orders", last=customers.orders…)')
    return [known(line) for line in cast("list[Cell]", value)]


def column(value: Cell, name: Cell) -> Cell:
    """Return a column of a line; null of no line."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Wrong(f"{name!r} is asked of a {kind_of(value)}", "a line of a list; a value has filters, no attributes or methods")
    line = cast("Mapping[Cell, Cell]", value)
    if name not in line:
        names = ", ".join(map(str, line))
        raise Wrong(f"no column {name!r} in a line", f"columns: {names}")
    return known(line[name])


def item(value: Cell, place: Cell) -> Cell:
    """Return a line by its place, or a column by its name; null beyond the end."""
    if isinstance(place, str):
        return column(value, place)
    rows = lines(value)
    if isinstance(place, bool) or not isinstance(place, int):
        raise Wrong(f"a {kind_of(place)} is no place in a list", "a whole number", "{{ lines[0].product }}")
    return rows[place] if -len(rows) <= place < len(rows) else None


# ---------------------------------------------------------------------------------------------------------- conditions


def compare(left: Cell, operation: str, right: Cell) -> bool:
    """Compare two values; false when either is null.

    Errors: values of different kinds.
    """
    one, two = known(left), known(right)
    if one is None or two is None:
        return False
    if operation in ("in", "notin"):
        return _member(one, two) == (operation == "in")
    one, two = _alike(one, two)
    return _LIKE[operation](one, two)


def _member(value: Cell, options: Cell) -> bool:
    if isinstance(options, list | tuple):
        return any(compare(value, "eq", option) for option in cast("list[Cell]", options))
    if isinstance(value, str) and isinstance(options, str):
        return value in options
    raise Wrong(f"a {kind_of(value)} in a {kind_of(options)}", "a list of values, or a text in a text", '{% if country in ["FR", "DE"] %}')


def _alike(one: Cell, two: Cell) -> tuple[Cell, Cell]:
    kinds = kind_of(one), kind_of(two)
    if kinds == ("text", "date"):
        one = _dated(one, two)
    elif kinds == ("date", "text"):
        two = _dated(two, one)
    elif kinds[0] != kinds[1]:
        raise Wrong(f"a {kinds[0]} is compared with a {kinds[1]}", f"two {kinds[0]} values")
    if kind_of(one) == "date":
        return _instants(one, two)
    if isinstance(one, Decimal) and isinstance(two, float):
        two = Decimal(repr(two))
    elif isinstance(one, float) and isinstance(two, Decimal):
        one = Decimal(repr(one))
    return one, two


def _dated(text: str, other: dt.date) -> Cell:
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Wrong("a text that is no date is compared with a date", "ISO 8601", 'for example "2026-07-01"') from None
    return value if isinstance(other, dt.datetime) or len(text) > len("2026-07-01") else value.date()


def _instants(one: Cell, two: Cell) -> tuple[Cell, Cell]:
    """Bring a date and a datetime together: a date is its midnight."""
    if isinstance(one, dt.datetime) == isinstance(two, dt.datetime):
        clocks = [one, two]
    else:
        clocks = [value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time.min) for value in (one, two)]
    zones = {value.tzinfo is None for value in clocks if isinstance(value, dt.datetime)}
    if len(zones) > 1:
        raise Wrong("an instant is compared with a date without a zone", "two of a kind", "compare them in a rule or with enrich")
    return clocks[0], clocks[1]


def arithmetic(operation: str, left: Cell, right: Cell) -> Cell:
    """Compute with two numbers; null when either is null, and when it is divided by 0.

    Errors: anything but numbers, so that no text is multiplied.
    """
    one, two = known(left), known(right)
    if one is None or two is None:
        return None
    for value in (one, two):
        if kind_of(value) != "number":
            raise Wrong(f"{operation} of a {kind_of(value)}", "two numbers; texts are joined by ~")
    one, two = _alike(one, two)
    if operation == "/" and two == 0:
        return None
    try:
        found = known(_COMPUTE[operation](one, two))
    except (ArithmeticError, ValueError):
        return None
    return None if isinstance(found, int) and found.bit_length() > 128 else found
