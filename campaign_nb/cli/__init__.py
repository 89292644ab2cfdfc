"""The command line: campaign-nb quickstart, run, list and export."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from campaign_nb.cli.stopping import quiet

_COMMANDS = {"quickstart": "quickstart", "run": "run", "list": "listing", "export": "export"}
"""The module of each command, in which the command has the module's name."""


class Commands(click.Group):
    """Commands that are imported when they are asked for, for until then a signal must find somebody who hears it."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Do what the command line asks for."""
        if sys.argv[1:2] == ["run"]:
            quiet()
        return super().__call__(*args, **options)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order in which people meet them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name, None where there is none."""
        module = _COMMANDS.get(cmd_name)
        return None if module is None else getattr(importlib.import_module(f"campaign_nb.cli.{module}"), module)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="campaign-nb")
def main() -> None:
    """Orchestrated marketing campaigns in Jupyter.

    Exit codes: 0 done, 1 trouble, 2 a command line that can't be read.
    """
