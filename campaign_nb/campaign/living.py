"""The campaigns of this kernel, so that a cell that runs again takes back what it had added to any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from campaign_nb.campaign.campaign import Campaign

_living: WeakSet[Campaign] = WeakSet()


def add(campaign: Campaign) -> None:
    """Note a campaign."""
    _living.add(campaign)


def settle(*_: object) -> None:
    """Withdraw from every campaign what the running cell added when it ran before."""
    for campaign in list(_living):
        before = campaign.definition
        campaign.settle()
        if campaign.definition is not before:
            campaign.changed()
