"""The forms that rules and values are printed in: text, a sentence, SQL, JSON, a card."""

from __future__ import annotations

import datetime as dt

from campaign_nb.rules import document, tree
from campaign_nb.rules.check import an
from campaign_nb.rules.operand import Operand, Root, refuse
from campaign_nb.rules.sentence import sentence
from campaign_nb.rules.sql import Dialect, select
from campaign_nb.rules.text import text


class Printed(Operand):
    """What a rule and a value share.

    A tree, the table that it is about, and its text.
    """

    root: Root | None

    def text(self) -> str:
        """Return it as text, as `cn.rule` reads it."""
        return text(self.node)

    def explain(self) -> str:
        """Return it in words: a rule as one sentence, a value as a phrase."""
        return sentence(self.node, None if self.root is None else self.root.scope())

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} on {whose(self.root)}: {self.text()}>"


class PrintedRule(Printed):
    """The forms that only a rule has."""

    def sql(self, dialect: Dialect = "duckdb", *, as_of: dt.date | dt.datetime | None = None) -> str:
        """Return the rule as a query in a dialect of SQL, to be read.

        The keys of the rows for which it is true.

        Time: *today* and *now* are those of `as_of` when it is given, else the database's.
        Errors: an unknown dialect; a rule that names no table.
        """
        if self.root is None:
            refuse("sql", "the rule names no table", "a rule on a table", 'cn.rule("age >= 18", customers).sql()')
        return select(self.node, self.root.scope(), dialect, as_of)

    def to_json(self) -> str:
        """Return the rule as a JSON document."""
        return document.to_json(self.node)


def whose(root: Root | None) -> str:
    """Return the name of the table that something is about."""
    return "the row under test" if root is None else root.table.label


def as_condition(node: tree.Node) -> tree.Node:
    """Return a node that is a condition.

    Errors: a value.
    """
    if not tree.is_rule(node):
        refuse("rule", f"{an(type(node).__name__.lower())} stands where a condition is expected", "a condition", "age >= 18")
    return node
