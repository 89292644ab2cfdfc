"""Nothing is read twice: what a plan opens is read once however many ask for it, and a question asked again reads nothing."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.data.model import TableInfo
from campaign_nb.engine import answers, compute, dry, keys, runner
from campaign_nb.engine.sources import ModelSources

LONG_AGO = 1_600_000_000
SCAN = re.compile(r"Parquet SCAN \[.*?(\w+)\.parquet")


@dataclass
class Seen:
    """How often each table was opened by plans, and how often its file stands in what Polars runs."""

    opened: Counter[str] = field(default_factory=Counter[str])
    read: Counter[str] = field(default_factory=Counter[str])

    def since(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return both since this was asked last."""
        found = dict(self.opened), {name: number for name, number in self.read.items() if name in ("people", "orders")}
        self.opened.clear()
        self.read.clear()
        return found


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    found = Seen()
    real: Callable[..., list[pl.DataFrame]] = compute.computed

    def counted(frames: Sequence[pl.LazyFrame], *rest: Any) -> list[pl.DataFrame]:
        found.read.update(SCAN.findall(pl.explain_all(list(frames))) if frames else ())
        return real(frames, *rest)

    class Counting(ModelSources):
        def scan(self, table: str) -> pl.LazyFrame:
            found.opened[table] += 1
            return super().scan(table)

    for module in (compute, answers):
        monkeypatch.setattr(module, "computed", counted)
    for module in (dry, runner, answers):
        monkeypatch.setattr(module, "ModelSources", Counting)
    return found


@pytest.fixture
def shop(tmp_path: Path) -> cn.DataModel:
    dry.REUSE.forget()
    rows = {"id": range(8), "age": [10, 20, 30, 40, 50, 60, 70, None], "mail": [f"p{n % 6}@x.fr" for n in range(8)], "agreed": True}
    orders = {"order": range(6), "person": [1, 1, 2, 3, 4, 4], "amount": [5, 6, 7, 8, 9, 10]}
    for name, table in (("people", rows), ("orders", orders)):
        pl.DataFrame(table).write_parquet(tmp_path / f"{name}.parquet")
        os.utime(tmp_path / f"{name}.parquet", (LONG_AGO, LONG_AGO))
    model = cn.DataModel("shop", as_of="2026-07-01")
    model.table("people", tmp_path / "people.parquet", key="id", email="mail", consent={"email": "agreed"})
    model.table("orders", tmp_path / "orders.parquet", key="order", links={"buyer": cn.Link("people", on="person")})
    return model


def spring(shop: cn.DataModel, folder: Path, share: float = 0.5) -> cn.Campaign:
    """Return a campaign in which most nodes have several readers: every transition is counted, two are messages."""
    people = shop.people
    c = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(folder / "ws"))
    adults, buyers = c.build_audience("Adults", people.age >= 15), c.build_audience("Buyers", people.orders.count() >= 1)
    rich = (adults | buyers).deduplicate("Once", by="mail").enrich("Spend", total=people.orders.sum("amount"))
    a, b = rich.split("Half", A=share, B=0.5)
    for name, branch in (("A", a), ("B", b)):
        branch.email(f"Mail {name}", subject="Hi", text="{{ total }}", category="transactional")
    return c


def test_a_dry_run_reads_what_it_opens_once_however_many_ask_for_it(shop: cn.DataModel, tmp_path: Path, seen: Seen) -> None:
    spring(shop, tmp_path).dry_run()
    opened, read = seen.since()
    assert opened == read == {"people": 2, "orders": 2}  # people for each audience; orders for who buys, and for those that are left


def test_the_same_dry_run_again_reads_nothing(shop: cn.DataModel, tmp_path: Path, seen: Seen) -> None:
    spring(shop, tmp_path).dry_run()
    seen.since()
    spring(shop, tmp_path).dry_run()
    assert seen.since() == ({}, {})


def test_a_what_if_reads_no_linked_rows_that_did_not_change(shop: cn.DataModel, tmp_path: Path, seen: Seen) -> None:
    for share in (0.5, 0.4):
        spring(shop, tmp_path, share).dry_run()
    seen.since()
    spring(shop, tmp_path, 0.3).dry_run()
    assert seen.since() == ({"people": 1}, {"people": 1})


def test_with_linked_columns_in_memory_only_people_are_read(shop: cn.DataModel, tmp_path: Path, seen: Seen) -> None:
    shop.keep_in_memory("orders", "amount")
    spring(shop, tmp_path).dry_run()
    assert seen.since()[1] == {"people": 2}
    (shop.people.orders.sum("amount") > 7).count()
    assert "orders" not in seen.since()[1]


def test_a_live_run_reads_what_it_opens_once(shop: cn.DataModel, tmp_path: Path, seen: Seen) -> None:
    c = spring(shop, tmp_path)
    c.publish(confirm=sum(c.dry_run().messages.values()))
    seen.since()
    c.launch().wait("60s")
    opened, read = seen.since()
    assert opened == read


def test_a_count_reads_each_table_once_and_its_answer_again_reads_nothing(shop: cn.DataModel, seen: Seen) -> None:
    rule = (shop.people.orders.sum("amount") > 7) & (shop.people.orders.count() >= 1) & (shop.people.age > 15)
    assert rule.count() == 3
    assert seen.since()[1]["orders"] == 1  # for both aggregates
    rule.count()
    assert seen.since() == ({}, {})


def test_keys_are_checked_once_for_each_state_of_a_file(shop: cn.DataModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = keys.key_faults

    def noted(info: TableInfo) -> tuple[int, int, int]:
        checked.append(info.label)
        return real(info)

    monkeypatch.setattr(keys, "key_faults", noted)
    for share in (0.5, 0.4):
        spring(shop, tmp_path, share).dry_run()
    assert checked == ["people"]
