"""Wait: go on later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Rows
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.steps import Step


class Wait(Activity):
    """Hold the population for a duration.

    What follows sees the instant at which the wait was due as *now*.

    Shape: rows and columns unchanged. Units: elapsed time. It survives restarts and costs nothing meanwhile; in a dry
    run it passes at once.
    Errors: a duration that is not positive.
    """

    kind = "wait"
    label = "Wait"
    icon = "clock"
    family = "flow"
    rows: ClassVar[Rows] = "copies"
    barrier = "after"

    duration: dt.timedelta
    """How long."""

    @classmethod
    def of(cls, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> Self:
        """Build from days, hours, minutes and seconds, added up."""
        duration = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if duration <= dt.timedelta(0):
            raise DefinitionError(Problem("wait", f"a duration of {duration}", "a positive duration", 'wait("Three days", days=3)'))
        return cls(duration=duration)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Pass the rows on after the wait."""
        return Compiled({"out": inputs[0]}, wait=self.duration)
