"""What a function of the rule language is on a cluster: operands and the run's context in, an expression out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import narwhals as nw

from campaign_nb.engine.backends.narwhals.native import native
from campaign_nb.engine.backends.narwhals.operand import Context, Operand

Implementation: TypeAlias = Callable[[Sequence[Operand], Context], nw.Expr | Operand]
"""Returns an operand where the registry's type does not say everything: a zone, or a type."""

Table: TypeAlias = Mapping[str, Implementation]


def of_columns(function: Callable[..., Any]) -> Implementation:
    """Return an implementation that makes its value of the native columns of its arguments alone."""
    return lambda args, _: native(function, *(arg.expr for arg in args))
