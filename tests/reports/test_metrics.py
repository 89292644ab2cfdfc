"""Counts and rates of messages, by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from campaign_nb.reports.metrics import FEEDBACK, INBOUND, OUTBOX, RATES, funnel, metrics


def inbound(*rows: tuple[str, str, int, int, bool]) -> pl.LazyFrame:
    """Message activities in runs: activity, run, targeted, excluded, whether events are recorded."""
    labels, runs = (list(dict.fromkeys(row[at] for row in rows)) for at in (0, 1))
    given = [(label, run, labels.index(label), runs.index(run), *counts) for label, run, *counts in rows]
    return pl.LazyFrame(given, schema=INBOUND, orient="row")


def outbox(*messages: tuple[str, str, str], table: str = "people") -> pl.LazyFrame:
    """Messages: activity, run, person; the id is the three of them."""
    return pl.LazyFrame([("/".join(one), one[0], one[1], table, one[2]) for one in messages], schema=OUTBOX, orient="row")


def feedback(*events: tuple[str, str]) -> pl.LazyFrame:
    """Events: message id, event."""
    return pl.LazyFrame(list(events), schema=FEEDBACK, orient="row")


def row(figures: pl.LazyFrame, activity: str | None, run: str | None) -> dict[str, Any]:
    """One row of figures."""
    found = figures.filter(pl.col("activity").eq_missing(activity), pl.col("run").eq_missing(run)).collect()
    return found.row(0, named=True)


ONE = metrics(
    inbound(("Offer", "r1", 10, 2, True)),
    outbox(*(("Offer", "r1", str(person)) for person in range(8))),
    feedback(
        *(("Offer/r1/0", "bounced"), ("Offer/r1/0", "bounced"), ("Offer/r1/1", "delivered"), ("Offer/r1/1", "bounced")),
        *((f"Offer/r1/{person}", "delivered") for person in range(2, 8)),
        *(("Offer/r1/2", "opened"), ("Offer/r1/2", "opened"), ("Offer/r1/2", "opened"), ("Offer/r1/3", "opened")),
        *(("Offer/r1/2", "clicked"), ("Offer/r1/2", "clicked"), ("Offer/r1/4", "unsubscribed"), ("Offer/r1/5", "complained")),
        ("Offer/r1/99", "opened"),  # of a message that is not in the outbox
    ),
)


def test_counts_are_of_messages_and_events_unique_counts_of_people() -> None:
    found = row(ONE, "Offer", "r1")
    assert {name: found[name] for name in found if name not in RATES and name not in ("activity", "run")} == {
        **{"targeted": 10, "excluded": 2, "sent": 8, "tracked": 8, "delivered": 6, "bounced": 3, "opened": 4, "clicked": 2},
        **{"unsubscribed": 1, "complained": 1, "unique_sent": 8, "unique_delivered": 6, "unique_bounced": 2},
        **{"unique_opened": 2, "unique_clicked": 1, "unique_unsubscribed": 1, "unique_complained": 1},
    }


def test_rates_are_those_of_the_definitions() -> None:
    found = row(ONE, "Offer", "r1")
    assert {name: found[name] for name in RATES} == pytest.approx(
        {
            "delivery_rate": 6 / 8,
            "bounce_rate": 3 / 8,
            "unique_bounce_rate": 2 / 8,
            "open_rate": 4 / 6,
            "unique_open_rate": 2 / 6,
            "ctr": 2 / 6,
            "unique_ctr": 1 / 6,
            "ctor": 2 / 4,
            "unique_ctor": 1 / 2,
            "unsubscribe_rate": 1 / 6,
            "complaint_rate": 1 / 6,
        }
    )


def test_what_bounced_after_it_was_delivered_is_not_delivered() -> None:
    figures = metrics(inbound(("A", "r", 1, 0, True)), outbox(("A", "r", "1")), feedback(("A/r/1", "delivered"), ("A/r/1", "bounced")))
    assert (row(figures, "A", "r")["delivered"], row(figures, "A", "r")["bounced"]) == (0, 1)


def test_a_rate_of_nothing_is_null_and_not_0() -> None:
    nobody = metrics(inbound(("Offer", "r1", 3, 3, False)), outbox(), feedback())
    found = row(nobody, "Offer", "r1")
    assert (found["sent"], found["delivered"], found["opened"]) == (0, 0, 0)
    assert {name: found[name] for name in RATES} == dict.fromkeys(RATES)


def test_no_opens_are_a_rate_of_0_and_clicks_of_opens_then_have_none() -> None:
    figures = metrics(inbound(("A", "r", 1, 0, True)), outbox(("A", "r", "1")), feedback(("A/r/1", "delivered")))
    found = row(figures, "A", "r")
    assert (found["open_rate"], found["ctr"], found["ctor"]) == (0.0, 0.0, None)


def test_without_recorded_events_nothing_is_known_of_what_was_sent() -> None:
    found = row(metrics(inbound(("A", "r", 2, 0, False)), outbox(("A", "r", "1"), ("A", "r", "2")), feedback()), "A", "r")
    assert (found["sent"], found["unique_sent"], found["tracked"]) == (2, 2, 0)
    unknown = [name for name in found if name not in ("activity", "run", "targeted", "excluded", "sent", "unique_sent", "tracked")]
    assert {name: found[name] for name in unknown} == dict.fromkeys(unknown)


# Two runs: person 1 gets both, opens both; person 2 opens the second only.
TWO = metrics(
    inbound(("Offer", "r2", 2, 0, True), ("Offer", "r1", 3, 1, True)),
    outbox(("Offer", "r2", "1"), ("Offer", "r2", "2"), ("Offer", "r1", "1"), ("Offer", "r1", "3")),
    feedback(
        *((f"Offer/{at}", "delivered") for at in ("r2/1", "r2/2", "r1/1", "r1/3")),
        *((f"Offer/{at}", "opened") for at in ("r2/1", "r2/2", "r1/1")),
    ),
)


def test_over_several_runs_messages_add_up_and_people_count_once() -> None:
    found = row(TWO, "Offer", None)
    assert (found["targeted"], found["excluded"], found["sent"], found["delivered"], found["opened"]) == (5, 1, 4, 4, 3)
    assert (found["unique_sent"], found["unique_delivered"], found["unique_opened"]) == (3, 3, 2)
    assert found["open_rate"] == pytest.approx(3 / 4)
    assert found["unique_open_rate"] == pytest.approx(2 / 3)


def test_every_grouping_is_there_activities_first_then_the_total_runs_in_their_turn() -> None:
    figures = metrics(
        inbound(("Zeta", "r2", 1, 0, True), ("Alpha", "r2", 1, 0, True), ("Zeta", "r1", 1, 0, True)), outbox(), feedback()
    ).collect()
    assert figures.select("activity", "run").rows() == [
        *(("Zeta", None), ("Zeta", "r2"), ("Zeta", "r1"), ("Alpha", None), ("Alpha", "r2")),
        *((None, None), (None, "r2"), (None, "r1")),
    ]


def test_the_same_key_in_two_tables_is_two_people() -> None:
    messages = pl.concat([outbox(("A", "r", "1")), outbox(("B", "r", "1"), table="bookings"), outbox(("C", "r", "1"))])
    figures = metrics(inbound(("A", "r", 1, 0, True), ("B", "r", 1, 0, True), ("C", "r", 1, 0, True)), messages, feedback())
    total = row(figures, None, None)
    assert (total["sent"], total["unique_sent"]) == (3, 2)


def test_rates_of_the_sent_refer_to_those_whose_events_are_recorded() -> None:
    figures = metrics(
        inbound(("A", "r", 2, 0, True), ("B", "r", 2, 0, False)),
        outbox(("A", "r", "1"), ("A", "r", "2"), ("B", "r", "1"), ("B", "r", "2")),
        feedback(("A/r/1", "delivered"), ("A/r/2", "bounced")),
    )
    total = row(figures, None, None)
    assert (total["sent"], total["tracked"], total["delivered"], total["delivery_rate"], total["bounce_rate"]) == (4, 2, 1, 0.5, 0.5)


def test_no_message_activity_gives_no_row() -> None:
    assert metrics(inbound(), outbox(), feedback()).collect().height == 0


def stages(figures: pl.LazyFrame) -> Mapping[str, Sequence[Any]]:
    """The funnel as lists."""
    return funnel(figures).drop("activity").collect().to_dict(as_series=False)


def test_the_funnel_counts_messages_that_got_to_each_stage() -> None:
    assert stages(ONE) == {
        "stage": ["targeted", "sent", "delivered", "opened", "clicked"],
        "messages": [10, 8, 6, 2, 1],
        "of_targeted": [1.0, 0.8, 0.6, 0.2, 0.1],
        "of_previous": [None, 0.8, 0.75, pytest.approx(1 / 3), 0.5],
    }


def test_the_funnel_adds_up_runs_so_that_no_stage_is_larger_than_the_one_before() -> None:
    assert stages(TWO)["messages"] == [5, 4, 4, 3, 0]


def test_the_funnel_ends_where_nothing_is_known() -> None:
    figures = metrics(inbound(("A", "r", 2, 0, False)), outbox(("A", "r", "1"), ("A", "r", "2")), feedback())
    assert stages(figures)["stage"] == ["targeted", "sent"]


def test_the_funnel_of_nobody_has_no_shares() -> None:
    figures = metrics(inbound(("A", "r", 0, 0, False)), outbox(), feedback())
    assert stages(figures)["of_targeted"] == [None] * 5
