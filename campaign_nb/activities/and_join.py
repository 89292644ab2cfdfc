"""And-join: go on when every branch has arrived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Rows
from campaign_nb.steps import Step


class AndJoin(Activity):
    """Go on, once, when every inbound transition has been reached.

    It goes on with the population of the primary one.
    A branch that never arrives (a test that went another way, an activity that is disabled, an output that stopped because
    it was empty) leaves it unfired: nobody goes on, and the run ends with a warning.

    Shape: two inputs or more; the rows and columns of the primary one.
    Time: it lies after the longest wait of its branches.

    >>> import polars as pl, campaign_nb as cn
    >>> both = cn.testing.run(cn.activities.AndJoin.of(), pl.DataFrame({"id": [1, 2]}), pl.DataFrame({"id": [2]}))
    >>> both["out"]["id"].to_list()
    [1, 2]
    """

    kind = "and_join"
    label = "And-join"
    icon = "join"
    family = "flow"
    inputs: ClassVar[tuple[int, int | None]] = (2, None)
    rows: ClassVar[Rows] = "creates"
    barrier = "before"
    gathers = True

    @classmethod
    def of(cls) -> Self:
        """Build it; there is no option."""
        return cls()

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Pass the rows of the primary input on."""
        return Compiled({"out": inputs[0]})
