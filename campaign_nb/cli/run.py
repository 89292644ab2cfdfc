"""`campaign-nb run`: the scheduler of a workspace without a notebook."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources

import click
from rich.live import Live

from campaign_nb.cli.holding import Holding
from campaign_nb.cli.screen import Lines, View, unwritten
from campaign_nb.cli.shell import CONFIRM, console, existing_workspace, safe, told, workspace_option
from campaign_nb.cli.stopping import Stopping
from campaign_nb.clock import instant
from campaign_nb.errors import ScheduleError, StoreError
from campaign_nb.store import meta
from campaign_nb.workspace import Workspace

LOOK = 1.0
"""Seconds between two looks for what notebooks have published."""
PATIENCE = dt.timedelta(seconds=60)
"""How long --once holds for a run that waits."""
STAGE = 60.0
"""Seconds that a stage in progress has to finish; one that takes longer is done again by whoever goes on."""
UNIT = "campaign-nb.service"


def _until(context: click.Context, parameter: click.Parameter, value: str | None) -> dt.datetime | None:
    try:
        return None if value is None else instant(value)
    except ScheduleError as error:
        raise click.BadParameter(f"{error.what}; expected {error.expected}, such as {error.do}", context, parameter) from error


def _unit(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(resources.files("campaign_nb.cli").joinpath(UNIT).read_text("utf-8"), nl=False)
        context.exit()


@click.command(epilog=f"As a service of systemd: campaign-nb run --unit > {UNIT}, then put in your folder and user.")
@workspace_option
@click.option("--campaign", "names", multiple=True, metavar="NAME", help="Only this one; may be given several times.")
@click.option("--once", "only_once", is_flag=True, help="Do what is due, hold for runs that wait less than a minute, and end.")
@click.option("--confirm-here", is_flag=True, help="Of a store that was copied or moved: this is the one to go on.")
@click.option("--until", callback=_until, metavar="INSTANT", help="End then; ISO 8601, UTC unless it has an offset.")
@click.option("--unit", is_flag=True, is_eager=True, expose_value=False, callback=_unit, help="Print a sample unit for systemd, and end.")
@told
def run(url: str, folder: str | None, names: tuple[str, ...], only_once: bool, confirm_here: bool, until: dt.datetime | None) -> None:
    """Launch published campaigns and go on with their runs.

    What notebooks publish meanwhile joins in. A campaign whose tables are frames of a notebook can't be opened here; it
    is listed with the reason. Python functions that campaigns use must be importable: put their folder on PYTHONPATH.

    The first SIGINT or SIGTERM lets the stage in progress finish, for at most a minute, the second ends at once; in both
    cases runs go on from their last finished stage when somebody runs the workspace again. With --once, the first
    interrupts the stage, too. A signal that comes before it has begun ends it at once.

    Exit codes: 0 stopped or done; 1 trouble: a workspace that can't be written, a campaign that can't be opened, with
    --once a run or a launch that met an error; 2 usage.
    """
    if only_once and until is not None:
        raise click.UsageError("--once ends by itself: leave out --until")
    stop = Stopping()
    with stop.heard(), existing_workspace(url, folder) as workspace:
        if confirm_here:
            workspace.confirm_here()
        if workspace.question is not None:
            raise StoreError(replace(workspace.question, do=CONFIRM))
        with workspace.store.begin() as connection:  # a workspace that can't be written is told here, not at its first launch
            meta.put(connection, "run_begun", workspace.clock.now().isoformat())
        held = Holding(workspace, names)
        with _shown(workspace, held) as refresh:
            stop.begun = True
            if only_once:
                _once(workspace, held, stop, refresh)
            else:
                _serve(workspace, held, stop, refresh, until)
        trouble = bool(held.refused) or (only_once and bool(held.in_error() or unwritten(workspace)))
    raise SystemExit(1 if trouble else 0)


def _serve(workspace: Workspace, held: Holding, stop: Stopping, refresh: Callable[[str], None], until: dt.datetime | None) -> None:
    """Run the scheduler until somebody asks to stop, or the time has come."""
    held.look()
    workspace.scheduler.start()
    while not stop.asked and (until is None or workspace.clock.now() < until):
        if held.look():
            workspace.scheduler.wake()
        refresh("")
        left = LOOK if until is None else max(0.0, (until - workspace.clock.now()).total_seconds())
        stop.rest(min(LOOK, left))
    refresh("stopping: the stage in progress finishes; a second signal stops at once")
    workspace.scheduler.stop(STAGE)
    refresh("stopped")


def _once(workspace: Workspace, held: Holding, stop: Stopping, refresh: Callable[[str], None]) -> None:
    """Do what is due now, and what becomes due by waits that end soon."""
    try:
        stop.interrupts = True
        while not stop.asked:
            held.look()
            workspace.scheduler.tick()
            refresh("")
            due, now = held.next_wait(), workspace.clock.now()
            if due is None or due - now > PATIENCE or not stop.rest((due - now).total_seconds()):
                return
    except KeyboardInterrupt:
        refresh("stopped: runs go on when the workspace is run again")
    finally:
        stop.interrupts = False


@contextmanager
def _shown(workspace: Workspace, held: Holding) -> Generator[Callable[[str], None], None, None]:
    """Show what happens; yields what to call when something may be new, with a note for people."""
    if not sys.stdout.isatty():
        lines = Lines(workspace, held)
        silence = workspace.scheduler.on_change(lines.write)
        click.echo(f"workspace {safe(workspace.folder)}")

        def written(note: str) -> None:
            lines.write()
            if note:
                click.echo(note)

        try:
            yield written
        finally:
            silence()
        return
    view = View(workspace, held)

    def noted(note: str) -> None:
        view.note = note or view.note

    with Live(console=console(), get_renderable=view, refresh_per_second=2):
        yield noted
