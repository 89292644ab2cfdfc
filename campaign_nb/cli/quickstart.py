"""`campaign-nb quickstart`: the first notebook, in JupyterLab or run at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from campaign_nb import errors

QUICKSTART = "00_quickstart.ipynb"
_TELL = """
import json as _json
print(_json.dumps({"customers": len(customers_frame), "counts": [[*row] for row in run.counts.iter_rows()]}))
"""


def notebooks() -> Path:
    """Return the folder of the notebooks that come with the package."""
    here = Path(__file__).parent.parent
    inside = here / "_notebooks"
    return inside if inside.is_dir() else here.parent / "notebooks"


@click.command()
@click.option("--execute", is_flag=True, help="Run it without a browser and print what it counted.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("campaign-nb-quickstart"), help="Where to put the notebook.")
@click.argument("options", nargs=-1, metavar="[-- OPTIONS OF JUPYTERLAB]")
def quickstart(execute: bool, folder: Path, options: tuple[str, ...]) -> None:
    """Open the quickstart in JupyterLab, on 23,570 real customers.

    The notebook is copied once: a copy that you have changed stays as it is.
    """
    source = notebooks() / QUICKSTART
    if not source.is_file():
        raise click.ClickException(f"the notebook is missing: {source.name}; install the package again")
    if execute:
        with tempfile.TemporaryDirectory() as temporary:
            _execute(source, Path(temporary))
        return
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / QUICKSTART
    if not target.exists():
        shutil.copyfile(source, target)
    click.echo(f"Opening {target}")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", f"--LabApp.default_url=/lab/tree/{QUICKSTART}"]
    command += options
    raise SystemExit(subprocess.call(command, env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"}))


def _execute(source: Path, folder: Path) -> None:
    """Run the notebook in a kernel of this Python and print the customers read and the count of every transition."""
    formats: Any = nbformat
    book: Any = formats.read(source, as_version=4)
    book.cells.append(formats.v4.new_code_cell(_TELL))
    # Without folders of kernels there is one left: that of this Python, whatever "python3" is on this machine.
    manager: Any = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    client: Any = NotebookClient(book, km=manager, timeout=300, resources={"metadata": {"path": str(folder)}})
    log = folder / "kernel.log"
    try:
        with log.open("wb") as said:
            client.execute(cleanup_kc=True, stderr=said)
    except CellExecutionError as error:
        raise click.ClickException(_plain(error)) from error
    except Exception as error:
        raise click.ClickException("\n".join([str(error).strip(), *log.read_text(errors="replace").splitlines()[-12:]])) from error
    outputs: list[dict[str, Any]] = book.cells[-1].outputs
    told: dict[str, Any] = json.loads("".join(str(output.get("text", "")) for output in outputs))
    click.echo(f"{told['customers']:,} customers read")
    width = max(len(label) + len(port) for label, port, _ in told["counts"]) + 3
    for label, port, rows in told["counts"]:
        name = label if port == "out" else f"{label} · {port}"
        click.echo(f"  {name:<{width}} {rows:>8,}")


def _plain(error: CellExecutionError) -> str:
    """Say what a cell raised; the project's own errors are whole sentences, others need their name and their place."""
    if issubclass(getattr(errors, error.ename, Exception), errors.CampaignError):
        return error.evalue
    trace = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().splitlines()
    return "\n".join(trace[-12:])
