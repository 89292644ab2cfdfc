"""Extracted files: written into the store with the stage, put into their place once it has succeeded."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from campaign_nb.activities.extract_file import ExtractFile, filled
from campaign_nb.activity import Effect
from campaign_nb.clock import Clock, zone
from campaign_nb.data.model import DataModel
from campaign_nb.delivery.extract_text import written
from campaign_nb.delivery.replacing import replace
from campaign_nb.engine.plan import Task
from campaign_nb.errors import CampaignError, DeliveryError, Problem
from campaign_nb.store import Connection, Store, files, place
from campaign_nb.store.files import FileRecord, Slot, Written
from campaign_nb.store.runs import RunRecord


class Extracts:
    """Writes populations to files below one folder.

    The store has the bytes from the moment at which they count, so that a crash can only delay the file.
    """

    def __init__(self, store: Store, clock: Clock, folder: Path) -> None:
        self._store, self._clock, self._folder = store, clock, folder

    def write(self, run: RunRecord, task: Task, effect: Effect, rows: pl.DataFrame) -> list[Written]:
        """Write the file into the store, under the name that it is to have outside of it.

        Errors: a name that leads out of the folder; values that the format has no room for.
        """
        how = task.activity
        assert isinstance(how, ExtractFile)
        where = f"extract_file {task.label!r}"
        ordered = self._ordered(how, effect, rows)
        if how.skip_empty and not ordered.height:
            return []
        moment = task.moment
        day = moment.as_of.astimezone(zone(moment.zone)).date().isoformat()
        name = filled(effect.name, {"as_of": day, "run": run.id})
        self._target(name, where)
        content = written(ordered, how, moment.zone, where)

        def fill(path: Path) -> int:
            path.write_bytes(content)
            return ordered.height

        return [files.write(self._store.folder, Slot("extract_due", run.id, task.label, name), fill, suffix=".extract")]

    def _ordered(self, how: ExtractFile, effect: Effect, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the columns of the file under their labels, in the order of the file."""
        sorts = [f"_sort {number}" for number in range(len(how.sort))]
        key = effect.step.population.table.key
        down = [*(order.descending for order in how.sort), *(False for _ in key)]
        whole = rows.sort([*sorts, *key], descending=down, nulls_last=True)
        labels = how.values(effect.step.sources[0].population)
        shown = whole.select(pl.col(f"_{number}").alias(label) for number, label in enumerate(labels))
        return shown.unique(maintain_order=True, keep="first") if how.distinct else shown

    def commit(self, connection: Connection, run: RunRecord, task: Task, effect: Effect, written: list[Written]) -> None:
        """Make the file count; it is due from now on."""
        for item in written:
            files.record(connection, self._store.folder, item, self._clock.now())

    def settle(self, run: RunRecord, model: DataModel) -> None:
        """Put the files of a run that are due into their place; one that can't be put there holds up no other.

        Errors: a disk that refuses; what is in the store was changed; the first of them, with its activity.
        """
        with self._store.read() as connection:
            due = files.list_files(connection, run_id=run.id, kind="extract_due")
        met: list[CampaignError] = []
        for file in due:
            try:
                self._put(file)
            except CampaignError as error:
                error.activity = file.activity
                met.append(error)
        if met:
            raise met[0]

    def _put(self, file: FileRecord) -> None:
        where = f"extract_file {file.activity!r}"
        content, target = files.verify(self._store.folder, file), self._target(file.channel, where)
        place.private_folder(target.parent)
        replace(target, lambda path: shutil.copyfile(content, path), where)
        with self._store.begin() as connection:
            files.settle(connection, file.id, "extract")

    def _target(self, name: str, where: str) -> Path:
        """Return where a file is to lie; a link can't lead it out of the folder."""
        root = self._folder.resolve()
        target = root / name
        if not target.parent.resolve().is_relative_to(root) or target.is_dir():
            raise DeliveryError(
                Problem(where, f"the file's name {name!r} leads elsewhere", f"a file below {str(self._folder)!r}", "another name")
            )
        return target
