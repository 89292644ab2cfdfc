"""Schedules as values: canonical forms, equality, repr, documents."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
from dataclasses import FrozenInstanceError
from zoneinfo import ZoneInfo

import pytest

from campaign_nb import schedule as every
from campaign_nb.errors import ScheduleError
from campaign_nb.schedule import KINDS, Asap, Cron, Daily, Monthly, Once, OnSignal, Parameter, Schedule, SeveralTimesADay, Weekly

EXAMPLES = [
    Asap(),
    Once("2026-07-01 09:00", time_zone="Europe/Paris"),
    Once(dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)),
    SeveralTimesADay(["9:00", "12:00"], valid_from="2025-10-01", valid_until="2026-01-01"),
    SeveralTimesADay(every="15m", between=("08:00", "20:00"), days="weekdays"),
    SeveralTimesADay(every=dt.timedelta(hours=36)),
    Daily("09:00:30", days=["Monday", "THU"], catch_up="all", overlap="queue"),
    Weekly("mon", at="09:00", every=2, valid_from="2026-01-05"),
    Monthly("10:00", day=[15, 1, "last friday", "thu"], months=[7, "January"]),
    Cron("0  9 * * 1", catch_up="90m"),
    OnSignal(channel="sms", least=500, from_day=dt.date(2026, 7, 1), rate=float),
    OnSignal({"overlap": True, "two words": str}, overlap="cancel"),
]


@pytest.mark.parametrize("schedule", EXAMPLES, ids=repr)
def test_a_document_gives_the_same_schedule_and_the_same_document(schedule: Schedule) -> None:
    document = schedule.to_json()
    again = Schedule.from_json(json.loads(json.dumps(document)))
    assert again == schedule
    assert type(again) is type(schedule)
    assert hash(again) == hash(schedule)
    assert again.to_json() == document == json.loads(json.dumps(document))


@pytest.mark.parametrize("schedule", EXAMPLES, ids=repr)
def test_its_repr_can_be_pasted(schedule: Schedule) -> None:
    assert eval(repr(schedule), {**vars(every), "datetime": dt}) == schedule  # noqa: S307 # our own text


@pytest.mark.parametrize("schedule", EXAMPLES, ids=repr)
def test_it_can_be_copied_and_pickled_and_not_changed(schedule: Schedule) -> None:
    assert copy.deepcopy(schedule) == schedule == pickle.loads(pickle.dumps(schedule))  # noqa: S301 # our own bytes
    with pytest.raises(FrozenInstanceError, match="overlap"):
        schedule.overlap = "allow"  # type: ignore[misc] # refused


@pytest.mark.parametrize("schedule", EXAMPLES, ids=repr)
def test_a_zone_is_filled_in_only_where_there_is_none(schedule: Schedule) -> None:
    moved = schedule.in_zone("Asia/Tokyo")
    assert moved.time_zone == (schedule.time_zone or "Asia/Tokyo")
    assert moved.in_zone("UTC") is moved
    assert {**moved.to_json(), "time_zone": None} == {**schedule.to_json(), "time_zone": None}


def test_every_kind_is_among_the_examples() -> None:
    assert {type(example) for example in EXAMPLES} == set(KINDS.values())


def test_spellings_of_one_schedule_are_equal() -> None:
    assert Daily("9:00", days=["fri", "Mon", "tuesday", "wed", "THU"]) == Daily(dt.time(9), "weekdays")
    assert Weekly(["sun", "mon", "tue", "wed", "thu", "fri", "sat"], "9:00") == Weekly("all", "09:00:00")
    assert Monthly("9:00", day=["Second Tuesday", "second tue"], months="MAR") == Monthly("09:00", "second tuesday", months=[3])
    assert Monthly("9:00", day=[3, "every"]) == Monthly("9:00", day="every", months=list(range(1, 13)))
    assert Daily("9:00", time_zone=ZoneInfo("Europe/Paris")) == Daily("9:00", time_zone="Europe/Paris")  # type: ignore[arg-type] # a zone is read, too
    assert Daily("9:00", valid_until=dt.date(2026, 12, 31), catch_up="60m") == Daily("9:00", valid_until="2026-12-31")
    assert OnSignal(a=1, b="x") == OnSignal({"b": "x"}, a=1)
    assert Daily("9:00") != Weekly("all", "9:00")


def test_a_signal_declares_types_and_values_for_dry_runs() -> None:
    signal = OnSignal(channel="sms", least=int)
    assert signal.parameters == (Parameter("channel", "str", "sms"), Parameter("least", "int"))
    assert signal.test_values == {"channel": "sms"}


def test_a_document_of_a_kind_can_be_read_by_that_kind_only() -> None:
    document = Daily("09:00").to_json()
    assert Daily.from_json(document) == Daily("09:00")
    with pytest.raises(ScheduleError, match="it is a Daily"):
        Weekly.from_json(document)


def test_a_document_leaves_out_what_is_not_set_and_names_its_kind_and_version() -> None:
    assert Daily("9:00").to_json() == {"version": 1, "kind": "daily", "at": "09:00", "days": "all", "catch_up": "1h", "overlap": "skip"}


def test_one_kind_has_one_class() -> None:
    with pytest.raises(TypeError, match="the kind 'daily' is Daily"):
        type("Other", (Schedule,), {"kind": "daily"})
