"""Whole campaigns: counts on every transition, reasons that add up, and one pass that equals the staged run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import campaign_nb as cn
from campaign_nb.graph.definition import Ref
from tests.engine.shop import shop


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()


def counts(run: cn.DryRun | cn.LiveRun) -> dict[tuple[str, str], int]:
    return {(activity, port): rows for activity, port, rows in run.counts.iter_rows()}


def test_every_transition_is_counted_and_every_dropped_row_has_a_reason(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("c", data=model, workspace=workspace)
    everybody = c.build_audience("All", model.people)
    mail = everybody.email("Mail", subject="Hi", text="Your age: {{ age }}")
    run = c.dry_run()
    assert counts(run) == {("All", "out"): 5, ("Mail", "out"): 2, ("Mail", "complement"): 3}
    assert run.exclusions.sort("reason").rows() == [("Mail", "malformed address", 1), ("Mail", "no address", 1), ("Mail", "no consent", 1)]
    assert mail.complement.frame(run).rows() == [(3, "no address"), (4, "no consent"), (5, "malformed address")]


def test_a_union_of_branches_of_one_split_is_the_whole_and_keeps_the_codes(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("c", data=model, workspace=workspace)
    a, b = c.build_audience("All", model.people).split("Halves", A=0.5, B=0.5)
    both = (a | b).filter("Everybody", cn.col.segment_code.is_in(["A", "B"]))
    run = c.dry_run()
    assert both.frame(run)["id"].to_list() == [1, 2, 3, 4, 5]
    assert set(both.frame(run)["segment_code"]) <= {"A", "B"}
    assert counts(run)["Everybody", "out"] == 5


def test_an_exclusion_drops_the_others_with_their_reason(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("c", data=model, workspace=workspace)
    left = c.build_audience("All", model.people) - c.build_audience("Buyers", model.people.orders.exists())
    left.end("End")
    run = c.dry_run()
    assert counts(run)["All without Buyers", "out"] == 2
    assert run.exclusions.rows() == [("All without Buyers", "in an excluded population", 3)]


def test_null_and_repeated_keys_stop_a_run_with_both_named(workspace: cn.Workspace) -> None:
    model = cn.DataModel("broken")
    rows = model.table("rows", pl.DataFrame({"id": [1, 1, None]}), key="id")
    c = cn.Campaign("c", data=model, workspace=workspace)
    c.build_audience("All", rows)
    with pytest.raises(cn.DataError, match=r"1 row has a null in the key id[\s\S]*1 row repeats a key id"):
        c.dry_run()


def test_a_table_without_rows_stops_a_run(workspace: cn.Workspace) -> None:
    model = cn.DataModel("empty")
    rows = model.table("rows", pl.DataFrame({"id": pl.Series([], dtype=pl.Int64)}), key="id")
    c = cn.Campaign("c", data=model, workspace=workspace)
    c.build_audience("All", rows)
    with pytest.raises(cn.DataError, match="it has no rows"):
        c.dry_run()


def test_a_source_that_is_gone_is_named(workspace: cn.Workspace, tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"
    pl.DataFrame({"id": [1, 2]}).write_parquet(file)
    model = cn.DataModel("files")
    rows = model.table("rows", file, key="id")
    c = cn.Campaign("c", data=model, workspace=workspace)
    c.build_audience("All", rows)
    assert c.dry_run().counts["rows"].to_list() == [2]
    file.unlink()
    with pytest.raises(cn.DataError, match=r"table 'rows'[\s\S]*no file"):
        c.dry_run()


def test_a_saved_audience_is_read_by_another_campaign(workspace: cn.Workspace) -> None:
    model = shop()
    first = cn.Campaign("first", data=model, workspace=workspace)
    first.build_audience("Adults", model.people.age >= 18).save_audience("Adults of July")
    first.publish(confirm=0)
    first.runs[0].wait("20s")
    second = cn.Campaign("second", data=model, workspace=workspace)
    read = second.read_audience("Adults of July")
    assert read.frame()["id"].to_list() == [2, 3, 5]
    read.filter("Old", model.people.age > 50)
    assert counts(second.dry_run())["Old", "out"] == 1


def test_after_a_wait_now_is_the_instant_at_which_it_was_due(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("c", data=model, workspace=workspace)
    fresh = model.people.orders.max("date") >= cn.days_ago(3)
    start = c.build_audience("All", model.people)
    start.filter("Now", fresh)
    start.wait("Two days", days=2).filter("Later", fresh)
    found = counts(c.dry_run())
    assert (found["Now", "out"], found["Later", "out"]) == (2, 1)


def _campaign(model: cn.DataModel, workspace: cn.Workspace, seed: str, share: float, age: int) -> cn.Campaign:
    people, orders = model.people, model.orders
    c = cn.Campaign("c", data=model, workspace=workspace, seed=seed)
    reach = c.build_audience("Adults", people.age >= age) | c.build_audience("Buyers", people.orders.exists())
    known = reach.enrich("Spend", spend=people.orders.sum("amount"), last=people.orders.max("date"))
    a, b = known.split("Halves", A=share, B=1 - share)
    mail = a.email("Mail A", subject="Hi", text="{{ spend | default(0) | money }}", category="transactional")
    later = (mail | b).wait("A day", days=1)
    later.filter("Spent", cn.col.spend > 50).email("Mail B", subject="x", text="{{ last }}", category="transactional")
    later.filter("Few", people.orders.where(orders.date >= cn.days_ago(30)).count() < 2)
    return c


@settings(max_examples=12)
@given(st.sampled_from(["s", "t", "u"]), st.sampled_from([0.2, 0.5, 0.9]), st.integers(10, 70))
def test_one_pass_equals_the_staged_run(tmp_path_factory: pytest.TempPathFactory, seed: str, share: float, age: int) -> None:
    clock = cn.ManualClock("2026-07-01 09:00")
    workspace = cn.Workspace(tmp_path_factory.mktemp("ws"), clock=clock)
    c = _campaign(shop(), workspace, seed, share, age)
    dry = c.dry_run()
    c.publish(confirm=sum(dry.messages.values()))
    clock.advance(days=1, seconds=1)
    live = c.runs[0].wait("30s")
    assert counts(live) == counts(dry)
    assert sorted(live.exclusions.rows()) == sorted(dry.exclusions.rows())
    for ref in dry.ports():
        assert live.population(ref).equals(dry.population(ref))
    workspace.close()


def test_the_path_of_a_person_names_what_dropped_them_and_what_the_rule_saw(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("c", data=model, workspace=workspace)
    adults = c.build_audience("All", model.people).filter("Adults", model.people.age >= 18)
    adults.filter("Spent", model.people.orders.sum("amount") > 50).email("Mail", subject="x", text="y")
    run = c.dry_run()
    assert [stop.activity for stop in run.explain(2).path] == ["All", "Adults", "Spent", "Mail"]
    assert run.explain(2).dropped is None
    young = run.explain(1).dropped
    assert young is not None and (young.activity, young.reason, young.values) == ("Adults", "rule", (("age", 17),))
    unknown = run.explain(4).dropped
    assert unknown is not None and unknown.values == (("age", None),)
    poor = run.explain(3).dropped
    assert poor is not None and poor.activity == "Spent" and [value for name, value in poor.values if name != "id"] == [None]
    assert run.explain(99).dropped is not None


def test_a_counted_plan_opens_each_table_once_per_use(workspace: cn.Workspace) -> None:
    model = shop()
    opened: list[str] = []
    orders = model.infos["orders"].source.open()
    model.table("orders", lambda: opened.append("orders") or orders, key="order", links={"buyer": cn.Link("people", on="person")})
    opened.clear()
    c = cn.Campaign("c", data=model, workspace=workspace)
    known = c.build_audience("All", model.people).enrich("Spend", spend=model.people.orders.sum("amount"))
    a, b = known.split("Halves", A=0.5, B=0.5)
    for name, part in (("A", a), ("B", b)):
        part.email(name, subject="x", text="{{ spend }}", category="transactional")
    c.dry_run()
    assert opened == ["orders"]


def test_the_counts_are_of_the_transition_even_where_columns_are_late(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("c", data=model, workspace=workspace)
    rich = c.build_audience("All", model.people).enrich("Spend", spend=model.people.orders.sum("amount"))
    rich.deduplicate("One per spend", by=cn.col.spend, nulls="equal")
    run = c.dry_run()
    assert run.ports()[Ref("One per spend")] == 3
    assert dt.datetime.fromisoformat("2026-07-01T00:00+00:00") == run.as_of
