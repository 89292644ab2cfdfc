"""Aggregates of the rows of a table, for `over`; those of linked rows are verbs of the link."""

from __future__ import annotations

from typing import NoReturn

from campaign_nb.rules import tree
from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.handle import NoValue
from campaign_nb.rules.value import node_of, refuse


class Pending(NoValue):
    """An aggregate that waits for `over`, which says of which rows."""

    def __init__(self, function: tree.WindowName, node: tree.Node | None, operand: object = None, *, written: str = "") -> None:
        self.function: tree.WindowName = function
        self.node, self.operand = node, operand
        self.written = written or function

    def refuse_as_value(self) -> NoReturn:
        """Say that the rows are missing, and name the two ways to say which."""
        name, inner = self.written, "" if self.node is None else '"amount"'
        window = f"cn.fn.over(cn.fn.{name}({'' if self.node is None else 'customers.spend'}), cn.fn.partition_by(customers.country))"
        refuse("rule", f"cn.fn.{name} does not say of which rows", window, f"customers.orders.{name}({inner})")


def avg(value: object) -> Pending:
    """The mean over rows of the table, for `over`.

    Of linked rows it is `customers.orders.avg(…)`.

    Nulls: left out; null where there is no value.

    >>> from campaign_nb.rules.functions.calls.window import over, partition_by
    >>> print(over(avg(col.spend), partition_by(col.country)))
    over(avg(spend), partition_by(country))
    """
    return Pending("avg", node_of(value), value)


def count(value: object) -> Pending:
    """The number of known values over rows of the table, for `over`.

    Of linked rows it is `customers.orders.count(…)`.

    Nulls: not counted; never null.

    >>> from campaign_nb.rules.functions.calls.window import over, partition_by
    >>> print(over(count(col.email), partition_by(col.country)))
    over(count(email), partition_by(country))
    """
    return Pending("count", node_of(value), value)


def count_all() -> Pending:
    """The number of rows over rows of the table, for `over`.

    Of linked rows it is `customers.orders.count()`.

    Nulls: never null.

    >>> from campaign_nb.rules.functions.calls.window import over, partition_by
    >>> print(over(count_all(), partition_by(col.household)))
    over(count_all(), partition_by(household))
    """
    return Pending("count", None, written="count_all")


def max(value: object) -> Pending:
    """The largest value over rows of the table, for `over`.

    Of linked rows it is `customers.orders.max(…)`.

    Nulls: left out; null where there is no value.

    >>> from campaign_nb.rules.functions.calls.window import over, partition_by
    >>> print(over(max(col.spend), partition_by(col.country)))
    over(max(spend), partition_by(country))
    """
    return Pending("max", node_of(value), value)


def min(value: object) -> Pending:
    """The smallest value over rows of the table, for `over`.

    Of linked rows it is `customers.orders.min(…)`.

    Nulls: left out; null where there is no value.

    >>> from campaign_nb.rules.functions.calls.window import over, partition_by
    >>> print(over(min(col.spend), partition_by(col.country)))
    over(min(spend), partition_by(country))
    """
    return Pending("min", node_of(value), value)


def std_dev(value: object) -> Pending:
    """The standard deviation over rows of the table, for `over`.

    Of linked rows it is `customers.orders.std_dev(…)`.

    Units: those of the value, n - 1 below.
    Nulls: left out; null for fewer than two values.

    >>> from campaign_nb.rules.functions.calls.window import over, partition_by
    >>> print(over(std_dev(col.spend), partition_by(col.country)))
    over(std_dev(spend), partition_by(country))
    """
    return Pending("std_dev", node_of(value), value)


def sum(value: object) -> Pending:
    """The sum over rows of the table, for `over`.

    Of linked rows it is `customers.orders.sum(…)`.

    Nulls: left out; null where there is no value.

    >>> from campaign_nb.rules.functions.calls.window import over, partition_by
    >>> print(over(sum(col.spend), partition_by(col.country)))
    over(sum(spend), partition_by(country))
    """
    return Pending("sum", node_of(value), value)
