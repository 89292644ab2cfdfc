"""Wait: everybody goes on later, and what follows sees the instant at which the wait was due."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import Wait


def test_everybody_goes_on() -> None:
    outputs, counted = cn.testing.counted(Wait.of(days=3), pl.DataFrame({"id": [3, 1, 2]}))
    assert outputs["out"]["id"].to_list() == [1, 2, 3]
    assert counted.reasons["Tested"] == {}


def test_units_add_up() -> None:
    assert Wait.of(days=1, hours=2, minutes=3, seconds=4.5).duration == dt.timedelta(days=1, seconds=7384.5)


def test_what_follows_sees_the_instant_at_which_the_wait_was_due(tmp_path: Path) -> None:
    shop = cn.DataModel("shop", as_of="2026-07-01")
    shop.table("people", pl.DataFrame({"id": [1, 2], "born": [dt.date(2026, 6, 30), dt.date(2026, 7, 3)]}), key="id")
    spring = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    everybody = spring.build_audience("All", shop.people)
    everybody.filter("Now", cn.col.born < cn.today())
    everybody.wait("Days", days=3).filter("Later", cn.col.born < cn.today())
    run = spring.dry_run()
    assert (run["Now"]["id"].to_list(), run["Later"]["id"].to_list()) == ([1], [1, 2])


def test_a_hundred_years_are_the_longest_wait() -> None:
    assert Wait.of(days=36_525).duration.days == 36_525
    with pytest.raises(cn.DefinitionError, match=r"a duration of .*\n  expected: a positive duration of at most 100 years"):
        Wait.of(days=36_525, seconds=1)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({}, "a duration of 0:00:00\n  expected: a positive duration"),
        ({"days": -1}, "a duration of -1 day"),
        ({"days": 1, "hours": -24}, "a duration of 0:00:00"),
        ({"days": 1e300}, r"days=1e\+300 is no duration"),
        ({"hours": float("nan")}, "hours=nan is no duration"),
        ({"days": "3"}, "days='3' is no duration\n  expected: a positive duration"),
        ({"days": None}, "days=None is no duration"),
    ],
)
def test_what_is_no_wait_is_refused(options: dict[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        Wait.of(**options)


def test_a_wait_of_a_document_is_checked_too() -> None:
    with pytest.raises(cn.DefinitionError, match="wait 'Tested'\n  a duration of -1 day"):
        cn.testing.run(Wait(duration=dt.timedelta(days=-1)), pl.DataFrame({"id": [1]}))
