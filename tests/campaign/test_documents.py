"""A campaign in other forms: as a document, as code, as a copy, as an earlier version; its schedule goes with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn

SCHEDULES = [
    cn.Daily("09:00"),
    cn.Weekly(days=["mon", "thu"], at="10:00", time_zone="Europe/Paris", valid_from="2026-08-01", valid_until="2026-09-01"),
    cn.Once("2026-07-09 10:00"),
    cn.Monthly(day=1, at="08:00", catch_up="all"),
    cn.SeveralTimesADay(every="2h", overlap="queue"),
    cn.OnSignal(channel="sms", least=3, n=int),
]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()


@pytest.fixture
def spring(workspace: cn.Workspace) -> cn.Campaign:
    shop = cn.DataModel("shop")
    c = cn.Campaign("Spring", data=shop, workspace=workspace)
    c.build_audience("All", shop.table("people", pl.DataFrame({"id": [1, 2]}), key="id"))
    return c


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: type(schedule).__name__)
def test_document_and_code_build_the_same_schedule(spring: cn.Campaign, workspace: cn.Workspace, schedule: Any) -> None:
    spring.schedule = schedule
    again = cn.Campaign.from_json(spring.to_json(), data=spring.data, workspace=workspace)
    assert (again.schedule, again.diff(spring)) == (spring.schedule, [])
    names: dict[str, Any] = {"shop": spring.data}
    exec(spring.to_python(), names)  # noqa: S102 # what is written is code, and it is ours
    assert (names["spring"].schedule, names["spring"].diff(spring)) == (spring.schedule, [])


def test_a_saved_file_has_the_schedule(spring: cn.Campaign, tmp_path: Path) -> None:
    spring.schedule = cn.Daily("09:00")
    assert json.loads(spring.save(tmp_path / "spring.json").read_text())["schedule"]["at"] == "09:00"


def test_another_schedule_is_a_difference_in_words(spring: cn.Campaign, workspace: cn.Workspace) -> None:
    other = spring.duplicate("Summer")
    other.schedule = cn.Daily("10:00")
    assert [change.option for change in spring.diff(other)] == ["name", "schedule"]
    assert str(spring.diff(other)[1]).startswith("schedule nothing → Every day at 10:00")


def test_a_schedule_that_can_not_be_is_told_with_all_that_is_wrong(spring: cn.Campaign) -> None:
    document = json.loads(spring.to_json()) | {"schedule": {"version": 1, "kind": "daily", "at": "25:00"}, "history": "soon"}
    with pytest.raises(cn.DefinitionError, match="25:00") as caught:
        cn.Campaign.from_json(json.dumps(document), data=spring.data)
    assert len(caught.value.problems) == 2


def test_a_copy_needs_a_name_that_is_free(spring: cn.Campaign, workspace: cn.Workspace) -> None:
    summer = spring.duplicate("Summer")
    summer.save()
    for name, what in (("Summer", "has a campaign of that name; it is draft"), ("Spring", "this campaign's own name")):
        with pytest.raises(cn.DefinitionError, match=what):
            spring.duplicate(name)


def test_a_kept_draft_is_opened_by_its_number(spring: cn.Campaign, workspace: cn.Workspace) -> None:
    spring.schedule = cn.Daily("09:00")
    spring.publish(confirm=0)
    spring["All"].filter("Few", "id > 1")
    spring.save()
    opened = {number: cn.Campaign.open("Spring", version=number, workspace=workspace, data=spring.data) for number in (None, 1, 2)}
    assert {number: len(c.definition.nodes) for number, c in opened.items()} == {None: 1, 1: 1, 2: 2}
    assert opened[2].status == "live (draft of version 2)"
    opened[2].publish(confirm=0)
    assert cn.Campaign.open("Spring", workspace=workspace, data=spring.data).diff(spring) == []
    with pytest.raises(cn.StoreError, match="no version 3"):
        cn.Campaign.open("Spring", version=3, workspace=workspace)
