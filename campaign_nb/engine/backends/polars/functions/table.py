"""What a function of the rule language is in Polars: operands and the run's context in, an expression out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import polars as pl

from campaign_nb.engine.backends.polars.operand import Context, Operand

Implementation: TypeAlias = Callable[[Sequence[Operand], Context], pl.Expr | Operand]
"""Returns an operand where the registry's type does not say everything: a zone, or a value known before any row is read."""

Table: TypeAlias = Mapping[str, Implementation]

One: TypeAlias = Callable[[pl.Expr], pl.Expr]
Two: TypeAlias = Callable[[pl.Expr, pl.Expr], pl.Expr]


def of_one(function: One) -> Implementation:
    """Return an implementation that needs its one argument's expression only."""
    return lambda args, _: function(args[0].expr)
