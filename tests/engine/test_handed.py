"""What stages hand on in memory, and when it is given up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.engine.handed import Handed
from campaign_nb.engine.plan import Plan, checkpoint_of
from campaign_nb.graph.definition import Ref
from tests.engine.shop import shop

ROWS = pl.DataFrame({"id": [1, 2, 3]})


def steps_of(c: cn.Campaign) -> Plan:
    """A campaign's plan with a stage for each activity."""
    program = c.program()
    return type(program)(program.campaign, program.contexts, program.model, program.start, single=True).plan(staged=True)


def held_after(plan: Plan, number: int, most: int = 2**20, made: Sequence[str] = ("All",)) -> set[str]:
    """What the stage after one finds in memory, when each before has kept rows."""
    handed = Handed(most)
    for stage in plan.stages[: number + 1]:
        handed.take(plan, stage, {Ref(task.label): ROWS for task in stage.tasks if task.label in made})
    return set(handed.rows(plan.stages[number + 1]))


@pytest.fixture
def spring(tmp_path_factory: pytest.TempPathFactory) -> cn.Campaign:
    return cn.Campaign("Spring", data=shop(), workspace=cn.Workspace(tmp_path_factory.mktemp("ws")))


def test_rows_are_held_until_the_last_stage_that_reads_them(spring: cn.Campaign) -> None:
    people = spring.build_audience("All", spring.data.people)
    people.filter("One", cn.col.age > 1)
    people.filter("Two", cn.col.age > 2)
    people.filter("Three", cn.col.age > 3)
    spring.build_audience("Other", spring.data.people)
    assert [held_after(steps_of(spring), number) for number in (0, 1, 3)] == [{checkpoint_of(Ref("All"))}] * 2 + [set()]


def test_rows_larger_than_what_may_be_held_are_not(spring: cn.Campaign) -> None:
    people = spring.build_audience("All", spring.data.people)
    people.filter("One", cn.col.age > 1).filter("Two", cn.col.age > 2)
    assert held_after(steps_of(spring), 0, most=ROWS.estimated_size() - 1) == set()
    assert held_after(steps_of(spring), 0, most=int(ROWS.estimated_size())) == {checkpoint_of(Ref("All"))}


def test_rows_of_another_instant_are_given_up(spring: cn.Campaign) -> None:
    people = spring.build_audience("All", spring.data.people)
    people.wait("Three days", days=3).filter("One", cn.col.age > 1).filter("Two", cn.col.age > 2)
    plan = steps_of(spring)
    assert [stage.offset for stage in plan.stages] == [dt.timedelta(0)] * 2 + [dt.timedelta(days=3)] * 2
    made = ("All", "Three days", "One")
    assert [held_after(plan, number, made=made) for number in (0, 1, 2)] == [
        {checkpoint_of(Ref("All"))},
        set(),
        {checkpoint_of(Ref("One"))},
    ]


def test_rows_from_before_a_change_of_tables_are_given_up(spring: cn.Campaign, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("tables") / "marks.parquet"
    pl.DataFrame({"id": [1], "mark": ["x"]}).write_parquet(path)
    marks = spring.data.table("marks", path, key="id", writable=True)
    people = spring.build_audience("All", spring.data.people)
    people.update_data("Mark", into=marks, set={"mark": "y"}).filter("Marked", cn.col.age > 1)
    people.filter("Later", cn.col.age > 2)
    plan = steps_of(spring)
    assert [task.label for stage in plan.stages for task in stage.tasks] == ["All", "Mark", "Marked", "Later"]
    made = ("All", "Mark", "Marked")
    assert [held_after(plan, number, made=made) for number in (0, 1, 2)] == [{checkpoint_of(Ref("All"))}, set(), set()]
