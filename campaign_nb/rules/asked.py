"""What a rule is asked about the rows of its table: how many, which, and what each condition costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from campaign_nb.errors import CampaignError
from campaign_nb.render import html
from campaign_nb.rules import tree
from campaign_nb.rules.execute import executor
from campaign_nb.rules.operand import refuse
from campaign_nb.rules.printed import Printed, PrintedRule, whose

if TYPE_CHECKING:
    from campaign_nb.rules.costs import Costs
    from campaign_nb.rules.count import Count
    from campaign_nb.rules.value import Rule


class AskedRule(PrintedRule):
    """The questions that a rule answers by reading its table.

    >>> import polars as pl
    >>> import campaign_nb as cn
    >>> rows = pl.DataFrame({"id": [1, 2, 3, 4], "age": [17, 40, 61, None], "tier": ["gold", "gold", "silver", None]})
    >>> people = cn.DataModel("shop").table("people", rows, key="id")
    >>> rule = (people.age >= 18) & (people.tier == "gold")
    >>> rule.count(), rule.count().text()
    (1, '1 of 4 people (25 %)')
    >>> rule.preview(columns=["tier", "age"]).rows()
    [('gold', 40)]
    >>> rule.costs()
    The rule selects 1 of 4 people (25 %)
    condition                 only this  without it  costs
    whose age is at least 18          2           2      1  ████████████████████
    whose tier is 'gold'              2           2      1  ████████████████████
    """

    def count(self) -> Count:
        """Calculate: the number of rows for which the rule is true now.

        Shape: an int that shows its share of the table's rows. Cost: one pass; the same question on unchanged files, none.
        """
        return executor().count(cast("Rule", self))

    def preview(self, n: int = 10, columns: Sequence[object] | None = None) -> Any:
        """Return the first n rows, by key, for which the rule is true.

        Shape: all columns, or those chosen: names, `"product.name"` over N-1 links, columns of the table.
        Order: by key, then by what is shown, so that the same data show the same rows; null last.
        Errors: a column that the table does not have, n below 1.
        """
        if isinstance(columns, str):
            refuse("preview", f"columns={columns!r} is one text", "a list of names", f"columns=[{columns!r}]")
        if isinstance(n, bool) or n < 1:
            refuse("preview", f"n={n!r}", "at least 1", "rule.preview(10)")
        return executor().preview(cast("Rule", self), n, None if columns is None else [_name(column) for column in columns])

    def costs(self) -> Costs:
        """Count which condition of the rule costs how many rows.

        Shape: a table of conditions: rows with only it, rows without it, and the difference that it makes.
        Nulls: a condition that is unknown for a row does not select it, alone or together. Cost: one pass.
        """
        return executor().costs(cast("Rule", self))

    def _repr_html_(self) -> str:
        rows = [("Means", self.explain()), ("Text", self.text())]
        if self.root is not None and not any(isinstance(node, tree.Variable | tree.Behaviour) for node in self.node.walk()):
            rows.append(("Selects", self._selects()))
        return html.card(f"Rule on {whose(self.root)}", rows)

    def _selects(self) -> str:
        """Say how many rows it selects; a card is shown also where they can't be read."""
        try:
            return self.count().text()
        except CampaignError as error:
            return f"can't be counted: {error.what}"


def _name(column: object) -> str:
    """Return the name by which a column is shown: a name as it is, a column of the table with its path."""
    if isinstance(column, str):
        return column
    node = column.node if isinstance(column, Printed) else None
    if not isinstance(node, tree.Column):
        refuse("preview", f"{type(column).__name__} is no column", "names or columns of the table", 'columns=["name", "product.name"]')
    return ".".join((*node.path, node.name))
