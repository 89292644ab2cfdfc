"""What most dialects share, by the name of the function."""

from __future__ import annotations

from collections.abc import Mapping

from campaign_nb.rules.sql import date_calls, text_calls, value_calls
from campaign_nb.rules.sql.functions import COMMON, Build

FORMS: Mapping[str, Build] = {**COMMON, **date_calls.FORMS, **text_calls.FORMS, **value_calls.FORMS}
"""How every function is written, where its dialect does not say otherwise."""
