"""Lengths of time, read and written."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_nb.errors import ScheduleError
from campaign_nb.schedule.duration import duration, duration_text, duration_words


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("1h30m", 5_400),
        ("1h 30m", 5_400),
        ("3 days", 259_200),
        ("3d", 259_200),
        ("365d", 31_536_000),
        ("2 Weeks", 1_209_600),
        ("1.5h", 5_400),
        ("0s", 0),
        (" 1 min ", 60),
    ],
)
def test_a_length_is_read_from_its_text(text: str, seconds: int) -> None:
    assert duration(text) == dt.timedelta(seconds=seconds)


def test_a_timedelta_stays_as_it_is() -> None:
    assert duration(dt.timedelta(minutes=3)) == dt.timedelta(minutes=3)


@pytest.mark.parametrize(
    "wrong", ["", "15", "m", "-1h", "1 month", "1y", "one day", "1h-2m", "99999999w", "1h" * 40, 15, None, dt.timedelta(-1), []]
)
def test_what_is_no_length_is_refused(wrong: object) -> None:
    with pytest.raises(ScheduleError, match="is no length of time"):
        duration(wrong)  # type: ignore[arg-type] # what users hand over


@given(st.integers(0, 10**9))
def test_text_is_read_back(seconds: int) -> None:
    length = dt.timedelta(seconds=seconds)
    assert duration(duration_text(length)) == length
    assert duration(duration_words(length).replace(" ", "")) == length


def test_text_and_words_are_short() -> None:
    lengths = [dt.timedelta(0), dt.timedelta(hours=36), dt.timedelta(weeks=2), dt.timedelta(seconds=61), dt.timedelta(milliseconds=1_500)]
    assert [duration_text(length) for length in lengths] == ["0s", "1d12h", "14d", "1m1s", "1.5s"]
    assert [duration_words(length) for length in lengths] == ["0 seconds", "1 day 12 hours", "2 weeks", "1 minute 1 second", "1.5 seconds"]
