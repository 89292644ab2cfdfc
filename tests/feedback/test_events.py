"""People with an event of a message: what rules such as *opened* read."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from campaign_nb.feedback.events import people_with
from campaign_nb.rules.tree import Behaviour
from campaign_nb.store import Store, files
from campaign_nb.store.files import Slot
from campaign_nb.store.runs import RunRecord
from tests.delivery.world import NOON, a_run


def keep(store: Store, run: RunRecord, kind: files.Kind, rows: pl.DataFrame, activity: str = "Offer") -> None:
    """Keep a file of messages or of events."""

    def fill(path: Path) -> int:
        rows.write_parquet(path)
        return rows.height

    with store.begin() as connection:
        files.put(connection, store.folder, Slot(kind, run.id, activity, "email"), fill, NOON)


def sent(*people: int, part: str = "html") -> pl.DataFrame:
    return pl.DataFrame({"message_id": [f"m{person}" for person in people], "key_0": people, part: ["x" for _ in people]})


def events(event: str, *people: int) -> pl.DataFrame:
    return pl.DataFrame({"key_0": people, "event": [event for _ in people]})


def who(store: Store, event: str, run: RunRecord | None = None, activity: str = "Offer", campaign: str = "Spring") -> list[int] | None:
    """The keys of those people; None where nothing was recorded."""
    found = people_with(store, Behaviour(event, activity, campaign), None if run is None else run.id)
    return None if found is None else sorted(found.collect()["key_0"].to_list())


def test_the_sent_are_those_in_the_outbox(store: Store) -> None:
    run = a_run(store)
    keep(store, run, "outbox", sent(1, 2, 3))
    assert who(store, "sent") == [1, 2, 3]


def test_other_events_are_those_in_the_feedback(store: Store) -> None:
    run = a_run(store)
    keep(store, run, "outbox", sent(1, 2, 3))
    keep(store, run, "feedback", pl.concat([events("opened", 1, 2), events("clicked", 2)]))
    assert who(store, "opened") == [1, 2]
    assert who(store, "clicked") == [2]
    assert who(store, "bounced") == []


def test_a_run_of_its_own_or_all_runs_of_the_campaign(store: Store) -> None:
    one, two = a_run(store), a_run(store)
    keep(store, one, "feedback", events("opened", 1))
    keep(store, two, "feedback", events("opened", 2))
    assert who(store, "opened", one) == [1]
    assert who(store, "opened") == [1, 2]


def test_versions_whose_messages_have_other_parts_are_read_together(store: Store) -> None:
    one, two = a_run(store), a_run(store)
    keep(store, one, "outbox", sent(1, part="html"))
    keep(store, two, "outbox", sent(2, part="text"))
    assert who(store, "sent") == [1, 2]


def test_activities_and_campaigns_are_kept_apart(store: Store) -> None:
    keep(store, a_run(store), "outbox", sent(1))
    keep(store, a_run(store, "Summer"), "outbox", sent(2))
    assert who(store, "sent") == [1]
    assert who(store, "sent", campaign="Summer") == [2]
    assert who(store, "sent", activity="Second") is None


def test_nothing_recorded_is_none_and_so_is_a_campaign_that_nobody_knows(store: Store) -> None:
    run = a_run(store)
    keep(store, run, "outbox", sent(1))
    assert who(store, "opened") is None
    assert who(store, "sent", campaign="Sprong") is None


def test_a_person_who_opened_twice_has_two_rows_and_that_does_no_harm(store: Store) -> None:
    keep(store, a_run(store), "feedback", events("opened", 1, 1))
    assert who(store, "opened") == [1, 1]
