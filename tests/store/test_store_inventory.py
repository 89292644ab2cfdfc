"""What a list of campaigns shows beside their rows."""

from __future__ import annotations

import datetime as dt

from campaign_nb.store import Store, campaigns, inventory, meta, runs
from campaign_nb.store.runs import Task

HOUR = dt.timedelta(hours=1)


def test_a_draft_has_its_newest_version_and_a_live_campaign_the_published_one(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.create(connection, "Autumn", noon)
        campaigns.publish(connection, spring, {"draft"}, "live", noon)
        campaigns.save_version(connection, spring, '{"version": 2}', noon)
        empty, found = inventory.listed(connection)
        assert (empty.record.name, empty.version, found.version and found.version.version) == ("Autumn", None, 1)
        campaigns.transition(connection, spring, {"live"}, "draft", noon, "back")
        draft = inventory.listed(connection)[1].version
        assert draft is not None and draft.version == 2


def test_the_newest_run_and_the_last_failure_are_found(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        campaigns.publish(connection, spring, {"draft"}, "live", noon)
        for number, failed in enumerate(("Mail", "All", "")):
            at = noon + number * HOUR
            run = runs.start(connection, spring, 1, at, at)
            tasks = [Task("End", "end", "done", at), *([Task(failed, "email", "failed", at)] if failed else [])]
            runs.commit_stage(connection, run.id, 0, at, at, tasks=tasks)
        (found,) = inventory.listed(connection)
    assert (found.last_run, found.failed) == (noon + 2 * HOUR, "All")


def test_runs_of_a_time_are_those_that_went_on_in_it(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        made = [runs.start(connection, spring, 1, noon + n * HOUR, noon + n * HOUR).id for n in range(4)]
        runs.finish(connection, made[0], "done", noon + HOUR / 2)
        runs.finish(connection, made[1], "done", noon + 3 * HOUR)
        found = inventory.runs_between(connection, noon + 2 * HOUR, noon + 3 * HOUR)
    assert [run.id for run in found] == [made[1], made[2]]


def test_who_made_a_campaign_is_remembered_while_it_is_there(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        inventory.note_author(connection, spring, "")
        assert inventory.listed(connection)[0].author == ""
        inventory.note_author(connection, spring, "Ada")
        assert inventory.listed(connection)[0].author == "Ada"
        inventory.forget_author(connection, spring)
        assert (inventory.listed(connection)[0].author, meta.get(connection, f"created_by:{spring}")) == ("", None)
