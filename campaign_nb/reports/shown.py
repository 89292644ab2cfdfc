"""A report as people read it: numbers with their shares, in a page or as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from campaign_nb.render import html
from campaign_nb.render.html import Markup

ALL = "all messages"
_HEADS = ("targeted", "excluded", "sent", "delivered", "bounced", "people reached", "opened", "clicked", "unsubscribed", "complained")
_SHARES: Mapping[str, tuple[str, str]] = {
    "excluded": ("excluded", "targeted"),
    "delivered": ("delivered", "tracked"),
    "bounced": ("bounced", "tracked"),
    "people reached": ("unique_delivered", ""),
    "opened": ("unique_opened", "unique_delivered"),
    "clicked": ("unique_clicked", "unique_delivered"),
    "unsubscribed": ("unique_unsubscribed", "unique_delivered"),
    "complained": ("unique_complained", "unique_delivered"),
}
"""The count that a column shows, and what its share is of."""


class Figure(int):
    """A number as a table shows it: with its thousands and the share that it is, as percent, or as unknown.

    >>> print(Figure.of(1200, 4800), Figure.of(7), Figure.of(0, 3), Figure.rate(0.25), Figure.of(None))
    1,200 (25.0 %) 7 0 25.0 % –
    """

    text: str

    def __new__(cls, number: int, text: str) -> Figure:
        """Keep a number and how it is written."""
        made = super().__new__(cls, number)
        made.text = text
        return made

    @classmethod
    def of(cls, number: int | None, whole: int | None = None) -> Figure:
        """Write a count, with its share of a whole that is not 0."""
        if number is None:
            return cls(0, "–")
        return cls(number, f"{number:,}" + (f" ({percent(number / whole)})" if whole and number else ""))

    @classmethod
    def rate(cls, share: float | None) -> Figure:
        """Write a share as percent."""
        return cls(0, "–" if share is None else percent(share))

    def __str__(self) -> str:
        return self.text


def percent(share: float) -> str:
    """Write a share as percent with one decimal.

    >>> percent(0.3333)
    '33.3 %'
    """
    return f"{share * 100:.1f} %"


def figure(row: Mapping[str, Any], head: str) -> Figure:
    """Return what a column shows of a row of figures."""
    count, whole = _SHARES.get(head, (head, ""))
    return Figure.of(row[count], row[whole] if whole else None)


def lines(figures: pl.DataFrame, name: str) -> tuple[list[str], list[list[object]]]:
    """Return heads and rows of a table of figures; `name` is the column that names a row."""
    rows = figures.to_dicts()
    heads = [head for head in _HEADS if _says_something(rows, head)]
    known: list[list[object]] = []
    for row in rows:
        named = row[name] if row[name] is not None else ALL
        known.append([named, *(figure(row, head) for head in heads), Figure.rate(row["unique_ctor"])])
    return [{"activity": "message"}.get(name, name), *heads, "clicked of opened"], known


def _says_something(rows: Sequence[Mapping[str, Any]], head: str) -> bool:
    """Leave out what never happened, and people where each has one message."""
    if head == "people reached":
        return any(row["unique_delivered"] != row["delivered"] for row in rows)
    return head not in ("bounced", "unsubscribed", "complained") or any(figure(row, head) for row in rows)


def bases(figures: pl.DataFrame) -> str:
    """Say what the shares of a table of figures are of."""
    heads = lines(figures, "activity")[0]
    known = {"tracked": "sent", "unique_delivered": "people reached" if "people reached" in heads else "delivered"}
    found: dict[str, list[str]] = {}
    for head, (_, whole) in _SHARES.items():
        if whole and head in heads:
            found.setdefault(known.get(whole, whole), []).append(head)
    return "Shares: " + "; ".join(f"{', '.join(heads)} of {whole}" for whole, heads in found.items())


def table(figures: pl.DataFrame, name: str, caption: str) -> Markup:
    """Draw figures as a table."""
    heads, rows = lines(figures, name)
    return html.table(heads, rows, caption=caption)


def reasons_table(exclusions: pl.DataFrame, targeted: Mapping[str, int]) -> Markup:
    """Draw who was excluded and why, over the runs of a report."""
    rows = [[row["activity"], row["reason"], Figure.of(row["people"], targeted.get(row["activity"]))] for row in exclusions.to_dicts()]
    return html.table(["message", "reason", "excluded"], rows, caption="Excluded: targeted = sent + excluded")


def small_print(notes: Sequence[str]) -> Markup:
    """Draw the notes under a report."""
    return html.element("div", {"class": "cnb-subtitle"}, *(html.element("p", {"style": "margin:2px 0"}, note) for note in notes))


def picture(drawing: Markup) -> Markup:
    """Put a drawing between the tables."""
    about = html.element("div", {"class": "cnb-subtitle"}, "Messages that got to each stage, and their share of those targeted")
    return html.element("div", {"style": "margin:10px 0 6px"}, about, drawing)


def text(title: str, figures: pl.DataFrame, exclusions: pl.DataFrame, notes: Sequence[str]) -> str:
    """Write a report as plain text, columns aligned."""
    return "\n".join([title, *_aligned(figures), *_reasons(exclusions), *(f"  {note}" for note in notes)])


def _aligned(figures: pl.DataFrame) -> Iterator[str]:
    if not figures.height:
        return
    heads, rows = lines(figures, "activity")
    cells = [heads, *([html.one_line(row[0], 40), *(str(cell) for cell in row[1:])] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
    for row in cells:
        first, *rest = (cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True)))
        yield "  " + "  ".join([first, *rest]).rstrip()
    yield f"  {bases(figures)}"


def _reasons(exclusions: pl.DataFrame) -> Iterator[str]:
    for row in exclusions.to_dicts():
        yield f"  excluded from {html.one_line(row['activity'], 40)}: {row['people']:,} {html.one_line(row['reason'], 60)}"
