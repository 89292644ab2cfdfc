"""Functions of an engine that Narwhals does not have, as Narwhals expressions.

This is the one place that knows how Narwhals evaluates an expression.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import narwhals as nw
from narwhals._expression_parsing import ExprKind, ExprMetadata, ExprNode

_ROW_BY_ROW = ExprNode(ExprKind.COL, "col", names=("",))
"""What Narwhals takes every such expression for: a column, even where it is the same for all rows."""


class _Native(nw.Expr):
    """An expression whose value a function makes of the engine's own columns."""

    def __init__(self, function: Callable[..., Any], args: Sequence[nw.Expr]) -> None:
        super().__init__(ExprNode(ExprKind.ELEMENTWISE, "coalesce", exprs=args or (nw.lit(1),)))
        self._function, self._args, self._takes = function, args or (nw.lit(1),), len(args)

    def _to_compliant_expr(self, ns: Any) -> Any:
        args = [arg._to_compliant_expr(ns) for arg in self._args]
        made = ns._expr._from_elementwise_horizontal_op(self._made, *args)
        made._opt_metadata = ExprMetadata.from_col(_ROW_BY_ROW)
        return made

    def _made(self, columns: Sequence[Any]) -> Any:
        return self._function(*columns[: self._takes])


def native(function: Callable[..., Any], *args: nw.Expr) -> nw.Expr:
    """Return what a function makes of native columns, row by row, as an expression that others are built on."""
    return nw.coalesce(_Native(function, args))
