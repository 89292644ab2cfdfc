"""What a run tells when it gets to an activity: alerts, and signals that start other campaigns."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from campaign_nb.activity import Notice
from campaign_nb.clock import Clock
from campaign_nb.engine.plan import Task
from campaign_nb.errors import Problem, RunError
from campaign_nb.graph.lifecycle import ACTIONS
from campaign_nb.graph.settings import value_document
from campaign_nb.rules.tree import Scalar
from campaign_nb.schedule import OnSignal, Schedule, tzdata_version
from campaign_nb.store import Connection, alerts, campaigns, launches, log, runs
from campaign_nb.store.campaigns import CampaignRecord, VersionRecord
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.runs import RunRecord

SIGNAL = "signal "
"""How the nominal label of a launch starts that a signal asked for; its identity follows."""


class Alerts:
    """Keeps alerts in the workspace, once each."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def commit(self, connection: Connection, run: RunRecord, task: Task, notice: Notice) -> None:
        """Keep the alert and write it into the log."""
        message = str(notice.details.get("message", ""))
        alerts.tell(connection, run.campaign_id, run.id, task.label, self._clock.now(), notice.name, message)


class Signals:
    """Starts the campaign that an end names, once for a run and an activity."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def commit(self, connection: Connection, run: RunRecord, task: Task, notice: Notice) -> None:
        """Ask for a launch of the other campaign.

        Errors: a campaign that is not there, not published, or waits for no signal; values that do not fit.
        """
        where, now = f"end {task.label!r}", self._clock.now()
        record = campaigns.find(connection, notice.name)
        if record is None:
            raise RunError(Problem(where, f"no campaign is called {notice.name!r}", "a published campaign", "publish it first"))
        if signal(connection, record, notice.details, f"{run.id} {task.label}", now, where):
            message = f"{task.label!r} signalled campaign {notice.name!r}"
            log.append(connection, message, now, campaign_id=run.campaign_id, run_id=run.id, activity=task.label)


def signal(
    connection: Connection, record: CampaignRecord, values: Mapping[str, Scalar], identity: str, at: dt.datetime, where: str
) -> bool:
    """Ask for one launch of a campaign that waits for signals; False when the same signal has asked before.

    Errors: a campaign that is not live, or waits for no signal; a parameter without a value, a value of another type.
    """
    version, schedule, why = signalled(connection, record)
    if version is None or schedule is None or why:
        do = "second.schedule = cn.OnSignal(channel=str), then second.publish(confirm=…)"
        raise RunError(Problem(where, f"campaign {record.name!r} can't be signalled: {why}", "a live campaign that waits for one", do))
    found = [*schedule.faults(values, where)]
    if found:
        raise RunError(*found, subject=where if len(found) > 1 else "")
    written = json.dumps({name: value_document(value) for name, value in values.items()}, sort_keys=True)
    claimed = launches.claim(
        connection,
        record.id,
        version.version,
        SIGNAL + identity,
        schedule.time_zone or "UTC",
        at,
        at,
        state="pending",
        tzdata=tzdata_version(),
        reason="a signal arrived",
        variables=written,
    )
    faultpoint("signal claimed")
    if claimed is not None:
        behind = _queued(connection, record.id, schedule)
        message = f"signal arrived{_told(values)}{behind}"
        log.append(connection, message, at, campaign_id=record.id, level="warning" if behind else "info")
    return claimed is not None


def signalled(connection: Connection, record: CampaignRecord) -> tuple[VersionRecord | None, OnSignal | None, str]:
    """Return the version of a campaign that a signal would start and its schedule, or why no signal would; empty when one does."""
    version = campaigns.published(connection, record.id)
    schedule = None if version is None or version.schedule is None else Schedule.from_json(json.loads(version.schedule))
    if record.status not in ACTIONS["signal"].allowed or version is None:
        return None, None, f"it is {record.status}"
    if not isinstance(schedule, OnSignal):
        return version, None, "its schedule waits for no signal"
    return version, schedule, ""


def _queued(connection: Connection, campaign_id: str, schedule: OnSignal) -> str:
    """Tell behind which run a signal waits; empty when it does not."""
    going = runs.unfinished(connection, campaign_id) if schedule.overlap == "queue" else []
    return f"; it is queued: the run of {going[-1].started_at:%Y-%m-%d %H:%M:%S} UTC is still {going[-1].state}" if going else ""


def _told(values: Mapping[str, Scalar]) -> str:
    return f": {', '.join(f'{name}={value}' for name, value in values.items())}" if values else ""
