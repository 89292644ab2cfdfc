"""`campaign-nb list`: the campaigns of a workspace, as a table or as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich import box
from rich.table import Table
from rich.text import Text

from campaign_nb.cli.screen import moment
from campaign_nb.cli.shell import CONFIRM, console, existing_workspace, safe, told, workspace_option
from campaign_nb.graph.lifecycle import Status
from campaign_nb.schedule import Schedule
from campaign_nb.store import Connection, campaigns, runs
from campaign_nb.store.campaigns import CampaignRecord
from campaign_nb.workspace import Workspace

_LAUNCHING = (Status.LIVE, Status.SCHEDULED)


@click.command("list")
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list: instants are ISO 8601 in UTC.")
@told
def listing(url: str, folder: str | None, as_json: bool) -> None:
    """List the campaigns of a workspace: status, last run, next launch, error.

    Exit codes: 0 listed; 1 trouble, such as a workspace that was copied or moved: nothing of it is launched until that
    is confirmed; 2 usage.
    """
    with existing_workspace(url, folder) as workspace:
        found, question = rows(workspace), workspace.question
    if as_json:
        click.echo(json.dumps(found, indent=2))
    elif found:
        _print(found)
    else:
        click.echo("no campaign")
    if question is not None:
        click.echo(f"{safe(question.where)}: nothing is launched: {safe(question.what, 400)} → {CONFIRM}", err=True)
        raise SystemExit(1)


def _print(found: Sequence[Mapping[str, Any]]) -> None:
    table = Table("name", "status", "last run", "next launch", "error", box=box.SIMPLE, pad_edge=False)
    for row in found:
        marks = [word for word in ("paused", "error") if row[word]]
        status = row["status"] + (f" ({', '.join(marks)})" if marks else "")
        last = f"{row['last']['state']} {moment(row['last']['at'])}" if row["last"] else ""
        upcoming = moment(row["next"]) if row["next"] else ""
        table.add_row(Text(safe(row["name"])), status, last, upcoming, Text(safe(row["error_text"]), style="red"))
    console().print(table)


def rows(workspace: Workspace) -> list[dict[str, Any]]:
    """Return the campaigns by name, as data that JSON can hold."""
    now = workspace.clock.now()
    with workspace.store.read() as connection:
        return [_row(connection, record, now) for record in campaigns.list_campaigns(connection)]


def _row(connection: Connection, record: CampaignRecord, now: dt.datetime) -> dict[str, Any]:
    newest = next(iter(runs.list_runs(connection, record.id, limit=1)), None)
    last = None if newest is None else {"run": newest.id, "state": newest.state, "at": (newest.ended_at or newest.started_at).isoformat()}
    return {
        "name": record.name,
        "status": str(record.status),
        "paused": record.paused,
        "error": record.error,
        "error_text": record.error_text,
        "version": record.version,
        "tags": list(record.tags),
        "last": last,
        "next": _next(connection, record, now),
    }


def _next(connection: Connection, record: CampaignRecord, now: dt.datetime) -> str | None:
    version = campaigns.published(connection, record.id)
    if record.status not in _LAUNCHING or record.paused or version is None or version.schedule is None:
        return None
    ahead = Schedule.from_json(json.loads(version.schedule)).launches(1, now)
    return ahead[0].astimezone(dt.UTC).isoformat() if ahead else None
