"""What users write in place of a value, turned into the tree; and the table that a handle starts from."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NoReturn

from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules import tree
from campaign_nb.rules.check import Scope, an
from campaign_nb.rules.literal import LEAST_INTEGER, MOST_INTEGER, dated
from campaign_nb.rules.schema import RowSchema, Schema, TableSchema
from campaign_nb.rules.tree import Type


def refuse(where: str, what: str, expected: str, do: str) -> NoReturn:
    """Raise a DefinitionError about how a rule is written."""
    raise DefinitionError(Problem(where, what, expected, do))


class Operand:
    """What values and rules share.

    They refuse Python's own truth tests, which would silently mean something else.
    """

    node: tree.Node

    def __bool__(self) -> bool:
        refuse(
            "rule",
            "`and`, `or`, `not`, `in` and chained comparisons decide at once, in Python",
            "& | ~ with parentheses, .is_in(…), .between(…)",
            "(customers.age >= 18) & (customers.age < 30)",
        )

    def __contains__(self, item: object) -> bool:
        refuse("rule", "`in` decides at once, in Python", ".is_in(…)", 'customers.country.is_in(["FR", "DE"])')

    def __iter__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} can't be iterated")


class Root:
    """The table that a handle starts from, with the data model that knows its links."""

    __slots__ = ("schema", "table")

    def __init__(self, schema: Schema, table: TableSchema) -> None:
        self.schema, self.table = schema, table

    def scope(self) -> Scope:
        """Return the scope in which a row of the table is tested."""
        return Scope(self.schema, RowSchema(self.table))

    def at(self, table: str) -> Root:
        """Return the same data model seen from another table."""
        return Root(self.schema, self.schema.schema_of(table))


def root_of(table: object) -> Root:
    """Return the root of a table handle.

    Errors: anything that is no table of a data model.
    """
    root = getattr(table, "_root", None) if getattr(table, "_is_table", False) is True else None
    if not isinstance(root, Root):
        refuse("rule", f"{an(type(table).__name__)} is no table", "a table of the data model", 'cn.rule("age >= 18", customers)')
    return root


def node_of(value: object, like: Type = Type.UNKNOWN) -> tree.Node:
    """Turn what a user writes into a value of the tree; ISO text becomes a date where a date is compared.

    Nulls: None is null, and so is NaN.
    Errors: Polars expressions, handles and containers, each with what to write instead; infinities; integers beyond
    64 bits.
    """
    if isinstance(value, Operand):
        return value.node
    if (refusal := getattr(type(value), "refuse_as_value", None)) is not None:
        refusal(value)
    if type(value).__module__.split(".")[0] == "polars":
        refuse("rule", "a Polars expression is no rule", "columns of the data model", "customers.age >= 18")
    if isinstance(value, str) and like.temporal:
        return tree.Constant(_date(value, like))
    if value is None or isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        return tree.Constant(value)
    if isinstance(value, str):
        return tree.Constant(str.__str__(value))
    if isinstance(value, int | float | Decimal):
        return tree.Constant(_number(value))
    refuse("rule", f"{an(type(value).__name__)} is no value", "a number, text, a date, True, False or None", "customers.age >= 18")


def _number(value: int | float | Decimal) -> int | float | Decimal | None:
    if isinstance(value, int):
        if not LEAST_INTEGER <= value <= MOST_INTEGER:
            refuse("rule", "a whole number beyond 64 bits", "a smaller one, or a float", "customers.points < 1e30")
        return int(value)
    if Decimal(value).is_nan():
        return None
    if not Decimal(value).is_finite():
        refuse("rule", "an infinite number", "a number, or no condition at all", "customers.age >= 18")
    return float(value) if isinstance(value, float) else value


def _date(text: str, like: Type) -> dt.date | dt.datetime:
    found = dated(text, like)
    if found is None:
        refuse("rule", f"{text!r} is no {like}", "ISO 8601", '"2026-07-01"' if like is Type.DATE else '"2026-07-01 09:00"')
    return found
