"""Save audience: store the population for later campaigns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Effect, Rows
from campaign_nb.errors import Problem, did_you_mean
from campaign_nb.steps import Population, Step


class SaveAudience(Activity):
    """Store the population under a name; an audience of that name is replaced whole.

    Shape: rows and columns unchanged. A dry run saves nothing.
    Errors: a column to keep that the population does not have.
    """

    kind = "save_audience"
    label = "Save audience"
    icon = "save"
    family = "targeting"
    rows: ClassVar[Rows] = "copies"
    barrier = "after"

    audience: str | None = None
    """The audience's name; the activity's label when left out."""
    columns: tuple[str, ...] = ()
    """Added columns to store beside the key; none by default."""

    @classmethod
    def of(cls, audience: str | None = None, *, columns: Sequence[str] = ()) -> Self:
        """Build from the audience's name and the columns to keep."""
        return cls(audience=audience, columns=tuple(columns))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield columns that are not there."""
        for name in self.columns:
            if name not in inputs[0].extra:
                yield Problem(f"save_audience {context.label!r}", f"no added column {name!r}", did_you_mean(name, inputs[0].extra))

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Pass the rows on and ask for their storage."""
        return Compiled({"out": inputs[0]}, effects=(Effect("audience", self.audience or context.label, inputs[0], self.columns),))
