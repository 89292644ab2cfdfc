"""A campaign as its transitions see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from campaign_nb.activity import Audience
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.draft import Draft
from campaign_nb.rules.schema import Schema

if TYPE_CHECKING:
    from campaign_nb.campaign.campaign import Campaign


class LateAudiences(Mapping[str, Audience]):
    """The saved audiences, read when one is first asked for, so that a definition alone opens no workspace."""

    def __init__(self, load: Callable[[], Mapping[str, Audience]]) -> None:
        self._load = load

    def __getitem__(self, name: str) -> Audience:
        return self._load()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())


class CampaignOwner:
    """Gives transitions the draft, the schemas and the rows of their campaign."""

    def __init__(self, campaign: Campaign, draft: Draft, schema: Schema, audiences: Mapping[str, Audience]) -> None:
        self._campaign, self.draft, self.schema, self.audiences = campaign, draft, schema, audiences

    def frame(self, ref: Ref, run: Any = None) -> Any:
        """Return the population of a transition as a Polars DataFrame, from the latest run unless one is named."""
        chosen = run if run is not None else self._campaign.latest_run()
        return chosen.population(ref)

    def count(self, ref: Ref) -> int | None:
        """Return the count of a transition in the latest run; None when there is none."""
        run = self._campaign.known_run()
        return None if run is None else run.ports().get(ref)

    def changed(self) -> None:
        """Note that the draft has changed."""
        self._campaign.changed()
