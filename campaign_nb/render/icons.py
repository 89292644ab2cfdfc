"""Icons of activities and marks of their state, as simple strokes in a square of 24 by 24."""

from __future__ import annotations

from campaign_nb.render.html import Markup, element, join


def _ring(x: float, y: float, r: float) -> str:
    """Write a circle as two arcs."""
    return f"M{x:g} {y - r:g}a{r:g} {r:g} 0 1 1 0 {2 * r:g}a{r:g} {r:g} 0 1 1 0-{2 * r:g}z"


def _frame(x: float, y: float, wide: float, high: float) -> str:
    """Write a rectangle with round corners."""
    corner = "a1.5 1.5 0 0 1 "
    across, down = wide - 3, high - 3
    return f"M{x + 1.5:g} {y:g}h{across:g}{corner}1.5 1.5v{down:g}{corner}-1.5 1.5h-{across:g}{corner}-1.5-1.5v-{down:g}{corner}1.5-1.5z"


ICONS: dict[str, tuple[str, ...]] = {
    "bell": ("M6 16.5v-6a6 6 0 0 1 12 0v6l1.5 2h-15z", "M10 21h4"),
    "book-open": ("M12 6.5v13.5", "M12 6.5c-2.5-2-5.5-2.5-9-2.5v13.5c3.5 0 6.5.5 9 2.5c2.5-2 5.5-2.5 9-2.5v-13.5c-3.5 0-6.5.5-9 2.5z"),
    "clock": (_ring(12, 12, 9), "M12 7.5v5l3.5 2"),
    "code": ("M8 7l-5 5l5 5", "M16 7l5 5l-5 5", "M13.5 5l-3 14"),
    "combine": (_ring(9, 12, 6.5), _ring(15, 12, 6.5)),
    "copy-x": (
        _frame(8, 8, 13, 13),
        "M4.5 16a1.5 1.5 0 0 1-1.5-1.5v-10a1.5 1.5 0 0 1 1.5-1.5h10a1.5 1.5 0 0 1 1.5 1.5",
        "M12 12l5 5",
        "M17 12l-5 5",
    ),
    "download": ("M12 3.5v11", "M7.5 10.5l4.5 4.5l4.5-4.5", "M4 16v3a1.5 1.5 0 0 0 1.5 1.5h13a1.5 1.5 0 0 0 1.5-1.5v-3"),
    "edit": ("M4 20v-4l11.5-11.5a2.5 2.5 0 0 1 4 4l-11.5 11.5z", "M13.5 6.5l4 4"),
    "filter": ("M3.5 4.5h17l-6.5 8v7l-4-2v-5z",),
    "flag": ("M5.5 21v-17", "M5.5 4.5c4.5-2.5 8 2.5 13.5 0v9c-5.5 2.5-9-2.5-13.5 0"),
    "fork": (_ring(5.5, 12, 2.5), _ring(18.5, 5.5, 2.5), _ring(18.5, 18.5, 2.5), "M8 12h2c4 0 2.5-6.5 6-6.5", "M10 12c4 0 2.5 6.5 6 6.5"),
    "git-branch": (_ring(6, 5.5, 2.5), _ring(6, 18.5, 2.5), _ring(18, 7.5, 2.5), "M6 8v8", "M18 10c0 4-6 3-11 6.5"),
    "git-merge": (_ring(6, 5.5, 2.5), _ring(6, 18.5, 2.5), _ring(18, 14.5, 2.5), "M6 8v8", "M6 8c1 4 5 6.5 9.5 6.5"),
    "help": (_ring(12, 12, 9), "M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7", "M12 17v.1"),
    "join": (_ring(5.5, 5.5, 2.5), _ring(5.5, 18.5, 2.5), _ring(18.5, 12, 2.5), "M8 5.5c4 0 2 6.5 6 6.5h2", "M8 18.5c4 0 2-6.5 6-6.5"),
    "link": ("M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.7l-1.5 1.5", "M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.5"),
    "mail": (_frame(3, 5, 18, 14), "M3.5 7l8.5 6l8.5-6"),
    "message": (
        "M5 4.5h14a1.5 1.5 0 0 1 1.5 1.5v9.5a1.5 1.5 0 0 1-1.5 1.5h-9l-5 4v-4a1.5 1.5 0 0 1-1.5-1.5v-9.5a1.5 1.5 0 0 1 1.5-1.5z",
        "M8 9h8",
        "M8 12.5h5",
    ),
    "plus-square": (_frame(3.5, 3.5, 17, 17), "M12 8v8", "M8 12h8"),
    "refresh": ("M20 5v4.5h-4.5", "M4 19v-4.5h4.5", "M19.5 9.5a8 8 0 0 0-14-2.5l-1.5 2", "M4.5 14.5a8 8 0 0 0 14 2.5l1.5-2"),
    "save": (
        "M5 3.5h11l4.5 4.5v11a1.5 1.5 0 0 1-1.5 1.5h-14a1.5 1.5 0 0 1-1.5-1.5v-14a1.5 1.5 0 0 1 1.5-1.5z",
        "M7.5 20.5v-7h9v7",
        "M7.5 3.5v4.5h7",
    ),
    "send": ("M21 3l-9.5 18l-2.5-8.5l-6.5-4z", "M21 3l-12 9.5"),
    "shuffle": ("M4 7h16", "M16.5 3.5l3.5 3.5l-3.5 3.5", "M20 17h-16", "M7.5 13.5l-3.5 3.5l3.5 3.5"),
    "smartphone": (_frame(6.5, 2.5, 11, 19), "M11 18h2"),
    "split": ("M3 12h6", "M9 12c5 0 4-6.5 11-6.5", "M9 12c5 0 4 6.5 11 6.5", "M17 2.5l3.5 3l-3.5 3", "M17 15.5l3.5 3l-3.5 3"),
    "upload": ("M12 15v-11", "M7.5 8l4.5-4.5l4.5 4.5", "M4 16v3a1.5 1.5 0 0 0 1.5 1.5h13a1.5 1.5 0 0 0 1.5-1.5v-3"),
    "users": (
        _ring(9, 8, 3.5),
        "M2.5 20v-1.5a5 5 0 0 1 5-5h3a5 5 0 0 1 5 5v1.5",
        "M16 4.9a3.5 3.5 0 0 1 0 6.2",
        "M18 13.8a5 5 0 0 1 3.5 4.7v1.5",
    ),
    "test": ("M12 2.5l8 8l-8 8l-8-8z", "M10 8.8a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.4", "M12 14.6v.1", "M12 18.5v3"),
    "webhook": (_ring(6, 17, 3), _ring(18, 17, 3), _ring(12, 6, 3), "M10.5 8.5l-3 6", "M13.5 8.5l3 6", "M9 17h6"),
}
CIRCLE = ("M12 5a7 7 0 1 1 0 14a7 7 0 1 1 0-14z",)

