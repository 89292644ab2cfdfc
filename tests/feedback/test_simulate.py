"""The response model: chances that hold, events that include one another, and answers that never depend on row order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.feedback.simulate import EVENTS, ResponseModel

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MANY = pl.LazyFrame({"key_0": range(20_000)})


def flags(model: ResponseModel, people: pl.LazyFrame = MANY, activity: str = "Offer", as_of: dt.datetime = NOON) -> pl.DataFrame:
    """Who did what, one boolean column per event."""
    return model.flags(people, ["key_0"], "Spring", activity, as_of).collect()


def test_every_rate_is_kept_within_five_standard_deviations() -> None:
    found = flags(ResponseModel(seed=7, bounce=0.1, open=0.4, click=0.25, unsubscribe=0.02, complain=0.01))
    counts = {event: int(found[event].sum()) for event in EVENTS}
    # of 20,000 a tenth bounces: 2,000, and 42.4 = sqrt(20,000 * 0.1 * 0.9) is the standard deviation
    assert abs(counts["bounced"] - 2_000) <= 212
    assert counts["delivered"] == 20_000 - counts["bounced"]
    # 0.9 * 0.4 = 0.36 of them open: 7,200, and 67.9; 0.36 * 0.25 = 0.09 click: 1,800, and 40.5
    assert abs(counts["opened"] - 7_200) <= 339
    assert abs(counts["clicked"] - 1_800) <= 202
    # 0.36 * 0.02 = 0.0072 unsubscribe: 144, and 12.0; 0.36 * 0.01 = 0.0036 complain: 72, and 8.5
    assert abs(counts["unsubscribed"] - 144) <= 60
    assert abs(counts["complained"] - 72) <= 42


def test_who_clicks_has_opened_and_who_opens_has_got_the_message() -> None:
    found = flags(ResponseModel(seed=1, bounce=0.3, open=0.5, click=0.5, unsubscribe=0.5, complain=0.5))
    for event, needs in (("clicked", "opened"), ("unsubscribed", "opened"), ("complained", "opened"), ("opened", "delivered")):
        assert found.filter(pl.col(event) & ~pl.col(needs)).height == 0
    assert found.filter(pl.col("delivered") == pl.col("bounced")).height == 0


def test_opens_do_not_depend_on_bounces_nor_clicks_on_opens() -> None:
    """Draws are independent: among the delivered of a model that bounces half, 40 % open, as in one that bounces none."""
    some = flags(ResponseModel(seed=3, bounce=0.5, open=0.4)).filter("delivered")
    # of about 10,000 delivered 4,000 open, and 49 is the standard deviation
    assert abs(some["opened"].mean() - 0.4) <= 5 * 0.0049  # type: ignore[operator] # a mean of booleans is a number


@pytest.mark.parametrize(("rate", "expected"), [(0, 0), (0.0, 0), (1, 20_000), (1.0, 20_000)])
def test_nobody_and_everybody_are_exact(rate: float, expected: int) -> None:
    assert flags(ResponseModel(open=rate))["opened"].sum() == expected


def test_the_same_people_answer_the_same_way_in_any_order_and_company() -> None:
    model = ResponseModel(seed=5, open=0.5)
    whole = flags(model)
    shuffled = flags(model, MANY.collect().sample(fraction=1, shuffle=True, seed=9).lazy())
    some = flags(model, MANY.filter(pl.col("key_0") % 7 == 0))
    assert shuffled.sort("key_0").equals(whole)
    assert some.equals(whole.filter(pl.col("key_0") % 7 == 0))


def test_other_seeds_activities_campaigns_and_instants_give_other_answers() -> None:
    first = flags(ResponseModel(seed=5, open=0.5))["opened"]
    others = [
        flags(ResponseModel(seed=6, open=0.5))["opened"],
        flags(ResponseModel(seed=5, open=0.5), activity="Second")["opened"],
        flags(ResponseModel(seed=5, open=0.5), as_of=NOON + dt.timedelta(days=1))["opened"],
        ResponseModel(seed=5, open=0.5).flags(MANY, ["key_0"], "Summer", "Offer", NOON).collect()["opened"],
    ]
    for other in others:  # half of all pairs agree by chance: 10,000, and 70.7 is the standard deviation
        assert abs((first == other).sum() - 10_000) <= 354


def test_an_instant_is_the_same_in_every_zone() -> None:
    model = ResponseModel(open=0.5)
    assert flags(model, as_of=NOON.astimezone(dt.timezone(dt.timedelta(hours=2)))).equals(flags(model))


def test_rates_by_activity_apply_to_those_named_and_are_0_elsewhere() -> None:
    model = ResponseModel(seed=2, open={"Offer": 1.0, "Second": 0.25}, click=1.0)
    assert flags(model)["clicked"].sum() == 20_000
    # a quarter of 20,000 is 5,000, and 61.2 is the standard deviation
    assert abs(flags(model, activity="Second")["opened"].sum() - 5_000) <= 306
    assert flags(model, activity="Third")["opened"].sum() == 0
    assert flags(model, activity="Third")["delivered"].sum() == 20_000


def test_keys_of_text_and_of_several_columns_work() -> None:
    people = pl.LazyFrame({"key_0": ["a", "b"], "key_1": [dt.date(2026, 1, 1), dt.date(2026, 1, 2)]})
    found = ResponseModel(open=1, click=1).flags(people, ["key_0", "key_1"], "Spring", "Offer", NOON).collect()
    assert found.columns == ["key_0", "key_1", *EVENTS]
    assert found["clicked"].to_list() == [True, True]


def test_events_are_rows_of_key_and_event() -> None:
    model = ResponseModel(open=1, click=1)
    found = model.events(pl.LazyFrame({"key_0": [1]}), ["key_0"], "Spring", "Offer", NOON).collect()
    assert found.rows() == [(1, "delivered"), (1, "opened"), (1, "clicked")]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"open": 1.1}, "open=1.1"),
        ({"click": -0.1}, "click=-0.1"),
        ({"bounce": float("nan")}, "bounce=nan"),
        ({"unsubscribe": "0.1"}, "unsubscribe='0.1'"),
        ({"complain": True}, "complain=True"),
        ({"open": {"Offer": 0.3, "Second": 2}}, "open="),
        ({"open": None}, "open=None"),
    ],
)
def test_a_rate_outside_of_0_to_1_is_refused(options: Mapping[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=f"response model\n  {what}.*\n  expected: a share from 0 to 1"):
        ResponseModel(**options)


def test_rates_given_by_activity_can_not_be_changed_from_outside() -> None:
    rates = {"Offer": 0.5}
    model = ResponseModel(open=rates)
    rates["Offer"] = 2.0
    assert model.rate("open", "Offer") == 0.5
