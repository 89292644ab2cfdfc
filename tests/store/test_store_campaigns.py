"""Campaigns, versions and changes of status, as they are kept."""

from __future__ import annotations

import datetime as dt

import pytest

from campaign_nb.errors import StoreError
from campaign_nb.store import Store, audiences, campaigns, files, log, runs

HOUR = dt.timedelta(hours=1)


def test_a_new_campaign_is_a_draft_without_a_version(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        made = campaigns.create(connection, "Spring", noon, description="Win back", tags=["retail", "été"])
        assert campaigns.find(connection, "Spring") == made
    assert (made.status, made.version, made.paused, made.error, made.archived_at) == ("draft", 0, False, False, None)
    assert (made.description, made.tags, made.created_at, made.modified_at) == ("Win back", ("retail", "été"), noon, noon)


def test_two_campaigns_of_one_name_are_refused(store: Store, spring: str, noon: dt.datetime) -> None:
    with pytest.raises(StoreError, match="campaign 'Spring'\n  another campaign has that name"), store.begin() as connection:
        campaigns.create(connection, "Spring", noon)


@pytest.mark.parametrize("name", ["", "  \t"])
def test_a_campaign_without_a_name_is_refused(store: Store, noon: dt.datetime, name: str) -> None:
    with pytest.raises(StoreError, match="its name is empty"), store.begin() as connection:
        campaigns.create(connection, name, noon)


def test_an_unknown_name_is_answered_with_the_nearest(store: Store, spring: str) -> None:
    with pytest.raises(StoreError, match=r"no campaign of that name\n  expected: did you mean 'Spring'\?"), store.read() as connection:
        campaigns.named(connection, "Sprnig")


def test_an_unknown_id_is_named(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        with pytest.raises(StoreError, match="no campaign has the id 'nobody'"):
            campaigns.get(connection, "nobody")
        with pytest.raises(StoreError, match="no campaign has the id 'nobody'"):
            campaigns.flag(connection, "nobody", noon, "paused", paused=True)
        with pytest.raises(StoreError, match="no campaign has the id 'nobody'"):
            campaigns.describe(connection, "nobody", noon, description="x")


def test_campaigns_are_listed_by_name_and_by_status(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.create(connection, "Autumn", noon)
        campaigns.transition(connection, spring, {"draft"}, "live", noon, "published")
        assert [found.name for found in campaigns.list_campaigns(connection)] == ["Autumn", "Spring"]
        assert [found.name for found in campaigns.list_campaigns(connection, {"live", "closed"})] == ["Spring"]
        assert campaigns.list_campaigns(connection, set()) == []


def test_a_campaign_is_renamed_with_a_line_in_its_log(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        renamed = campaigns.rename(connection, spring, "Summer", noon + HOUR)
        lines = [line.message for line in log.read(connection, campaign_id=spring)]
    assert (renamed.id, renamed.name, renamed.modified_at) == (spring, "Summer", noon + HOUR)
    assert lines == ["created", "renamed from 'Spring' to 'Summer'"]


def test_a_name_that_is_taken_is_refused_to_another_campaign(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.create(connection, "Summer", noon)
        with pytest.raises(StoreError, match="campaign 'Summer'\n  another campaign has that name"):
            campaigns.rename(connection, spring, "Summer", noon)
        assert campaigns.rename(connection, spring, "Spring", noon).name == "Spring"


def test_description_and_tags_change_one_by_one(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.describe(connection, spring, noon, description="Win back")
        found = campaigns.describe(connection, spring, noon, tags=("retail",))
    assert (found.description, found.tags) == ("Win back", ("retail",))


def test_a_draft_is_replaced_by_a_new_definition(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        saved = campaigns.save_version(connection, spring, '{"version": 2}', noon + HOUR, seed="s", schedule="{}", time_zone="Europe/Paris")
        assert campaigns.list_versions(connection, spring) == [saved]
        assert campaigns.get(connection, spring).modified_at == noon + HOUR
    assert (saved.version, saved.definition, saved.seed, saved.schedule, saved.time_zone) == (
        1,
        '{"version": 2}',
        "s",
        "{}",
        "Europe/Paris",
    )
    assert (saved.created_at, saved.published_at) == (noon, None)


def test_an_equal_definition_changes_nothing(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.publish(connection, spring, {"draft"}, "live", noon)
        saved = campaigns.save_version(connection, spring, '{"version": 1}', noon + HOUR)
        assert (saved.version, saved.published_at) == (1, noon)
        assert campaigns.get(connection, spring).modified_at == noon


def test_a_published_definition_is_frozen_and_its_change_is_the_next_version(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.publish(connection, spring, {"draft"}, "live", noon)
        second = campaigns.save_version(connection, spring, '{"version": 2}', noon + HOUR)
        current = campaigns.published(connection, spring)
        assert current is not None
        assert (current.version, current.definition) == (1, '{"version": 1}')
        assert (second.version, second.published_at, campaigns.get(connection, spring).version) == (2, None, 2)
        campaigns.publish(connection, spring, {"live"}, "live", noon + HOUR, "version 2 published")
        assert campaigns.published(connection, spring) == campaigns.version(connection, spring, 2)
        assert [line.message for line in log.read(connection, campaign_id=spring)] == ["created", "published", "version 2 published"]


def test_a_campaign_without_a_definition_is_not_published(store: Store, noon: dt.datetime) -> None:
    with pytest.raises(StoreError, match="campaign 'Empty'\n  it has no version to publish"), store.begin() as connection:
        made = campaigns.create(connection, "Empty", noon)
        campaigns.publish(connection, made.id, {"draft"}, "live", noon)


def test_a_version_that_does_not_exist_is_named(store: Store, spring: str) -> None:
    with store.read() as connection:
        assert campaigns.published(connection, spring) is None
        with pytest.raises(StoreError, match="campaign 'Spring'\n  it has no version 7"):
            campaigns.version(connection, spring, 7)


def test_a_change_of_status_writes_one_line_of_log(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        changed = campaigns.transition(connection, spring, {"draft"}, "scheduled", noon + HOUR, "first launch on 9 March")
        (line,) = log.read(connection, campaign_id=spring, after=1)
    assert (changed.status, changed.modified_at) == ("scheduled", noon + HOUR)
    assert (line.message, line.at, line.level) == ("first launch on 9 March", noon + HOUR, "info")


def test_a_status_that_another_kernel_has_changed_is_not_changed_again(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.transition(connection, spring, {"draft"}, "live", noon, "published")
    expected = "campaign 'Spring'\n  it is live and can't become scheduled\n  expected: a campaign that is draft"
    with pytest.raises(StoreError, match=expected), store.begin() as connection:
        campaigns.transition(connection, spring, {"draft"}, "scheduled", noon, "published")
    with store.read() as connection:
        assert [line.message for line in log.read(connection)] == ["created", "published"]


def test_a_status_that_does_not_exist_is_refused(store: Store, spring: str, noon: dt.datetime) -> None:
    with pytest.raises(ValueError, match="'alive' is not a valid Status"), store.begin() as connection:
        campaigns.transition(connection, spring, {"draft"}, "alive", noon, "published")


def test_an_error_is_a_flag_beside_the_status_and_an_error_in_the_log(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.transition(connection, spring, {"draft"}, "live", noon, "published")
        found = campaigns.flag(connection, spring, noon, "suspended", paused=True, error=True, error_text="no column 'age'")
        assert (found.status, found.paused, found.error, found.error_text) == ("live", True, True, "no column 'age'")
        assert log.read(connection, level="error")[0].message == "suspended"
        found = campaigns.flag(connection, spring, noon, "resumed", paused=False)
        assert (found.paused, found.error) == (False, True)
        found = campaigns.flag(connection, spring, noon, "mended", error=False)
        assert (found.error, found.error_text) == (False, "")


def test_back_to_draft_clears_the_pause_and_the_error(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.transition(connection, spring, {"draft"}, "live", noon, "published")
        campaigns.flag(connection, spring, noon, "suspended", paused=True, error=True, error_text="no column 'age'")
        found = campaigns.transition(connection, spring, {"live"}, "draft", noon, "back to draft")
    assert (found.status, found.paused, found.error, found.error_text) == ("draft", False, False, "")


def test_a_pause_has_its_reason_until_it_is_over(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.transition(connection, spring, {"draft"}, "live", noon, "published")
        campaigns.flag(connection, spring, noon, "paused", paused=True, pause_reason="the audience moved")
        assert campaigns.flag(connection, spring, noon, "failed", error=True).pause_reason == "the audience moved"
        assert campaigns.flag(connection, spring, noon, "resumed", paused=False).pause_reason == ""
        campaigns.flag(connection, spring, noon, "paused", paused=True, pause_reason="the audience moved")
        assert campaigns.transition(connection, spring, {"live"}, "stopped", noon, "stopped").pause_reason == ""


def test_a_draft_that_was_brought_back_is_published_as_the_next_version(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.publish(connection, spring, {"draft"}, "live", noon)
        campaigns.transition(connection, spring, {"live"}, "draft", noon, "back to draft")
        assert campaigns.save_version(connection, spring, '{"version": 1}', noon + HOUR).version == 1
        campaigns.publish(connection, spring, {"draft"}, "live", noon + HOUR)
        first, second = campaigns.list_versions(connection, spring)
    assert (first.version, first.published_at, second.version, second.published_at) == (1, noon, 2, noon + HOUR)
    assert second.definition == first.definition


def test_where_a_data_model_is_found_may_change_without_a_new_version(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.publish(connection, spring, {"draft"}, "live", noon)
        saved = campaigns.save_version(connection, spring, '{"version": 1}', noon + HOUR, model='{"tables": []}')
    assert (saved.version, saved.model, saved.published_at) == (1, '{"tables": []}', noon)


def test_a_folder_and_a_line_of_the_log_come_with_a_description(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        found = campaigns.describe(connection, spring, noon, "moved", folder="shops")
        assert (found.folder, log.read(connection, campaign_id=spring)[-1].message) == ("shops", "moved")
        assert campaigns.known(connection, "nobody") is None


def test_an_archived_campaign_knows_since_when(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.transition(connection, spring, {"draft"}, "live", noon, "published")
        assert campaigns.transition(connection, spring, {"live"}, "archived", noon + HOUR, "archived").archived_at == noon + HOUR


def test_only_a_campaign_of_an_allowed_status_is_deleted(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.transition(connection, spring, {"draft"}, "live", noon, "published")
    refused = pytest.raises(StoreError, match="it is live and can't be deleted\n  expected: a campaign that is draft")
    with refused, store.begin() as connection:
        campaigns.remove(connection, spring, {"draft"})


def test_a_deleted_campaign_takes_its_rows_along_but_not_its_audiences(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        run = runs.start(connection, spring, 1, noon, noon)
        slots = [files.Slot("outbox", run.id, "Mail", "email"), files.Slot("audience", run.id, "Save")]
        kept = [files.put(connection, store.folder, slot, lambda path: path.write_bytes(b"rows"), noon) for slot in slots][1]
        audiences.save_audience(connection, "Gold", "customers", kept.id, 4, noon, run_id=run.id)
    with store.begin() as connection:
        campaigns.remove(connection, spring, {"draft"})
        assert [file.id for file in files.list_files(connection)] == [kept.id]
        assert audiences.audience(connection, "Gold").run_id is None
        assert (runs.list_runs(connection), log.read(connection), campaigns.list_versions(connection, spring)) == ([], [], [])
        assert len(files.sweep(connection, store.folder, idle=dt.timedelta(0))) == 1
    assert store.integrity() == []
