"""What `campaign-nb run` shows: a live view in a terminal, plain lines anywhere else."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from campaign_nb.cli.holding import Holding
from campaign_nb.cli.shell import safe
from campaign_nb.errors import CampaignError
from campaign_nb.store import campaigns, log
from campaign_nb.store.log import LogLine
from campaign_nb.workspace import Workspace

LINES = 8
_STYLES = {"warning": "yellow", "error": "red", "info": ""}


class Lines:
    """Writes each new line of the workspace's log, and once why a campaign can't be opened or the log not be written."""

    def __init__(self, workspace: Workspace, held: Holding) -> None:
        self._workspace, self._held = workspace, held
        self._lock = threading.Lock()
        self._refused: dict[str, str] = {}
        self._kept_back: list[LogLine] = []
        self._told: set[str] = set()
        with workspace.store.read() as connection:
            newest = log.read(connection, limit=1)
        self._last = newest[-1].id if newest else 0

    def write(self) -> None:
        """Write what is new; from any thread."""
        with self._lock:
            for name, error in self._held.refused.items():
                if self._refused.get(name) != str(error):
                    click.echo(f"{safe(name)} can't be opened:\n{error}", err=True)
            self._refused = {name: str(error) for name, error in self._held.refused.items()}
            with self._workspace.store.read() as connection:
                fresh = log.read(connection, after=self._last)
                names = {record.id: record.name for record in campaigns.list_campaigns(connection)}
            for line in fresh:
                click.echo(" ".join([moment(line.at), line.level, *_words(line, names)]))
                self._last = line.id
            if fresh:
                self._told.clear()
            self._write_unwritten(names)

    def _write_unwritten(self, names: Mapping[str, str]) -> None:
        """Write what the store did not take, each trouble once until it takes something again."""
        found = unwritten(self._workspace)
        for line in found:
            if line not in self._kept_back and line.message not in self._told:
                click.echo(" ".join([moment(line.at), line.level, *_words(line, names)]), err=True)
                self._told.add(line.message)
        self._kept_back = found


class View:
    """The live view: campaigns, running runs with their progress, next launches, the last lines of the log."""

    def __init__(self, workspace: Workspace, held: Holding) -> None:
        self._workspace, self._held = workspace, held
        self.note = "Ctrl-C stops"

    def __call__(self) -> RenderableType:
        """Return the view as it stands now."""
        try:
            seen = self._workspace.scheduler.snapshot()
            lines = self._workspace.scheduler.log[-LINES:]
            with self._workspace.store.read() as connection:
                names = {record.id: record.name for record in campaigns.list_campaigns(connection)}
        except CampaignError as error:  # a store that is busy, or gone for a moment
            return Text(str(error), style="red")
        state = seen["scheduler"]["state"]
        heading = f"{safe(self._workspace.folder)} · {state} · {moment(self._workspace.clock.now())} · {self.note}"
        parts: list[RenderableType] = [Text(heading, style="bold"), _campaigns(seen)]
        if seen["scheduler"]["running"]:
            parts.append(_running(seen))
        parts += [Text(f"next  {moment(launch['at'])}  {safe(launch['campaign'], 60)} {launch['note']}") for launch in seen["launches"][:5]]
        for name, error in self._held.refused.items():
            parts.append(Text(f"{safe(name, 60)} can't be opened: {safe(error.what)} → {safe(error.do)}", style="red"))
        parts += [Text(" ".join([moment(line.at), *_words(line, names)]), style=_STYLES[line.level]) for line in lines]
        return Group(*parts)


def unwritten(workspace: Workspace) -> list[LogLine]:
    """Return the lines of the scheduler that the store's log did not take, for the store itself was the trouble."""
    return [line for line in workspace.scheduler.log if line.id == 0]


def moment(at: dt.datetime | str) -> str:
    """Write an instant.

    >>> moment("2026-07-01T09:00:00.123456+00:00")
    '2026-07-01 09:00:00 UTC'
    """
    return f"{dt.datetime.fromisoformat(at) if isinstance(at, str) else at:%Y-%m-%d %H:%M:%S} UTC"


def _words(line: LogLine, names: Mapping[str, str]) -> list[str]:
    name = names.get(line.campaign_id or "")
    return [*([] if name is None else [f"{safe(name, 60)}:"]), safe(line.message, 400)]


def _campaigns(seen: Mapping[str, Any]) -> Table:
    table = Table("campaign", "status", "next launch", "last run", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for campaign in seen["campaigns"]:
        marks = [word for word in ("paused", "error") if campaign[word]]
        status = campaign["status"] + (f" ({', '.join(marks)})" if marks else "")
        last = f"{campaign['last']['state']} {moment(campaign['last']['at'])}" if campaign["last"] else ""
        upcoming = moment(campaign["next"]) if campaign["next"] else ""
        table.add_row(Text(safe(campaign["name"], 60)), Text(status, style="red" if campaign["error"] else ""), upcoming, last)
    return table


def _running(seen: Mapping[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for run in seen["scheduler"]["running"]:
        bar = ProgressBar(total=1.0, completed=run["progress"], width=24)
        table.add_row(Text(safe(run["campaign"], 60)), bar, f"{run['progress']:.0%}", Text(safe(run["activity"], 60)))
    return table
