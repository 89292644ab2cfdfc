"""The door through which pure objects ask for rows: an engine provides it, rules only know its shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from campaign_nb.errors import Problem, RunError

if TYPE_CHECKING:
    from campaign_nb.rules.costs import Costs
    from campaign_nb.rules.count import Count
    from campaign_nb.rules.distribution import Distribution
    from campaign_nb.rules.value import Rule, Value


class Executor(Protocol):
    """What an engine offers to rules, tables and columns."""

    def count(self, rule: Rule) -> Count:
        """Count the rows for which a rule is true, and all rows."""
        ...

    def preview(self, rule: Rule, n: int, columns: Sequence[str] | None = None) -> Any:
        """Return the first n rows for which a rule is true, as a frame; all columns or those named."""
        ...

    def costs(self, rule: Rule) -> Costs:
        """Count the rows for each condition of a rule: with it alone, and without it."""
        ...

    def recent(self) -> list[str]:
        """Return the columns that were asked for lately, the last one first."""
        ...

    def rows(self, table: Any) -> int:
        """Count the rows of a table."""
        ...

    def head(self, table: Any, n: int | None) -> Any:
        """Return the first n rows of a table (None: all), as a frame."""
        ...

    def check(self, model: Any) -> Any:
        """Read a data model's rows and list what is wrong, as a frame."""
        ...

    def distribution(self, value: Value, n: int, where: Rule | None = None) -> Distribution:
        """Return the n most frequent values with counts and shares, of all rows or of those that a rule keeps."""
        ...

    def keep(self, model: Any, table: Any, columns: Sequence[str], at_most: int | None) -> None:
        """Keep columns of a table, given as itself or by name, in memory."""
        ...

    def drop(self, model: Any, table: Any) -> None:
        """Drop what is kept of a table (None: of all tables of the data model)."""
        ...

    def kept(self, model: Any) -> Any:
        """Return what is kept of the tables of a data model, as a frame."""
        ...


_provided: list[Executor] = []


def provide(executor: Executor) -> None:
    """Make an engine answer the verbs that need rows."""
    _provided[:] = [executor]


def executor() -> Executor:
    """Return the engine in use.

    Errors: none was provided, which only happens when layers are imported alone.
    """
    if not _provided:
        raise RunError(Problem("rules", "no engine is loaded", "the whole package", "import campaign_nb"))
    return _provided[0]
