"""How a campaign stands, as the plain data that canvas, picture and panels draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaign_nb.campaign.live_run import LiveRun
from campaign_nb.campaign.run import DryRun, Run
from campaign_nb.graph import view
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.lifecycle import FINAL
from campaign_nb.graph.problems import populations
from campaign_nb.graph.view import Progress, Standing

if TYPE_CHECKING:
    from campaign_nb.campaign.campaign import Campaign

_TASKS = {
    "pending": "pending",
    "running": "running",
    "waiting": "waiting",
    "done": "done",
    "failed": "error",
    "warning": "warning",
    "skipped": "idle",
}


def view_of(campaign: Campaign) -> dict[str, Any]:
    """Return the view of a campaign: its definition, where it stands, and what its latest run has made known."""
    definition = campaign.definition
    run = campaign.known_run()
    found = populations(definition, campaign.data, campaign._owner().audiences)  # pyright: ignore[reportPrivateUsage] # one family
    columns = {
        ref: {name: str(item.type) for name, item in known.columns.items() if not name.startswith("_")} for ref, known in found.items()
    }
    return view.view_of(
        definition,
        campaign.problems,
        _standing(campaign, run),
        _progress(campaign, run),
        columns,
        campaign._owner().draft.executions(),  # pyright: ignore[reportPrivateUsage] # one family
    )


def _standing(campaign: Campaign, run: Run | None) -> Standing:
    record = campaign.standing()
    schedule = campaign.schedule
    told = None
    if schedule is not None:
        ahead = campaign.launches(3) if record is None or record.status not in FINAL else []
        told = {"sentence": schedule.explain(), "next": [launch.isoformat() for launch in ahead]}
    if record is None:
        return Standing(schedule=told, run=_run(run))
    number = campaign._published.draft_version(record) or record.version  # pyright: ignore[reportPrivateUsage] # one family
    return Standing(str(record.status), record.paused, record.error, number, told, _run(run))


def _run(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    known = {"id": run.id, "mode": run.mode, "state": run.state, "as_of": run.as_of.isoformat()}
    if isinstance(run, LiveRun):
        record = run.record()
        ended = record.ended_at.isoformat() if record.ended_at is not None else None
        return {**known, "started": record.started_at.isoformat(), "ended": ended, "progress": run.progress}
    return {**known, "started": run.as_of.isoformat(), "ended": run.as_of.isoformat(), "progress": 1.0}


def _progress(campaign: Campaign, run: Run | None) -> Progress:
    if run is None or (isinstance(run, DryRun) and run.digest != campaign.definition.digest()):
        return Progress()
    counts: dict[Ref, int] = dict(run.ports())
    reasons: dict[str, list[tuple[str, int]]] = {}
    for (label, reason), number in run.reasons().items():
        if number:
            reasons.setdefault(label, []).append((reason, number))
    if isinstance(run, LiveRun):
        states = {label: _TASKS.get(state, "pending") for label, state in run.states().items()}
    else:
        states = {label: _TASKS.get(state, "pending") for label, state in run.states().items()}
    return Progress(states, counts, reasons)
