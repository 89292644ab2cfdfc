"""The state of a table's files: what is kept in memory holds while it is the same, and not a moment longer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TypeAlias

from campaign_nb.data.model import TableInfo
from campaign_nb.errors import DataError

State: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]

SETTLED = dt.timedelta(seconds=2)
"""A file that changed so lately may change again without a new time of change."""


def state_of(info: TableInfo) -> State | None:
    """Return what changes whenever a file of a table does; None for rows whose changes nobody can see, and files that are gone."""
    try:
        return info.source.state()
    except (OSError, DataError):
        return None


def settled(states: Iterable[State], now: Callable[[], dt.datetime]) -> bool:
    """Tell whether files have not changed for a while, so that any later change shows."""
    latest = max((times[2] for files in states for _, times in files), default=0)
    return latest <= (now() - SETTLED).timestamp() * 1e9
