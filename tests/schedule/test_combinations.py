"""Every kind of schedule with every common option: one sentence, a document that gives the same again, a repr that can be pasted."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from campaign_nb import schedule as every
from campaign_nb.schedule import Asap, Cron, Daily, Monthly, Once, OnSignal, Schedule, SeveralTimesADay, Weekly

KINDS: list[Callable[..., Schedule]] = [
    Asap,
    lambda **more: Once("2026-07-01 09:00", **more),
    lambda **more: SeveralTimesADay(["9:00", "12:00", "18:30:15"], **more),
    lambda **more: SeveralTimesADay("9:00", days="weekdays", **more),
    lambda **more: SeveralTimesADay(every="15m", **more),
    lambda **more: SeveralTimesADay(every="2h", days=["sat", "sun"], **more),
    lambda **more: SeveralTimesADay(every="90s", between=("22:00", "02:00"), **more),
    lambda **more: SeveralTimesADay(every="1h", between=("08:00", "20:00"), days="weekdays", **more),
    lambda **more: Daily("09:00", **more),
    lambda **more: Daily("09:00", days=["mon", "thu"], **more),
    lambda **more: Weekly("mon", at="09:00", **more),
    lambda **more: Weekly(["mon", "fri"], at="09:00", every=2, **{"valid_from": "2026-01-05", **more}),
    *(
        lambda day=day, months=months, **more: Monthly("10:00", day=day, months=months, **more)
        for day in (15, [1, 15], "last", "every", "second tuesday", "last friday", ["mon", "thu"], [1, "last", "third sunday", "wed"])
        for months in ("all", ["jan", 7])
    ),
    lambda **more: Cron("0 9 * * 1", **more),
    lambda **more: Cron("*/5 9-17 1,15 * 1-5", **more),
    lambda **more: Cron("30 8 L * *", **more),
    lambda **more: Cron("15 10 * 1-3 2#2", **more),
    lambda **more: Cron("0 9 1 1 * 30 2027", **more),
    lambda **more: OnSignal(channel="sms", least=int, **more),
]
BOUNDS: list[dict[str, Any]] = [
    {},
    {"valid_from": "2026-01-05"},
    {"valid_until": "2036-12-31"},
    {"valid_from": "2026-01-05 08:00", "valid_until": "2036-12-31 18:30"},
    {"valid_from": dt.date(2026, 1, 5), "valid_until": dt.datetime(2036, 12, 31, tzinfo=dt.UTC)},
]
OPTIONS = [
    {**({"time_zone": where} if where else {}), **bounds, "catch_up": late, "overlap": overlap}
    for where, bounds, late, overlap in itertools.product(
        (None, "Europe/Paris"), BOUNDS, ("0s", "1h", "2d", "all"), ("skip", "queue", "allow", "cancel")
    )
]
OVERLAP = {"skip": "is skipped", "queue": "waits", "allow": "does not wait", "cancel": "stops a run"}
LATE = {"0s": "is not made up for", "1h": "at most 1 hour", "2d": "at most 2 days", "all": "every missed launch"}
VARIANTS = [(make, options) for make in KINDS for options in OPTIONS]


@pytest.mark.parametrize("make", KINDS, ids=[repr(make()).partition(", valid")[0] for make in KINDS])
def test_each_variant_is_one_english_sentence_that_says_every_option(make: Callable[..., Schedule]) -> None:
    for options in OPTIONS:
        schedule = make(**options)
        said = schedule.explain()
        assert (said[0].isupper() or said[0].isdigit(), said[-1], said.count(". "), said.count("  ")) == (True, ".", 0, 0), said
        assert not any(word in said for word in ("None", "[", "datetime", "T00:00")), said
        assert ("Europe/Paris time" if "time_zone" in options else "in the campaign's time zone") in said
        assert OVERLAP[options["overlap"]] in said
        assert not schedule.timed or LATE[options["catch_up"]] in said
        assert "valid_from" not in options or "5 January 2026" in said
        assert "valid_until" not in options or "31 December 2036" in said


@pytest.mark.parametrize("make", KINDS, ids=[repr(make()).partition(", valid")[0] for make in KINDS])
def test_each_variant_comes_back_from_its_document_and_from_its_repr(make: Callable[..., Schedule]) -> None:
    for options in OPTIONS:
        schedule = make(**options)
        again = Schedule.from_json(json.loads(json.dumps(schedule.to_json())))
        assert (again, again.to_json(), again.explain()) == (schedule, schedule.to_json(), schedule.explain())
        assert eval(repr(schedule), {**vars(every), "datetime": dt}) == schedule  # noqa: S307 # our own text


def test_each_variant_with_a_zone_lists_launches_within_its_bounds_in_that_zone() -> None:
    for make, options in VARIANTS:
        if "time_zone" not in options or options["catch_up"] != "1h" or options["overlap"] != "skip":
            continue
        schedule = make(**options)
        launches = schedule.launches(10, after="2025-12-31")
        assert len(launches) == (0 if not schedule.timed else 10 if schedule.recurring and "2027" not in repr(schedule) else 1), schedule
        assert launches == sorted(set(launches))
        assert {str(at.tzinfo) for at in launches} <= {"Europe/Paris"}
        if "valid_from" in options:
            assert all(at.date() >= dt.date(2026, 1, 5) for at in launches)
