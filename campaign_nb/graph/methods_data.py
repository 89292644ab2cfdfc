"""The verbs of transitions that read, load, change and hand over data.

Written by `python -m campaign_nb.graph.generate` from the activities' classes; a change belongs there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from campaign_nb.activities.python import PythonCode
from campaign_nb.graph.fluent import Fluent

if TYPE_CHECKING:
    from campaign_nb.graph.transition import Transition


class DataMethods(Fluent):
    """The verbs of transitions that read, load, change and hand over data."""

    def python(
        self,
        label: str,
        function: Callable[..., Any],
        *,
        adds: Mapping[str, Any] | None = None,
        reads: Sequence[str] = (),
        others: Sequence[Transition] = (),
        description: str = "",
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
        """
        return self._one(label, PythonCode.of(function, adds=adds, reads=reads), description, (), others)
