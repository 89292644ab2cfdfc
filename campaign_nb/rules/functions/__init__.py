"""The functions of the rule language, one file per category."""

from campaign_nb.rules.functions import arithmetic, date, message, numeric, other, text
from campaign_nb.rules.functions.signature import REGISTRY, Function

__all__ = ["REGISTRY", "Function", "arithmetic", "date", "message", "numeric", "other", "text"]
