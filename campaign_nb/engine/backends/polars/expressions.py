"""Rules and values of the tree as Polars expressions, three-valued: true, false, and null for *unknown*.

A rule selects the rows for which it is true. `frame.filter` does that with the rule as it is; `selects` is for where
a plain true or false is wanted. Null, NaN and empty text: NaN is null on entry, the empty text is a text.
A value that depends on no row stays a literal of one row: use it in `filter`, `with_columns` or beside a column.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

import polars as pl

from campaign_nb.engine.backends.comparing import joined
from campaign_nb.engine.backends.polars.comparison import compare, member, unknown
from campaign_nb.engine.backends.polars.functions import IMPLEMENTATIONS, TAKES_NAN
from campaign_nb.engine.backends.polars.operand import Context, Operand, common, constant, once, settled
from campaign_nb.engine.backends.polars.patterns import like, like_expr
from campaign_nb.engine.backends.polars.types import dtype_of, literal
from campaign_nb.errors import DefinitionError, Problem, RunError, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.functions import REGISTRY
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type

__all__ = ["Context", "Operand", "Resolve", "compile_operand", "compile_rule", "compile_value", "selects"]


LARGE = 2
"""The depth of an expression whose size is not known."""


class Resolve(Protocol):
    """How the leaves that need rows or links become columns.

    They are columns, aggregates, linked rows and behaviour.
    """

    def __call__(self, node: tree.Node, /) -> tuple[pl.Expr, Field]:
        """Return the expression that holds a leaf, and its field."""
        ...


def compile_value(node: tree.Node, resolve: Resolve, context: Context) -> pl.Expr:
    """Compile a value of the tree.

    Nulls: a null argument makes a null, save where a function says otherwise; no compiled value is ever NaN.
    Errors: an unknown function, a variable without a value, types between which an operation has no meaning.
    """
    return compile_operand(node, resolve, context).expr


def compile_operand(node: tree.Node, resolve: Resolve, context: Context) -> Operand:
    """Compile a value of the tree and keep what is known of it.

    That is its type, the zone of an instant, and the value itself where it depends on no row.
    """
    return _Compiler(resolve, context).value(node)


def compile_rule(node: tree.Node, resolve: Resolve, context: Context) -> pl.Expr:
    """Compile a rule of the tree to a boolean expression; null means *unknown*.

    Errors: as `compile_value`; a value that stands where a condition is expected.
    """
    return _Compiler(resolve, context).rule(node)


def selects(rule: pl.Expr) -> pl.Expr:
    """Return whether a compiled rule selects a row: unknown does not.

    A filter does this by itself; there the bare rule lets a scan skip rows.
    """
    return rule.fill_null(False)


@dataclass(frozen=True, slots=True)
class _Compiler:
    resolve: Resolve
    context: Context

    def value(self, node: tree.Node) -> Operand:
        return settled(self.computed(node))

    def computed(self, node: tree.Node) -> Operand:
        """Compile a value that arithmetic may have made NaN."""
        match node:
            case tree.Constant(value) | tree.Parameter(_, tree.Constant(value)):
                return constant(value)
            case tree.Variable(name):
                return self._variable(name)
            case tree.Column() | tree.Aggregate() | tree.Window() | tree.Lines():
                return self._leaf(node)
            case tree.Call():
                return self._call(node)
            case tree.Case(whens, otherwise):
                return self._case(whens, otherwise)
            case tree.Size(activity):
                raise RunError(Problem("rule", f"the size of {activity!r} stands in a condition on rows", "a condition of a test"))
            case _ if tree.is_rule(node):
                return Operand(self.rule(node), Type.BOOLEAN, depth=LARGE)
            case _:
                raise DefinitionError(Problem("rule", f"{type(node).__name__} is no value", "a column, a literal or a function"))

    def rule(self, node: tree.Node) -> pl.Expr:
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
                return once([self.value(value), self.value(low), self.value(high)], self._between)
            case tree.IsNull(value):
                return self.value(value).expr.is_null()
            case tree.IsEmpty(value):
                operand = self.value(value)
                return operand.expr.fill_null("") == "" if operand.type is Type.TEXT else operand.expr.is_null()
            case tree.Like() | tree.TextMatch():
                return self._text_test(node)
            case tree.Truth(value):
                return self._truth(self.value(value))
            case tree.Exists() | tree.Behaviour():
                return selects(self.resolve(node)[0])
            case tree.Everybody():
                return pl.lit(True)
            case _:
                raise DefinitionError(
                    Problem("rule", "a value stands where a condition is expected", "a comparison", "customers.age >= 18")
                )

    def _leaf(self, node: tree.Node) -> Operand:
        expr, field = self.resolve(node)
        if field.type is Type.NUMBER:
            expr = expr.fill_nan(None)
        elif field.type is Type.TEXT:
            expr = expr.cast(pl.String)  # an Enum would compare by category; Polars drops the cast of a String
        columns = node.columns if isinstance(node, tree.Lines) else ()
        return Operand(expr, field.type, field.zone, columns=columns)

    def _variable(self, name: str) -> Operand:
        if name not in self.context.variables:
            what = f"it has no value; {did_you_mean(name, self.context.variables)}"
            do = f'cn.Campaign(…, variables={{"{name}": …}}), or a parameter of its cn.OnSignal'
            raise RunError(Problem(f"variable {name!r}", what, "a value", do))
        return constant(self.context.variables[name])

    def _call(self, node: tree.Call) -> Operand:
        function, implementation = REGISTRY.get(node.name), IMPLEMENTATIONS.get(node.name)
        if function is None or implementation is None:
            raise DefinitionError(Problem("rule", f"no function {node.name!r}; {did_you_mean(node.name, IMPLEMENTATIONS)}"))
        read = self.computed if node.name in TAKES_NAN else self.value
        operands = [_typed_null(read(arg), function.accepts(position)) for position, arg in enumerate(node.args)]
        made = implementation(operands, self.context)
        if isinstance(made, pl.Expr):
            made = Operand(made, function.result([operand.type for operand in operands]))
        if made.known:
            return made
        if operands and all(operand.known for operand in operands):
            return _folded(settled(made))
        return replace(made, depth=1 + max((operand.depth for operand in operands), default=0))

    def _case(self, whens: tuple[tuple[tree.Node, tree.Node], ...], otherwise: tree.Node) -> Operand:
        values = [*(self.value(value) for _, value in whens), self.value(otherwise)]
        if all(value.null for value in values):
            return constant(None)
        exprs, kind, zone = common(values, self.context)
        *chosen, result = exprs
        for (condition, _), expr in reversed(list(zip(whens, chosen, strict=True))):
            result = pl.when(self.rule(condition)).then(expr).otherwise(result)
        return Operand(result, kind, zone, depth=LARGE)

    def _between(self, operands: Sequence[Operand]) -> pl.Expr:
        value, low, high = operands
        return compare(">=", value, low, self.context) & compare("<=", value, high, self.context)

    def _group(self, node: tree.Node, items: tuple[tree.Node, ...]) -> pl.Expr:
        every = isinstance(node, tree.And)
        if not items:
            return pl.lit(every)
        rules = [self.rule(item) for item in items]
        return joined(rules, (lambda one, two: one & two) if every else (lambda one, two: one | two))

    def _text_test(self, node: tree.Like | tree.TextMatch) -> pl.Expr:
        value, part = self.value(node.value), self.value(node.pattern if isinstance(node, tree.Like) else node.part)
        for operand in (value, part):
            if operand.type not in (Type.TEXT, Type.UNKNOWN):
                raise DefinitionError(Problem("rule", f"a text test on a {operand.type} value", "text", "cn.fn.to_string(…)"))
        text, wanted = value.expr.cast(pl.String), part.expr.cast(pl.String)  # a column of unknown type may hold nothing but nulls
        if isinstance(node, tree.Like):
            if isinstance(part.value, str):
                return like(text, part.value, ignore_case=node.ignore_case)
            return like_expr(text, wanted, ignore_case=node.ignore_case)
        match node.test:
            case "starts_with":
                return text.str.starts_with(wanted)
            case "ends_with":
                return text.str.ends_with(wanted)
            case "contains":
                return text.str.contains(wanted, literal=True)

    def _truth(self, operand: Operand) -> pl.Expr:
        if operand.null:
            return unknown()
        if operand.type not in (Type.BOOLEAN, Type.UNKNOWN):
            raise DefinitionError(Problem("rule", f"a {operand.type} value is used as a condition", "a comparison", "… > 0"))
        return operand.expr


def _typed_null(operand: Operand, accepted: frozenset[Type]) -> Operand:
    """Give a null a type that a function accepts, where it does not accept all."""
    if not operand.null or Type.LIST in accepted:
        return operand
    kind = next(kind for kind in (Type.INTEGER, Type.TEXT, Type.DATE, Type.BOOLEAN) if kind in accepted)
    return Operand(pl.lit(None, dtype=dtype_of(Field("", kind))), kind, known=True)


def _folded(operand: Operand) -> Operand:
    """Compute a value that depends on no row at once, so that a scan sees a literal."""
    try:
        value = pl.select(operand.expr).item()
    except (pl.exceptions.PolarsError, ValueError, OverflowError):  # what can't be computed now fails, or not, in the run
        return operand
    if value is None:
        return replace(operand, known=True)
    if isinstance(value, bool | int | float | Decimal | str | dt.date | dt.time | dt.timedelta):
        return replace(operand, expr=literal(value), known=True, value=value)
    return operand
