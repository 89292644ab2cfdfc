"""Enrichment: add columns to the population, from its dimension and its linked tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Rows, value_problems
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules import tree
from campaign_nb.rules.value import node_of
from campaign_nb.steps import Attach, Population, Step


class Enrich(Activity):
    """Add columns: attributes, expressions, aggregates of linked rows.

    Also the first n linked rows as a list.

    Shape: one input; the same rows, more columns. Columns are computed where something reads them.
    Nulls: a sum of no linked rows is null, so is a list; a count is 0.
    Errors: no column named, a name that the population already has, an unknown column.

    >>> import polars as pl, campaign_nb as cn
    >>> out = cn.testing.run(cn.activities.Enrich.of(double=cn.col.points * 2), pl.DataFrame({"id": [1], "points": [21]}))
    >>> out["out"]["double"].to_list()
    [42]
    """

    kind = "enrich"
    label = "Enrichment"
    icon = "plus-square"
    family = "targeting"
    rows: ClassVar[Rows] = "copies"
    named = "columns"

    columns: Mapping[str, tree.Node]
    """The new columns by name."""

    @classmethod
    def of(cls, columns: Mapping[str, object] | None = None, **named: object) -> Self:
        """Build from names and values."""
        given = {**(columns or {}), **named}
        if not given:
            raise DefinitionError(
                Problem("enrich", "no column is named", "at least one", 'enrich("Spend", spend=customers.orders.sum("amount"))')
            )
        return cls(columns={name: node_of(value) for name, value in given.items()})

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield names already taken and what is wrong with the values."""
        where = f"enrich {context.label!r}"
        for name, node in self.columns.items():
            if not isinstance(name, str) or not name.strip() or name.startswith("_"):  # pyright: ignore[reportUnnecessaryIsInstance] # users
                yield Problem(
                    where, f"a column called {name!r}", "text; names that start with an underscore are not shown to anybody", "spend=…"
                )
            if name in inputs[0].extra or name in inputs[0].table.columns:
                yield Problem(where, f"the population already has a column {name!r}", "another name", f"{name}_2=…")
            yield from value_problems(inputs[0], node, where)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Attach the columns; the engine places the work late."""
        return Compiled({"out": Attach(inputs[0], tuple(self.columns.items()))})
