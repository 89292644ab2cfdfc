"""The campaigns that this process holds: opened from the store as notebooks publish them, the others with the reason."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection

from campaign_nb.campaign import Campaign
from campaign_nb.errors import CampaignError, DefinitionError
from campaign_nb.graph.lifecycle import Status
from campaign_nb.store import campaigns, runs
from campaign_nb.store.campaigns import CampaignRecord
from campaign_nb.workspace import Workspace

GOING_ON = (Status.SCHEDULED, Status.LIVE, Status.CLOSED)
AGAIN = 30.0
"""Seconds after which a campaign that could not be opened is tried again: a file may be back."""


class Holding:
    """Opens what is published, again when there is a new version, and remembers what can't be opened, and why."""

    def __init__(self, workspace: Workspace, names: Collection[str] = ()) -> None:
        """Hold the campaigns of these names, all if there is none.

        Errors: a name that no campaign has.
        """
        self._workspace, self._names = workspace, set(names)
        self._held: dict[str, int] = {}
        self._tried: dict[str, tuple[int, float]] = {}
        self.refused: dict[str, CampaignError] = {}
        """The campaigns that can't be opened, by name."""
        with workspace.store.read() as connection:
            for name in sorted(self._names):
                campaigns.named(connection, name)

    def look(self) -> list[str]:
        """Open what was published since the last look; return the names of what was opened."""
        with self._workspace.store.read() as connection:
            found = [(record, campaigns.published(connection, record.id)) for record in campaigns.list_campaigns(connection, GOING_ON)]
        going = {record.name: version.version for record, version in found if version is not None}
        self.refused = {name: error for name, error in self.refused.items() if name in going}
        return [record.name for record, version in found if version is not None and self._open(record, version.version)]

    def _open(self, record: CampaignRecord, version: int) -> bool:
        tried, at = self._tried.get(record.id, (0, 0.0))
        again = tried != version or time.monotonic() - at >= AGAIN
        if (self._names and record.name not in self._names) or self._held.get(record.id) == version or not again:
            return False
        self._tried[record.id] = (version, time.monotonic())
        try:
            problems = list(Campaign.open(record.name, workspace=self._workspace).problems)
            if problems:
                raise DefinitionError(*problems, subject=f"campaign {record.name!r}" if len(problems) > 1 else "")
        except CampaignError as error:
            self.refused[record.name] = error
            return False
        self.refused.pop(record.name, None)
        self._held[record.id] = version
        return True

    def next_wait(self) -> dt.datetime | None:
        """Return when the first wait of a held run ends, None when none waits."""
        now = self._workspace.clock.now()
        with self._workspace.store.read() as connection:
            found = [run.due_at for run in runs.unfinished(connection) if run.state == "waiting" and run.campaign_id in self._held]
        return min((at for at in found if at is not None and at > now), default=None)

    def in_error(self) -> list[str]:
        """Return the names of held campaigns whose last run met an error."""
        with self._workspace.store.read() as connection:
            return [record.name for record in campaigns.list_campaigns(connection) if record.error and record.id in self._held]
