"""What is said of a campaign beside its activities, and campaigns that are opened again."""

from __future__ import annotations

import pytest

import campaign_nb as cn
from tests.campaign.lives import daily, said, written
from tests.engine.shop import shop

# -------------------------------------------------------------------------------------------------------------- properties


def test_tags_and_folder_change_at_any_time_with_a_line_in_the_log(workspace: cn.Workspace) -> None:
    c = daily(workspace)
    c.stop()
    c.tags = ["retail", "spring"]
    c.folder = "shops/ spring /"
    row = workspace.campaigns["Spring"]
    assert (c.status, c.tags, row["tags"], c.folder, row["folder"]) == (
        "stopped",
        ("retail", "spring"),
        "retail, spring",
        "shops/spring",
        "shops/spring",
    )
    assert said(c)[-2:] == ["tags: retail, spring", "moved to folder 'shops/spring'"]


def test_new_tags_are_no_new_version(workspace: cn.Workspace) -> None:
    c = daily(workspace)
    c.tags = ["spring"]
    assert (c.status, c.versions.frame().height) == ("live", 1)


def test_tags_given_in_the_workspace_outlive_the_next_publication(workspace: cn.Workspace) -> None:
    c = daily(workspace)
    workspace.campaigns.tag("vip")
    assert c.tags == ("retail", "vip")
    c["Mail"].end("End")
    c.publish(confirm=2)
    assert workspace.campaigns["Spring"]["tags"] == "retail, vip"


def test_a_folder_that_is_chosen_before_publication_is_the_campaign_s(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.folder = "shops"
    assert c.folder == "shops" and not workspace.begun
    c.publish(confirm=2)
    assert workspace.campaigns["Spring"]["folder"] == "shops"


def test_a_new_description_is_published_with_the_next_version(workspace: cn.Workspace) -> None:
    c = daily(workspace)
    c.description = "Win them back"
    assert (c.status, workspace.campaigns["Spring"]["description"]) == ("live (draft of version 2)", "Bring them back")
    c.publish(confirm=2)
    assert workspace.campaigns["Spring"]["description"] == "Win them back"


@pytest.mark.parametrize(
    ("tags", "words"), [("retail", "is one text"), ([" "], "is no tag"), (["a\nb"], "is no tag"), ([str(n) for n in range(51)], "51 tags")]
)
def test_tags_that_are_none_are_refused(workspace: cn.Workspace, tags: list[str], words: str) -> None:
    c = written(workspace)
    with pytest.raises(cn.DefinitionError, match=words):
        c.tags = tags
    assert c.tags == ("retail",)


@pytest.mark.parametrize(("folder", "words"), [("a\nb", "the name"), ("/".join("abcdefghijk"), "11 levels"), (7, "int is no folder")])
def test_a_folder_that_is_none_is_refused(workspace: cn.Workspace, folder: str, words: str) -> None:
    with pytest.raises(cn.DefinitionError, match=words):
        written(workspace).folder = folder


# ----------------------------------------------------------------------------------------------------------------- opening


def test_a_kept_draft_is_opened_as_it_was_kept_and_published_from_there(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    c.folder = "shops"
    c.save()
    again = cn.Campaign.open("Spring", workspace=workspace, data=c.data)
    assert (again.definition, again.schedule, again.status, again.tags, again.folder) == (
        c.definition,
        c.schedule,
        "draft",
        ("retail",),
        "shops",
    )
    again.publish(confirm=2)
    assert (again.status, c.status, workspace.campaigns.frame().height) == ("live", "live", 1)


def test_an_opened_campaign_is_no_draft_of_a_next_version_and_takes_every_action(workspace: cn.Workspace) -> None:
    daily(workspace)
    again = cn.Campaign.open("Spring", workspace=workspace, data=shop())
    assert again.status == "live"
    again.pause()
    again.resume()
    again.close()
    again.archive()
    assert again.status == "archived"


def test_every_status_is_opened(workspace: cn.Workspace) -> None:
    c = daily(workspace)
    c.archive()
    again = cn.Campaign.open("Spring", workspace=workspace, data=c.data)
    assert (again.status, again.definition) == ("archived", c.definition)
    assert again.duplicate("Summer").schedule == c.schedule


def test_a_deleted_and_recreated_campaign_launches_once(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = daily(workspace)
    c.back_to_draft()
    c.delete()
    c.publish(confirm=2)
    clock.advance(days=1)
    assert (len(c.runs), len(workspace.scheduler.launches(2))) == (1, 2)
