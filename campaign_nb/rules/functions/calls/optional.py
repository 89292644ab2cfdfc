"""Arguments that may be left out."""

from __future__ import annotations

from enum import Enum

from campaign_nb.rules.value import Value, call


class Omitted(Enum):
    """The default of an argument that is not given; None is null, as everywhere."""

    OMITTED = "…"

    def __repr__(self) -> str:
        return "…"


OMITTED = Omitted.OMITTED


def optional(name: str, *args: object) -> Value:
    """Apply a function without the arguments that are not given."""
    return call(name, *(arg for arg in args if arg is not OMITTED))
