"""The verbs of transitions that read, load, change and hand over data.

Written by `python -m campaign_nb.graph.generate` from the activities' classes; a change belongs there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from campaign_nb.activities.extract_file import ExtractFile, Format, TextFormat
from campaign_nb.activities.python import PythonCode
from campaign_nb.activities.update_data import Mode, UpdateData
from campaign_nb.graph.fluent import Fluent
from campaign_nb.graph.handling import OnError, WhenEmpty, handling

if TYPE_CHECKING:
    from campaign_nb.graph.transition import Transition


class DataMethods(Fluent):
    """The verbs of transitions that read, load, change and hand over data."""

    def extract_file(
        self,
        label: str,
        path: str,
        *,
        columns: Mapping[str, object] | Sequence[str] | str = (),
        format: Format | None = None,
        header: bool = True,
        separator: str = ",",
        quote: str = '"',
        encoding: str = "utf-8",
        text: TextFormat | None = None,
        widths: Mapping[str, int] | None = None,
        sort: object = (),
        distinct: bool = False,
        skip_empty: bool = False,
        unsafe: bool = False,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Write the population to a file; a file of that name is replaced whole.

        Shape: rows unchanged. The file lies in the workspace's folder for extracts; `ws.files` lists it. A dry run writes none.
        Errors: a name that leads elsewhere, an unknown column, lists in text, values that encoding or width have no room for.

        Options:
        path: The file's name, or path below the folder; `{{ as_of }}`, `{{ run }}`, `{{ campaign }}` and `{{ activity }}` are filled in
        columns: The columns in order, by what stands above them; the key and the added columns when left out
        format: csv, fixed (columns of fixed widths), parquet or ndjson
        header: Whether text starts with the names of the columns
        separator: What stands between fields of csv
        quote: What stands around a field of csv that holds a separator; empty for none
        encoding: The encoding of text
        text: How decimals, dates and ends of lines are written in text
        widths: The widths of columns of the format fixed, by what stands above them
        sort: The order of the rows; the key decides in the end
        distinct: Whether rows that are alike in all columns are written once
        skip_empty: Whether no file is made when there is no row
        unsafe: Whether text that a spreadsheet would run as a formula is written in csv without an apostrophe before it
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            ExtractFile.of(
                path,
                columns=columns,
                format=format,
                header=header,
                separator=separator,
                quote=quote,
                encoding=encoding,
                text=text,
                widths=widths,
                sort=sort,
                distinct=distinct,
                skip_empty=skip_empty,
                unsafe=unsafe,
            ),
            description,
            (columns, sort),
            handling=handling(f"extract_file {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def python(
        self,
        label: str,
        function: Callable[..., Any],
        *,
        adds: Mapping[str, Any] | None = None,
        reads: Sequence[str] = (),
        others: Sequence[Transition] = (),
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Apply a function from a LazyFrame to a LazyFrame.

        It may drop rows and add the columns it declares.

        Shape: the function gets the key and the columns that were added before (several inputs: several frames); it returns
        some of the same keys, each once, with the columns of `adds`. Rows it drops are the complement.
        Errors: a result without the key or a declared column, with unknown or repeated keys, or of another type.

        Options:
        function: From frames to a frame
        adds: The columns that it adds, with their Polars types
        reads: Columns of the targeting dimension that it needs beside the key and the added columns
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
            PythonCode.of(function, adds=adds, reads=reads),
            description,
            (),
            others,
            handling=handling(f"python {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def update_data(
        self,
        label: str,
        *,
        into: object,
        mode: Mode = "upsert",
        set: Mapping[str, object] | Sequence[str] | None = None,
        key: Mapping[str, object] | None = None,
        when: object = None,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Insert, update, upsert or delete rows of a writable table.

        A row of the population stands for the row of the table that has its key.

        Shape: the outbound transition has the rows applied, the complement the others with their reason: not taken into
        account, no key, another row has this key (the first by the population's key is applied), key exists (insert), no
        such row (update, delete). A row that is inserted has null in the columns that are not set. A dry run changes nothing.
        A live run replaces the table's file in one step after the stage has succeeded; the activities after it read the new
        rows. A crash neither loses a change nor makes it twice.
        Nulls: a null that is set is written; a null in the key is no key.
        Errors: a table that is not writable or has no key, an unknown column, a value of another type than its column.

        Options:
        into: The table whose rows change
        mode: upsert (update, or insert what is not there), insert, update or delete
        set: What is written into which column
        key: The key of the table's row, by column; by default the population's own, when its columns have the same names
        when: Which rows are taken into account; all when left out
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            UpdateData.of(into=into, mode=mode, set=set, key=key, when=when),
            description,
            (into, set, key, when),
            handling=handling(f"update_data {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )
