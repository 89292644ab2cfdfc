"""Campaigns as users hold them: a definition, a workspace, and verbs that delegate."""

from campaign_nb.campaign.campaign import Campaign
from campaign_nb.campaign.explanation import Explanation
from campaign_nb.campaign.live_run import LiveRun
from campaign_nb.campaign.run import DryRun, Run

__all__ = ["Campaign", "DryRun", "Explanation", "LiveRun", "Run"]
