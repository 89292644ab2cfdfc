"""Columns of tables that stay in memory in this kernel, as long as the files that they were read from are unchanged."""

from __future__ import annotations

import datetime as dt
import gc
import os
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import polars as pl

from campaign_nb.clock import SystemClock
from campaign_nb.data.model import DataModel, TableInfo
from campaign_nb.engine.collect import computed
from campaign_nb.engine.reads import with_link_columns
from campaign_nb.engine.states import State, settled, state_of
from campaign_nb.errors import DataError, DefinitionError, Problem, RunError, did_you_mean, nearest

SHARE = 4
"""Kept columns take at most one part in so many of the machine's memory, unless more is allowed."""
SAMPLE = 20_000
"""The rows from which the width of a table is guessed before it is read."""
_SCHEMA = {"table": pl.String, "columns": pl.List(pl.String), "rows": pl.Int64, "bytes": pl.Int64}


@dataclass(slots=True)
class _Kept:
    """Columns to keep of one table, and their rows with the state of the files that they were read from."""

    columns: tuple[str, ...]
    at_most: int | None
    rows: pl.DataFrame | None = None
    state: State | None = None


class Resident:
    """The columns that users keep in memory, by table; nothing is kept that nobody asked for."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        self._now = now
        self._kept: WeakKeyDictionary[TableInfo, _Kept] = WeakKeyDictionary()
        self._lock = threading.RLock()

    def keep(self, info: TableInfo, columns: Sequence[str], at_most: int | None) -> None:
        """Keep columns of a table, with its key and the columns of its links; all columns where none is named.

        Errors: columns that the table does not have, rows that are no files, more bytes than are allowed; all together.
        """
        problems = [_unknown(info, name) for name in columns if name not in info.columns]
        if problems:
            raise DefinitionError(*problems, subject=f"table {info.label!r}" if len(problems) > 1 else "")
        if state_of(info) is None:
            info.source.files()  # a file that is gone is named as everywhere
            what = f"its rows are {info.source.reference}: nobody could see when they change"
            do = f'write them to a file first: frame.write_parquet("{info.label}.parquet")'
            raise DataError(Problem(f"table {info.label!r}", what, "rows of files", do))
        wanted = {*(columns or info.columns), *info.key, *(name for link in info.links.values() for name, _ in link.on)}
        kept = _Kept(tuple(name for name in info.columns if name in wanted), at_most)
        with self._lock:
            for other in [other for other in self._kept if _replaced(other, info)]:
                del self._kept[other]
            self._refuse(info, kept, _guess(info, kept.columns))
            self._kept[info] = kept
            self._load(info, kept)

    def drop(self, model: DataModel, info: TableInfo | None) -> None:
        """Drop what is kept of a table, or of all tables of a data model."""
        with self._lock:
            for other in [other for other in self._kept if other is info or (info is None and other.model is model)]:
                del self._kept[other]

    def listing(self, model: DataModel) -> pl.DataFrame:
        """Return what is kept of each table; rows and bytes are null while its files change."""
        with self._lock:
            found = [(info, self._kept[info]) for info in model.infos.values() if info in self._kept]
            held = [(info, kept, self._current(info, kept)) for info, kept in found]
        rows = [
            (info.label, list(kept.columns), *((None, None) if frame is None else (frame.height, _bytes(frame))))
            for info, kept, frame in held
        ]
        return pl.DataFrame(rows, schema=_SCHEMA, orient="row")

    def rows(self, info: TableInfo, names: Collection[str]) -> pl.LazyFrame | None:
        """Return the rows of a table from memory; None where names need a column that is not kept, and where nothing is."""
        with self._lock:
            kept = self._kept.get(info)
            if kept is None:
                return None
            needed = {name for name in with_link_columns(info.model, names) if name in info.columns} | set(info.key)
            frame = self._current(info, kept) if needed <= set(kept.columns) else None
        return None if frame is None else frame.lazy()

    # ------------------------------------------------------------------------------------------------------- its rows

    def _current(self, info: TableInfo, kept: _Kept) -> pl.DataFrame | None:
        """Return the rows as the files are now, read anew where these have changed."""
        if kept.rows is None or state_of(info) != kept.state:
            kept.rows = None
            try:
                self._load(info, kept)
            except (DataError, RunError):
                return None  # whoever reads the files themselves says what is wrong with them
        return kept.rows

    def _load(self, info: TableInfo, kept: _Kept) -> None:
        """Read rows, in the order of the table's first link, unless files have just changed or change meanwhile."""
        state = state_of(info)
        if state is None or not settled([state], self._now):
            return
        rows = info.source.open().select(kept.columns)
        by = [name for link in list(info.declared)[:1] for name, _ in (info.links[link].on if link in info.links else ())]
        (found,) = computed([rows.sort(by, nulls_last=True) if by else rows])
        self._refuse(info, kept, _bytes(found))
        if state_of(info) == state:
            kept.rows, kept.state = found, state

    def _refuse(self, info: TableInfo, kept: _Kept, size: int) -> None:
        most = kept.at_most if kept.at_most is not None else memory() // SHARE
        if size + self._beside(info) <= most:
            return
        gc.collect()  # a data model that nobody has any more keeps its tables until it is collected
        others = self._beside(info)
        if size + others <= most:
            return
        beside = f" beside {_readable(others)} of other tables" if others else ""
        what = f"{len(kept.columns)} columns need about {_readable(size)}{beside}"
        whose = "" if kept.at_most is not None else ", a quarter of this machine's memory"
        do = f"fewer columns, or at_most={size + others:_}"
        raise DataError(Problem(f"table {info.label!r}", what, f"at most {_readable(most)} in memory{whose}", do))

    def _beside(self, info: TableInfo) -> int:
        return sum(_bytes(kept.rows) for other, kept in self._kept.items() if kept.rows is not None and other is not info)


def _replaced(info: TableInfo, by: TableInfo) -> bool:
    """Tell whether a table has been declared again, in its data model or with it."""
    model = info.model
    return model.infos.get(info.label) is not info or (model is not by.model and (model.name, info.label) == (by.model.name, by.label))


def memory() -> int:
    """Return the bytes of memory that this process may use, as far as the machine tells."""
    found: list[int] = []
    if hasattr(os, "sysconf"):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (text := limit.read_text(encoding="ascii").strip()).isdigit():
        found.append(int(text))
    return min(found, default=8 * 2**30)


def _guess(info: TableInfo, columns: Sequence[str]) -> int:
    """Guess the bytes of columns from the number of rows and the first of them."""
    rows = info.source.open()
    total, first = computed([rows.select(pl.len()), rows.select(columns).head(SAMPLE)])
    return int(total.item()) * _bytes(first) // max(first.height, 1)


def _bytes(frame: pl.DataFrame) -> int:
    return int(frame.estimated_size())


def _readable(size: int) -> str:
    """Write a number of bytes as people do.

    >>> _readable(96), _readable(1_500_000), _readable(2_000_000_000)
    ('96 bytes', '1.5 MB', '2.0 GB')
    """
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size} bytes"


def _unknown(info: TableInfo, name: str) -> Problem:
    columns = list(info.columns)
    do = f'shop.keep_in_memory({info.label}, "{nearest(name, columns) or columns[-1]}")'
    return Problem(f"table {info.label!r}", f"no column {name!r} to keep in memory", did_you_mean(name, columns), do)


RESIDENT = Resident(SystemClock().now)
"""What is kept in this kernel."""
