"""What runs are doing right now: told by their events, kept nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaign_nb.engine.events import RunEvent

_GOING = ("running", "waiting")
_ENDED = ("done", "failed", "stopped")


class Doing:
    """The activities that run or wait, by run.

    >>> Doing().added({"run": None, "nodes": []})
    {'run': None, 'nodes': []}
    """

    def __init__(self) -> None:
        self._states: dict[str, dict[str, str]] = {}

    def hear(self, event: RunEvent) -> None:
        """Take in what a run tells; one that has ended is forgotten."""
        self._states.pop(event.run, None)
        if event.state not in _ENDED:
            self._states[event.run] = {label: state for label, state in event.activities.items() if state in _GOING}

    def added(self, view: Mapping[str, Any]) -> dict[str, Any]:
        """Return a campaign's view in which the activities of its run that run or wait say so."""
        run = view["run"]
        states = self._states.get(run["id"], {}) if run is not None and run["state"] not in _ENDED else {}
        return {**view, "nodes": [{**node, "state": states.get(node["label"], node["state"])} for node in view["nodes"]]}
