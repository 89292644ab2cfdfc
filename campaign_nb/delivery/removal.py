"""Loaded files that are deleted after their import: due with the stage that read them, deleted once it counts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import polars as pl

from campaign_nb.activity import Effect
from campaign_nb.clock import Clock
from campaign_nb.data.flat_file import FlatFile
from campaign_nb.data.model import DataModel
from campaign_nb.engine.plan import Task
from campaign_nb.steps import FileRows, order_of_steps
from campaign_nb.store import Connection, Store, files, log, place, runs
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.faults import from_system
from campaign_nb.store.files import FileRecord, Slot, Written
from campaign_nb.store.runs import RunRecord

REMOVE = "remove"
"""How a change of something outside of the store is called that takes a loaded file away."""


class Removals:
    """Deletes files that were loaded.

    A file is known by its content: one that has taken its place since it was read stays, and the log says so. A crash
    can only delay it, and no later run of the campaign loads a file again that is due to go.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def write(self, run: RunRecord, task: Task, effect: Effect, rows: pl.DataFrame) -> list[Written]:
        """Write down which file is to go, as it was read."""
        (file,) = (step.file for step in order_of_steps([effect.step]) if isinstance(step, FileRows))
        assert isinstance(file, FlatFile)
        about = {"path": str(Path(file.path).absolute()), "mode": REMOVE, "sha256": file.digest[-1]}
        text = json.dumps(about, ensure_ascii=False)

        def fill(path: Path) -> int:
            path.write_text(text, encoding="utf-8")
            return rows.height

        return [files.write(self._store.folder, Slot("change_due", run.id, task.label, text), fill, suffix=".json")]

    def commit(self, connection: Connection, run: RunRecord, task: Task, effect: Effect, written: list[Written]) -> None:
        """Make it due from now on."""
        for item in written:
            files.record(connection, self._store.folder, item, self._clock.now())

    def settle(self, run: RunRecord, model: DataModel) -> None:
        """Delete the files that runs of a campaign have loaded and that are due to go.

        Errors: what the disk refuses.
        """
        with self._store.read() as connection:
            due = [file for file in files.list_files(connection, kind="change_due") if removes(file)]
            own = {file.id: file.run_id is not None and runs.get(connection, file.run_id).campaign_id == run.campaign_id for file in due}
        for file in due:
            if own[file.id]:
                self._settle(file, run.campaign_id)

    def _settle(self, file: FileRecord, campaign: str) -> None:
        read = json.loads(file.channel)
        path = Path(read["path"])
        try:
            same = not path.is_file() or _digest(path) == read["sha256"]
            if same and path.is_file():
                faultpoint("before the removal")
                path.unlink()
                faultpoint("removed")
                place.flush(path.parent)
        except OSError as error:
            raise from_system(error, f"file {path.name!r} of load_file {file.activity!r}") from error
        message = "was deleted after its import" if same else "is not the file that was loaded; it stays"
        with self._store.begin() as connection:
            if files.settle(connection, file.id, "change"):
                about = {"campaign_id": campaign, "run_id": file.run_id, "activity": file.activity}
                log.append(connection, f"{path.name} {message}", self._clock.now(), **about, level="info" if same else "warning")


def removes(file: FileRecord) -> bool:
    """Tell whether a change that is due, or done, takes a file away."""
    return bool(json.loads(file.channel)["mode"] == REMOVE)


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
