"""The verbs of transitions that choose who is reached.

Written by `python -m campaign_nb.graph.generate` from the activities' classes; a change belongs there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from campaign_nb.activities.change_dimension import ChangeDimension
from campaign_nb.activities.deduplicate import Deduplicate
from campaign_nb.activities.enrich import Enrich
from campaign_nb.activities.filter import FilterRows
from campaign_nb.activities.reconcile import Reconcile
from campaign_nb.activities.save_audience import SaveAudience
from campaign_nb.activities.split import Split
from campaign_nb.graph.fluent import Fluent
from campaign_nb.graph.handling import OnError, WhenEmpty, handling

if TYPE_CHECKING:
    from campaign_nb.graph.transition import Branches, Transition


class TargetingMethods(Fluent):
    """The verbs of transitions that choose who is reached."""

    def change_dimension(
        self,
        label: str,
        *,
        via: object,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Go on with the linked rows of another table: buyers instead of their purchases.

        Shape: one input; one row per key of the table at the end of the path, however many rows lead to it. The complement
        holds the rows that lead to none, in the old dimension. Columns added before stay behind.
        Nulls: a row whose link is null leads to none.
        Errors: an unknown link, a table without a key.

        Options:
        via: The links to follow, from the targeting dimension on
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            ChangeDimension.of(via=via),
            description,
            (via,),
            handling=handling(f"change_dimension {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def deduplicate(
        self,
        label: str,
        *,
        by: object,
        keep: int = 1,
        order: object = (),
        nulls: Literal["distinct", "equal"] = "distinct",
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Keep n rows of each group with equal identifying values.

        The complement holds the others.

        Order: `order` decides who stays, further keys break ties, then a seeded hash of the key, finally the key; never
        the order of rows. Without `order` the choice is random, the same on every run.
        Nulls: a row with a null among the values is never a duplicate, unless nulls="equal".
        Units: keep=1 by default; keep=0 keeps all.

        Options:
        by: The values that identify duplicates
        keep: How many rows of a group stay; 0 keeps all
        order: Which rows of a group come first
        nulls: Whether rows with a null among the values form a group
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            Deduplicate.of(by=by, keep=keep, order=order, nulls=nulls),
            description,
            (by, order),
            handling=handling(f"deduplicate {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def enrich(
        self,
        label: str,
        /,
        columns: Mapping[str, object] | None = None,
        *,
        others: Sequence[Transition] = (),
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
        **named: object,
    ) -> Transition:
        """Add columns: attributes, expressions, aggregates of linked rows.

        Also the first n linked rows as a list (`.head(3)`) or as columns (`.columns(3)`), and `cn.Lookup`: columns of another
        table, or of a second input, that is not linked but equals some columns or meets a condition on both rows. Rows that
        find none or several are counted with that reason; they stay.

        Shape: one input, or two where a lookup reads the second; the same rows, more columns, computed where something reads them.
        Nulls: a sum of no linked rows is null, so is a list; a count is 0.
        Errors: no column named, a name that the population already has, an unknown column.

        Options:
        columns: The new columns by name
        others: Further inputs, after this transition
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            Enrich.of(columns, **named),
            description,
            (columns, named),
            others,
            handling=handling(f"enrich {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def filter(
        self,
        label: str,
        rule: object,
        *,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Keep the rows for which a rule is true; the complement holds the others.

        Shape: one input; columns unchanged.
        Nulls: rows for which the rule is unknown go to the complement.
        Errors: an unknown column, a comparison of different types.

        Options:
        rule: The condition that rows must meet
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            FilterRows.of(rule),
            description,
            (rule,),
            handling=handling(f"filter {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def reconcile(
        self,
        label: str,
        *,
        to: object,
        on: Mapping[str, str] | str,
        where: object = None,
        on_many: Literal["reject", "first"] = "reject",
        order: object = (),
        keep: bool | Mapping[str, str] = False,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Give rows the targeting dimension that they belong to, by equal values.

        All pairs must be equal. Nothing is created: a row without a partner goes to the complement, with its reason.
        Shape: one input; one row of the table for each row that matches exactly one, with the added columns that the table
        does not have itself. The complement holds the others: no match, ambiguous, matched by an earlier row (by key).
        Nulls: a null matches nothing. Text that is compared with a number or a date is read as one.
        With `keep` all rows go on as they are, with the key of the row that they match in columns of their own, null where there
        is none; several rows may then match the same one. The complement lists those without one beside, with the reason.
        Errors: an unknown table or column, types that can't be compared, on_many="first" without an order.

        Options:
        to: The table whose rows are looked for
        on: Columns of the row, and the columns of the table that they equal; all of them
        where: Which rows of the table may match; all when left out
        on_many: What happens to a row with several matches: it is ambiguous, or takes the first in an order
        order: Which of several matches is the first
        keep: Whether rows keep their dimension and get the key found as added columns; names for those, where theirs are taken
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            Reconcile.of(to=to, on=on, where=where, on_many=on_many, order=order, keep=keep),
            description,
            (to, where, order),
            handling=handling(f"reconcile {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def save_audience(
        self,
        label: str,
        audience: str | None = None,
        *,
        columns: Sequence[str] = (),
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Store the population under a name; an audience of that name is replaced whole.

        Shape: rows and columns unchanged. A dry run saves nothing.
        Errors: a column to keep that the population does not have.

        Options:
        audience: The audience's name; the activity's label when left out
        columns: Added columns to store beside the key; none by default
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            SaveAudience.of(audience, columns=columns),
            description,
            handling=handling(f"save_audience {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def split(
        self,
        label: str,
        /,
        parts: Mapping[str, object] | None = None,
        *,
        overlap: bool = False,
        one_table: bool = False,
        seed: str | int | None = None,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
        **named: object,
    ) -> Branches:
        """Share a population between named groups.

        Every recipient falls into at most one group, and into the same group on every run: a share is cut from one hash
        line of key and seed, in the order written, never from row order. Groups are served in order: a row goes to the
        first that takes it, unless `overlap`. Each row carries its group as `segment_code`.

        Shape: one input; one output per name and the complement; columns and `segment_code`.
        Units: a bare share is a fraction of the inbound population; they sum to at most 1.
        Nulls: rows for which a rule is unknown are not taken by it.
        Errors: shares that sum to more than 1, a share outside 0 to 1, a whole number instead of a share, no group.

        Options:
        parts: The groups by name, in order
        overlap: Whether a row goes to every group that takes it
        one_table: Whether all groups leave in one transition, told apart by the segment code
        seed: The seed of chance; by default the campaign's with the label
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._several(
            label,
            Split.of(parts, overlap=overlap, one_table=one_table, seed=seed, **named),
            description,
            (parts, named),
            handling=handling(f"split {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )
