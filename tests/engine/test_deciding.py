"""Which way a run goes: what is decided from counts, and what has to be counted first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import campaign_nb as cn
from campaign_nb.engine.deciding import Unknown, Way, follow, holds
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.plan import moments_of
from campaign_nb.errors import RunError
from campaign_nb.graph.definition import Ref
from campaign_nb.rules import tree
from tests.engine.shop import shop

NOW = Moment(dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC), variables=(("channel", "sms"), ("other", None)))
GOLD = tree.Size("Gold")


@pytest.fixture
def campaign(tmp_path: Path) -> Iterator[cn.Campaign]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield cn.Campaign("Spring", data=shop(), workspace=own)
    own.close()


def everybody(campaign: cn.Campaign, **options: Any) -> cn.Transition:
    return campaign.build_audience("All", campaign.data.people, **options)


def nobody(source: cn.Transition, label: str = "Nobody") -> cn.Transition:
    """An output that has nobody, and stops there."""
    return source.filter(label, cn.col.age > 200, when_empty="stop")


def followed(campaign: cn.Campaign, counts: Mapping[Ref, int], before: Mapping[Ref, int] | None = None, *, counted: bool = True) -> Way:
    program, way = campaign.program(), Way()
    compiled = program.campaign
    follow(compiled, way, compiled.order, counts, moments_of(compiled, program.start), before or {}, counted=counted)
    return way


@pytest.mark.parametrize(
    ("node", "size", "held"),
    [
        (tree.Compare(">", GOLD, tree.Constant(10)), 11, True),
        (tree.Compare(">", GOLD, tree.Constant(10)), 10, False),
        (tree.Compare(">", GOLD, tree.Constant(10)), None, False),
        (tree.Not(tree.Compare(">", GOLD, tree.Constant(10))), None, False),
        (tree.IsNull(GOLD), None, True),
        (tree.Compare("=", tree.Variable("channel"), tree.Constant("sms")), 0, True),
        (tree.Compare("=", tree.Variable("other"), tree.Constant("sms")), 0, False),
    ],
)
def test_a_condition_holds_when_it_is_true_and_unknown_is_not(node: tree.Node, size: int | None, held: bool) -> None:
    assert holds(node, {GOLD: size}, NOW) is held


def test_a_variable_without_a_value_is_told() -> None:
    with pytest.raises(RunError, match=r"variable 'month'\n  it has no value; one of: channel, other"):
        holds(tree.Compare("=", tree.Variable("month"), tree.Constant(7)), {}, NOW)


def test_a_column_of_rows_is_no_condition_of_a_run() -> None:
    with pytest.raises(RunError, match="column stands in a condition of a run"):
        holds(tree.Compare("=", tree.Column("age"), tree.Constant(1)), {}, NOW)


def test_a_size_that_was_not_counted_is_asked_for(campaign: cn.Campaign) -> None:
    all_ = everybody(campaign)
    all_.test("Enough?", enough=all_.size > 10)
    with pytest.raises(Unknown, match=r"Enough\?"):
        followed(campaign, {})
    assert followed(campaign, {Ref("All"): 11}).ports == {Ref("Enough?", "otherwise")}


def test_the_first_condition_that_is_true_is_taken(campaign: cn.Campaign) -> None:
    all_ = everybody(campaign)
    all_.test("How many?", many=all_.size > 10, some=all_.size > 2, few=all_.size > 1)
    way = followed(campaign, {Ref("All"): 5})
    assert way.ports == {Ref("How many?", port) for port in ("many", "few", "otherwise")}
    assert way.notes == {"How many?": "some (All: 5)"}


def test_a_size_of_the_run_before_is_unknown_where_there_was_none(campaign: cn.Campaign) -> None:
    all_ = everybody(campaign)
    all_.test("Grown?", never=all_.size.previous == 0, grown=all_.size > all_.size.previous)
    assert followed(campaign, {Ref("All"): 5}).notes == {"Grown?": "otherwise (All before: unknown; All: 5)"}
    assert followed(campaign, {Ref("All"): 5}, {Ref("All"): 0}).notes == {"Grown?": "never (All before: 0; All: 5)"}
    assert followed(campaign, {Ref("All"): 5}, {Ref("All"): 4}).notes == {"Grown?": "grown (All before: 4; All: 5)"}


def test_the_size_of_a_way_that_was_not_taken_is_none(campaign: cn.Campaign) -> None:
    all_ = everybody(campaign)
    first = all_.test("First", many=all_.size > 10)
    kept = first.many.filter("Kept", cn.col.age > 1)
    first.otherwise.test("Second", nobody=kept.size == 0)
    assert followed(campaign, {Ref("All"): 5}).notes["Second"] == "nobody (Kept: 0)"


def test_a_join_waits_for_the_count_of_an_output_that_may_stop(campaign: cn.Campaign) -> None:
    all_ = everybody(campaign)
    campaign.and_join("Both", all_, nobody(all_))
    with pytest.raises(Unknown, match="Both"):
        followed(campaign, {Ref("All"): 5})
    way = followed(campaign, {Ref("All"): 5, Ref("Nobody"): 0, Ref("Nobody", "complement"): 5})
    assert (way.unfired, way.notes["Both"]) == ({"Both"}, "nothing arrived from 'Nobody'")


def test_a_join_that_was_not_fired_passes_nobody_on_in_a_dry_run(campaign: cn.Campaign) -> None:
    all_ = everybody(campaign)
    campaign.and_join("Both", all_, nobody(all_), primary=all_).save_audience("Kept")
    run = campaign.dry_run()
    assert (run["Both"].height, run.states()["Both"], run.effects.height) == (0, "warning", 0)


def test_a_join_behind_a_join_and_a_stop_far_above_is_decided_in_one_dry_run(campaign: cn.Campaign) -> None:
    all_ = everybody(campaign)
    far = nobody(all_).wait("Day", days=1).enrich("More", twice=cn.col.age * 2)
    first = campaign.and_join("First", all_, far)
    campaign.and_join("Second", first, all_, primary=all_)
    assert campaign.dry_run().states() == {
        "All": "done",
        "Nobody": "done",
        **dict.fromkeys(["Day", "More"], "skipped"),
        "First": "warning",
        "Second": "warning",
    }


def test_a_combination_takes_what_arrives(campaign: cn.Campaign) -> None:
    all_ = everybody(campaign)
    campaign.combine("Either", nobody(all_), all_)
    campaign.combine("Left", all_, nobody(all_, "Gone"), mode="exclusion")
    run = campaign.dry_run()
    assert (run["Either"].height, run["Left"].height, run.states()["Either"]) == (5, 5, "done")


def test_outputs_that_stop_are_taken_as_going_on_before_they_are_counted(campaign: cn.Campaign) -> None:
    nobody(everybody(campaign)).enrich("More", twice=cn.col.age * 2)
    counts = {Ref("All"): 5, Ref("Nobody"): 0, Ref("Nobody", "complement"): 5}
    assert followed(campaign, counts, counted=False).labels == set()
    assert followed(campaign, counts).labels == {"More"}


def test_an_output_stops_and_the_other_goes_on(campaign: cn.Campaign) -> None:
    none = nobody(everybody(campaign))
    none.enrich("Main", a=cn.col.age)
    none.complement.enrich("Rest", b=cn.col.age)
    assert campaign.dry_run().states() == {"All": "done", "Nobody": "done", "Main": "skipped", "Rest": "done"}


def test_what_is_disabled_says_so_and_is_no_unfired_join(campaign: cn.Campaign) -> None:
    all_ = everybody(campaign)
    campaign.and_join("Both", all_, all_.enrich("More", a=cn.col.age), enabled=False).enrich("After", c=cn.col.age)
    run = campaign.dry_run()
    assert (run.states()["Both"], run.notes) == ("skipped", {"Both": "disabled", "After": "nothing arrived from 'Both'"})
