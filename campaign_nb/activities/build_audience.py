"""Build audience: define a population by a rule on a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Rows, query_problems
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules import tree
from campaign_nb.rules.parse import node_of_rule, table_of_rule
from campaign_nb.steps import Check, Filter, Population, Scan, Step


class BuildAudience(Activity):
    """Start with the rows of a table for which a rule is true.

    Shape: no input; one row per key of the targeting dimension. The table itself instead of a rule is everybody.
    Nulls: rows for which the rule is unknown are left out, as those for which it is false.
    Errors: a table without a key, a rule on another table, an unknown column.

    >>> import polars as pl, campaign_nb as cn
    >>> shop = cn.DataModel("shop")
    >>> people = shop.table("people", pl.DataFrame({"id": [1, 2, 3], "age": [17, 40, None]}), key="id")
    >>> cn.testing.run(cn.activities.BuildAudience.of(people.age >= 18), shop)["out"]["id"].to_list()
    [2]
    """

    kind = "build_audience"
    label = "Build audience"
    icon = "users"
    family = "targeting"
    inputs = (0, 0)
    rows: ClassVar[Rows] = "creates"

    dimension: str
    """The table whose rows are targeted."""
    rule: tree.Node
    """The condition; everybody when the table itself is given."""

    @classmethod
    def of(cls, rule: object, *, dimension: object = None) -> Self:
        """Build from a rule, its text (with `dimension`) or a table."""
        table = table_of_rule(dimension) if dimension is not None else table_of_rule(rule)
        if table is None:
            raise DefinitionError(
                Problem(
                    "build audience",
                    "the rule does not tell whose rows are meant",
                    "a rule on a table, or dimension=",
                    'build_audience("Adults", "age >= 18", dimension=customers)',
                )
            )
        return cls(dimension=table, rule=node_of_rule(rule))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield an unknown table, a table without a key, and what is wrong with the rule."""
        return query_problems(context, self.dimension, self.rule, f"build_audience {context.label!r}")

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Scan the table, then filter."""
        rows: Step = Scan(Population(context.schema, context.schema.schema_of(self.dimension)))
        if not isinstance(self.rule, tree.Everybody):
            rows = Filter(rows, (Check("rule", self.rule),))
        return Compiled({"out": rows})