# Marks are drawn in white on a disc of the state's colour, around the origin.
MARKS: dict[str, str] = {
    "done": "M-3.6 .2l2.5 2.5l4.8-5.2",
    "running": "M0-3.8a3.8 3.8 0 1 1-3.8 3.8",
    "waiting": "M0-3.6v3.8l2.6 1.6",
    "warning": "M0-3.8v4.2M0 3.6v.1",
    "error": "M-2.7-2.7l5.4 5.4M2.7-2.7l-5.4 5.4",
    "pending": "M-3 0v.1M0 0v.1M3 0v.1",
    "halted": "M-2.1-3.2v6.4M2.1-3.2v6.4",
    "skipped": "M-3.6-2.8l2.8 2.8l-2.8 2.8M.6-2.8l2.8 2.8l-2.8 2.8",
    "disabled": "M-3.4 0h6.8",
}


def paths(name: str) -> tuple[str, ...]:
    """Return the stroke paths of an icon; a circle for a name that isn't known.

    >>> paths("no such icon") == CIRCLE
    True
    """
    return ICONS.get(name, CIRCLE)


def icon(name: str, x: float, y: float, size: float, colour: str) -> Markup:
    """Draw an icon with its top left corner at (x, y); its class is `icon`.

    >>> icon("filter", 0, 0, 24, "#000000").startswith('<g class="icon"')
    True
    """
    lines = join(element("path", {"d": path}) for path in paths(name))
    place = f"translate({x:g} {y:g}) scale({size / 24:.4g})"
    strokes = {"fill": "none", "stroke": colour, "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round"}
    return element("g", {"class": "icon", "transform": place, **strokes}, lines)


def mark(state: str, x: float, y: float, colour: str, ring: str, radius: float = 8.5) -> Markup:
    """Draw the mark of a state: a disc with a sign, in a ring of the card's colour; nothing for an idle one.

    >>> mark("idle", 0, 0, "#000000", "#ffffff")
    ''
    """
    if state not in MARKS:
        return join([])
    sign = {"fill": "none", "stroke": "#ffffff", "stroke-width": 1.9, "stroke-linecap": "round", "stroke-linejoin": "round"}
    return element(
        "g",
        {"class": state, "transform": f"translate({x:g} {y:g}) scale({radius / 8.5:.4g})"},
        element("circle", {"class": "ring", "r": 10.5, "fill": ring}),
        element("circle", {"class": "mark", "r": 8.5, "fill": colour}),
        element("path", {"class": "spin" if state == "running" else None, "d": MARKS[state], **sign}),
    )
