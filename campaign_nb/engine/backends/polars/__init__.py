"""Rules, values and hashes on Polars."""

from campaign_nb.engine.backends.polars.expressions import Context, Operand, Resolve, compile_operand, compile_rule, compile_value, selects
from campaign_nb.engine.backends.polars.hashing import SPAN, seed_of, with_bucket
from campaign_nb.engine.backends.polars.types import dtype_of, literal

__all__ = [
    "SPAN",
    "Context",
    "Operand",
    "Resolve",
    "compile_operand",
    "compile_rule",
    "compile_value",
    "dtype_of",
    "literal",
    "seed_of",
    "selects",
    "with_bucket",
]
