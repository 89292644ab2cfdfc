"""Types of values and problems of rules, from schemas alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from campaign_nb.errors import Problem, did_you_mean, listed, nearest
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


_OF_ROWS = (tree.Column, tree.Linked, tree.Window, tree.Behaviour)
"""What makes a value differ from row to row."""


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
            raise Misfit(f"no table {name!r} in the data model", "a declared table", f"shop.table({name!r}, …)") from None

    def inside(self, table: TableSchema) -> Scope:
        """Return the scope of a linked row."""
        return Scope(self.schema, RowSchema(table))


def follow(scope: Scope, path: tuple[str, ...], *, many: bool | None = None) -> tuple[TableSchema, list[LinkSchema]]:
    """Walk over links by name; `many` False refuses links to many rows."""
    table, links = scope.row.table, list[LinkSchema]()
    for name in path:
        link = table.links.get(name)
        if link is None:
            raise Misfit(
                f"table {table.label!r} has no link {name!r}",
                did_you_mean(name, table.links),
                f"{table.label}.{nearest(name, table.links) or '…'}",
            )
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
        raise unknown_column(column.name, where, names)
    return found


def unknown_column(name: str, where: str, names: list[str]) -> Misfit:
    """Return what is wrong with a name that is no column: the nearest one, and how to write it."""
    near = nearest(name, names)
    hint = f"; {did_you_mean(name, names)}" if near else ""
    written = f"{where}.{near}" if near.isidentifier() else f"{where}[{near!r}]" if near else f'{where}["…"]; enrich adds a column'
    return Misfit(f"no column {name!r} in {where}{hint}", f"columns: {listed(names)}", written)


def linked_scope(scope: Scope, rows: tree.Linked) -> Scope:
    """Return the scope of the rows that a path leads to, checking the conditions on the way."""
    if rows.table is not None and rows.table != scope.row.table.label:
        here = scope.row.table.label
        raise Misfit(
            f"linked rows of {rows.table!r} are used where a row of {here!r} is tested",
            f"linked rows of {here!r}",
            f"{here}.….exists()",
        )
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
        case tree.Size():
            return Type.INTEGER
        case tree.Call():
            return _call_type(scope, node)
        case tree.Case(whens, otherwise):
            for condition, _ in whens:
                check_rule(scope, condition)
            kinds = [type_of(scope, value) for value in (*(value for _, value in whens), otherwise)]
            known = [kind for kind in kinds if kind is not Type.UNKNOWN]
            if any(not known[0].comparable(kind) for kind in known):
                what = f"the branches of a case have types {listed([str(kind) for kind in known])}"
                raise Misfit(what, "one type", "cn.fn.to_string(…) makes texts of values")
            return known[0] if known else Type.UNKNOWN
        case tree.Aggregate():
            return _aggregate_type(scope, node)
        case tree.Window():
            return _window_type(scope, node)
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
    if isinstance(node, tree.Window) and node.function in ("min", "max") and isinstance(node.value, tree.Column):
        return field_of_value(scope, name, node.value)
    return Field(name, type_of(scope, node), _zone_of(scope, node))


def _zone_of(scope: Scope, node: tree.Node) -> str | None:
    """Return the zone of an instant, as far as the tables tell; what a run makes of `now` is on the campaign's clock."""
    if isinstance(node, tree.Column):
        return field_of(scope, node).zone
    if not isinstance(node, tree.Call) or not node.args:
        return None
    function = REGISTRY.get(node.name)
    if function is None or function.zone == "none":
        return None
    if function.zone == "first":
        return _zone_of(scope, node.args[0])
    named = node.args[-1]
    return named.value if isinstance(named, tree.Constant) and isinstance(named.value, str) else None


def _call_type(scope: Scope, node: tree.Call) -> Type:
    function = REGISTRY.get(node.name)
    if function is None:
        near = nearest(node.name, REGISTRY)
        raise Misfit(f"no function {node.name!r}", did_you_mean(node.name, REGISTRY), f"cn.fn.{near or 'lower'}(…)")
    count, most = len(node.args), len(function.parameters)
    if count < function.least or (count > most and not function.variadic):
        wanted = str(most) if function.least == most else f"{function.least} to {most}"
        does = f"{function.doc[:1].lower()}{function.doc[1:].rstrip('.')}"
        what = f"{node.name} got {count} argument{'s' if count != 1 else ''}"
        raise Misfit(
            what, f"{wanted}, for {does}", f"{node.name}({', '.join(name for name, _ in function.parameters[: max(1, function.least)])})"
        )
    kinds = [type_of(scope, arg) for arg in node.args]
    for position, kind in enumerate(kinds):
        if kind not in function.accepts(position) and kind is not Type.UNKNOWN:
            accepted = sorted(str(item) for item in function.accepts(position) if item is not Type.UNKNOWN)
            raise Misfit(f"argument {position + 1} of {node.name} is {kind}", " or ".join(accepted), _converted(accepted))
    for position in function.literal:
        if position < count and any(isinstance(item, _OF_ROWS) for item in node.args[position].walk()):
            name = function.parameters[position][0]
            raise Misfit(f"the {name} of {node.name} differs from row to row", "one value for all rows", function.doc)
    misuse = None if function.verify is None else function.verify(node.args, kinds)
    if misuse is not None:
        raise Misfit(*misuse)
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
        raise Misfit(f"{node.function} of {an(kind)} column", "a number", '.count("…"), or .count_distinct("…")')
    if node.function in ("count", "count_distinct"):
        return Type.INTEGER
    if node.function == "string_agg":
        return Type.TEXT
    return Type.NUMBER if node.function in ("avg", "std_dev") else kind


