"""Python: a function of one's own as an activity, with counts and lineage like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

from campaign_nb.activity import COMPLEMENT, OUT, Activity, Compiled, Context, Port, Rows, several
from campaign_nb.data.dtypes import is_dtype
from campaign_nb.data.types import declared_fields
from campaign_nb.errors import DefinitionError, Problem, did_you_mean, nearest
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
        if adds is not None and not isinstance(adds, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            raise DefinitionError(Problem("python", f"adds={adds!r}", "names and Polars data types", 'adds={"score": pl.Float64}'))
        declared = dict(adds or {})
        wrong = [name for name, kind in declared.items() if not is_dtype(kind)]
        if wrong:
            problems = (Problem("python", f"adds[{name!r}] is {declared[name]!r}", "a Polars data type", "pl.Float64") for name in wrong)
            raise DefinitionError(*problems)
        names = several(reads)
        if not all(isinstance(name, str) for name in names):
            raise DefinitionError(Problem("python", f"reads={reads!r}", "names of columns", 'reads=["points"]'))
        return cls(function=function, adds=declared, reads=tuple(str(name) for name in names))

    def ports(self) -> tuple[Port, ...]:
        """The rows returned and those dropped."""
        return (Port(), Port(COMPLEMENT, complement=True))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield names already taken and columns that are not there."""
        where = f"python {context.label!r}"
        for name in self.adds:
            if not isinstance(name, str) or not name.strip() or name.startswith("_"):  # pyright: ignore[reportUnnecessaryIsInstance] # users
                yield Problem(
                    where,
                    f"a column called {name!r}",
                    "text; names that start with an underscore are not shown to anybody",
                    'adds={"score": pl.Float64}',
                )
            if name in inputs[0].extra or name in inputs[0].table.columns:
                yield Problem(where, f"the population already has a column {name!r}", "another name in adds", f'adds={{"{name}_2": …}}')
        for name in self.reads:
            if name not in inputs[0].extra and name not in inputs[0].table.columns:
                yield Problem(
                    where,
                    f"no column {name!r} to read",
                    did_you_mean(name, inputs[0].table.columns),
                    f"reads=[{(nearest(name, inputs[0].table.columns) or next(iter(inputs[0].table.columns)))!r}]",
                )

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Call the function on the engine's frames; rows not returned are dropped."""
        result = Python(tuple(inputs), self.function, dict(self.adds), declared_fields(self.adds), self.reads)
        return Compiled({OUT: result, COMPLEMENT: Anti(inputs[0], (result,), "dropped by the function")})
