"""What the types of arguments do not tell: known zones, one character, results that go together."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence

from campaign_nb.rules.functions.signature import Misuse
from campaign_nb.rules.tree import Constant, Node, Type


def known_zone(args: Sequence[Node], _: Sequence[Type]) -> Misuse | None:
    """Refuse a last argument that names no time zone."""
    zone = _literal(args[-1])
    if not isinstance(zone, str) or zone in zoneinfo.available_timezones():
        return None
    return f"no time zone {zone!r}", "an IANA name", '"Europe/Paris"'


def one_character(args: Sequence[Node], _: Sequence[Type]) -> Misuse | None:
    """Refuse a filling of no or several characters."""
    filling = _literal(args[-1])
    if not isinstance(filling, str) or len(filling) == 1:
        return None
    return f"a filling of {len(filling)} characters", "one character", 'cn.fn.lpad(customers.code, 8, "0")'


def decimals_of_a_number(args: Sequence[Node], kinds: Sequence[Type]) -> Misuse | None:
    """Refuse decimals of what has none."""
    if len(args) < 2 or kinds[0].numeric or kinds[0] is Type.UNKNOWN:
        return None
    return f"decimals of a {kinds[0]} value", "a number before them", "cn.fn.to_string(customers.spend, 2)"


def alike(args: Sequence[Node], kinds: Sequence[Type]) -> Misuse | None:
    """Refuse values that can't be compared, and results of different types."""
    one, two = kinds[:2]
    if not one.comparable(two):
        return f"{one} = {two}", "two values of one type", 'cn.fn.iif(customers.country == "FR", "domestic", "abroad")'
    return alike_results(args, kinds)


def alike_results(args: Sequence[Node], kinds: Sequence[Type]) -> Misuse | None:
    """Refuse results of different types; they are the last two arguments."""
    then, otherwise = kinds[-2:]
    return None if then.comparable(otherwise) else (f"results of types {then} and {otherwise}", "one type", "cn.fn.to_string(…)")


def _literal(node: Node) -> object:
    return node.value if isinstance(node, Constant) else None
