"""What the commands share: the workspace they are about, texts made safe for a terminal, errors in four parts."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import IO, Any, TypeVar

import click
from rich.console import Console

from campaign_nb.errors import CampaignError, Problem, StoreError
from campaign_nb.render.html import one_line
from campaign_nb.workspace import Workspace
from campaign_nb.workspace.workspace import DEFAULT

CONFIRM = "campaign-nb run --confirm-here, if no other copy runs"
"""What answers a store that was copied, restored or moved."""
F = TypeVar("F", bound=Callable[..., Any])


class Refused(click.ClickException):
    """An error of the project's own, shown as it is: its four parts say everything."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write it to the standard error."""
        click.echo(self.message, file=file, err=file is None)


def workspace_option(command: F) -> F:
    """Add --workspace and --folder to a command."""
    where = "The workspace: a folder, or a database of PostgreSQL; none is made."
    url = click.option("--workspace", "url", default=DEFAULT, show_default=True, metavar="URL", help=where)
    folder = click.option("--folder", default=None, metavar="FOLDER", help="Where files of a workspace in PostgreSQL lie.")
    return url(folder(command))


@contextmanager
def existing_workspace(url: str, folder: str | None = None) -> Generator[Workspace, None, None]:
    """Open a workspace that is there already, and close it at the end.

    Errors: no store in that folder.
    """
    workspace = Workspace(url, folder=folder)
    if not workspace.begun:
        what, expected = "there is no store in it", "the folder of a workspace in which a notebook has published a campaign"
        raise StoreError(Problem(f"workspace {str(workspace.folder)!r}", what, expected, f"campaign-nb list --workspace {DEFAULT}"))
    try:
        yield workspace
    finally:
        workspace.close()


def told(command: F) -> F:
    """Show the project's own errors without a traceback, and end with 1."""

    @functools.wraps(command)
    def shown(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except CampaignError as error:
            raise Refused(str(error)) from error

    return shown  # pyright: ignore[reportReturnType] # the same parameters


def safe(text: object, most: int = 200) -> str:
    r"""Return a text in one line without what could steer a terminal.

    >>> safe("Spring\x1b[31m\nINFO sent ok")
    'Spring\\x1b[31m INFO sent ok'
    """
    return one_line(text, most)


def console() -> Console:
    """Return the standard output: as wide as the terminal, or, in a pipe, as wide as the text."""
    return Console(width=None if sys.stdout.isatty() else 10_000, highlight=False, markup=False, emoji=False)
