"""The list of campaigns: columns, filters, order, and actions on several at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.store import campaigns, log, runs
from campaign_nb.store.runs import Task
from campaign_nb.workspace.inventory import Campaigns
from tests.engine.shop import shop


@pytest.fixture
def clock() -> cn.ManualClock:
    return cn.ManualClock("2026-07-01 09:00")


@pytest.fixture
def workspace(tmp_path: Path, clock: cn.ManualClock) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=clock, author="Ada")
    yield own
    own.close()


def draft(workspace: cn.Workspace, name: str, *tags: str) -> cn.Campaign:
    """A kept draft that writes to nobody."""
    model = shop()
    c = cn.Campaign(name, data=model, workspace=workspace, tags=tags)
    c.build_audience("All", model.people)
    c.save()
    return c


def live(workspace: cn.Workspace, name: str, *tags: str) -> cn.Campaign:
    """A live campaign with a message, every day at ten from 5 July to the end of the year."""
    model = shop()
    c = cn.Campaign(name, data=model, workspace=workspace, tags=tags)
    c.build_audience("All", model.people).email("Mail", subject="Hi", text="x")
    c.schedule = cn.Daily("10:00", time_zone="Europe/Paris", valid_from="2026-07-05", valid_until="2026-12-31")
    c.publish(confirm=2)
    return c


def names(found: Campaigns) -> list[str]:
    return found.frame()["name"].to_list()


def test_a_live_campaign_s_row_has_what_the_list_shows(workspace: cn.Workspace) -> None:
    live(workspace, "Spring", "retail", "été").folder = "shops"
    row = workspace.campaigns["Spring"]
    nine, first = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC), dt.datetime(2026, 7, 5, 8, tzinfo=dt.UTC)
    assert row == {
        "name": "Spring",
        "status": "live",
        "paused": False,
        "error": False,
        "channels": "email",
        "tags": "retail, été",
        "folder": "shops",
        "targeting": "people",
        "version": 1,
        "activities": 2,
        "created_at": nine,
        "created_by": "Ada",
        "modified_at": nine,
        "last_run": None,
        "next_launch": first,
        "starts": "2026-07-05",
        "ends": "2026-12-31",
        "failed_activity": "",
        "pause_reason": "",
        "description": "",
    }


def test_a_run_and_what_failed_in_it_are_told(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = live(workspace, "Spring")
    record = c.stored()
    assert record is not None
    with workspace.store.begin() as connection:
        run = runs.start(connection, record.id, 1, clock.now(), clock.now())
        failed = [Task("All", "build_audience", "done", clock.now()), Task("Mail", "email", "failed", clock.now())]
        runs.commit_stage(connection, run.id, 1, clock.now(), clock.now(), state="failed", tasks=failed)
        runs.finish(connection, run.id, "failed", clock.now(), error_text="no address")
        campaigns.flag(connection, record.id, clock.now(), "failed", error=True, error_text="no address")
    row = workspace.campaigns["Spring"]
    assert (row["last_run"], row["failed_activity"], row["error"]) == (clock.now(), "Mail", True)


def test_a_draft_has_no_launch_and_a_paused_campaign_none_either(workspace: cn.Workspace) -> None:
    draft(workspace, "Autumn").schedule = cn.Daily("10:00")
    c = live(workspace, "Spring")
    c.pause()
    assert workspace.campaigns.frame().select("name", "status", "paused", "next_launch").rows() == [
        ("Autumn", "draft", False, None),
        ("Spring", "live", True, None),
    ]


def test_what_a_campaign_targets_is_read_off_its_sources(workspace: cn.Workspace) -> None:
    model = shop()
    saved = cn.Campaign("Saves", data=model, workspace=workspace)
    saved.build_audience("All", model.people).save_audience("Everybody")
    saved.publish(confirm=0)
    c = cn.Campaign("Reads", data=model, workspace=workspace)
    c.combine("Both", c.read_audience("Everybody"), c.build_audience("Again", model.people))
    c.build_audience("Orders", model.orders)
    c.save()
    assert workspace.campaigns["Reads"]["targeting"] == "people, orders"


def test_filters_by_status_channel_tag_and_folder_can_be_combined(workspace: cn.Workspace) -> None:
    draft(workspace, "Autumn", "retail")
    live(workspace, "Spring", "retail", "vip").folder = "shops/paris"
    live(workspace, "Summer").folder = "shopsy"
    found = workspace.campaigns
    assert names(found.filter(status="live")) == ["Spring", "Summer"]
    assert names(found.filter(status=["draft", "stopped"])) == ["Autumn"]
    assert names(found.filter(channel="email")) == ["Spring", "Summer"]
    assert names(found.filter(tag=["vip", "retail"])) == ["Autumn", "Spring"]
    assert names(found.filter(folder="shops")) == ["Spring"]
    assert names(found.filter(folder="")) == ["Autumn"]
    assert names(found.filter(tag="retail").filter(status="live")) == ["Spring"]
    assert names(found.filter(tag="vip", status="draft")) == []
    assert names(found.filter(tag="reta")) == []


def test_a_range_of_creation_includes_its_last_day(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    draft(workspace, "First")
    clock.advance(days=1)
    draft(workspace, "Second")
    found = workspace.campaigns
    assert names(found.filter(created=("2026-07-01", "2026-07-01"))) == ["First"]
    assert names(found.filter(created=("2026-07-02", None))) == ["Second"]
    assert names(found.filter(created=(None, "2026-07-02"))) == ["First", "Second"]
    assert names(found.filter(created=(None, dt.datetime(2026, 7, 1, 8, 59, tzinfo=dt.UTC)))) == []


def test_paused_and_failed_ones_are_found(workspace: cn.Workspace) -> None:
    live(workspace, "Spring").pause()
    live(workspace, "Summer")
    assert names(workspace.campaigns.filter(paused=True)) == ["Spring"]
    assert names(workspace.campaigns.filter(error=False, paused=False)) == ["Summer"]


def test_the_list_is_searched_sorted_and_indexed(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    draft(workspace, "beta")
    clock.advance(days=1)
    draft(workspace, "Alpha", "café")
    found = workspace.campaigns
    assert names(found.sort("name")) == ["Alpha", "beta"]
    assert names(found.sort("modified_at", descending=True)) == ["Alpha", "beta"]
    assert names(found.sort("modified_at")) == ["beta", "Alpha"]
    assert names(found.search("CAFÉ")) == ["Alpha"]
    assert (found[0]["name"], found["beta"]["version"], len(found)) == ("Alpha", 1, 2)


def test_what_a_column_lacks_stands_last_in_both_orders(workspace: cn.Workspace) -> None:
    draft(workspace, "Autumn")
    live(workspace, "Spring")
    assert names(workspace.campaigns.sort("next_launch")) == ["Spring", "Autumn"]
    assert names(workspace.campaigns.sort("next_launch", descending=True)) == ["Spring", "Autumn"]


def test_an_unknown_status_or_column_is_answered_with_the_nearest(workspace: cn.Workspace) -> None:
    with pytest.raises(cn.DefinitionError, match=r"no status 'alive'\n  expected: did you mean 'live'"):
        workspace.campaigns.filter(status="alive")
    with pytest.raises(cn.DefinitionError, match=r"no column 'modified'\n  expected: did you mean 'modified_at'"):
        workspace.campaigns.sort("modified")
    with pytest.raises(cn.DefinitionError, match="the first and the last day"):
        workspace.campaigns.filter(created="2026-07-01")  # type: ignore[arg-type] # refused
    with pytest.raises(cn.StoreError, match="no name 'Sprnig'"):
        workspace.campaigns["Sprnig"]


# ---------------------------------------------------------------------------------------------------------------- together


def test_all_that_allow_an_action_are_done_and_the_others_say_why_not(workspace: cn.Workspace) -> None:
    draft(workspace, "Autumn")
    spring, summer = live(workspace, "Spring"), live(workspace, "Summer")
    summer.pause()
    found = workspace.campaigns.pause()
    assert found.done == ["Spring"]
    assert found.refused == {
        "Autumn": "it is draft and can't be paused → campaign.publish()",
        "Summer": "it is paused and can't be paused → campaign.resume()",
    }
    assert (spring.status, summer.status) == ("live (paused)", "live (paused)")
    assert repr(found).splitlines()[0] == "paused: 1 of 3 campaigns"
    assert found.frame().columns == ["name", "done", "reason"]


def test_an_action_concerns_the_filtered_ones_alone(workspace: cn.Workspace) -> None:
    spring, summer = live(workspace, "Spring", "retail"), live(workspace, "Summer")
    assert workspace.campaigns.filter(tag="retail").stop().done == ["Spring"]
    assert (spring.status, summer.status) == ("stopped", "live")
    assert workspace.campaigns.search("spring").archive().done == ["Spring"]
    assert spring.status == "archived"


def test_the_rest_of_the_actions_go_the_same_way(workspace: cn.Workspace) -> None:
    c = live(workspace, "Spring")
    found = workspace.campaigns
    assert [found.pause().done, found.resume().done, found.back_to_draft().done, found.delete().done] == [["Spring"]] * 4
    assert (len(found), c.status) == (0, "draft")
    live(workspace, "Summer")
    assert workspace.campaigns.close().done == ["Summer"]


def test_tags_and_folders_are_given_and_taken_and_written_into_the_log(workspace: cn.Workspace) -> None:
    draft(workspace, "Autumn", "retail")
    c = live(workspace, "Spring")
    c.stop()
    assert workspace.campaigns.tag("vip", "retail").done == ["Autumn", "Spring"]
    assert workspace.campaigns.frame()["tags"].to_list() == ["retail, vip", "vip, retail"]
    workspace.campaigns.untag("retail")
    assert workspace.campaigns.filter(tag="vip").move("shops").done == ["Autumn", "Spring"]
    assert workspace.campaigns.frame().select("tags", "folder").rows() == [("vip", "shops")] * 2
    assert c.log.frame()["message"].to_list()[-3:] == ["tags: vip, retail", "tags: vip", "moved to folder 'shops'"]


def test_a_bad_tag_or_folder_changes_none(workspace: cn.Workspace) -> None:
    draft(workspace, "Autumn")
    with pytest.raises(cn.DefinitionError, match="is no tag"):
        workspace.campaigns.tag("vip", "\u202e")
    with pytest.raises(cn.DefinitionError, match="the name"):
        workspace.campaigns.move("a/\x1b[31m")
    assert workspace.campaigns.frame().select("tags", "folder").rows() == [("", "")]


def test_one_that_another_kernel_changed_meanwhile_is_left_whole(workspace: cn.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    c = live(workspace, "Spring")
    rows = workspace.campaigns._found()  # type: ignore[attr-defined] # as read before the other kernel's change
    c.stop()
    chosen = workspace.campaigns
    monkeypatch.setattr(chosen, "_found", lambda: rows)
    assert chosen.pause().refused == {"Spring": 'it is stopped and can\'t be paused → campaign.duplicate("another name")'}
    with workspace.store.read() as connection:
        assert log.read(connection, campaign_id=rows[0]["id"])[-1].message == "stopped"


def test_who_holds_a_campaign_is_told_of_a_change(workspace: cn.Workspace) -> None:
    c = live(workspace, "Spring")
    told: list[str] = []
    c.on_change(lambda: told.append(c.status))
    workspace.campaigns.pause()
    assert told == ["live (paused)"]


# ----------------------------------------------------------------------------------------------------------------- display


def test_names_tags_and_folders_are_never_markup(workspace: cn.Workspace) -> None:
    bad = "<img src=x onerror=alert(1)>"
    draft(workspace, bad, bad).folder = bad
    shown = workspace.campaigns._repr_html_() + workspace.campaigns.tag("<b>")._repr_html_() + workspace.campaigns.pause()._repr_html_()
    assert "<img" not in shown and "<b>" not in shown and "&lt;img src=x" in shown


def test_the_display_counts_statuses_and_marks_pauses_and_errors(workspace: cn.Workspace) -> None:
    draft(workspace, "Autumn")
    live(workspace, "Spring").pause()
    shown = workspace.campaigns._repr_html_()
    assert "campaigns: 2 (1 draft, 1 live); times in UTC" in shown
    assert "live (paused)" in shown and "2026-07-01 09:00" in shown
    assert workspace.campaigns.filter(status="stopped")._repr_html_().count("<tr") == 1


def test_an_empty_list_is_a_frame_with_the_same_columns(workspace: cn.Workspace) -> None:
    empty = workspace.campaigns.frame()
    draft(workspace, "Autumn")
    assert (empty.height, empty.schema) == (0, workspace.campaigns.frame().schema)
    assert empty.schema["next_launch"] == pl.Datetime("us", "UTC")


def test_a_search_without_a_hit_says_that_nothing_matches(workspace: cn.Workspace) -> None:
    assert "campaigns: none yet" in workspace.campaigns._repr_html_()
    draft(workspace, "Autumn")
    assert "nothing matches" in workspace.campaigns.search("winter")._repr_html_()


def test_dates_are_whole_bounds_readable_and_empty_columns_left_out(workspace: cn.Workspace) -> None:
    c = draft(workspace, "Autumn")
    c.schedule = cn.Once("2026-09-01 09:00", time_zone="Europe/Paris")
    c.save()
    shown = workspace.campaigns._repr_html_()
    assert '<td class="cnb-when">2026-09-01 09:00 (Europe/Paris)</td>' in shown
    assert ">last run<" not in shown and ">created<" in shown
    assert '<td class="cnb-when">2026-07-01 09:00' in shown


def test_the_outcome_of_an_action_has_a_head(workspace: cn.Workspace) -> None:
    draft(workspace, "Autumn")
    assert ">outcome</th>" in workspace.campaigns.pause()._repr_html_()
