"""What a run needs of a campaign: its compiled definition, its data, and which way it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from campaign_nb.activity import Context
from campaign_nb.data.model import DataModel
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.plan import OPEN, Closed, Plan, plan_of
from campaign_nb.engine.sources import Events
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.problems import CompiledCampaign


@dataclass(frozen=True, slots=True)
class Program:
    """What a run needs of a campaign.

    Its compiled definition, its data and where stored rows are found.
    """

    campaign: CompiledCampaign
    contexts: Mapping[str, Context]
    model: DataModel
    start: Moment
    stored: Mapping[str, pl.LazyFrame] = field(default_factory=dict[str, pl.LazyFrame])
    events: Events | None = None
    previous: Mapping[Ref, int] = field(default_factory=dict[Ref, int])
    """How many people were in each transition of the live run before."""
    closed: Closed = OPEN
    """What the run passes by, as far as it is decided."""
    single: bool = False
    """Whether each activity is a stage of its own."""

    def plan(self, *, staged: bool) -> Plan:
        """Return the plan of a run."""
        return plan_of(self.campaign, self.start, self.contexts, staged=staged, closed=self.closed, single=self.single)
