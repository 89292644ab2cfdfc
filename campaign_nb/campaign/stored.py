"""What the workspace knows of a campaign, beside what is written: how it stands, its properties, what is kept of it."""

from __future__ import annotations

import datetime as dt
import functools
import json
from typing import TYPE_CHECKING, Any

from campaign_nb.campaign import listings
from campaign_nb.errors import Problem, RunError
from campaign_nb.graph.document import to_json
from campaign_nb.graph.lifecycle import FINAL, Status
from campaign_nb.store import Connection, Store, campaigns, runs
from campaign_nb.store.campaigns import CampaignRecord, VersionRecord
from campaign_nb.workspace import Listing, life, workspaces

if TYPE_CHECKING:
    from campaign_nb.campaign.campaign import Campaign


class Stored:
    """The stored side of a campaign; nothing is opened before it is needed.

    Until it is published it is the campaign of its name, whatever that one's state; from then on it is the one that it
    published, also when that one has ended and another has its name.
    """

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._id: str | None = None
        self._folder = ""
        self._told: tuple[str, ...] | None = None
        """The tags of the definition that the workspace was told of last."""

    # ---------------------------------------------------------------------------------------------------------- stored

    def record(self) -> CampaignRecord | None:
        """Return the campaign's row, None before it was first published; makes no workspace."""
        if not self._campaign.workspace.begun:
            return None
        with self._campaign.workspace.store.read() as connection:
            return self._found(connection)

    def _found(self, connection: Connection) -> CampaignRecord | None:
        if self._id is not None:
            found = campaigns.known(connection, self._id)
            if found is not None:
                return found
            self._id = None  # it was deleted, here or elsewhere
        return campaigns.find(connection, self._campaign.name)

    def standing(self) -> CampaignRecord | None:
        """Return the row that tells how the campaign stands; None for a draft, also of one that has ended and was changed since."""
        record = self.record()
        if record is None or self._id is not None or record.status not in FINAL:
            return record
        with self._campaign.workspace.store.read() as connection:
            version = campaigns.published(connection, record.id)
        return record if version is not None and self._same(version) else None

    def _stored(self) -> CampaignRecord:
        record = self.record()
        if record is None:
            raise RunError(Problem(f"campaign {self._campaign.name!r}", "it is a draft", "a published campaign", "campaign.publish()"))
        return record

    def status(self) -> str:
        """Return the status in words."""
        record = self.standing()
        if record is None:
            return str(Status.DRAFT)
        marks = [word for word, on in (("paused", record.paused), ("error", record.error)) if on]
        number = self.draft_version(record)
        if number is not None and record.status != Status.DRAFT:
            marks.append(f"draft of version {number}")
        return f"{record.status}" + (f" ({', '.join(marks)})" if marks else "")

    def draft_version(self, record: CampaignRecord | None) -> int | None:
        """Return the number of the version that is being written; None when all that is written is published."""
        if record is None:
            return 1
        with self._campaign.workspace.store.read() as connection:
            newest = campaigns.version(connection, record.id, record.version) if record.version else None
            version = campaigns.published(connection, record.id)
        kept = newest is not None and newest.published_at is None
        if record.status == Status.DRAFT:
            return record.version if kept else record.version + 1
        if record.status in FINAL or (version is not None and self._same(version) and self._schedule_text() == version.schedule):
            return None
        return record.version if kept else record.version + 1

    def _same(self, version: VersionRecord) -> bool:
        """Tell whether a version is what is written now; tags do not count."""
        return content(version.definition) == content(to_json(self._campaign.definition, strict=False))

    def _schedule_text(self) -> str | None:
        schedule = self._campaign.schedule
        return None if schedule is None else canonical(schedule.to_json())

    def published_at(self) -> dt.datetime | None:
        """Return when the newest published version was published."""
        record = self.record()
        if record is None:
            return None
        with self._campaign.workspace.store.read() as connection:
            version = campaigns.published(connection, record.id)
        return None if version is None else version.published_at

    def run_ids(self) -> list[str]:
        """Return the ids of the live runs, newest first."""
        record = self.record()
        if record is None:
            return []
        with self._campaign.workspace.store.read() as connection:
            return [run.id for run in runs.list_runs(connection, record.id)]

    def _tell(self) -> None:
        workspaces.changed(self._campaign.workspace)
        self._campaign.changed()

    # ------------------------------------------------------------------------------------------------------ properties

    def check_editable(self) -> None:
        """Refuse to change what has ended."""
        record = self.standing()
        if record is not None:
            with self._campaign.workspace.store.read() as connection:
                life.checked(connection, record, "edit")

    def tags(self) -> tuple[str, ...]:
        """Return the tags: the written ones until they are kept, then those of the workspace."""
        written, record = self._campaign.definition.tags, self.standing()
        if record is None:
            return written
        with self._campaign.workspace.store.read() as connection:
            newest = campaigns.version(connection, record.id, record.version) if record.version else None
        return record.tags if written in (self._told, tags_in(newest)) else written

    def tag(self, tags: tuple[str, ...]) -> None:
        """Change the tags of the stored campaign, if there is one."""
        record = self.standing()
        if record is not None:
            life.tag(self._campaign.workspace.store, self._campaign.workspace.clock, record.id, tags)
            self._told = tags
            workspaces.changed(self._campaign.workspace)

    def folder(self) -> str:
        """Return the folder."""
        record = self.standing()
        return self._folder if record is None else record.folder

    def move(self, folder: str) -> None:
        """Change the folder of the stored campaign, if there is one; else it is put there once it is stored."""
        record, self._folder = self.standing(), folder
        if record is not None:
            life.move(self._campaign.workspace.store, self._campaign.workspace.clock, record.id, folder)
            workspaces.changed(self._campaign.workspace)

    # --------------------------------------------------------------------------------------------------------- listings

    @property
    def _store(self) -> Store | None:
        return self._campaign.workspace.store if self._campaign.workspace.begun else None

    def log(self) -> Listing:
        """Return the log, oldest first."""
        return listings.log_of(self._campaign.name, self._store, self.record(), self._campaign.time_zone)

    def tasks(self) -> Listing:
        """Return the tasks of all runs, newest run first."""
        return listings.tasks_of(
            self._campaign.name, self._store, self.run_ids(), self._campaign.time_zone, [*self._campaign.definition.nodes]
        )

    def runs(self) -> Listing:
        """Return the live runs, newest first."""
        return listings.runs_of(self._campaign.name, self._store, self.record(), self._campaign.time_zone)

    def versions(self) -> Listing:
        """Return the versions, oldest first, with what is written and not published yet as the last."""
        campaign, record = self._campaign, self.standing()
        number = self.draft_version(record)
        row = None
        if number is not None:
            told = None if campaign.schedule is None else campaign.schedule.explain()
            row = listings.draft_row(number, len(campaign.definition.nodes), told, self._drafted_at(record, number))
        return listings.versions_of(campaign.name, self._store, record, row, campaign.time_zone)

    def _drafted_at(self, record: CampaignRecord | None, number: int) -> dt.datetime | None:
        if record is None or number > record.version:
            return None
        with self._campaign.workspace.store.read() as connection:
            return campaigns.version(connection, record.id, number).created_at


@functools.lru_cache(maxsize=256)
def content(document: str) -> str:
    """Return a definition's document without its tags, which change nothing and may change at any time."""
    found: dict[str, Any] = json.loads(document)
    return canonical({name: value for name, value in found.items() if name != "tags"})


def tags_in(version: VersionRecord | None) -> tuple[str, ...] | None:
    """Return the tags in the definition of a version."""
    return None if version is None else tuple(json.loads(version.definition).get("tags", ()))


def canonical(document: object) -> str:
    """Return a document as text, the same for equal ones."""
    return json.dumps(document, sort_keys=True)
