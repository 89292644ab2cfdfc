"""A pass that can't be computed names the one activity that is to blame, not all that were computed with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.engine import culprit

BROKEN = "it can't be computed: could not parse"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()


@pytest.fixture
def shop(tmp_path: Path) -> cn.DataModel:
    """People who are well and orders of which a line can't be read."""
    model = cn.DataModel("shop")
    model.table("people", pl.DataFrame({"id": range(9), "age": range(20, 29)}), key="id")
    path = tmp_path / "orders.csv"
    path.write_text("order,person,amount\n" + "".join(f"{n},{n % 9},{n}\n" for n in range(2000)) + "2000,1,many\n")
    model.table("orders", path, key="order", links={"buyer": cn.Link("people", on="person")})
    return model


def spring(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    c = cn.Campaign("Spring", data=shop, workspace=workspace)
    people = c.build_audience("All", shop.people).filter("Adults", shop.people.age > 18)
    half = people.enrich("Spend", total=shop.people.orders.sum("amount")).split("Half", A=0.5, B=0.5)
    half["A"].filter("Big", cn.col.total > 3).end("End A")
    half["B"].end("End B")
    return c


def test_a_dry_run_names_the_activity_that_reads_what_is_broken(shop: cn.DataModel, workspace: cn.Workspace) -> None:
    with pytest.raises(cn.RunError, match=BROKEN) as caught:
        spring(shop, workspace).dry_run()
    assert (caught.value.where, caught.value.activity) == ("activity 'Spend'", "Spend")


def test_in_a_live_run_that_activity_alone_has_failed(shop: cn.DataModel, workspace: cn.Workspace, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    whole = path.read_text()
    path.write_text(whole.replace("many", "7"))
    c = spring(shop, workspace)
    c.schedule = cn.OnSignal()
    c.publish(confirm=0)
    path.write_text(whole)
    run = c.launch()
    assert (run.wait("20s").state, run.states()) == ("paused", {"Spend": "failed"})
    assert "suspended at 'Spend' by an error" in c.log.frame()["message"].to_list()
    path.write_text(whole.replace("many", "7"))
    c.resume()
    assert run.wait("20s").state == "done"
    assert set(run.states().values()) == {"done"}


def test_who_can_not_be_found_is_not_guessed(shop: cn.DataModel, workspace: cn.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(culprit, "_fails", lambda *_: False)
    with pytest.raises(cn.RunError, match="they can't be computed") as caught:
        spring(shop, workspace).dry_run()
    assert caught.value.activity is None
    assert caught.value.where.startswith("activities 'All', 'Adults'")
