"""The verbs of transitions that direct the course of a campaign.

Written by `python -m campaign_nb.graph.generate` from the activities' classes; a change belongs there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_nb.activities.end import End
from campaign_nb.activities.wait import Wait
from campaign_nb.graph.fluent import Fluent

if TYPE_CHECKING:
    from campaign_nb.graph.transition import Branches, Transition


class FlowMethods(Fluent):
    """The verbs of transitions that direct the course of a campaign."""

    def end(self, label: str, *, description: str = "") -> Branches:
        """Mark that a branch ends here.

        Shape: one input, no output; rows are counted as they arrive.

        Options:
        description: What the activity is for, in your words
        """
        return self._several(label, End.of(), description)

    def wait(
        self, label: str, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0, description: str = ""
    ) -> Transition:
        """Hold the population for a duration.

        What follows sees the instant at which the wait was due as *now*.

        Shape: rows and columns unchanged. Units: elapsed time. It survives restarts and costs nothing meanwhile; in a dry
        run it passes at once.
        Errors: a duration that is not positive, or longer than 100 years.

        Options:
        description: What the activity is for, in your words
        """
        return self._one(label, Wait.of(days=days, hours=hours, minutes=minutes, seconds=seconds), description)
