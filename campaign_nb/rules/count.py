"""A count of rows that knows how many there are in all."""

from __future__ import annotations

from typing import Self

from campaign_nb.render import html


class Count(int):
    """A whole number of rows, with the number that they are out of and their share.

    Shape: it is an int everywhere; only its display says more.

    >>> found = Count.of(2, 8, "customers")
    >>> found + 1, found.rows, found.share
    (3, 8, 0.25)
    >>> print(found.text())
    2 of 8 customers (25 %)
    """

    rows: int
    table: str

    @classmethod
    def of(cls, number: int, rows: int, table: str) -> Self:
        """Return a count out of all rows of a table."""
        count = cls(number)
        count.rows, count.table = rows, table
        return count

    @property
    def share(self) -> float | None:
        """The share of all rows, 0 to 1; None where there is no row."""
        return int(self) / self.rows if self.rows else None

    def text(self) -> str:
        """Return it with what it is out of."""
        return f"{int(self):,} of {self.rows:,} {self.table}" + ("" if self.share is None else f" ({percent(int(self), self.rows)})")

    def _repr_html_(self) -> str:
        number = html.element("span", {"class": "cnb-title"}, f"{int(self):,}")
        share = "" if self.share is None else f" · {percent(int(self), self.rows)}"
        rest = html.element("span", {"class": "cnb-subtitle"}, f" of {self.rows:,} {html.one_line(self.table, 80)}{share}")
        return html.fragment(html.element("div", {}, number, rest))


def percent(part: int, whole: int) -> str:
    """Write a share for people: never 0 for somebody, never 100 for not everybody.

    >>> percent(1, 3), percent(1, 4), percent(1, 100_000), percent(99_999, 100_000), percent(0, 7), percent(0, 0)
    ('33.3 %', '25 %', '< 0.1 %', '> 99.9 %', '0 %', '–')
    """
    if not whole:
        return "–"
    share = part / whole * 100
    if 0 < share < 0.1:
        return "< 0.1 %"
    if 99.9 < share < 100:
        return "> 99.9 %"
    return f"{share:.1f}".removesuffix(".0") + " %"
