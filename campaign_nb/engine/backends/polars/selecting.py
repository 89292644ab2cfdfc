"""Rules in the place of a filter, where unknown and false are the same: written so that a scan can skip rows."""

from __future__ import annotations

from functools import reduce

import polars as pl

from campaign_nb.engine.backends.comparing import MIRROR
from campaign_nb.engine.backends.polars.comparison import compare
from campaign_nb.engine.backends.polars.expressions import Resolve, compile_operand, compile_rule
from campaign_nb.engine.backends.polars.operand import Context, Operand
from campaign_nb.rules import tree
from campaign_nb.rules.tree import Operator, Type


def compile_filter(node: tree.Node, resolve: Resolve, context: Context) -> pl.Expr:
    """Compile a rule for `frame.filter` alone: true for the same rows as the rule, false or null for all others.

    Nulls: unknown may be false or null here. NaN is null on entry; instead of rewriting the column, a comparison that NaN
    would pass excludes it beside, so that the comparison itself reaches the file.
    """
    return reduce(lambda one, two: one & two, [_part(item, resolve, context) for item in tree.conjuncts(node)])


def _part(node: tree.Node, resolve: Resolve, context: Context) -> pl.Expr:
    if isinstance(node, tree.Compare) and node.op != "<>":
        sides: tuple[tuple[Operator, tree.Node, tree.Node], ...] = (
            (node.op, node.left, node.right),
            (MIRROR[node.op], node.right, node.left),
        )
        for op, column, other in sides:
            if isinstance(column, tree.Column) and isinstance(other, tree.Constant):
                expr, field = resolve(column)
                known = compile_operand(other, resolve, context)
                if field.type is Type.NUMBER and known.type.numeric:
                    rule = compare(op, Operand(expr, Type.NUMBER), known, context)
                    return rule & expr.is_not_nan() if op in (">", ">=") else rule
    return compile_rule(node, resolve, context)
