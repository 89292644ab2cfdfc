"""The verbs of campaigns that start with people, or join several transitions.

Written by `python -m campaign_nb.graph.generate` from the activities' classes; a change belongs there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from campaign_nb.activities.and_join import AndJoin
from campaign_nb.activities.build_audience import BuildAudience
from campaign_nb.activities.combine import Combine, Mode
from campaign_nb.activities.incremental_query import IncrementalQuery, dt
from campaign_nb.activities.load_file import LoadFile, os
from campaign_nb.activities.read_audience import ReadAudience
from campaign_nb.data.file_column import FileColumn
from campaign_nb.data.flat_file import Layout
from campaign_nb.graph.fluent import Fluent
from campaign_nb.graph.handling import OnError, WhenEmpty, handling

if TYPE_CHECKING:
    from campaign_nb.graph.transition import Transition


class SourceMethods(Fluent):
    """The verbs of campaigns that start with people, or join several transitions."""

    def and_join(
        self,
        label: str,
        *inputs: Transition,
        primary: Transition | None = None,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Go on, once, when every inbound transition has been reached.

        It goes on with the population of the primary one.
        A branch that never arrives (a test that went another way, an activity that is disabled, an output that stopped because
        it was empty) leaves it unfired: nobody goes on, and the run ends with a warning.

        Shape: two inputs or more; the rows and columns of the primary one.
        Time: it lies after the longest wait of its branches.

        Options:
        primary: The input that gives the columns; the first unless named
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            AndJoin.of(),
            description,
            (),
            inputs,
            primary,
            handling=handling(f"and_join {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def build_audience(
        self,
        label: str,
        rule: object,
        *,
        dimension: object = None,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Start with the rows of a table for which a rule is true.

        Shape: no input; one row per key of the targeting dimension. The table itself instead of a rule is everybody.
        Nulls: rows for which the rule is unknown are left out, as those for which it is false.
        Errors: a table without a key, a rule on another table, an unknown column.

        Options:
        rule: The condition; everybody when the table itself is given
        dimension: The table whose rows are targeted
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            BuildAudience.of(rule, dimension=dimension),
            description,
            (rule, dimension),
            handling=handling(f"build_audience {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def combine(
        self,
        label: str,
        *inputs: Transition,
        primary: Transition | None = None,
        mode: Mode = "union",
        by: object = (),
        on: Mapping[str, str] | None = None,
        via: object = (),
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Join populations of one targeting dimension by key.

        The first input is the primary one.

        Union keeps every key once, intersection the keys of all inputs, exclusion the primary's keys that no other has. With
        `by`, rows are equal that have equal values instead of keys; the primary's stays. An input of another dimension can be
        compared by a pair of columns (`on`), or by the links that lead from it (`via`).
        Shape: two or more inputs; a key found in several gives one row, with the columns of the earliest.
        The complement of an exclusion is the primary rows that were excluded, of an intersection all other rows.
        Nulls: a null among the values of `by` or `on` equals nothing.
        Errors: a single input, inputs of different targeting dimensions without `on` or `via`, a union of them.

        Options:
        mode: union, intersection or exclusion
        by: Values that make rows of the inputs equal, instead of the key
        on: Columns of the primary and those of an input of another dimension that they equal
        via: The links from an input of another dimension to the primary's
        primary: The input that gives the columns; the first unless named
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            Combine.of(mode=mode, by=by, on=on, via=via),
            description,
            (by, via),
            inputs,
            primary,
            handling=handling(f"combine {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def incremental_query(
        self,
        label: str,
        rule: object,
        *,
        dimension: object = None,
        remember: str | dt.timedelta | None = None,
        newer: object = None,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Start with the rows of a table for which a rule is true and that are new.

        New are rows that no earlier run of the campaign returned (`remember`), or rows whose date is later than the *now* of
        the last run (`newer`). The first run returns all rows of the rule. Dry runs start from the same memory and move nothing;
        a run that failed or was stopped is forgotten, one that still waits is not. With nobody new, what follows does not run,
        unless `when_empty="continue"`.

        Shape: no input; one row per key. Rows that were returned before are counted with that reason.
        Time: `newer` compares with the *now* of the runs, and leaves what lies in the future to a later run.
        Nulls: a row without a date is never new by `newer`.
        Errors: both `remember` and `newer`; a value that is no date; everything of build_audience.

        Options:
        rule: The condition; everybody when the table itself is given
        dimension: The table whose rows are targeted
        remember: How long a row counts as returned, such as "365d"; for good when left out
        newer: A date of the row, instead of a memory of keys
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            IncrementalQuery.of(rule, dimension=dimension, remember=remember, newer=newer),
            description,
            (rule, dimension, newer),
            handling=handling(f"incremental_query {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def load_file(
        self,
        label: str,
        path: str | os.PathLike[str],
        *,
        columns: Mapping[str, FileColumn | str] | None = None,
        sample_file: str | os.PathLike[str] | None = None,
        layout: Layout = "delimited",
        separator: str = ",",
        quote: str = '"',
        header: bool = True,
        skip: int = 0,
        encoding: str = "utf-8",
        multiline: bool = True,
        time_zone: str | None = None,
        errors: int | None = None,
        delete: bool = False,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Start with the lines of a CSV or text file.

        `.rejects` holds the lines that can't be read, each with its reason; `.rejects.extract_file("Rejects", "rejects.csv",
        columns=["line", "content", "reason"])` keeps them in a file.

        Shape: no input; one row per record, identified by the number of its first line, with the columns named, or those of
        the file's header with types guessed from a thousand lines. `.reconcile(…)` finds the person of a row.
        Time, nulls: as each column says; by default an empty field is wrong for a number and null for a date.
        Errors: a file that is gone, over 50 MB or in another encoding; an unknown type; more rejected lines than `errors`; a
        label that is the name of a table.

        Options:
        path: The file; a path that is not absolute starts at the working directory
        columns: The columns in the order of the file, each with its type or how it is read; those of the file's header by default
        layout: delimited, or fixed: columns of fixed widths
        separator: What stands between fields
        quote: What stands around a field that holds a separator; empty for none
        header: Whether the first line holds names
        skip: How many lines to leave out at the top
        encoding: The encoding of the text
        multiline: Whether a quoted field may hold line ends
        time_zone: The zone of dates with a time; the campaign's by default
        errors: How many lines may be rejected before the whole file is; any number by default
        delete: Whether the file is deleted once a live run has its lines; one that has taken its place meanwhile stays
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            LoadFile.of(
                path,
                columns=columns,
                sample_file=sample_file,
                layout=layout,
                separator=separator,
                quote=quote,
                header=header,
                skip=skip,
                encoding=encoding,
                multiline=multiline,
                time_zone=time_zone,
                errors=errors,
                delete=delete,
            ),
            description,
            handling=handling(f"load_file {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def read_audience(
        self,
        label: str,
        audience: str | None = None,
        *,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Start with a saved audience.

        The keys stored then, with the columns stored beside them.

        Shape: no input; the members whose key is a row of the table now; others are counted as gone.
        Errors: no audience of that name in the workspace, or one of a table that the data model does not have.

        Options:
        audience: The audience's name; the activity's label when left out
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            ReadAudience.of(audience),
            description,
            handling=handling(f"read_audience {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )
