"""Filter: keep the rows for which a rule is true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

from campaign_nb.activity import COMPLEMENT, OUT, Activity, Compiled, Context, Port, rule_problems
from campaign_nb.errors import Problem
from campaign_nb.rules import tree
from campaign_nb.rules.parse import node_of_rule
from campaign_nb.steps import Check, Filter, Population, Rejected, Step


class FilterRows(Activity):
    """Keep the rows for which a rule is true; the complement holds the others.

    Shape: one input; columns unchanged.
    Nulls: rows for which the rule is unknown go to the complement.
    Errors: an unknown column, a comparison of different types.

    >>> import polars as pl, campaign_nb as cn
    >>> out = cn.testing.run(cn.activities.FilterRows.of(cn.col.points > 10), pl.DataFrame({"id": [1, 2, 3], "points": [5, 50, None]}))
    >>> out["out"]["id"].to_list(), out["complement"]["id"].to_list()
    ([2], [1, 3])
    """

    kind = "filter"
    label = "Filter"
    icon = "filter"
    family = "targeting"

    rule: tree.Node
    """The condition that rows must meet."""

    @classmethod
    def of(cls, rule: object) -> Self:
        """Build from a rule or its text."""
        return cls(rule=node_of_rule(rule))

    def ports(self) -> tuple[Port, ...]:
        """The rows kept and the others."""
        return (Port(), Port(COMPLEMENT, complement=True))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield what is wrong with the rule."""
        yield from rule_problems(inputs[0], self.rule, f"filter {context.label!r}")

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """One check."""
        kept = Filter(inputs[0], (Check("rule", self.rule),))
        return Compiled({OUT: kept, COMPLEMENT: Rejected(kept)}, drops=(kept,))
