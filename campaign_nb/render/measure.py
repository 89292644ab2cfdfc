"""How wide a text is when it is drawn: advance widths of the usual sans-serif, without a font library."""

from __future__ import annotations

import unicodedata

_WIDTHS = dict(
    zip(
        map(chr, range(32, 127)),
        (
            [278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278]
            + [556] * 10
            + [278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722]
            + [667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500]
            + [222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584]
        ),
        strict=True,
    )
)
_BOLD = 1.075


def width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide a text is at a font size, in pixels.

    >>> width("mm", 10)
    16.66
    """
    return round(sum(map(_advance, text)) * size / 1000 * (_BOLD if bold else 1), 2)


def ellipsis(text: str, most: float, size: float, bold: bool = False) -> str:
    """Cut a text so that it is at most so many pixels wide, with an ellipsis where it was cut.

    >>> ellipsis("Contacted last week", 60, 10)
    'Contacted…'
    """
    scale = size / 1000 * (_BOLD if bold else 1)
    room, dots, used, fits = most / scale, 1000.0, 0.0, 0
    for index, letter in enumerate(text):
        used += _advance(letter)
        if used > room:
            return text[:fits].rstrip() + "…"
        if used <= room - dots:
            fits = index + 1
    return text


def _advance(letter: str) -> float:
    """Return the advance width of one character, in thousandths of the font size."""
    if (known := _WIDTHS.get(letter)) is not None:
        return known
    if ord(letter) >= 0x1F000:
        return 1350
    if unicodedata.combining(letter) or letter in "\u200c\u200d\ufe0f":
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1000
    base = unicodedata.normalize("NFD", letter)[0]
    return _WIDTHS.get(base, 1000 if letter == "…" else 660)
