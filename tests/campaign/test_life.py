"""The life of a campaign: each action, its effects, its line in the log, and versions that follow one another."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.store import campaigns, log, runs, spent
from tests.campaign.lives import daily, said, written

# ----------------------------------------------------------------------------------------------------------------- actions


def test_a_closed_campaign_launches_no_more_and_its_run_goes_on_to_its_end(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = written(workspace)
    c["Mail"].wait("Two days", days=2).end("End")
    c.schedule = cn.Daily("10:00", time_zone="UTC", overlap="allow")
    c.publish(confirm=2)
    clock.advance(days=1)
    c.close()
    assert (c.status, [run.state for run in _runs(c)]) == ("closed", ["waiting"])
    clock.advance(days=3)
    assert (c.status, [run.state for run in _runs(c)]) == ("closed", ["done"])
    assert "closed: no further launch, runs under way go on to their end" in said(c)


def test_what_does_not_recur_is_not_closed(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.schedule = cn.Once("2026-07-02 09:00")
    c.publish(confirm=2)
    c.launch()
    with pytest.raises(cn.RunError, match="so there is nothing to close"):
        c.close()


def test_an_archived_campaign_stops_what_is_under_way_and_can_only_be_duplicated(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = written(workspace)
    c["Mail"].wait("Two days", days=2).end("End")
    c.publish(confirm=2)
    assert [run.state for run in _runs(c)] == ["waiting"]
    c.archive()
    clock.advance(days=3)
    assert (c.status, [run.state for run in _runs(c)]) == ("archived", ["stopped"])
    with pytest.raises(cn.RunError, match="it is archived and can't be archived"):
        c.archive()
    assert c.duplicate("Again").status == "draft"


def test_a_draft_is_kept_listed_and_deleted_with_its_log(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.save()
    assert (c.status, workspace.campaigns["Spring"]["status"], said(c)) == ("draft", "draft", ["created", "draft kept"])
    c.delete()
    assert (len(workspace.campaigns), c.status, c.stored()) == (0, "draft", None)
    with workspace.store.read() as connection:
        assert [line.message for line in log.read(connection)] == ["campaign 'Spring' deleted"]


def test_a_draft_that_is_nowhere_and_a_live_campaign_are_not_deleted(workspace: cn.Workspace) -> None:
    with pytest.raises(cn.RunError, match=r"it is not in the workspace[\s\S]*campaign.save\(\)"):
        written(workspace).delete()
    c = daily(workspace)
    with pytest.raises(cn.RunError, match=r"it is live and can't be deleted[\s\S]*stop\(\), then campaign.archive\(\)"):
        c.delete()
    assert c.status == "live"


def test_a_deleted_draft_that_is_still_held_is_published_anew(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.save()
    workspace.campaigns.delete()
    c.publish(confirm=2)
    assert (c.status, c.versions.frame()["version"].to_list()) == ("completed", [1])


def test_saving_to_a_path_writes_the_file_and_nothing_else(workspace: cn.Workspace, tmp_path: Path) -> None:
    c = written(workspace)
    assert c.save(tmp_path / "spring.json") == tmp_path / "spring.json"
    assert not workspace.begun


def test_a_scheduled_campaign_goes_back_to_draft_and_is_published_again(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = written(workspace)
    c.schedule = cn.Once("2026-07-02 09:00")
    c.publish(confirm=2)
    assert c.status == "scheduled"
    c.back_to_draft()
    clock.advance(days=2)
    assert (c.status, len(c.runs)) == ("draft", 0)
    c.schedule = cn.Once("2026-07-04 09:00")
    c.publish(confirm=2)
    clock.advance(days=2)
    assert (c.status, len(c.runs)) == ("completed", 1)
    assert said(c)[1:4] == [
        "published: 2 messages in the last dry run",
        "brought back to draft",
        "published: 2 messages in the last dry run",
    ]


def test_what_is_published_again_unchanged_is_a_next_version_that_begins_then(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = daily(workspace)
    c.back_to_draft()
    assert c.versions.frame().select("version", "state").rows() == [(1, "published"), (2, "draft")]
    clock.advance(days=3)
    c.publish(confirm=2)
    assert c.versions.frame().select("version", "state", "runs").rows() == [(1, "replaced", 0), (2, "published", 0)]
    with workspace.store.read() as connection:
        found = campaigns.published(connection, _id(c))
    assert found is not None and found.published_at == dt.datetime(2026, 7, 4, 9, tzinfo=dt.UTC)
    clock.advance(days=1)
    assert len(c.runs) == 1


def test_a_recurring_campaign_goes_back_before_its_first_run_only(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = daily(workspace)
    clock.advance(days=1)
    with pytest.raises(cn.RunError, match="it has completed 1 run and can't be brought back to draft"):
        c.back_to_draft()


def test_after_a_failure_it_goes_back_once_it_is_paused(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = daily(workspace)
    _failed_run(c, clock)
    with pytest.raises(cn.RunError, match="it is running and can't be brought back to draft"):
        c.back_to_draft()
    c.pause()
    c.back_to_draft()
    record = c.stored()
    assert record is not None and (c.status, record.error, record.paused, record.errors) == ("draft", False, False, 0)


def test_every_action_is_refused_to_a_draft_in_words(workspace: cn.Workspace) -> None:
    c = written(workspace)
    for action in (c.pause, c.resume, c.stop, c.close, c.archive, c.back_to_draft, c.launch):
        with pytest.raises(cn.RunError, match="it is a draft"):
            action()
    c.save()
    for action in (c.pause, c.resume, c.stop, c.close, c.archive, c.back_to_draft, c.launch):
        with pytest.raises(cn.RunError, match="it is draft and can't be"):
            action()
    assert said(c) == ["created", "draft kept"]


def test_a_refused_action_writes_nothing(workspace: cn.Workspace) -> None:
    c = daily(workspace)
    before = said(c)
    with pytest.raises(cn.RunError, match="it is not paused"):
        c.resume()
    assert said(c) == before


def test_resuming_after_a_moved_audience_says_what_was_confirmed(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = daily(workspace)
    with workspace.store.begin() as connection:
        campaigns.flag(connection, _id(c), clock.now(), "paused", paused=True, pause_reason="'Mail' has 9 rows, 2 in the last live run")
    assert "'Mail' has 9 rows" in repr(c.publish(confirm=2))
    c.resume()
    assert (c.status, workspace.campaigns["Spring"]["pause_reason"]) == ("live", "")
    assert said(c)[-1] == "resumed; seen and confirmed: 'Mail' has 9 rows, 2 in the last live run"


# ---------------------------------------------------------------------------------------------------------------- versions


def test_a_changed_published_campaign_says_that_it_is_a_draft_of_the_next_version(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = daily(workspace)
    assert (c.status, c.view()["definition_version"]) == ("live", 1)
    c["Mail"].end("End")
    assert (c.status, c.view()["definition_version"]) == ("live (draft of version 2)", 2)
    assert c.versions.frame().select("version", "state", "activities").rows() == [(1, "published", 2), (2, "draft", 3)]
    clock.advance(days=1)
    assert c.tasks.frame()["activity"].to_list() == ["All", "Mail"]
    c.publish(confirm=2)
    assert (c.status, c.versions.frame()["published_at"].to_list()) == ("live", [_at("2026-07-01 09:00"), _at("2026-07-02 09:00")])


def test_a_changed_schedule_is_a_draft_too_and_a_change_taken_back_is_none(workspace: cn.Workspace) -> None:
    c = daily(workspace)
    c.schedule = cn.Daily("11:00", time_zone="UTC")
    assert c.status == "live (draft of version 2)"
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    assert c.status == "live"


def test_the_draft_of_a_next_version_is_kept_beside_what_is_published(workspace: cn.Workspace) -> None:
    c = daily(workspace)
    c["Mail"].end("End")
    c.save()
    assert c.versions.frame().select("version", "state").rows() == [(1, "published"), (2, "draft")]
    assert (c.status, workspace.campaigns["Spring"]["activities"]) == ("live (draft of version 2)", 2)


def test_what_has_ended_is_not_kept_as_a_draft(workspace: cn.Workspace) -> None:
    c = daily(workspace)
    c.stop()
    with pytest.raises(cn.RunError, match="it is stopped and can't be edited"):
        c.save()
    with pytest.raises(cn.RunError, match="it is stopped and can't be edited"):
        c.description = "Another"


# ------------------------------------------------------------------------------------------------------------------- purge


def test_an_archived_campaign_is_purged_thirty_days_after_its_last_change(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = daily(workspace)
    workspace.scheduler.pause()
    c.archive()
    clock.advance(days=29)
    c.tags = ["old"]
    clock.advance(days=29)
    assert spent.purge(workspace.store, clock.now()) == []
    clock.advance(days=1)
    assert spent.purge(workspace.store, clock.now()) == ["Spring"]
    with workspace.store.read() as connection:
        assert [line.message for line in log.read(connection)] == ["campaign 'Spring' deleted: archived, and not changed for 30 days"]
    assert (len(workspace.campaigns), c.status) == (0, "draft")


def test_a_scheduler_purges_what_is_due_whenever_it_runs(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    daily(workspace).archive()
    clock.advance(days=29)
    workspace.scheduler.tick()
    assert len(workspace.campaigns) == 1
    clock.advance(days=1)
    workspace.scheduler.tick()
    assert len(workspace.campaigns) == 0


# ----------------------------------------------------------------------------------------------- publications that fail


def test_a_stored_campaign_that_can_not_be_published_says_so_in_an_alert(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.save()
    c["Mail"].split("Broken", A=0.7, B=0.7)
    with pytest.raises(cn.CampaignError, match="Broken"):
        c.publish(confirm=2)
    found = workspace.alerts.frame().select("campaign", "title").rows()
    assert (found, c.status) == ([("Spring", "Publication failed")], "draft")
    assert "split 'Broken'" in workspace.alerts.frame()["message"][0]
    assert said(c)[-1].startswith("publication failed: split 'Broken'")


def test_a_wrong_number_and_a_campaign_that_nobody_has_seen_are_no_alerts(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.save()
    with pytest.raises(cn.CampaignError, match="has 2 messages"):
        c.publish(confirm=3)
    empty = cn.Campaign("Empty", data=c.data, workspace=workspace)
    with pytest.raises(cn.CampaignError, match="no activity"):
        empty.publish()
    assert workspace.alerts.frame().height == 0


def _runs(campaign: cn.Campaign) -> list[runs.RunRecord]:
    with campaign.workspace.store.read() as connection:
        return runs.list_runs(connection, _id(campaign))


def _id(campaign: cn.Campaign) -> str:
    record = campaign.stored()
    assert record is not None
    return record.id


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def _failed_run(campaign: cn.Campaign, clock: cn.ManualClock) -> None:
    """A run that failed, as the scheduler leaves it."""
    with campaign.workspace.store.begin() as connection:
        run = runs.start(connection, _id(campaign), 1, clock.now(), clock.now())
        runs.finish(connection, run.id, "failed", clock.now(), error_text="no column 'age'")
        campaigns.flag(connection, _id(campaign), clock.now(), "run failed", error=True, error_text="no column 'age'")


def test_the_versions_are_a_listing(workspace: cn.Workspace) -> None:
    frame = daily(workspace).versions.frame()
    assert frame.schema["published_at"] == pl.Datetime("us", "UTC")
    assert frame.select("version", "state", "activities", "runs", "schedule").rows() == [
        (1, "published", 2, 0, cn.Daily("10:00", time_zone="UTC").explain())
    ]
