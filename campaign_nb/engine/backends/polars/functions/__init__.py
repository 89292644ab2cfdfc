"""The functions of the rule language in Polars, one file per category."""

from campaign_nb.engine.backends.polars.functions import (
    arithmetic,
    choices,
    date,
    date_moves,
    geo,
    message,
    numeric,
    other,
    text,
    text_parts,
)
from campaign_nb.engine.backends.polars.functions.table import Table

_FILES = (arithmetic, date, date_moves, numeric, geo, text, text_parts, choices, other, message)

IMPLEMENTATIONS: Table = {name: implementation for file in _FILES for name, implementation in file.TABLE.items()}
"""Every function by name; the names are those of `campaign_nb.rules.functions.REGISTRY`."""

TAKES_NAN = frozenset({*arithmetic.TABLE, "abs", "ceil", "floor", "round", "trunc", "percent"})
"""The functions that hand a NaN on as they hand a null on, so that it need not be replaced before."""

__all__ = ["IMPLEMENTATIONS", "TAKES_NAN"]
