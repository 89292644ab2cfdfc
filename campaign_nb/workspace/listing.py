"""A table of things by position or name, searchable, with the frame behind it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from campaign_nb.clock import zone
from campaign_nb.engine.compute import computed
from campaign_nb.errors import Problem, StoreError, did_you_mean
from campaign_nb.render import html

SHOWN = 20
_SECRET = ("address", "person")
_NUMBERED = ("version", "stage")
"""Whole numbers that are names, not counts."""
_ID = re.compile("[0-9a-f]{32}")


class Listing:
    """Rows of the workspace.

    Index by position or name, search by text, `.frame()` for the data.

    Shape: the display shows the first 20 rows, without columns that are empty there; addresses and persons are masked.
    Time: frames are in UTC, the display is in `time_zone` and says so.
    """

    def __init__(
        self,
        title: str,
        rows: pl.LazyFrame | Callable[[], pl.LazyFrame],
        *,
        name: str = "name",
        time_zone: str = "UTC",
        searched: bool = False,
    ) -> None:
        self._title, self._name, self._searched = title, name, searched
        self.time_zone = time_zone
        self._read = (lambda: rows) if isinstance(rows, pl.LazyFrame) else rows

    @property
    def _rows(self) -> pl.LazyFrame:
        return self._read()

    def frame(self) -> pl.DataFrame:
        """Return all rows as a Polars DataFrame."""
        return computed([self._rows])[0]

    def search(self, text: str) -> Listing:
        """Return the rows in which any text contains `text`, whatever its case."""
        texts = [name for name, dtype in self._rows.collect_schema().items() if dtype == pl.String]
        found = pl.any_horizontal(pl.col(name).str.to_lowercase().str.contains(text.lower(), literal=True) for name in texts)
        title, rows = f"{self._title} with {text!r}", self._rows.filter(found) if texts else self._rows.head(0)
        return Listing(title, rows, name=self._name, time_zone=self.time_zone, searched=True)

    def __len__(self) -> int:
        return int(computed([self._rows.select(pl.len())])[0].item())

    def __getitem__(self, which: int | str) -> dict[str, Any]:
        rows = self.frame()
        if isinstance(which, int):
            if not -rows.height <= which < rows.height:
                expected = f"0 to {rows.height - 1}, or from the end" if rows.height else "at least one row; it is empty"
                raise StoreError(Problem(self._title, f"no row {which}", expected, ".frame() shows all rows"))
            return rows.row(which, named=True)
        found = rows.filter(pl.col(self._name) == which)
        if not found.height:
            names = rows[self._name].unique().sort().to_list()
            expected = did_you_mean(str(which), [str(item) for item in names])
            raise StoreError(Problem(self._title, f"no {self._name} {which!r}", expected, ".frame() shows all rows"))
        return found.row(0, named=True)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.frame().iter_rows(named=True)

    def __repr__(self) -> str:
        return f"<{self._title}: {counted(len(self))}; .frame() has them>"

    def _repr_html_(self) -> str:
        first, total = computed([self._rows.head(SHOWN)])[0], len(self)
        if not total:
            return html.table([], [], caption=f"{self._title}: {'nothing matches' if self._searched else 'none yet'}")
        columns = [name for name in first.columns if not name.startswith("key_")]
        most = f", the first {SHOWN}" if total > SHOWN else ""
        return drawn(columns, first.iter_rows(named=True), f"{self._title}: {counted(total)}{most}", self.time_zone)


def counted(number: int) -> str:
    """Write a number of rows.

    >>> counted(1), counted(1200)
    ('1 row', '1,200 rows')
    """
    return "1 row" if number == 1 else f"{number:,} rows"


def drawn(columns: Iterable[str], rows: Iterable[Mapping[str, Any]], caption: str, time_zone: str) -> html.Markup:
    """Draw rows as people read them: instants in a zone that the caption names, ids by their first eight signs.

    Columns that are empty in all rows are left out.

    >>> "times in UTC" in drawn(["at"], [{"at": dt.datetime(2026, 7, 1, tzinfo=dt.UTC)}], "log", "UTC")
    True
    """
    found = list(rows)
    shown = [name for name in columns if not found or any(row[name] is not None and row[name] != "" for row in found)]
    timed = any(isinstance(row[name], dt.datetime) for row in found for name in shown)
    cells = [[_cell(name, row[name], time_zone) for name in shown] for row in found]
    return html.table(shown, cells, caption=caption + (f"; times in {time_zone}" if timed else ""), null="")


def _cell(name: str, value: Any, time_zone: str) -> object:
    if name in _SECRET:
        return masked(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(zone(time_zone)).replace(tzinfo=None) if value.tzinfo is not None else value
    if isinstance(value, str):
        return value[:8] if _ID.fullmatch(value) else value
    return html.Count(value) if type(value) is int and name not in _NUMBERED else value


def masked(value: object) -> str:
    """Hide most of an address or a key, for displays that may be shared.

    >>> masked("anna@shop.example"), masked("10472"), masked(None)
    ('a•••@s•••.example', '1••••', '')
    """
    if value is None:
        return ""
    text = str(value)
    name, at, domain = text.partition("@")
    if not at:
        return text[:1] + "•" * min(8, max(0, len(text) - 1))
    host, dot, end = domain.rpartition(".")
    return f"{name[:1]}•••@{host[:1]}•••{dot}{end}"
