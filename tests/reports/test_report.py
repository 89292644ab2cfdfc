"""Reports of campaigns, from what the store keeps."""

from __future__ import annotations

import polars as pl
import pytest

from campaign_nb.errors import StoreError
from campaign_nb.reports.report import Report, report_of
from campaign_nb.store import Store
from tests.reports.world import NOON, Sent, a_run, answered

TEN = list(range(10))
OFFER = Sent(TEN, answered(TEN, bounced=2, opened=[2, 3, 4, 5], clicked=[2]), {"no consent": 6, "no address": 4})


def report(store: Store, run: str | None = None) -> Report:
    return report_of(store, "Spring", run)


def test_one_row_per_message_and_run_and_the_totals(store: Store) -> None:
    one, two = a_run(store, {"Offer": OFFER}), a_run(store, {"Offer": OFFER, "Second": Sent([2], answered([2]))}, day=1)
    frame = report(store).frame()
    assert frame.select("activity", "run", "sent").rows() == [
        *(("Offer", None, 20), ("Offer", two, 10), ("Offer", one, 10), ("Second", None, 1), ("Second", two, 1)),
        *((None, None, 21), (None, two, 11), (None, one, 10)),
    ]
    assert frame.filter(run=one)["as_of"].to_list() == [NOON, NOON]
    assert frame.filter(pl.col("run").is_null())["as_of"].null_count() == 3


def test_people_count_once_over_runs_and_messages(store: Store) -> None:
    a_run(store, {"Offer": OFFER})
    a_run(store, {"Offer": OFFER, "Second": Sent([2], answered([2], opened=[2]))}, day=1)
    total = report(store).total
    assert (total["opened"], total["unique_opened"], total["unique_sent"], total["unique_delivered"]) == (9, 4, 10, 8)


def test_a_report_of_one_run_is_of_that_run_only(store: Store) -> None:
    one, _ = a_run(store, {"Offer": OFFER}), a_run(store, {"Offer": Sent([1])}, day=1)
    found = report(store, one)
    assert found.frame().select("activity", "run", "targeted", "sent").rows() == [
        *(("Offer", None, 20, 10), ("Offer", one, 20, 10)),
        *((None, None, 20, 10), (None, one, 20, 10)),
    ]


def test_targeted_is_sent_and_excluded(store: Store) -> None:
    a_run(store, {"Offer": OFFER})
    found = report(store)
    assert (found.total["targeted"], found.total["sent"], found.total["excluded"]) == (20, 10, 10)
    assert found.exclusions.drop("run").sort("reason").rows() == [("Offer", "no address", 4), ("Offer", "no consent", 6)]


def test_messages_has_one_row_each(store: Store) -> None:
    a_run(store, {"Offer": OFFER, "Second": Sent([2])})
    found = report(store).messages
    assert found.select("activity", "sent", "unique_opened", "unique_open_rate").rows() == [
        ("Offer", 10, 4, 0.5),
        ("Second", 1, None, None),
    ]
    assert "run" not in found.columns


def test_other_campaigns_and_activities_that_send_nothing_are_not_in_it(store: Store) -> None:
    a_run(store, {"Offer": OFFER, "Filter": Sent([1], kind="filter", excluded={"rule": 5})})
    a_run(store, {"Offer": OFFER}, name="Summer")
    found = report(store)
    assert found.messages["activity"].to_list() == ["Offer"]
    assert found.total["sent"] == 10
    assert found.exclusions["activity"].unique().to_list() == ["Offer"]


def test_an_activity_that_this_kernel_does_not_know_is_a_message_if_it_has_an_outbox(store: Store) -> None:
    a_run(store, {"Offer": OFFER})
    with store.begin() as connection:
        connection.exec_driver_sql("UPDATE tasks SET kind = 'carrier_pigeon' WHERE kind = 'email'")
    assert report(store).total["sent"] == 10


def test_an_activity_that_failed_is_left_out_and_the_run_is_mentioned(store: Store) -> None:
    a_run(store, {"Offer": OFFER, "Second": Sent(state="failed")}, end="failed")
    found = report(store)
    assert found.messages["activity"].to_list() == ["Offer"]
    assert "1 run failed: only what was sent before counts." in found.notes


