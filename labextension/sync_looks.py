"""Write the icons, marks and colours of campaign_nb.render for the browser: python labextension/sync_looks.py"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from campaign_nb.render.icons import CIRCLE, ICONS, MARKS  # noqa: E402
from campaign_nb.render.palette import DARK, LIGHT, Palette  # noqa: E402

PLACES = (".cnb-campaign", ".cnb-sidebar", ".cnb-status")


def rule(palette: Palette, prefix: str) -> str:
    """Write the colours of one theme as custom properties."""
    colours = {f"--cnb-select: {palette.select}"}
    for family, (accent, tint) in palette.families.items():
        colours |= {f"--cnb-{family}: {accent}", f"--cnb-{family}-tint: {tint}"}
    colours |= {f"--cnb-mark-{state}: {colour}" for state, colour in palette.states.items()}
    places = ",\n".join(f"{prefix}{place}" for place in PLACES)
    return "\n".join([f"{places} {{", *(f"  {colour};" for colour in sorted(colours)), "}", ""])


def files() -> dict[Path, str]:
    """Return the text of each generated file by its path."""
    icons = {name: " ".join(paths) for name, paths in sorted(ICONS.items())}
    looks = {"circle": " ".join(CIRCLE), "icons": icons, "marks": MARKS}
    head = "/* Written by sync_looks.py from campaign_nb/render/palette.py. */\n"
    return {
        HERE / "src/canvas/looks.json": json.dumps(looks, indent=2) + "\n",
        HERE / "style/palette.css": "\n".join([head, rule(LIGHT, ""), rule(DARK, "[data-jp-theme-light='false'] ")]),
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
