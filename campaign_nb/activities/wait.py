"""Wait: go on later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Rows
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.schedule.duration import duration_words
from campaign_nb.steps import Population, Step

MOST = dt.timedelta(days=36_525)
EXPECTED = "a positive duration of at most 100 years"
DO = 'wait("Three days", days=3)'


class Wait(Activity):
    """Hold the population for a duration.

    What follows sees the instant at which the wait was due as *now*.

    Shape: rows and columns unchanged. Units: elapsed time. It survives restarts and costs nothing meanwhile; in a dry
    run it passes at once.
    Errors: a duration that is not positive, or longer than 100 years.

    >>> import polars as pl, campaign_nb as cn
    >>> cn.testing.run(cn.activities.Wait.of(days=3), pl.DataFrame({"id": [1, 2]}))["out"]["id"].to_list()
    [1, 2]
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
        try:
            duration = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except (TypeError, ValueError, OverflowError):
            given = {"days": days, "hours": hours, "minutes": minutes, "seconds": seconds}
            told = ", ".join(f"{unit}={number!r}" for unit, number in given.items() if number != 0)
            raise DefinitionError(Problem("wait", f"{told} is no duration", EXPECTED, DO)) from None
        found = [*_faults("wait", duration)]
        if found:
            raise DefinitionError(*found)
        return cls(duration=duration)

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield a duration that can't be waited for."""
        yield from _faults(f"wait {context.label!r}", self.duration)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Pass the rows on after the wait."""
        return Compiled({"out": inputs[0]}, wait=self.duration)


def _faults(where: str, duration: dt.timedelta) -> Iterator[Problem]:
    if duration <= dt.timedelta(0):
        yield Problem(where, f"a duration of {duration}", EXPECTED, DO)
    elif duration > MOST:
        yield Problem(where, f"a duration of {duration_words(duration)}", EXPECTED, DO)
