"""The functions of the rule language in Polars, one file per category."""

from campaign_nb.engine.backends.polars.functions import arithmetic, date, message, numeric, other, text
from campaign_nb.engine.backends.polars.functions.table import Table

IMPLEMENTATIONS: Table = {**arithmetic.TABLE, **date.TABLE, **numeric.TABLE, **text.TABLE, **other.TABLE, **message.TABLE}
"""Every function by name; the names are those of `campaign_nb.rules.functions.REGISTRY`."""

TAKES_NAN = frozenset({*arithmetic.TABLE, "abs", "ceil", "floor", "round", "percent"})
"""The functions that hand a NaN on as they hand a null on, so that it need not be replaced before."""

__all__ = ["IMPLEMENTATIONS", "TAKES_NAN"]
