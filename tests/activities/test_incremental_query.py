"""Incremental query: each run starts with what is new since the runs before it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.errors import DefinitionError


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


class Shop:
    """A table that grows, and a campaign that queries it."""

    def __init__(self, folder: Path, workspace: cn.Workspace, **options: Any) -> None:
        self.path, self.workspace = folder / "people.parquet", workspace
        self.grow([(1, "gold", "2026-06-01"), (2, "silver", "2026-06-01"), (3, "gold", None)])
        shop = cn.DataModel("shop")
        people = shop.table("people", self.path, key="id", email="mail", consent={"email": "agreed"})
        self.campaign = cn.Campaign("Gold", data=shop, workspace=workspace)
        self.query = self.campaign.incremental_query("New gold", people.tier == "gold", **options)
        self.query.save_audience("Gold people").email("Welcome", subject="Hi", text="Hi")

    def grow(self, rows: list[tuple[int, str, str | None]]) -> None:
        schema = {"id": pl.Int64, "tier": pl.String, "at": pl.String}
        new = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
            pl.col("at").str.to_datetime("%Y-%m-%d", time_unit="us").dt.replace_time_zone("UTC"),
            mail=pl.format("{}@example.com", "id"),
            agreed=pl.lit(True),
        )
        old = [pl.read_parquet(self.path)] if self.path.exists() else []
        pl.concat([*old, new]).write_parquet(self.path)

    def publish(self) -> None:
        self.campaign.schedule = cn.Daily(at="09:00", time_zone="UTC", valid_from="2026-07-02")
        self.campaign.publish(confirm=sum(self.campaign.dry_run().messages.values()))

    def launch(self) -> list[int]:
        return self.query.frame(self.campaign.launch().wait("30s"))["id"].to_list()

    def dry(self) -> list[int]:
        return self.query.frame(self.campaign.dry_run())["id"].to_list()


def test_a_run_returns_what_no_earlier_run_returned_and_dry_runs_move_nothing(tmp_path: Path, workspace: cn.Workspace) -> None:
    shop = Shop(tmp_path, workspace)
    assert shop.dry() == shop.dry() == [1, 3]
    shop.publish()
    assert shop.launch() == [1, 3]
    assert shop.dry() == []
    shop.grow([(4, "gold", None), (5, "silver", None)])
    assert shop.launch() == [4]
    assert shop.launch() == []


def test_after_the_history_a_row_comes_again(tmp_path: Path, workspace: cn.Workspace) -> None:
    shop = Shop(tmp_path, workspace, remember="10d")
    shop.publish()
    assert shop.launch() == [1, 3]
    workspace.clock.advance(hours=1)  # type: ignore[attr-defined] # a clock that is set by hand
    assert shop.dry() == []
    assert shop.query.frame(shop.campaign.dry_run(as_of="2026-07-11T08:59+00:00"))["id"].to_list() == []
    assert shop.query.frame(shop.campaign.dry_run(as_of="2026-07-11T09:00+00:00"))["id"].to_list() == [1, 3]


def test_a_date_field_returns_what_is_later_than_the_last_run_and_not_in_the_future(tmp_path: Path, workspace: cn.Workspace) -> None:
    shop = Shop(tmp_path, workspace, newer="at")
    shop.grow([(6, "gold", "2026-08-01")])
    shop.publish()
    assert shop.launch() == [1]
    assert shop.dry() == []
    shop.grow([(7, "gold", "2026-07-02")])
    assert shop.query.frame(shop.campaign.dry_run(as_of="2026-07-03"))["id"].to_list() == [7]
    assert shop.query.frame(shop.campaign.dry_run(as_of="2026-08-02"))["id"].to_list() == [6, 7]


def test_a_run_that_is_suspended_is_remembered_until_it_is_stopped(
    tmp_path: Path, workspace: cn.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path, workspace)
    shop.publish()

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("campaign_nb.delivery.outbox.Outbox.commit", broken)
        assert shop.campaign.launch().wait("30s").state == "paused"
    assert shop.dry() == []  # the run may go on and send
    shop.campaign.stop()
    assert shop.dry() == [1, 3]


def test_rows_of_earlier_runs_are_counted_with_their_reason(tmp_path: Path, workspace: cn.Workspace) -> None:
    shop = Shop(tmp_path, workspace)
    shop.publish()
    shop.launch()
    found = shop.campaign.dry_run().exclusions
    assert found.filter(pl.col("activity") == "New gold").select("reason", "rows").rows() == [("returned by an earlier run", 2)]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"remember": "1d", "newer": "at"}, "both remember and newer"),
        ({"remember": "a while"}, "is no length of time"),
        ({"newer": "tier"}, "newer is text"),
        ({"newer": "updated"}, "no column 'updated'"),
    ],
)
def test_what_does_not_fit_is_a_problem_at_the_definition(
    options: dict[str, Any], what: str, tmp_path: Path, workspace: cn.Workspace
) -> None:
    with pytest.raises(DefinitionError, match=what):
        Shop(tmp_path, workspace, **options).dry()
