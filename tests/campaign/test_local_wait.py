"""Each recipient's own time: messages go out one zone after the other, and what follows goes on after the last."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn
from tests.campaign.lives import said

FIRST, SECOND, LAST = "2026-07-01 09:00", "2026-07-01 16:00", "2026-07-01 22:00"
"""When it is 18:00 in Tokyo, in Paris, which is the campaign's zone, and in New York."""


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def evening(workspace: cn.Workspace, folder: Path) -> tuple[cn.Campaign, cn.Transition]:
    """A campaign that is published at 08:30 UTC and writes to each of four people at 18:00; one of them has no zone."""
    path = folder / "people.parquet"
    rows = {"id": [1, 2, 3, 4], "tz": ["America/New_York", "Asia/Tokyo", None, "Europe/Paris"], "mail": ["a@x.org"] * 4}
    pl.DataFrame(rows).write_parquet(path)
    model = cn.DataModel("zones")
    model.table("people", path, key="id", email="mail", time_zone="tz")
    c = cn.Campaign("Evening", data=model, workspace=workspace, time_zone="Europe/Paris")
    held = c.build_audience("All", model.people).wait("Evening", at="18:00", local=True)
    return c, held.email("Mail", subject="Hi", text="Now", category="transactional")


@pytest.fixture
def clock() -> cn.ManualClock:
    return cn.ManualClock("2026-07-01 08:30")


def sent(workspace: cn.Workspace) -> list[str]:
    return workspace.outbox.frame().sort("person")["person"].to_list()


def saved(workspace: cn.Workspace) -> set[str]:
    return {audience["name"] for audience in workspace.audiences}


