"""The table of a benchmark: figures, ratios, the counts, the machine and the versions."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Mapping
from pathlib import Path

from tests.bench.hand_written import COUNTS
from tests.bench.measure import YARDSTICK, Timing, least_and_median

HEAD = ["side", "wall min s", "median s", "ratio", "CPU min s", "median s", "ratio", "peak MiB", "ratio"]


def table(timings: Mapping[str, Timing]) -> str:
    """Draw the sides as rows; ratios are of minima, against the plan written by hand."""
    rows = [HEAD, *(_row(name, timing, timings[YARDSTICK]) for name, timing in timings.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _row(name: str, timing: Timing, yardstick: Timing) -> list[str]:
    (wall, wall_median), (cpu, cpu_median) = least_and_median(timing.wall), least_and_median(timing.cpu)
    cells = [name, f"{wall:.3f}", f"{wall_median:.3f}", f"{wall / min(yardstick.wall):.2f}"]
    cells += [f"{cpu:.3f}", f"{cpu_median:.3f}", f"{cpu / min(yardstick.cpu):.2f}"]
    return [*cells, f"{timing.peak:.0f}", f"{timing.peak / yardstick.peak:.2f}" if yardstick.peak else ""]


def text(timings: Mapping[str, Timing], counts: Mapping[str, int], *, people: int, audience: str) -> str:
    """Write the whole report, in Markdown."""
    rounds = len(timings[YARDSTICK].wall)
    title = f"## Canonical campaign, {people:,} people, {audience}, {rounds} round{'s' if rounds != 1 else ''} in turns (one more dropped)"
    found = " · ".join(f"{name} {counts[name]:,}" for name in COUNTS)
    return "\n\n".join([title, machine(), table(timings), f"Counts, equal on every side that counts: {found}"]) + "\n"


def machine() -> str:
    """Name the processor, the memory and the versions that the figures belong to."""
    cpuinfo = Path("/proc/cpuinfo")
    names = (
        [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        if cpuinfo.exists()
        else []
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    hardware = f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"
    return f"{hardware}; Python {platform.python_version()}, polars {_version('polars')}, campaign-nb {_version('campaign-nb')}"


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"
