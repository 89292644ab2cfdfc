"""Rows behind a run and the time left, from numbers by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from campaign_nb.campaign.remaining import Remaining, remaining
from campaign_nb.store.runs import TaskRecord

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
ORDER = ["All", "Adults", "Check", "Mail"]


def task(activity: str, stage: int, seconds: float | None, rows: int = 0, state: Any = "done") -> TaskRecord:
    """A task of a stage that began at noon and took some seconds."""
    ended = None if seconds is None else NOON + dt.timedelta(seconds=seconds)
    return TaskRecord("r", activity, "x", stage, state, rows, rows, NOON, ended, NOON, "")


def before(*seconds: float) -> list[TaskRecord]:
    """The run before: All and Adults in the first stage, Check in the second, Mail in the third."""
    return [task(label, stage, seconds[stage]) for label, stage in zip(ORDER, (0, 0, 1, 2), strict=True)]


def left(tasks: list[TaskRecord], previous: list[TaskRecord], elapsed: float = 0) -> tuple[float | None, str]:
    found = remaining(ORDER, {}, tasks, previous, NOON, NOON + dt.timedelta(seconds=elapsed))
    return found.seconds, found.source


def test_the_stages_of_the_run_before_tell_the_time_that_is_left() -> None:
    # Done: stage 0. Left: 10 s of checking, of which 4 have passed, and 5 s of mail.
    assert left([task("All", 0, 3), task("Adults", 0, 3)], before(2, 10, 5), elapsed=4) == (11, "previous")


def test_activities_that_compute_together_are_counted_once() -> None:
    assert left([], before(6, 0, 0)) == (6, "previous")


def test_a_stage_that_takes_twice_its_time_makes_the_rest_unknown() -> None:
    tasks = [task("All", 0, 1), task("Adults", 0, 1)]
    assert left(tasks, before(2, 10, 5), elapsed=21) == (None, "nothing")


def test_without_a_run_before_the_finished_stages_tell() -> None:
    # Two activities took 4 s together: 2 s each; two are left, one second has passed.
    assert left([task("All", 0, 4), task("Adults", 0, 4)], [], elapsed=1) == (3, "finished")


def test_an_estimate_that_time_has_disproved_is_none() -> None:
    assert left([task("All", 0, 4), task("Adults", 0, 4)], [], elapsed=5) == (None, "nothing")


def test_before_anything_is_done_nothing_is_known() -> None:
    assert left([], []) == (None, "nothing")


def test_a_run_before_that_lacks_an_activity_does_not_tell() -> None:
    assert left([task("All", 0, 4)], before(1, 1, 1)[:3]) == (12, "finished")


def test_an_activity_that_failed_is_not_finished_and_tells_no_time() -> None:
    assert left([task("All", 0, None, state="failed")], []) == (None, "nothing")


def test_what_was_passed_by_is_behind_the_run() -> None:
    tasks = [task("All", 0, 1), task("Adults", 0, 1), task("Check", 1, 2, state="skipped"), task("Mail", 2, 0, state="warning")]
    assert left(tasks, []) == (0, "finished")


def test_known_rows_are_those_behind_and_those_that_stand_before_what_is_left() -> None:
    inputs = {"Adults": [100], "Check": [60], "Mail": [None]}
    tasks = [task("All", 0, 1, rows=0), task("Adults", 0, 1, rows=100)]
    assert remaining(ORDER, inputs, tasks, [], None, NOON) == Remaining(100, 160, 1.0, "finished")