def _window_type(scope: Scope, node: tree.Window) -> Type:
    """Return the type of a window, which reads columns of the table alone, since all its rows take part."""
    table = scope.row.table
    if not table.key:
        raise Misfit(f"table {table.label!r} has no key, which settles ties", "a key column", f'shop.table({table.label!r}, …, key="…")')
    inside = scope.inside(table)
    for item in (*node.partition, *(order.value for order in node.order)):
        type_of(inside, item)
    if node.function in ("random", "new_uuid"):
        return Type.NUMBER if node.function == "random" else Type.TEXT
    kind = Type.UNKNOWN if node.value is None else type_of(inside, node.value)
    if node.function in ("sum", "avg", "std_dev") and not kind.numeric and kind is not Type.UNKNOWN:
        raise Misfit(f"{node.function} of {an(kind)} column", "a number", "cn.fn.over(cn.fn.count(…), …)")
    if node.function == "std_dev" and node.order:
        raise Misfit("a standard deviation up to a row", "one of all rows, without order_by", "cn.fn.over(cn.fn.std_dev(…), …)")
    if node.function in ("row_num", "count"):
        return Type.INTEGER
    return kind if node.function in ("sum", "min", "max") else Type.NUMBER


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
                raise Misfit(f"no event {event!r}", did_you_mean(event, tree.EVENTS), "mail.opened")
        case tree.Everybody():
            pass
        case _:
            raise Misfit("a value stands where a condition is expected", "a comparison such as customers.age >= 18")


def _comparable(scope: Scope, op: str, left: tree.Node, right: tree.Node) -> None:
    one, two = type_of(scope, left), type_of(scope, right)
    if not one.comparable(two) and not _reads_as(left, two) and not _reads_as(right, one):
        raise Misfit(f"{one} {op} {two}", f"two {one} values", _hint(one, two))


def _reads_as(node: tree.Node, kind: Type) -> bool:
    """Whether a literal is ISO text that stands for a date beside a value of a kind."""
    literal = node.default if isinstance(node, tree.Parameter) else node
    return isinstance(literal, tree.Constant) and isinstance(literal.value, str) and dated(literal.value, kind) is not None


def _hint(one: Type, two: Type) -> str:
    if one.temporal and two is Type.TEXT:
        return "an ISO date such as '2026-07-01', or days_ago(30)"
    if one is Type.TEXT and two.numeric:
        return 'text in quotes, such as "42"'
    if one.temporal:
        return "a date, such as cn.days_ago(90), or the days since: .days_old() < 90"
    if one.numeric:
        return "a number without quotes, such as 18"
    return "True or False" if one is Type.BOOLEAN else f"{an(one)} on both sides"


def _converted(accepted: list[str]) -> str:
    """How to turn a value into one of these types."""
    return "cn.fn.to_string(…)" if "text" in accepted else "a column of numbers" if "number" in accepted else f"{an(accepted[0])} column"


def too_large(where: str) -> Problem:
    """Return the problem of a rule beyond the limits."""
    limits = f"a depth of at most {tree.MAX_DEPTH} and {tree.MAX_NODES:,} nodes"
    return Problem(where, "the rule is too large", limits, "a long list stands in a table of its own: customers.listed.exists()")


def problems(scope: Scope, node: tree.Node, where: str, *, rule: bool = True) -> Iterator[Problem]:
    """Yield what is wrong with a rule (or a value) in a scope: its size first, then the first misfit of each condition."""
    depth, count = tree.measure(node)
    if depth > tree.MAX_DEPTH or count > tree.MAX_NODES:
        yield too_large(where)
        return
    for part in tree.conjuncts(node) if rule else [node]:
        try:
            check_rule(scope, part) if rule else type_of(scope, part)
        except Misfit as misfit:
            yield misfit.problem(where)
