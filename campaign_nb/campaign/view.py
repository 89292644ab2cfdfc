"""How a campaign stands, as the plain data that canvas, picture and panels draw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from campaign_nb.campaign.live_run import LiveRun
from campaign_nb.campaign.observed import chosen, observed
from campaign_nb.campaign.run import DryRun, Run
from campaign_nb.graph import view
from campaign_nb.graph.lifecycle import FINAL, Status
from campaign_nb.graph.problems import populations
from campaign_nb.graph.view import Progress, Standing
from campaign_nb.render.view import moment
from campaign_nb.schedule.schedule import Schedule
from campaign_nb.schedule.sentence import policy

if TYPE_CHECKING:
    from campaign_nb.campaign.campaign import Campaign

STATES = {
    "pending": "pending",
    "running": "running",
    "waiting": "waiting",
    "done": "done",
    "failed": "error",
    "warning": "warning",
    "skipped": "idle",
    "stopped": "idle",
}
"""The state in which an activity is drawn, by the state of its task."""


def view_of(campaign: Campaign) -> dict[str, Any]:
    """Return the view of a campaign: its definition, where it stands, and what its latest run has made known."""
    definition = campaign.definition
    run = campaign.known_run()
    found = populations(definition, campaign.data, campaign._owner().audiences)  # pyright: ignore[reportPrivateUsage] # one family
    columns = {
        ref: {name: str(item.type) for name, item in known.columns.items() if not name.startswith("_")} for ref, known in found.items()
    }
    told, progress = _run(campaign, run)
    return view.view_of(
        definition,
        campaign.problems,
        _standing(campaign, told),
        progress,
        columns,
        campaign._owner().draft.executions(),  # pyright: ignore[reportPrivateUsage] # one family
    )


def _standing(campaign: Campaign, run: dict[str, Any] | None) -> Standing:
    record = campaign.standing()
    schedule = campaign.schedule
    told = None
    if schedule is not None:
        status, paused = (Status.DRAFT, False) if record is None else (Status(record.status), record.paused)
        told = planned(schedule, campaign.launches(3), campaign.time_zone, status, paused=paused)
    if record is None:
        return Standing(schedule=told, run=run)
    number = campaign._published.draft_version(record) or record.version  # pyright: ignore[reportPrivateUsage] # one family
    return Standing(str(record.status), record.paused, record.error, number, told, run, record.pause_reason)


def planned(schedule: Schedule, launches: Sequence[dt.datetime], time_zone: str, status: Status, *, paused: bool) -> dict[str, Any]:
    """Return when a campaign launches: a short sentence, and of its next launches those that will come as it stands.

    What the schedule does with launches that were missed or meet another run is in `schedule.explain()` only.
    """
    policies = policy(str(schedule.catch_up) if schedule.timed else None, schedule.overlap)
    parts, ahead = [schedule.explain().removesuffix(f"; {policies}.")], list[dt.datetime]()
    if status == Status.DRAFT:
        parts += [f"would launch first {moment(launch.isoformat(), time_zone)}" for launch in launches[:1]]
    elif paused and status not in FINAL:
        parts.append("paused: no launch until it is resumed")
    elif status not in FINAL:
        ahead = list(launches)
    return {"sentence": " · ".join(parts), "next": [launch.isoformat() for launch in ahead]}


def _run(campaign: Campaign, run: Run | None) -> tuple[dict[str, Any] | None, Progress]:
    """Return a run as it is told, and what it has made known of activities and transitions."""
    if run is None:
        return None, Progress()
    known = {"id": run.id, "mode": run.mode, "as_of": run.as_of.isoformat()}
    if isinstance(run, LiveRun):
        seen = observed(campaign, run)
        states = {label: STATES.get(state, "pending") for label, state in seen.states.items()}
        progress = Progress(states, seen.counts, _reasons(seen.reasons), seen.notes, seen.closed, _passed(seen.states), seen.record.held_at)
        return known | seen.told, progress
    told = known | {"state": run.state, "started": run.as_of.isoformat(), "ended": run.as_of.isoformat(), "progress": 1.0}
    if isinstance(run, DryRun) and run.digest == campaign.definition.digest():
        found = run.states()
        states = {label: STATES.get(state, "pending") for label, state in found.items()}
        closed = frozenset(run._result.way.ports)  # pyright: ignore[reportPrivateUsage] # one family
        return told, Progress(states, dict(run.ports()), _reasons(run.reasons()), chosen(campaign, run.notes), closed, _passed(found))
    return told, Progress()


def _passed(states: dict[str, str]) -> frozenset[str]:
    return frozenset(label for label, state in states.items() if state == "skipped")


def _reasons(counted: Mapping[tuple[str, str], int]) -> dict[str, list[tuple[str, int]]]:
    reasons: dict[str, list[tuple[str, int]]] = {}
    for (label, reason), number in counted.items():
        if number:
            reasons.setdefault(label, []).append((reason, number))
    return reasons
