"""A stored campaign opened in a new kernel: its definition, its schedule and its data model, without its cells."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from campaign_nb.campaign.published import Published
from campaign_nb.data.model import DataModel
from campaign_nb.engine.program import Program
from campaign_nb.errors import DataError, DefinitionError, Problem, StoreError
from campaign_nb.graph.definition import Definition
from campaign_nb.graph.document import from_json, to_json
from campaign_nb.graph.lifecycle import Status
from campaign_nb.schedule import Schedule
from campaign_nb.scheduler import Scheduled
from campaign_nb.store import campaigns, runs
from campaign_nb.store.campaigns import CampaignRecord, VersionRecord
from campaign_nb.store.runs import RunRecord
from campaign_nb.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from campaign_nb.campaign.campaign import Campaign

C = TypeVar("C", bound="Campaign")


def open_campaign(
    kind: type[C], name: str, workspace: Workspace | None = None, data: DataModel | None = None, number: int | None = None
) -> C:
    """Return a version of a stored campaign: the published one, or its newest where none is, or that of a number.

    One that was published and has no problem is ready to be launched from here, and its runs go on here. The store
    is one's own: its data model may name any file, and functions of modules are imported.
    Errors: no such campaign; a data model that can't be opened; functions that lived in a notebook; tables that changed.
    """
    chosen = workspace if workspace is not None else default_workspace()
    record, version = version_of(chosen, name, number)
    campaign = _campaign(kind, record, version, chosen, data)
    stored = Reopened(campaign, record, version, data)
    campaign._published = stored  # pyright: ignore[reportPrivateUsage] # one family
    if version.published_at is not None and not campaign.problems:
        stored.register()
    return campaign


def check_free(workspace: Workspace, name: str) -> None:
    """Make sure that no stored campaign has a name; makes no workspace.

    Errors: one that has it.
    """
    if not workspace.begun:
        return
    with workspace.store.read() as connection:
        found = campaigns.find(connection, name)
    if found is not None:
        what = f"the workspace has a campaign of that name; it is {found.status}"
        raise DefinitionError(Problem(f"campaign {name!r}", what, "a name that is free", f'campaign.duplicate("{name} (2)")'))


def version_of(workspace: Workspace, name: str, number: int | None = None) -> tuple[CampaignRecord, VersionRecord]:
    """Return a stored campaign and its published version, or its newest where none is, or that of a number.

    Errors: a workspace without a store, no campaign of that name, no version, none of that number.
    """
    if not workspace.begun:
        what = f"the workspace {str(workspace.folder)!r} has no store"
        raise StoreError(Problem(f"campaign {name!r}", what, "a workspace in which a campaign was published", "campaign.publish()"))
    with workspace.store.read() as connection:
        record = campaigns.named(connection, name)
        if number is not None:
            return record, _numbered(record, number, campaigns.list_versions(connection, record.id))
        version = None if record.status == Status.DRAFT else campaigns.published(connection, record.id)
        if version is None and record.version:
            version = campaigns.version(connection, record.id, record.version)
    if version is None:
        raise StoreError(Problem(f"campaign {name!r}", "it has no version yet", "a published campaign", "campaign.publish()"))
    return record, version


def _numbered(record: CampaignRecord, number: int, versions: Sequence[VersionRecord]) -> VersionRecord:
    found = next((version for version in versions if version.version == number), None)
    if found is None:
        known = ", ".join(str(version.version) for version in versions)
        expected = f"one of: {known}" if known else "a campaign that was kept or published"
        raise StoreError(Problem(f"campaign {record.name!r}", f"no version {number!r}", expected, "campaign.versions"))
    return found


class Reopened(Published):
    """The stored side of a campaign that was opened.

    Each run has the definition and the data model that it began with. A version that another kernel publishes is not
    launched from here until the campaign is opened again, for its data may be that kernel's alone.
    """

    def __init__(self, campaign: Campaign, record: CampaignRecord, version: VersionRecord, data: DataModel | None) -> None:
        super().__init__(campaign)
        self._id = record.id
        self._version, self._model, self._data = version.version, version.model, data
        self._others: dict[int, Campaign] = {}

    def register(self) -> None:
        """Let this kernel launch the campaign and go on with those of its runs whose data it can open."""
        record, campaign = self._stored(), self._campaign
        programs = self._program_or_none
        campaign.workspace.register(record.id, campaign, programs, self._as_of, self._wants)  # pyright: ignore[reportArgumentType] # None leaves a run to others

    def _publish(self, now: dt.datetime, total: int) -> None:
        super()._publish(now, total)
        with self._campaign.workspace.store.read() as connection:
            version = campaigns.published(connection, self._stored().id)
        if version is not None:
            self._version, self._model = version.version, version.model
            self._campaign.workspace.scheduler.wake()

    def _wants(self, found: Scheduled) -> bool:
        """Tell whether a published version is launched from here."""
        if found.version == self._version:
            return True
        with self._campaign.workspace.store.read() as connection:
            version = campaigns.version(connection, found.campaign_id, found.version)
        if not self._is_this(version):
            return False
        self._version = found.version
        return True

    def _program_or_none(self, run_id: str) -> Program | None:
        version, _ = self._version_of(run_id)
        return self._program(run_id) if self._data is not None or version.model is not None or self._is_this(version) else None

    def _program(self, run_id: str) -> Program:
        version, run = self._version_of(run_id)
        campaign = self._campaign
        if self._is_this(version):
            return campaign.program(run=run)
        if version.version not in self._others:
            with campaign.workspace.store.read() as connection:
                record = campaigns.get(connection, version.campaign_id)
            self._others[version.version] = _campaign(type(campaign), record, version, campaign.workspace, self._data)
        return self._others[version.version].program(run=run)

    def _version_of(self, run_id: str) -> tuple[VersionRecord, RunRecord]:
        with self._campaign.workspace.store.read() as connection:
            run = runs.get(connection, run_id)
            return campaigns.version(connection, run.campaign_id, run.version), run

    def _is_this(self, version: VersionRecord) -> bool:
        """Tell whether a version is what the campaign is now, on the data that it has here."""
        same = self._data is not None or version.model == self._model
        return same and version.definition == to_json(self._campaign.definition, strict=False)


def _campaign(kind: type[C], record: CampaignRecord, version: VersionRecord, workspace: Workspace, data: DataModel | None) -> C:
    model = _model(record.name, version, workspace) if data is None else data
    definition = definition_of(record.name, version)
    campaign = kind(definition.name, data=model, time_zone=definition.time_zone, workspace=workspace)
    campaign._become(definition)  # pyright: ignore[reportPrivateUsage] # one family
    if version.schedule is not None:
        campaign.schedule = Schedule.from_json(json.loads(version.schedule))
    return campaign


def _model(name: str, version: VersionRecord, workspace: Workspace) -> DataModel:
    if version.model is None:
        what = "its data model is not in the workspace: it has rows in memory, or functions of a notebook"
        expected = "tables of files or of functions of a module, or data="
        do = f"cn.Campaign.open({name!r}, workspace=workspace, data=shop)"
        raise DataError(Problem(f"campaign {name!r}", what, expected, do))
    return DataModel.from_json(version.model, folder=workspace.folder, trusted=True)


def definition_of(name: str, version: VersionRecord) -> Definition:
    """Return the definition of a stored version under its campaign's name; functions of modules are imported.

    Errors: functions that lived in a notebook, and all that a document can have wrong.
    """
    try:
        definition = from_json(version.definition, imports=True)
    except DefinitionError as error:
        problems = [_told(problem, name) for problem in error.problems]
        raise DefinitionError(*problems, subject=f"campaign {name!r}" if len(problems) > 1 else "") from error
    return definition if definition.name == name else definition.renamed(name)


def _told(problem: Problem, name: str) -> Problem:
    """Say of a document's problem which campaign it is, and what becomes of functions of a notebook."""
    where = problem.where.replace("document", f"campaign {name!r}", 1)
    if "'here:" not in problem.what:
        return replace(problem, where=where)
    what = "its function lived in a notebook"
    return Problem(where, what, "a function of a module that Python can import", "move it into a module, and publish again")
