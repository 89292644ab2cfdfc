"""The sandbox outbox: one file of messages for each run, activity and channel, whose ids depend on nothing else."""

from __future__ import annotations

import hashlib
import json
import stat

import polars as pl
import pytest

from campaign_nb.clock import ManualClock
from campaign_nb.delivery.outbox import Outbox
from campaign_nb.engine.plan import Task
from campaign_nb.errors import DeliveryError, StoreError
from campaign_nb.store import Store, files
from campaign_nb.store.runs import RunRecord
from tests.delivery.world import NOON, a_run, a_task, an_effect, rows


def silent(run: RunRecord, task: Task, messages: pl.DataFrame) -> None:
    """Nobody answers."""
    return None


def an_outbox(store: Store, at: str = "2026-03-02T12:00") -> Outbox:
    return Outbox(store.folder, ManualClock(at), "here", silent)


def test_a_message_is_one_row_with_who_where_what_and_when(store: Store) -> None:
    run = a_run(store)
    found = an_outbox(store).messages(run, a_task(), an_effect(), rows(7))
    about = json.dumps(["here", run.id, "Offer", "email"])
    assert found.to_dicts() == [
        {
            "message_id": hashlib.sha256(f"{about}\x1f7".encode()).hexdigest()[:32],
            "run": run.id,
            "activity": "Offer",
            "channel": "email",
            "table": "people",
            "person": "7",
            "key_0": 7,
            "address": "p7@example.com",
            "subject": "Hi 7",
            "text": "Hello",
            "at": NOON,
        }
    ]


def test_ids_stay_when_a_stage_is_repeated_later_with_rows_in_another_order(store: Store) -> None:
    run = a_run(store)
    first = an_outbox(store).messages(run, a_task(), an_effect(), rows(1, 2, 3))
    again = an_outbox(store, "2026-03-05T00:00").messages(run, a_task(), an_effect(), rows(3, 1, 2))
    assert first.drop("at").equals(again.drop("at"))


def test_ids_differ_by_person_run_activity_channel_and_workspace(store: Store) -> None:
    one, two = a_run(store), a_run(store)
    box = an_outbox(store)
    other = Outbox(store.folder, ManualClock("2026-03-02T12:00"), "there", silent)
    found = [
        box.messages(one, a_task(), an_effect(), rows(1, 2)),
        box.messages(two, a_task(), an_effect(), rows(1)),
        box.messages(one, a_task("Second"), an_effect(), rows(1)),
        box.messages(one, a_task(), an_effect(name="sms"), rows(1)),
        other.messages(one, a_task(), an_effect(), rows(1)),
    ]
    assert pl.concat([messages.select("message_id") for messages in found])["message_id"].n_unique() == 6


def test_a_person_with_two_messages_of_one_activity_is_refused_without_naming_them(store: Store) -> None:
    with pytest.raises(DeliveryError, match="a person would get two messages") as caught:
        an_outbox(store).messages(a_run(store), a_task(), an_effect(), rows(7, 7))
    assert "p7@example.com" not in str(caught.value)


def test_a_key_of_several_columns_is_one_text_that_says_which_is_which(store: Store) -> None:
    people = pl.DataFrame({"key_0": ["a\x1fb", "a", "a\\u001fb"], "key_1": ["c", "b\x1fc", "c"], "address": ["x@example.org"] * 3})
    found = an_outbox(store).messages(a_run(store), a_task(), an_effect(), people)
    assert found["message_id"].n_unique() == 3
    assert sorted(found["person"]) == ["a\x1fb\\u001fc", "a\\\\u001fb\x1fc", "a\\u001fb\x1fc"]


def test_keys_of_dates_and_numbers_make_a_person_too(store: Store) -> None:
    people = pl.DataFrame({"key_0": [1], "key_1": ["2026-01-01"], "address": ["x@example.org"]}).with_columns(pl.col("key_1").str.to_date())
    assert an_outbox(store).messages(a_run(store), a_task(), an_effect(), people)["person"].to_list() == ["1\x1f2026-01-01"]


def test_nobody_makes_an_empty_file_with_all_columns(store: Store) -> None:
    (written,) = an_outbox(store).write(a_run(store), a_task(), an_effect(), rows())
    assert written.rows == 0
    assert pl.read_parquet(store.folder / written.path).columns[:6] == ["message_id", "run", "activity", "channel", "table", "person"]


def test_messages_count_only_once_they_are_committed(store: Store) -> None:
    run, box, effect = a_run(store), an_outbox(store), an_effect()
    written = box.write(run, a_task(), effect, rows(1, 2))
    with store.begin() as connection:
        assert files.list_files(connection, run_id=run.id) == []
        box.commit(connection, run, a_task(), effect, written)
        (kept,) = files.list_files(connection, run_id=run.id, kind="outbox")
    assert (kept.activity, kept.channel, kept.rows) == ("Offer", "email", 2)
    path = files.verify(store.folder, kept)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_outbox_of_one_activity_in_a_run_is_refused(store: Store) -> None:
    run, box, effect = a_run(store), an_outbox(store), an_effect()
    first, second = (box.write(run, a_task(), effect, rows(1)) for _ in range(2))
    with store.begin() as connection:
        box.commit(connection, run, a_task(), effect, first)
    with pytest.raises(StoreError, match="this run has one for channel 'email' already"), store.begin() as connection:
        box.commit(connection, run, a_task(), effect, second)


def test_simulated_answers_stand_in_a_file_of_their_own_and_say_that_they_are_simulated(store: Store) -> None:
    def answer(run: RunRecord, task: Task, messages: pl.DataFrame) -> pl.DataFrame:
        return messages.select("message_id", "person", "key_0", pl.lit("opened").alias("event"))

    run, effect = a_run(store), an_effect()
    box = Outbox(store.folder, ManualClock("2026-03-02T12:00"), "here", answer)
    sent, events = box.write(run, a_task(), effect, rows(1, 2))
    assert (sent.slot.kind, events.slot.kind, events.rows) == ("outbox", "feedback", 2)
    kept = pl.read_parquet(store.folder / events.path)
    assert kept["simulated"].to_list() == [True, True]
    assert "simulated" not in pl.read_parquet(store.folder / sent.path).columns
