"""Changes of tables: kept in the store with the stage, made in the table's file once it has succeeded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from campaign_nb.activities.update_data import UpdateData
from campaign_nb.activity import Effect
from campaign_nb.clock import Clock
from campaign_nb.data.model import DataModel, TableInfo
from campaign_nb.data.source import source_of
from campaign_nb.delivery.local_time import instants
from campaign_nb.delivery.removal import removes
from campaign_nb.delivery.replacing import alone, replace
from campaign_nb.engine.compute import computed
from campaign_nb.engine.kept import write_rows
from campaign_nb.engine.plan import Task
from campaign_nb.errors import DataError, DeliveryError, Problem
from campaign_nb.store import Connection, Store, files, log, runs
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.files import FileRecord, Slot, Written
from campaign_nb.store.runs import RunRecord

_AT, _NEW = "__at", "__new "


class Changes:
    """Inserts, updates and deletes rows of writable tables.

    A change that counts is made in the order of the stages, and making it again changes nothing: rows are named by
    their keys, so that a crash between the file and the store can only repeat what is done.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def write(self, run: RunRecord, task: Task, effect: Effect, rows: pl.DataFrame) -> list[Written]:
        """Write the keys and the values to set into the store, in the types of the table.

        Errors: values that the type of their column has no room for.
        """
        how, model = task.activity, effect.step.population.schema
        assert isinstance(how, UpdateData)
        assert isinstance(model, DataModel)
        info = model.infos[how.into]
        change = self._typed(task, info, [*info.key, *how.set], rows)
        about = json.dumps({"path": info.path, "mode": how.mode, "key": info.key}, ensure_ascii=False)
        return [write_rows(self._store.folder, Slot("change_due", run.id, task.label, about), change)]

    def _typed(self, task: Task, info: TableInfo, names: list[str], rows: pl.DataFrame) -> pl.DataFrame:
        types, where = info.source.open().collect_schema(), f"update_data {task.label!r}"
        columns: list[pl.Series] = []
        for number, name in enumerate(names):
            given, kind = rows[f"_{number}"], types[name]
            made = _in_zone(given, kind, task.moment.zone).cast(kind, strict=False)
            lost = made.null_count() - given.null_count()
            if lost:
                what = f"{lost:,} values for {name!r} don't fit its type, {kind}"
                raise DeliveryError(Problem(where, what, "values that the table can hold", "a wider type in the file, or other values"))
            columns.append(made.alias(name))
        return pl.DataFrame(columns).sort(info.key)

    def commit(self, connection: Connection, run: RunRecord, task: Task, effect: Effect, written: list[Written]) -> None:
        """Make the change count; it is due from now on."""
        for item in written:
            files.record(connection, self._store.folder, item, self._clock.now())

    def settle(self, run: RunRecord, model: DataModel) -> None:
        """Make the changes that are due in the writable tables of a data model, and those of a run.

        Errors: a file that is gone or can't be written, a lock that another program holds.
        """
        tables = {info.path for info in model.infos.values() if info.writable}
        with self._store.read() as connection:
            due = _due(connection)
        wanted = [_about(file)["path"] for file in due if file.run_id == run.id or _about(file)["path"] in tables]
        for path in dict.fromkeys(wanted):
            self._settle(Path(path))

    def _settle(self, path: Path) -> None:
        where = f"file {path.name!r}"
        if not path.is_file():
            raise DataError(
                Problem(where, "it is gone; changes of its rows are due", "the file of a writable table", f"restore {str(path)!r}")
            )
        faultpoint("before the lock of a table")
        with alone(path, where):
            faultpoint("table locked")
            with self._store.read() as connection:
                due = _due(connection)
            for file in due:
                if _about(file)["path"] == str(path):
                    self._make(path, file, where)

    def _make(self, path: Path, file: FileRecord, where: str) -> None:
        about = _about(file)
        (change,) = computed([pl.scan_parquet(files.verify(self._store.folder, file))])
        made = changed(path, change, about["mode"], about["key"])
        replace(path, lambda target: made.write_csv(target) if path.suffix.lower() == ".csv" else made.write_parquet(target), where)
        with self._store.begin() as connection:
            if files.settle(connection, file.id, "change"):
                message = f"{about['mode']} of {file.rows:,} rows in {path.name}, which has {made.height:,} now"
                campaign = None if file.run_id is None else runs.get(connection, file.run_id).campaign_id
                log.append(connection, message, self._clock.now(), campaign_id=campaign, run_id=file.run_id, activity=file.activity)


def changed(path: Path, change: pl.DataFrame, mode: str, key: list[str]) -> pl.DataFrame:
    """Return the rows of a table's file with a change made; made twice it is the same.

    Shape: rows stay where they are, new ones come last. Cells of CSV that nobody sets stay as they are written.
    """
    source, text = source_of(path.stem, path), path.suffix.lower() == ".csv"
    whole = pl.scan_csv(path, infer_schema=False) if text else source.open()
    (rows,) = computed([whole])
    (keys,) = computed([source.open().select(key)])  # by itself: one pass would give both the types of one reading
    new = _as_text(change) if text else change
    places = change.select(key).with_row_index(_AT)
    rows = rows.with_columns(keys.join(places, on=key, how="left", maintain_order="left")[_AT])
    if mode == "delete":
        return rows.filter(pl.col(_AT).is_null()).drop(_AT)
    sets = [name for name in change.columns if name not in key]
    old = rows
    if mode != "insert" and sets:
        values = new.select(pl.col(name).alias(f"{_NEW}{name}") for name in sets).with_row_index(_AT)
        old = rows.join(values, on=_AT, how="left", maintain_order="left").with_columns(
            pl.when(pl.col(_AT).is_null()).then(name).otherwise(f"{_NEW}{name}").alias(name) for name in sets
        )
    kept = old.select(name for name in rows.columns if name != _AT)
    if mode == "update":
        return kept
    missing = new.with_row_index(_AT).join(rows.select(_AT).drop_nulls(), on=_AT, how="anti", maintain_order="left").drop(_AT)
    return pl.concat([kept, missing.select(pl.col(name) for name in kept.columns if name in missing.columns)], how="diagonal")


def _due(connection: Connection) -> list[FileRecord]:
    return [file for file in files.list_files(connection, kind="change_due") if not removes(file)]


def _about(file: FileRecord) -> dict[str, Any]:
    return json.loads(file.channel)


def _in_zone(values: pl.Series, kind: pl.DataType, zone: str) -> pl.Series:
    """Return dates with a time in the zone of their column; the campaign's is that of those without."""
    if not (isinstance(values.dtype, pl.Datetime) and isinstance(kind, pl.Datetime)):
        return values
    if kind.time_zone is None:
        return values if values.dtype.time_zone is None else instants(values, zone).dt.replace_time_zone(None)
    return instants(values, zone).dt.convert_time_zone(kind.time_zone)


def _as_text(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows as a CSV file holds them, so that they are read again as they were."""
    temporal = pl.selectors.temporal()
    return rows.with_columns(temporal.dt.to_string("iso:strict")).with_columns(pl.all().cast(pl.String))
