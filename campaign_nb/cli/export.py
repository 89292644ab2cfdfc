"""`campaign-nb export`: a stored campaign as JSON, as Python, or as a page with its picture, counts and report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import click

from campaign_nb.campaign.opening import definition_of, version_of
from campaign_nb.campaign.view import planned
from campaign_nb.cli.shell import existing_workspace, told, workspace_option
from campaign_nb.errors import DataError, Problem
from campaign_nb.graph.code import to_python
from campaign_nb.graph.definition import Definition, Ref
from campaign_nb.graph.lifecycle import Status
from campaign_nb.graph.view import Progress, Standing, view_of
from campaign_nb.render import html
from campaign_nb.render.html import Markup
from campaign_nb.render.svg import svg
from campaign_nb.reports.report import report_of
from campaign_nb.schedule import Schedule
from campaign_nb.store import Connection, runs
from campaign_nb.store.campaigns import CampaignRecord, VersionRecord
from campaign_nb.workspace import Workspace
from campaign_nb.workspace.life import schedule_of

Format = Literal["json", "python", "html"]
_STATES = {"pending": "pending", "running": "running", "waiting": "waiting", "done": "done", "warning": "warning", "failed": "error"}
_HEAD = Markup(
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>"
)
_BODY = Markup("</title></head><body>\n")
_END = Markup("\n</body></html>\n")


@click.command()
@click.argument("name")
@workspace_option
@click.option("--format", "form", type=click.Choice(["json", "python", "html"]), default="json", show_default=True, help="What to write.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write; the standard output if left out.")
@told
def export(name: str, url: str, folder: str | None, form: Format, output: Path | None) -> None:
    """Write a campaign as published, or its newest version where none is.

    json is the document that cn.Campaign.from_json reads, python the code that builds an equal campaign, html a page
    without scripts: picture, counts of the latest run, report. No table of the data model is opened for it.
    """
    with existing_workspace(url, folder) as workspace:
        text = _WRITERS[form](workspace, *version_of(workspace, name))
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        what = f"it can't be written: {error.strerror or type(error).__name__}"
        raise DataError(Problem(f"file {str(output)!r}", what, "a folder that is there and can be written", f"-o {output.name}")) from error
    click.echo(f"wrote {output}", err=True)


def _json(workspace: Workspace, record: CampaignRecord, version: VersionRecord) -> str:
    """Return the stored document with its schedule; what could steer a terminal stands in JSON's own escapes."""
    document = json.loads(version.definition) | ({} if version.schedule is None else {"schedule": json.loads(version.schedule)})
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return "".join(sign if sign.isprintable() or sign == "\n" else json.dumps(sign)[1:-1] for sign in text)


def _schedule(version: VersionRecord) -> Schedule | None:
    return None if version.schedule is None else schedule_of(version.schedule)


def _python(workspace: Workspace, record: CampaignRecord, version: VersionRecord) -> str:
    return to_python(definition_of(record.name, version), _schedule(version))


def _html(workspace: Workspace, record: CampaignRecord, version: VersionRecord) -> str:
    definition = definition_of(record.name, version)
    with workspace.store.read() as connection:
        newest = next(iter(runs.list_runs(connection, record.id, limit=1)), None)
        progress = Progress() if newest is None else _progress(connection, newest.id)
    picture = view_of(definition, (), _standing(workspace, record, version, newest, progress, definition), progress)
    report = Markup(report_of(workspace.store, record.name, None, definition.time_zone)._repr_html_())  # pyright: ignore[reportPrivateUsage] # IPython's protocol
    return str(html.join([_HEAD, html.one_line(record.name, 80), _BODY, Markup(svg(picture)), report, _END]))


def _standing(
    workspace: Workspace,
    record: CampaignRecord,
    version: VersionRecord,
    newest: runs.RunRecord | None,
    progress: Progress,
    definition: Definition,
) -> Standing:
    schedule = _schedule(version)
    told = None
    if schedule is not None:
        ahead = schedule.launches(3, workspace.clock.now())
        told = planned(schedule, ahead, definition.time_zone, Status(record.status), paused=record.paused)
    run = None
    if newest is not None:
        share = 1.0 if newest.state == "done" else list(progress.states.values()).count("done") / max(1, len(definition.nodes))
        ended = None if newest.ended_at is None else newest.ended_at.isoformat()
        known = {"id": newest.id, "mode": newest.mode, "state": newest.state, "as_of": newest.as_of.isoformat()}
        run = {**known, "started": newest.started_at.isoformat(), "ended": ended, "progress": share}
    return Standing(str(record.status), record.paused, record.error, version.version, told, run)


def _progress(connection: Connection, run_id: str) -> Progress:
    reasons: dict[str, list[tuple[str, int]]] = {}
    for (label, reason), number in runs.read_exclusions(connection, run_id).items():
        if number:
            reasons.setdefault(label, []).append((reason, number))
    states = {task.activity: _STATES.get(task.state, "pending") for task in runs.list_tasks(connection, run_id)}
    return Progress(states, {Ref(*place): rows for place, rows in runs.read_counts(connection, run_id).items()}, reasons)


_WRITERS = {"json": _json, "python": _python, "html": _html}
