"""Campaigns and their versions: what was written, what is published, and every change of status."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from campaign_nb.errors import Problem, StoreError, did_you_mean
from campaign_nb.graph.lifecycle import Status
from campaign_nb.store import log
from campaign_nb.store.schema import audiences, campaigns, files, runs, versions
from campaign_nb.store.sqlite import insert_new


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """What the store knows of a campaign.

    `version` is the newest one, published or not, 0 before the first.
    """

    id: str
    name: str
    status: Status
    paused: bool
    error: bool
    error_text: str
    description: str
    tags: tuple[str, ...]
    version: int
    created_at: dt.datetime
    modified_at: dt.datetime
    archived_at: dt.datetime | None
    folder: str = ""
    pause_reason: str = ""
    errors: int = 0
    """Runs that failed one after the other, up to now."""


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version of a campaign's definition, as documents; frozen once `published_at` is set."""

    campaign_id: str
    version: int
    definition: str
    seed: str
    schedule: str | None
    time_zone: str
    created_at: dt.datetime
    published_at: dt.datetime | None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class ScheduledRecord:
    """A published campaign and the schedule of its published version, as a document."""

    campaign_id: str
    name: str
    paused: bool
    version: int
    schedule: str
    published_at: dt.datetime


def create(
    connection: Connection, name: str, at: dt.datetime, *, description: str = "", tags: Iterable[str] = (), message: str = "created"
) -> CampaignRecord:
    """Make a campaign, a draft without a version.

    Errors: an empty name, a name that is taken.
    """
    _check_name(name)
    campaign_id = str(uuid.uuid4())
    values = {"name": name, "description": description, "tags": tuple(tags), "created_at": at, "modified_at": at}
    if not insert_new(connection, campaigns, {"id": campaign_id, **values}):
        raise _taken(name)
    log.append(connection, message, at, campaign_id=campaign_id)
    return get(connection, campaign_id)


def find(connection: Connection, name: str) -> CampaignRecord | None:
    """Return the campaign of that name, None when there is none."""
    row = connection.execute(select(campaigns).where(campaigns.c.name == name)).mappings().one_or_none()
    return _campaign(row) if row else None


def named(connection: Connection, name: str) -> CampaignRecord:
    """Return the campaign of that name.

    Errors: no such name; the nearest ones are named.
    """
    found = find(connection, name)
    if found is None:
        names = connection.execute(select(campaigns.c.name).order_by(campaigns.c.name)).scalars().all()
        raise StoreError(Problem(f"campaign {name!r}", "no campaign of that name", did_you_mean(name, names), "workspace.campaigns"))
    return found


def known(connection: Connection, campaign_id: str) -> CampaignRecord | None:
    """Return the campaign of that id, None when it was deleted or never was."""
    row = connection.execute(select(campaigns).where(campaigns.c.id == campaign_id)).mappings().one_or_none()
    return _campaign(row) if row else None


def get(connection: Connection, campaign_id: str) -> CampaignRecord:
    """Return the campaign of that id.

    Errors: no such id.
    """
    found = known(connection, campaign_id)
    if found is None:
        raise _unknown(campaign_id)
    return found


def list_campaigns(connection: Connection, statuses: Collection[str] | None = None) -> list[CampaignRecord]:
    """Return the campaigns of some or all statuses, by name."""
    query = select(campaigns).order_by(campaigns.c.name)
    if statuses is not None:
        query = query.where(campaigns.c.status.in_(sorted(statuses)))
    return [_campaign(row) for row in connection.execute(query).mappings()]


def rename(connection: Connection, campaign_id: str, name: str, at: dt.datetime) -> CampaignRecord:
    """Give a campaign another name; runs, versions and log stay with it.

    Errors: an empty name, a name that is taken, no such id.
    """
    _check_name(name)
    old = get(connection, campaign_id)
    if old.name == name:
        return old
    if find(connection, name) is not None:
        raise _taken(name)
    _change(connection, campaign_id, at, name=name)
    log.append(connection, f"renamed from {old.name!r} to {name!r}", at, campaign_id=campaign_id)
    return get(connection, campaign_id)


def free_name(connection: Connection, name: str) -> str:
    """Return a name with a number behind it that no campaign has: `Spring (1)`."""
    taken = set(connection.execute(select(campaigns.c.name)).scalars())
    return next(made for number in itertools.count(1) if (made := f"{name} ({number})") not in taken)


def describe(
    connection: Connection,
    campaign_id: str,
    at: dt.datetime,
    message: str = "",
    *,
    description: str | None = None,
    tags: Iterable[str] | None = None,
    folder: str | None = None,
) -> CampaignRecord:
    """Change the description, the tags or the folder; what is None stays. A message becomes a line in its log.

    Errors: no such id.
    """
    given = {"description": description, "tags": None if tags is None else tuple(tags), "folder": folder}
    values = {name: value for name, value in given.items() if value is not None}
    if not _change(connection, campaign_id, at, **values):
        raise _unknown(campaign_id)
    if message:
        log.append(connection, message, at, campaign_id=campaign_id)
    return get(connection, campaign_id)


