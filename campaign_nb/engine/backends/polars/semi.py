"""Conditions on linked rows alone, as semi-joins and anti-joins instead of columns."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from campaign_nb.engine.backends.polars.expressions import compile_rule
from campaign_nb.engine.backends.polars.sides import context_of
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Leaf
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field

_OPERATORS: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class SemiForm:
    """A condition as a join.

    Keep rows with (or without) linked rows for which `having` holds.
    """

    condition: tree.Node
    leaf: Leaf
    positive: bool
    having: tree.Compare | None
    """The comparison that groups must meet (positive) or must not meet (negative); None for mere existence."""


def semi_form(node: tree.Node, moment: Moment) -> SemiForm | None:
    """Return a condition as a join, or None where a column is needed.

    >>> import datetime as dt
    >>> rows = tree.Linked((tree.LinkStep("orders"),))
    >>> semi_form(tree.Not(tree.Exists(rows)), Moment(dt.datetime.now(dt.UTC))).positive
    False
    """
    if isinstance(node, tree.Exists):
        return SemiForm(node, Leaf(node, moment), True, None)
    if isinstance(node, tree.Not) and isinstance(node.item, tree.Exists):
        return SemiForm(node, Leaf(node.item, moment), False, None)
    if not (isinstance(node, tree.Compare) and isinstance(node.left, tree.Aggregate) and isinstance(node.right, tree.Constant)):
        return None
    value = node.right.value
    if value is None:
        return None
    leaf = Leaf(node.left, moment)
    if node.left.function not in ("count", "count_distinct"):
        return SemiForm(node, leaf, True, node)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    if not _OPERATORS[node.op](0, value):
        return SemiForm(node, leaf, True, None if (node.op, value) in ((">", 0), (">=", 1)) and node.left.value is None else node)
    return SemiForm(node, leaf, False, node)


def having(form: SemiForm) -> Callable[[pl.Expr, Field], pl.Expr] | None:
    """Return the condition on the aggregate's column under which a group is in the join."""
    comparison = form.having
    if comparison is None:
        return None
    wanted = comparison if form.positive else tree.Not(comparison)

    def condition(column: pl.Expr, field: Field) -> pl.Expr:
        return compile_rule(wanted, _One(comparison.left, column, field), context_of(form.leaf.moment))

    return condition


@dataclass(frozen=True, slots=True)
class _One:
    """Resolves the one aggregate of a comparison."""

    node: tree.Node
    column: pl.Expr
    field: Field

    def __call__(self, node: tree.Node) -> tuple[pl.Expr, Field]:
        """Return the aggregate's column."""
        assert node == self.node
        return self.column, self.field
