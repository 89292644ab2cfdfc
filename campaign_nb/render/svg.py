"""The static picture of a campaign: one SVG for light and dark pages, texts only as text."""

from __future__ import annotations

from campaign_nb.render.cards import RIMMED, card, pill
from campaign_nb.render.header import header, legend
from campaign_nb.render.html import Markup, element, stylesheet
from campaign_nb.render.layout import Layout, Route
from campaign_nb.render.lines import path
from campaign_nb.render.palette import DARK, FONT, LIGHT, Palette
from campaign_nb.render.scene import arrange, pill_width
from campaign_nb.render.view import Edge, Picture, View, read_view

# Wider pictures shrink with the page, also where they are shown as an image file.
_LEAST_WIDTH, _FLUID = 520.0, 1000.0
_ROOT = "campaign-nb-svg"


def svg(view: View, heading: bool = True) -> str:
    """Draw a campaign's view as one SVG that follows the page's light or dark theme; `heading` adds name and status.

    Shape: labels are cut to their cards; full labels and problems are in the tooltips.
    Cost: linear in nodes and edges; 500 nodes take well under a second.

    >>> picture = svg({"name": "Spring", "status": "draft", "nodes": [], "edges": []})
    >>> picture.startswith("<svg"), "<script" in picture
    (True, False)
    """
    picture = read_view(view)
    placed = arrange(picture)
    wide = max(_LEAST_WIDTH, placed.width)
    top, head_height = header(picture, wide) if heading else (element("g"), 0.0)
    bottom, legend_height = legend(picture, wide)
    high = head_height + placed.height + legend_height
    body = [
        stylesheet(rules()),
        element("rect", {"class": "surface", "x": 0.5, "y": 0.5, "width": wide - 1, "height": high - 1, "rx": 10, **_paint(LIGHT.surface)}),
        top,
        element(
            "g",
            {"transform": f"translate({(wide - placed.width) / 2 if not placed.boxes else 0:g} {head_height:g})"},
            *_graph(picture, placed),
        ),
        element("g", {"transform": f"translate(0 {head_height + placed.height:g})"}, bottom),
    ]
    root = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": _ROOT,
        "viewBox": f"0 0 {wide:g} {high:g}",
        "width": "100%" if wide > _FLUID else wide,
        "height": None if wide > _FLUID else high,
        "role": "img",
        "aria-label": f"Campaign {picture.name}",
        "style": f"max-width:min(100%,{wide:g}px);height:auto",
        "font-family": FONT.replace('"', "'"),
    }
    return str(element("svg", root, *body))


def rules() -> str:
    """Write the style rules: light, dark by the system's wish, and as JupyterLab says where it says so."""
    light, dark = _rules(LIGHT), _rules(DARK)
    blocks = [
        "".join(f".{_ROOT} {name}{{{text}}}" for name, text in light),
        "@media (prefers-color-scheme:dark){" + "".join(f".{_ROOT} {name}{{{text}}}" for name, text in dark) + "}",
        "".join(f'[data-jp-theme-light="true"] .{_ROOT} {name}{{{text}}}' for name, text in light),
        "".join(f'[data-jp-theme-light="false"] .{_ROOT} {name}{{{text}}}' for name, text in dark),
        "@keyframes campaign-nb-turn{to{transform:rotate(360deg)}}"
        f".{_ROOT} .spin{{transform-box:fill-box;transform-origin:center;animation:campaign-nb-turn 1.2s linear infinite}}"
        f"@media (prefers-reduced-motion:reduce){{.{_ROOT} .spin{{animation:none}}}}",
    ]
    return "".join(blocks)


def _rules(theme: Palette) -> list[tuple[str, str]]:
    """List selector and declarations of one theme."""
    rules = [
        (".surface", f"fill:{theme.surface};stroke:{theme.surface_line}"),
        (".shadow", f"fill:{theme.shadow}"),
        (".card", f"fill:{theme.card};stroke:{theme.card_line}"),
        (".off", f"fill:{theme.disabled}"),
        (".ring", f"fill:{theme.card}"),
        (".text", f"fill:{theme.text}"),
        (".muted", f"fill:{theme.muted}"),
        (".line", f"stroke:{theme.line}"),
        (".head", f"fill:{theme.line}"),
        (".active .line", f"stroke:{theme.line_active}"),
        (".active .head", f"fill:{theme.line_active}"),
        (".pill", f"fill:{theme.pill};stroke:{theme.pill_line}"),
        (".count", f"fill:{theme.pill_text}"),
        (".track", f"fill:{theme.surface_line}"),
    ]
    for family, (accent, tint) in theme.families.items():
        rules += [(f".{family} .tile", f"fill:{tint}"), (f".{family} .icon", f"stroke:{accent}")]
    for state, colour in theme.states.items():
        rules.append((f".{state} .mark", f"fill:{colour}"))
        if state in RIMMED:
            rules.append((f".{state} .card", f"stroke:{colour}"))
    rules += [(f".{state} .told", f"fill:{colour}") for state, colour in theme.words.items()]
    rules.append((".failed", f"fill:{theme.words['error']}"))
    rules.append((".why", f"fill:{theme.words['warning']}"))
    return rules


def _graph(picture: Picture, placed: Layout) -> list[Markup]:
    """Draw lines first, then cards, then pills, so that nothing is hidden."""
    lines = [_line(edge, placed.routes[edge.id]) for edge in picture.edges]
    cards = [card(node, placed.boxes[node.id]) for node in picture.nodes]
    pills = [pill(edge, placed.routes[edge.id].pill) for edge in picture.edges if pill_width(edge)]
    return lines + cards + pills


def _line(edge: Edge, route: Route) -> Markup:
    end = route.points[-1]
    kind = "edge back" if route.back else f"edge {edge.state}"
    dashes = "5 4" if edge.state == "empty" or route.back else "1 5" if edge.state == "closed" else None
    wide = 2.75 if edge.state == "active" else 1.5
    stroke = {"fill": "none", "stroke": LIGHT.line, "stroke-width": wide, "stroke-dasharray": dashes, "stroke-linecap": "round"}
    group = {"class": kind, "opacity": 0.6 if edge.state == "closed" else None}
    if edge.target is None:
        line = element("path", {"class": "line", "d": path(route.points), **stroke})
        return element("g", group, line, element("circle", {"class": "head", "cx": end[0], "cy": end[1], "r": 4, **_paint(LIGHT.line)}))
    short = (*route.points[:-1], (end[0] - 4, end[1]))
    line = element("path", {"class": "line", "d": path(short), **stroke})
    head = f"M{end[0] - 1:g} {end[1]:g}l-8-4.5v9z"
    return element("g", group, line, element("path", {"class": "head", "d": head, **_paint(LIGHT.line)}))


def _paint(colour: str) -> dict[str, object]:
    """Name a light colour on the element too, for programs that read no style sheets."""
    return {"fill": colour}
