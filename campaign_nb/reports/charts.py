"""Charts of a report: Vega-Lite, for Altair and as plain SVG drawn on this machine, in colours for light and dark pages."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias
from xml.etree import ElementTree

import vl_convert

from campaign_nb.errors import CampaignError, Problem
from campaign_nb.render import html
from campaign_nb.render.html import Markup


def _when_used(name: str) -> ModuleType:
    """Return a module that is loaded when it is first used: Altair takes longer to load than all the rest."""
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.loader is None:
        return sys.modules[name]
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    import altair as alt
else:
    alt = _when_used("altair")

INK = "#78808c"
"""A grey that can be read on white and on black; inside a page it becomes the page's own text colour."""
_BARS = {"targeted": "#6f7f99", "sent": "#3f78d8", "delivered": "#1c938a", "opened": "#9a6be0", "clicked": "#c2741c"}
_MOST_MESSAGES = 6
_TAGS = ("svg", "g", "path", "text")
_KEPT = ("viewBox", "width", "height", "d", "transform", "fill", "stroke", "stroke-width", "text-anchor", "font-size", "font-weight")

Spec: TypeAlias = dict[str, Any]
Stage: TypeAlias = Mapping[str, Any]


def funnel_spec(stages: Sequence[Stage]) -> Spec:
    """Say in Vega-Lite how to draw how many messages got to each stage, with the number and its share beside each bar.

    Shape: rows of activity, stage, messages, of_targeted; the messages stand one above the other, at most 6 of them.
    """
    labels = list(dict.fromkeys(str(row["activity"]) for row in stages))[:_MOST_MESSAGES]
    # a title of a million characters would abort the whole process: labels are shortened before they are drawn
    most = max((int(row["messages"]) for row in stages), default=1) or 1
    return {
        "vconcat": [_bars([row for row in stages if row["activity"] == label], html.one_line(label, 60), most) for label in labels],
        "background": "transparent",
        "spacing": 14,
        "config": {"view": {"stroke": None}, "axis": {"labelColor": INK, "labelFontSize": 12}},
    }


def _bars(stages: Sequence[Stage], title: str, most: int) -> Spec:
    names = [stage.capitalize() for stage in _BARS]
    values = [{"stage": str(row["stage"]).capitalize(), "messages": row["messages"], "text": _text(row)} for row in stages]
    x = {"field": "messages", "type": "quantitative", "axis": None, "scale": {"domain": [0, most * 1.3]}}
    y = {"field": "stage", "type": "nominal", "sort": names, "title": None, "axis": {"domain": False, "ticks": False, "labelPadding": 8}}
    colour = {"field": "stage", "type": "nominal", "legend": None, "scale": {"domain": names, "range": list(_BARS.values())}}
    text = {"field": "text", "type": "nominal"}
    return {
        "title": {"text": title, "anchor": "start", "color": INK, "fontSize": 13},
        "data": {"values": values},
        "width": 460,
        "height": {"step": 25},
        "layer": [
            {"mark": {"type": "bar", "height": 16}, "encoding": {"x": x, "y": y, "color": colour}},
            {"mark": {"type": "text", "align": "left", "dx": 6, "color": INK, "fontSize": 12}, "encoding": {"x": x, "y": y, "text": text}},
        ],
    }


def _text(row: Stage) -> str:
    """Write a number and its share; the first bar says what the shares are of."""
    number, share = f"{row['messages']:,}", row["of_targeted"]
    if row["stage"] == "targeted":
        return f"{number}  (= 100 %)" if share else number
    return number if share is None else f"{number}  ({share * 100:.1f} %)"


def funnel_chart(stages: Sequence[Stage]) -> alt.VConcatChart:
    """Return the funnel as an Altair chart, to change, combine or save."""
    return alt.VConcatChart.from_dict(funnel_spec(stages))


def svg(spec: Spec) -> Markup:
    """Draw Vega-Lite as SVG, offline: shapes and texts only, no scripts, links or styles.

    Errors: what Vega-Lite can't draw.
    """
    try:
        drawn = vl_convert.vegalite_to_svg(spec)
        root = ElementTree.fromstring(drawn)
    except (ValueError, ElementTree.ParseError) as error:
        raise CampaignError(Problem("chart", "it can't be drawn as SVG", "a chart of Vega-Lite")) from error
    return _rebuilt(root)


def _rebuilt(node: ElementTree.Element) -> Markup:
    """Build a drawing anew from the few tags and attributes that a chart needs, every text escaped."""
    tag = node.tag.rpartition("}")[2]
    if tag not in _TAGS or node.get("display") == "none":
        return html.join([])
    attributes = {name: "currentColor" if node.get(name) == INK else node.get(name) for name in _KEPT}
    if tag == "svg":
        attributes |= {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "aria-label": "Funnel of messages", "font-family": "inherit"}
    return html.element(tag, attributes, *([node.text] if node.text else []), *(_rebuilt(child) for child in node))
