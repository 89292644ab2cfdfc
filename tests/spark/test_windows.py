"""Windows on both engines: the same numbers and aggregates over a table's rows, the same draws by the key."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.campaign.clustered import ClusterRun
from campaign_nb.rules.read import read_value
from campaign_nb.rules.value import Value
from tests.rules.functions.test_window import ORDERS, ROWS, VALUES
from tests.spark import golden

pytestmark = [pytest.mark.requires("java"), pytest.mark.timeout(300)]

PARIS = pl.Datetime("us", "Europe/Paris")
MORE = ROWS.with_columns(
    price=pl.Series([Decimal("1.10"), None, Decimal("2.25"), Decimal("1.01"), Decimal("0.05"), Decimal("9.99"), None, Decimal("1.10")]),
    huge=pl.Series([2**62, 2**62, 2**62, -5, None, 7, 8, 9]),
    born=pl.Series([dt.date(2000, 1, n) if n % 3 else None for n in range(1, 9)]),
    seen=pl.Series([dt.datetime(2026, 7, n, tzinfo=dt.UTC) if n % 4 else None for n in range(1, 9)], dtype=PARIS),
    agrees=pl.Series([True, None, False, True, None, False, True, True]),
    endless=pl.Series([float("inf"), 1.0, float("-inf"), 2.0, float("nan"), 0.0, -0.0, None]),
)
WRITTEN = [
    *VALUES,
    *("random('a')", "random()", "new_uuid('it''s')"),
    *(f"over({name}(price), partition_by(land))" for name in ("sum", "avg", "min", "max", "std_dev", "count")),
    *(f"over({name}(price), order_by(born desc))" for name in ("sum", "min", "max", "count")),
    *(f"over({name}(huge), partition_by(land))" for name in ("sum", "avg", "min")),
    *("over(sum(huge))", "over(sum(huge), order_by(huge desc))", "over(avg(points), order_by(price))"),
    *("over(min(born), partition_by(city))", "over(max(seen))", "over(max(born), order_by(seen desc))", "over(min(city), order_by(born))"),
    *("over(max(agrees), partition_by(land))", "over(sum(endless), order_by(endless))", "over(min(endless))", "over(max(endless))"),
    *("row_num(order_by(endless))", "row_num(order_by(endless desc))", "row_num(partition_by(endless))"),
    "row_num(order_by(seen desc, born))",
    *("row_num(partition_by(agrees), order_by(price desc))", "over(count_all(), partition_by(spend))", "over(count_all(), order_by(city))"),
]


@pytest.fixture(scope="module")
def shop() -> cn.DataModel:
    found = cn.DataModel("shop", as_of="2026-07-01")
    found.table("people", MORE, key="id")
    found.table("orders", ORDERS, key="order_id", links={"person": cn.Link("people", on="id")})
    return found


def value_of(shop: cn.DataModel, written: str) -> Value:
    root = shop.people.id.root
    return Value(read_value(written, root.scope()), root)


def test_every_window_is_the_same_for_a_part_of_the_people(spark: Any, shop: cn.DataModel, tmp_path: Path) -> None:
    c = cn.Campaign("windows", data=shop, workspace=cn.Workspace(tmp_path))
    some = c.build_audience("Some", shop.people.id.is_in([1, 3, 4, 5, 7, 8]))
    columns: dict[str, Any] = {f"w{at}": value_of(shop, written) for at, written in enumerate(WRITTEN)}
    some.enrich("Window", **columns)
    here, run = c.dry_run(), c.dry_run(engine="spark")
    assert isinstance(run, ClusterRun)
    ours, theirs = here["Window"].sort("id"), golden.collected(nw.from_native(run.frame("Window"))).sort("id")
    found = golden.differences(ours, theirs, [f"w{at}" for at in range(len(WRITTEN))])
    assert {WRITTEN[int(name[1:])]: rows for name, rows in found.items()} == {}


def test_rules_read_windows(spark: Any, shop: cn.DataModel, tmp_path: Path) -> None:
    c = cn.Campaign("first", data=shop, workspace=cn.Workspace(tmp_path))
    c.build_audience("First of land", value_of(shop, "row_num(partition_by(land), order_by(spend desc))") == 1)
    c.build_audience("Rich", shop.people.points >= value_of(shop, "over(avg(points), partition_by(land))"))
    assert c.dry_run(engine="spark").ports() == c.dry_run().ports()
    assert {ref.label: n for ref, n in c.dry_run().ports().items()} == {"First of land": 3, "Rich": 4}


def test_a_running_average_of_decimals_is_refused(shop: cn.DataModel, tmp_path: Path) -> None:
    c = cn.Campaign("refused", data=shop, workspace=cn.Workspace(tmp_path))
    c.build_audience("All", value_of(shop, "over(avg(price), order_by(id))") > 1)
    with pytest.raises(cn.RunError, match="an average of decimals up to a row does not run there"):
        c.dry_run(engine="spark")
