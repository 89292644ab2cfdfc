"""Sides timed in turns in one process, so that only their ratios count; peak memory of each alone in a fresh process."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.bench import duck, floor, hand_written

PRODUCT = "tests.bench.product"
YARDSTICK = "hand-written"


class Prepare(Protocol):
    """How a side is plugged in; the product's stands in `tests/bench/product.py` as `prepare`.

    What is done once per definition (a data model, a campaign) belongs in `prepare`; what is done in each run (validation, compilation,
    execution) in the function that it returns. A run returns the 13 counts of `hand_written.COUNTS`, and the figures of
    `hand_written.statistics` of what leaves the campaign under the same names, so that nothing is pruned on one side only.
    """

    def __call__(self, data: Path, tiers: Sequence[str]) -> Callable[[], dict[str, int]]:
        """Return one run of the campaign over the tables in `data`, as a function without arguments."""
        ...


@dataclass(frozen=True)
class Side:
    """One contender: its name, how it is prepared, and whether it counts the campaign."""

    name: str
    prepare: Prepare
    counted: bool = True


@dataclass
class Timing:
    """What was measured of one side: seconds of each kept round, and the peak of a process of its own in MiB."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: float = 0.0


class UnequalCounts(Exception):
    """Two sides did not compute the same campaign, so their times can't be compared."""


def sides() -> list[Side]:
    """List the contenders, the yardstick first; the product is one as soon as its file is there."""
    found = [Side(YARDSTICK, hand_written.prepare), Side("decode floor", floor.prepare, counted=False)]
    if importlib.util.find_spec(PRODUCT):
        product = importlib.import_module(PRODUCT)
        found.append(Side("campaign_nb", product.prepare))
        found.append(Side("campaign_nb, no counts", product.prepare_uncounted, counted=False))
        found.append(Side("hand-written, to Parquet", hand_written.prepare_written))
        found.append(Side("campaign_nb, live", product.prepare_live))
    found.append(Side("DuckDB, one statement", duck.prepare))
    if importlib.util.find_spec("pandas"):
        found.append(Side("pandas", importlib.import_module("tests.bench.pandas_side").prepare))
    return found


def interleaved(contenders: Sequence[Side], data: Path, tiers: Sequence[str], rounds: int) -> tuple[dict[str, Timing], dict[str, int]]:
    """Run every side `rounds` times and once more, in turns: the order reversed every other round, the first round dropped.

    Errors: sides whose counts differ, in any round.
    """
    runs = {side.name: side.prepare(data, tiers) for side in contenders}
    timings = {side.name: Timing() for side in contenders}
    counts: dict[str, int] = {}
    for number in range(rounds + 1):
        for side in contenders if number % 2 == 0 else reversed(contenders):
            wall, cpu, found = _timed(runs[side.name])
            if side.counted:
                counts = _agreed(side.name, found, counts)
            if number > 0:
                timings[side.name].wall.append(wall)
                timings[side.name].cpu.append(cpu)
    return timings, counts


def _timed(run: Callable[[], dict[str, int]]) -> tuple[float, float, dict[str, int]]:
    """Wall seconds, CPU seconds of all threads, and what the run found."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    found = run()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def _agreed(name: str, found: Mapping[str, int], known: Mapping[str, int]) -> dict[str, int]:
    """Add what a side found to what is known, or refuse it: all 13 counts are there, and no shared figure differs."""
    missing = [count for count in hand_written.COUNTS if count not in found]
    differing = [f"{key} {value} instead of {known[key]}" for key, value in found.items() if known.get(key, value) != value]
    if missing or differing:
        raise UnequalCounts(f"{name}: " + "; ".join([*(f"no {count}" for count in missing), *differing]))
    return {**known, **found}


def peak_alone(name: str, data: Path, audience: str) -> float:
    """Run one side once in a fresh process and return its peak resident memory in MiB."""
    command = [sys.executable, "-m", "tests.bench", "--alone", name, "--data", str(data), "--audience", audience]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed alone:\n{done.stderr}")
    return float(json.loads(done.stdout.splitlines()[-1])["peak_mib"])


def run_alone(name: str, data: Path, audience: str) -> None:
    """Run one side once, here, and print the peak of this process; called in a process of its own."""
    side = next(side for side in sides() if side.name == name)
    side.prepare(data, hand_written.TIERS[audience])()
    print(json.dumps({"peak_mib": _peak_mib()}))


def _peak_mib() -> float:
    """The peak since this program was started: `ru_maxrss` would include the parent's own on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def least_and_median(seconds: Sequence[float]) -> tuple[float, float]:
    """Return the two figures that are reported of a list of seconds."""
    return min(seconds), statistics.median(seconds)
