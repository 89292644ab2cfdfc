"""What a transition needs of the campaign that it belongs to: its draft, its schemas, and rows of its runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from campaign_nb.activity import Audience
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.draft import Draft
from campaign_nb.rules.schema import Schema


class Owner(Protocol):
    """A campaign as its transitions see it."""

    @property
    def draft(self) -> Draft:
        """The definition while it is written."""
        ...

    @property
    def schema(self) -> Schema:
        """The data model."""
        ...

    @property
    def audiences(self) -> Mapping[str, Audience]:
        """The saved audiences of the workspace, by name."""
        ...

    def frame(self, ref: Ref, run: Any = None) -> Any:
        """Return the population of a transition as a Polars DataFrame, from the latest run unless one is named."""
        ...

    def count(self, ref: Ref) -> int | None:
        """Return the count of a transition in the latest run; None when there is none."""
        ...

    def changed(self) -> None:
        """Note that the draft has changed."""
        ...
