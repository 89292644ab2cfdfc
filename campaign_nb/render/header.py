"""What stands above and below the graph: name, status, schedule, run; and the legend of states."""

from __future__ import annotations

from campaign_nb.render.html import Markup, element, join
from campaign_nb.render.icons import mark
from campaign_nb.render.measure import ellipsis, width
from campaign_nb.render.palette import BADGES, LIGHT
from campaign_nb.render.view import Picture

_LEFT, _NAME_FONT, _LINE_FONT, _CHIP_FONT = 24.0, 17.0, 12.5, 11.0
_STATES = {
    "done": "Done",
    "running": "Running",
    "waiting": "Waiting",
    "halted": "Halted",
    "warning": "Needs attention",
    "error": "Error",
    "pending": "Pending",
    "skipped": "Passed by",
    "disabled": "Disabled",
}
# Statuses and marks of a campaign share the colours of states.
_CHIPS = {
    "draft": "pending",
    "scheduled": "running",
    "live": "done",
    "completed": "done",
    "closed": "pending",
    "stopped": "warning",
    "archived": "disabled",
    "paused": "waiting",
    "error": "error",
}


def chips(picture: Picture) -> list[tuple[str, str]]:
    """List the words beside a campaign's name, each with the state whose colour it has.

    >>> chips(Picture("Spring", "live", "", "", "", None, marks=("paused",)))
    [('Live', 'done'), ('Paused', 'waiting')]
    """
    words = [(word[:1].upper() + word[1:], _CHIPS.get(word, "pending")) for word in (picture.status, *picture.marks)]
    problems = len(picture.problems) + sum(len(node.problems) for node in picture.nodes)
    return words + ([(f"{problems} problem{'s' if problems != 1 else ''}", "error")] if problems else [])


def state_names() -> dict[str, str]:
    """Return the names of the states that have a mark, in the order of a legend."""
    return dict(_STATES)


def header(picture: Picture, wide: float) -> tuple[Markup, float]:
    """Draw name, status, schedule and run; return the drawing and its height."""
    words = chips(picture)
    taken = sum(_chip_width(word) + 8 for word, _ in words)
    name = ellipsis(picture.name, wide - 2 * _LEFT - taken - 12, _NAME_FONT, bold=True)
    title = {"class": "text", "x": _LEFT, "y": 36, "font-size": _NAME_FONT, "font-weight": 600, "fill": LIGHT.text}
    parts = [element("title", {}, picture.name), element("text", title, name)]
    x = _LEFT + width(name, _NAME_FONT, bold=True) + 14
    for word, state in words:
        parts.append(_chip(word, state, x))
        x += _chip_width(word) + 8
    y = 40.0
    for line in (picture.sentence, picture.run, picture.amount, picture.why):
        if line:
            y += 19
            kind, colour = (
                ("failed" if picture.failed else "why", LIGHT.words["error" if picture.failed else "warning"])
                if line == picture.why
                else ("muted", LIGHT.muted)
            )
            text = {"class": kind, "x": _LEFT, "y": y, "font-size": _LINE_FONT, "fill": colour}
            parts.append(element("text", text, ellipsis(line, wide - 2 * _LEFT, _LINE_FONT)))
    if picture.progress is not None:
        y += 14
        parts.append(_bar(picture.progress, y, wide))
    return join([element("g", {}, *parts)]), y + 10


def legend(picture: Picture, wide: float) -> tuple[Markup, float]:
    """Draw the marks of the states that occur, with their names; nothing when all is idle."""
    present = [state for state in _STATES if any(node.state == state for node in picture.nodes)]
    if not present:
        return join([]), 0.0
    parts: list[Markup] = []
    x = _LEFT
    for state in present:
        parts.append(mark(state, x + 6, 4, LIGHT.states[state], LIGHT.surface, radius=6))
        text = {"class": "muted", "x": x + 18, "y": 8, "font-size": _CHIP_FONT, "fill": LIGHT.muted}
        parts.append(element("text", text, _STATES[state]))
        x += 36 + width(_STATES[state], _CHIP_FONT)
    return element("g", {"class": "legend"}, *parts), 24.0


def _chip_width(text: str) -> float:
    return width(text, _CHIP_FONT, bold=True) + 18


def _chip(word: str, state: str, x: float) -> Markup:
    box: dict[str, object] = {"x": x, "y": 20, "width": _chip_width(word), "height": 21, "rx": 10.5, "fill": BADGES[state]}
    text = {
        "x": x + _chip_width(word) / 2,
        "y": 34.5,
        "font-size": _CHIP_FONT,
        "font-weight": 600,
        "text-anchor": "middle",
        "fill": "#ffffff",
    }
    return element("g", {"class": "chip"}, element("rect", box), element("text", text, word))


def _bar(progress: float, y: float, wide: float) -> Markup:
    size: dict[str, object] = {"x": _LEFT, "y": y - 4, "height": 4, "rx": 2}
    full = wide - 2 * _LEFT
    return element(
        "g",
        {"class": "running"},
        element("rect", {"class": "track", **size, "width": full, "fill": LIGHT.surface_line}),
        element("rect", {"class": "mark", **size, "width": max(4.0, full * progress), "fill": LIGHT.states["running"]}),
    )
