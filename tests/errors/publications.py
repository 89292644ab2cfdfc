"""Publishing, and what may be done in each status."""

from __future__ import annotations

import campaign_nb as cn
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
