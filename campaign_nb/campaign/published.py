"""A campaign in its workspace: versions, status, publication, runs, log."""

from __future__ import annotations

import datetime as dt
import functools
import json
from typing import TYPE_CHECKING, Any

import polars as pl

from campaign_nb.campaign.publication import Panel, Publication
from campaign_nb.campaign.run import LiveRun
from campaign_nb.engine.runner import Program
from campaign_nb.errors import DefinitionError, Problem, RunError, ScheduleError
from campaign_nb.graph.document import from_json, to_json
from campaign_nb.graph.lifecycle import ACTIONS, FINAL, Status, check
from campaign_nb.graph.problems import compile_definition
from campaign_nb.schedule import Schedule
from campaign_nb.scheduler import Scheduled
from campaign_nb.store import Connection, campaigns, log, runs
from campaign_nb.store.campaigns import CampaignRecord
from campaign_nb.store.runs import UNFINISHED, RunRecord
from campaign_nb.workspace import Listing, workspaces

if TYPE_CHECKING:
    from campaign_nb.campaign.campaign import Campaign

_INSTANT = pl.Datetime("us", "UTC")


class Published:
    """The stored side of a campaign; nothing is opened before it is needed.

    Until it is published it is the campaign of its name, whatever that one's state; from then on it is the one that it
    published, also when that one has ended and another has its name.
    """

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._id: str | None = None

    # ---------------------------------------------------------------------------------------------------------- stored

    def record(self) -> CampaignRecord | None:
        """Return the campaign's row, None before it was first published; makes no workspace."""
        if not self._campaign.workspace.begun:
            return None
        with self._campaign.workspace.store.read() as connection:
            return self._found(connection)

    def _found(self, connection: Connection) -> CampaignRecord | None:
        if self._id is not None:
            return campaigns.get(connection, self._id)
        return campaigns.find(connection, self._campaign.name)

    def standing(self) -> CampaignRecord | None:
        """Return the row that tells how the campaign stands; None for a draft, also of one that has ended and was changed since."""
        record = self.record()
        if record is None or self._id is not None or record.status not in FINAL:
            return record
        with self._campaign.workspace.store.read() as connection:
            version = campaigns.published(connection, record.id)
        same = version is not None and version.definition == to_json(self._campaign.definition, strict=False)
        return record if same else None

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
        return f"{record.status}" + (f" ({', '.join(marks)})" if marks else "")

    def published_at(self) -> dt.datetime | None:
        """Return when the newest published version was published."""
        record = self.record()
        if record is None:
            return None
        with self._campaign.workspace.store.read() as connection:
            version = campaigns.published(connection, record.id)
        return None if version is None else version.published_at

    # ------------------------------------------------------------------------------------------------------ publishing

    def publish(self, confirm: int | None) -> Panel | Publication:
        """Publish when the number is right; without a number show what is at stake."""
        campaign, schedule = self._campaign, self._campaign.schedule
        if not campaign.definition.nodes:
            raise DefinitionError(
                Problem(
                    f"campaign {campaign.name!r}", "it has no activity", "at least one", 'campaign.build_audience("Everybody", customers)'
                )
            )
        now = campaign.workspace.clock.now()
        if schedule is not None and not schedule.recurring and schedule.past(now):
            what = f"its only launch lies in the past: {schedule.explain().partition(';')[0]}"
            do = f'campaign.schedule = cn.Once("{now + dt.timedelta(days=1):%Y-%m-%d} 09:00")'
            raise ScheduleError(Problem(f"campaign {campaign.name!r}", what, "a launch after now", do))
        run = campaign.last_dry_run()
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

    def _publish(self, now: dt.datetime, total: int) -> None:
        campaign, schedule = self._campaign, self._campaign.schedule
        definition = campaign.definition
        document = None if schedule is None else _json(schedule.to_json())
        ahead = schedule is not None and bool(schedule.launches(1, now)) and not schedule.recurring
        status = Status.SCHEDULED if ahead else Status.LIVE
        message = f"published: {total:,} messages in the last dry run"
        with campaign.workspace.store.begin() as connection:
            record = self._to_publish(connection, now)
            action = "publish" if record.status == Status.DRAFT else "publish_version"
            self._check(record, action)
            campaigns.describe(connection, record.id, now, description=definition.description, tags=definition.tags)
            text = to_json(definition, strict=False)
            campaigns.save_version(
                connection, record.id, text, now, seed=definition.seed, schedule=document, time_zone=definition.time_zone
            )
            going = status if record.status == Status.DRAFT else Status(record.status)
            campaigns.publish(connection, record.id, [record.status], going, now, message)
        self._id = record.id
        self.register()
        scheduler = campaign.workspace.scheduler
        if schedule is None or not (schedule.recurring or ahead):
            scheduler.submit(self._start(now, "as soon as possible").id)
        scheduler.start()
        campaign.changed()

    def _to_publish(self, connection: Connection, now: dt.datetime) -> CampaignRecord:
        """Return the row to publish; what ended stays as it is and gives its name to a campaign that was written anew."""
        definition, record = self._campaign.definition, self._found(connection)
        if record is not None and self._id is None and record.status in FINAL:
            campaigns.rename(connection, record.id, campaigns.free_name(connection, record.name), now)
            record = None
        return record or campaigns.create(connection, definition.name, now, description=definition.description, tags=definition.tags)

    def register(self) -> None:
        """Let this kernel launch the campaign and go on with its runs."""
        record = self._stored()
        self._campaign.workspace.register(record.id, self._campaign, self._program, self._scheduled, self._as_of)

    def _scheduled(self) -> Scheduled | None:
        """Return the published version's schedule; one that was set and not published yet does not count."""
        record = self.record()
        if record is None or record.status not in (Status.LIVE, Status.SCHEDULED):
            return None
        with self._campaign.workspace.store.read() as connection:
            version = campaigns.published(connection, record.id)
        if version is None or version.schedule is None or version.published_at is None:
            return None
        return Scheduled(record.id, record.name, version.version, _schedule(version.schedule), version.published_at, record.paused)

    def _as_of(self, due: dt.datetime) -> dt.datetime:
        return due if self._campaign.data.as_of is None else self._campaign.instant()

    def _check(self, record: CampaignRecord, action: str) -> None:
        with self._campaign.workspace.store.read() as connection:
            done = len(runs.list_runs(connection, record.id, ["done"]))
        schedule = self._campaign.schedule
        problem = check(
            action,
            record.status,
            recurring=schedule is not None and schedule.recurring,
            completed_runs=done,
            error=record.error,
            paused=record.paused,
            campaign=record.name,
        )
        if problem is not None:
            raise RunError(problem)

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

    def _start(self, now: dt.datetime, message: str) -> RunRecord:
        campaign, record = self._campaign, self._stored()
        with campaign.workspace.store.begin() as connection:
            version = campaigns.published(connection, record.id)
            if version is None:
                raise RunError(
                    Problem(f"campaign {record.name!r}", "it has no published version", "a published campaign", "campaign.publish()")
                )
            text = f"run started: {message}"
            return runs.start(connection, record.id, version.version, self._as_of(now), now, seed=version.seed, message=text)

    def launch(self) -> LiveRun:
        """Start a run now."""
        record = self._stored()
        self._check(record, "launch")
        self.register()
        run = self._start(self._campaign.workspace.clock.now(), "launched by hand")
        scheduler = self._campaign.workspace.scheduler
        scheduler.submit(run.id)
        scheduler.start()
        return self.run(run.id)

    def act(self, action: str) -> None:
        """Pause, resume or stop."""
        campaign, record = self._campaign, self._stored()
        self._check(record, action)
        now = campaign.workspace.clock.now()
        with campaign.workspace.store.begin() as connection:
            target = ACTIONS[action].to
            if target is not None:
                campaigns.transition(connection, record.id, [record.status], target, now, f"{action} asked for")
            else:
                campaigns.flag(connection, record.id, now, f"{action} asked for", paused=action == "pause")
            for run in runs.list_runs(connection, record.id, UNFINISHED):
                if action == "stop":
                    runs.move(connection, run.id, UNFINISHED, "stopped", now, "run stopped")
        campaign.workspace.scheduler.wake()
        workspaces.changed(campaign.workspace)
        campaign.changed()

    def run_ids(self) -> list[str]:
        """Return the ids of the live runs, newest first."""
        record = self.record()
        if record is None:
            return []
        with self._campaign.workspace.store.read() as connection:
            return [run.id for run in runs.list_runs(connection, record.id)]

    def run(self, run_id: str) -> LiveRun:
        """Return a live run."""
        return LiveRun(self._campaign.workspace.store, run_id, lambda: self._program(run_id))

    def latest(self) -> LiveRun | None:
        """Return the newest live run; None for a draft."""
        ids = self.run_ids() if self.standing() is not None else []
        return self.run(ids[0]) if ids else None

    # --------------------------------------------------------------------------------------------------------- listings

    def log(self) -> Listing:
        """Return the log, oldest first."""
        record = self.record()
        lines: list[Any] = []
        if record is not None:
            with self._campaign.workspace.store.read() as connection:
                lines = [(line.at, line.level, line.activity, line.message) for line in log.read(connection, campaign_id=record.id)]
        columns = {"at": _INSTANT, "level": pl.String, "activity": pl.String, "message": pl.String}
        return Listing(f"log of {self._campaign.name}", pl.LazyFrame(lines, schema=columns, orient="row"), name="activity")

    def tasks(self) -> Listing:
        """Return the tasks of all runs, newest run first."""
        rows: list[Any] = []
        ids = self.run_ids()
        for run_id in ids:
            with self._campaign.workspace.store.read() as connection:
                rows += [
                    (run_id, t.activity, t.kind, t.stage, t.state, t.rows_in, t.rows_out, t.as_of, t.started_at, t.ended_at, t.error_text)
                    for t in runs.list_tasks(connection, run_id)
                ]
        columns = {"run": pl.String, "activity": pl.String, "kind": pl.String, "stage": pl.Int64, "state": pl.String}
        columns |= {
            "rows_in": pl.Int64,
            "rows_out": pl.Int64,
            "as_of": _INSTANT,
            "started_at": _INSTANT,
            "ended_at": _INSTANT,
            "error": pl.String,
        }
        return Listing(f"tasks of {self._campaign.name}", pl.LazyFrame(rows, schema=columns, orient="row"), name="activity")

    def runs(self) -> Listing:
        """Return the live runs, newest first."""
        record, rows = self.record(), list[Any]()
        if record is not None:
            with self._campaign.workspace.store.read() as connection:
                found = runs.list_runs(connection, record.id)
                rows = [(run.id, run.version, run.state, run.as_of, run.started_at, run.ended_at, run.error_text) for run in found]
        columns = {"run": pl.String, "version": pl.Int64, "state": pl.String, "as_of": _INSTANT}
        columns |= {"started_at": _INSTANT, "ended_at": _INSTANT, "error": pl.String}
        return Listing(f"runs of {self._campaign.name}", pl.LazyFrame(rows, schema=columns, orient="row"), name="run")


@functools.lru_cache(maxsize=256)
def _schedule(document: str) -> Schedule:
    return Schedule.from_json(json.loads(document))


def _json(document: object) -> str:
    return json.dumps(document, sort_keys=True)
