"""Save audience: who is stored, with which columns, and what is wrong with names and columns."""

from __future__ import annotations

import pytest

import campaign_nb as cn
from campaign_nb.activities import SaveAudience
from tests.activities.stored import PEOPLE, read, saved, shop


def test_everybody_is_passed_on() -> None:
    assert cn.testing.run(SaveAudience.of("Loyal"), PEOPLE)["out"].rows() == [(1,), (2,), (3,)]


def test_only_the_key_is_stored_when_no_column_is_named(workspace: cn.Workspace) -> None:
    saved(workspace)
    assert read(workspace)["Loyal"].rows() == [(1,), (2,)]


def test_columns_that_are_named_are_stored_beside_the_key(workspace: cn.Workspace) -> None:
    saved(workspace, columns=["twice"])
    assert read(workspace)["Loyal"].rows() == [(1, 10), (2, 100)]


def test_the_name_can_differ_from_the_label(workspace: cn.Workspace) -> None:
    saved(workspace, "Stored", audience="Best")
    assert read(workspace, audience="Best")["Loyal"].height == 2


def test_saving_again_replaces_the_whole_audience(workspace: cn.Workspace) -> None:
    saved(workspace, columns=["twice"])
    saved(workspace, least=10)
    assert read(workspace)["Loyal"].rows() == [(2,)]


def test_a_dry_run_saves_nothing(workspace: cn.Workspace) -> None:
    model = shop()
    first = cn.Campaign("First", data=model, workspace=workspace)
    first.build_audience("All", model.people).save_audience("Loyal")
    first.dry_run()
    with pytest.raises(cn.DefinitionError, match="no audience 'Loyal' in the workspace"):
        read(workspace)


def test_an_audience_that_two_activities_save_is_a_problem(workspace: cn.Workspace) -> None:
    model = shop()
    first = cn.Campaign("First", data=model, workspace=workspace)
    everybody = first.build_audience("All", model.people)
    everybody.save_audience("One", "Loyal")
    everybody.save_audience("Two", "Loyal")
    with pytest.raises(cn.DefinitionError, match="'One' saves the audience 'Loyal' too"):
        first.dry_run()


def test_a_column_that_was_not_added_can_not_be_kept() -> None:
    with pytest.raises(cn.DefinitionError, match="save_audience 'Tested'\n  no added column 'points'"):
        cn.testing.run(SaveAudience.of("Loyal", columns=["points"]), PEOPLE)


def test_one_column_can_be_named_without_a_list() -> None:
    assert SaveAudience.of("Loyal", columns="twice").columns == ("twice",)


@pytest.mark.parametrize("name", [5, "", "  "])
def test_a_name_that_is_no_text_is_refused(name: object) -> None:
    with pytest.raises(cn.DefinitionError, match=r"the name .*\n  expected: text"):
        SaveAudience.of(name)  # type: ignore[arg-type] # the fault


def test_columns_that_are_no_names_are_refused() -> None:
    with pytest.raises(cn.DefinitionError, match="names of added columns"):
        SaveAudience.of("Loyal", columns=[cn.col.points])  # type: ignore[list-item] # the fault
