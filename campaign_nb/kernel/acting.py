"""What the buttons of a campaign do: they call the methods that an author calls."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from campaign_nb.campaign import Campaign, LiveRun
from campaign_nb.errors import CampaignError


def act(campaign: Campaign, action: str) -> None:
    """Pause, resume, retry or stop a campaign; a retry is a resume after an error.

    A campaign that is paused is resumed with its runs; else its newest run that has halted is.
    Errors: none; where the campaign has moved on meanwhile nothing happens, and what shows it says how it stands.
    """
    doing: dict[str, Callable[[], object]] = {
        "pause": campaign.pause,
        "stop": campaign.stop,
        "resume": lambda: resume(campaign),
        "retry": lambda: resume(campaign),
    }
    with contextlib.suppress(CampaignError):
        doing[action]()


def resume(campaign: Campaign, run_id: str | None = None) -> None:
    """Let a campaign go on that is paused, or else its run that has halted: the one of that id, or the newest.

    Errors: nothing that could go on.
    """
    record = campaign.standing()
    if record is not None and record.paused:
        campaign.resume()
        return
    for run in held(campaign):
        if run_id in (None, run.id):
            run.resume()
            campaign.changed()
            return
    campaign.resume()


def newest(campaign: Campaign, most: int = 20) -> list[LiveRun]:
    """Return the latest live runs of a campaign, newest first."""
    runs = campaign.runs
    return [runs[place] for place in range(min(most, len(runs)))]


def held(campaign: Campaign) -> list[LiveRun]:
    """Return those of the latest runs of a campaign that have halted, newest first."""
    return [run for run in newest(campaign) if run.held_at]