def save_version(
    connection: Connection,
    campaign_id: str,
    definition: str,
    at: dt.datetime,
    *,
    seed: str = "",
    schedule: str | None = None,
    time_zone: str = "",
    model: str | None = None,
) -> VersionRecord:
    """Keep a definition: in place of the draft, or as the draft of the next version when the newest is published.

    An equal definition changes nothing but where its data model is found.
    Errors: no such id.
    """
    number = get(connection, campaign_id).version
    newest = version(connection, campaign_id, number) if number else None
    values: dict[str, Any] = {"definition": definition, "seed": seed, "schedule": schedule, "time_zone": time_zone}
    if newest is not None and values == {key: getattr(newest, key) for key in values}:
        if model != newest.model:
            connection.execute(
                update(versions).where(versions.c.campaign_id == campaign_id, versions.c.version == number).values(model=model)
            )
        return version(connection, campaign_id, number)
    values["model"] = model
    if newest is not None and newest.published_at is None:
        same = (versions.c.campaign_id == campaign_id, versions.c.version == number, versions.c.published_at.is_(None))
        connection.execute(update(versions).where(*same).values(**values))
    else:
        number += 1
        connection.execute(insert(versions).values(campaign_id=campaign_id, version=number, created_at=at, **values))
    _change(connection, campaign_id, at, version=number)
    return version(connection, campaign_id, number)


def version(connection: Connection, campaign_id: str, number: int) -> VersionRecord:
    """Return one version of a campaign.

    Errors: no such version.
    """
    query = select(versions).where(versions.c.campaign_id == campaign_id, versions.c.version == number)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise StoreError(
            Problem(
                f"campaign {get(connection, campaign_id).name!r}",
                f"it has no version {number}",
                "a version that was saved",
                "workspace.campaigns",
            )
        )
    return VersionRecord(**row)


def list_versions(connection: Connection, campaign_id: str) -> list[VersionRecord]:
    """Return all versions of a campaign, oldest first."""
    query = select(versions).where(versions.c.campaign_id == campaign_id).order_by(versions.c.version)
    return [VersionRecord(**row) for row in connection.execute(query).mappings()]


def published(connection: Connection, campaign_id: str) -> VersionRecord | None:
    """Return the newest published version, the one that launches use; None when there is none."""
    newest = select(func.max(versions.c.version)).where(versions.c.campaign_id == campaign_id, versions.c.published_at.is_not(None))
    number = connection.execute(newest).scalar_one()
    return version(connection, campaign_id, number) if number else None


def list_scheduled(connection: Connection, statuses: Collection[str]) -> list[ScheduledRecord]:
    """Return the newest published versions that have a schedule, of all campaigns in some statuses, in one query."""
    newest = (
        select(versions.c.campaign_id, func.max(versions.c.version).label("version"))
        .where(versions.c.published_at.is_not(None))
        .group_by(versions.c.campaign_id)
        .subquery()
    )
    query = (
        select(campaigns.c.id, campaigns.c.name, campaigns.c.paused, versions.c.version, versions.c.schedule, versions.c.published_at)
        .join(newest, newest.c.campaign_id == campaigns.c.id)
        .join(versions, (versions.c.campaign_id == newest.c.campaign_id) & (versions.c.version == newest.c.version))
        .where(campaigns.c.status.in_(sorted(statuses)), versions.c.schedule.is_not(None))
        .order_by(campaigns.c.name)
    )
    return [ScheduledRecord(*row) for row in connection.execute(query)]


def publish(
    connection: Connection, campaign_id: str, from_: Collection[str], to: str, at: dt.datetime, message: str = "published"
) -> CampaignRecord:
    """Freeze the newest version and change the status, together.

    A draft whose newest version was published before, for it was brought back, gets a next one with the same content, so
    that launches and runs of before stay with what they were made for. What is published already, without a change, stays.
    Errors: a status outside `from_`, no version.
    """
    before = get(connection, campaign_id)
    if before.status == to and to in from_ and before.version and version(connection, campaign_id, before.version).published_at is not None:
        return before
    if before.status == Status.DRAFT and before.version:
        newest = version(connection, campaign_id, before.version)
        if newest.published_at is not None:
            again = {**asdict(newest), "version": newest.version + 1, "created_at": at, "published_at": None}
            connection.execute(insert(versions).values(**again))
            _change(connection, campaign_id, at, version=newest.version + 1)
    campaign = transition(connection, campaign_id, from_, to, at, message)
    if campaign.version == 0:
        raise StoreError(Problem(f"campaign {campaign.name!r}", "it has no version to publish", "a saved definition", "campaign.problems"))
    mine = (versions.c.campaign_id == campaign_id, versions.c.version == campaign.version, versions.c.published_at.is_(None))
    connection.execute(update(versions).where(*mine).values(published_at=at))
    return campaign


