"""What is refused, and with which words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from campaign_nb.errors import ScheduleError
from campaign_nb.schedule import Cron, Daily, Monthly, Once, OnSignal, Schedule, SeveralTimesADay, Weekly

REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: Daily("25:00"), "'25:00' is no time of day"),
    (lambda: Daily(9), "9 is no time of day"),  # type: ignore[arg-type] # refused
    (lambda: Daily("09:00", days="someday"), "'someday' is not known"),
    (lambda: Daily("09:00", days=[]), "an empty list is not known"),
    (lambda: Daily("09:00", days={"a": 1}), "an empty list is not known"),  # type: ignore[arg-type] # refused
    (lambda: Daily("09:00", time_zone="Paris"), "'Paris' is no IANA time zone"),
    (lambda: Daily("09:00", valid_from="tomorrow"), "'tomorrow' is no date, nor a date and time"),
    (lambda: Daily("09:00", valid_until="2026-02-30"), "'2026-02-30' is no date"),
    (
        lambda: Daily("09:00", valid_from="2026-07-02", valid_until="2026-07-01"),
        "valid_until, 2026-07-01, lies before valid_from, 2026-07-02",
    ),
    (lambda: Daily("09:00", catch_up="1"), "'1' is no length of time"),
    (lambda: Daily("09:00", overlap="wait"), "'wait' is not known"),
    (lambda: Weekly("mon", "09:00", every=0), "0 is not possible"),
    (lambda: Weekly("mon", "09:00", every=True), "True is not possible"),
    (lambda: Monthly("09:00", day=32), "32 is no day of a month"),
    (lambda: Monthly("09:00", day=["sixth monday", 5, 0]), "'sixth monday', 0 is no day of a month"),
    (lambda: Monthly("09:00", day=[]), "an empty list is no day of a month"),
    (lambda: Monthly("09:00", day=1, months=13), "13 is not known"),
    (lambda: SeveralTimesADay(), "it needs hours or every"),
    (lambda: SeveralTimesADay("09:00", every="1h"), "it needs hours or every"),
    (lambda: SeveralTimesADay("09:00", between=("08:00", "20:00")), "it belongs to every"),
    (lambda: SeveralTimesADay([]), "an empty list is no list of times"),
    (lambda: SeveralTimesADay(every="1h", between="08:00"), "is no range of the day"),
    (lambda: SeveralTimesADay(every="1h", between=("08:00", "8:00")), "the range from 08:00 to 08:00 is empty"),
    (lambda: SeveralTimesADay(every="24h", days="mon"), "it begins anew each day"),
    (lambda: SeveralTimesADay(every="1500ms"), "is no length of time"),
    (lambda: SeveralTimesADay(every="1.5s"), "no whole number of seconds"),
    (lambda: Once("soon"), "'soon' is no date"),
    (lambda: Once(10**5000), "a very large number is no date"),  # type: ignore[arg-type] # refused
    (lambda: Cron("0 9 * *"), "it has 4 fields instead of 5, 6 or 7"),
    (lambda: Cron("0 24 * * *"), "'24' is no hour"),
    (lambda: Cron("0 9 * * 5L"), "'5L' is no day of the week"),
    (lambda: Cron("0 9 * * 1,2#2"), "it mixes days of the week"),
    (lambda: Cron("@sometimes"), "no such name"),
    (lambda: Cron("R 9 * * *"), "'R' draws a time by lot"),
    (lambda: Cron("h(0-5) 9 * * *"), "draws a time by lot"),
    (lambda: Cron("1" * 500), "it is longer than 200 characters"),
    (lambda: Cron(9), "9 can't be used"),  # type: ignore[arg-type] # refused
    (lambda: Cron(""), "it has 0 fields"),
    (lambda: OnSignal(channel=None), "None is no type or value of a parameter"),
    (lambda: OnSignal({"": str}), "'' is no name"),
    (lambda: OnSignal(rate=float("nan")), "nan is no type or value"),
    (lambda: Daily("09:00", time_zone="UTC").launches(-1), "-1 is not possible"),
    (lambda: Daily("09:00", time_zone="UTC").launches(after="someday"), "'someday' can't be read"),
]


@pytest.mark.parametrize(("make", "what"), REFUSED, ids=[what for _, what in REFUSED])
def test_what_is_refused_says_what_it_found_and_what_to_write(make: Callable[[], object], what: str) -> None:
    with pytest.raises(ScheduleError, match=re.escape(what)) as caught:
        make()
    assert all(problem.where and problem.what and problem.expected and problem.do for problem in caught.value.problems)
    assert len(str(caught.value).splitlines()) <= 6


def test_all_problems_of_a_schedule_are_shown_together() -> None:
    with pytest.raises(ScheduleError, match="schedule Weekly has 6 problems") as caught:
        Weekly(["mon", "xyz"], at="9", every=2, time_zone="Mars", catch_up="long", overlap="?")
    fields = [problem.where for problem in caught.value.problems]
    assert fields == ["Weekly, time_zone", "Weekly, catch_up", "Weekly, overlap", "Weekly, days", "Weekly, at", "Weekly, every"]


DOCUMENTS: list[tuple[object, str]] = [
    ("daily", "'daily' is no schedule"),
    ([], "an empty list is no schedule"),
    ({"version": 1}, "no kind None"),
    ({"version": 1, "kind": "dayly"}, "did you mean 'daily'?"),
    ({"version": 1, "kind": ["daily"]}, "no kind a list"),
    ({"version": 2, "kind": "daily", "at": "09:00"}, "its version is 2"),
    ({"version": 1, "kind": "daily"}, "at not given"),
    ({"version": 1, "kind": "daily", "at": "09:00", "dayz": "all"}, "did you mean 'days'?"),
    ({"version": 1, "kind": "daily", "at": {"hour": 9}}, "a dict is no time of day"),
    ({"version": 1, "kind": "daily", "at": "09:00", "time_zone": ["UTC"]}, "a list is no IANA time zone"),
    ({"version": 1, "kind": "monthly", "at": "09:00", "day": [[1]]}, "a list is no day of a month"),
    ({"version": 1, "kind": "cron", "text": None}, "None can't be used"),
    ({"version": 1, "kind": "weekly", "at": "09:00", "days": "mon", "every": 1e9}, "1000000000.0 is not possible"),
    ({"version": 1, "kind": "on_signal", "parameters": ["a"]}, "a list holds no parameters"),
    ({"version": 1, "kind": "on_signal", "parameters": {"a": {"type": "eval"}}}, "'a' is saved without a known type"),
    ({"version": 1, "kind": "on_signal", "parameters": {"a": {"type": "int", "test": "x"}}}, "a value of another type"),
    ({"version": 1, "kind": "on_signal", "parameters": {"a": {"type": "date", "test": "x"}}}, "a value of another type"),
]


@pytest.mark.parametrize(("document", "what"), DOCUMENTS, ids=[what for _, what in DOCUMENTS])
def test_a_document_that_is_no_schedule_is_refused(document: object, what: str) -> None:
    with pytest.raises(ScheduleError, match=re.escape(what)):
        Schedule.from_json(document)  # type: ignore[arg-type] # what a file may hold


def test_texts_from_a_document_cannot_colour_or_forge_a_message() -> None:
    with pytest.raises(ScheduleError, match="can't be used") as caught:
        Schedule.from_json({"version": 1, "kind": "cron", "text": "\x1b[31m \n→ do this"})
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 4
