"""The functions of the rule language, one file per category."""

from campaign_nb.rules.functions import arithmetic, choices, date, date_moves, geo, message, numeric, other, text, text_parts, text_tests
from campaign_nb.rules.functions.signature import REGISTRY, Function

__all__ = [
    "REGISTRY",
    "Function",
    "arithmetic",
    "choices",
    "date",
    "date_moves",
    "geo",
    "message",
    "numeric",
    "other",
    "text",
    "text_parts",
    "text_tests",
]
