"""Publishing, and what may be done in each status."""

from __future__ import annotations

from unittest.mock import patch

import campaign_nb as cn
from campaign_nb.store import place
from tests.errors.situations import Stage, situation


@situation
def a_campaign_without_an_activity_is_published(stage: Stage) -> object:
    spring = stage.campaign()
    stage.files_unchanged()
    return spring.publish(confirm=0)


@situation
def a_campaign_with_problems_is_published(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.filter("Adults", "agee >= 18")
    people.filter("French", "contry = 'FR'")
    stage.files_unchanged()
    return spring.publish(confirm=0)


@situation
def a_campaign_is_published_with_a_wrong_number(stage: Stage) -> object:
    spring = stage.mailing()
    stage.files_unchanged()
    return spring.publish(confirm=12_340)


@situation
def a_campaign_is_published_with_a_text(stage: Stage) -> object:
    spring = stage.mailing()
    stage.files_unchanged()
    return spring.publish(confirm="yes")  # pyright: ignore[reportArgumentType] # refused


def _draft(stage: Stage) -> cn.Campaign:
    spring = stage.mailing()
    stage.files_unchanged()
    return spring


@situation
def a_draft_is_paused(stage: Stage) -> object:
    return _draft(stage).pause()


@situation
def a_draft_is_resumed(stage: Stage) -> object:
    return _draft(stage).resume()


@situation
def a_draft_is_stopped(stage: Stage) -> object:
    return _draft(stage).stop()


@situation
def a_draft_is_launched(stage: Stage) -> object:
    return _draft(stage).launch()


@situation
def a_live_campaign_that_is_not_paused_is_resumed(stage: Stage) -> object:
    spring = stage.published()
    stage.unchanged(lambda: spring.status)
    return spring.resume()


@situation
def a_paused_campaign_is_paused(stage: Stage) -> object:
    spring = stage.published()
    spring.pause()
    stage.unchanged(lambda: (spring.status, len(spring.log)))
    return spring.pause()


@situation
def a_paused_campaign_is_launched(stage: Stage) -> object:
    spring = stage.published()
    spring.pause()
    stage.unchanged(lambda: (spring.status, len(spring.runs)))
    return spring.launch()


@situation
def a_stopped_campaign_is_resumed(stage: Stage) -> object:
    spring = stage.published()
    spring.stop()
    stage.unchanged(lambda: (spring.status, len(spring.log)))
    return spring.resume()


@situation
def a_stopped_campaign_is_launched(stage: Stage) -> object:
    spring = stage.published()
    spring.stop()
    return spring.launch()


@situation
def a_stopped_campaign_is_published(stage: Stage) -> object:
    spring = stage.published()
    spring.stop()
    stage.unchanged(lambda: (spring.status, len(spring.log)))
    return spring.publish(confirm=2)


@situation
def a_scheduled_campaign_is_paused(stage: Stage) -> object:
    spring = stage.mailing()
    spring.schedule = cn.Once("2026-07-02 09:00")
    spring.publish(confirm=2)
    return spring.pause()


@situation
def a_draft_is_archived(stage: Stage) -> object:
    return _draft(stage).archive()


@situation
def a_draft_that_is_nowhere_is_deleted(stage: Stage) -> object:
    return _draft(stage).delete()


@situation
def a_live_campaign_is_deleted(stage: Stage) -> object:
    spring = stage.published()
    stage.unchanged(lambda: (spring.status, len(spring.log)))
    return spring.delete()


def _archived(stage: Stage) -> cn.Campaign:
    spring = stage.published()
    spring.stop()
    spring.archive()
    stage.unchanged(lambda: (spring.status, len(spring.log)))
    return spring


@situation
def an_archived_campaign_is_archived(stage: Stage) -> object:
    return _archived(stage).archive()


@situation
def an_archived_campaign_is_deleted(stage: Stage) -> object:
    return _archived(stage).delete()


@situation
def a_campaign_is_launched_in_a_workspace_that_was_moved(stage: Stage) -> object:
    spring = stage.published()
    stage.unchanged(lambda: (spring.status, len(spring.log)))
    with patch.object(place, "changes", return_value=["another machine"]):
        spring.workspace.store._asks = True  # as if it had just been opened there
        return spring.launch()


@situation
def a_kept_draft_is_closed(stage: Stage) -> object:
    spring = stage.mailing()
    spring.save()
    stage.unchanged(lambda: (spring.status, len(spring.log)))
    return spring.close()


@situation
def a_campaign_that_launches_once_is_closed(stage: Stage) -> object:
    spring = stage.mailing()
    spring.schedule = cn.Once("2026-07-02 09:00")
    spring.publish(confirm=2)
    spring.launch()
    return spring.close()


@situation
def a_campaign_that_has_run_is_brought_back_to_draft(stage: Stage) -> object:
    spring = stage.published()
    spring.launch().wait("20s")
    stage.unchanged(lambda: (spring.status, len(spring.log)))
    return spring.back_to_draft()


@situation
def a_stopped_campaign_gets_a_description(stage: Stage) -> object:
    spring = stage.published()
    spring.stop()
    stage.definition_unchanged(spring)
    spring.description = "Win them back"
    return spring


@situation
def tags_are_one_text(stage: Stage) -> object:
    spring = _draft(stage)
    spring.tags = "retail"
    return spring


@situation
def a_tag_has_a_line_end(stage: Stage) -> object:
    spring = _draft(stage)
    spring.tags = ["retail", "two\nlines"]
    return spring


@situation
def a_folder_is_too_deep(stage: Stage) -> object:
    spring = _draft(stage)
    spring.folder = "a/b/c/d/e/f/g/h/i/j/k"
    return spring


@situation
def several_campaigns_are_archived_and_one_can_t_be(stage: Stage) -> object:
    spring = stage.published()
    autumn = spring.duplicate("Autumn")
    autumn.save()
    return repr(spring.workspace.campaigns.archive())


@situation
def campaigns_of_an_unknown_status(stage: Stage) -> object:
    return stage.workspace().campaigns.filter(status="alive")


@situation
def campaigns_in_the_order_of_an_unknown_column(stage: Stage) -> object:
    return stage.workspace().campaigns.sort("modified")


@situation
def campaigns_of_one_day_instead_of_two(stage: Stage) -> object:
    return stage.workspace().campaigns.filter(created="2026-07-01")  # pyright: ignore[reportArgumentType] # refused


@situation
def a_week_that_can_t_be_read(stage: Stage) -> object:
    return stage.workspace().campaigns.calendar("next week")


@situation
def a_calendar_with_lines_that_are_no_events(stage: Stage) -> object:
    path = stage.given(stage.folder / "fairs.csv")
    path.write_text("name,start,end\nTrade fair,07/01/26,07/03/26\nOpen day,soon,later\n")
    return stage.workspace().campaigns.calendar(overlays=[path])
