"""End: mark that a branch ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Port, Rows
from campaign_nb.steps import Step


class End(Activity):
    """Mark that a branch ends here.

    Shape: one input, no output; rows are counted as they arrive.
    """

    kind = "end"
    label = "End"
    icon = "flag"
    family = "flow"
    rows: ClassVar[Rows] = "copies"

    @classmethod
    def of(cls) -> Self:
        """Build it; there is no option."""
        return cls()

    def ports(self) -> tuple[Port, ...]:
        """None."""
        return ()

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Nothing more to do."""
        return Compiled({})