def test_a_message_with_nobody_left_to_send_to_is_in_it_with_0(store: Store) -> None:
    a_run(store, {"Offer": Sent(excluded={"no consent": 3})})
    total = report(store).total
    assert (total["targeted"], total["sent"], total["delivered"], total["open_rate"]) == (3, 0, 0, None)


def test_the_funnel_is_a_chart_of_what_got_to_each_stage(store: Store) -> None:
    a_run(store, {"Offer": OFFER})
    a_run(store, {"Offer": OFFER}, day=1)
    chart = report(store).funnel.to_dict()
    (values,) = chart["datasets"].values()
    assert [value["messages"] for value in values] == [40, 20, 16, 8, 2]


# ------------------------------------------------------------------------------------------------------ the small print


def test_simulated_answers_are_called_simulated(store: Store) -> None:
    a_run(store, {"Offer": Sent([1], answered([1], opened=[1]), simulated=True)})
    found = report(store)
    assert found.simulated
    assert found.notes[0] == "Responses are simulated by a response model: they say nothing about real people."


def test_recorded_answers_are_not(store: Store) -> None:
    a_run(store, {"Offer": OFFER})
    found = report(store)
    assert not found.simulated
    assert found.notes == ("Opens are inflated: mail programs load images by themselves. Clicks are the firmer measure.",)


def test_what_has_no_recorded_events_is_said(store: Store) -> None:
    a_run(store, {"Offer": Sent(TEN)})
    assert report(store).notes == (
        "No events are recorded: the sandbox outbox keeps messages here and sends nothing; cn.ResponseModel simulates answers.",
    )


def test_what_is_recorded_in_part_is_said(store: Store) -> None:
    a_run(store, {"Offer": Sent(TEN)})
    a_run(store, {"Offer": Sent(TEN, answered(TEN))}, day=1)
    assert "Events are recorded for 10 of 20 messages; rates of delivery refer to those." in report(store).notes


def test_runs_that_go_on_and_people_with_several_messages_are_said(store: Store) -> None:
    a_run(store, {"Offer": OFFER}, end=None)
    a_run(store, {"Offer": OFFER}, day=1)
    notes = report(store).notes
    assert "1 run going on: figures may still grow." in notes
    assert notes[-1].startswith("Some got several messages: people reached, opened and clicked count each person once")


def test_before_the_first_run_it_says_so_and_opens_nothing(store: Store) -> None:
    for name in ("Spring", "nobody knows it"):
        found = report_of(store, name)
        assert found.frame().height == found.messages.height == found.exclusions.height == 0
        assert repr(found) == (
            f"Report of {name}\n"
            "  No live run yet: publish the campaign, or launch it. campaign.report(run) tells what a dry run has counted."
        )
        assert "No live run yet" in found._repr_html_()
        assert "<svg" not in found._repr_html_()


def test_runs_without_messages_say_so(store: Store) -> None:
    a_run(store, {})
    found = report(store)
    assert found.total == {}
    assert found.notes == ("No message was sent: the runs reached no message activity.",)
    assert repr(found).startswith("Report of Spring: 1 run, as of 2026-03-02 12:00 UTC\n  No message")


def test_a_run_of_another_campaign_or_none_at_all_is_an_error(store: Store) -> None:
    a_run(store, {"Offer": OFFER})
    other = a_run(store, {"Offer": OFFER}, name="Summer")
    with pytest.raises(StoreError, match="belongs to another campaign"):
        report(store, other)
    with pytest.raises(StoreError, match="no run has the id 'abc'"):
        report(store, "abc")


def test_a_file_of_messages_that_is_gone_is_an_error(store: Store) -> None:
    a_run(store, {"Offer": OFFER})
    for path in (store.folder / "files").rglob("outbox-*"):
        path.unlink()
    with pytest.raises(StoreError, match="it is gone from the disk"):
        report(store)


# -------------------------------------------------------------------------------------------------------------- showing


