"""Types of values and problems of rules, from schemas alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from campaign_nb.errors import Problem, did_you_mean, listed
from campaign_nb.rules import tree
from campaign_nb.rules.functions import REGISTRY
from campaign_nb.rules.literal import dated
from campaign_nb.rules.schema import Field, LinkSchema, RowSchema, Schema, TableSchema
from campaign_nb.rules.tree import Type

_LITERALS: tuple[tuple[type, Type], ...] = (
    (bool, Type.BOOLEAN),
    (int, Type.INTEGER),
    (float, Type.NUMBER),
    (Decimal, Type.DECIMAL),
    (str, Type.TEXT),
    (dt.datetime, Type.DATETIME),
    (dt.date, Type.DATE),
    (dt.time, Type.TIME),
    (dt.timedelta, Type.DURATION),
)


def literal_type(value: tree.Scalar) -> Type:
    """Return the type of a literal; null has none.

    >>> literal_type(True), literal_type(None)
    (<Type.BOOLEAN: 'boolean'>, <Type.UNKNOWN: 'unknown'>)
    """
    return next((kind for python, kind in _LITERALS if isinstance(value, python)), Type.UNKNOWN)


def an(noun: str) -> str:
    """Put the indefinite article before a noun.

    >>> an("integer"), an("date")
    ('an integer', 'a date')
    """
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"


class Misfit(Exception):
    """A rule does not fit the schema; carries what was found, what is expected and what to do."""

    def __init__(self, what: str, expected: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.expected, self.do = what, expected, do

    def problem(self, where: str) -> Problem:
        """Return it as a problem at a place."""
        return Problem(where, self.what, self.expected, self.do)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a rule is read: the schema of all tables and the row under test."""

    schema: Schema
    row: RowSchema

    def table(self, name: str) -> TableSchema:
        """Return a table's schema."""
        try:
            return self.schema.schema_of(name)
        except KeyError:
            raise Misfit(f"no table {name!r} in the data model") from None

    def inside(self, table: TableSchema) -> Scope:
        """Return the scope of a linked row."""
        return Scope(self.schema, RowSchema(table))


def follow(scope: Scope, path: tuple[str, ...], *, many: bool | None = None) -> tuple[TableSchema, list[LinkSchema]]:
    """Walk over links by name; `many` False refuses links to many rows."""
    table, links = scope.row.table, list[LinkSchema]()
    for name in path:
        link = table.links.get(name)
        if link is None:
            raise Misfit(f"table {table.label!r} has no link {name!r}", did_you_mean(name, table.links))
        if many is False and link.many:
            raise Misfit(
                f"{table.label}.{name} leads to many rows",
                "one value: an aggregate or a condition on the linked rows",
                f'{table.label}.{name}.max("…") or {table.label}.{name}.where(…).exists()',
            )
        links.append(link)
        table = scope.table(link.to)
    return table, links


def field_of(scope: Scope, column: tree.Column) -> Field:
    """Return the column that a node names, or say what is wrong with it."""
    if column.table is not None and column.table != scope.row.table.label:
        here = scope.row.table.label
        raise Misfit(
            f"a rule on {column.table!r} is used where a row of {here!r} is tested",
            f"columns of {here!r}, a link from it, or an aggregate of linked rows",
            f"{here}.….where(…).exists()",
        )
    if not column.path:
        found, names = scope.row.column(column.name), scope.row.names
    else:
        table, _ = follow(scope, column.path, many=False)
        found, names = table.columns.get(column.name), list(table.columns)
    if found is None:
        where = ".".join((scope.row.table.label, *column.path))
        raise Misfit(f"no column {column.name!r} in {where}; {did_you_mean(column.name, names)}", f"columns: {listed(names)}")
    return found