def test_the_run_waits_for_the_last_message_and_is_done_then(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    c, _ = evening(workspace, tmp_path)
    c.publish(confirm=4)
    run = c.runs[0]
    assert (run.state, run.due_at, c.status) == ("waiting", moment(LAST), "live")
    clock.set("2026-07-01 21:59:59")
    assert (run.state, c.status) == ("waiting", "live")
    clock.set(LAST)
    assert (run.state, c.status, run.record().ended_at) == ("done", "completed", moment(LAST))


def test_messages_are_in_the_outbox_once_their_time_has_come(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    c, _ = evening(workspace, tmp_path)
    c.publish(confirm=4)
    found: list[list[str]] = [sent(workspace)]
    for at in (FIRST, SECOND, LAST):
        clock.set(at)
        found.append(sent(workspace))
    assert found == [[], ["2"], ["2", "3", "4"], ["1", "2", "3", "4"]]
    assert workspace.outbox.frame().sort("person")["at"].to_list() == [moment(at) for at in (LAST, FIRST, SECOND, SECOND)]


def test_what_follows_a_message_goes_on_after_the_last(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    c, mail = evening(workspace, tmp_path)
    mail.filter("Got it", mail.sent).alert("Told", title="Out", message="All are out.")
    c.publish(confirm=4)
    clock.set("2026-07-01 21:59:59")
    assert (len(workspace.alerts.frame()), set(c.runs[0].states())) == (0, {"All", "Evening", "Mail"})
    clock.set(LAST)
    assert (c.runs[0].state, c.runs[0]["Got it"].height, len(workspace.alerts.frame())) == ("done", 4, 1)


def test_a_following_wait_counts_from_the_last_send_time(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    c, mail = evening(workspace, tmp_path)
    mail.wait("2h", hours=2).email("More", subject="Hi", text="Again", category="transactional")
    c.publish(confirm=8)
    clock.set(LAST)
    assert (c.runs[0].state, c.runs[0].due_at) == ("waiting", moment("2026-07-02 00:00"))
    assert workspace.outbox.frame()["activity"].unique().to_list() == ["Mail"]
    clock.set("2026-07-02 00:00")
    assert (c.runs[0].state, c.status) == ("done", "completed")
    more = workspace.outbox.frame().filter(activity="More")
    assert (more.height, set(more["at"])) == (4, {moment("2026-07-02 00:00")})


def test_what_follows_sees_the_last_send_time_as_now(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    c, mail = evening(workspace, tmp_path)
    mail.filter("Late", cn.now() == moment(LAST))
    c.publish(confirm=4)
    clock.advance(days=1)
    assert (c.runs[0]["Late"].height, c.tasks.frame().filter(activity="Late")["as_of"].item()) == (4, moment(LAST))


def test_other_branches_do_not_wait_and_their_stages_stay_in_order(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    c, mail = evening(workspace, tmp_path)
    c["All"].save_audience("Saved").filter("Some", cn.col.id < 3).save_audience("Some saved")
    c["All"].wait("4h", hours=4).alert("Noon", title="Noon", message="Half past twelve.")
    mail.save_audience("Reached")
    c.publish(confirm=4)
    assert (c.runs[0].due_at, saved(workspace)) == (moment("2026-07-01 12:30"), {"Saved", "Some saved"})
    clock.set("2026-07-01 12:30")
    assert (c.runs[0].due_at, len(workspace.alerts.frame())) == (moment(LAST), 1)
    clock.set(LAST)
    assert (c.runs[0].state, saved(workspace)) == ("done", {"Saved", "Some saved", "Reached"})


@pytest.mark.parametrize("until", ["2026-07-01 12:00", "2026-07-01 23:00"])
def test_the_wait_survives_another_kernel(tmp_path: Path, clock: cn.ManualClock, until: str) -> None:
    folder = tmp_path / "ws"
    first = cn.Workspace(folder, clock=clock)
    c, mail = evening(first, tmp_path)
    mail.wait("2h", hours=2).alert("Told", title="Out", message="All are out.")
    c["All"].save_audience("Saved").save_audience("Saved too").save_audience("As well")  # at first in one stage with what follows
    mail.save_audience("Reached")
    c.publish(confirm=4)
    assert saved(first) == {"Saved", "Saved too", "As well"}
    first.close()
    later = cn.ManualClock(until)
    second = cn.Workspace(folder, clock=later)
    again = cn.Campaign.open("Evening", workspace=second)
    second.scheduler.start()
    assert (again.runs[0].state, len(second.alerts.frame())) == ("waiting", 0)
    assert ("Reached" in saved(second)) is (until > LAST)
    later.set("2026-07-02 00:00")
    assert (again.runs[0].state, len(second.alerts.frame()), sent(second)) == ("done", 1, ["1", "2", "3", "4"])
    second.close()


def test_a_stop_in_between_keeps_later_messages_from_being_sent(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    c, mail = evening(workspace, tmp_path)
    mail.alert("Told", title="Out", message="All are out.")
    c.publish(confirm=4)
    clock.set(FIRST)
    c.stop()
    clock.advance(days=2)
    assert (c.runs[0].state, c.status, sent(workspace), len(workspace.alerts.frame())) == ("stopped", "stopped", ["2"], 0)
    assert (c.report().total["sent"], c.report(c.runs[0]).messages["sent"].to_list()) == (1, [1])


def test_times_that_have_passed_hold_nothing_up(workspace: cn.Workspace, tmp_path: Path) -> None:
    evening(workspace, tmp_path)
    other = cn.DataModel("zones", as_of="2026-03-01")
    other.table("people", tmp_path / "people.parquet", key="id", email="mail", time_zone="tz")
    past = cn.Campaign("Past", data=other, workspace=workspace)
    past.build_audience("All", other.people).wait("Evening", at="18:00", local=True).email(
        "Mail", subject="Hi", text="Now", category="transactional"
    ).alert("Told", title="Out", message="All are out.")
    past.publish(confirm=4)
    assert (past.runs[0].state, sent(workspace), len(workspace.alerts.frame())) == ("done", ["1", "2", "3", "4"], 1)
    assert said(past)[-1] != "waiting"


# ------------------------------------------------------------------------------------------------ what is told of it


def test_reports_count_a_message_once_its_time_has_come(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    c, _ = evening(workspace, tmp_path)
    c.publish(confirm=4)
    found: list[int] = [c.report().total["sent"]]
    for at in (FIRST, SECOND, LAST):
        clock.set(at)
        found.append(c.report().total["sent"])
    assert found == [0, 1, 3, 4]


def test_another_campaign_asks_who_was_sent_it_by_then(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    c, mail = evening(workspace, tmp_path)
    c.publish(confirm=4)
    clock.set(SECOND)
    model = cn.DataModel("zones")
    model.table("people", tmp_path / "people.parquet", key="id", email="mail", time_zone="tz")
    other = cn.Campaign("Other", data=model, workspace=workspace)
    other.build_audience("All", model.people).filter("Sent", mail.sent)
    assert other.dry_run()["Sent"]["id"].to_list() == [2, 3, 4]
    c.stop()
    clock.advance(days=1)
    assert other.dry_run()["Sent"]["id"].to_list() == [2, 3, 4]


def test_a_stop_logs_how_many_were_not_sent(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    c, _ = evening(workspace, tmp_path)
    c.publish(confirm=4)
    clock.set(SECOND)
    c.stop()
    assert "run stopped; not sent, messages whose time had not come: 1" in said(c)


def test_the_canvas_shows_the_message_as_waiting_until_the_last(workspace: cn.Workspace, clock: cn.ManualClock, tmp_path: Path) -> None:
    c, mail = evening(workspace, tmp_path)
    mail.wait("2h", hours=2)
    c.publish(confirm=4)
    nodes = {node["id"]: node for node in c.view()["nodes"]}
    assert (nodes["Mail"]["state"], nodes["2h"]["state"]) == ("waiting", "pending")
    assert "until 2 Jul 2026, 00:00 CEST" in str(nodes["Mail"])
    clock.set(LAST)
    assert {node["id"]: node["state"] for node in c.view()["nodes"]}["Mail"] == "done"


def test_in_a_dry_run_what_follows_sees_the_last_send_time_too(workspace: cn.Workspace, tmp_path: Path) -> None:
    c, mail = evening(workspace, tmp_path)
    mail.filter("Late", cn.now() == moment(LAST))
    mail.wait("2h", hours=2).filter("Later", cn.now() == moment("2026-07-02 00:00"))
    run = c.dry_run()
    assert (run["Late"].height, run["Later"].height) == (4, 4)
