"""python -m tests.bench.compile: how long it takes to write down, check and compile campaigns of 12 to 500 activities."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable

import polars as pl

import campaign_nb as cn
from campaign_nb.engine.backends.polars.lower import lower
from campaign_nb.engine.optimise.columns import Columns
from campaign_nb.engine.plan import counted_steps
from campaign_nb.engine.sources import ModelSources

SIZES = (12, 60, 200, 500)
Build = Callable[[cn.Campaign, cn.DataModel, int], None]


def chain(campaign: cn.Campaign, shop: cn.DataModel, count: int) -> None:
    """One activity after the other: filters and enrichments in turns."""
    people = campaign.build_audience("All", shop.people)
    for number in range(count - 1):
        if number % 3:
            people = people.filter(f"Filter {number}", cn.col.points >= number // 10)
        else:
            people = people.enrich(f"Enrich {number}", {f"column {number}": cn.col.points + number})


def fan(campaign: cn.Campaign, shop: cn.DataModel, count: int) -> None:
    """Split in two, joined again, filtered by linked rows, and again."""
    people = campaign.build_audience("All", shop.people)
    for number in range((count - 1) // 3):
        one, other = people.split(f"Split {number}", A=0.5, B=0.5)
        people = (one | other).filter(f"Buyers {number}", shop.people.orders.count() >= 1)


def measured(build: Build, count: int) -> tuple[float, float, float]:
    """Seconds to write a campaign down, to find its problems, and to compile and lower it."""
    shop = model()
    campaign = cn.Campaign(f"{build.__name__} {count}", data=shop, workspace=cn.Workspace(tempfile.mkdtemp(prefix="campaign-nb-bench-")))
    start = time.perf_counter()
    build(campaign, shop, count)
    built = time.perf_counter()
    assert not list(campaign.problems)
    checked = time.perf_counter()
    program = campaign.program()
    plan = program.plan(staged=False)
    counted = counted_steps(plan.stages[0].tasks)
    lower(Columns(counted, plan.moment_of), program.model, ModelSources(program.model), counted)
    return built - start, checked - built, time.perf_counter() - checked


def model() -> cn.DataModel:
    """Two small tables, so that nothing is measured but the work on the definition."""
    shop = cn.DataModel("shop")
    shop.table("people", pl.DataFrame({"id": range(100), "points": range(100)}), key="id")
    orders = pl.DataFrame({"order": range(300), "buyer": [number % 100 for number in range(300)]})
    shop.table("orders", orders, key="order", links={"person": cn.Link("people", on={"buyer": "id"})})
    return shop


def text() -> str:
    """The table: milliseconds, the least of three."""
    lines = ["| graph | activities | write down ms | problems ms | compile ms |", "|---|---|---|---|---|"]
    for build in (chain, fan):
        for count in SIZES:
            rounds = [measured(build, count) for _ in range(3)]
            best = [min(column) * 1_000 for column in zip(*rounds, strict=True)]
            lines.append(f"| {build.__name__} | {count} | " + " | ".join(f"{figure:.0f}" for figure in best) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(text())
