"""What a run reads when days pass in it: tables as they are then, what it added as it was; and what it hands on in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.engine import runner
from campaign_nb.engine.handed import Handed
from campaign_nb.store import files

PEOPLE = {"id": [1, 2, 3], "email": [f"{name}@example.com" for name in "abc"], "agreed": [True] * 3, "tier": ["gold"] * 3}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()


class Spring:
    """A campaign on a file of people, which changes while the campaign waits."""

    def __init__(self, folder: Path, workspace: cn.Workspace) -> None:
        self.path, self.workspace = folder / "people.parquet", workspace
        self.people()
        self.model = cn.DataModel("shop")
        self.table = self.model.table("people", self.path, key="id", email="email", consent={"email": "agreed"}, writable=True)
        self.campaign = cn.Campaign("Spring", data=self.model, workspace=workspace, moved=None)

    def people(self, **columns: list[Any]) -> None:
        pl.DataFrame({**PEOPLE, **columns}).write_parquet(self.path)

    def started(self) -> cn.LiveRun:
        self.campaign.publish(confirm=sum(self.campaign.dry_run().messages.values()))
        self.workspace.scheduler.pause()
        self.workspace.scheduler.tick()
        assert self.campaign.runs[0].state == "waiting", self.campaign.runs[0].error
        return self.campaign.runs[0]

    def after(self, days: int) -> cn.LiveRun:
        clock: Any = self.workspace.clock
        self.workspace.scheduler.start()
        clock.advance(days=days)
        run = self.campaign.runs[0].wait("20s")
        assert run.state == "done", run.error
        return run


@pytest.fixture
def spring(tmp_path: Path, workspace: cn.Workspace) -> Spring:
    return Spring(tmp_path, workspace)


def test_consent_and_rules_after_a_wait_are_those_of_that_day(spring: Spring) -> None:
    later = spring.campaign.build_audience("All", spring.table).wait("Three days", days=3)
    later.filter("Gold", spring.table.tier == "gold").email("Mail", subject="Hi", text="{{ email }}")
    spring.started()
    spring.people(agreed=[True, False, True], tier=["gold", "gold", "none"], email=["new@example.com", *PEOPLE["email"][1:]])
    run = spring.after(days=3)
    assert run.counts.filter(pl.col("transition") == "out").select("activity", "rows").rows() == [
        ("All", 3),
        ("Gold", 2),
        ("Mail", 1),
        ("Three days", 3),
    ]
    assert spring.workspace.outbox.frame().select("address", "text").rows() == [("new@example.com", "new@example.com")]


def test_columns_that_were_added_before_a_wait_stay_as_they_were(spring: Spring) -> None:
    rich = spring.campaign.build_audience("All", spring.table).enrich("Then", was=spring.table.tier)
    rich.wait("Three days", days=3).email("Mail", subject="{{ was }}", text="{{ tier }}")
    spring.started()
    spring.people(tier=["none"] * 3)
    spring.after(days=3)
    assert spring.workspace.outbox.frame().select("subject", "text").unique().rows() == [("gold", "none")]


def test_people_change_themselves_and_what_comes_after_reads_it(spring: Spring) -> None:
    marked = spring.campaign.build_audience("All", spring.table).update_data("Mark", into=spring.table, mode="update", set={"tier": "new"})
    marked.filter("New", spring.table.tier == "new").end("End")
    spring.campaign.publish(confirm=0)
    assert spring.campaign.runs[0].wait("20s")["New"].height == 3


def test_lines_of_a_file_are_kept_over_a_wait(spring: Spring, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("mail,age\na@example.com,31\nb@example.com,x\nc@example.com,20\n")
    lines = spring.campaign.load_file("Leads", path, columns={"mail": "text", "age": "integer"})
    lines.wait("Three days", days=3).filter("Adults", cn.col.age > 25).end("End")
    lines.rejects.wait("Three more", days=3).filter("Seen", cn.col.content.contains("example")).end("End of rejects")
    spring.started()
    path.unlink()
    run = spring.after(days=3)
    rows = dict(run.counts.filter(pl.col("transition") == "out").select("activity", "rows").iter_rows())
    assert (rows["Adults"], rows["Seen"]) == (1, 1)


@pytest.mark.parametrize("most", [0, 2**30])
def test_a_run_with_steps_hands_on_what_fits_and_reads_the_rest_back(spring: Spring, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(runner, "Handed", lambda: Handed(most))
    opened: list[str] = []

    class Counting(runner.ModelSources):
        def scan(self, table: str) -> pl.LazyFrame:
            opened.append(table)
            return super().scan(table)

    monkeypatch.setattr(runner, "ModelSources", Counting)
    gold = spring.campaign.build_audience("All", spring.table).filter("Gold", spring.table.tier == "gold")
    gold.enrich("Rich", was=spring.table.tier).email("Mail", subject="{{ was }}", text="{{ email }}")
    spring.campaign.schedule = cn.OnSignal()
    spring.campaign.publish(confirm=3)
    run = spring.campaign.launch(steps=True).wait("20s")
    assert (run.state, spring.workspace.outbox.frame()["text"].sort().to_list()) == ("done", PEOPLE["email"])
    assert opened == ["people"] * (1 if most else 4)
    with spring.workspace.store.read() as connection:
        kept = {file.activity: file.path for file in files.list_files(connection, run_id=run.id, kind="checkpoint")}
    stored = {name: pl.read_parquet_schema(spring.workspace.folder / path).names() for name, path in kept.items()}
    assert stored == {"All": ["id"], "Gold": ["id"], "Rich": ["id", "was"]}


def test_a_run_with_steps_that_halts_goes_on_with_what_is_stored(spring: Spring) -> None:
    gold = spring.campaign.build_audience("All", spring.table).enrich("Then", was=spring.table.tier)
    gold.filter("Gold", cn.col.was == "gold", breakpoint=True).email("Mail", subject="{{ was }}", text="{{ tier }}")
    spring.campaign.schedule = cn.OnSignal()
    spring.campaign.publish(confirm=3)
    run = spring.campaign.launch(steps=True).wait("20s")
    assert run.state == "paused"
    spring.people(tier=["none"] * 3)
    run.resume()
    assert run.wait("20s").state == "done"
    assert spring.workspace.outbox.frame().select("subject", "text").unique().rows() == [("gold", "none")]
