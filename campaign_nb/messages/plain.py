"""Simple templates as values: text, columns, conditions and known filters, escaped for the part they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import nodes

from campaign_nb.messages.language import Part, parsed
from campaign_nb.messages.places import BEFORE_COLON, LINK, SCHEMES
from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, Scope, type_of
from campaign_nb.rules.fit import fit
from campaign_nb.rules.schema import Field, LinkSchema, RowSchema, TableSchema
from campaign_nb.rules.tree import Type

_OPERATORS: Mapping[str, tree.Operator] = {"eq": "=", "ne": "<>", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
_ESCAPES = {"html": "escape_html", "header": "header_text"}
_TEXTS = ("upper", "lower", "trim")
_EMPTY = tree.Constant("")


class Unplain(Exception):
    """A template does more than values can say."""


@dataclass(frozen=True, slots=True)
class Written:
    """A template on columns of some types: its value, what does not fit, or neither where it is no plain value."""

    value: tree.Node | None = None
    misfit: Misfit | None = None


@lru_cache(maxsize=1024)
def written(source: str, part: Part, fields: tuple[Field, ...]) -> Written:
    """Return a template as a text value of each row, which is never null.

    Shape: `fields` are the columns that it reads. It is no plain value where it has loops, attributes, arithmetic or
    too many parts.
    """
    scope = Scope(_Columns(fields), RowSchema(_Columns(fields)))
    try:
        value = fit(scope, _Writer(part, scope).body(parsed(source, part).body))
        depth, count = tree.measure(value)
        if depth > tree.MAX_DEPTH or count > tree.MAX_NODES:
            return Written()
        type_of(scope, value)
    except Unplain:
        return Written()
    except Misfit as misfit:
        return Written(misfit=misfit)
    return Written(value)


class _Columns:
    """A table of just the columns that a template reads, so that what is made of it depends on nothing else."""

    label = "population"
    key: tuple[str, ...] = ()
    lasting: bool = False

    def __init__(self, fields: Sequence[Field]) -> None:
        self.columns: Mapping[str, Field] = {item.name: item for item in fields}
        self.links: Mapping[str, LinkSchema] = {}

    def schema_of(self, table: str) -> TableSchema:
        raise KeyError(table)


class _Writer:
    """Writes the parts of a template as nodes of the tree; what a value prints is never null."""

    def __init__(self, part: str, scope: Scope) -> None:
        self._escape, self._scope = _ESCAPES.get(part), scope

    def body(self, items: Sequence[nodes.Node]) -> tree.Node:
        pieces: list[tree.Node] = []
        for node in items:
            if isinstance(node, nodes.Output):
                pieces += [self._output(item) for item in node.nodes]
            elif isinstance(node, nodes.If):
                pieces.append(self._if(node))
            else:
                raise Unplain
        return _joined(pieces)

    def _output(self, node: nodes.Node) -> tree.Node:
        if isinstance(node, nodes.TemplateData):
            return tree.Constant(node.data)
        text = self._text(node)
        return tree.Call(self._escape, (text,)) if self._escape else text

    def _if(self, node: nodes.If) -> tree.Node:
        whens = [(self._test(node.test), self.body(node.body))]
        whens += [(self._test(branch.test), self.body(branch.body)) for branch in node.elif_]
        return tree.Case(tuple(whens), self.body(node.else_))

    # -------------------------------------------------------------------------------------------------------- printing

    def _text(self, node: nodes.Node) -> tree.Node:
        """What an expression prints: a text, empty for null."""
        text = self._as_text(node)
        known = isinstance(node, nodes.Concat) or (isinstance(text, tree.Constant) and text.value is not None)
        return text if known else tree.Call("coalesce", (text, _EMPTY))

    def _as_text(self, node: nodes.Node) -> tree.Node:
        """An expression as text; null stays null."""
        match node:
            case nodes.Filter(name="default"):
                other, empty = _default(node)
                there = self._truth(_below(node)) if empty else _not(tree.IsNull(self._value(_below(node))))
                return tree.Case(((there, self._as_text(_below(node))),), self._as_text(other))
            case nodes.Filter(name=name) if name in _TEXTS and not node.args and not node.kwargs:
                return tree.Call(name, (self._as_text(_below(node)),))
            case nodes.Filter(name="money") if not node.args and not node.kwargs:
                return tree.Call("money", (self._value(_below(node)),))
            case nodes.Filter(name=name) if name == LINK:
                return _link(self._text(_below(node)))
            case nodes.Concat():
                return _joined([self._text(item) for item in node.nodes])
            case nodes.CondExpr():
                other = tree.Constant(None) if node.expr2 is None else self._as_text(node.expr2)
                return tree.Case(((self._test(node.test), self._as_text(node.expr1)),), other)
            case nodes.Or():
                return tree.Case(((self._truth(node.left), self._as_text(node.left)),), self._as_text(node.right))
            case nodes.Const(value=value):
                return tree.Constant(value) if isinstance(value, str | None) else tree.Call("to_string", (_constant(value),))
            case nodes.Name() | nodes.Neg():
                return tree.Call("to_string", (self._value(node),))
            case _:
                raise Unplain

    def _column(self, node: nodes.Name) -> tree.Node:
        column = tree.Column(node.name)
        if type_of(self._scope, column) is Type.LIST:
            loop = f"{{% for line in {node.name} %}}…{{% endfor %}}"
            raise Misfit(f"column {node.name!r} is a list or a row of several columns, which can't be printed", "a loop over it", loop)
        return column

    # ---------------------------------------------------------------------------------------------------------- values

    def _value(self, node: nodes.Node) -> tree.Node:
        """A value to compare or to compute with; null stays null."""
        match node:
            case nodes.Name():
                return self._column(node)
            case nodes.Const():
                return _constant(node.value)
            case nodes.Neg(node=nodes.Const(value=int() | float() as number)) if not isinstance(number, bool):
                return tree.Constant(0 - number)
            case nodes.Filter(name=name) if name in _TEXTS or name == "money":
                return self._as_text(node)
            case nodes.Filter(name="default"):
                other, empty = _default(node)
                below, instead = self._value(_below(node)), self._value(other)
                kinds = {type_of(self._scope, below), type_of(self._scope, instead)}
                if empty or not (len(kinds) == 1 or all(kind.numeric for kind in kinds)):
                    raise Unplain
                return tree.Call("coalesce", (below, instead))
            case _:
                raise Unplain

    # ------------------------------------------------------------------------------------------------------ conditions

    def _test(self, node: nodes.Node) -> tree.Node:
        """A condition; what compares with null is not true."""
        match node:
            case nodes.Compare():
                return self._comparison(node)
            case nodes.And():
                return tree.And((self._test(node.left), self._test(node.right)))
            case nodes.Or():
                return tree.Or((self._test(node.left), self._test(node.right)))
            case nodes.Not():
                return _not(self._test(node.node))
            case nodes.Test(name="none"):
                return tree.IsNull(self._value(node.node))
            case _:
                return self._truth(node)

    def _truth(self, node: nodes.Node) -> tree.Node:
        """Whether a value is there and not empty, 0 or false."""
        if isinstance(node, nodes.Const) and isinstance(node.value, bool):
            return tree.Everybody() if node.value else _not(tree.Everybody())
        value = self._value(node)
        kind = type_of(self._scope, value)
        if kind is Type.BOOLEAN:
            return tree.Truth(value)
        if kind is Type.TEXT:
            return _not(tree.IsEmpty(value))
        if kind.numeric:
            return tree.Compare("<>", value, tree.Constant(0))
        if kind.temporal or kind is Type.TIME:
            return _not(tree.IsNull(value))
        raise Unplain

    def _comparison(self, node: nodes.Compare) -> tree.Node:
        left, found = node.expr, list[tree.Node]()
        for operand in node.ops:
            found.append(self._one(left, operand.op, operand.expr))
            left = operand.expr
        return found[0] if len(found) == 1 else tree.And(tuple(found))

    def _one(self, left: nodes.Node, operation: str, right: nodes.Node) -> tree.Node:
        sides = (left, right)
        nones = [side for side in sides if isinstance(side, nodes.Const) and side.value is None]
        if nones and operation in ("eq", "ne"):
            null = tree.IsNull(self._value(left if right in nones else right))
            return null if operation == "eq" else _not(null)
        if operation in ("in", "notin"):
            member = self._member(left, right)
            return member if operation == "in" else tree.Not(member)
        if operation not in _OPERATORS or nones:
            raise Unplain
        return tree.Compare(_OPERATORS[operation], self._value(left), self._value(right))

    def _member(self, left: nodes.Node, right: nodes.Node) -> tree.Node:
        value = self._value(left)
        if isinstance(right, nodes.List):
            return tree.In(value, tuple(self._value(item) for item in right.items))
        within = self._value(right)
        if {type_of(self._scope, value), type_of(self._scope, within)} != {Type.TEXT}:
            raise Unplain
        return tree.TextMatch("contains", within, value)


def _below(node: nodes.Filter) -> nodes.Node:
    if node.node is None:
        raise Unplain
    return node.node


def _joined(pieces: Sequence[tree.Node]) -> tree.Node:
    if not pieces:
        return _EMPTY
    return pieces[0] if len(pieces) == 1 else tree.Call("concat", tuple(pieces))


def _link(text: tree.Node) -> tree.Node:
    """A link, null where it has a scheme that may run code."""
    colon = tree.Call("charindex", (text, tree.Constant(":")))
    scheme = tree.Call("lower", (tree.Call("left", (text, tree.Call("subtract", (colon, tree.Constant(1))))),))
    named = tree.In(scheme, tuple(map(tree.Constant, SCHEMES)))
    none = [tree.TextMatch("contains", scheme, tree.Constant(mark)) for mark in BEFORE_COLON]
    return tree.Case(((tree.Or((tree.Compare("=", colon, tree.Constant(0)), named, *none)), text),), tree.Constant(None))


def _not(rule: tree.Node) -> tree.Node:
    """Whether a condition is not true: unknown is not true."""
    return tree.Except(tree.Everybody(), rule)


def _constant(value: Any) -> tree.Constant:
    if not isinstance(value, bool | int | float | str):
        raise Unplain
    return tree.Constant(value)


def _default(node: nodes.Filter) -> tuple[nodes.Node, bool]:
    """Return what stands in for null, and whether for what is empty too."""
    empty = node.args[1] if len(node.args) == 2 else nodes.Const(False)
    if not 1 <= len(node.args) <= 2 or node.kwargs or not isinstance(empty, nodes.Const):
        raise Unplain
    return node.args[0], bool(empty.value)
