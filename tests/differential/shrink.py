"""Greedy shrinking of a rule on which two judges differ: the smallest tree that a few cuts leave with the same fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any, cast

from campaign_nb.errors import CampaignError
from campaign_nb.rules import tree

ENOUGH = 400


def smaller(node: tree.Node) -> Iterator[tree.Node]:
    """Yield trees with one part less, the smallest first."""
    alike = tree.is_rule(node)
    yield from (child for child in node.children() if tree.is_rule(child) == alike and not isinstance(child, tree.Order | tree.LinkStep))
    for field in fields(cast("Any", node)):
        for value in _variants(getattr(node, field.name), field.name):
            yield replace(cast("Any", node), **{field.name: value})


def _variants(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, tree.Node):
        yield from smaller(value)
    elif isinstance(value, tuple):
        items = cast("tuple[Any, ...]", value)
        if name in ("items", "options", "where", "order", "partition") and len(items) > (0 if name != "options" else 1):
            yield from (items[:at] + items[at + 1 :] for at in range(len(items)))
        for at, item in enumerate(items):
            yield from ((*items[:at], other, *items[at + 1 :]) for other in _variants(item, ""))


def shrunk(rule: tree.Node, differs: Callable[[tree.Node], bool]) -> tree.Node:
    """Return the smallest rule found that still differs."""
    tries = 0
    for _ in range(60):
        for candidate in smaller(rule):
            tries += 1
            if tries > ENOUGH:
                return rule
            try:
                found = differs(candidate)
            except (
                CampaignError,
                ArithmeticError,
                AssertionError,
                AttributeError,
                LookupError,
                TypeError,
                ValueError,
            ):  # a cut that has no meaning
                continue
            if found:
                rule = candidate
                break
        else:
            return rule
    return rule
