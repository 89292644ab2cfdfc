"""A week of campaigns: launches by the hour, runs, what takes several days, and other people's events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

import campaign_nb as cn
from tests.engine.shop import shop


@pytest.fixture
def clock() -> cn.ManualClock:
    return cn.ManualClock("2026-07-01 09:00")  # a Wednesday


@pytest.fixture
def workspace(tmp_path: Path, clock: cn.ManualClock) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=clock)
    yield own
    own.close()


def published(workspace: cn.Workspace, name: str, schedule: cn.Daily | cn.Once | cn.SeveralTimesADay, *, days: int = 0) -> cn.Campaign:
    """A published campaign without messages, which waits for some days."""
    model = shop()
    c = cn.Campaign(name, data=model, workspace=workspace)
    people = c.build_audience("All", model.people)
    if days:
        people.wait("Days", days=days).end("End")
    c.schedule = schedule
    c.publish(confirm=0)
    return c


def test_launches_that_lie_ahead_stand_in_their_hours(workspace: cn.Workspace) -> None:
    published(workspace, "Daily", cn.Daily("10:30", time_zone="UTC", valid_until="2026-07-03"))
    published(workspace, "Once", cn.Once("2026-07-04 08:00", time_zone="UTC"))
    week = workspace.campaigns.calendar()
    assert [(row["name"], row["what"], f"{row['starts']:%a %H:%M}", row["count"]) for row in week] == [
        ("Daily", "launch", "Wed 10:30", 1),
        ("Daily", "launch", "Thu 10:30", 1),
        ("Daily", "launch", "Fri 10:30", 1),
        ("Once", "launch", "Sat 08:00", 1),
    ]


def test_drafts_and_what_has_ended_are_not_shown(workspace: cn.Workspace) -> None:
    model = shop()
    draft = cn.Campaign("Draft", data=model, workspace=workspace)
    draft.build_audience("All", model.people)
    draft.schedule = cn.Daily("10:00")
    draft.save()
    published(workspace, "Stopped", cn.Daily("10:00", time_zone="UTC")).stop()
    published(workspace, "Paused", cn.Daily("10:00", time_zone="UTC")).pause()
    assert workspace.campaigns.calendar().frame().height == 0
    assert "week 27 of 2026, 29 Jun to 05 Jul, UTC: nothing" in workspace.campaigns.calendar()._repr_html_()


def test_several_launches_of_an_hour_are_one_block(workspace: cn.Workspace) -> None:
    schedule = cn.SeveralTimesADay(every="15m", between=("10:00", "11:00"), time_zone="UTC", valid_until="2026-07-01")
    published(workspace, "Often", schedule)
    week = workspace.campaigns.calendar()
    assert [(f"{row['starts']:%H:%M}", row["count"]) for row in week] == [("10:00", 4), ("11:00", 1)]
    assert "10:00 Often ×4" in week._repr_html_()


def test_a_very_busy_campaign_is_counted_in_part_and_said_so(workspace: cn.Workspace) -> None:
    published(workspace, "Busy", cn.SeveralTimesADay(every="1m", time_zone="UTC"))
    week = workspace.campaigns.calendar()
    assert sum(row["count"] for row in week) == 2_000
    assert "of Busy only the first 2,000 launches" in week._repr_html_()


def test_hours_are_those_of_the_chosen_zone(workspace: cn.Workspace) -> None:
    published(workspace, "Once", cn.Once("2026-07-05 23:30", time_zone="UTC"))
    assert [f"{row['starts']:%a %H:%M}" for row in workspace.campaigns.calendar()] == ["Sun 23:30"]
    assert workspace.campaigns.calendar(time_zone="Europe/Paris").frame().height == 0
    (row,) = workspace.campaigns.calendar("2026-W28", time_zone="Europe/Paris")
    assert row["starts"].isoformat() == "2026-07-06T01:30:00+02:00"


@pytest.mark.parametrize(
    "week", ["2026-07-04", "2026-W27", "2026-07-01 12:00", dt.date(2026, 6, 29), dt.datetime(2026, 7, 5, tzinfo=dt.UTC)]
)
def test_a_week_is_named_by_any_of_its_days(workspace: cn.Workspace, week: str | dt.date) -> None:
    published(workspace, "Once", cn.Once("2026-07-04 08:00", time_zone="UTC"))
    assert workspace.campaigns.calendar(week).frame()["name"].to_list() == ["Once"]


@pytest.mark.parametrize("week", ["next", "2026-W60", 27])
def test_a_week_that_can_not_be_read_is_refused(workspace: cn.Workspace, week: str) -> None:
    with pytest.raises(cn.DefinitionError, match=r"can't be read\n  expected: a day of it, or its ISO name"):
        workspace.campaigns.calendar(week)


def test_runs_stand_where_they_ran_and_long_ones_on_top(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    published(workspace, "Short", cn.Daily("10:00", time_zone="UTC"))
    published(workspace, "Long", cn.Daily("12:00", time_zone="UTC"), days=2)
    clock.advance(hours=4)
    week = workspace.campaigns.calendar()
    ran = [(row["name"], f"{row['starts']:%a %H:%M}", f"{row['ends']:%a %H:%M}") for row in week if row["what"] == "run"]
    assert ran == [("Short", "Wed 10:00", "Wed 10:00"), ("Long", "Wed 12:00", "Fri 12:00")]
    shown = week._repr_html_()
    assert "several days" in shown and shown.count("Long (run)") == 3 and "10:00 Short (run)" in shown


def test_filters_choose_what_the_week_shows(workspace: cn.Workspace) -> None:
    published(workspace, "Spring", cn.Once("2026-07-04 08:00", time_zone="UTC")).tags = ["retail"]
    published(workspace, "Summer", cn.Once("2026-07-04 08:00", time_zone="UTC"))
    assert workspace.campaigns.filter(tag="retail").calendar().frame()["name"].to_list() == ["Spring"]


def test_events_of_other_calendars_stand_on_top(workspace: cn.Workspace, tmp_path: Path) -> None:
    (tmp_path / "fairs.csv").write_text(
        "event name,start,end\n<b>Fair</b>,07/02/26,07/03/26\nPast,06/01/26,06/02/26\nNear,06/20/2026,2026-06-29\n"
    )
    week = workspace.campaigns.calendar(overlays=[tmp_path / "fairs.csv"])
    assert [(row["name"], row["starts"].date(), row["ends"].date()) for row in week] == [
        ("Near", dt.date(2026, 6, 20), dt.date(2026, 6, 29)),
        ("<b>Fair</b>", dt.date(2026, 7, 2), dt.date(2026, 7, 3)),
    ]
    assert week._repr_html_().count("&lt;b&gt;Fair&lt;/b&gt;") == 2 and "<b>" not in week._repr_html_()


def test_lines_that_are_no_events_are_told_together(workspace: cn.Workspace, tmp_path: Path) -> None:
    (tmp_path / "fairs.csv").write_text("Fair,07/02/26,07/03/26\nBad,soon,later\nBack,07/03/26,07/02/26\nShort\n")
    with pytest.raises(cn.DataError, match=r"line 2[\s\S]*line 3[\s\S]*line 4") as caught:
        workspace.campaigns.calendar(overlays=[tmp_path / "fairs.csv"])
    assert len(caught.value.problems) == 3


def test_files_of_events_that_can_not_be_read_or_are_too_many_are_refused(workspace: cn.Workspace, tmp_path: Path) -> None:
    (tmp_path / "long.csv").write_bytes(b"x" * 1_000_001)
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(cn.DataError, match="it has 1,000,001 bytes"):
        workspace.campaigns.calendar(overlays=[tmp_path / "long.csv"])
    with pytest.raises(cn.DataError, match="it can't be read: UnicodeDecodeError"):
        workspace.campaigns.calendar(overlays=[tmp_path / "bytes.csv"])
    with pytest.raises(cn.DataError, match="it can't be read: No such file"):
        workspace.campaigns.calendar(overlays=[tmp_path / "gone.csv"])
    with pytest.raises(cn.DefinitionError, match=r"4 files\n  expected: a list of up to 3 CSV files"):
        workspace.campaigns.calendar(overlays=[tmp_path / "a.csv"] * 4)


def test_several_runs_of_an_hour_are_one_line(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    published(workspace, "Often", cn.SeveralTimesADay(every="15m", between=("10:00", "10:45"), time_zone="UTC"))
    for _ in range(8):
        clock.advance(minutes=15)
    week = workspace.campaigns.calendar()
    ran = [row["name"] for row in week if row["what"] == "run"]
    assert len(ran) > 1 and f"10:00 Often ×{len(ran)} (runs)" in week._repr_html_()
