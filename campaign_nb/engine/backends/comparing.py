"""What comparisons mean on every engine: their mirror, the step below, one common shape for long lists."""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from campaign_nb.rules.tree import Operator

E = TypeVar("E")

MIRROR: dict[Operator, Operator] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The comparison with its sides changed."""
BELOW: dict[Operator, Operator] = {"<": "<=", "<=": "<=", ">": ">", ">=": ">"}
"""The comparison with the step below of what moves in steps."""
APPLY: dict[Operator, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""The comparison of two expressions of an engine."""


def joined(items: Sequence[E], join: Callable[[E, E], E]) -> E:
    """Join conditions pairwise, so that a long list makes no deep expression."""
    while len(items) > 1:
        items = [reduce(join, items[at : at + 2]) for at in range(0, len(items), 2)]
    return items[0]


def as_float(value: int | float | Decimal) -> float:
    """Return a number as a float; one beyond all floats as infinity."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def only_instant(shown: dt.datetime, zone: str) -> dt.datetime | None:
    """Return the one instant at which a zone's clock shows this, if there is one."""
    try:
        first, second = (shown.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    except OverflowError:  # the first or the last day that Python can name
        return None
    return first if first == second else None
