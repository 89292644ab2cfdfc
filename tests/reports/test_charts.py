"""The funnel as a picture: drawn here, readable on light and dark, and nothing in it but shapes and texts."""

from __future__ import annotations

import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import altair as alt
import pytest

from campaign_nb.errors import CampaignError
from campaign_nb.reports.charts import INK, funnel_chart, funnel_spec, svg
from tests.architecture.sources import ROOT

NAMES = ("targeted", "sent", "delivered", "opened", "clicked")


def stages(label: str = "Offer", counts: tuple[int, ...] = (2000, 1000, 900, 300, 30)) -> list[dict[str, Any]]:
    return [
        {"activity": label, "stage": name, "messages": count, "of_targeted": count / counts[0] if counts[0] else None}
        for name, count in zip(NAMES, counts, strict=False)
    ]


def nodes(drawing: str, tag: str) -> list[ElementTree.Element]:
    return [node for node in ElementTree.fromstring(drawing).iter() if node.tag.endswith("}" + tag)]


def test_the_drawing_says_each_stage_with_its_number_and_share() -> None:
    texts = [node.text for node in nodes(svg(funnel_spec(stages())), "text")]
    assert texts == [
        *("Targeted", "Sent", "Delivered", "Opened", "Clicked"),
        *("2,000  (= 100 %)", "1,000  (50.0 %)", "900  (45.0 %)", "300  (15.0 %)", "30  (1.5 %)", "Offer"),
    ]


def test_bars_are_as_long_as_their_numbers() -> None:
    bars = [node for node in nodes(svg(funnel_spec(stages())), "path") if str(node.get("fill")).startswith("#")]
    widths = [float(str(bar.get("d")).partition("h")[2].partition("v")[0]) for bar in bars]
    assert [round(width / widths[0], 3) for width in widths] == [1, 0.5, 0.45, 0.15, 0.015]


def test_texts_take_the_colour_of_the_page_and_nothing_else_is_in_it() -> None:
    drawing = svg(funnel_spec(stages()))
    assert {node.get("fill") for node in nodes(drawing, "text")} == {"currentColor"}
    assert {node.tag.rpartition("}")[2] for node in ElementTree.fromstring(drawing).iter()} == {"svg", "g", "path", "text"}
    assert INK not in drawing
    assert "#fff" not in drawing
    assert "url(" not in drawing


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_bars_and_texts_of_the_chart_stand_out_on_white_and_on_black() -> None:
    spec = funnel_spec(stages())
    bars = spec["vconcat"][0]["layer"][0]["encoding"]["color"]["scale"]["range"]
    for colour in (*bars, INK):
        light = _luminance(colour)
        assert min(1.05 / (light + 0.05), (light + 0.05) / (_luminance("#111111") + 0.05)) >= 3  # WCAG for shapes and large text


@pytest.mark.parametrize(
    "label",
    ["</text><script>alert(1)</script>", "]]>", "<img src=x onerror=alert(1)>", 'a"b', "{{7*7}}", "\u202egnp.exe", "x\x00y", "A & B"],
)
def test_labels_are_text_whatever_they_hold(label: str) -> None:
    drawing = svg(funnel_spec(stages(label)))
    title = nodes(drawing, "text")[-1].text
    assert title is not None
    assert title.replace("\\u202e", "\u202e").replace("\\x00", "\x00") == label
    assert "<script" not in drawing
    assert "<img" not in drawing


def test_a_very_long_label_is_shortened() -> None:
    title = nodes(svg(funnel_spec(stages("x" * 1_000_000))), "text")[-1].text
    assert title is not None
    assert len(title) == 60


def test_several_messages_stand_one_above_the_other_on_one_scale() -> None:
    spec = funnel_spec(stages("One") + stages("Two", (100, 50)))
    assert [part["title"]["text"] for part in spec["vconcat"]] == ["One", "Two"]
    domains = {part["layer"][0]["encoding"]["x"]["scale"]["domain"][1] for part in spec["vconcat"]}
    assert domains == {2600}
    assert len(funnel_spec([row for at in range(9) for row in stages(f"Message {at}")])["vconcat"]) == 6


def test_a_funnel_of_nobody_is_drawn_too() -> None:
    assert "Targeted" in svg(funnel_spec(stages(counts=(0, 0))))


def test_the_chart_is_one_of_altair() -> None:
    chart = funnel_chart(stages())
    assert isinstance(chart, alt.VConcatChart)
    assert chart.to_dict()["vconcat"][0]["title"]["text"] == "Offer"


def test_altair_is_loaded_when_a_chart_is_asked_for_and_not_with_the_package() -> None:
    code = "import sys, campaign_nb; print('altair.vegalite' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout == "False\n"


def test_what_can_not_be_drawn_is_an_error_of_ours() -> None:
    with pytest.raises(CampaignError, match="it can't be drawn as SVG"):
        svg({"mark": "nonsense", "data": {"values": []}})
