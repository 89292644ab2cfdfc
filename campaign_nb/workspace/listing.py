"""A table of things by position or name, searchable, with the frame behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from campaign_nb.engine.compute import computed
from campaign_nb.errors import Problem, StoreError, did_you_mean
from campaign_nb.render import html

SHOWN = 20
_SECRET = ("address", "person")


class Listing:
    """Rows of the workspace.

    Index by position or name, search by text, `.frame()` for the data.

    Shape: the display shows the first 20 rows; addresses and persons are masked there.
    """

    def __init__(self, title: str, rows: pl.LazyFrame | Callable[[], pl.LazyFrame], *, name: str = "name") -> None:
        self._title, self._name = title, name
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
        return Listing(f"{self._title} with {text!r}", self._rows.filter(found) if texts else self._rows.head(0), name=self._name)

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
        return f"<{self._title}: {len(self):,} rows; .frame() has them>"

    def _repr_html_(self) -> str:
        first = computed([self._rows.head(SHOWN)])[0]
        columns = [name for name in first.columns if not name.startswith("key_")]
        rows = [
            [masked(value) if name in _SECRET else value for name, value in row.items() if name in columns]
            for row in first.iter_rows(named=True)
        ]
        return html.table(
            columns, rows, caption=f"{self._title}: {len(self):,} rows" + (f", the first {SHOWN}" if first.height == SHOWN else "")
        )


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
