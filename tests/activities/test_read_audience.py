"""Read audience: who comes back, with which columns, and what is wrong with names."""

from __future__ import annotations

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import ReadAudience
from campaign_nb.activity import Audience, Context
from tests.activities.stored import PEOPLE, read, saved, shop

LOYAL = {"Loyal": pl.DataFrame({"id": [1, 3, 9], "rank": ["A", None, "B"]})}


def test_members_come_with_the_columns_that_were_stored() -> None:
    assert cn.testing.run(ReadAudience.of("Loyal"), shop(), audiences=LOYAL)["out"].rows() == [(1, "A"), (3, None)]


def test_the_label_is_the_name_when_none_is_given() -> None:
    outputs = cn.testing.run(ReadAudience.of(), shop(), audiences=LOYAL, label="Loyal")
    assert outputs["out"]["id"].to_list() == [1, 3]


def test_a_member_who_is_no_longer_in_the_table_is_gone(workspace: cn.Workspace) -> None:
    saved(workspace)
    assert read(workspace, PEOPLE.filter(pl.col("id") != 2))["Loyal"]["id"].to_list() == [1]


def test_a_column_of_the_audience_comes_before_the_tables_own() -> None:
    stored = pl.DataFrame({"id": [1, 3], "points": [7, 8]})
    assert cn.testing.run(ReadAudience.of("Loyal"), shop(), audiences={"Loyal": stored})["out"].rows() == [(1, 7), (3, 8)]


def test_an_audience_without_members_is_empty() -> None:
    outputs = cn.testing.run(ReadAudience.of("Loyal"), shop(), audiences={"Loyal": LOYAL["Loyal"].clear()})
    assert outputs["out"].rows() == []


def test_an_unknown_audience_is_a_problem_with_the_nearest_name() -> None:
    with pytest.raises(cn.DefinitionError, match=r"no audience 'Loyl' in the workspace\n  expected: did you mean 'Loyal'\?"):
        cn.testing.run(ReadAudience.of("Loyl"), shop(), audiences=LOYAL)


def test_an_audience_of_a_table_that_is_not_there_is_a_problem() -> None:
    context = Context("c", "Loyal", "s", shop(), audiences={"Loyal": Audience("Loyal", "customers")})
    (problem,) = ReadAudience.of().validate([], context)
    assert problem.where == "read_audience 'Loyal'"
    assert problem.what == "audience 'Loyal' is of table 'customers', which the data model does not have"
    assert problem.expected == "a data model with the table 'customers'"


def test_rows_that_start_with_no_tables_key_are_no_audience() -> None:
    with pytest.raises(cn.DefinitionError, match="audience 'Loyal'\n  its columns are person\n  expected: the key of a table first: id"):
        cn.testing.run(ReadAudience.of("Loyal"), shop(), audiences={"Loyal": pl.DataFrame({"person": [1]})})


@pytest.mark.parametrize("name", [5, "", "  "])
def test_a_name_that_is_no_text_is_refused(name: object) -> None:
    with pytest.raises(cn.DefinitionError, match=r"the name .*\n  expected: text"):
        ReadAudience.of(name)  # type: ignore[arg-type] # the fault
