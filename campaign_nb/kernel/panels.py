"""What the scheduler's panel of a campaign shows, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaign_nb.campaign import LiveRun
from campaign_nb.campaign.observed import observed
from campaign_nb.campaign.publication import Panel
from campaign_nb.graph.lifecycle import FINAL
from campaign_nb.kernel.acting import newest
from campaign_nb.render.view import amount
from campaign_nb.store.runs import RunRecord

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
        known = [(run, run.record()) for run in newest(campaign)]
        kept = [(run, record) for run, record in known if record.state != "waiting"]
        launches = [one for one in told["launches"] if one["campaign"] == campaign.name]
        return {
            **told,
            "scheduler": {**told["scheduler"], "running": [self._going(one) for one in told["scheduler"]["running"]]},
            "held": [self._halted(run) for run, record in known if record.held_at],
            "waiting": [self._waiting(run) for run, record in known if record.state == "waiting"],
            "pauses": self._pauses(),
            "workspace": {"label": workspace.folder.name},
            "time_zone": campaign.time_zone,
            "launches": launches[:LINES],
            "runs": [self._run(run, record) for run, record in kept[:LINES]],
        }

    def _going(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Return a run in progress with its rows and the time left, where it is one of this campaign."""
        campaign = self._panel.campaign
        run = next((run for run in newest(campaign) if run.id == told["run"]), None)
        return dict(told) if run is None else {**told, "amount": amount(observed(campaign, run).told)}

    def _halted(self, run: LiveRun) -> dict[str, Any]:
        told = observed(self._panel.campaign, run).told
        return {
            "run": run.id,
            "campaign": self._panel.campaign.name,
            "at": told["held_at"],
            "why": told.get("error") or told["why"],
            "failed": bool(told.get("error")),
        }

    def _waiting(self, run: LiveRun) -> dict[str, Any]:
        """Return where a run waits, and until when."""
        seen = observed(self._panel.campaign, run)
        labels = [label for label, state in seen.states.items() if state == "waiting"]
        return {"campaign": self._panel.campaign.name, "at": ", ".join(labels), "until": seen.told.get("due")}

    def _pauses(self) -> list[dict[str, Any]]:
        """Return the campaign and why it is paused, if it is and has not ended."""
        record = self._panel.campaign.standing()
        if record is None or not record.paused or record.status in FINAL:
            return []
        return [{"campaign": record.name, "why": record.pause_reason}]

    def _run(self, run: LiveRun, record: RunRecord) -> dict[str, Any]:
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
