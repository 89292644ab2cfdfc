"""The path of one person: what dropped them, what the rule saw, and what else decided, by hand-written rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.errors import CampaignError
from tests.engine.shop import shop


@pytest.fixture
def model() -> cn.DataModel:
    return shop()


def campaign(model: cn.DataModel) -> cn.Campaign:
    return cn.Campaign("c", data=model, seed="s")


def dropped(run: Any, key: Any, **options: Any) -> Any:
    found = run.explain(key, **options).dropped
    assert found is not None
    return found


def test_a_rule_shows_columns_aggregates_and_added_columns_but_no_key_of_a_link(model: cn.DataModel) -> None:
    c, people = campaign(model), model.people
    rich = c.build_audience("All", people).enrich("Spend", spend=people.orders.sum("amount"))
    rich.filter("Good", (cn.col.spend > 70) & (people.orders.count() >= 2) & (cn.col.age >= 18))
    found = dropped(c.dry_run(), 1)
    assert (found.activity, found.reason) == ("Good", "rule")
    assert found.rule == "people whose spend is over 70, who have at least 2 orders and whose age is at least 18"
    assert found.values == (("spend", 65.0), ("number of orders", 2), ("age", 17))


def test_a_column_of_a_linked_row_is_shown_by_its_path(model: cn.DataModel) -> None:
    c = campaign(model)
    c.build_audience("Orders", model.orders).filter("Old", model.orders.buyer.age > 50)
    assert dropped(c.dry_run(), 12).values == (("buyer.age", 40),)


def test_a_source_shows_its_rule_and_an_unknown_key_is_told(model: cn.DataModel) -> None:
    c = campaign(model)
    c.build_audience("Adults", model.people.age >= 18)
    run = c.dry_run()
    young, nobody = dropped(run, 1), dropped(run, 99)
    assert (young.rule, young.values) == ("people whose age is at least 18", (("age", 17),))
    assert (nobody.reason, nobody.values) == ("no such key in the table", ())


def test_a_duplicate_names_the_row_that_was_kept_and_the_values_of_both(model: cn.DataModel) -> None:
    c, people = campaign(model), model.people
    c.build_audience("All", people).deduplicate("One", by="opt_in", order=people.age.desc())
    found = dropped(c.dry_run(), 2)
    assert (found.reason, found.outputs) == ("duplicate", ("complement",))
    assert found.details == (("opt_in", True), ("kept instead", 3), ("age of 3", 61), ("age of 2", 40))


def test_of_several_kept_rows_the_place_is_told(model: cn.DataModel) -> None:
    c, people = campaign(model), model.people
    c.build_audience("All", people).deduplicate("Two", by="opt_in", keep=2, order=people.age.desc())
    details = dict(dropped(c.dry_run(), 5).details)
    assert (details["kept instead"], details["place"], details["kept"], details["age of 2"]) == ("3, 2", 3, 2, 40)


def test_without_an_order_the_draws_of_both_are_shown_as_shares(model: cn.DataModel) -> None:
    c = campaign(model)
    one = c.build_audience("All", model.people).filter("Agreed", model.people.opt_in).deduplicate("One", by="opt_in")
    run = c.dry_run()
    kept = one.frame(run)["id"].item()
    lost = next(key for key in (1, 2, 3, 5) if key != kept)
    details = dict(dropped(run, lost).details)
    assert details["kept instead"] == kept
    assert 0 <= details[f"draw of {kept}"] < details[f"draw of {lost}"] < 1


def test_a_share_tells_the_bucket_and_the_bounds_of_each_group(model: cn.DataModel) -> None:
    c = campaign(model)
    c.build_audience("All", model.people).split("Offer", A=0.5, B=0.25)
    run = c.dry_run()
    there, nowhere = run.explain(1).path[-1], dropped(run, 2)
    assert (there.outputs, dict(there.details)["group 'A'"]) == (("A",), "0 up to 0.5")
    assert 0 <= dict(there.details)["bucket"] < 0.5
    assert (nowhere.reason, dict(nowhere.details)["group 'B'"]) == ("in no group", "0.5 up to 0.75")
    assert 0.75 <= dict(nowhere.details)["bucket"] < 1


def test_a_group_that_was_asked_for_says_where_the_person_went_instead(model: cn.DataModel) -> None:
    c = campaign(model)
    offer = c.build_audience("All", model.people).split("Offer", old=cn.Subset(model.people.age > 50), rest=cn.Subset())
    found = dropped(c.dry_run(), 2, at=offer.old)
    assert (found.reason, found.rule, found.values) == ("in output 'rest'", "people whose age is over 50", (("age", 40),))


def test_a_limit_tells_the_place_and_the_last_that_was_taken(model: cn.DataModel) -> None:
    c, people = campaign(model), model.people
    c.build_audience("All", people).split("Offer", top=cn.Subset(top=2, by=people.age.desc()), rest=cn.Subset())
    found = dropped(c.dry_run(), 5, at=("Offer", "top"))
    assert found.details == (("place in 'top'", 3), ("taken in 'top'", 2), ("age of 2, the last taken", 40), ("age of 5", 30))


def test_a_share_in_an_order_tells_the_place_and_how_many_are_taken(model: cn.DataModel) -> None:
    c = campaign(model)
    c.build_audience("All", model.people).split("Part", some=cn.Subset(share=0.4, by=model.people.age.desc()))
    found = dropped(c.dry_run(), 5)
    assert found.details == (("place in 'some'", 3), ("taken in 'some'", 2), ("age of 2, the last taken", 40), ("age of 5", 30))


@pytest.mark.parametrize("one_table", [True, False])
def test_a_share_by_chance_tells_the_draw(model: cn.DataModel, one_table: bool) -> None:
    c = campaign(model)
    c.build_audience("All", model.people).split("Part", {"some": cn.Subset(share=0.4)}, one_table=one_table)
    run = c.dry_run()
    lost = next(key for key in range(1, 6) if key not in set(run["Part"]["id"]))
    details = dict(dropped(run, lost).details)
    assert details["taken in 'some'"] == "draws below 0.4"
    assert 0.4 <= details["draw in 'some'"] < 1


@pytest.mark.parametrize(
    ("mode", "key", "reason", "details"),
    [
        ("intersection", 1, "not in every input", (("in", "All"), ("not in", "Adults"))),
        ("exclusion", 2, "in an excluded population", (("in", "All, Adults"),)),
    ],
)
def test_a_combination_names_the_input_that_decided(model: cn.DataModel, mode: Any, key: int, reason: str, details: Any) -> None:
    c, people = campaign(model), model.people
    c.combine("Both", c.build_audience("All", people), c.build_audience("Adults", people.age >= 18), mode=mode)
    found = dropped(c.dry_run(), key, at="Both")
    assert (found.activity, found.reason, found.details) == ("Both", reason, details)


def test_of_a_union_a_branch_is_enough(model: cn.DataModel) -> None:
    c, people = campaign(model), model.people
    everybody = c.build_audience("All", people)
    joined = c.combine("Any", everybody.filter("Old", people.age > 50), everybody.filter("Agreed", people.opt_in), mode="union")
    run = c.dry_run()
    assert (run.explain(2, at=joined).reached, run.explain(2, at=joined).dropped) == (True, None)
    assert dropped(run, 4, at=joined).activity == "Agreed"
    assert dropped(run, 2).activity == "Old"


@pytest.mark.parametrize(("key", "reason", "value"), [(3, "no address", None), (5, "malformed address", "not an address")])
def test_a_message_tells_why_somebody_may_not_get_it(model: cn.DataModel, key: int, reason: str, value: Any) -> None:
    c = campaign(model)
    c.build_audience("All", model.people).email("Mail", subject="x", text="y")
    found = dropped(c.dry_run(), key)
    assert (found.reason, found.values) == (reason, (("email", value),))


def test_a_function_of_ones_own_drops_without_a_rule(model: cn.DataModel) -> None:
    c = campaign(model)
    kept = c.build_audience("All", model.people).python("Even", lambda rows: rows.filter(pl.col("id") % 2 == 0))
    found = dropped(c.dry_run(), 3, at=kept)
    assert (found.activity, found.reason, found.rule) == ("Even", "dropped by the function", "")


def test_on_the_way_to_a_complement_those_who_were_kept_are_the_ones_left_out(model: cn.DataModel) -> None:
    c = campaign(model)
    adults = c.build_audience("All", model.people).filter("Adults", model.people.age >= 18)
    young = adults.complement.filter("Agreed", model.people.opt_in)
    run = c.dry_run()
    assert run.explain(1, at=young).reached is True
    assert dropped(run, 2, at=young).reason == "in output 'out'"
    assert run.explain(1, at=adults.complement).reached is True
    assert dropped(run, 1).activity == "Adults"


HOSTILE = [
    (None, "null is no key"),
    (float("nan"), "NaN is no key"),
    ("<b>'\"", "is text"),
    (True, "is boolean"),
    ([1], "a list is no key"),
    (pl.Series([1]), "a Series is no key"),
    (b"1", "a bytes is no key"),
    ((), "a key of 0 values"),
    ((1, 2), "a key of 2 values"),
]


@pytest.mark.parametrize(("key", "said"), HOSTILE)
def test_what_is_no_key_is_refused(model: cn.DataModel, key: Any, said: str) -> None:
    c = campaign(model)
    c.build_audience("All", model.people)
    with pytest.raises(CampaignError, match=said):
        c.dry_run().explain(key)


@pytest.mark.parametrize("key", [2**70, -(2**70), 2.5, float("inf")])
def test_a_number_that_no_row_can_have_is_an_unknown_key(model: cn.DataModel, key: Any) -> None:
    c = campaign(model)
    c.build_audience("All", model.people)
    assert dropped(c.dry_run(), key).reason == "no such key in the table"


KEYS = ["a'b\"c", "<b>x</b>", "x\ny\x1b[31m\u202e", "", "$$x$$", "a\x00b", "\ud800"]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_can_forge_neither_markup_nor_a_line(key: str) -> None:
    model = cn.DataModel("m")
    rows = model.table("rows", pl.DataFrame({"key": [item for item in KEYS if item != "\ud800"], "v": "<i>\n✓ Sent"}), key="key")
    c = cn.Campaign("c", data=model)
    c.build_audience("<u>All", rows).filter("Other", rows.v == "other")
    told = c.dry_run().explain(key)
    shown = told._repr_html_()
    assert not any(tag in shown for tag in ("<b>", "<i>", "<u>"))
    assert "\x1b" not in str(told) + shown and "\u202e" not in str(told) + shown
    assert len(str(told).splitlines()) == len(told.path) + 1


def test_a_display_takes_its_colours_from_the_page(model: cn.DataModel) -> None:
    c = campaign(model)
    c.build_audience("All", model.people).filter("Adults", model.people.age >= 18)
    shown = c.dry_run().explain(1)._repr_html_()
    assert "var(--jp-content-font-color1" in shown
    assert "color:#" not in shown.split("</style>")[1]
    assert "rule: people whose age is at least 18" in shown and "age = 17" in shown


def test_the_text_has_one_line_per_activity(model: cn.DataModel) -> None:
    c = campaign(model)
    c.build_audience("All", model.people).filter("Adults", model.people.age >= 18)
    run = c.dry_run()
    assert str(run.explain(1)) == "people 1:\n  ✓ All\n  ✗ Adults: people whose age is at least 18 (age = 17)"
    assert str(run.explain(1, at="Adults")).splitlines()[0] == "people 1 did not reach 'Adults':"
    assert run.explain(1).frame().row(1)[:5] == ("Adults", "complement", "rule", "people whose age is at least 18", "age = 17")


def test_the_activity_is_one_of_the_run(model: cn.DataModel) -> None:
    c, other = campaign(model), cn.Campaign("other", data=model)
    c.build_audience("All", model.people)
    run = c.dry_run()
    with pytest.raises(CampaignError, match="no activity 'Al'"):
        run.explain(1, at="Al")
    with pytest.raises(CampaignError, match="a transition of campaign 'other'"):
        run.explain(1, at=other.build_audience("All", model.people))
    with pytest.raises(CampaignError, match="3 is no transition"):
        run.lineage(3)
    split = c.build_audience("Every", model.people).split("Offer", A=0.5)
    with pytest.raises(CampaignError, match="'Offer' has several outputs"):
        c.dry_run().lineage(split)


def test_what_an_earlier_run_returned_says_so(model: cn.DataModel, tmp_path: Path) -> None:
    workspace = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    c = cn.Campaign("c", data=model, workspace=workspace)
    c.incremental_query("New", model.people.age >= 18)
    c.publish(confirm=0)
    c.runs[0].wait("30s")
    run = c.dry_run()
    again, young, nobody = dropped(run, 2), dropped(run, 1), dropped(run, 99)
    assert (again.activity, again.reason) == ("New", "returned by an earlier run")
    assert (young.reason, young.values, nobody.reason) == ("rule", (("age", 17),), "no such key in the table")
    assert run.lineage("New").sort("id").collect()["reason"].to_list() == [
        "rule",
        "returned by an earlier run",
        "returned by an earlier run",
        "rule",
        "returned by an earlier run",
    ]
    workspace.close()


def test_a_change_of_data_tells_which_row_has_the_key(model: cn.DataModel, tmp_path: Path) -> None:
    pl.DataFrame({"id": [1], "segment": ["old"]}).write_parquet(tmp_path / "segments.parquet")
    segments = model.table("segments", tmp_path / "segments.parquet", key="id", writable=True)
    c = campaign(model)
    agreed = cn.col.opt_in & (cn.col.id > 1)
    c.build_audience("All", model.people).update_data(
        "Mark", into=segments, key={"id": cn.col.id}, mode="insert", set={"segment": "new"}, when=agreed
    )
    found = dropped(c.dry_run(), 4)
    assert (found.reason, found.values) == ("not taken into account", (("opt_in", None), ("id", 4)))


def test_with_overlap_a_person_leaves_by_each_group(model: cn.DataModel) -> None:
    c, people = campaign(model), model.people
    parts = {"old": cn.Subset(people.age > 30), "two": cn.Subset(top=2, by=people.age.desc())}
    split = c.build_audience("All", people).split("Groups", parts, overlap=True)
    run = c.dry_run()
    assert run.explain(2).path[-1].outputs == ("old", "two")
    assert dropped(run, 5, at=split["two"]).reason == "in no group"
    assert dict(dropped(run, 5).details)["place in 'two'"] == 3


def test_what_an_activity_computes_for_itself_is_not_among_the_values(model: cn.DataModel) -> None:
    c = campaign(model)
    c.build_audience("People", model.people).reconcile("Orders", to=model.orders, on={"id": "person"})
    found = dropped(c.dry_run(), 4)
    assert (found.reason, found.rule, found.values) == ("no match", "", ())


def test_only_groups_cut_from_the_line_have_bounds(model: cn.DataModel) -> None:
    c, people = campaign(model), model.people
    c.build_audience("All", people).split("Offer", old=cn.Subset(people.age > 50), A=0.5)
    assert [name for name, _ in dropped(c.dry_run(), 2).details] == ["bucket", "group 'A'"]


def test_a_rule_on_a_message_that_is_not_on_the_way_is_explained(model: cn.DataModel) -> None:
    c = campaign(model)
    everybody = c.build_audience("All", model.people)
    opened = everybody.filter("Opened", everybody.email("Mail", subject="x", text="y").opened)
    run = c.dry_run(responses=cn.ResponseModel(seed=1, open=1.0))
    assert [(stop.activity, stop.outputs) for stop in run.explain(1, at=opened).path] == [("All", ("out",)), ("Opened", ("out",))]
    assert dropped(run, 3, at=opened).values == (("opened 'Mail' of campaign 'c'", False),)
    assert run.lineage(opened).filter("reached").sort("id").collect()["id"].to_list() == run["Opened"]["id"].to_list() == [1, 2]


def test_who_begins_with_one_source_was_not_left_out_by_another(model: cn.DataModel) -> None:
    c, people = campaign(model), model.people
    c.build_audience("Adults", people.age >= 18)
    c.build_audience("Agreed", people.opt_in)
    run = c.dry_run()
    assert [(stop.activity, stop.absent) for stop in run.explain(1).path] == [("Adults", True), ("Agreed", False)]
    assert run.explain(1).dropped is None
    assert dropped(run, 4).activity == "Adults"
