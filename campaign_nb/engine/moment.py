"""When a value is read: the instant that *now* means, the zone of its dates, the variables of the run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from campaign_nb.rules.tree import Scalar


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of a task: rules after a wait mean the instant at which it was due."""

    as_of: dt.datetime
    zone: str = "UTC"
    variables: tuple[tuple[str, Scalar], ...] = ()