def linked_scope(scope: Scope, rows: tree.Linked) -> Scope:
    """Return the scope of the rows that a path leads to, checking the conditions on the way."""
    if rows.table is not None and rows.table != scope.row.table.label:
        raise Misfit(f"linked rows of {rows.table!r} are used where a row of {scope.row.table.label!r} is tested")
    here, many = scope, False
    for step in rows.steps:
        table, links = follow(here, (step.link,))
        here, many = here.inside(table), many or links[0].many
        for condition in step.where:
            check_rule(here, condition)
    if not many:
        path = ".".join((scope.row.table.label, *(step.link for step in rows.steps)))
        raise Misfit(f"{path} leads to one row", "one of its columns", f"{path}.….is_not_null()")
    return here


def type_of(scope: Scope, node: tree.Node) -> Type:
    """Return the type of a value in a scope, raising `Misfit` at the first thing that does not fit."""
    match node:
        case tree.Column():
            return field_of(scope, node).type
        case tree.Constant(value):
            return literal_type(value)
        case tree.Parameter(_, default):
            return literal_type(default.value)
        case tree.Variable():
            return Type.UNKNOWN
        case tree.Call():
            return _call_type(scope, node)
        case tree.Case(whens, otherwise):
            for condition, _ in whens:
                check_rule(scope, condition)
            kinds = [type_of(scope, value) for value in (*(value for _, value in whens), otherwise)]
            known = [kind for kind in kinds if kind is not Type.UNKNOWN]
            if any(not known[0].comparable(kind) for kind in known):
                raise Misfit(f"the branches of a case have types {listed([str(kind) for kind in known])}", "one type")
            return known[0] if known else Type.UNKNOWN
        case tree.Aggregate():
            return _aggregate_type(scope, node)
        case tree.Lines(rows, order, columns):
            inside = linked_scope(scope, rows)
            for value in (*(item.value for item in order), *(tree.collected(name) for name in columns)):
                type_of(inside, value)
            return Type.LIST
        case _ if tree.is_rule(node):
            check_rule(scope, node)
            return Type.BOOLEAN
        case _:
            raise Misfit(f"{type(node).__name__} is no value")


def field_of_value(scope: Scope, name: str, node: tree.Node) -> Field:
    """Return a value as a column; an instant keeps its zone where the value is a column or the least or greatest of one."""
    if isinstance(node, tree.Column):
        found = field_of(scope, node)
        return Field(name, found.type, found.zone)
    if isinstance(node, tree.Aggregate) and node.function in ("min", "max") and isinstance(node.value, tree.Column):
        return field_of_value(linked_scope(scope, node.rows), name, node.value)
    return Field(name, type_of(scope, node))


def _call_type(scope: Scope, node: tree.Call) -> Type:
    function = REGISTRY.get(node.name)
    if function is None:
        raise Misfit(f"no function {node.name!r}; {did_you_mean(node.name, REGISTRY)}")
    count, most = len(node.args), len(function.parameters)
    if count < function.least or (count > most and not function.variadic):
        wanted = str(most) if function.least == most else f"{function.least} to {most}"
        raise Misfit(f"{node.name} got {count} argument{'s' if count != 1 else ''}", f"{wanted}: {function.doc}")
    kinds = [type_of(scope, arg) for arg in node.args]
    for position, kind in enumerate(kinds):
        if kind not in function.accepts(position) and kind is not Type.UNKNOWN:
            accepted = sorted(str(item) for item in function.accepts(position) if item is not Type.UNKNOWN)
            raise Misfit(f"argument {position + 1} of {node.name} is {kind}", " or ".join(accepted))
    return function.result(kinds)


