"""Combine: the keys of several populations, once each, and who was left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import Combine

A, B, C = (pl.DataFrame({"id": ids}) for ids in ([1, 2, 3], [2, 3, 4], [3, 5]))


def ids(outputs: dict[str, pl.DataFrame]) -> dict[str, list[int]]:
    return {port: rows["id"].to_list() for port, rows in outputs.items()}


def campaign(tmp_path: Path) -> cn.Campaign:
    shop = cn.DataModel("shop")
    shop.table("people", pl.DataFrame({"id": [1, 2, 3, 4], "age": [17, 40, 61, None]}), key="id")
    shop.table("orders", pl.DataFrame({"order": [1]}), key="order")
    return cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))


def test_a_union_has_each_key_once_and_no_complement() -> None:
    assert ids(cn.testing.run(Combine.of(), A, B, C)) == {"out": [1, 2, 3, 4, 5]}


def test_a_union_counts_the_rows_that_an_earlier_input_has() -> None:
    _, counted = cn.testing.counted(Combine.of(), A, B, C)
    assert counted.rows_in["Tested"] == 8
    assert counted.reasons["Tested"] == {"in an earlier input": 3}


def test_an_intersection_has_the_keys_of_all_inputs_and_its_complement_all_others() -> None:
    assert ids(cn.testing.run(Combine.of(mode="intersection"), A, B, C)) == {"out": [3], "complement": [1, 2, 4, 5]}


def test_an_exclusion_has_the_primary_keys_that_no_other_has_and_its_complement_the_excluded() -> None:
    outputs, counted = cn.testing.counted(Combine.of(mode="exclusion"), A, B, C)
    assert ids(outputs) == {"out": [1], "complement": [2, 3]}
    assert outputs["complement"]["reason"].unique().to_list() == ["in an excluded population"]
    assert counted.reasons["Tested"] == {"in an excluded population": 2}


@pytest.mark.parametrize(
    ("mode", "out"), [("union", [1, 2, 3]), ("intersection", []), ("exclusion", [1, 2, 3])], ids=["union", "intersection", "exclusion"]
)
def test_an_input_without_rows_adds_nothing_leaves_nothing_in_common_and_excludes_nobody(mode: str, out: list[int]) -> None:
    assert ids(cn.testing.run(Combine.of(mode=mode), A, A.clear()))["out"] == out  # type: ignore[arg-type] # a mode


def test_everybody_of_a_first_input_without_rows_is_nobody() -> None:
    assert ids(cn.testing.run(Combine.of(mode="exclusion"), A.clear(), B)) == {"out": [], "complement": []}


def test_a_key_of_several_inputs_keeps_the_columns_of_the_earliest(tmp_path: Path) -> None:
    spring = campaign(tmp_path)
    everybody = spring.build_audience("All", spring.data.people)
    old = everybody.filter("Old", cn.col.age > 30).enrich("First", rank="first")
    young = everybody.enrich("Second", rank="second")
    spring.combine("Both", old, young)
    assert spring.dry_run()["Both"].rows() == [(1, "second"), (2, "first"), (3, "first"), (4, "second")]


def test_a_column_that_one_input_has_alone_is_null_for_the_others(tmp_path: Path) -> None:
    spring = campaign(tmp_path)
    everybody = spring.build_audience("All", spring.data.people)
    spring.combine("Both", everybody.filter("Old", cn.col.age > 50).enrich("Rich", rank="A"), everybody.filter("Young", cn.col.age < 20))
    assert spring.dry_run()["Both"].rows() == [(1, None), (3, "A")]


def test_the_primary_input_is_the_one_that_is_named(tmp_path: Path) -> None:
    spring = campaign(tmp_path)
    everybody = spring.build_audience("All", spring.data.people)
    old = everybody.filter("Old", cn.col.age > 50)
    spring.combine("Rest", old, everybody, mode="exclusion", primary=everybody)
    assert spring.dry_run()["Rest"]["id"].to_list() == [1, 2, 4]


def test_a_single_input_is_a_problem(tmp_path: Path) -> None:
    spring = campaign(tmp_path)
    spring.combine("Alone", spring.build_audience("All", spring.data.people))
    with pytest.raises(cn.DefinitionError, match="it has 1 input\n  expected: at least 2"):
        spring.dry_run()


def test_inputs_of_two_dimensions_are_a_problem(tmp_path: Path) -> None:
    spring = campaign(tmp_path)
    spring.combine("Mixed", spring.build_audience("All", spring.data.people), spring.build_audience("Orders", spring.data.orders))
    with pytest.raises(cn.DefinitionError, match="populations of people and orders\n  expected: one targeting dimension"):
        spring.dry_run()


@pytest.mark.parametrize("mode", ["union", "intersection"])
def test_a_column_in_two_types_is_a_problem(tmp_path: Path, mode: Any) -> None:
    spring = campaign(tmp_path)
    everybody = spring.build_audience("All", spring.data.people)
    spring.combine("Both", everybody.enrich("One", rank=1), everybody.enrich("Two", rank="A"), mode=mode)
    with pytest.raises(cn.DefinitionError, match="combine 'Both'\n  column 'rank' is integer and text\n  expected: one type in all inputs"):
        spring.dry_run()


def test_a_column_of_an_excluded_population_may_have_any_type(tmp_path: Path) -> None:
    spring = campaign(tmp_path)
    everybody = spring.build_audience("All", spring.data.people)
    old = everybody.filter("Old", cn.col.age > 30).enrich("Two", rank="A")
    spring.combine("Rest", everybody.enrich("One", rank=1), old, mode="exclusion")
    assert spring.dry_run()["Rest"].rows() == [(1, 1), (4, 1)]


def test_another_mode_is_refused() -> None:
    with pytest.raises(cn.DefinitionError, match="mode='join'\n  expected: union, intersection or exclusion"):
        Combine.of(mode="join")  # type: ignore[arg-type] # the fault


MAILS = [
    pl.DataFrame({"id": [1, 2, 3], "mail": ["a", "b", None]}),
    pl.DataFrame({"id": [2, 4, 5], "mail": ["b", "a", None]}),
]


def test_rows_are_equal_by_values_instead_of_keys_and_the_primary_stays() -> None:
    outputs, counted = cn.testing.counted(Combine.of(by="mail"), *MAILS)
    assert ids(outputs) == {"out": [1, 2, 3, 5]}
    assert counted.reasons["Tested"] == {"in an earlier input": 1, "equal to a row of an earlier input": 1}
    assert ids(cn.testing.run(Combine.of(mode="intersection", by="mail"), *MAILS)) == {"out": [1, 2], "complement": [3, 5]}
    assert ids(cn.testing.run(Combine.of(mode="exclusion", by="mail"), *MAILS)) == {"out": [3], "complement": [1, 2]}


def two_dimensions(tmp_path: Path, **options: Any) -> tuple[list[int], list[int]]:
    shop = cn.DataModel("shop")
    people = shop.table("people", pl.DataFrame({"id": [1, 2, 3], "mail": ["a", "b", None]}), key="id")
    rows = pl.DataFrame({"lead": [7, 8, 9], "address": ["b", "x", None], "owner": [3, None, 1]})
    leads = shop.table("leads", rows, key="lead", links={"person": cn.Link("people", on={"owner": "id"})})
    campaign = cn.Campaign("Spring", data=shop, workspace=cn.Workspace(tmp_path))
    one, two = campaign.build_audience("People", people), campaign.build_audience("Leads", leads)
    left = campaign.combine("Only", one, two, **options)
    run = campaign.dry_run()
    return left.frame(run)["id"].to_list(), left.complement.frame(run)["id"].to_list()


def test_an_input_of_another_dimension_excludes_by_columns_or_by_its_links(tmp_path: Path) -> None:
    assert two_dimensions(tmp_path, mode="exclusion", on={"mail": "address"}) == ([1, 3], [2])
    assert two_dimensions(tmp_path, mode="exclusion", via="person") == ([2], [1, 3])
    assert two_dimensions(tmp_path, mode="intersection", via="person") == ([1, 3], [2])


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"mode": "union", "via": "person"}, "one targeting dimension"),
        ({"mode": "exclusion"}, "or by=, on= or via="),
        ({"mode": "exclusion", "via": "owner"}, "has no link 'owner'"),
        ({"mode": "exclusion", "on": {"mail": "adress"}}, "no column 'adress'"),
        ({"mode": "exclusion", "by": "mail", "via": "person"}, "several of by, on and via"),
    ],
)
def test_what_can_not_be_compared_is_a_problem(options: dict[str, Any], what: str, tmp_path: Path) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        two_dimensions(tmp_path, **options)


def test_a_way_to_another_dimension_without_one_is_a_problem() -> None:
    with pytest.raises(cn.DefinitionError, match="all inputs are of one dimension"):
        cn.testing.run(Combine.of(mode="exclusion", on={"mail": "mail"}), *MAILS)
