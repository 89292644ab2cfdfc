"""The small words of rules: columns of the row under test, parameters, variables, dates."""

from __future__ import annotations

from campaign_nb.rules import tree
from campaign_nb.rules.value import Value, call


class Columns:
    """`cn.col`: columns of the row under test, by attribute or by ["name"]."""

    def __getattr__(self, name: str) -> Value:
        if name.startswith("_"):
            raise AttributeError(name)
        return Value(tree.Column(name))

    def __getitem__(self, name: str) -> Value:
        return Value(tree.Column(name))


col = Columns()


def param(name: str, default: tree.Scalar) -> Value:
    """A value that a predefined filter leaves open, with its default."""
    return Value(tree.Parameter(name, tree.Constant(default)))


def var(name: str) -> Value:
    """A variable of the campaign."""
    return Value(tree.Variable(name))


def now() -> Value:
    """The instant of the run (its `as_of`)."""
    return call("now")


def today() -> Value:
    """The date of the run in the campaign's zone."""
    return call("today")


def days_ago(n: int) -> Value:
    """The date n days before the day of the run."""
    return call("days_ago", n)


def days_ahead(n: int) -> Value:
    """The date n days after the day of the run."""
    return call("days_ahead", n)


def months_ago(n: int) -> Value:
    """The date n months before the day of the run; a missing day is the month's last."""
    return call("months_ago", n)


def years_ago(n: int) -> Value:
    """The date n years before the day of the run; 29 February becomes the 28th."""
    return call("years_ago", n)
