"""Tables in which a bar stands beside each number, as HTML and as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaign_nb.render.html import Markup, element, fragment, one_line, stylesheet

WIDEST = 20
_CSS = """
.campaign-nb .cnb-bars{--cnb-bar:#2563eb;--cnb-bar-back:#b45309;--cnb-rail:rgba(128,128,128,.16)}
[data-jp-theme-light="false"] .campaign-nb .cnb-bars{--cnb-bar:#6aa1ff;--cnb-bar-back:#e09a3e;--cnb-rail:rgba(200,210,225,.14)}
@media (prefers-color-scheme:dark){body:not([data-jp-theme-light]) .campaign-nb .cnb-bars{--cnb-bar:#6aa1ff;--cnb-bar-back:#e09a3e;
--cnb-rail:rgba(200,210,225,.14)}}
.campaign-nb.campaign-nb .cnb-bars td{vertical-align:middle}
.campaign-nb .cnb-rail{display:block;width:180px;height:10px;border-radius:3px;background:var(--cnb-rail);overflow:hidden}
.campaign-nb .cnb-fill{display:block;height:100%;min-width:2px;border-radius:3px;background:var(--cnb-bar)}
.campaign-nb .cnb-fill.cnb-back{background:var(--cnb-bar-back)}
.campaign-nb .cnb-notice{margin:4px 0 2px;padding:4px 10px;border-left:3px solid var(--cnb-bar-back,#b45309);font-size:12px}
""".replace("\n", "")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is about (None is null), its numbers as written, and the length of its bar.

    Units: `length` is a share of the longest bar, -1 to 1; a negative one stands for the opposite and has its own colour.
    """

    name: str | None
    cells: tuple[str, ...]
    length: float


def table(heads: Sequence[str], lines: Iterable[Line], caption: str = "", notice: str = "") -> Markup:
    """Draw lines as an HTML table: name, numbers, bar; a notice stands below.

    >>> "width:50%" in table(["tier", "people"], [Line("gold", ("12",), 0.5)])
    True
    """
    first, *others = heads
    top = [element("th", {"scope": "col"}, first), *(element("th", {"scope": "col", "class": "cnb-number"}, head) for head in others)]
    head = element("thead", {}, element("tr", {"class": "cnb-row"}, *top, element("th", {"aria-hidden": "true"}, "")))
    body = element("tbody", {}, *(_row(line) for line in lines))
    parts = [element("caption", {}, caption)] if caption else []
    below = [element("div", {"class": "cnb-notice", "role": "note"}, notice)] if notice else []
    return fragment(stylesheet(_CSS), element("div", {"class": "cnb-bars"}, element("table", {}, *parts, head, body), *below))


def _row(line: Line) -> Markup:
    name = element("span", {"class": "cnb-null"}, "null") if line.name is None else one_line(line.name, 200)
    cells = [element("td", {"class": "cnb-number"}, cell) for cell in line.cells]
    return element("tr", {"class": "cnb-row"}, element("td", {}, name), *cells, element("td", {"aria-hidden": "true"}, _bar(line.length)))


def _bar(length: float) -> Markup:
    width = min(abs(length), 1.0) * 100
    kind = "cnb-fill cnb-back" if length < 0 else "cnb-fill"
    fill = [element("span", {"class": kind, "style": f"width:{width:.4g}%"})] if width else []
    return element("span", {"class": "cnb-rail"}, *fill)


def text(heads: Sequence[str], lines: Iterable[Line], caption: str = "", notice: str = "") -> str:
    """Write the same as plain text, bars of block characters.

    >>> print(text(["tier", "people"], [Line("gold", ("12",), 1.0), Line(None, ("3",), 0.25)], "customers.tier"))
    customers.tier
    tier  people
    gold      12  ████████████████████
    null       3  █████
    """
    found = list(lines)
    rows = [list(heads), *([("null" if line.name is None else one_line(line.name, 60)), *line.cells] for line in found)]
    wide = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    said = ["  ".join([row[0].ljust(wide[0]), *(cell.rjust(width) for cell, width in zip(row[1:], wide[1:], strict=True))]) for row in rows]
    drawn = ["", *(("█" if line.length > 0 else "░") * (round(min(abs(line.length), 1.0) * WIDEST) or bool(line.length)) for line in found)]
    body = [f"{row}  {bar}".rstrip() for row, bar in zip(said, drawn, strict=True)]
    return "\n".join([*([caption] if caption else []), *body, *([notice] if notice else [])])
