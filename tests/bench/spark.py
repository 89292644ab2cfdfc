"""python -m tests.bench.spark --rows 1e6 --rounds 5 --data DIR: the product on Spark against PySpark written by hand.

One local session of Spark Connect, two cores, the sides in turns; ratios are of minima. Nothing timed is asserted, counts are.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import campaign_nb as cn
from tests.bench import make_data, measure, product
from tests.bench.hand_written import ADULT
from tests.bench.report import machine

Run = Callable[[], Mapping[str, int]]
HEAD = ["what", "hand-written min s", "median s", "campaign_nb min s", "median s", "ratio"]
SETTINGS = {
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


@contextmanager
def session(memory: str) -> Generator[Any]:
    """Start a local session with little memory, and stop it at the end."""
    folder = tempfile.mkdtemp(prefix="campaign-nb-spark-")
    options = " ".join(f"--conf {name}={value}" for name, value in {**SETTINGS, "spark.local.dir": folder}.items())
    os.environ |= {"SPARK_TESTING": "1", "SPARK_LOCAL_IP": "127.0.0.1"}
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--driver-memory {memory} {options} pyspark-shell"
    warnings.simplefilter("ignore")  # what PySpark says of its surroundings
    from pyspark.sql import SparkSession

    from campaign_nb.engine.backends.narwhals.spark import SETTINGS as OURS

    started = SparkSession.builder.remote("local[2]").getOrCreate()
    for name, value in OURS.items():
        started.conf.set(name, value)
    try:
        yield started
    finally:
        started.stop()


def canonical(spark: Any, data: Path, *, written: bool) -> tuple[Run, Run]:
    """Return both sides of the canonical campaign: all counts, and the texts computed or written to Parquet."""
    from tests.bench import spark_hand_written

    spring = product.campaign(data, ["gold"], cn.Workspace(tempfile.mkdtemp(prefix="campaign-nb-bench-")))

    def by_hand() -> Mapping[str, int]:
        with tempfile.TemporaryDirectory() as folder:
            return spark_hand_written.campaign(spark, data, f"{folder}/messages" if written else "")

    def ours() -> Mapping[str, int]:
        run = spring.dry_run(engine="spark")
        if written:
            with tempfile.TemporaryDirectory() as folder:
                run.write(folder, populations=False)  # type: ignore[attr-defined] # of a run on a cluster
        return product.figures(run)

    return by_hand, ours


def activities(spark: Any, data: Path) -> Iterator[tuple[str, Run, Run]]:
    """Yield each activity alone with both sides."""
    from tests.bench import spark_hand_written as hand

    for name, compute in hand.ACTIVITIES.items():
        alone = cn.Campaign("alone", data=product.campaign(data, ["gold"]).data, seed=product.SEED, workspace=_workspace())
        wanted = WRITTEN[name](alone)
        yield name, lambda compute=compute: compute(hand.Tables(spark, data)), lambda alone=alone, wanted=wanted: _counted(alone, wanted)


def _workspace() -> cn.Workspace:
    return cn.Workspace(tempfile.mkdtemp(prefix="campaign-nb-bench-"))


def _counted(campaign: cn.Campaign, place: tuple[str, str]) -> Mapping[str, int]:
    return {"out": next(n for ref, n in campaign.dry_run(engine="spark").ports().items() if (ref.label, ref.port) == place)}


def _loyal(c: cn.Campaign) -> Any:
    return c.build_audience("Loyal", c.data.people.loyalty_tier == "gold")


def _adults(c: cn.Campaign) -> Any:
    return c.build_audience("Adults", (c.data.people.birth_date <= ADULT) & c.data.people.country.is_in(["FR", "DE", "ES"]))


def _rule(c: cn.Campaign) -> tuple[str, str]:
    _adults(c)
    return "Adults", "out"


def _linked(c: cn.Campaign) -> tuple[str, str]:
    people, orders = c.data.people, c.data.orders
    recent = people.orders.where(orders.order_ts >= cn.days_ago(90), orders.amount > 50, orders.status == "paid")
    adults = (people.birth_date <= ADULT) & people.country.is_in(["FR", "DE", "ES"])
    c.build_audience("Buyers", adults & (recent.count() >= 2))
    return "Buyers", "out"


def _union(c: cn.Campaign) -> tuple[str, str]:
    (_adults(c) | _loyal(c)).end("End")
    return "Adults or Loyal", "out"


def _exclusion(c: cn.Campaign) -> tuple[str, str]:
    both = _adults(c) - _loyal(c)
    both.end("End")
    return both.label, "out"


def _deduplicate(c: cn.Campaign) -> tuple[str, str]:
    people = c.data.people
    _loyal(c).deduplicate("One", by="email", order=[people.updated_at.desc(), people.profile_id.desc()])
    return "One", "out"


def _enrich(c: cn.Campaign) -> tuple[str, str]:
    orders = c.data.people.orders.where(c.data.orders.status == "paid")
    _loyal(c).enrich("Spend", total=orders.sum("amount")).filter("Big", cn.col.total > 500)
    return "Big", "out"


def _split(c: cn.Campaign) -> tuple[str, str]:
    _loyal(c).split("Offer", control=cn.Control(0.1), A=0.45, B=0.45)
    return "Offer", "control"


def _message(c: cn.Campaign) -> tuple[str, str]:
    text = "Hi {{ first_name | default('you') }}, your tier is {{ loyalty_tier }}"
    _loyal(c).email("Mail", subject="News", text=text, category="transactional")
    return "Mail", "out"


WRITTEN: Mapping[str, Callable[[cn.Campaign], tuple[str, str]]] = {
    "build audience, rule": _rule,
    "build audience, linked count": _linked,
    "combine, union": _union,
    "combine, exclusion": _exclusion,
    "deduplicate": _deduplicate,
    "enrich, linked sum": _enrich,
    "split": _split,
    "message": _message,
}
"""Each activity written with the package, and the transition whose count is compared."""


def compared(name: str, by_hand: Run, ours: Run, rounds: int, dropped: int) -> list[str]:
    """Run two sides in turns, the first rounds dropped, and return a row of the table.

    Errors: counts that differ.
    """
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + dropped):
        found: dict[int, Mapping[str, int]] = {}
        for at in (0, 1) if turn % 2 == 0 else (1, 0):
            start = time.perf_counter()
            found[at] = (by_hand, ours)[at]()
            if turn >= dropped:
                seconds[at].append(time.perf_counter() - start)
        differing = [f"{key} {number} instead of {found[0][key]}" for key, number in found[1].items() if number != found[0][key]]
        if differing:
            raise measure.UnequalCounts(f"{name}: {'; '.join(differing)}")
    figures = [figure for side in seconds for figure in measure.least_and_median(side)]
    return [name, *(f"{figure:.2f}" for figure in figures), f"{figures[2] / figures[0]:.2f}"]


def main(arguments: list[str] | None = None) -> None:
    """Make the data where they are missing, measure, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.spark", description=__doc__)
    parser.add_argument("--rows", type=float, default=1e6, help="people in the data, for example 1e6")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that are kept")
    parser.add_argument("--dropped", type=int, default=1, help="rounds before them, which warm up")
    parser.add_argument("--data", type=Path, required=True, help="folder of the made data; filled where it is empty")
    parser.add_argument("--memory", default="2g", help="of the Spark driver")
    parser.add_argument("--only", help="only what has this in its name")
    options = parser.parse_args(arguments)
    make_data.ensure(options.data, int(options.rows))
    print(machine(), "", "| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD), sep="\n", flush=True)
    with session(options.memory) as spark:
        sides = [
            ("canonical, texts computed", *canonical(spark, options.data, written=False)),
            ("canonical, texts written", *canonical(spark, options.data, written=True)),
            *activities(spark, options.data),
        ]
        for name, by_hand, ours in sides:
            if not options.only or options.only in name:
                print("| " + " | ".join(compared(name, by_hand, ours, options.rounds, options.dropped)) + " |", flush=True)


if __name__ == "__main__":
    main()
