"""Python: a function of one's own as an activity, with counts and lineage like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

from campaign_nb.activity import COMPLEMENT, OUT, Activity, Compiled, Context, Port, Rows
from campaign_nb.data.types import declared_fields
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.steps import Anti, Population, Python, Step


class PythonCode(Activity):
    """Apply a function from a LazyFrame to a LazyFrame.

    It may drop rows and add the columns it declares.

    Shape: the function gets the key and the columns that were added before (several inputs: several frames); it returns
    some of the same keys, each once, with the columns of `adds`. Rows it drops are the complement.
    Errors: a result without the key or a declared column, with unknown or repeated keys, or of another type.

    >>> import polars as pl, campaign_nb as cn
    >>> score = lambda rows: rows.with_columns(score=pl.col("points") / 2)
    >>> code = cn.activities.PythonCode.of(score, adds={"score": pl.Float64}, reads=["points"])
    >>> cn.testing.run(code, pl.DataFrame({"id": [1, 2], "points": [10, 20]}))["out"]["score"].to_list()
    [5.0, 10.0]
    """

    kind = "python"
    label = "Python"
    icon = "code"
    family = "data"
    inputs = (1, None)
    rows: ClassVar[Rows] = "partitions"
    barrier = "around"

    function: Callable[..., Any]
    """From frames to a frame."""
    adds: Mapping[str, Any]
    """The columns that it adds, with their Polars types."""
    reads: tuple[str, ...] = ()
    """Columns of the targeting dimension that it needs beside the key and the added columns."""

    @classmethod
    def of(cls, function: Callable[..., Any], *, adds: Mapping[str, Any] | None = None, reads: Sequence[str] = ()) -> Self:
        """Build from the function, what it adds and what it reads."""
        if not callable(function):
            raise DefinitionError(
                Problem("python", f"{type(function).__name__} is no function", "a function", 'python("Score", score, adds={…})')
            )
        return cls(function=function, adds=dict(adds or {}), reads=tuple(reads))

    def ports(self) -> tuple[Port, ...]:
        """The rows returned and those dropped."""
        return (Port(), Port(COMPLEMENT, complement=True))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield names already taken and columns that are not there."""
        where = f"python {context.label!r}"
        for name in self.adds:
            if name in inputs[0].extra or name in inputs[0].table.columns:
                yield Problem(where, f"the population already has a column {name!r}", "another name in adds")
        for name in self.reads:
            if name not in inputs[0].extra and name not in inputs[0].table.columns:
                yield Problem(where, f"no column {name!r} to read", f"a column of {inputs[0].table.label!r}")

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Call the function on the engine's frames; rows not returned are dropped."""
        result = Python(tuple(inputs), self.function, dict(self.adds), declared_fields(self.adds), self.reads)
        return Compiled({OUT: result, COMPLEMENT: Anti(inputs[0], (result,), "dropped by the function")})
