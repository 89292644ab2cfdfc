"""Where rows come from: frames, files, Arrow streams and functions, each as a lazy frame."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from campaign_nb.data.fault import reason_of
from campaign_nb.data.functions import reference_of
from campaign_nb.errors import DataError, Problem

_SCANNERS: dict[str, Callable[[str], pl.LazyFrame]] = {
    ".parquet": lambda path: pl.scan_parquet(path),
    ".csv": lambda path: pl.scan_csv(path, try_parse_dates=True),
    ".arrow": lambda path: pl.scan_ipc(path),
    ".ipc": lambda path: pl.scan_ipc(path),
    ".feather": lambda path: pl.scan_ipc(path),
    ".ndjson": lambda path: pl.scan_ndjson(path),
    ".jsonl": lambda path: pl.scan_ndjson(path),
}

WRITABLE = (".parquet", ".csv")
"""The types of files whose rows can be changed in place."""


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that can be read again and again.

    `portable` tells whether a new kernel could open the same rows from the document alone; `reference` says how.
    `absolute` is the path of files as it was when they were declared, empty for anything else.
    """

    open: Callable[[], pl.LazyFrame]
    portable: bool
    reference: str
    files: Callable[[], tuple[str, ...]]
    absolute: str = ""

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Return path, size and time of change of each file; empty for rows in memory."""
        found = [(path, os.stat(path)) for path in self.files()]
        return tuple((path, info.st_size, info.st_mtime_ns) for path, info in found)

    def state(self) -> tuple[tuple[str, tuple[int, ...]], ...] | None:
        """Return what changes whenever a file of the source changes; None for rows whose changes nobody can see."""
        found = [(path, os.stat(path)) for path in self.files()]
        whole = tuple((path, (info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)) for path, info in found)
        return whole or None


def source_of(table: str, given: object) -> Source:
    """Turn what a user gives as rows into a source.

    Shape: a Polars frame (lazy or not), a path or glob (Parquet, CSV, Arrow, NDJSON), anything with the Arrow C
    stream, or a function without arguments that returns one of these.
    Errors: another kind of thing, a missing file, an unknown file type, a file that can't be read, no column.
    """
    where = f"table {table!r}"
    if isinstance(given, pl.LazyFrame):
        source = _in_memory(given)
    elif isinstance(given, pl.DataFrame):
        source = _in_memory(given.lazy())
    elif isinstance(given, str | os.PathLike):
        source = _files(where, os.fspath(given))  # pyright: ignore[reportUnknownArgumentType] # PathLike of str
    elif callable(given):
        source = _function(where, given)
    elif hasattr(given, "__arrow_c_stream__"):
        source = _in_memory(pl.DataFrame(given).lazy())  # pyright: ignore[reportArgumentType] # Arrow C stream
    else:
        raise DataError(
            Problem(
                where,
                f"its rows are given as {type(given).__name__}",
                "a Polars frame, a path, an Arrow stream or a function",
                f'shop.table({table!r}, "{table}.parquet", key="…")',
            )
        )
    if not schema_of(where, source):
        raise DataError(Problem(where, "its source has no column", "at least a key column", f"look into {source.reference}"))
    return source


def writable_problem(table: str, given: object) -> Problem | None:
    """Return why the rows of what a user gives can't be changed in place; None for one Parquet or CSV file.

    >>> writable_problem("segments", "segments/*.parquet").what
    "'segments/*.parquet' is no single file that can be written"
    """
    where, do = f"table {table!r}", f'shop.table({table!r}, "{table}.parquet", key="…", writable=True)'
    if not isinstance(given, str | os.PathLike):
        return Problem(where, f"writable=True for {type(given).__name__}", "the path of one Parquet or CSV file", do)
    path = str(os.fspath(given))  # pyright: ignore[reportUnknownArgumentType] # PathLike of str
    if glob.has_magic(path) or os.path.isdir(path) or Path(path).suffix.lower() not in WRITABLE:
        return Problem(where, f"{path!r} is no single file that can be written", f"one file: {' or '.join(WRITABLE)}", do)
    return None


def schema_of(where: str, source: Source) -> pl.Schema:
    """Return the names and types of a source's columns, or say why they can't be read."""
    try:
        return source.open().collect_schema()
    except DataError:
        raise
    except Exception as error:
        what = f"its source can't be read: {reason_of(error)}"
        raise DataError(Problem(where, what, "a readable, non-empty file", f"look into {source.reference}")) from error


def _in_memory(frame: pl.LazyFrame) -> Source:
    return Source(lambda: frame, portable=False, reference="a frame in memory", files=lambda: ())


def _files(where: str, path: str) -> Source:
    suffix = Path(path.rstrip("*?/")).suffix.lower() or Path(path).suffix.lower()
    scanner = _SCANNERS.get(suffix)
    if scanner is None and os.path.isdir(path):
        path, scanner = os.path.join(path, "*.parquet"), _SCANNERS[".parquet"]
    if scanner is None:
        raise DataError(Problem(where, f"{path!r} has no known file type", ", ".join(_SCANNERS), _other_type(path, suffix)))

    def found() -> tuple[str, ...]:
        paths = tuple(sorted(glob.glob(path))) if glob.has_magic(path) else (path,) * os.path.exists(path)
        if not paths:
            here = repr(os.path.dirname(path)) if os.path.isabs(path) else "the working directory"
            raise DataError(
                Problem(where, f"no file {path!r}", f"a file below {here}", "check the path; os.getcwd() is the working directory")
            )
        return paths

    found()

    def scan() -> pl.LazyFrame:
        found()
        return scanner(path)

    return Source(scan, portable=True, reference=path, files=found, absolute=os.path.join(os.getcwd(), path))


def _other_type(path: str, suffix: str) -> str:
    """How rows of a type of file that is not read here become a source."""
    reader = "pl.read_excel" if suffix in (".xlsx", ".xls", ".xlsb") else "pl.read_…"
    return f'{reader}({path!r}).write_parquet("{Path(path).stem}.parquet")'


def _function(where: str, function: Callable[[], Any]) -> Source:
    importable = reference_of(function)

    def scan() -> pl.LazyFrame:
        rows = function()
        if isinstance(rows, pl.LazyFrame):
            return rows
        if isinstance(rows, pl.DataFrame):
            return rows.lazy()
        if isinstance(rows, str | os.PathLike):
            return _files(where, os.fspath(rows)).open()  # pyright: ignore[reportUnknownArgumentType] # PathLike of str
        if hasattr(rows, "__arrow_c_stream__"):
            return pl.DataFrame(rows).lazy()
        raise DataError(
            Problem(
                where,
                f"its function returned {type(rows).__name__}",
                "a Polars frame, a path or an Arrow stream",
                "return pl.scan_parquet(…)",
            )
        )

    return Source(scan, portable=importable is not None, reference=importable or "a function of this notebook", files=lambda: ())
