"""The card of an activity and the pill of a transition, drawn as SVG parts."""

from __future__ import annotations

from campaign_nb.render.html import Markup, element
from campaign_nb.render.icons import icon, mark
from campaign_nb.render.layout import CARD, PILL_HEIGHT, Box
from campaign_nb.render.measure import ellipsis, width
from campaign_nb.render.palette import FONT, LIGHT, Palette
from campaign_nb.render.scene import PILL_FONT, pill_label, pill_width
from campaign_nb.render.view import Edge, Node, number

RADIUS = 10
OVERHANG = 8.0
_TILE, _PAD, _TEXT_X = 36.0, 11.0, 57.0
_LABEL_FONT, _KIND_FONT, _LEADING = 13.0, 11.0, 15.0
_BESIDE_MARK = 8.0  # the first of two lines stands as high as the mark of the state
_BOTH_WAYS = "unicode-bidi:plaintext"
RIMMED = ("running", "waiting", "halted", "warning", "error")
"""The states that colour the rim of a card."""


def card(node: Node, box: Box, theme: Palette = LIGHT) -> Markup:
    """Draw an activity as a card: ground, icon, label, kind and the mark of its state.

    The colours of `theme` stand on the elements; a style sheet may override them by class.
    """
    size: dict[str, object] = {"width": box.width, "height": box.height, "rx": RADIUS}
    off = node.state == "disabled"
    line = theme.states[node.state] if node.state in RIMMED else theme.card_line
    ground = {"class": "card off" if off else "card", "fill": theme.disabled if off else theme.card, "stroke": line}
    wide = {"stroke-width": 1.5 if line != theme.card_line else 1, "stroke-dasharray": "5 4" if off else None}
    problems = "".join(f"\n{text}" for text in node.problems[:5])
    return element(
        "g",
        {"class": f"node {node.family} {node.state}", "transform": f"translate({box.x:g} {box.y:g})", "data-node": node.id[:400]},
        element("title", {}, f"{node.label}\n{node.kind_label}" + (f"\n{node.note}" if node.note else "") + problems),
        element("rect", {"class": "shadow", "x": 0, "y": 2, **size, "fill": theme.shadow, "opacity": 0 if off else 0.07}),
        element("rect", {**ground, **size, **wide}),
        face(node, theme),
        sign(node.state, theme),
    )


def face(node: Node, theme: Palette = LIGHT) -> Markup:
    """Draw what stands on a card: icon, label, kind, mark."""
    accent, tint = theme.families[node.family]
    middle = CARD[1] / 2
    faint = {"disabled": 0.55, "skipped": 0.5}.get(node.state)
    room = CARD[0] - _TEXT_X - 10
    # A picture that is faint can be made out, a text can't be read.
    ink = {"class": "text", "fill": theme.text} if faint is None else {"class": "muted", "fill": theme.muted}
    label = {**ink, "x": 0, "font-size": _LABEL_FONT, "font-weight": 600, "style": _BOTH_WAYS}
    caption = {"class": _tone(node), "x": 0, "font-size": _KIND_FONT, "fill": _colour(node, theme), "style": _BOTH_WAYS}
    lines = _lines(node.label, room)
    first = middle - 3 - _LEADING / 2 * (len(lines) - 1)
    text = element(
        "svg",
        {"x": _TEXT_X, "y": 0, "width": room + 6, "height": CARD[1]},
        *(element("text", {**label, "y": first + _LEADING * place}, line) for place, line in enumerate(lines)),
        element("text", {**caption, "y": middle + (20 if len(lines) > 1 else 14)}, ellipsis(node.caption, room, _KIND_FONT)),
    )
    tile: dict[str, object] = {"x": _PAD, "y": middle - _TILE / 2, "width": _TILE, "height": _TILE, "rx": 9, "fill": tint}
    picture = icon(node.icon, _PAD + 8, middle - 10, 20, accent)
    return element("g", {}, element("g", {"opacity": faint}, element("rect", {"class": "tile", **tile}), picture), text)


def _lines(label: str, room: float) -> list[str]:
    """Write a label in one line or two, broken at a space or inside a word that is too long; the second may be cut."""
    if width(label, _LABEL_FONT, bold=True) <= room:
        return [label]
    first = room - _BESIDE_MARK
    fits = next(place for place in range(len(label), -1, -1) if width(label[:place], _LABEL_FONT, bold=True) <= first)
    space = label.rfind(" ", 0, fits + 1)
    end = space if space > 0 else fits
    return [label[:end], ellipsis(label[end:].lstrip(), room, _LABEL_FONT, bold=True)]


def _tone(node: Node) -> str:
    """Name the class of a card's second line: a note of what needs somebody stands in the colour of its state."""
    return "told" if node.note and node.state in LIGHT.words else "muted"


def _colour(node: Node, theme: Palette) -> str:
    return theme.words[node.state] if _tone(node) == "told" else theme.muted


def sign(state: str, theme: Palette = LIGHT) -> Markup:
    """Draw the mark of a state over the corner of a card."""
    return mark(state, CARD[0] - 5, 4, theme.states.get(state, theme.muted), theme.card)


def face_image(node: Node, theme: Palette) -> str:
    """Draw a card's face as a picture of its own, a little larger than the card."""
    return _over_card(face(node, theme))


def mark_image(state: str, theme: Palette) -> str:
    """Draw the mark of a state as a picture of its own, to be laid over the face; nothing for an idle one."""
    drawn = sign(state, theme)
    return _over_card(drawn) if drawn else ""


def pill_image(edge: Edge, theme: Palette) -> str:
    """Draw a pill as a picture of its own."""
    wide = max(1.0, pill_width(edge))
    root = {"xmlns": "http://www.w3.org/2000/svg", "width": wide, "height": PILL_HEIGHT, "font-family": FONT}
    return str(element("svg", root, pill(edge, Box(0.5, 0.5, wide - 1, PILL_HEIGHT - 1), theme)))


def _over_card(drawn: Markup) -> str:
    wide, high = CARD[0] + 2 * OVERHANG, CARD[1] + 2 * OVERHANG
    box = f"{-OVERHANG:g} {-OVERHANG:g} {wide:g} {high:g}"
    root = {"xmlns": "http://www.w3.org/2000/svg", "width": wide, "height": high, "viewBox": box, "font-family": FONT}
    return str(element("svg", root, drawn))


def pill(edge: Edge, box: Box, theme: Palette = LIGHT) -> Markup:
    """Draw the pill of a transition: its label in grey, its count in bold."""
    middle, base = box.centre
    size: dict[str, object] = {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "rx": box.height / 2}
    label, count = pill_label(edge), number(edge.count)
    ink = {"class": "muted", "fill": theme.muted} if edge.state == "closed" else {"class": "count", "fill": theme.pill_text}
    spans = (
        [element("tspan", {"class": "muted", "fill": theme.muted}, label + ("\u00a0\u00a0" if label and count else ""))] if label else []
    )
    if count:
        spans.append(element("tspan", {**ink, "font-weight": 600}, count))
    text: dict[str, object] = {"x": middle, "y": base + 4, "font-size": PILL_FONT, "text-anchor": "middle"}
    return element(
        "g",
        {"class": f"edge {edge.state}", "data-edge": edge.id[:400]},
        element("rect", {"class": "pill", **size, "fill": theme.pill, "stroke": theme.pill_line}),
        element("text", text, *spans),
    )
