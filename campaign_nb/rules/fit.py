"""A rule made to fit the table that it is used on: ISO texts beside dates become dates."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, cast

from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, Scope, follow, type_of
from campaign_nb.rules.literal import dated


def fit(scope: Scope, node: tree.Node) -> tree.Node:
    """Return the rule (or value) with the ISO texts that stand beside a date or a date-time turned into one.

    What does not fit is left as it is; `check_rule` says what is wrong with it.
    """
    match node:
        case tree.Linked(steps, table):
            return tree.Linked(_steps(scope, steps), table)
        case tree.Aggregate(function, rows, value):
            inside = _inside(scope, rows)
            kept = value if value is None or inside is None else fit(inside, value)
            return tree.Aggregate(function, _linked(scope, rows), kept, node.separator)
        case tree.Lines(rows, order, columns, n):
            inside = _inside(scope, rows)
            orders = order if inside is None else tuple(tree.Order(fit(inside, item.value), item.descending) for item in order)
            return tree.Lines(_linked(scope, rows), orders, columns, n)
        case _:
            found = type(node)(**{field.name: _part(scope, getattr(node, field.name)) for field in fields(cast("Any", node))})
    match found:
        case tree.Compare(op, left, right):
            return tree.Compare(op, _like(scope, left, right), _like(scope, right, left))
        case tree.Between(value, low, high):
            return tree.Between(value, _like(scope, low, value), _like(scope, high, value))
        case tree.In(value, options):
            return tree.In(value, tuple(_like(scope, option, value) for option in options))
        case _:
            return found


def _part(scope: Scope, value: Any) -> Any:
    if isinstance(value, tree.Node):
        return fit(scope, value)
    return tuple(_part(scope, item) for item in cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value


def _linked(scope: Scope, rows: tree.Linked) -> tree.Linked:
    return tree.Linked(_steps(scope, rows.steps), rows.table)


def _steps(scope: Scope, steps: tuple[tree.LinkStep, ...]) -> tuple[tree.LinkStep, ...]:
    here: Scope | None = scope
    found: list[tree.LinkStep] = []
    for step in steps:
        here = None if here is None else _over(here, step.link)
        found.append(step if here is None else tree.LinkStep(step.link, tuple(fit(here, rule) for rule in step.where)))
    return tuple(found)


def _inside(scope: Scope, rows: tree.Linked) -> Scope | None:
    here: Scope | None = scope
    for step in rows.steps:
        here = None if here is None else _over(here, step.link)
    return here


def _over(scope: Scope, link: str) -> Scope | None:
    try:
        table, _ = follow(scope, (link,))
    except Misfit:
        return None
    return scope.inside(table)


def _like(scope: Scope, node: tree.Node, other: tree.Node) -> tree.Node:
    """Turn a text literal into a date where the other side is one."""
    literal = node.default if isinstance(node, tree.Parameter) else node
    if not isinstance(literal, tree.Constant) or not isinstance(literal.value, str):
        return node
    try:
        kind = type_of(scope, other)
    except Misfit:
        return node
    value = dated(literal.value, kind)
    if value is None:
        return node
    return tree.Parameter(node.name, tree.Constant(value)) if isinstance(node, tree.Parameter) else tree.Constant(value)
