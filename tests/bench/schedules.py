"""python -m tests.bench.schedules: the arithmetic of 10,000 schedules, and what 1,000 of them cost while nothing is due."""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

import campaign_nb as cn
from campaign_nb.clock import SystemClock
from campaign_nb.schedule import Cron, Daily, Monthly, Schedule, SeveralTimesADay, Weekly
from campaign_nb.schedule.days import DAYS
from campaign_nb.scheduler.timer import LONGEST

ZONES = ("Europe/Paris", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "UTC")
CALM = 0.01
"""The share of one core that an idle scheduler with 1,000 schedules may take."""


def schedule_of(number: int) -> Schedule:
    """One of many different schedules, of all recurring kinds in turns."""
    where, at = ZONES[number % len(ZONES)], f"{number % 24:02}:{number % 60:02}"
    kinds: tuple[Callable[[], Schedule], ...] = (
        lambda: Daily(at, time_zone=where),
        lambda: Weekly(DAYS[number % 7], at, time_zone=where),
        lambda: Monthly(at, day="second tuesday" if number % 2 else number % 28 + 1, time_zone=where),
        lambda: SeveralTimesADay([at, "12:00", "18:30"], time_zone=where),
        lambda: SeveralTimesADay(every="25m", between=("08:00", "20:00"), time_zone=where),
        lambda: Cron(f"{number % 60} {number % 24} * * {number % 7}", time_zone=where),
    )
    return kinds[number // len(ZONES) % len(kinds)]()


def arithmetic(count: int) -> None:
    """Print what a schedule costs to make, and what its next launch costs, kind by kind."""
    begun = time.process_time()
    schedules = [schedule_of(number) for number in range(count)]
    made = time.process_time() - begun
    now = SystemClock().now()
    seconds: dict[str, list[float]] = {}
    for schedule in schedules:
        begun = time.perf_counter()
        next(schedule.slots(now))
        seconds.setdefault(type(schedule).__name__, []).append(time.perf_counter() - begun)
    total = sum(sum(found) for found in seconds.values())
    print(f"{count:,} schedules made in {made:.2f} s of CPU; their next launches in {total:.2f} s, {total / count * 1e6:.0f} µs each")
    for kind, found in sorted(seconds.items()):
        slowest = statistics.quantiles(found, n=100)[-1]
        print(f"  {kind:<18} median {statistics.median(found) * 1e6:5.0f} µs, 99 in 100 under {slowest * 1e6:5.0f} µs")


def idle(count: int, seconds: float) -> float:
    """Print and return the share of a core that a scheduler takes while no campaign is due for a day."""
    shop = cn.DataModel("shop")
    shop.table("people", pl.DataFrame({"id": range(3), "points": range(3)}), key="id")
    quiet = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86_400))
    with tempfile.TemporaryDirectory() as folder:
        workspace = cn.Workspace(Path(folder) / "workspace")
        for number in range(count):
            campaign = cn.Campaign(f"Campaign {number}", data=shop, workspace=workspace)
            campaign.build_audience("All", shop.people)
            campaign.schedule = Daily(f"{number % 24:02}:{number % 60:02}", time_zone=ZONES[number % len(ZONES)], valid_from=quiet)
            campaign.publish(confirm=0)
        workspace.scheduler.start()
        workspace.scheduler.look()
        gc.collect()
        begun, cpu = time.monotonic(), time.process_time()
        workspace.scheduler.look()
        look = time.process_time() - cpu
        time.sleep(seconds)
        share = (time.process_time() - cpu) / (time.monotonic() - begun)
        workspace.scheduler.stop()
    print(f"{count:,} campaigns with schedules, nothing due: one look takes {look * 1e3:.0f} ms of CPU, at most every {LONGEST:.0f} s")
    print(f"  over {seconds:.0f} s the process took {share:.2%} of a core, one look that was asked for included")
    print(f"  looks alone: {look / LONGEST:.2%} of a core; wanted: under {CALM:.0%}: {'met' if look / LONGEST < CALM else 'NOT met'}")
    return look / LONGEST


def main(arguments: list[str] | None = None) -> None:
    """Print both."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.schedules", description=__doc__)
    parser.add_argument("--schedules", type=int, default=10_000, help="schedules whose next launch is found")
    parser.add_argument("--campaigns", type=int, default=1_000, help="campaigns of the idle scheduler")
    parser.add_argument("--seconds", type=float, default=95.0, help="how long it is watched; three looks fit into 95 s")
    options = parser.parse_args(arguments)
    arithmetic(options.schedules)
    idle(options.campaigns, options.seconds)


if __name__ == "__main__":
    main()
