"""Split: shares of the inbound population, rules in order, exact numbers, and the same group on every run."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import Share, Split

PEOPLE = pl.DataFrame(
    {"id": [1, 2, 3, 4, 5, 6], "points": [5, 50, None, 70, 20, 50], "tier": ["gold", "gold", "gold", "silver", None, "silver"]}
)
MANY = pl.DataFrame({"id": range(10_000)})
GOLD = cn.col.tier == "gold"


def split(rows: pl.DataFrame = PEOPLE, **options: Any) -> dict[str, list[int]]:
    found = cn.testing.run(Split.of(**options), rows)
    return {port: group["id"].to_list() for port, group in found.items()}


def test_shares_are_fractions_of_the_inbound_population_and_the_rest_is_the_complement() -> None:
    found = split(MANY, A=0.5, B=0.3)
    assert {port: round(len(ids) / 10_000, 1) for port, ids in found.items()} == {"A": 0.5, "B": 0.3, "complement": 0.2}
    assert sorted(key for ids in found.values() for key in ids) == list(range(10_000))


def test_shares_that_sum_to_one_leave_nobody_over() -> None:
    assert split(MANY, A=1 / 3, B=1 / 3, C=1 / 3)["complement"] == []
    assert split(MANY, A=0.1, B=0.2, C=0.7)["complement"] == []


def test_a_share_stays_of_the_inbound_population_after_a_rule_has_taken_some() -> None:
    people = MANY.with_columns(even=pl.col("id") % 2 == 0)
    found = split(people, even=cn.col.even, half=0.5)
    assert found["even"] == list(range(0, 10_000, 2))
    assert found["half"] == [key for key in split(people, half=0.5)["half"] if key % 2]


def test_people_stay_in_their_group_when_others_join_and_when_rows_lie_otherwise() -> None:
    before = split(MANY.head(5_000), A=0.5, held=cn.Control(0.1))
    after = split(MANY.reverse(), A=0.5, held=cn.Control(0.1))
    assert all([key for key in after[port] if key < 5_000] == ids for port, ids in before.items())


def test_groups_are_cut_from_one_line_so_that_a_new_group_at_the_end_moves_nobody() -> None:
    two, three = split(MANY, A=0.25, B=0.25), split(MANY, A=0.25, B=0.25, C=0.5)
    assert (two["A"], two["B"], two["complement"]) == (three["A"], three["B"], three["C"])


def test_the_seed_is_the_campaigns_with_the_label_unless_one_is_given() -> None:
    activity, own = Split.of(A=0.5), Split.of(A=0.5, seed=7)
    first = cn.testing.run(activity, MANY)["A"]
    assert first.equals(cn.testing.run(activity, MANY)["A"])
    assert not first.equals(cn.testing.run(activity, MANY, label="Other")["A"])
    assert not first.equals(cn.testing.run(activity, MANY, seed="other")["A"])
    assert cn.testing.run(own, MANY)["A"].equals(cn.testing.run(own, MANY, label="Other", seed="other")["A"])


def test_a_row_goes_to_the_first_rule_that_takes_it_and_an_unknown_rule_takes_nobody() -> None:
    found = split(gold=GOLD, rich=cn.col.points >= 50)
    assert found == {"gold": [1, 2, 3], "rich": [4, 6], "complement": [5]}


def test_a_rule_that_is_unknown_leaves_a_row_to_the_next() -> None:
    assert split(rich=cn.col.points >= 50, gold=GOLD) == {"rich": [2, 4, 6], "gold": [1, 3], "complement": [5]}


def test_with_overlap_a_row_goes_to_every_rule_that_takes_it() -> None:
    found = split(gold=GOLD, rich=cn.col.points >= 50, overlap=True)
    assert found == {"gold": [1, 2, 3], "rich": [2, 4, 6], "complement": [5]}


def test_a_subset_without_a_rule_takes_everybody_that_remains() -> None:
    assert split(gold=GOLD, rest=cn.Subset()) == {"gold": [1, 2, 3], "rest": [4, 5, 6], "complement": []}


def test_the_best_are_taken_by_an_order_with_nulls_last_and_ties_by_key() -> None:
    assert split(best=cn.Subset(top=2, by=cn.col.points.desc())) == {"best": [2, 4], "complement": [1, 3, 5, 6]}
    assert split(most=cn.Subset(top=5, by="points"))["complement"] == [3]


def test_the_best_of_a_rule_are_taken_and_the_others_stay_available() -> None:
    found = split(best=cn.Subset(GOLD, top=1, by=cn.col.points.desc()), rest=cn.Subset(GOLD))
    assert found == {"best": [2], "rest": [1, 3], "complement": [4, 5, 6]}


def test_more_than_there_are_is_everybody() -> None:
    assert split(all=cn.Subset(top=99)) == {"all": [1, 2, 3, 4, 5, 6], "complement": []}


def test_a_number_without_an_order_is_drawn_exactly_and_grows_with_the_number() -> None:
    few, more = split(MANY, drawn=cn.Subset(top=100))["drawn"], split(MANY, drawn=cn.Subset(top=200))["drawn"]
    assert (len(few), len(more)) == (100, 200)
    assert set(few) < set(more)


def test_a_share_of_a_rule_is_of_the_rows_that_satisfy_it() -> None:
    people = MANY.with_columns(even=pl.col("id") % 2 == 0)
    found = split(people, some=cn.Subset(cn.col.even, share=0.2))["some"]
    assert all(key % 2 == 0 for key in found)
    assert 900 < len(found) < 1_100


def test_each_row_carries_the_code_of_its_group_by_default_the_name() -> None:
    found = cn.testing.run(Split.of(gold=cn.Subset(GOLD, code="G"), rest=cn.Subset()), PEOPLE)
    assert found["gold"].rows() == [(1, "G"), (2, "G"), (3, "G")]
    assert found["rest"].rows() == [(4, "rest"), (5, "rest"), (6, "rest")]
    assert found["complement"].columns == ["id"]


def test_one_table_holds_all_groups_told_apart_by_their_codes() -> None:
    found = cn.testing.run(Split.of(gold=GOLD, rich=cn.col.points >= 50, one_table=True), PEOPLE)
    assert found["out"].rows() == [(1, "gold"), (2, "gold"), (3, "gold"), (4, "rich"), (6, "rich")]
    assert found["complement"]["id"].to_list() == [5]


def test_a_bare_share_a_control_and_a_rule_are_read_as_what_they_are() -> None:
    parts = Split.of(A=0.5, held=cn.Control(0.1, code="none"), gold=GOLD).parts
    assert parts == {"A": Share(0.5), "held": cn.Control(0.1, "none"), "gold": cn.Subset(GOLD)}


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"A": 0.8, "B": 0.3}, r"shares sum to 1.1\n  expected: at most 1"),
        ({"A": 1.5}, "group 'A'\n  a share of 1.5\n  expected: a fraction above 0, at most 1"),
        ({"A": 0.0}, "a share of 0.0"),
        ({"A": float("nan")}, "a share of nan"),
        ({"held": cn.Control("10%")}, "group 'held'\n  a share of '10%'"),  # type: ignore[arg-type] # the fault
        ({"held": cn.Control(True)}, "a share of True"),
        ({"held": cn.Control(0.5, code=5)}, "code=5\n  expected: text"),  # type: ignore[arg-type] # the fault
        ({"A": cn.Subset(share="half")}, "a share of 'half'"),  # type: ignore[arg-type] # the fault
        ({"A": cn.Subset(top=0)}, "top=0\n  expected: a whole number of at least 1"),
        ({"A": cn.Subset(top=2.5)}, "top=2.5\n  expected: a whole number"),  # type: ignore[arg-type] # the fault
        ({"A": cn.Subset(top="all")}, "top='all'\n  expected: a whole number"),  # type: ignore[arg-type] # the fault
        ({"A": cn.Subset(top=5, share=0.5)}, "top=5 with share=0.5\n  expected: either a share or a number"),
        ({"A": cn.col.teir == "gold"}, r"group 'A'\n  no column 'teir' in rows; did you mean 'tier'\?"),
        ({"A": cn.Subset(top=5, by="pionts")}, r"no column 'pionts' in rows; did you mean 'points'\?"),
    ],
)
def test_parts_that_make_no_sense_are_problems(options: dict[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        split(**options)


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({}, "no group is named\n  expected: at least one"),
        ({"A": 1}, "group 'A' is given the whole number 1\n  expected: a share such as 0.5"),
        ({"complement": 0.5}, "a group is called 'complement'\n  expected: another name"),
        ({" ": 0.5}, "a group is called ' '\n  expected: a name"),
        ({5: 0.5}, "a group is called 5\n  expected: a name"),
        ({"a\nb": 0.5}, r"a group is called 'a\\nb'"),
    ],
)
def test_groups_that_can_not_be_outputs_are_refused(parts: dict[Any, object], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        Split.of(parts)


def test_a_name_of_a_document_is_checked_too() -> None:
    with pytest.raises(cn.DefinitionError, match="a group is called 'complement'"):
        cn.testing.run(Split(parts={"complement": Share(0.5)}), PEOPLE)


def test_a_share_in_an_order_takes_the_first_rows_rounded_down() -> None:
    rows = pl.DataFrame({"id": range(10), "points": [5, 3, 8, 8, 1, 0, 2, 9, 4, 7]})
    best = cn.Subset(share=0.3, by=cn.col.points.desc())
    outputs = cn.testing.run(cn.activities.Split.of(best=best), rows)
    assert outputs["best"]["id"].to_list() == [2, 3, 7]
    assert cn.testing.run(cn.activities.Split.of(best=best), rows.head(3))["best"].height == 0


def test_an_order_without_a_limit_is_a_problem() -> None:
    with pytest.raises(cn.DefinitionError, match="an order without a limit"):
        cn.testing.run(cn.activities.Split.of(best=cn.Subset(by=cn.col.points)), pl.DataFrame({"id": [1], "points": [1]}))
