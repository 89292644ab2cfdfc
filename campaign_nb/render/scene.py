"""A picture with everything in its place: what the static drawing and the live canvas both start from."""

from __future__ import annotations

from dataclasses import replace

from campaign_nb.render.layers import Link
from campaign_nb.render.layout import Layout, layout
from campaign_nb.render.measure import ellipsis, width
from campaign_nb.render.view import Edge, Picture

PILL_FONT = 11.5
_LABEL_ROOM, _PILL_PADDING = 96.0, 18.0
_USUAL_COUNT = 100_000


def arrange(picture: Picture, reserve: bool = False) -> Layout:
    """Lay out a picture with room for the pills of its transitions; `reserve` keeps room for counts still to come."""
    links = [Link(edge.id, edge.source, edge.target, _room(edge, reserve)) for edge in picture.edges]
    return layout([node.id for node in picture.nodes], links)


def pill_label(edge: Edge) -> str:
    """Return a transition's label, cut to the room that a pill gives it."""
    return ellipsis(edge.label, _LABEL_ROOM, PILL_FONT)


def pill_caption(edge: Edge) -> str:
    """Return the text of a transition's pill: label and count.

    >>> pill_caption(Edge("e", "Offer", "Mail", "A", 1200, "idle"))
    'A · 1,200'
    """
    return replace(edge, label=pill_label(edge)).caption


def pill_width(edge: Edge) -> float:
    """Return how wide a transition's pill is; nothing for one without label and count."""
    caption = pill_caption(edge)
    return float(round(width(caption, PILL_FONT, bold=True) + _PILL_PADDING)) if caption else 0.0


def _room(edge: Edge, reserve: bool) -> float:
    return pill_width(replace(edge, count=max(edge.count or 0, _USUAL_COUNT)) if reserve else edge)
