"""The values of a column with how often each stands there, and the condition that picks some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.render import bars, html
from campaign_nb.rules.count import percent
from campaign_nb.rules.operand import node_of
from campaign_nb.rules.phrase import literal
from campaign_nb.rules.tree import Constant, Scalar

if TYPE_CHECKING:
    from campaign_nb.rules.value import Rule, Value


@dataclass(frozen=True, slots=True)
class Tally:
    """What an engine counts for a distribution.

    Shape: `frame` holds the most frequent values with count and share; `values` and `selected` are all distinct values
    and all counted rows, shown or not; `rows` are those of the whole table.
    """

    frame: Any
    counts: tuple[tuple[Scalar, int], ...]
    values: int
    selected: int
    rows: int


class Distribution:
    """How often each value stands in a column, with its share of all rows.

    Shape: `.frame()` has value, count, share; `.rule("gold", None)` is the condition that picks values.
    Units: a share is of all rows of the table, 0 to 1; with `where=` there is also `of_selected`, of the rows it keeps.
    Nulls: null is a value of its own. Order: by count, then by value, null last.

    >>> import polars as pl
    >>> import campaign_nb as cn
    >>> people = cn.DataModel("shop").table("people", pl.DataFrame({"id": [1, 2, 3, 4], "tier": ["gold", "gold", "silver", None]}))
    >>> found = people.tier.distribution(1)
    >>> found
    people.tier: 3 values in 4 rows
    value  rows  share
    gold      2   50 %  ████████████████████
    Only the most frequent value: 2 values more are not shown, with 2 rows (50 %); distribution(n=…) shows more.
    >>> print(found.rule("gold", None))
    tier = 'gold' or tier is null
    """

    def __init__(self, value: Value, tally: Tally, where: str = "") -> None:
        self._value, self._tally, self._where = value, tally, where

    @property
    def partial(self) -> bool:
        """Whether there are more values than are shown."""
        return self.hidden_values > 0

    @property
    def hidden_values(self) -> int:
        """How many values are not shown."""
        return self._tally.values - len(self._tally.counts)

    @property
    def hidden_rows(self) -> int:
        """How many rows have a value that is not shown."""
        return self._tally.selected - sum(count for _, count in self._tally.counts)

    def frame(self) -> Any:
        """Return value, count and share as a Polars DataFrame."""
        return self._tally.frame

    def rule(self, *values: object) -> Rule:
        """Return the condition that the column has one of these values; None is null.

        Errors: no value; one of another type; one that is not there, where all values are shown.
        """
        where, do = f"distribution of {self._name}", '.rule("gold", "silver"), null as None'
        if not values:
            raise DefinitionError(Problem(where, "rule() names no value", "at least one", do))
        known = [found for found, _ in self._tally.counts]
        wanted = [node_of(value, self._value.type) for value in values]
        for node in wanted:
            if not isinstance(node, Constant):
                raise DefinitionError(Problem(where, "rule() got a column or a function", "values of the column", do))
            if node.value not in known and not self.partial:
                near = did_you_mean(str(node.value), ["null" if value is None else str(value) for value in known])
                raise DefinitionError(Problem(where, f"{literal(node.value)} is not among its values", near, do))
        found = [value for value, node in zip(values, wanted, strict=True) if node != Constant(None)]
        empty = self._value.is_null()
        if not found:
            return empty
        picked = self._value == found[0] if len(found) == 1 else self._value.is_in(found)
        return picked | empty if len(found) < len(values) else picked

    @property
    def _name(self) -> str:
        table = "" if self._value.root is None else f"{self._value.root.table.label}."
        return table + self._value.text()

    def __len__(self) -> int:
        return len(self._tally.counts)

    def _lines(self) -> list[bars.Line]:
        tally = self._tally
        most = max((count for _, count in tally.counts), default=1)
        return [
            bars.Line(
                None if value is None else literal(value)[1:-1] if isinstance(value, str) else literal(value),
                (f"{count:,}", percent(count, tally.rows), *((percent(count, tally.selected),) if self._where else ())),
                count / most,
            )
            for value, count in tally.counts
        ]

    def _caption(self) -> str:
        tally = self._tally
        head = f"{html.one_line(self._name, 80)}: {tally.values:,} value{'' if tally.values == 1 else 's'} in "
        if not self._where:
            return f"{head}{tally.rows:,} rows"
        kept = f"{tally.selected:,} of {tally.rows:,} rows ({percent(tally.selected, tally.rows)})"
        return f"{head}{kept} where {html.one_line(self._where, 120)}"

    def _notice(self) -> str:
        if not self.partial:
            return ""
        values = "1 value more is" if self.hidden_values == 1 else f"{self.hidden_values:,} values more are"
        rows = "1 row" if self.hidden_rows == 1 else f"{self.hidden_rows:,} rows"
        share = percent(self.hidden_rows, self._tally.rows)
        shown = "value" if len(self) == 1 else f"{len(self)} values"
        return f"Only the most frequent {shown}: {values} not shown, with {rows} ({share}); distribution(n=…) shows more."

    def _heads(self) -> list[str]:
        return ["value", "rows", "share", *(["of selected"] if self._where else [])]

    def __repr__(self) -> str:
        return bars.text(self._heads(), self._lines(), self._caption(), self._notice())

    def _repr_html_(self) -> str:
        return bars.table(self._heads(), self._lines(), self._caption(), self._notice())
