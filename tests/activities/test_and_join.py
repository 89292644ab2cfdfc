"""And-join: it goes on once all branches have arrived, with the people of the primary one."""

from __future__ import annotations

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import AndJoin
from tests.activities.stored import shop


def test_the_people_and_columns_are_those_of_the_primary_branch() -> None:
    one, two = pl.DataFrame({"id": [1, 2], "a": [5, 6]}), pl.DataFrame({"id": [2, 3]})
    assert cn.testing.run(AndJoin.of(), one, two)["out"]["id"].to_list() == [1, 2]
    assert cn.testing.run(AndJoin.of(), two, one)["out"]["id"].to_list() == [2, 3]


def joined(workspace: cn.Workspace) -> tuple[cn.Campaign, cn.Transition, cn.Transition]:
    model = shop()
    c = cn.Campaign("Joined", data=model, workspace=workspace)
    everybody = c.build_audience("All", model.people)
    return c, everybody.enrich("Twice", twice=cn.col.points * 2), everybody.filter("Rich", cn.col.points > 10, when_empty="stop")


def test_any_branch_can_be_the_primary_one(workspace: cn.Workspace) -> None:
    c, twice, rich = joined(workspace)
    both = c.and_join("Both", twice, rich, primary=rich)
    assert both.frame(c.dry_run()).rows() == [(2,)]
    c, twice, rich = joined(workspace)
    assert c.and_join("Both", rich, twice, primary=twice).frame(c.dry_run()).columns == ["id", "twice"]


def test_an_empty_branch_that_goes_on_has_arrived(workspace: cn.Workspace) -> None:
    c, twice, _ = joined(workspace)
    c.and_join("Both", twice, twice.filter("Nobody", cn.col.points > 900), primary=twice)
    assert (c.dry_run().states()["Both"], c.dry_run()["Both"].height) == ("done", 3)


def test_a_branch_that_stopped_never_arrives(workspace: cn.Workspace) -> None:
    c, twice, _ = joined(workspace)
    c.and_join("Both", twice, twice.filter("Nobody", cn.col.points > 900, when_empty="stop"), primary=twice).save_audience("Kept")
    run = c.dry_run()
    assert (run.states()["Both"], run.notes["Both"], run["Both"].height) == ("warning", "nothing arrived from 'Nobody'", 0)
    c.publish(confirm=0)
    c.runs[0].wait("20s")
    assert c.log.frame().filter(level="warning")["message"].to_list() == ["'Both' never ran: nothing arrived from 'Nobody'"]
    assert workspace.audiences.frame().height == 0


def test_it_takes_two_branches_at_least(workspace: cn.Workspace) -> None:
    c, twice, _ = joined(workspace)
    c.and_join("Both", twice)
    assert [problem.what for problem in c.problems] == ["it has 1 input"]


def test_it_has_no_option() -> None:
    with pytest.raises(TypeError, match="unexpected keyword"):
        AndJoin.of(mode="union")  # type: ignore[call-arg] # refused
