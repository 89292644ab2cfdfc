"""Reconciliation: which row of a table each row belongs to, and why some belong to none."""

from __future__ import annotations

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.errors import DefinitionError

PEOPLE = pl.DataFrame(
    {
        "id": [1, 2, 3, 4],
        "email": ["a@example.com", "b@example.com", "b@example.com", None],
        "born": [1980, 1990, 1991, 1992],
        "active": [True, True, False, None],
    }
)
LEADS = pl.DataFrame({"lead": [10, 11, 12, 13, 14], "mail": ["a@example.com", "b@example.com", None, "x@example.com", "a@example.com"]})


def reconciled(workspace: cn.Workspace, **options: object) -> tuple[cn.DryRun, cn.Transition]:
    model = cn.DataModel("shop")
    people = model.table("people", PEOPLE, key="id")
    leads = model.table("leads", LEADS.with_columns(year=pl.Series(["1980", "1991", "1990", "x", None])), key="lead")
    campaign = cn.Campaign("Leads", data=model, workspace=workspace)
    start = campaign.build_audience("Leads", leads).enrich("Score", score=leads.lead * 2)
    found = start.reconcile("Known", **{"to": people, "on": {"mail": "email"}} | options)  # type: ignore[arg-type] # options by name
    return campaign.dry_run(), found


def test_each_row_takes_its_only_match_and_the_others_say_why_not(workspace: cn.Workspace) -> None:
    run, found = reconciled(workspace)
    assert found.frame(run).rows() == [(1, 20)]
    reasons = {row["lead"]: row["reason"] for row in found.complement.frame(run).iter_rows(named=True)}
    assert reasons == {11: "ambiguous", 12: "no match", 13: "no match", 14: "matched by an earlier row"}


def test_a_filter_decides_which_rows_may_match(workspace: cn.Workspace) -> None:
    run, found = reconciled(workspace, where="active")
    assert found.frame(run)["id"].to_list() == [1, 2]


def test_all_pairs_must_be_equal_and_text_is_read_as_a_number(workspace: cn.Workspace) -> None:
    run, found = reconciled(workspace, on={"mail": "email", "year": "born"})
    assert found.frame(run)["id"].to_list() == [1, 3]


def test_the_first_of_several_in_an_order(workspace: cn.Workspace) -> None:
    run, found = reconciled(workspace, on_many="first", order=cn.col.born.desc())
    assert found.frame(run)["id"].to_list() == [1, 3]


def test_counts_add_up(workspace: cn.Workspace) -> None:
    run, found = reconciled(workspace)
    ports = {(row["activity"], row["transition"]): row["rows"] for row in run.counts.iter_rows(named=True)}
    assert ports["Known", "out"] + ports["Known", "complement"] == ports["Score", "out"] == 5
    assert found.label == "Known"


def test_rows_that_are_kept_stay_what_they_are_with_the_key_found_beside(workspace: cn.Workspace) -> None:
    run, found = reconciled(workspace, keep=True)
    assert found.frame(run).rows() == [(10, 20, 1), (11, 22, None), (12, 24, None), (13, 26, None), (14, 28, 1)]
    reasons = {row["lead"]: row["reason"] for row in found.complement.frame(run).iter_rows(named=True)}
    assert reasons == {11: "ambiguous", 12: "no match", 13: "no match"}
    assert run.exclusions.rows() == [("Known", "no match", 2), ("Known", "ambiguous", 1)]


def test_of_several_matches_a_kept_row_has_the_first_in_an_order(workspace: cn.Workspace) -> None:
    run, found = reconciled(workspace, keep={"id": "person"}, on_many="first", order=cn.col.born.desc())
    assert dict(found.frame(run).select("lead", "person").rows()) == {10: 1, 11: 3, 12: None, 13: None, 14: 1}


def test_the_key_found_leads_on_to_the_table(workspace: cn.Workspace) -> None:
    model = cn.DataModel("shop")
    people, leads = model.table("people", PEOPLE, key="id"), model.table("leads", LEADS, key="lead")
    campaign = cn.Campaign("Leads", data=model, workspace=workspace)
    found = campaign.build_audience("Leads", leads).reconcile("Kept", to=people, on={"mail": "email"}, keep=True)
    known = found.filter("Found", "id is not null").reconcile("People", to=people, on="id")
    run = campaign.dry_run()
    assert known.frame(run)["id"].to_list() == [1]
    assert known.complement.frame(run)["reason"].to_list() == ["matched by an earlier row"]


def test_everybody_kept_has_reached_the_output(workspace: cn.Workspace) -> None:
    run, found = reconciled(workspace, keep=True)
    assert run.lineage(found).collect()["reached"].all()
    assert "matches = 2" in str(run.explain(11))


def test_numbers_match_by_their_value_not_by_what_is_left_of_them(workspace: cn.Workspace) -> None:
    model = cn.DataModel("shop")
    people = model.table("people", PEOPLE, key="id")
    leads = model.table("leads", pl.DataFrame({"lead": [1, 2], "person": [1.0, 2.5]}), key="lead")
    campaign = cn.Campaign("Leads", data=model, workspace=workspace)
    found = campaign.build_audience("Leads", leads).reconcile("Known", to=people, on={"person": "id"})
    assert found.frame(campaign.dry_run())["id"].to_list() == [1]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"to": "persons"}, "no table 'persons'"),
        ({"on": {"male": "email"}}, "no column 'male'"),
        ({"on": {"mail": "mail"}}, "no column 'mail' in people"),
        ({"on": {"lead": "email"}}, "lead is integer"),
        ({"on": {}}, "on is empty"),
        ({"on_many": "first"}, "without an order"),
        ({"on_many": "any"}, "on_many='any'"),
        ({"order": cn.col.born}, "without on_many"),
        ({"where": "activ"}, "activ"),
        ({"keep": {"ident": "person"}}, "keep names 'ident'\n  expected: one of: id"),
        ({"keep": {"id": "mail"}}, "already has a column 'mail'"),
        ({"keep": {"id": "score"}}, "already has a column 'score'"),
        ({"keep": {"id": "_id"}}, "a column called '_id'"),
    ],
)
def test_what_does_not_fit_is_a_problem_at_the_definition(options: dict[str, object], what: str, workspace: cn.Workspace) -> None:
    with pytest.raises(DefinitionError, match=what):
        reconciled(workspace, **options)