def test_as_text_it_is_a_table_with_readable_numbers_and_shares(store: Store) -> None:
    many = list(range(1_200))
    a_run(store, {"Offer": Sent(many, answered(many, bounced=200, opened=many[200:500], clicked=many[200:230]), {"no consent": 300})})
    assert repr(report(store)).splitlines() == [
        "Report of Spring: 1 run, as of 2026-03-02 12:00 UTC",
        "  message  targeted      excluded   sent       delivered       bounced        opened     clicked  clicked of opened",
        "  Offer       1,500  300 (20.0 %)  1,200  1,000 (83.3 %)  200 (16.7 %)  300 (30.0 %)  30 (3.0 %)             10.0 %",
        "  Shares: excluded of targeted; delivered, bounced of sent; opened, clicked of delivered",
        "  excluded from Offer: 300 no consent",
        "  Opens are inflated: mail programs load images by themselves. Clicks are the firmer measure.",
    ]


def test_a_report_is_shown_in_the_campaign_s_zone_and_names_it_and_its_frames_are_in_utc(store: Store) -> None:
    for day in range(2):
        a_run(store, {"Offer": OFFER}, day=day)
    found = report_of(store, "Spring", None, "Asia/Tokyo")
    assert repr(found).startswith("Report of Spring: 2 runs, as of 2026-03-02 21:00 to 2026-03-03 21:00 Asia/Tokyo\n")
    assert "<td>2026-03-03 21:00</td>" in found._repr_html_().replace(' class="cnb-when"', "")
    assert found.runs.schema["as_of"] == pl.Datetime("us", "UTC")


def test_the_page_names_what_each_share_is_of(store: Store) -> None:
    a_run(store, {"Offer": OFFER})
    a_run(store, {"Offer": OFFER}, day=1)
    page = report(store)._repr_html_()
    assert "Shares: excluded of targeted; delivered, bounced of sent; opened, clicked of people reached" in page
    assert "their share of those targeted" in page and "(= 100 %)" in page


def test_where_people_got_several_messages_they_are_counted_beside_the_messages(store: Store) -> None:
    a_run(store, {"Offer": OFFER})
    a_run(store, {"Offer": OFFER}, day=1)
    lines = repr(report(store)).splitlines()
    assert lines[0] == "Report of Spring: 2 runs, as of 2026-03-02 12:00 to 2026-03-03 12:00 UTC"
    assert "people reached" in lines[1]
    assert lines[2].split() == [
        *("Offer", "40", "20", "(50.0", "%)", "20", "16", "(80.0", "%)", "4", "(20.0", "%)"),
        *("8", "4", "(50.0", "%)", "1", "(12.5", "%)", "25.0", "%"),
    ]


def test_what_is_not_known_is_a_dash(store: Store) -> None:
    a_run(store, {"Offer": Sent([1, 2])})
    assert repr(report(store)).splitlines()[2].split() == ["Offer", "2", "0", "2", "–", "–", "–", "–"]


def test_the_page_has_the_tables_the_funnel_as_svg_and_the_small_print(store: Store) -> None:
    a_run(store, {"Offer": OFFER, "Second": Sent([2], answered([2]))})
    a_run(store, {"Offer": OFFER}, day=1)
    page = report(store)._repr_html_()
    for part in ("<svg", "Offer", "Second", "all messages", "no consent", "By run, newest first", "2026-03-03 12:00", "Opens are inflated"):
        assert part in page
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_names_are_text_in_every_display(store: Store) -> None:
    attack = "<img src=x onerror=alert(1)>\n\u202e"
    run = a_run(store, {attack: Sent([1], answered([1]), {attack: 2})}, name=attack)
    found = report_of(store, attack, run)
    assert "<img" not in found._repr_html_()
    assert "\u202e" not in found._repr_html_() + repr(found)
    assert "&lt;img src=x onerror=alert(1)&gt;" in found._repr_html_()


def test_a_notebook_gets_html_and_text(store: Store) -> None:
    a_run(store, {"Offer": OFFER})
    found = report(store)
    assert found._repr_mimebundle_() == {"text/html": found._repr_html_(), "text/plain": repr(found)}


def test_of_many_runs_the_page_shows_the_newest_and_says_how_many_more_there_are(store: Store) -> None:
    for day in range(12):
        a_run(store, {"Offer": Sent([day], answered([day]))}, day=day)
    page = report(store)._repr_html_()
    assert "By run, newest first; 2 more in frame()" in page
    assert "2026-03-13 12:00" in page
    assert "2026-03-03 12:00" not in page