def transition(connection: Connection, campaign_id: str, from_: Collection[str], to: str, at: dt.datetime, message: str) -> CampaignRecord:
    """Change a campaign's status and write why in its log, together.

    A campaign that is no longer live is no longer paused; a draft has no error and no run that failed.
    Errors: a status outside `from_` (another kernel may have been faster), no such id.
    """
    values: dict[str, Any] = {"status": Status(to).value}
    if to != Status.LIVE:
        values |= {"paused": False, "pause_reason": ""}
    if to == Status.DRAFT:
        values |= {"error": False, "error_text": "", "errors": 0}
    if to == Status.ARCHIVED:
        values["archived_at"] = at
    if not _change(connection, campaign_id, at, from_, **values):
        found = get(connection, campaign_id)
        names = " or ".join(name for name in Status if name in from_)
        raise StoreError(
            Problem(
                f"campaign {found.name!r}", f"it is {found.status} and can't become {to}", f"a campaign that is {names}", "campaign.status"
            )
        )
    log.append(connection, message, at, campaign_id=campaign_id)
    return get(connection, campaign_id)


def flag(
    connection: Connection,
    campaign_id: str,
    at: dt.datetime,
    message: str,
    *,
    paused: bool | None = None,
    error: bool | None = None,
    error_text: str = "",
    pause_reason: str = "",
    level: log.Level | None = None,
) -> CampaignRecord:
    """Set or clear the pause and the error of a campaign and write why in its log; what is None stays.

    The line is an error with an error, a warning with the reason of a pause, else as told.

    Errors: no such id.
    """
    values: dict[str, Any] = {} if paused is None else {"paused": paused, "pause_reason": pause_reason if paused else ""}
    if error is not None:
        values |= {"error": error, "error_text": error_text if error else ""}
    if not _change(connection, campaign_id, at, **values):
        raise _unknown(campaign_id)
    told = level or ("error" if error else "warning" if paused and pause_reason else "info")
    log.append(connection, message, at, campaign_id=campaign_id, level=told)
    return get(connection, campaign_id)


def count_errors(connection: Connection, campaign_id: str, number: int) -> None:
    """Keep how many runs failed one after the other, up to now."""
    connection.execute(update(campaigns).where(campaigns.c.id == campaign_id, campaigns.c.errors != number).values(errors=number))


def remove(connection: Connection, campaign_id: str, from_: Collection[str]) -> None:
    """Delete a campaign with its versions, runs and log; audiences that it saved stay.

    Its other files lose their rows and are removed by the next sweep.
    Errors: a status outside `from_`, no such id.
    """
    found = get(connection, campaign_id)
    mine = select(runs.c.id).where(runs.c.campaign_id == campaign_id)
    kept = exists().where(audiences.c.file_id == files.c.id)
    connection.execute(delete(files).where(files.c.run_id.in_(mine), ~kept))
    gone = connection.execute(delete(campaigns).where(campaigns.c.id == campaign_id, campaigns.c.status.in_(sorted(from_))))
    if gone.rowcount != 1:
        names = " or ".join(name for name in Status if name in from_)
        raise StoreError(Problem(f"campaign {found.name!r}", f"it is {found.status} and can't be deleted", f"a campaign that is {names}"))


def _change(connection: Connection, campaign_id: str, at: dt.datetime, from_: Collection[str] | None = None, **values: Any) -> bool:
    query = update(campaigns).where(campaigns.c.id == campaign_id)
    if from_ is not None:
        query = query.where(campaigns.c.status.in_(sorted(from_)))
    return connection.execute(query.values(modified_at=at, **values)).rowcount == 1


def _campaign(row: Any) -> CampaignRecord:
    values: dict[str, Any] = {**row, "status": Status(row["status"])}
    return CampaignRecord(**values)


def _check_name(name: str) -> None:
    if not name.strip():
        raise StoreError(Problem("campaign", "its name is empty", "a name", 'cn.Campaign("Spring win-back")'))


def _taken(name: str) -> StoreError:
    return StoreError(
        Problem(f"campaign {name!r}", "another campaign has that name", "a name of its own", "choose another name, or open that campaign")
    )


def _unknown(campaign_id: str) -> StoreError:
    return StoreError(Problem("store", f"no campaign has the id {campaign_id!r}", "the id of a campaign", "workspace.campaigns"))
