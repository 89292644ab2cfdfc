"""What the scheduler's panel of a campaign shows, as plain data."""

from __future__ import annotations

from typing import Any

from campaign_nb.campaign import LiveRun
from campaign_nb.campaign.publication import Panel

LINES = 5
_ENDED = ("done", "failed", "stopped")
Counts = list[list[Any]]


class PanelData:
    """Reads the state of a campaign's scheduler; the counts of runs that have ended are read once."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._kept: dict[str, Counts] = {}

    def read(self) -> dict[str, Any]:
        """Return the scheduler, its runs in progress, and the campaign's next launches and last runs."""
        campaign, workspace = self._panel.campaign, self._panel.workspace
        told = workspace.scheduler.snapshot()
        launches = [one for one in told["launches"] if one["campaign"] == campaign.name]
        return {
            **told,
            "workspace": {"label": workspace.folder.name},
            "time_zone": campaign.time_zone,
            "launches": launches[:LINES],
            "runs": [self._run(campaign.runs[place]) for place in range(min(LINES, len(campaign.runs)))],
        }

    def _run(self, run: LiveRun) -> dict[str, Any]:
        record = run.record()
        told = {"campaign": self._panel.campaign.name, "state": record.state, "at": record.started_at.isoformat()}
        counts = self._kept.get(run.id)
        if counts is None:
            counts = self._messages(run)
            if record.state in _ENDED:
                self._kept[run.id] = counts
        return {**told, "counts": counts}

    def _messages(self, run: LiveRun) -> Counts:
        nodes = self._panel.campaign.definition.nodes
        channels = [label for label, node in nodes.items() if node.activity.channel]
        return [[ref.label, rows] for ref, rows in run.ports().items() if ref.label in channels and ref.port == "out"]
