"""Endings: what follows in the store when a run is over, when a launch can't start any more, when a schedule is done."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import NamedTuple, cast

from campaign_nb.clock import Clock
from campaign_nb.engine.failing import end_failed, suspend
from campaign_nb.errors import CampaignError
from campaign_nb.graph.lifecycle import ACTIONS, Status
from campaign_nb.scheduler.launcher import Launcher, Scheduled
from campaign_nb.scheduler.launches import Launches
from campaign_nb.store import Connection, Store, alerts, campaigns, launches, leases, runs
from campaign_nb.store.campaigns import CampaignRecord, VersionRecord
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.launches import OPEN, End, LaunchRecord
from campaign_nb.store.runs import UNFINISHED, RunRecord

_ENDS: dict[str, End] = {"done": "done", "failed": "failed", "stopped": "cancelled"}


class Open(NamedTuple):
    """What is to be ended: launches whose runs are over, queued launches with the reason, campaigns."""

    over: list[str]
    stale: list[tuple[str, str]]
    done: list[tuple[str, Scheduled | None]]


class Endings:
    """Ends launches with their runs and campaigns with their schedules; doing it twice changes nothing."""

    def __init__(self, store: Store, clock: Clock, launcher: Launcher, made: Launches) -> None:
        self._store, self._clock, self._launcher, self._launches = store, clock, launcher, made

    def fail(self, run_id: str, error: BaseException) -> None:
        """Write down what made a run fail, unless the run did so itself or was stopped meanwhile.

        By the campaign's policy it halts where it is and the campaign pauses, or it has failed.
        """
        text = str(error) if isinstance(error, CampaignError) else f"{type(error).__name__} in the run"
        with self._store.begin() as connection:
            run = runs.get(connection, run_id)
            if run.state not in UNFINISHED or run.state == "paused":
                return
            now, policy = self._clock.now(), _settings(campaigns.version(connection, run.campaign_id, run.version)).get("on_error")
            if policy in (None, "suspend"):
                suspend(connection, run, "", now, text, "suspended by an error")
            else:
                end_failed(connection, run, "", now, text, abort=policy == "abort")

    def close(self, run_id: str) -> None:
        """End the launch of a run that is over, and set or clear the campaign's error; a run that was closed stays as it is."""
        with self._store.begin() as connection:
            run, now = runs.get(connection, run_id), self._clock.now()
            if run.state in UNFINISHED or not self._ends(connection, run, now):
                return
            record = campaigns.get(connection, run.campaign_id)
            if run.state == "failed":
                self._failed(connection, run, record, now)
            elif run.state == "done":
                campaigns.count_errors(connection, run.campaign_id, 0)
                if record.error:
                    campaigns.flag(connection, run.campaign_id, now, f"error cleared: run {run.id[:8]} is done", error=False)

    def _ends(self, connection: Connection, run: RunRecord, now: dt.datetime) -> bool:
        """End what stands for a run that was not closed yet: its launch, or else this kernel's lease; False when nothing does.

        Two threads, two kernels, or one after a crash, may close a run: what it changes in its campaign counts once.
        """
        if run.launch_id is None:
            held = self._store.leases.held(run.id)
            if held is None or not leases.counts(connection, run.id, held.token):
                return False
            leases.give_back(connection, held.token)
            return True
        if launches.get(connection, run.launch_id).state not in OPEN:
            return False
        launches.finish(connection, run.launch_id, _ENDS[run.state], now, _reason(run))
        faultpoint("launch ended")
        return True

    def _failed(self, connection: Connection, run: RunRecord, record: CampaignRecord, now: dt.datetime) -> None:
        """Say that a run failed, and pause the campaign when too many did so one after the other."""
        number = record.errors + 1
        campaigns.count_errors(connection, run.campaign_id, number)
        most = _tolerated(campaigns.version(connection, run.campaign_id, run.version))
        if record.error_text != run.error_text:
            goes = "" if record.paused else ", the schedule goes on"
            message = f"run {run.id[:8]} failed{goes}: {' '.join(run.error_text.split())}"
            campaigns.flag(connection, run.campaign_id, now, message, error=True, error_text=run.error_text)
        if most and number >= most and not record.paused:
            message = f"paused: {number} runs failed one after the other"
            alerts.trouble(connection, run.campaign_id, run.id, "", now, "Campaign paused", f"{number} runs failed one after the other")
            campaigns.flag(connection, run.campaign_id, now, message, paused=True, level="warning")

    def find(self, connection: Connection, items: Sequence[Scheduled]) -> Open:
        """Find what others left open, and campaigns whose schedule is done."""
        rows = launches.list_launches(connection, states=OPEN)
        over = [row.run_id for row in rows if row.run_id and runs.get(connection, row.run_id).state not in UNFINISHED]
        stale = [(row.id, reason) for row in rows if (reason := _stale(connection, row))]
        by_id = {item.campaign_id: item for item in items}
        live = [(record, by_id.get(record.id)) for record in campaigns.list_campaigns(connection, [Status.LIVE]) if not record.paused]
        perhaps = [(record.id, item) for record, item in live if item is None or not self._launches.is_ahead(item)]
        return Open(over, stale, [(campaign_id, item) for campaign_id, item in perhaps if self._is_over(connection, campaign_id, item)])

    def sweep(self, found: Open) -> bool:
        """End what was found; tell whether there was anything."""
        for run_id in found.over:
            self.close(run_id)
        for launch_id, reason in found.stale:
            with self._store.begin() as connection:
                if launches.get(connection, launch_id).state == "pending":
                    launches.finish(connection, launch_id, "cancelled", self._clock.now(), reason)
        for campaign_id, item in found.done:
            self._complete(campaign_id, item)
        return bool(found.over or found.stale or found.done)

    # --------------------------------------------------------------------------------------------- the end of a campaign

    def _complete(self, campaign_id: str, item: Scheduled | None) -> None:
        with self._store.begin() as connection:
            record = campaigns.get(connection, campaign_id)
            if record.status == Status.LIVE and not record.paused and self._is_over(connection, campaign_id, item):
                recurs = item is not None and item.schedule.recurring
                message = "completed: its schedule is over" if recurs else "completed: its run is done"
                campaigns.transition(connection, campaign_id, ACTIONS["complete"].allowed, Status.COMPLETED, self._clock.now(), message)

    def _is_over(self, connection: Connection, campaign_id: str, item: Scheduled | None) -> bool:
        """Tell whether a campaign of this kernel has nothing left to launch and nothing going."""
        version = campaigns.published(connection, campaign_id)
        if version is None or (version.schedule is not None and (item is None or item.version != version.version)):
            return False
        if item is not None and not self._has_passed(connection, item):
            return False
        if runs.unfinished(connection, campaign_id) or launches.list_launches(connection, campaign_id, OPEN, limit=1):
            return False
        if item is not None and (item.schedule.recurring or item.schedule.awaits):
            return True
        newest = runs.list_runs(connection, campaign_id, limit=1)
        return bool(newest) and newest[0].state == "done" and (item is not None or self._launcher.holds(newest[0]))

    def _has_passed(self, connection: Connection, item: Scheduled) -> bool:
        """Tell whether a schedule has no launch left, neither ahead nor to be made up for."""
        if not item.schedule.timed:
            return not (item.schedule.recurring or item.schedule.awaits) or item.schedule.past(self._clock.now())
        return item.schedule.past(self._launches.considered(connection, item))


def _stale(connection: Connection, row: LaunchRecord) -> str:
    """Say why a queued launch will never start; empty when it may."""
    if row.state != "pending":
        return ""
    record = campaigns.get(connection, row.campaign_id)
    if record.status not in ACTIONS["launch"].allowed:
        return f"the campaign is {record.status}"
    version = campaigns.published(connection, row.campaign_id)
    return f"version {version.version} was published" if version is not None and version.version != row.version else ""


def _tolerated(version: VersionRecord) -> int:
    """Return how many runs of a version may fail one after the other; 0 is any number."""
    number = _settings(version).get("tolerated_errors", 0)
    return number if isinstance(number, int) else 0


def _settings(version: VersionRecord) -> dict[str, object]:
    found: object = json.loads(version.definition)
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}


def _reason(run: RunRecord) -> str:
    if run.state == "failed":
        return run.error_text
    return "the run was stopped" if run.state == "stopped" else ""
