"""A campaign in its workspace: versions, status, publication, runs, log."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from campaign_nb.campaign.foreseen import values_by_hand
from campaign_nb.campaign.live_run import LiveRun
from campaign_nb.campaign.publication import Panel, Publication
from campaign_nb.campaign.run import DryRun
from campaign_nb.campaign.stored import Stored, tags_in
from campaign_nb.data.document import to_json as model_document
from campaign_nb.delivery.notices import signal as send_signal
from campaign_nb.engine.program import Program
from campaign_nb.engine.runner import STEPS
from campaign_nb.errors import CampaignError, DefinitionError, Problem, RunError, ScheduleError
from campaign_nb.graph.document import from_json, to_json
from campaign_nb.graph.lifecycle import FINAL, Status
from campaign_nb.graph.problems import compile_definition
from campaign_nb.store import Connection, alerts, campaigns, inventory, log, runs
from campaign_nb.store.campaigns import CampaignRecord
from campaign_nb.store.runs import RunRecord
from campaign_nb.workspace import life


class Published(Stored):
    """The stored side of a campaign with what publishes and runs it."""

    # ------------------------------------------------------------------------------------------------------ publishing

    def publish(self, confirm: int | None) -> Panel | Publication:
        """Publish when the number is right; without a number show what is at stake.

        What keeps a campaign that is stored from being published is an alert of it too.
        """
        campaign, now = self._campaign, self._campaign.workspace.clock.now()
        try:
            run = self._ready(now)
        except CampaignError as error:
            self._alert(now, error)
            raise
        total = sum(run.messages.values())
        if confirm is None:
            return Publication(campaign, run)
        if isinstance(confirm, bool) or not isinstance(confirm, int):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            what = f"publish(confirm={confirm!r}) is no number"
            expected, do = f"the number of messages of the last dry run: {total:,}", f"campaign.publish(confirm={total})"
            raise DefinitionError(Problem(f"campaign {campaign.name!r}", what, expected, do))
        if confirm != total:
            raise DefinitionError(
                Problem(
                    f"campaign {campaign.name!r}",
                    f"publish(confirm={confirm:,}), but the last dry run has {total:,} messages",
                    "the number of messages of the last dry run",
                    f"campaign.publish(confirm={total})",
                )
            )
        self._publish(now, total)
        return Panel(campaign)

    def _ready(self, now: dt.datetime) -> DryRun:
        """Return the last dry run of a campaign that can be published."""
        campaign, schedule = self._campaign, self._campaign.schedule
        if not campaign.definition.nodes:
            raise DefinitionError(
                Problem(
                    f"campaign {campaign.name!r}", "it has no activity", "at least one", 'campaign.build_audience("Everybody", customers)'
                )
            )
        if schedule is not None and not schedule.recurring and schedule.past(now) and not self._going_on():
            what = f"its only launch lies in the past: {schedule.explain().partition(';')[0]}"
            do = f'campaign.schedule = cn.Once("{now + dt.timedelta(days=1):%Y-%m-%d} 09:00")'
            raise ScheduleError(Problem(f"campaign {campaign.name!r}", what, "a launch after now", do))
        return campaign.last_dry_run()

    def _alert(self, now: dt.datetime, error: CampaignError) -> None:
        record = self.standing()
        if record is None:
            return
        text = "; ".join(f"{problem.where}: {problem.what}" for problem in error.problems)
        with self._campaign.workspace.store.begin() as connection:
            alerts.trouble(connection, record.id, None, "", now, "Publication failed", text)
            log.append(connection, f"publication failed: {text}", now, level="error", campaign_id=record.id)

    def _publish(self, now: dt.datetime, total: int) -> None:
        campaign, schedule = self._campaign, self._campaign.schedule
        life.at_home(campaign.workspace.store)
        ahead = schedule is not None and bool(schedule.launches(1, now)) and not schedule.recurring
        status = Status.SCHEDULED if ahead else Status.LIVE
        message = f"published: {total:,} messages in the last dry run"
        going_on = self._going_on()
        with campaign.workspace.store.begin() as connection:
            record = self._to_publish(connection, now)
            action = "publish" if record.status == Status.DRAFT else "publish_version"
            life.checked(connection, record, action)
            self._keep(connection, record, now, to_json(campaign.definition, strict=False))
            going = status if record.status == Status.DRAFT else Status(record.status)
            campaigns.publish(connection, record.id, [record.status], going, now, message)
        self._id = record.id
        self.register()
        scheduler = campaign.workspace.scheduler
        if going_on:
            campaign.follow(going_on[0].started_at)
        elif schedule is None or not (schedule.recurring or schedule.awaits or ahead):
            scheduler.submit(self._start(now, "as soon as possible").id)
        if scheduler.state != "paused":  # whoever paused it starts it again
            scheduler.start()
        campaign.changed()

    def _going_on(self) -> list[RunRecord]:
        """Return the runs that have not ended of what is published, newest first; none where something else is written now.

        Cells that run again, say after a restart of the kernel, go on with them: no run begins a second time.
        """
        record = self.record()
        if record is None or record.status in FINAL:
            return []
        with self._campaign.workspace.store.read() as connection:
            version = campaigns.published(connection, record.id)
            found = runs.unfinished(connection, record.id)
        if version is None or not self._same(version) or self._schedule_text() != version.schedule:
            return []
        return [run for run in found if run.version == version.version]

    def _to_publish(self, connection: Connection, now: dt.datetime) -> CampaignRecord:
        """Return the row to publish; what ended stays as it is and gives its name to a campaign that was written anew."""
        definition, record = self._campaign.definition, self._found(connection)
        if record is not None and self._id is None and record.status in FINAL:
            campaigns.rename(connection, record.id, campaigns.free_name(connection, record.name), now)
            record = None
        if record is None:
            record = campaigns.create(connection, definition.name, now, description=definition.description, tags=definition.tags)
            inventory.note_author(connection, record.id, self._campaign.workspace.author)
            if self._folder:
                record = campaigns.describe(connection, record.id, now, folder=self._folder)
        return record

    def _keep(self, connection: Connection, record: CampaignRecord, now: dt.datetime, text: str) -> None:
        """Keep what is written as the draft of a version; tags that were changed in the workspace stay."""
        definition, data = self._campaign.definition, self._campaign.data
        newest = campaigns.version(connection, record.id, record.version) if record.version else None
        tags = None if definition.tags in (self._told, tags_in(newest)) else definition.tags
        campaigns.describe(connection, record.id, now, description=definition.description, tags=tags)
        schedule, zone = self._schedule_text(), definition.time_zone
        model = model_document(data, self._campaign.workspace.folder) if data.portable else None
        campaigns.save_version(connection, record.id, text, now, seed=definition.seed, schedule=schedule, time_zone=zone, model=model)
        self._told = definition.tags

    def save(self) -> None:
        """Keep the draft in the workspace.

        What has ended stays as it is and gives its name to what was written anew.
        """
        self.check_editable()
        campaign = self._campaign
        text, now = to_json(campaign.definition), campaign.workspace.clock.now()
        with campaign.workspace.store.begin() as connection:
            record = self._to_publish(connection, now)
            life.checked(connection, record, "edit")
            self._keep(connection, record, now, text)
            log.append(connection, "draft kept", now, campaign_id=record.id)
        self._tell()

    # ------------------------------------------------------------------------------------------------------- launching

    def register(self) -> None:
        """Let this kernel launch the campaign and go on with its runs."""
        record = self._stored()
        self._campaign.workspace.register(record.id, self._campaign, self._program, self._as_of)

    def _as_of(self, due: dt.datetime) -> dt.datetime:
        return due if self._campaign.data.as_of is None else self._campaign.instant()

    # --------------------------------------------------------------------------------------------------------- running

    def _program(self, run_id: str) -> Program:
        """Return the program of a run: the version that it started with, on this kernel's data."""
        campaign = self._campaign
        with campaign.workspace.store.read() as connection:
            run = runs.get(connection, run_id)
            version = campaigns.version(connection, run.campaign_id, run.version)
        if version.definition == to_json(campaign.definition, strict=False):
            return campaign.program(run=run)
        definition = from_json(version.definition)
        compiled = compile_definition(definition, campaign.data, campaign._owner().audiences)  # pyright: ignore[reportPrivateUsage] # one family
        return campaign._program(compiled, None, run)  # pyright: ignore[reportPrivateUsage] # one family

    def _start(self, now: dt.datetime, message: str, mode: str = "live") -> RunRecord:
        campaign, record = self._campaign, self._stored()
        with campaign.workspace.store.begin() as connection:
            version = campaigns.published(connection, record.id)
            if version is None:
                raise RunError(
                    Problem(f"campaign {record.name!r}", "it has no published version", "a published campaign", "campaign.publish()")
                )
            place, text = (record.id, version.version, self._as_of(now), now), f"run started: {message}"
            given = values_by_hand(version, record.name)
            return runs.start(connection, *place, seed=version.seed, variables=given, mode=mode, message=text)

    def launch(self, *, steps: bool = False) -> LiveRun:
        """Start a run now; with steps, each of its activities is a stage of its own."""
        record, workspace = self._stored(), self._campaign.workspace
        with workspace.store.read() as connection:
            life.checked(connection, record, "launch")
            life.at_home(workspace.store)
        self.register()
        run = self._start(workspace.clock.now(), "launched by hand", STEPS if steps else "live")
        workspace.scheduler.submit(run.id)
        workspace.scheduler.start()
        return self.run(run.id)

    def signal(self, values: Mapping[str, Any]) -> None:
        """Ask for a launch, with values."""
        record, workspace = self._stored(), self._campaign.workspace
        with workspace.store.begin() as connection:
            life.checked(connection, record, "signal")
            life.at_home(workspace.store)
            send_signal(connection, record, values, uuid.uuid4().hex, workspace.clock.now(), f"campaign {record.name!r}")
        self.register()
        workspace.scheduler.start()
        workspace.scheduler.wake()

    def act(self, action: str) -> None:
        """Pause, resume, stop, close, archive, delete or bring back to draft."""
        campaign = self._campaign
        if action == "delete" and self.record() is None:
            what, expected = "it is not in the workspace, so there is nothing to delete", "a draft that was kept there"
            raise RunError(Problem(f"campaign {campaign.name!r}", what, expected, "campaign.save()"))
        record = self._stored()
        life.act(campaign.workspace.store, campaign.workspace.clock, record.id, action)
        campaign.workspace.scheduler.wake()
        self._tell()

    def run(self, run_id: str) -> LiveRun:
        """Return a live run."""
        return LiveRun(self._campaign.workspace, run_id, self._program)

    def latest(self) -> LiveRun | None:
        """Return the newest live run; None for a draft."""
        ids = self.run_ids() if self.standing() is not None else []
        return self.run(ids[0]) if ids else None
