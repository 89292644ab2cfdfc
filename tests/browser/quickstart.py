"""The quickstart, run as a person runs it, with notes of what was seen while a cell kept the kernel busy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any

from tests.browser.lab import Screen

ACTIVITIES = [
    *("Lapsed", "Gold", "Lapsed and Gold", "Spend", "Offer", "Offer A", "Offer B", "Offer A or Offer B"),
    *("A moment", "Opened, no click", "Reminder"),
]
# Notes what changes, from when the cell that publishes has ended until the next one has.
WATCH = """() => { window.seen = []; let last = '';
  const text = selector => document.querySelector(selector)?.textContent ?? '';
  const cells = window.jupyterapp.shell.currentWidget.content.widgets;
  const cell = words => cells.find(each => each.model.sharedModel.source.includes(words)).model;
  const before = cell('spring.publish('), busy = cell('time.sleep(');
  const timer = setInterval(() => {
    if (before.executionCount === null) return;
    if (busy.executionCount !== null) return clearInterval(timer);
    const now = { bar: document.querySelector('.cnb-scheduler .cnb-fill')?.style.width ?? '',
      runs: [...document.querySelectorAll('.cnb-scheduler section.cnb-last .cnb-line')].map(e => e.textContent),
      running: document.querySelector('.campaign-nb-canvas .custom-widget')?._cyreg.cy.$('.running').map(n => n.data('label')) ?? [],
      side: text('.cnb-sidebar .cnb-row'), status: text('.cnb-status') };
    if (JSON.stringify(now) !== last) { last = JSON.stringify(now); window.seen.push(now); }
  }, 40); return true; }"""
CANVAS = "document.querySelector('.campaign-nb-canvas .custom-widget')._cyreg.cy"


@dataclass
class Tour:
    """The tab with the notebook, what was seen of the scheduler meanwhile, and the path of a saved copy."""

    screen: Screen
    seen: list[dict[str, Any]]
    saved: str

    @classmethod
    def take(cls, screen: Screen, path: str) -> Tour:
        """Run the notebook, note what is seen, keep pictures."""
        screen.open(path)
        screen.command("campaign-nb:show-sidebar")
        screen.page.evaluate(WATCH)
        screen.start_all()
        screen.page.wait_for_function("() => window.seen.some(each => parseFloat(each.bar) > 20)", timeout=90_000)
        screen.show(".cnb-scheduler")
        screen.page.wait_for_function("() => { const share = parseFloat(window.seen.at(-1).bar); return share > 20 && share < 100; }")
        screen.picture("quickstart-panel")
        screen.hold()
        screen.page.wait_for_function(f"() => {CANVAS}.nodes('.done').length === {len(ACTIVITIES)}")
        seen = screen.page.evaluate("() => window.seen")
        screen.command("docmanager:save")
        saved = path.replace("00_quickstart", "saved")
        shutil.copy(screen.lab.root / path, screen.lab.root / saved)
        screen.show(".campaign-nb-canvas")
        screen.picture("quickstart-graph")
        return cls(screen, seen, saved)

    def labels(self, kind: str) -> list[str]:
        """Return the labels of the canvas's nodes of a class, in order."""
        return self.screen.page.evaluate(f"kind => {CANVAS}.nodes(kind).map(node => node.data('label'))", f".{kind}")

    def click(self, kind: str, place: int) -> str:
        """Click on a node of the canvas by class and place; return the details that are then shown."""
        page = self.screen.page
        self.screen.show(".campaign-nb-canvas")
        before = self.details()
        x, y = page.evaluate(
            f"""([kind, place]) => {{ const at = {CANVAS}.nodes(kind)[place].renderedPosition();
            const box = {CANVAS}.container().getBoundingClientRect(); return [box.x + at.x, box.y + at.y]; }}""",
            [f".{kind}", place],
        )
        page.mouse.click(x, y)
        page.wait_for_function("before => !['', before].includes(document.querySelector('.cnb-details')?.innerText ?? '')", arg=before)
        return self.details()

    def details(self) -> str:
        """Return the details that are shown."""
        return "\n".join(self.screen.texts(".cnb-details"))

    def view(self) -> dict[str, Any]:
        """Return the campaign as the notebook keeps it."""
        bundles = [output["data"] for cell in self.screen.cells() for output in cell.get("outputs", []) if "data" in output]
        return next(bundle["application/vnd.campaign+json"] for bundle in bundles if "application/vnd.campaign+json" in bundle)
