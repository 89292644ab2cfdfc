"""python -m tests.bench.interactive --data DIR --rounds 5: how long a count and a what-if take after one number has changed."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import campaign_nb as cn
from campaign_nb.engine import dry
from campaign_nb.rules.value import Rule
from tests.bench import hand_written, make_data, product
from tests.bench.measure import least_and_median

Options = dict[str, Any]
Timing = tuple[float, float]
HOT: Mapping[str, tuple[str, ...]] = {"orders": ("order_ts", "amount", "product_id", "status"), "events": ("ts", "type")}
"""The linked columns that the questions read."""


@dataclass
class Line:
    """Seconds and CPU seconds of one question: the first time, and after one changed number; of a what-if also without what was known."""

    name: str
    first: Timing = (0.0, 0.0)
    next: list[Timing] = field(default_factory=list[Timing])
    alone: list[Timing] = field(default_factory=list[Timing])


def rules(shop: cn.DataModel) -> dict[str, Callable[[int], Rule]]:
    """Return rules of several shapes, each with one number to change."""
    people, orders, events = shop["people"], shop["orders"], shop["events"]
    recent = people.orders.where(orders.order_ts >= cn.days_ago(90), orders.status == "paid")
    sent = events.type == "sent"
    return {
        "own columns": lambda n: (people.updated_at >= cn.days_ago(300 + n)) & people.country.is_in(["FR", "DE"]),
        "a count in a window": lambda n: recent.count() >= 1 + n,
        "a window of n days": lambda n: people.orders.where(orders.order_ts >= cn.days_ago(60 + n)).count() >= 2,
        "a sum of all linked rows": lambda n: people.orders.where(orders.status == "paid").sum("amount") > 500 + n,
        "a count of all linked rows": lambda n: people.orders.count() >= 3 + n,
        "the last date": lambda n: people.orders.max("order_ts") < cn.days_ago(90 + n),
        "nothing in a window": lambda n: ~people.events.where(sent, events.ts >= cn.days_ago(7 + n)).exists(),
        "two tables": lambda n: (people.orders.sum("amount") > 500 + n) & (people.events.where(sent).count() >= 2),
        "over a second link": lambda n: people.orders.where(orders.product.product_name == "Product 0001").count() >= 1 + n,
    }


def _instead(options: Options, before: str, after: str, count: int = 1) -> None:
    text = json.dumps(options)
    head, *rest = text.rsplit(before, count)
    if not rest:
        raise ValueError(f"{before} is not among the options")
    options.clear()
    options.update(json.loads(after.join([head, *rest])))


def _keep(options: Options, keep: int) -> None:
    options["keep"] = keep


EDITS: Mapping[str, tuple[str, Callable[[Options, int], None]]] = {
    "a number in the first rule": ("Buyers", lambda options, n: _instead(options, '"value": 50', f'"value": {50 + n}')),
    "keep= of the duplicates": ("One per address", lambda options, n: _keep(options, 1 + n)),
    "a share of the split": ("Offer", lambda options, n: _instead(options, '"share": 0.45', f'"share": {0.45 - n / 100:.2f}')),
    "a number in the last rule": ("Few B", lambda options, n: _instead(options, '"value": 2}', f'"value": {2 + n}}}')),
}


def edited(campaign: cn.Campaign, label: str, change: Callable[[Options], None]) -> cn.Campaign:
    """Return the campaign with other options of one activity."""
    document = json.loads(campaign.to_json())
    change(next(item["options"] for item in document["activities"] if item["label"] == label))
    return cn.Campaign.from_json(json.dumps(document), data=campaign.data, workspace=campaign.workspace)


def timed(run: Callable[[], object]) -> Timing:
    """Return the seconds that something takes, and those of all processors together."""
    start, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - start, time.process_time() - cpu


def counts(shop: cn.DataModel, rounds: int, start: int) -> list[Line]:
    """Count each rule once, and then with other numbers; `start` keeps numbers apart that were asked before."""
    found: list[Line] = []
    for name, rule in rules(shop).items():
        line = Line(name, timed(rule(start).count))
        line.next += [timed(rule(start + number).count) for number in range(1, rounds + 1)]
        found.append(line)
    return found


def what_ifs(campaign: cn.Campaign, rounds: int) -> list[Line]:
    """Run the campaign dry, and then with one other number; each time beside a run that knows nothing."""
    dry.REUSE.forget()
    found = [Line("the campaign as it is", timed(campaign.dry_run), [timed(campaign.dry_run) for _ in range(rounds)])]
    found[0].alone += [timed(lambda: dry.dry_run(campaign.program(), reuse=None)) for _ in range(rounds)]
    for name, (label, change) in EDITS.items():
        line = Line(name)
        for number in range(1, rounds + 2):
            variant = edited(campaign, label, lambda options, n=number, change=change: change(options, n))
            line.alone.append(timed(lambda variant=variant: dry.dry_run(variant.program(), reuse=None)))
            line.next.append(timed(variant.dry_run))
        line.first = line.next.pop(0)
        found.append(line)
    return found


def text(title: str, lines: list[Line]) -> str:
    """Write lines as a table."""
    kinds = [f"{kind}: {figure}" for kind in ("next", "alone") for figure in ("min s", "median s", "median CPU s")]
    rows = [[title, "first s", *kinds], ["---"] * 8]
    rows += [[line.name, f"{line.first[0]:.3f}", *_figures(line.next), *_figures(line.alone)] for line in lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _figures(timings: list[Timing]) -> list[str]:
    if not timings:
        return ["–"] * 3
    seconds = least_and_median([wall for wall, _ in timings])
    return [f"{figure:.3f}" for figure in (*seconds, least_and_median([cpu for _, cpu in timings])[1])]


def main(arguments: list[str] | None = None) -> None:
    """Measure counts and what-ifs on files, and again with hot linked columns in memory."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.interactive", description=__doc__)
    parser.add_argument("--rows", type=float, default=1e6, help="people in the data, for example 1e6")
    parser.add_argument("--rounds", type=int, default=5, help="changes of a number, beside the first question")
    parser.add_argument("--data", type=Path, required=True, help="folder of the made data; filled where it is empty")
    options = parser.parse_args(arguments)
    make_data.ensure(options.data, int(options.rows))
    campaign = product.campaign(options.data, hand_written.TIERS["narrow"])
    shop = campaign.data
    print(text("Counts, files", counts(shop, options.rounds, 0)))
    print(text("What-ifs, files", what_ifs(campaign, options.rounds)))
    for table, columns in HOT.items():
        took = timed(lambda table=table, columns=columns: shop.keep_in_memory(table, *columns))
        print(f"kept {table} in {took[0]:.2f} s")
    print(shop.in_memory())
    print(text("Counts, in memory", counts(shop, options.rounds, 100)))
    print(text("What-ifs, in memory", what_ifs(campaign, options.rounds)))


if __name__ == "__main__":
    main()
