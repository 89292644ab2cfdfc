"""Where a cluster's rows come from: files that it reads itself, and small frames that are sent once."""

from __future__ import annotations

import glob
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
from pyspark.sql.connect import functions as F

from campaign_nb.data.model import DataModel, TableInfo
from campaign_nb.errors import Problem, RunError

_UNKNOWN = (pl.Time, pl.Duration, pl.Binary, pl.Object, pl.Array, pl.Null)
"""Types of columns that are left behind: rules that read them are refused."""


class ClusterSources:
    """The tables of a data model and stored rows, as frames of a session; each is opened or sent once."""

    def __init__(self, session: Any, model: DataModel, stored: Mapping[str, pl.LazyFrame]) -> None:
        self._session, self._model, self._stored = session, model, stored
        self._open: dict[str, nw.LazyFrame[Any]] = {}

    def scan(self, table: str) -> nw.LazyFrame[Any]:
        """Return the rows of a table of the data model."""
        if table not in self._open:
            self._open[table] = self._table(self._model.infos[table])
        return self._open[table]

    def load(self, reference: str) -> nw.LazyFrame[Any]:
        """Return rows that were stored earlier, sent from here."""
        if reference not in self._stored:
            name = reference.split(":", 1)[-1].split("\x1f")[0]
            what, expected = "they are not there", "rows stored by an earlier run"
            raise RunError(Problem(f"stored rows of {name!r}", what, expected, "run the campaign that saves them"))
        if reference not in self._open:
            self._open[reference] = sent(self._session, self._stored[reference].collect(engine="streaming"))
        return self._open[reference]

    def _table(self, info: TableInfo) -> nw.LazyFrame[Any]:
        path = info.source.reference
        suffix = Path(path.rstrip("*?/")).suffix.lower() or Path(path).suffix.lower()
        if not info.source.files() or suffix not in (".parquet", ".csv"):
            return sent(self._session, info.source.open().collect(engine="streaming"))
        where = os.path.abspath(path)
        if suffix == ".parquet":
            return canonical(_reader(self._session, where).parquet(_folder(where)), info.dtypes)
        columns = ", ".join(f"`{name}` {_ddl(dtype)}" for name, dtype in info.dtypes.items())
        return canonical(_reader(self._session, where).csv(_folder(where), header=True, schema=columns), info.dtypes)


def _folder(path: str) -> str:
    """Return the folder of a pattern of names, which Spark would first look up as a name."""
    folder, name = os.path.split(path)
    return folder if glob.has_magic(name) and not glob.has_magic(folder) else path


def _reader(session: Any, path: str) -> Any:
    name = os.path.basename(path)
    return session.read if _folder(path) == path else session.read.option("pathGlobFilter", name)


def sent(session: Any, frame: pl.DataFrame) -> nw.LazyFrame[Any]:
    """Send a small frame to a cluster."""
    known = frame.select(_sendable(name, dtype) for name, dtype in frame.schema.items() if not isinstance(dtype, _UNKNOWN))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return nw.from_native(session.createDataFrame(known.to_arrow(compat_level=pl.CompatLevel.oldest())))


def _sendable(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.UInt64 | pl.Int128 | pl.UInt128):
        return column.cast(pl.Decimal(38, 0))
    if dtype.is_integer():
        return column.cast(pl.Int64)
    if isinstance(dtype, pl.Float32):
        return column.cast(pl.String).cast(pl.Float64)  # the digits that it prints
    if isinstance(dtype, pl.Enum | pl.Categorical):
        return column.cast(pl.String)
    return column.dt.cast_time_unit("us") if isinstance(dtype, pl.Datetime) else column


def canonical(rows: Any, dtypes: Mapping[str, pl.DataType]) -> nw.LazyFrame[Any]:
    """Give columns the types that rules compute in: whole numbers of 64 bits, floats of double precision."""
    kept = [name for name, dtype in dtypes.items() if not isinstance(dtype, _UNKNOWN)]
    return nw.from_native(rows.select(*(_column(name, dtypes[name]).alias(name) for name in kept)))


def _column(name: str, dtype: pl.DataType) -> Any:
    column = F.col(f"`{name}`")
    if isinstance(dtype, pl.Float32):
        return column.cast("string").cast("double")
    return column.cast(_ddl(dtype)) if not dtype.is_nested() else column


def _ddl(dtype: pl.DataType) -> str:
    match dtype:
        case pl.UInt64() | pl.Int128():
            return "decimal(38,0)"
        case pl.Decimal():
            return f"decimal({dtype.precision or 38},{dtype.scale})"
        case pl.Datetime():
            return "timestamp_ntz" if dtype.time_zone is None else "timestamp"
        case pl.Boolean():
            return "boolean"
        case pl.Date():
            return "date"
        case _ if dtype.is_integer():
            return "bigint"
        case _:
            return "double" if dtype.is_float() else "string"
