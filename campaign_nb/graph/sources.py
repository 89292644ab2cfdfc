"""The verbs of campaigns that start with people, or join several transitions.

Written by `python -m campaign_nb.graph.generate` from the activities' classes; a change belongs there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_nb.activities.build_audience import BuildAudience
from campaign_nb.activities.combine import Combine, Mode
from campaign_nb.activities.read_audience import ReadAudience
from campaign_nb.graph.fluent import Fluent

if TYPE_CHECKING:
    from campaign_nb.graph.transition import Transition


class SourceMethods(Fluent):
    """The verbs of campaigns that start with people, or join several transitions."""

    def build_audience(self, label: str, rule: object, *, dimension: object = None, description: str = "") -> Transition:
        """Start with the rows of a table for which a rule is true.

        Shape: no input; one row per key of the targeting dimension. The table itself instead of a rule is everybody.
        Nulls: rows for which the rule is unknown are left out, as those for which it is false.
        Errors: a table without a key, a rule on another table, an unknown column.

        Options:
        rule: The condition; everybody when the table itself is given
        dimension: The table whose rows are targeted
        description: What the activity is for, in your words
        """
        return self._one(label, BuildAudience.of(rule, dimension=dimension), description, (rule, dimension))

    def combine(
        self, label: str, *inputs: Transition, primary: Transition | None = None, mode: Mode = "union", description: str = ""
    ) -> Transition:
        """Join populations of one targeting dimension by key.

        The first input is the primary one.

        Union keeps every key once, intersection the keys of all inputs, exclusion the primary's keys that no other has.
        Shape: two or more inputs; a key found in several gives one row, with the columns of the earliest.
        The complement of an exclusion is the primary rows that were excluded, of an intersection all other rows.
        Errors: a single input, inputs of different targeting dimensions.

        Options:
        mode: union, intersection or exclusion
        primary: The input that gives the columns; the first unless named
        description: What the activity is for, in your words
        """
        return self._one(label, Combine.of(mode=mode), description, (), inputs, primary)

    def read_audience(self, label: str, audience: str | None = None, *, description: str = "") -> Transition:
        """Start with a saved audience.

        The keys stored then, with the columns stored beside them.

        Shape: no input; the members whose key is a row of the table now; others are counted as gone.
        Errors: no audience of that name in the workspace, or one of a table that the data model does not have.

        Options:
        audience: The audience's name; the activity's label when left out
        description: What the activity is for, in your words
        """
        return self._one(label, ReadAudience.of(audience), description)
