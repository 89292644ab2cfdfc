"""The functions of the rule language on a cluster; a name that is not here is refused."""

from campaign_nb.engine.backends.narwhals.functions import arithmetic, choices, date, message, text
from campaign_nb.engine.backends.narwhals.functions.table import Table

_FILES = (arithmetic, choices, date, message, text)

IMPLEMENTATIONS: Table = {name: implementation for file in _FILES for name, implementation in file.TABLE.items()}
"""Every function that runs there, by name; the names are those of `campaign_nb.rules.functions.REGISTRY`."""

__all__ = ["IMPLEMENTATIONS"]
