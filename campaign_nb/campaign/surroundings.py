"""What a run finds around it: variables, and how many people the live run before had."""

from __future__ import annotations

import json
from typing import Any

from campaign_nb.graph.definition import Definition, Ref
from campaign_nb.graph.settings import value_of_document
from campaign_nb.rules.tree import Scalar
from campaign_nb.schedule import OnSignal, Schedule
from campaign_nb.store import campaigns, runs
from campaign_nb.store.runs import RunRecord
from campaign_nb.workspace import Workspace


def variables_of(definition: Definition, schedule: Schedule | None, run: RunRecord | None) -> dict[str, Scalar]:
    """Return the variables of a run: the campaign's, over them what its signal brought, or test values in a dry run.

    Nulls: in a dry run a parameter without a test value has the campaign's value, if there is one.
    """
    found = dict(definition.settings.variables)
    if run is None:
        return found | ({p.name: p.test for p in schedule.parameters if p.test is not None} if isinstance(schedule, OnSignal) else {})
    given: dict[str, Any] = {} if run.variables is None else json.loads(run.variables)
    return found | {name: value_of_document(value) for name, value in given.items()}


def previous_of(workspace: Workspace, campaign: str, run: RunRecord | None) -> dict[Ref, int]:
    """Return how many people were in each transition of the live run before: the newest that was done before this one began."""
    if not workspace.begun:
        return {}
    with workspace.store.read() as connection:
        record = campaigns.get(connection, run.campaign_id) if run is not None else campaigns.find(connection, campaign)
        before = None if record is None else runs.last_done(connection, record.id, None if run is None else run.started_at)
        ports = {} if before is None else runs.read_ports(connection, before.id)
    return {Ref(*place): rows for place, (rows, active) in ports.items() if active}