def _aggregate_type(scope: Scope, node: tree.Aggregate) -> Type:
    inside = linked_scope(scope, node.rows)
    if node.value is None:
        if node.function != "count":
            raise Misfit(f"{node.function} of linked rows needs a column", "a column name or an expression", f'.{node.function}("…")')
        return Type.INTEGER
    if node.function == "count" and tree.is_rule(node.value):
        raise Misfit("count of a condition, which is never null where it is known", "the condition on the rows", ".where(…).count()")
    kind = type_of(inside, node.value)
    if node.function in ("sum", "avg", "std_dev") and not kind.numeric and kind is not Type.UNKNOWN:
        raise Misfit(f"{node.function} of {an(kind)} column", "a number")
    if node.function in ("count", "count_distinct"):
        return Type.INTEGER
    if node.function == "string_agg":
        return Type.TEXT
    return Type.NUMBER if node.function in ("avg", "std_dev") else kind


def check_rule(scope: Scope, node: tree.Node) -> None:
    """Raise `Misfit` at the first thing in a rule that does not fit the scope."""
    match node:
        case tree.Compare(op, left, right):
            _comparable(scope, op, left, right)
        case tree.In(value, options):
            for option in options:
                _comparable(scope, "in", value, option)
        case tree.Between(value, low, high):
            _comparable(scope, "between", value, low)
            _comparable(scope, "between", value, high)
        case tree.Like(value, part) | tree.TextMatch(_, value, part):
            for item in (value, part):
                if (kind := type_of(scope, item)) not in (Type.TEXT, Type.UNKNOWN):
                    raise Misfit(f"a text test on {an(kind)} value", "text", "cn.fn.to_string(…)")
        case tree.IsNull(value) | tree.IsEmpty(value):
            type_of(scope, value)
        case tree.Truth(value):
            if (kind := type_of(scope, value)) not in (Type.BOOLEAN, Type.UNKNOWN):
                raise Misfit(f"{an(kind)} value is used as a condition", "a comparison", "… > 0")
        case tree.And(items) | tree.Or(items):
            for item in items:
                check_rule(scope, item)
        case tree.Not(item):
            check_rule(scope, item)
        case tree.Except(left, right):
            check_rule(scope, left)
            check_rule(scope, right)
        case tree.Exists(rows):
            linked_scope(scope, rows)
        case tree.Behaviour(event):
            if event not in tree.EVENTS:
                raise Misfit(f"no event {event!r}; {did_you_mean(event, tree.EVENTS)}")
        case tree.Everybody():
            pass
        case _:
            raise Misfit("a value stands where a condition is expected", "a comparison such as customers.age >= 18")


def _comparable(scope: Scope, op: str, left: tree.Node, right: tree.Node) -> None:
    one, two = type_of(scope, left), type_of(scope, right)
    if not one.comparable(two) and not _reads_as(left, two) and not _reads_as(right, one):
        raise Misfit(f"{one} {op} {two}", f"two {one} values" if one is not Type.UNKNOWN else "", _hint(one, two))


def _reads_as(node: tree.Node, kind: Type) -> bool:
    """Whether a literal is ISO text that stands for a date beside a value of a kind."""
    literal = node.default if isinstance(node, tree.Parameter) else node
    return isinstance(literal, tree.Constant) and isinstance(literal.value, str) and dated(literal.value, kind) is not None


def _hint(one: Type, two: Type) -> str:
    if one.temporal and two is Type.TEXT:
        return "an ISO date such as '2026-07-01', or days_ago(30)"
    if one is Type.TEXT and two.numeric:
        return 'text in quotes, such as "42"'
    return ""


def problems(scope: Scope, node: tree.Node, where: str, *, rule: bool = True) -> Iterator[Problem]:
    """Yield what is wrong with a rule (or a value) in a scope: its size first, then the first misfit of each condition."""
    depth, count = tree.measure(node)
    if depth > tree.MAX_DEPTH or count > tree.MAX_NODES:
        yield Problem(where, "the rule is too large", f"a depth of at most {tree.MAX_DEPTH} and {tree.MAX_NODES:,} nodes")
        return
    for part in tree.conjuncts(node) if rule else [node]:
        try:
            check_rule(scope, part) if rule else type_of(scope, part)
        except Misfit as misfit:
            yield misfit.problem(where)
