"""Whole campaigns as marketers draw them, on rows written by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn

EVERYBODY_AGREES = {"consent": {"email": "agreed"}, "email": "mail", "key": "id"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path, clock=cn.ManualClock("2026-07-01 09:00"), responses=cn.ResponseModel(seed=1, open=1.0, click=0.5))
    yield own
    own.close()


def people(count: int, **columns: object) -> pl.DataFrame:
    """People with an address who have agreed."""
    rows = {"id": list(range(1, count + 1)), "mail": [f"p{key}@example.com" for key in range(1, count + 1)], "agreed": [True] * count}
    return pl.DataFrame({**rows, **columns})


def wishes() -> cn.DataModel:
    """Five people; 1 wished four things, 2 one that is gone, 3 one long ago, 4 nothing but has a cart, 5 nothing."""
    shop = cn.DataModel("shop", as_of="2026-07-01")
    products = pl.DataFrame({"code": ["tea", "cup", "pot", "old"], "price": [3, 5, 20, 1], "present": [True, True, True, False]})
    shop.table("products", products, key="code")
    shop.table("people", people(5, cart=[False, False, None, True, False]), **EVERYBODY_AGREES)  # type: ignore[arg-type] # roles
    rows = pl.DataFrame(
        {
            "wish": [1, 2, 3, 4, 5, 6],
            "person": [1, 1, 1, 1, 2, 3],
            "product": ["tea", "cup", "pot", "old", "old", "tea"],
            "added": [
                dt.date(2026, 6, 1),
                dt.date(2026, 6, 3),
                dt.date(2026, 6, 2),
                dt.date(2026, 5, 1),
                dt.date(2026, 6, 1),
                dt.date(2023, 6, 30),
            ],
        }
    )
    shop.table("wishes", rows, key="wish", links={"owner": cn.Link("people", on="person"), "item": cn.Link("products", on="product")})
    return shop


def test_a_wishlist_reminder_shows_the_three_latest_wishes_in_a_loop(workspace: cn.Workspace) -> None:
    shop = wishes()
    wished, wish = shop.people.wishes, shop.wishes
    recent = wished.where(wish.added >= cn.months_ago(36), wish.item.present).exists()
    c = cn.Campaign("Wishlist", data=shop, workspace=workspace)
    latest = wished.sort(wish.added.desc()).select("product", "item.price").head(3)
    wishers = c.build_audience("Wishers", recent | shop.people.cart).enrich("Latest", wishes=latest)
    wishers.email("Reminder", subject="Your wishes", text="{% for w in wishes %}{{ w.product }} {{ w.price }};{% endfor %}")
    c.publish(confirm=2)
    c.runs[0].wait("20s")
    sent = workspace.outbox.frame().sort("person")
    assert sent.select("person", "text").rows() == [("1", "cup 5;pot 20;tea 3;"), ("4", "")]


def test_browse_engagement_saves_the_high_and_writes_to_the_others(workspace: cn.Workspace) -> None:
    shop = cn.DataModel("shop", as_of="2026-07-01")
    rows = people(6, churn=["low", "medium", "high", "low", None, "low"]).with_columns(
        mail=pl.Series(["a@example.com", "b@example.com", "c@example.com", "a@example.com", "e@example.com", "f@example.com"])
    )
    shop.table("people", rows, **EVERYBODY_AGREES)  # type: ignore[arg-type] # roles
    first = cn.Campaign("Browsed", data=shop, workspace=workspace)
    first.build_audience("Browsers", shop.people).save_audience("Engaged")
    first.publish(confirm=0)
    first.runs[0].wait("20s")
    c = cn.Campaign("Browse engagement", data=shop, workspace=workspace)
    once = c.read_audience("Engaged").deduplicate("Once", by="mail", order="id")
    parts = once.split("Churn", low=cn.col.churn == "low", medium=cn.col.churn == "medium", high=cn.col.churn == "high")
    parts.high.save_audience("At risk")
    mail = (
        c.combine("Calm", parts.low, parts.medium).enrich("Name", told=cn.col.segment_code).email("News", subject="Hi", text="{{ told }}")
    )
    a, b = mail.wait("Two days", days=2).filter("Clickers", mail.clicked).split("Halves", A=0.5, B=0.5)
    run = c.dry_run()
    assert run["Once"]["id"].to_list() == [1, 2, 3, 5, 6]
    assert run["News"].select("id", "segment_code").rows() == [(1, "low"), (2, "medium"), (6, "low")]
    assert run["Churn", "complement"]["id"].to_list() == [5]
    assert {*a.frame(run)["id"], *b.frame(run)["id"]} == {*run["Clickers"]["id"]} <= {1, 2, 6}


def test_subscriptions_that_end_within_30_days_are_told_to_their_owners(workspace: cn.Workspace) -> None:
    shop = cn.DataModel("shop", as_of="2026-07-01")
    shop.table("people", people(4), **EVERYBODY_AGREES)  # type: ignore[arg-type] # roles
    ends = [dt.date(2026, 7, 31), dt.date(2026, 8, 1), dt.date(2026, 6, 30), dt.date(2026, 7, 1), None]
    rows = pl.DataFrame({"number": [1, 2, 3, 4, 5], "person": [1, 2, 3, 4, 4], "ends": ends})
    shop.table("subscriptions", rows, key="number", links={"owner": cn.Link("people", on="person")})
    ending = shop.subscriptions.ends.between(cn.today(), cn.days_ahead(30))
    c = cn.Campaign("Expiring", data=shop, workspace=workspace)
    c.build_audience("Ending", shop.people.subscriptions.where(ending).exists()).email("Renew", subject="Soon", text="It ends.")
    assert c.dry_run()["Renew"]["id"].to_list() == [1, 4]


def test_a_three_way_audience_is_joined_and_then_excluded(workspace: cn.Workspace) -> None:
    shop = cn.DataModel("shop", as_of="2026-07-01")
    rows = people(6, bought=[0, 150, 100, 99, 500, None], points=[10, 20, 60, 70, 80, 90]).with_columns(
        mail=pl.Series(["a@example.com", None, "c@example.com", None, "e@example.com", "f@example.com"])
    )
    table = shop.table("people", rows, **EVERYBODY_AGREES)  # type: ignore[arg-type] # roles
    c = cn.Campaign("Three ways", data=shop, workspace=workspace)
    reachable = c.build_audience("Reachable", table.mail.is_not_null())
    buyers = c.build_audience("Buyers", table.bought >= 100)
    few = c.build_audience("Few points", table.points < 50)
    c.combine("Left", c.combine("Either", reachable, buyers), few, mode="exclusion").email("Offer", subject="Hi", text="x")
    run = c.dry_run()
    assert run["Either"]["id"].to_list() == [1, 2, 3, 5, 6]
    assert (run["Left"]["id"].to_list(), run["Left", "complement"]["id"].to_list()) == ([3, 5, 6], [1, 2])
    assert run["Offer"]["id"].to_list() == [3, 5, 6]


def test_back_in_stock_is_told_to_the_people_of_the_wishes(workspace: cn.Workspace) -> None:
    shop = wishes()
    c = cn.Campaign("Back", data=shop, workspace=workspace)
    back = c.build_audience("Wishes of tea", shop.wishes.item.code == "tea")
    owners = back.change_dimension("Owners", via=shop.wishes.owner)
    owners.email("Back", subject="Tea is back", text="Hello")
    c.publish(confirm=2)
    c.runs[0].wait("20s")
    assert sorted(workspace.outbox.frame()["person"]) == ["1", "3"]


def test_new_gold_members_are_welcomed_on_mondays_and_once(workspace: cn.Workspace, tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    people(3, tier=["gold", "silver", "gold"]).write_parquet(path)
    shop = cn.DataModel("shop")
    members = shop.table("people", path, **EVERYBODY_AGREES)  # type: ignore[arg-type] # roles
    c = cn.Campaign("Welcome", data=shop, workspace=workspace)
    c.incremental_query("New gold", members.tier == "gold").email("Welcome", subject="Welcome", text="Hello")
    c.schedule = cn.Weekly("mon", at="09:00", time_zone="UTC")
    c.publish(confirm=2)
    first, second = c.launches(2)
    assert [launch.isoformat() for launch in (first, second)] == ["2026-07-06T09:00:00+00:00", "2026-07-13T09:00:00+00:00"]
    c.launch().wait("20s")
    people(4, tier=["gold", "gold", "gold", "silver"]).write_parquet(path)
    c.launch().wait("20s")
    assert sorted(workspace.outbox.frame()["person"]) == ["1", "2", "3"]


def test_a_file_is_reconciled_by_address_and_birth_date_and_saved(workspace: cn.Workspace, tmp_path: Path) -> None:
    born = [dt.date(1980, 1, 1), dt.date(1990, 2, 2), dt.date(1990, 2, 2)]
    shop = cn.DataModel("shop")
    members = shop.table("people", people(3, born=born), **EVERYBODY_AGREES)  # type: ignore[arg-type] # roles
    lines = ["mail;born;points", "p1@example.com;01.01.1980;5", "p2@example.com;03.03.1993;6", "p3@example.com;02.02.1990;x"]
    (tmp_path / "leads.csv").write_text("\n".join(lines))
    columns = {"mail": "text", "born": cn.FileColumn(type="date", format="%d.%m.%Y"), "points": "integer"}
    c = cn.Campaign("Leads", data=shop, workspace=workspace)
    leads = c.load_file("Leads", tmp_path / "leads.csv", columns=columns, separator=";")
    leads.reconcile("Known", to=members, on={"mail": "mail", "born": "born"}).save_audience("Saved leads", columns=["points"])
    c.publish(confirm=0)
    c.runs[0].wait("20s")
    again = cn.Campaign("Again", data=shop, workspace=workspace)
    saved = again.read_audience("Saved leads")
    assert saved.frame(again.dry_run()).rows() == [(1, 5)]


def test_a_rule_on_a_message_of_another_branch_sees_it_whatever_is_computed_first(workspace: cn.Workspace) -> None:
    shop = wishes()
    wished = shop.people.wishes.count()
    c = cn.Campaign("Beside", data=shop, workspace=workspace)
    everybody = c.build_audience("Everybody", shop.people)
    mail = everybody.filter("Wishers", (wished > 0) | shop.people.cart).email("Mail", subject="Hi", text="Hello")
    opened = everybody.filter("Opened", mail.opened)
    run = c.dry_run(responses=cn.ResponseModel(seed=1, open=1.0))
    assert opened.frame(run)["id"].to_list() == mail.frame(run)["id"].to_list() == [1, 2, 3, 4]
    assert opened.frame(c.dry_run()).height == 0


# ------------------------------------------------------------------------------------------------------- course of a run


@pytest.mark.parametrize(("count", "sent", "told"), [(4, 4, []), (3, 0, ["alert: Too few: Fewer than four were found."])])
def test_a_guarded_message_is_sent_to_enough_people_and_told_of_else(
    workspace: cn.Workspace, count: int, sent: int, told: list[str]
) -> None:
    shop = cn.DataModel("shop", as_of="2026-07-01")
    shop.table("people", people(count), **EVERYBODY_AGREES)  # type: ignore[arg-type] # roles
    c = cn.Campaign("Guarded", data=shop, workspace=workspace)
    everybody = c.build_audience("All", shop.people)
    way = everybody.test("Enough?", enough=everybody.size > 3)
    way.enough.email("Offer", subject="Hi", text="Hello")
    way.otherwise.alert("Few", title="Too few", message="Fewer than four were found.")
    c.publish(confirm=sent)
    assert c.runs[0].wait("20s").state == "done"
    assert workspace.outbox.frame().height == sent
    assert [text for text in c.log.frame()["message"] if text.startswith("alert")] == told


def test_two_messages_are_synchronised_and_followed_by_an_alert_a_day_later(workspace: cn.Workspace) -> None:
    shop = cn.DataModel("shop")
    table = shop.table("people", people(6), **EVERYBODY_AGREES)  # type: ignore[arg-type] # roles
    c = cn.Campaign("Launch", data=shop, workspace=workspace)
    first = c.build_audience("A", table.id <= 4).email("First", subject="Hi", text="Hello")
    second = c.build_audience("B", table.id > 2).wait("An hour", hours=1).email("Second", subject="Hi", text="Hello")
    both = c.and_join("Both", first, second, primary=second)
    both.wait("One day", days=1).alert("Launched", title="Launched", message="Both have gone out.")
    dry = c.dry_run()
    assert (dry.messages, dry["Launched"]["id"].to_list()) == ({"First": 4, "Second": 4}, [3, 4, 5, 6])
    c.publish(confirm=8)
    clock = workspace.clock
    assert isinstance(clock, cn.ManualClock)
    for hours, told in ((1, 0), (23, 0), (1, 1)):
        clock.advance(hours=hours)
        assert sum(text.startswith("alert") for text in c.log.frame()["message"]) == told
    assert (c.runs[0].state, workspace.outbox.frame().height) == ("done", 8)


@pytest.mark.parametrize(("channel", "way"), [("email", "mail"), ("sms", "text"), ("push", "otherwise")])
def test_a_campaign_starts_another_that_chooses_by_the_signal_s_value(workspace: cn.Workspace, channel: str, way: str) -> None:
    shop = cn.DataModel("shop", as_of="2026-07-01")
    shop.table("people", people(3), **EVERYBODY_AGREES)  # type: ignore[arg-type] # roles
    second = cn.Campaign("Second", data=shop, workspace=workspace)
    ways = second.build_audience("All", shop.people).test(
        "Channel", mail=cn.var("channel") == "email", text=cn.var("channel").is_in(["sms", "text"])
    )
    ways.mail.email("Mail", subject="Hi", text="Hello")
    ways.text.alert("Text", title="Text", message="It would go out.")
    second.schedule = cn.OnSignal(channel="email")
    assert second.dry_run().messages == {"Mail": 3}
    second.publish(confirm=3)
    first = cn.Campaign("First", data=shop, workspace=workspace)
    first.build_audience("All", shop.people).end("Next", signal=second, values={"channel": channel})
    first.publish(confirm=0)
    first.runs[0].wait("20s")
    workspace.scheduler.tick()
    assert second.runs[0].wait("20s").notes["Channel"] == way
    assert workspace.outbox.frame().height == (3 if way == "mail" else 0)
