"""What became of an action on several campaigns: those that it was done to, and why not to the others."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.render import html
from campaign_nb.workspace.listing import Listing

_COLUMNS = {"name": pl.String, "done": pl.Boolean, "reason": pl.String}


class Outcome(Listing):
    """What an action did to each of several campaigns.

    All that allow it are done, each in one transaction; the others are as they were, each with its reason.

    Shape: name, done, and the reason where it is not.
    """

    def __init__(self, verb: str, rows: Sequence[tuple[str, bool, str]]) -> None:
        self._verb, self._outcomes = verb, list(rows)
        super().__init__(verb, pl.LazyFrame(self._outcomes, schema=_COLUMNS, orient="row"))

    @property
    def done(self) -> list[str]:
        """The names of the campaigns that it was done to."""
        return [name for name, done, _ in self._outcomes if done]

    @property
    def refused(self) -> dict[str, str]:
        """Why it was not done, by the name of the campaign."""
        return {name: reason for name, done, reason in self._outcomes if not done}

    def _caption(self) -> str:
        total = len(self._outcomes)
        return f"{self._verb}: {len(self.done)} of {total} campaign{'s' if total != 1 else ''}"

    def __repr__(self) -> str:
        return "\n".join([self._caption(), *(f"  {html.one_line(name)}: {reason}" for name, reason in self.refused.items())])

    def _repr_html_(self) -> str:
        rows = [(name, "done" if done else "refused", reason) for name, done, reason in self._outcomes]
        return html.table(["name", "outcome", "reason"], sorted(rows, key=lambda row: row[1] == "done"), caption=self._caption())
