"""Test: everybody goes one way, by how many they are or by variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import ConditionTest
from campaign_nb.activity import Context
from campaign_nb.steps import Population
from tests.activities.stored import shop

FIVE = pl.DataFrame({"id": [1, 2, 3, 4, 5]})


def heights(activity: ConditionTest, rows: pl.DataFrame = FIVE) -> dict[str, int]:
    return {name: frame.height for name, frame in cn.testing.run(activity, rows).items()}


def test_the_first_true_condition_has_everybody() -> None:
    assert heights(ConditionTest.of(many="size('Input') > 5", some="size('Input') > 2", few="size('Input') > 1")) == {
        "many": 0,
        "some": 5,
        "few": 0,
        "otherwise": 0,
    }


@pytest.mark.parametrize(("number", "way"), [(4, "enough"), (5, "otherwise"), (6, "otherwise")])
def test_a_number_at_the_border_is_not_over_it(number: int, way: str) -> None:
    found = heights(ConditionTest.of(enough=f"size('Input') > {number}"))
    assert found == {"enough": 0, "otherwise": 0} | {way: 5}


def test_nobody_is_a_number_like_others() -> None:
    assert cn.testing.run(ConditionTest.of(none="size('Input') = 0"), FIVE.clear())["none"].height == 0
    way = cn.testing.counted(ConditionTest.of(none="size('Input') = 0"), FIVE.clear())[1].ports
    assert {ref.port: rows for ref, rows in way.items()} == {"none": 0, "otherwise": 0}


def test_a_size_of_a_run_before_that_was_none_is_unknown() -> None:
    assert heights(ConditionTest.of(less="previous_size('Input') < 10", more="previous_size('Input') >= 10"))["otherwise"] == 5


def campaign(workspace: cn.Workspace, **options: Any) -> tuple[cn.Campaign, cn.Transition]:
    model = shop()
    c = cn.Campaign("Tested", data=model, workspace=workspace, **options)
    return c, c.build_audience("All", model.people)


def test_variables_decide_too(workspace: cn.Workspace) -> None:
    c, people = campaign(workspace, variables={"channel": "sms", "least": 2})
    people.test("Channel", mail=cn.var("channel") == "mail", sms=cn.var("channel") == "sms")
    people.test("Both", yes=(people.size > cn.var("least")) & (cn.var("channel") == "sms"))
    assert c.dry_run().notes == {"Channel": "sms", "Both": "yes (All: 3)"}


def test_names_that_are_no_identifiers_come_in_a_dict_and_in_order(workspace: cn.Workspace) -> None:
    c, people = campaign(workspace)
    ways = people.test("How many?", {"a lot": people.size > 10, "label": people.size > 1})
    assert (ways.names, c.dry_run().notes) == (["a lot", "label", "otherwise"], {"How many?": "label (All: 3)"})


def test_conditions_are_read_as_text_and_printed_as_sentences(workspace: cn.Workspace) -> None:
    c, people = campaign(workspace)
    people.test("Enough?", enough="size('All') > 2 and previous_size('All') is null")
    (_, text) = c.definition["Enough?"].activity.options()[0]
    assert "size of 'All' is over 2" in text
    assert c.dry_run().notes["Enough?"].startswith("enough")


def test_the_size_of_an_output_is_meant_by_its_name(workspace: cn.Workspace) -> None:
    c, people = campaign(workspace)
    rich = people.filter("Rich", cn.col.points > 10)
    rich.test("Poor?", poor=rich.complement.size > rich.size)
    assert c.dry_run().notes == {"Poor?": "poor (complement of Rich: 2; Rich: 1)"}


def test_a_size_is_a_number_after_a_run(workspace: cn.Workspace) -> None:
    c, people = campaign(workspace)
    assert repr(people.size) == "not counted yet"
    with pytest.raises(cn.RunError, match="transition 'All'\n  it was not counted yet"):
        int(people.size)
    c.dry_run()
    assert (int(people.size), repr(people.size)) == (3, "3")


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({}, "no condition is named"),
        ({"otherwise": "size('Input') > 1"}, "a condition is called 'otherwise'"),
        ({" ": "size('Input') > 1"}, "a condition is called ' '"),
        ({"a\tb": "size('Input') > 1"}, "a condition is called"),
    ],
)
def test_what_is_no_test_is_refused(given: Mapping[str, object], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        ConditionTest.of(given)


@pytest.mark.parametrize("rule", ["id > 1", "size('Input') > id", "is_empty(id)"])
def test_a_condition_on_rows_is_a_problem(rule: str) -> None:
    with pytest.raises(cn.DefinitionError, match=r"test 'Tested', 'few'\n  its condition differs from row to row"):
        cn.testing.run(ConditionTest.of(few=rule), FIVE)


def test_a_size_compared_with_text_is_a_problem() -> None:
    model = shop()
    found = ConditionTest.of(few="size('Input') = 'x'").validate(
        [Population(model, model.infos["people"])], Context("c", "Few?", "s", model)
    )
    assert [(problem.where, problem.what) for problem in found] == [("test 'Few?', 'few'", "integer = text")]


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("size('Alle') > 1", "it asks how many are in 'Alle', which is not there"),
        ("size('All', 'B') > 1", "it asks how many are in output 'B' of 'All', which it does not have"),
        ("previous_size('Alle') > 1", "it asks how many are in 'Alle', which is not there"),
        ("size('After') > 1", "a cycle: 'Enough?' → 'After' → 'Enough?'"),
    ],
)
def test_the_size_of_what_is_not_there_or_comes_later_is_a_problem(workspace: cn.Workspace, rule: str, what: str) -> None:
    c, people = campaign(workspace)
    people.test("Enough?", enough=rule).enough.filter("After", cn.col.points > 1)
    assert [problem.what for problem in c.problems] == [what]


def test_the_size_before_of_what_comes_later_can_be_asked(workspace: cn.Workspace) -> None:
    c, people = campaign(workspace)
    people.test("Enough?", enough="previous_size('After') > 1").enough.filter("After", cn.col.points > 1)
    assert (len(c.problems), c.dry_run().notes["Enough?"]) == (0, "otherwise (After before: unknown)")


def test_a_variable_of_another_type_is_told_with_the_way(workspace: cn.Workspace) -> None:
    c, people = campaign(workspace, variables={"least": 2})
    people.test("Enough?", enough=cn.var("least") == "two")
    with pytest.raises(cn.RunError, match=r"test 'Enough\?', 'enough'\n  rule: integer = text"):
        c.dry_run()
