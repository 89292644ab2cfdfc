"""Alerts of a workspace: listed always, told to those who subscribed in this session, and never in the way of a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import campaign_nb as cn
from campaign_nb.delivery.tell import Alert
from campaign_nb.store import alerts, campaigns, log
from tests.delivery.servers import mail_server, web_server
from tests.engine.shop import shop


@pytest.fixture
def clock() -> cn.ManualClock:
    return cn.ManualClock("2026-07-01 09:00")


@pytest.fixture
def workspace(tmp_path: Path, clock: cn.ManualClock) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=clock)
    yield own
    own.close()


def daily(workspace: cn.Workspace, name: str = "Spring", **options: object) -> cn.Campaign:
    """A campaign that alerts every day at ten."""
    c = cn.Campaign(name, data=shop(), workspace=workspace, **options)  # type: ignore[arg-type] # as users write it
    c.build_audience("All", c.data.people).alert("Few", title="Too few", message="Only five people").end("End")
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    c.publish(confirm=0)
    return c


def failing(workspace: cn.Workspace, on_error: str) -> cn.Campaign:
    """A campaign whose file is gone when it launches."""
    model, path = cn.DataModel("shop"), workspace.folder.parent / "people.csv"
    path.write_text("id\n1\n2\n")
    model.table("people", path, key="id")
    c = cn.Campaign("Spring", data=model, workspace=workspace, on_error=on_error)  # type: ignore[arg-type] # as users write it
    c.build_audience("All", model.people).end("End")
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    c.publish(confirm=0)
    path.unlink()
    return c


def said(workspace: cn.Workspace) -> list[str]:
    with workspace.store.read() as connection:
        return [line.message for line in log.read(connection)]


def told(found: list[Alert]) -> list[tuple[str, str]]:
    return [(alert.campaign, alert.title) for alert in found]


def test_alerts_are_listed_newest_first_and_searched(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = daily(workspace)
    clock.advance(days=2)
    found = workspace.alerts.frame()
    assert found.columns == ["campaign", "activity", "at", "title", "message", "run"]
    assert found.select("campaign", "activity", "title").rows() == [("Spring", "Few", "Too few")] * 2
    assert found["run"].to_list() == [c.runs[0].id, c.runs[1].id]
    assert (len(workspace.alerts.search("ONLY five")), len(workspace.alerts.search("nobody"))) == (2, 0)


def test_a_function_is_told_of_what_comes_after_it_each_once_and_in_order(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    daily(workspace)
    clock.advance(days=1)
    found: list[Alert] = []
    subscription = workspace.alerts.subscribe(found.append)
    clock.advance(days=2)
    assert [alert.at.day for alert in found] == [2, 3] and len({alert.identity for alert in found}) == 2
    subscription.end()
    clock.advance(days=1)
    assert (len(found), workspace.alerts.subscriptions) == (2, [])


def test_who_subscribed_to_one_campaign_is_told_of_it_also_with_another_name(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    one, found, all_of_them = daily(workspace), list[Alert](), list[Alert]()
    daily(workspace, "Other")
    workspace.alerts.subscribe(found.append, campaign=one)
    workspace.alerts.subscribe(all_of_them.append)
    clock.advance(days=1)
    record = one.stored()
    assert record is not None
    with workspace.store.begin() as connection:
        campaigns.rename(connection, record.id, "Summer", clock.now())
    clock.advance(days=1)
    assert told(found) == [("Spring", "Too few"), ("Summer", "Too few")]
    assert len(all_of_them) == 4


@pytest.mark.parametrize(
    ("on_error", "title"), [("suspend", "Run suspended by an error"), ("ignore", "Run failed"), ("abort", "Run failed")]
)
def test_a_run_that_an_error_ends_or_suspends_is_an_alert(
    workspace: cn.Workspace, clock: cn.ManualClock, on_error: str, title: str
) -> None:
    failing(workspace, on_error)
    found: list[Alert] = []
    workspace.alerts.subscribe(found.append)
    clock.advance(days=1)
    assert told(found) == [("Spring", title)]
    assert "people.csv" in found[0].message


def test_the_same_trouble_is_told_again_when_it_happens_again(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = failing(workspace, "suspend")
    clock.advance(days=1)
    c.resume()
    titles = workspace.alerts.frame().sort("at")["title"].to_list()
    assert titles == ["Run suspended by an error", "Run suspended by an error (2)"]


def test_a_campaign_that_pauses_for_a_moved_audience_is_an_alert(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    model, path = cn.DataModel("shop"), tmp_path / "people.csv"
    path.write_text("id,email,ok\n" + "".join(f"{n},p{n}@example.com,true\n" for n in range(4)))
    model.table("people", path, key="id", email="email", consent={"email": "ok"})
    c = cn.Campaign("Spring", data=model, workspace=workspace)
    c.build_audience("All", model.people).email("Mail", subject="Hi", text="x")
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    c.publish(confirm=4)
    clock.advance(days=1)
    path.write_text("id,email,ok\n1,p1@example.com,true\n")
    clock.advance(days=1)
    (alert,) = workspace.alerts
    assert (alert["title"], alert["activity"]) == ("Campaign paused: its audience has moved", "Mail")
    assert alert["message"].startswith("'Mail' has 1 people, 75 % fewer than the 4")


def test_what_can_not_be_told_is_a_line_in_the_log_and_the_others_are_told(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = daily(workspace)

    def broken(alert: Alert) -> None:
        raise ValueError("secret detail")

    found: list[Alert] = []
    workspace.alerts.subscribe(broken)
    workspace.alerts.subscribe(found.append)
    clock.advance(days=1)
    assert (c.runs[0].state, len(found)) == ("done", 1)
    assert "alert 'Too few' was not told to broken(): ValueError" in said(workspace)
    assert not any("secret detail" in line for line in said(workspace))


def test_an_e_mail_and_a_webhook_are_sent_after_the_stage_and_not_before(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    daily(workspace)
    with mail_server() as mails, web_server() as web:
        server = cn.MailServer("127.0.0.1", mails.port, "none", sender="campaigns@example.com")
        workspace.alerts.subscribe("anna@example.com", server=server)
        workspace.alerts.subscribe("bert@example.com")
        workspace.alerts.subscribe(f"http://127.0.0.1:{web.port}/hook-token", allow_loopback=True)
        assert (mails.mails, web.requests) == ([], [])
        clock.advance(days=1)
        assert (len(mails.mails), len(web.requests)) == (2, 1)
    shown = repr(workspace.alerts.subscriptions)
    assert "a•••@e•••.com" in shown and "127.0.0.1" in shown
    assert not any(text in shown for text in ("anna", "bert", "hook-token"))


def test_servers_that_are_gone_fail_no_run(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = daily(workspace)
    with mail_server() as mails, web_server() as web:
        server = cn.MailServer("127.0.0.1", mails.port, "none", sender="campaigns@example.com")
        workspace.alerts.subscribe("anna@example.com", server=server)
        workspace.alerts.subscribe(f"http://127.0.0.1:{web.port}/", allow_loopback=True)
    clock.advance(days=1)
    lines = [line for line in said(workspace) if "was not told" in line]
    assert (c.runs[0].state, len(lines)) == ("done", 2)
    assert "by e-mail to a•••@e•••.com: the server did not take it: ConnectionRefusedError" in lines[0]


@pytest.mark.parametrize(
    ("whom", "told"),
    [
        ("anna", "it is no address of e-mail"),
        ("anna@example.com", "no server sends e-mail in this session"),
        ("ftp://example.com/", "the scheme 'ftp'"),
        ("http://127.0.0.1:1/", "not on the public internet"),
        (7, "a int can't be told"),
    ],
)
def test_who_can_not_be_told_is_refused_at_once(workspace: cn.Workspace, whom: object, told: str) -> None:
    with pytest.raises(cn.CampaignError, match=told):
        workspace.alerts.subscribe(whom)  # type: ignore[arg-type] # what users hand over
    assert workspace.alerts.subscriptions == []


def test_nothing_is_armed_by_opening_a_workspace_again(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    found: list[Alert] = []
    workspace.alerts.subscribe(found.append)
    workspace.close()
    other = cn.Workspace(workspace.folder, clock=clock)
    assert (workspace.alerts.subscriptions, other.alerts.subscriptions) == ([], [])
    other.close()


def test_a_kernel_with_a_running_clock_tells_by_a_thread_of_its_own_also_what_others_made(tmp_path: Path) -> None:
    workspace, other = cn.Workspace(tmp_path / "ws"), cn.Workspace(tmp_path / "ws")
    try:
        arrived, where = threading.Event(), list[str]()

        def hear(alert: Alert) -> None:
            where.append(threading.current_thread().name)
            arrived.set()

        workspace.alerts.subscribe(hear)
        with other.store.begin() as connection:
            record = campaigns.create(connection, "Spring", other.clock.now())
            alerts.tell(connection, record.id, None, "", other.clock.now(), "Too few", "Only 5")
        assert arrived.wait(30)
        assert where == ["campaign-nb alerts"]
    finally:
        workspace.close()
        other.close()


def test_what_is_left_is_told_when_a_workspace_closes(tmp_path: Path) -> None:
    workspace, found = cn.Workspace(tmp_path / "ws"), list[Alert]()
    workspace.alerts.subscribe(found.append)
    with workspace.store.begin() as connection:
        record = campaigns.create(connection, "Spring", workspace.clock.now())
        alerts.tell(connection, record.id, None, "", workspace.clock.now(), "Too few", "Only 5")
    workspace.close()
    assert told(found) == [("Spring", "Too few")]
