"""A dry run after one change computes what the change reaches, and nothing is reused that may have changed unseen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.engine import dry
from campaign_nb.engine.dry import DryResult
from campaign_nb.engine.reuse import Reuse
from campaign_nb.graph.definition import Ref
from tests.engine.test_remembered import keep

Build = Callable[[cn.Campaign], object]


@dataclass
class Kernel:
    """Dry runs that follow one another, each with the labels of the activities that it computed."""

    shop: cn.DataModel
    workspace: cn.Workspace
    reuse: Reuse
    monkeypatch: pytest.MonkeyPatch
    computed: set[str] = field(default_factory=set[str])

    def run(self, build: Build, **settings: Any) -> DryResult:
        """Run a campaign dry; what it finds is what it would find alone."""
        campaign = cn.Campaign("Spring", data=self.shop, workspace=self.workspace, **settings)
        build(campaign)
        program, real = campaign.program(), dry.compute
        alone = dry.dry_run(program, reuse=None)

        def noted(tasks: Any, *rest: Any, **options: Any) -> Any:
            self.computed = {task.label for task in tasks}
            return real(tasks, *rest, **options)

        with self.monkeypatch.context() as patch:
            patch.setattr(dry, "compute", noted)
            found = dry.dry_run(program, reuse=self.reuse)
        assert (found.counted, found.messages) == (alone.counted, alone.messages)
        assert list(found.counted.ports) == list(alone.counted.ports)
        return found


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    keep(tmp_path / "people.csv", {"id": range(8), "age": [10, 20, 30, 40, 50, 60, 70, None], "mail": [f"p{n}@x.fr" for n in range(8)]})
    keep(tmp_path / "orders.csv", {"order": range(6), "person": [1, 1, 2, 3, 4, 4], "day": ["2026-06-20", *["2026-01-01"] * 5]})
    shop = cn.DataModel("shop", as_of="2026-07-01")
    shop.table("people", tmp_path / "people.csv", key="id", email="mail", consent={"email": "id"})
    shop.table("orders", tmp_path / "orders.csv", key="order", links={"buyer": cn.Link("people", on="person")})
    later = Reuse(lambda: dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    return Kernel(shop, cn.Workspace(tmp_path / "ws"), later, monkeypatch)


def spring(least: int = 15, orders: int = 1, share: float = 0.5, **options: Any) -> Build:
    """Return a campaign of five activities in a row, with three numbers to change."""

    def build(campaign: cn.Campaign) -> object:
        people = campaign.data["people"]
        adults = campaign.build_audience("Adults", people.age >= least)
        buyers = adults.filter("Buyers", people.orders.count() >= orders).enrich("Orders", orders=people.orders.count())
        return buyers.split("Half", A=share).A.email("Mail", subject="Hi", text="{{ orders }}", category="transactional", **options)

    return build


def test_the_same_campaign_again_computes_nothing(kernel: Kernel) -> None:
    first = kernel.run(spring())
    assert kernel.computed == {"Adults", "Buyers", "Orders", "Half", "Mail"}
    assert kernel.run(spring()).counted.ports == first.counted.ports
    assert kernel.computed == set()
    assert first.counted.ports[Ref("Buyers")] == 4


def test_the_second_change_of_one_number_computes_what_comes_after_it(kernel: Kernel) -> None:
    for share, computed in ((0.5, 5), (0.4, 5), (0.3, 2), (0.2, 2)):
        kernel.run(spring(share=share))
        assert len(kernel.computed) == computed
    assert kernel.computed == {"Half", "Mail"}


def test_a_change_further_up_computes_all_that_reads_it(kernel: Kernel) -> None:
    for orders in (1, 2, 3):
        kernel.run(spring(orders=orders))
    assert kernel.computed == {"Buyers", "Orders", "Half", "Mail"}
    kernel.run(spring(least=35, orders=3))
    assert kernel.computed == {"Adults", "Buyers", "Orders", "Half", "Mail"}


def test_a_number_that_was_there_before_is_known(kernel: Kernel) -> None:
    for share in (0.5, 0.4, 0.5):
        kernel.run(spring(share=share))
    assert kernel.computed == set()


def test_another_description_changes_nothing(kernel: Kernel) -> None:
    kernel.run(spring())
    kernel.run(spring(description="for buyers"))
    assert kernel.computed == set()


def test_a_changed_file_counts_everything_that_reads_it_anew(kernel: Kernel, tmp_path: Path) -> None:
    for share in (0.5, 0.4):
        kernel.run(spring(share=share))
    keep(tmp_path / "orders.csv", {"order": range(6), "person": [5, 1, 2, 3, 4, 4], "day": ["2026-06-20", *["2026-01-01"] * 5]})
    found = kernel.run(spring(share=0.3))
    assert (kernel.computed, found.counted.ports[Ref("Buyers")]) == ({"Adults", "Buyers", "Orders", "Half", "Mail"}, 5)
    assert "Adults" in kernel.computed  # nobody remembered its rows


def test_another_seed_splits_anew(kernel: Kernel) -> None:
    kernel.run(spring(), seed="one")
    kernel.run(spring(), seed="two")
    assert "Half" in kernel.computed


def test_a_table_declared_again_is_read_again(kernel: Kernel, tmp_path: Path) -> None:
    kernel.run(spring())
    kernel.shop.table("people", tmp_path / "people.csv", key="id", email="mail", consent={"email": "age"})
    kernel.run(spring())
    assert len(kernel.computed) == 5


def test_a_file_that_changed_a_moment_ago_leaves_nothing(kernel: Kernel, tmp_path: Path) -> None:
    kernel.reuse = Reuse(lambda: dt.datetime.now(dt.UTC))
    keep(tmp_path / "orders.csv", {"order": [1], "person": [1], "day": ["2026-01-01"]}, when=None)
    for _ in range(2):
        kernel.run(spring())
    assert len(kernel.computed) == 5


def test_rows_in_memory_are_computed_anew(kernel: Kernel) -> None:
    kernel.shop.table("people", pl.DataFrame({"id": [1, 2], "age": [20, 30], "mail": "a@x.fr"}), key="id", email="mail")
    for _ in range(2):
        kernel.run(lambda campaign: campaign.build_audience("All", campaign.data["people"].age > 25))
    assert kernel.computed == {"All"}


def test_now_is_part_of_the_question_only_where_it_is_read(kernel: Kernel) -> None:
    def build(campaign: cn.Campaign) -> object:
        people, orders = campaign.data["people"], campaign.data["orders"]
        recent = people.orders.where(orders.day >= cn.days_ago(30)).exists()
        return campaign.build_audience("Adults", people.age >= 18).filter("Recent", recent)

    kernel.run(build)
    kernel.shop.as_of = "2026-09-01"
    found = kernel.run(build)
    assert "Recent" in kernel.computed
    assert (found.counted.ports[Ref("Recent")], found.counted.ports[Ref("Adults")]) == (0, 6)
    assert kernel.run(build) and kernel.computed == set()


def test_what_comes_after_a_wait_means_its_own_now(kernel: Kernel) -> None:
    def build(days: int) -> Build:
        def built(campaign: cn.Campaign) -> object:
            people, orders = campaign.data["people"], campaign.data["orders"]
            recent = people.orders.where(orders.day >= cn.days_ago(30)).exists()
            return campaign.build_audience("All", people.age > 0).wait("Later", days=days).filter("Recent", recent)

        return built

    found = [kernel.run(build(days)).counted.ports[Ref("Recent")] for days in (1, 60, 1)]
    assert found == [1, 0, 1]


def test_a_function_runs_every_time_on_rows_that_are_remembered(kernel: Kernel) -> None:
    least = [0]

    def build(campaign: cn.Campaign) -> object:
        adults = campaign.build_audience("Adults", campaign.data["people"].age >= 18)
        return adults.python("Old", lambda rows: rows.filter(pl.col("id") > least[0])).filter("All", campaign.data["people"].age > 0)

    found: list[int] = []
    for least[0] in (0, 4, 5):
        found.append(kernel.run(build).counted.ports[Ref("All")])
    assert (found, kernel.computed) == ([6, 2, 1], {"Old", "All"})


def test_rules_on_messages_are_asked_every_time_and_see_who_gets_them(kernel: Kernel) -> None:
    def build(share: float) -> Build:
        def built(campaign: cn.Campaign) -> object:
            people = campaign.data["people"]
            mail = campaign.build_audience("All", people.age > 0).email("First", subject="Hi", text="x", category="transactional")
            return mail.filter("Got", mail.sent).split("Half", A=share)

        return built

    for share in (0.5, 0.4, 0.3):
        found = kernel.run(build(share))
        assert found.counted.ports[Ref("Got")] == 7
    assert kernel.computed == {"First", "Got", "Half"}


def test_a_kind_of_activity_from_elsewhere_is_computed_every_time(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cn.activities.FilterRows, "__module__", "mine.activities")
    for _ in range(2):
        kernel.run(spring())
    assert kernel.computed == {"Adults", "Buyers", "Orders", "Half", "Mail"}
    kernel.run(spring())
    assert kernel.computed == {"Buyers", "Orders", "Half", "Mail"}


def test_rows_beyond_the_budget_are_computed_again(kernel: Kernel) -> None:
    kernel.reuse = Reuse(lambda: dt.datetime.now(dt.UTC) + dt.timedelta(hours=1), budget=50)
    for share in (0.5, 0.4, 0.3):
        kernel.run(spring(share=share))
    assert len(kernel.computed) == 5
    campaign = cn.Campaign("Spring", data=kernel.shop, workspace=kernel.workspace)
    spring(share=0.2)(campaign)
    program = campaign.program()
    assert kernel.reuse.part(program, program.plan(staged=False)).keeps == {}


def test_a_whole_table_is_read_again_rather_than_remembered(kernel: Kernel) -> None:
    for least in (10, 20, 30):
        kernel.run(lambda campaign, least=least: campaign.build_audience("All", campaign.data["people"]).filter("Old", f"age > {least}"))
    assert kernel.computed == {"All", "Old"}


def test_rules_on_messages_of_another_campaign_are_asked_every_time(kernel: Kernel) -> None:
    other = cn.Campaign("Other", data=kernel.shop, workspace=kernel.workspace)
    mail = other.build_audience("All", other.data["people"].age > 0).email("First", subject="Hi", text="x", category="transactional")
    for _ in range(3):
        kernel.run(lambda campaign: campaign.build_audience("Old", campaign.data["people"].age > 20).filter("Got", mail.sent))
    assert kernel.computed == {"Got"}


def test_an_activity_that_is_disabled_is_another_campaign(kernel: Kernel) -> None:
    def build(share: float, *, enabled: bool) -> Build:
        def built(campaign: cn.Campaign) -> object:
            people = campaign.data["people"]
            adults = campaign.build_audience("Adults", people.age >= 15)
            return adults.filter("Buyers", people.orders.exists(), enabled=enabled).split("Half", A=share)

        return built

    found = [
        kernel.run(build(share, enabled=enabled)).counted.ports[Ref("Buyers")]
        for share, enabled in ((0.5, True), (0.4, True), (0.3, True), (0.3, False), (0.2, False), (0.2, True))
    ]
    assert found == [4, 4, 4, 0, 0, 4]


def test_a_saved_audience_is_read_again(kernel: Kernel) -> None:
    def saved(campaign: cn.Campaign) -> object:
        return campaign.build_audience("All", campaign.data["people"].age > 30).save_audience("Known")

    first = cn.Campaign("First", data=kernel.shop, workspace=kernel.workspace)
    saved(first)
    first.publish(confirm=0)
    first.launch().wait("60s")
    for _ in range(2):
        kernel.run(lambda campaign: campaign.read_audience("Known"))
    assert kernel.computed == {"Known"}
