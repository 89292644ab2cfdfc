"""Wait: everybody goes on later, and what follows sees the instant at which the wait was due."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import Wait


def test_everybody_goes_on() -> None:
    outputs, counted = cn.testing.counted(Wait.of(days=3), pl.DataFrame({"id": [3, 1, 2]}))
    assert outputs["out"]["id"].to_list() == [1, 2, 3]
    assert counted.reasons["Tested"] == {}


def test_units_add_up() -> None:
    assert Wait.of(days=1, hours=2, minutes=3, seconds=4.5).duration == dt.timedelta(days=1, seconds=7384.5)


def test_what_follows_sees_the_instant_at_which_the_wait_was_due(tmp_path: Path) -> None:
    shop = cn.DataModel("shop", as_of="2026-07-01")
    shop.table("people", pl.DataFrame({"id": [1, 2], "born": [dt.date(2026, 6, 30), dt.date(2026, 7, 3)]}), key="id")
    spring = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    everybody = spring.build_audience("All", shop.people)
    everybody.filter("Now", cn.col.born < cn.today())
    everybody.wait("Days", days=3).filter("Later", cn.col.born < cn.today())
    run = spring.dry_run()
    assert (run["Now"]["id"].to_list(), run["Later"]["id"].to_list()) == ([1], [1, 2])


def test_a_hundred_years_are_the_longest_wait() -> None:
    assert Wait.of(days=36_525).duration.days == 36_525
    with pytest.raises(cn.DefinitionError, match=r"a duration of .*\n  expected: a positive duration of at most 100 years"):
        Wait.of(days=36_525, seconds=1)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({}, "a duration of 0:00:00\n  expected: a positive duration"),
        ({"days": -1}, "a duration of -1 day"),
        ({"days": 1, "hours": -24}, "a duration of 0:00:00"),
        ({"days": 1e300}, r"days=1e\+300 is no duration"),
        ({"hours": float("nan")}, "hours=nan is no duration"),
        ({"days": "3"}, "days='3' is no duration\n  expected: a positive duration"),
        ({"days": None}, "days=None is no duration"),
    ],
)
def test_what_is_no_wait_is_refused(options: dict[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        Wait.of(**options)


def test_a_wait_of_a_document_is_checked_too() -> None:
    with pytest.raises(cn.DefinitionError, match="wait 'Tested'\n  a duration of -1 day"):
        cn.testing.run(Wait(duration=dt.timedelta(days=-1)), pl.DataFrame({"id": [1]}))


# ---------------------------------------------------------------------------------------------- dates and times of day


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("options", "zone", "reached", "ends"),
    [
        ({"days": 1}, "Europe/Paris", "2026-03-28 12:00", "2026-03-29 12:00"),
        ({"until": "2026-12-24 09:00"}, "Europe/Paris", "2026-07-01 00:00", "2026-12-24 08:00"),
        ({"until": "2026-12-24"}, "Europe/Paris", "2026-07-01 00:00", "2026-12-23 23:00"),
        ({"until": "2026-12-24T09:00+09:00"}, "Europe/Paris", "2026-07-01 00:00", "2026-12-24 00:00"),
        ({"until": dt.date(2026, 12, 24)}, "UTC", "2026-07-01 00:00", "2026-12-24 00:00"),
        ({"until": dt.datetime(2026, 12, 24, 9, 30, tzinfo=ZoneInfo("Asia/Tokyo"))}, "UTC", "2026-07-01 00:00", "2026-12-24 00:30"),
        ({"until": "1999-01-01"}, "UTC", "2026-07-01 08:00", "2026-07-01 08:00"),
        ({"at": "09:00"}, "UTC", "2026-07-01 08:59:59", "2026-07-01 09:00"),
        ({"at": "09:00"}, "UTC", "2026-07-01 09:00", "2026-07-01 09:00"),
        ({"at": "09:00"}, "UTC", "2026-07-01 09:00:01", "2026-07-02 09:00"),
        ({"at": "02:30"}, "Europe/Paris", "2026-03-29 00:00", "2026-03-29 01:00"),
        ({"at": "02:30"}, "Europe/Paris", "2026-10-24 23:00", "2026-10-25 00:30"),
        ({"at": "02:30"}, "Europe/Paris", "2026-10-25 00:30:01", "2026-10-26 01:30"),
        ({"days": 2, "at": "09:00"}, "UTC", "2026-07-01 09:00", "2026-07-03 09:00"),
        ({"hours": 1, "at": "09:00"}, "UTC", "2026-07-01 08:30", "2026-07-02 09:00"),
    ],
)
def test_a_wait_ends(options: dict[str, Any], zone: str, reached: str, ends: str) -> None:
    assert Wait.of(**options).ends(moment(reached), zone) == moment(ends)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"until": "2026-12-24", "days": 1}, "a date together with a duration or a time"),
        ({"until": "2026-12-24", "at": "09:00"}, "a date together with a duration or a time"),
        ({"until": "2026-02-30"}, "until: "),
        ({"until": "Christmas"}, "until: "),
        ({"at": "9:00"}, "at='9:00'\n  expected: a time of day, HH:MM or HH:MM:SS"),
        ({"at": "24:00"}, "at='24:00'"),
        ({"at": "T0900"}, "at='T0900'"),
        ({"at": "09:00+2"}, r"at='09:00\+2'"),
        ({"at": ""}, "at=''"),
        ({"days": 1, "local": True}, "local without a time of day"),
        ({"days": -1, "at": "09:00"}, "a duration of -1 day"),
    ],
)
def test_what_is_no_date_or_time_is_refused(options: dict[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        Wait.of(**options)


# --------------------------------------------------------------------------------------------- each recipient's own time


def zoned() -> cn.DataModel:
    model = cn.DataModel("zones")
    rows = {"id": [1, 2, 3, 4, 5], "tz": ["America/New_York", "Asia/Tokyo", None, "Mars/Base", ""], "mail": ["a@x.org"] * 5}
    model.table("people", pl.DataFrame(rows), key="id", email="mail", time_zone="tz")
    return model


def own_times(workspace: cn.Workspace, **options: Any) -> cn.Campaign:
    model = zoned()
    c = cn.Campaign("Zones", data=model, workspace=workspace, time_zone="Europe/Paris")
    morning = c.build_audience("All", model.people).wait("Morning", local=True, **options)
    morning.email("Mail", subject="Hi", text="Now", category="transactional")
    return c


def test_everybody_gets_the_next_morning_of_the_own_zone_else_of_the_campaign_s(workspace: cn.Workspace) -> None:
    found = own_times(workspace, at="09:00").dry_run()["Morning"]["send_at"].to_list()
    paris = moment("2026-07-02 07:00")
    assert found == [moment("2026-07-01 13:00"), moment("2026-07-02 00:00"), paris, paris, paris]


def test_a_duration_passes_first(workspace: cn.Workspace) -> None:
    found = own_times(workspace, days=1, at="09:00").dry_run()["Morning"]["send_at"].to_list()
    assert found[:2] == [moment("2026-07-02 13:00"), moment("2026-07-03 00:00")]


def test_messages_go_out_at_that_time_and_the_run_is_done_after_the_last(workspace: cn.Workspace) -> None:
    c = own_times(workspace, at="09:00")
    c.publish(confirm=5)
    run, clock = c.runs[0], workspace.clock
    assert isinstance(clock, cn.ManualClock) and (run.state, run.due_at) == ("waiting", moment("2026-07-02 07:00"))
    clock.set("2026-07-02 07:00")
    assert (run.state, c.status) == ("done", "completed")
    sent = workspace.outbox.frame().sort("person")
    assert sent["at"].to_list()[:2] == [moment("2026-07-01 13:00"), moment("2026-07-02 00:00")]


def test_a_later_local_wait_takes_the_place_of_an_earlier_one(workspace: cn.Workspace) -> None:
    model = zoned()
    c = cn.Campaign("Zones", data=model, workspace=workspace)
    first = c.build_audience("All", model.people).wait("Morning", local=True, at="09:00")
    noon = first.wait("Noon", local=True, at="12:00")
    assert noon.frame(c.dry_run())["send_at"].to_list()[:2] == [moment("2026-07-01 16:00"), moment("2026-07-02 03:00")]
    assert c["Morning"].frame()["send_at"].to_list()[0] == moment("2026-07-01 13:00")


def test_a_table_without_zones_has_no_local_time(workspace: cn.Workspace) -> None:
    model = cn.DataModel("plain")
    model.table("people", pl.DataFrame({"id": [1]}), key="id")
    c = cn.Campaign("Plain", data=model, workspace=workspace)
    c.build_audience("All", model.people).wait("Morning", local=True, at="09:00")
    assert [problem.what for problem in c.problems] == ["table 'people' has no time zone of each row"]
