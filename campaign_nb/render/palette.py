"""Colours of the drawings, light and dark; the static picture and the live canvas share them."""

from __future__ import annotations

from dataclasses import dataclass

FONT = '"Segoe UI", "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif'


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme: surfaces, texts, lines, and the accents of families and states."""

    surface: str
    surface_line: str
    card: str
    card_line: str
    shadow: str
    text: str
    muted: str
    line: str
    line_active: str
    pill: str
    pill_line: str
    pill_text: str
    select: str
    disabled: str
    families: dict[str, tuple[str, str]]
    states: dict[str, str]
    words: dict[str, str]
    """The colours of text that tells of a state."""


LIGHT = Palette(
    surface="#f6f7f9",
    surface_line="#e4e8ee",
    card="#ffffff",
    card_line="#d5dbe4",
    shadow="#101828",
    text="#1b2430",
    muted="#616c7c",
    line="#a8b2c0",
    line_active="#7e9bc8",
    pill="#ffffff",
    pill_line="#cfd6e0",
    pill_text="#344054",
    select="#2563eb",
    disabled="#eff1f4",
    families={
        "targeting": ("#2563eb", "#e6eefd"),
        "data": ("#0b7f77", "#dcf3f0"),
        "channel": ("#7c3aed", "#f0e8fe"),
        "flow": ("#a8570a", "#fcefd8"),
    },
    states={
        "done": "#15934a",
        "running": "#2563eb",
        "waiting": "#dd7a08",
        "warning": "#dd7a08",
        "halted": "#dd7a08",
        "error": "#d92d20",
        "pending": "#98a2b3",
        "disabled": "#98a2b3",
        "skipped": "#98a2b3",
    },
    words={"halted": "#b45309", "warning": "#b45309", "error": "#c4281c"},
)
DARK = Palette(
    surface="#15191f",
    surface_line="#2b323d",
    card="#20262f",
    card_line="#3b4452",
    shadow="#000000",
    text="#e9edf3",
    muted="#9eaab9",
    line="#5d6979",
    line_active="#6385ba",
    pill="#2a313c",
    pill_line="#475262",
    pill_text="#d5dce6",
    select="#78aaff",
    disabled="#1a1f27",
    families={
        "targeting": ("#7db1ff", "#1d3154"),
        "data": ("#56d0c4", "#15393a"),
        "channel": ("#bb9bfa", "#34284f"),
        "flow": ("#f4bb62", "#42321c"),
    },
    states={
        "done": "#2fa35e",
        "running": "#4c8dff",
        "waiting": "#d9821b",
        "warning": "#d9821b",
        "halted": "#d9821b",
        "error": "#e5534b",
        "pending": "#7b8797",
        "disabled": "#6b7685",
        "skipped": "#6b7685",
    },
    words={"halted": "#f0a04b", "warning": "#f0a04b", "error": "#ff8a82"},
)

BADGES = {
    "done": "#0f7a3c",
    "running": "#2563eb",
    "waiting": "#b45309",
    "warning": "#b45309",
    "halted": "#b45309",
    "error": "#d92d20",
    "pending": "#5b6675",
    "disabled": "#5b6675",
    "skipped": "#5b6675",
}
"""The grounds of words in white, by state; on light and dark surfaces alike."""
