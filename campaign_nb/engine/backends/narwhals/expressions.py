"""Rules and values of the tree as Narwhals expressions, three-valued: true, false, and null for *unknown*.

What depends on no row is computed beforehand, by the same functions that Polars runs. What has no counterpart is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

import narwhals as nw
import polars as pl

from campaign_nb.engine.backends.comparing import joined
from campaign_nb.engine.backends.narwhals import spark, spark_frames
from campaign_nb.engine.backends.narwhals.comparison import compare, member, truth, unknown
from campaign_nb.engine.backends.narwhals.functions import IMPLEMENTATIONS
from campaign_nb.engine.backends.narwhals.native import native
from campaign_nb.engine.backends.narwhals.operand import Context, Operand, common, constant
from campaign_nb.engine.backends.narwhals.patterns import regex_of
from campaign_nb.engine.backends.narwhals.refusal import Refusal
from campaign_nb.engine.backends.polars import expressions as reference
from campaign_nb.engine.optimise.columns import Draw, Reason
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules import tree
from campaign_nb.rules.functions import REGISTRY
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type

_OF_ROWS = (tree.Column, tree.Linked, tree.Window, tree.Behaviour, Draw, Reason)
_REFUSED_TYPES = (Type.TIME, Type.DURATION)


class Resolve(Protocol):
    """How the leaves that need rows or links become columns."""

    def __call__(self, node: tree.Node, /) -> tuple[nw.Expr, Field]:
        """Return the expression that holds a leaf, and its field."""
        ...


def compile_value(node: tree.Node, resolve: Resolve, context: Context) -> nw.Expr:
    """Compile a value of the tree.

    Nulls: a null argument makes a null, save where a function says otherwise; no compiled value is ever NaN.
    Errors: as on Polars; what has no counterpart on the engine is refused.
    """
    return compile_operand(node, resolve, context).expr


def compile_operand(node: tree.Node, resolve: Resolve, context: Context) -> Operand:
    """Compile a value of the tree and keep what is known of it."""
    return _Compiler(resolve, context).value(node)


def compile_rule(node: tree.Node, resolve: Resolve, context: Context) -> nw.Expr:
    """Compile a rule of the tree to a boolean expression; null means *unknown*."""
    return _Compiler(resolve, context).rule(node)


def selects(rule: nw.Expr) -> nw.Expr:
    """Return whether a compiled rule selects a row: unknown does not."""
    return nw.coalesce(rule, nw.lit(False))


def not_nan(expr: nw.Expr) -> nw.Expr:
    """Return a number, null where it is NaN."""
    return native(spark.not_nan, expr)


@dataclass(frozen=True, slots=True)
class _Compiler:
    resolve: Resolve
    context: Context

    def value(self, node: tree.Node) -> Operand:
        folded = self._folded(node)
        if folded is not None:
            return folded
        match node:
            case tree.Constant(value) | tree.Parameter(_, tree.Constant(value)):
                return constant(value)
            case tree.Lines():
                return Operand(self.resolve(node)[0], Type.LIST)
            case tree.Column() | tree.Aggregate() | tree.Window():
                return self._leaf(node)
            case tree.Call():
                return self._call(node)
            case tree.Case(whens, otherwise):
                return self._case(whens, otherwise)
            case _ if tree.is_rule(node):
                return Operand(self.rule(node), Type.BOOLEAN)
            case _:
                raise DefinitionError(Problem("rule", f"{type(node).__name__} is no value", "a column, a literal or a function"))

    def rule(self, node: tree.Node) -> nw.Expr:
        match node:
            case tree.Compare(op, left, right):
                return compare(op, self.value(left), self.value(right), self.context)
            case tree.And(items) | tree.Or(items):
                return self._group(node, items)
            case tree.Not(item):
                return ~self.rule(item)
            case tree.Except(left, right):
                return self.rule(left) & ~selects(self.rule(right))
            case tree.In(value, options):
                return member(self.value(value), [self.value(option) for option in options], self.context)
            case tree.Between(value, low, high):
                operand = self.value(value)
                above = compare(">=", operand, self.value(low), self.context)
                return above & compare("<=", operand, self.value(high), self.context)
            case tree.IsNull(value):
                return self.value(value).expr.is_null()
            case tree.IsEmpty(value):
                operand = self.value(value)
                empty = operand.expr.is_null()
                return empty | selects(operand.expr == "") if operand.type is Type.TEXT else empty
            case tree.Like() | tree.TextMatch():
                return self._text_test(node)
            case tree.Truth(value):
                return self._truth(self.value(value))
            case tree.Exists() | tree.Behaviour():
                return selects(self.resolve(node)[0])
            case tree.Everybody():
                return truth(True)
            case _:
                raise DefinitionError(
                    Problem("rule", "a value stands where a condition is expected", "a comparison", "customers.age >= 18")
                )

    def _folded(self, node: tree.Node) -> Operand | None:
        """Compute what depends on no row, as Polars does; None for anything else."""
        if isinstance(node, tree.Constant | tree.Column) or any(isinstance(item, _OF_ROWS) for item in node.walk()):
            return None
        made = reference.compile_operand(node, _no_leaf, self.context)
        if made.known:
            return constant(made.value, made.type if made.value is None else None)
        try:
            found = pl.select(made.expr).item()
        except pl.exceptions.PolarsError:
            raise Refusal("a value that can't be computed before the rows are read") from None
        return constant(found)

    def _leaf(self, node: tree.Node) -> Operand:
        expr, field = self.resolve(node)
        if field.type in _REFUSED_TYPES:
            raise Refusal(f"a value of type {field.type}")
        if field.type is Type.NUMBER:
            expr = not_nan(expr)
        return Operand(expr, field.type, field.zone)

    def _call(self, node: tree.Call) -> Operand:
        if node.name in ("first_of", "item_of"):
            return self._item(node)
        function, implementation = REGISTRY.get(node.name), IMPLEMENTATIONS.get(node.name)
        if function is None or implementation is None:
            raise Refusal(f"the function {node.name}")
        operands = [_typed_null(self.value(arg), function.accepts(at)) for at, arg in enumerate(node.args)]
        made = implementation(operands, self.context)
        if isinstance(made, Operand):
            return made
        return Operand(made, function.result([operand.type for operand in operands]))

    def _item(self, node: tree.Call) -> Operand:
        """The one column of one of the linked rows that were collected."""
        rows, place = node.args[0], 1 if len(node.args) == 1 else getattr(node.args[1], "value", None)
        if not isinstance(place, int) or place < 1:
            do = 'customers.orders.sort(orders.date.desc()).select("product").columns(3)'
            raise DefinitionError(Problem("rule", "item_of needs linked rows of one column and a place from 1", "collected rows", do))
        if not isinstance(rows, tree.Lines) or len(rows.columns) != 1:
            raise Refusal(f"{node.name} of something else than linked rows of one column")
        expr, field = self.resolve(rows)
        if field.type in (Type.DATETIME, *_REFUSED_TYPES):
            raise Refusal(f"a linked row's {field.type} by its place", "its text, number, date or boolean")
        name = tree.collected(rows.columns[0]).name
        found = native(partial(spark_frames.item, place=place, field=name), expr)
        return Operand(not_nan(found) if field.type is Type.NUMBER else found, Type.UNKNOWN, origin=field.type)

    def _case(self, whens: tuple[tuple[tree.Node, tree.Node], ...], otherwise: tree.Node) -> Operand:
        values = [*(self.value(value) for _, value in whens), self.value(otherwise)]
        if all(value.null for value in values):
            return constant(None)
        exprs, kind, zone = common(values, self.context)
        *chosen, result = exprs
        for (condition, _), expr in reversed(list(zip(whens, chosen, strict=True))):
            result = nw.when(selects(self.rule(condition))).then(expr).otherwise(result)
        return Operand(result, kind, zone)

    def _group(self, node: tree.Node, items: tuple[tree.Node, ...]) -> nw.Expr:
        every = isinstance(node, tree.And)
        if not items:
            return truth(every)
        rules = [self.rule(item) for item in items]
        return joined(rules, (lambda one, two: one & two) if every else (lambda one, two: one | two))

    def _text_test(self, node: tree.Like | tree.TextMatch) -> nw.Expr:
        value, part = self.value(node.value), self.value(node.pattern if isinstance(node, tree.Like) else node.part)
        for operand in (value, part):
            if operand.type not in (Type.TEXT, Type.UNKNOWN):
                raise DefinitionError(Problem("rule", f"a text test on a {operand.type} value", "text", "cn.fn.to_string(…)"))
        if value.null or part.null:
            return unknown()
        if isinstance(node, tree.TextMatch):
            return native(spark.TEXT_TESTS[node.test], value.expr, part.expr)
        if not isinstance(part.value, str):
            raise Refusal("a pattern that differs from row to row", "one pattern for all rows")
        regex = regex_of(part.value, ignore_case=node.ignore_case)
        return native(partial(spark.matches, regex=regex), value.expr)

    def _truth(self, operand: Operand) -> nw.Expr:
        if operand.null:
            return unknown()
        if operand.type not in (Type.BOOLEAN, Type.UNKNOWN):
            raise DefinitionError(Problem("rule", f"a {operand.type} value is used as a condition", "a comparison", "… > 0"))
        return operand.expr


def _no_leaf(node: tree.Node) -> tuple[pl.Expr, Field]:
    raise AssertionError(node)


def _typed_null(operand: Operand, accepted: frozenset[Type]) -> Operand:
    """Give a null a type that a function accepts, where it does not accept all."""
    if not operand.null or Type.LIST in accepted:
        return operand
    return constant(None, next(kind for kind in (Type.INTEGER, Type.TEXT, Type.DATE, Type.BOOLEAN) if kind in accepted))
