"""A folder with a table, a module and a workspace, in which the tests of the commands publish small campaigns."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import polars as pl

import campaign_nb as cn

ROOT = Path(__file__).resolve().parents[2]
MODULE = """
import os, time

def hold(rows):
    "Say that the stage is under way, and hold while somebody wants it."
    with open("under way", "a") as file:
        file.write(f"{os.getpid()}\\n")
    while os.path.exists("hold"):
        time.sleep(0.05)
    return rows
"""


class Desk:
    """The folder, and the commands as somebody types them in it."""

    def __init__(self, folder: Path) -> None:
        """Write the table and the module."""
        self.folder, self.space = folder, folder / ".campaign-nb"
        people = {"id": [1, 2, 3], "mail": ["a@example.org", "b@example.org", "c@example.org"], "ok": [True] * 3}
        pl.DataFrame(people).write_parquet(folder / "people.parquet")
        (folder / "steps_of_mine.py").write_text(MODULE)

    def shop(self, *, portable: bool = True) -> Any:
        """The data model: a file, or the same rows in memory."""
        model, rows = cn.DataModel("shop"), self.folder / "people.parquet"
        model.table("people", rows if portable else pl.read_parquet(rows), key="id", email="mail", consent={"email": "ok"})
        return model

    def publish(self, name: str, schedule: Any = None, *, step: Any = None, portable: bool = True, wait: float = 0, **options: Any) -> None:
        """Publish a campaign that writes to three people, from a kernel that then ends."""
        workspace = cn.Workspace(self.space)
        try:
            shop = self.shop(portable=portable)
            campaign = cn.Campaign(name, data=shop, workspace=workspace, **options)
            found = campaign.build_audience("Everybody", shop.people)
            found = found if step is None else found.python("Mine", step)
            found = found.wait("A moment", seconds=wait) if wait else found
            found.email("Hello", subject="Hi", html="<p>Hi</p>")
            campaign.schedule = schedule if schedule is not None else cn.Cron("0 9 1 1 *")
            campaign.publish(confirm=3)
        finally:
            workspace.close()

    def start(self, *words: str, output: IO[str], errors: IO[str]) -> subprocess.Popen[str]:
        """Type a command."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(self.folder)])}
        command, quiet = [sys.executable, "-m", "campaign_nb.cli", *words], subprocess.DEVNULL
        return subprocess.Popen(command, cwd=self.folder, env=environment, stdin=quiet, stdout=output, stderr=errors, text=True)
