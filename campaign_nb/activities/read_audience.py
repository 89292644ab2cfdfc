"""Read audience: start with a population that was saved before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Rows
from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type
from campaign_nb.steps import Load, Population, Step


class ReadAudience(Activity):
    """Start with a saved audience.

    The keys stored then, with the columns stored beside them.

    Shape: no input; the members whose key is a row of the table now; others are counted as gone.
    Errors: no audience of that name in the workspace, or one of a table that the data model does not have.

    >>> import polars as pl, campaign_nb as cn
    >>> shop = cn.DataModel("shop")
    >>> people = shop.table("people", pl.DataFrame({"id": [1, 2, 3]}), key="id")
    >>> loyal = pl.DataFrame({"id": [1, 3, 9], "tier": ["gold", None, "silver"]})
    >>> cn.testing.run(cn.activities.ReadAudience.of("Loyal"), shop, audiences={"Loyal": loyal})["out"].rows()
    [(1, 'gold'), (3, None)]
    """

    kind = "read_audience"
    label = "Read audience"
    icon = "book-open"
    family = "targeting"
    inputs = (0, 0)
    rows: ClassVar[Rows] = "creates"
    reads_stored: ClassVar[bool] = True

    audience: str | None = None
    """The audience's name; the activity's label when left out."""

    @classmethod
    def of(cls, audience: str | None = None) -> Self:
        """Build from the audience's name."""
        if not (audience is None or (isinstance(audience, str) and audience.strip())):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            raise DefinitionError(Problem("read_audience", f"the name {audience!r}", "text", 'read_audience("Loyal")'))
        return cls(audience=audience)

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield an unknown audience or table."""
        name, where = self.audience or context.label, f"read_audience {context.label!r}"
        audience = context.audiences.get(name)
        if audience is None:
            yield Problem(
                where,
                f"no audience {name!r} in the workspace",
                did_you_mean(name, context.audiences),
                f".save_audience({name!r}) saves one; dry runs save none",
            )
            return
        try:
            context.schema.schema_of(audience.table)
        except KeyError:
            what = f"audience {name!r} is of table {audience.table!r}, which the data model does not have"
            yield Problem(where, what, f"a data model with the table {audience.table!r}", f"shop.table({audience.table!r}, …)")

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Load the stored rows."""
        audience = context.audiences[self.audience or context.label]
        table = context.schema.schema_of(audience.table)
        extra = {name: Field(name, Type(kind)) for name, kind in audience.columns.items()}
        return Compiled({"out": Load(Population(context.schema, table, extra), f"audience:{audience.name}")})
