"""The command line: campaign-nb quickstart, run, list and export."""

from __future__ import annotations

import click

from campaign_nb.cli.export import export
from campaign_nb.cli.listing import listing
from campaign_nb.cli.quickstart import quickstart
from campaign_nb.cli.run import run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="campaign-nb")
def main() -> None:
    """Orchestrated marketing campaigns in Jupyter.

    Exit codes: 0 done, 1 trouble, 2 a command line that can't be read.
    """


for command in (quickstart, run, listing, export):
    main.add_command(command)
