"""The canvas's style sheets, light and dark, in the words of its drawing library."""

from __future__ import annotations

from typing import Any

from campaign_nb.render.cards import OVERHANG, RIMMED
from campaign_nb.render.layout import CARD, PILL_HEIGHT
from campaign_nb.render.palette import DARK, LIGHT, Palette

Rule = dict[str, Any]


def styles() -> dict[str, list[Rule]]:
    """Return the rules of both themes by name.

    >>> sorted(styles())
    ['dark', 'light']
    """
    return {"light": _rules(LIGHT, "light"), "dark": _rules(DARK, "dark")}


def _rules(theme: Palette, name: str) -> list[Rule]:
    rules = [*_cards(theme, name), *_lines(theme)]
    return [{"selector": selector, "style": style} for selector, style in rules]


# The library reads ".a.b" as one class with a dot in its name: every rule below names one class only.
def _cards(theme: Palette, name: str) -> list[tuple[str, dict[str, Any]]]:
    picture = {
        "background-image": f"data({name})",
        "background-clip": ["none", "none"],
        "background-image-containment": ["over", "over"],
        "background-fit": ["none", "none"],
        "background-repeat": ["no-repeat", "no-repeat"],
    }
    card = {
        "shape": "round-rectangle",
        "width": CARD[0],
        "height": CARD[1],
        "background-color": theme.card,
        "border-width": 1,
        "border-color": theme.card_line,
        "background-width": [f"{CARD[0] + 2 * OVERHANG}px"] * 2,
        "background-height": [f"{CARD[1] + 2 * OVERHANG}px"] * 2,
        "bounds-expansion": OVERHANG + 4,
        "z-index": 2,
    }
    glow = {"underlay-color": theme.select, "underlay-opacity": 0.22, "underlay-padding": 4}
    pill = {"shape": "round-rectangle", "width": "data(width)", "height": PILL_HEIGHT, "background-opacity": 0, "border-opacity": 0}
    exact = {"background-width": "100%", "background-height": "100%", "z-index": 3, "bounds-expansion": 2}
    rules: list[tuple[str, dict[str, Any]]] = [("node", {"label": "", "overlay-opacity": 0}), ("node.card", card | picture)]
    for state in RIMMED:
        rules.append((f"node.{state}", {"border-color": theme.states[state], "border-width": 1.5}))
    off = {"background-color": theme.disabled, "border-style": "dashed"}
    rules += [
        ("node.disabled", off),
        ("node.hover", {"border-color": theme.select}),
        ("node.selected", {"border-color": theme.select, "border-width": 2, **glow}),
        ("node.pill", pill | picture | exact),
        ("node.hidden", {"visibility": "hidden", "events": "no"}),
        ("node.open", {"shape": "ellipse", "width": 8, "height": 8, "background-color": theme.line, "border-width": 0, "z-index": 1}),
        ("node.active", {"background-color": theme.line_active}),
    ]
    return rules


def _lines(theme: Palette) -> list[tuple[str, dict[str, Any]]]:
    line = {
        "width": 1.5,
        "line-color": theme.line,
        "target-arrow-color": theme.line,
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.85,
        "curve-style": "straight",
        "overlay-opacity": 0,
        "z-index": 0,
    }
    bent = {
        "curve-style": "unbundled-bezier",
        "control-point-weights": "data(weights)",
        "control-point-distances": "data(distances)",
        "edge-distances": "node-position",
        "source-endpoint": "90deg",
        "target-endpoint": "270deg",
    }
    active = {"width": 3, "line-color": theme.line_active, "target-arrow-color": theme.line_active, "arrow-scale": 0.7}
    closed = {"line-style": "dashed", "line-dash-pattern": [1, 5], "line-cap": "round", "opacity": 0.6}
    chosen = {"line-color": theme.select, "target-arrow-color": theme.select, "width": 2.5, "z-index": 1}
    return [
        ("edge", line),
        ("edge.bent", bent),
        ("edge.active", active),
        ("edge.closed", closed),
        ("edge.empty", {"line-style": "dashed", "line-dash-pattern": [5, 4]}),
        ("edge.back", {"line-style": "dashed", "line-dash-pattern": [5, 4], "line-color": theme.states["error"]}),
        ("edge.ended", {"target-arrow-shape": "none"}),
        ("edge.flow", {"line-style": "dashed", "line-dash-pattern": [8, 5], "line-color": theme.states["running"]}),
        ("edge.hover", {"line-color": theme.select, "target-arrow-color": theme.select}),
        ("edge.selected", chosen),
    ]
