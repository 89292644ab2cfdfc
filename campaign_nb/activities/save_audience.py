"""Save audience: store the population for later campaigns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Effect, Rows, several
from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.steps import Population, Step


class SaveAudience(Activity):
    """Store the population under a name; an audience of that name is replaced whole.

    Shape: rows and columns unchanged. A dry run saves nothing.
    Errors: a column to keep that the population does not have.

    >>> import polars as pl, campaign_nb as cn
    >>> cn.testing.run(cn.activities.SaveAudience.of("Loyal"), pl.DataFrame({"id": [1, 2]}))["out"]["id"].to_list()
    [1, 2]
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
        names = several(columns)
        if not (audience is None or (isinstance(audience, str) and audience.strip())):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            raise DefinitionError(Problem("save_audience", f"the name {audience!r}", "text", 'save_audience("Loyal")'))
        if not all(isinstance(name, str) for name in names):
            raise DefinitionError(Problem("save_audience", f"columns={columns!r}", "names of added columns", 'columns=["spend"]'))
        return cls(audience=audience, columns=tuple(str(name) for name in names))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield columns that are not there."""
        for name in self.columns:
            if name not in inputs[0].extra:
                added = [item for item in inputs[0].extra if not item.startswith("_")]
                yield Problem(
                    f"save_audience {context.label!r}",
                    f"no added column {name!r}",
                    did_you_mean(name, added),
                    f'.enrich("More", {name}=…) before it',
                )

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Pass the rows on and ask for their storage."""
        return Compiled({"out": inputs[0]}, effects=(Effect("audience", self.audience or context.label, inputs[0], self.columns),))
